"""What is to leave."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from node.vault.driver import Connection
from node.vault.records import OutboxItem
from protocol import limits
from protocol.delivery import OutboxState
from protocol.messages.union import OVERTAKING
from protocol.values import (
    ConsentId,
    Hash,
    Instant,
    MessageId,
    NodeId,
    PrekeyId,
    ThreadId,
    consent_id,
    digest,
    instant,
    message_id,
    node_id,
    thread_id,
)

_COLUMNS: Final = (
    "message_id, peer, type, thread, reply_to, consent_id, consent, urgency, queued_at, due,"
    " attempts, state, is_withheld, payload, key_id, epoch, sequence, hash, expires, skeleton"
)
_INSERT: Final = (
    "INSERT INTO outbox (message_id, peer, type, thread, reply_to, consent_id, consent, urgency,"
    " queued_at, due, attempts, state, is_withheld, payload, key_id)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 'queued', 0, ?, ?)"
)
# Written as the partial index says it, so that the index is used.
_UNANSWERED: Final = "state IN ('queued', 'sealed', 'deposited')"
# A receipt is answered by nobody: once it was left, it comes again only if something after it in its stream
# would have to wait for it. Otherwise two nodes would remind each other of their last words for ever.
_WAITING: Final = (
    f"{_UNANSWERED} AND (type != 'receipt/1' OR state != 'deposited'"
    " OR EXISTS (SELECT 1 FROM outbox AS later WHERE later.peer = outbox.peer"
    " AND later.epoch = outbox.epoch AND later.sequence > outbox.sequence"
    " AND later.type != 'receipt/1'))"
)
# What overtakes everything does not wait for a batch either, nor may an alert once there is one: it
# leaves at once and overtakes nothing. Where the due time lies too far ahead,
# the clock went back since.
_AT_ONCE: Final = ", ".join(f"'{name}'" for name in sorted(OVERTAKING))
_IS_DUE: Final = (
    f"CASE WHEN type IN ({_AT_ONCE}) THEN due <= :now OR due > :horizon"
    " ELSE due <= :batch OR :batch >= 0 AND due > :horizon END"
)
# What has a number of a stream that is over waits until the peer told whether it has it.
_IN_STREAM: Final = (
    "(epoch IS NULL OR epoch = (SELECT out_epoch FROM peers WHERE node_id = outbox.peer))"
)
# Peer by peer, each only as far as the first item that is due: a long queue is not read to its end.
_DUE_PEERS: Final = (
    "SELECT node_id FROM peers WHERE EXISTS (SELECT 1 FROM outbox WHERE peer = node_id"
    f" AND {_WAITING} AND {_IN_STREAM} AND {_IS_DUE}) LIMIT :count"
)
# The most urgent first, and what is equally urgent in the order in which it was queued.
_DUE: Final = (
    f"SELECT {_COLUMNS} FROM outbox WHERE peer = :peer AND {_WAITING} AND {_IN_STREAM}"
    f" AND {_IS_DUE}"
)
_IN_ORDER: Final = " ORDER BY urgency, number LIMIT :count"
_SEALED: Final = (
    "UPDATE outbox SET state = ?, epoch = ?, sequence = ?, hash = ?, expires = ?, skeleton = ?,"
    " prekey_id = ?, is_withheld = ?, due = ? WHERE message_id = ?"
)
_ATTEMPTED: Final = (
    "UPDATE outbox SET state = ?, due = ?, attempts = ? WHERE message_id = ?"
    " AND state IN ('sealed', 'deposited')"
)
# Before everything that is ever due.
_NO_BATCH: Final = -1
# The key is destroyed before, and the payload goes with it.
_SETTLE: Final = (
    "UPDATE outbox SET state = ?, code = ?, settled_at = ?,"
    " payload = CASE WHEN key_id IS NULL THEN payload END, key_id = NULL"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """What has to be known of an item in order to settle it."""

    message_id: MessageId
    type: str
    thread: ThreadId
    key_id: bytes | None


def insert(vault: Connection, item: OutboxItem) -> None:
    """Queue a message."""
    vault.execute(
        _INSERT,
        (
            item.message_id,
            item.peer,
            item.type,
            item.thread,
            item.reply_to,
            item.consent_id,
            item.consent,
            item.urgency,
            item.queued_at,
            item.due,
            item.payload,
            item.key_id,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What leaves now: the batch that is open, if one is, and what never waits for one.

    `horizon` is later than any wait, in case the clock went back.
    """

    now: Instant
    batch: Instant | None
    horizon: Instant


