"""The outbox when a stream begins anew or has a gap: what is numbered again, sent again, or let go of."""

from dataclasses import dataclass
from typing import Final

from node.vault.driver import Connection
from protocol.delivery import OutboxState
from protocol.messages.core import BundleUpdate, IntroductionRequest, Receipt
from protocol.messages.recovery import ConsentStates, Hello, Resync
from protocol.messages.union import GOES_MEANWHILE
from protocol.skeleton import Head
from protocol.values import Hash, Instant, MessageId, NodeId, digest, instant, message_id

_ON_ITS_WAY: Final = "state IN ('sealed', 'deposited')"
# What they say is said again by the new stream itself.
_OVERTAKEN: Final = (Receipt.TYPE, Hello.TYPE, Resync.TYPE)
# Nobody needs them again in a later stream: they speak of their own, or are said anew with it.
_OF_ITS_STREAM: Final = ", ".join(
    f"'{name}'" for name in (*_OVERTAKEN, ConsentStates.TYPE, BundleUpdate.TYPE)
)
# Personal payloads are gone once the peer had them; those go again by her yes, or by a person.
_SETTLED_BEHIND: Final = (
    "peer = :peer AND state = 'stored' AND is_withheld = 0 AND payload IS NOT NULL"
    " AND key_id IS NULL AND consent IS NULL"
    " AND (epoch > :epoch OR epoch = :epoch AND sequence > :sequence)"
    f" AND type NOT IN ({_OF_ITS_STREAM})"
    # What she does not allow any more would be taken for a thing that never left.
    " AND NOT EXISTS (SELECT 1 FROM consents c LEFT JOIN consent_events e USING (consent_id)"
    " WHERE c.consent_id = outbox.consent_id AND (c.expires <= :now"
    " OR e.event IN ('withdrawn', 'refused', 'invalidated', 'superseded', 'expired')))"
)
_IN_PRESENT: Final = (
    "(epoch IS NULL OR epoch = (SELECT out_epoch FROM peers WHERE node_id = outbox.peer))"
)
_NUMBER_AGAIN: Final = (
    "UPDATE outbox SET state = 'queued', epoch = NULL, sequence = NULL, hash = NULL, skeleton = NULL,"
    " expires = NULL, prekey_id = NULL, attempts = 0, due = :now"
)


def number_again(vault: Connection, peer: NodeId, *, before: Instant, now: Instant) -> None:
    """Give new numbers to what a peer did not get of our former streams; the ids stay (R-131).

    Args:
        vault: the connection.
        peer: who did not get it, as it told us itself.
        before: the beginning of our present stream.
        now: when it leaves.
    """
    vault.execute(
        f"DELETE FROM outbox WHERE peer = ? AND epoch < ? AND {_ON_ITS_WAY}"
        f" AND type IN ({', '.join('?' * len(_OVERTAKEN))})",
        (peer, before, *_OVERTAKEN),
    )
    vault.execute(
        f"{_NUMBER_AGAIN} WHERE peer = :peer AND epoch < :before AND {_ON_ITS_WAY}",
        {"peer": peer, "before": before, "now": now},
    )


def is_any_behind(
    vault: Connection, peer: NodeId, *, received: Head, before: Instant, now: Instant
) -> bool:
    """Did a peer have anything of our streams before the present one that lies behind what it has now?"""
    row = vault.execute(
        f"SELECT 1 FROM outbox WHERE {_SETTLED_BEHIND} AND epoch < :before LIMIT 1",
        {**_behind(peer, received, now=now), "before": before},
    ).fetchone()
    return row is not None


def unsettle_behind(vault: Connection, peer: NodeId, *, received: Head, now: Instant) -> None:
    """What a peer had, and lost with its computer, counts as not answered until it tells what it has."""
    vault.execute(
        "UPDATE outbox SET state = 'deposited', settled_at = NULL, code = NULL"
        f" WHERE {_SETTLED_BEHIND}",
        _behind(peer, received, now=now),
    )


def _behind(peer: NodeId, received: Head, *, now: Instant) -> dict[str, object]:
    return {
        "peer": peer,
        "epoch": received.epoch,
        "sequence": received.sequence,
        "now": now,
    }


def last_of(vault: Connection, peer: NodeId, *, epoch: int) -> Head | None:
    """The last message of one of our streams that we know of; None where we know none."""
    row = vault.execute(
        "SELECT sequence, hash FROM outbox WHERE peer = ? AND epoch = ? AND hash IS NOT NULL"
        " ORDER BY sequence DESC LIMIT 1",
        (peer, epoch),
    ).fetchone()
    return None if row is None else Head(epoch=epoch, sequence=row[0], hash=digest(row[1]))