def due_peers(vault: Connection, window: Window) -> list[NodeId]:
    """Peers for whom something is due."""
    rows = vault.execute(_DUE_PEERS, _within(window, count=limits.PEERS_MAX)).fetchall()
    return [node_id(row[0]) for row in rows]


def due_items(
    vault: Connection,
    peer: NodeId,
    window: Window,
    *,
    count: int,
    only: Collection[str] | None = None,
) -> list[OutboxItem]:
    """What is due for one peer, the most urgent first; of these types alone, where some are named."""
    names = ", ".join(f"'{name}'" for name in sorted(only or ()))
    query = _DUE if only is None else f"{_DUE} AND type IN ({names})"
    rows = vault.execute(
        query + _IN_ORDER, {"peer": peer, **_within(window, count=count)}
    ).fetchall()
    return [_item(row) for row in rows]


def _within(window: Window, *, count: int) -> dict[str, int]:
    batch = _NO_BATCH if window.batch is None else window.batch
    return {"now": window.now, "batch": batch, "horizon": window.horizon, "count": count}


def mark_sealed(
    vault: Connection,
    item: OutboxItem,
    *,
    epoch: Instant,
    sequence: int,
    link: Hash,
    expires: Instant,
    skeleton: bytes,
    prekey: PrekeyId,
    is_withheld: bool,
    state: OutboxState,
    retry_at: Instant,
) -> None:
    """An item was sealed, for the first time or again; `state` is where it stands on the line from now on."""
    vault.execute(
        _SEALED,
        (
            state.value,
            epoch,
            sequence,
            link,
            expires,
            skeleton,
            prekey,
            is_withheld,
            retry_at,
            item.message_id,
        ),
    )


def mark_deposited(vault: Connection, messages: Collection[MessageId], *, due: Instant) -> None:
    """An attempt succeeded for these; `due` is when they leave again if nobody answers."""
    vault.executemany(
        _ATTEMPTED, [(OutboxState.DEPOSITED.value, due, 0, message) for message in messages]
    )


def mark_failed(vault: Connection, item: OutboxItem, *, due: Instant) -> None:
    """One more attempt failed."""
    vault.execute(_ATTEMPTED, (item.state.value, due, item.attempts + 1, item.message_id))


def settle(
    vault: Connection, message: MessageId, *, state: OutboxState, code: str | None, now: Instant
) -> None:
    """The peer answered for good; the payload goes with the key that was destroyed before."""
    vault.execute(f"{_SETTLE} WHERE message_id = ?", (state.value, code, now, message))


def settle_as_stored(vault: Connection, messages: Collection[MessageId], *, now: Instant) -> None:
    """The peer has all of these; the payloads go with the keys that were destroyed before."""
    vault.executemany(
        f"{_SETTLE} WHERE message_id = ?",
        [(OutboxState.STORED.value, None, now, message) for message in messages],
    )


def mark_seen(vault: Connection, message: MessageId, *, now: Instant) -> None:
    """The peer told that a person there has seen it; the first word of it counts."""
    vault.execute(
        "UPDATE outbox SET seen_at = ? WHERE message_id = ? AND state = 'stored' AND seen_at IS NULL",
        (now, message),
    )


def find(vault: Connection, message: MessageId) -> OutboxItem | None:
    """One item."""
    row = vault.execute(
        f"SELECT {_COLUMNS} FROM outbox WHERE message_id = ?", (message,)
    ).fetchone()
    return None if row is None else _item(row)


def unsettled_in_range(
    vault: Connection, peer: NodeId, *, epoch: Instant, first: int, last: int
) -> list[Unsettled]:
    """Sealed items of one stream between two numbers that the peer has not answered."""
    rows = vault.execute(
        # Named, because without it the whole stream behind is read again and again.
        "SELECT message_id, type, thread, key_id FROM outbox INDEXED BY outbox_unsettled"
        " WHERE peer = ? AND epoch = ?"
        " AND sequence BETWEEN ? AND ? AND state IN ('sealed', 'deposited') LIMIT ?",
        (peer, epoch, first, last, limits.MAILBOX_ENVELOPES_MAX),
    ).fetchall()
    return [
        Unsettled(
            message_id=message_id(row[0]), type=row[1], thread=thread_id(row[2]), key_id=row[3]
        )
        for row in rows
    ]


def hash_at(vault: Connection, peer: NodeId, *, epoch: Instant, sequence: int) -> Hash | None:
    """The hash of the message we sent under a number."""
    row = vault.execute(
        "SELECT hash FROM outbox WHERE peer = ? AND epoch = ? AND sequence = ?",
        (peer, epoch, sequence),
    ).fetchone()
    return None if row is None else digest(row[0])


def under_consent(vault: Connection, consent: ConsentId) -> list[OutboxItem]:
    """What waits or is on its way under a consent."""
    rows = vault.execute(
        f"SELECT {_COLUMNS} FROM outbox WHERE consent_id = ? AND {_WAITING} LIMIT ?",
        (consent, limits.MAILBOX_ENVELOPES_MAX),
    ).fetchall()
    return [_item(row) for row in rows]


def was_sealed(vault: Connection, message: MessageId) -> bool:
    """Did this message ever get its number, so that the peer may know of it?"""
    row = vault.execute(
        "SELECT 1 FROM outbox WHERE message_id = ? AND hash IS NOT NULL", (message,)
    ).fetchone()
    return row is not None


def was_sealed_under(vault: Connection, consent: ConsentId) -> bool:
    """Did anything that cites a consent ever get its number, so that the peer may know of it?

    An offer leaves under a consent and says nothing of it.
    """
    row = vault.execute(
        "SELECT 1 FROM outbox WHERE consent_id = ? AND consent IS NOT NULL"
        " AND hash IS NOT NULL LIMIT 1",
        (consent,),
    ).fetchone()
    return row is not None


def has_copy(vault: Connection, consent: ConsentId) -> bool:
    """Was a copy of this consent queued or sent?"""
    row = vault.execute(
        "SELECT 1 FROM outbox WHERE consent_id = ? AND type = 'consent.copy/1' LIMIT 1", (consent,)
    ).fetchone()
    return row is not None


def drop(vault: Connection, message: MessageId) -> None:
    """Take out an item that was never sealed: it vanishes without trace."""
    vault.execute("DELETE FROM outbox WHERE message_id = ? AND state = 'queued'", (message,))


def withhold(vault: Connection, message: MessageId) -> None:
    """From now on the item goes without its payload; the key must be destroyed before.

    What a hello says stays, to be said again in another message.
    """
    vault.execute(
        "UPDATE outbox SET is_withheld = 1, key_id = NULL, due = 0,"
        " payload = CASE type WHEN 'hello/1' THEN payload END WHERE message_id = ?",
        (message,),
    )


def key_ids(vault: Connection) -> set[bytes]:
    """The disclosure keys that rows need."""
    rows = vault.execute("SELECT key_id FROM outbox WHERE key_id IS NOT NULL").fetchall()
    return {bytes(row[0]) for row in rows}


def forget_key(vault: Connection, key_id: bytes) -> None:
    """The key is gone: so is the payload. What has its number goes as withheld, the rest vanishes."""
    vault.execute(
        "UPDATE outbox SET payload = NULL, key_id = NULL, is_withheld = 1"
        " WHERE key_id = ? AND sequence IS NOT NULL",
        (key_id,),
    )
    vault.execute(
        "DELETE FROM disclosures WHERE message_id IN"
        " (SELECT message_id FROM outbox WHERE key_id = ? AND sequence IS NULL)",
        (key_id,),
    )
    vault.execute("DELETE FROM outbox WHERE key_id = ? AND sequence IS NULL", (key_id,))


def waiting(vault: Connection) -> list[OutboxItem]:
    """Everything that was not answered yet, for people to see."""
    rows = vault.execute(
        f"SELECT {_COLUMNS} FROM outbox WHERE {_WAITING} ORDER BY queued_at LIMIT 200"
    ).fetchall()
    return [_item(row) for row in rows]


def waiting_since(vault: Connection) -> tuple[int, Instant | None]:
    """How much was not answered yet, and since when the oldest of it has been waiting."""
    count, oldest = vault.execute(
        f"SELECT count(*), min(queued_at) FROM outbox WHERE {_WAITING}"
    ).fetchone()
    return count, None if oldest is None else instant(oldest)


def _item(row: Any) -> OutboxItem:  # noqa: ANN401  (a row of the driver)
    return OutboxItem(
        message_id=message_id(row[0]),
        peer=node_id(row[1]),
        type=row[2],
        thread=thread_id(row[3]),
        reply_to=None if row[4] is None else message_id(row[4]),
        consent_id=None if row[5] is None else consent_id(row[5]),
        consent=None if row[6] is None else digest(row[6]),
        urgency=row[7],
        queued_at=instant(row[8]),
        due=instant(row[9]),
        attempts=row[10],
        state=OutboxState(row[11]),
        is_withheld=bool(row[12]),
        payload=row[13],
        key_id=row[14],
        epoch=None if row[15] is None else instant(row[15]),
        sequence=row[16],
        hash=None if row[17] is None else digest(row[17]),
        expires=None if row[18] is None else instant(row[18]),
        skeleton=row[19],
    )