def drop_hello(vault: Connection, peer: NodeId) -> None:
    """Take out what would tell of a stream that never began."""
    vault.execute(
        "DELETE FROM outbox WHERE peer = ? AND state = 'queued' AND type = ?", (peer, Hello.TYPE)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The newest hello of our present stream to a peer, and how far it came."""

    state: OutboxState
    is_withheld: bool
    code: str | None
    expires: Instant | None
    settled_at: Instant | None
    payload: bytes


def newest_hello(vault: Connection, peer: NodeId) -> Said | None:
    """The last hello of our present stream to a peer; None if that did not begin anew."""
    row = vault.execute(
        "SELECT state, is_withheld, code, expires, settled_at, payload FROM outbox"
        f" WHERE peer = ? AND type = ? AND {_IN_PRESENT} ORDER BY number DESC LIMIT 1",
        (peer, Hello.TYPE),
    ).fetchone()
    if row is None or row[5] is None:
        return None
    return Said(
        state=OutboxState(row[0]),
        is_withheld=bool(row[1]),
        code=row[2],
        expires=None if row[3] is None else instant(row[3]),
        settled_at=None if row[4] is None else instant(row[4]),
        payload=row[5],
    )


def receipts_in_reply(vault: Connection, peer: NodeId, *, to: MessageId | None) -> int:
    """How many receipts of a peer that answer one message of ours have come and took effect."""
    (count,) = vault.execute(
        "SELECT count(*) FROM messages WHERE peer = ? AND type = ? AND reply_to = ?"
        " AND status = 'applied'",
        (peer, Receipt.TYPE, to),
    ).fetchone()
    return int(count)


def number_one_again(vault: Connection, message: MessageId, *, now: Instant) -> None:
    """Give a new number to one message of a former stream."""
    vault.execute(
        f"{_NUMBER_AGAIN} WHERE message_id = :message AND {_ON_ITS_WAY}",
        {"message": message, "now": now},
    )


def queued_meanwhile(vault: Connection, peer: NodeId) -> list[MessageId]:
    """What waits for its number and goes to a peer at any time."""
    names = ", ".join(f"'{name}'" for name in sorted(GOES_MEANWHILE))
    rows = vault.execute(
        f"SELECT message_id FROM outbox WHERE peer = ? AND state = 'queued' AND type IN ({names})",
        (peer,),
    ).fetchall()
    return [message_id(row[0]) for row in rows]


def settle_unnumbered(
    vault: Connection,
    message: MessageId,
    *,
    state: OutboxState,
    link: Hash,
    code: str | None,
    now: Instant,
) -> None:
    """A peer has what we only queued: it was sent by the computer that was lost."""
    vault.execute(
        "UPDATE outbox SET state = ?, hash = ?, code = ?, settled_at = ?, key_id = NULL,"
        " payload = CASE WHEN key_id IS NULL THEN payload END"
        " WHERE message_id = ? AND state = 'queued'",
        (state.value, link, code, now, message),
    )


def introductions_under_way(vault: Connection, peer: NodeId) -> list[MessageId]:
    """Our own introductions to a peer that were numbered and not answered."""
    rows = vault.execute(
        f"SELECT message_id FROM outbox WHERE peer = ? AND type = ? AND {_ON_ITS_WAY} LIMIT 16",
        (peer, IntroductionRequest.TYPE),
    ).fetchall()
    return [message_id(row[0]) for row in rows]


def rename(vault: Connection, message: MessageId, name: MessageId, *, now: Instant) -> None:
    """Queue a message anew under another id, as if it had never been sealed."""
    vault.execute(
        f"{_NUMBER_AGAIN}, message_id = :name, thread = :name WHERE message_id = :message",
        {"message": message, "name": name, "now": now},
    )


def send_again(
    vault: Connection, peer: NodeId, *, epoch: Instant, first: int, last: int, now: Instant
) -> int:
    """Send some numbers of our stream again, the same signed skeletons; what is erased goes as withheld.

    Returns:
        How many there still are.
    """
    changed = vault.execute(
        "UPDATE outbox SET state = 'sealed', due = ?, attempts = 0, settled_at = NULL, code = NULL,"
        " is_withheld = max(is_withheld, payload IS NULL)"
        " WHERE peer = ? AND epoch = ? AND sequence BETWEEN ? AND ?",
        (now, peer, epoch, first, last),
    )
    return changed.rowcount


def forget_payloads(vault: Connection, *, settled_before: Instant) -> int:
    """Let go of payloads that were kept in case they are asked for again; how many (R-143).

    Which consent a withdrawal was about says nothing about her, and stays for her ledger. What the hello of
    our present stream says of the former one stands nowhere else, and may have to be said again.
    """
    changed = vault.execute(
        "UPDATE outbox SET payload = NULL WHERE state IN ('stored', 'refused') AND key_id IS NULL"
        " AND payload IS NOT NULL AND settled_at <= ? AND type != 'consent.withdrawn/1'"
        f" AND NOT (type = '{Hello.TYPE}' AND {_IN_PRESENT})",
        (settled_before,),
    )
    return changed.rowcount
