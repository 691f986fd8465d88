"""Streams that begin anew: what waits for a word or a person, what was told of consents, and the evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from node.vault.driver import Connection
from protocol import limits
from protocol.messages.core import ReceiptSingle
from protocol.messages.recovery import ListedConsent
from protocol.skeleton import NO_HEAD, Head
from protocol.values import (
    ZERO_HASH,
    ConsentId,
    Instant,
    NodeId,
    consent_id,
    digest,
    instant,
    message_id,
    node_id,
)
from protocol.vocabulary.codes import ListedState, ReceiptStatus

RESTORED: Final = "restored"
"""The code of evidence that a peer is older than what it signed before."""
STATUS_OF_ROW: Final = {
    "applied": ReceiptStatus.STORED,
    "early": ReceiptStatus.STORED,
    "withheld": ReceiptStatus.WITHHELD,
    "refused": ReceiptStatus.REFUSED,
}
# Enough for people to see what happened; whoever floods us with more is told apart by its first ones.
EVIDENCE_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Two signed skeletons that do not go together, or the one that came alone."""

    code: str
    at: Instant
    held: bytes | None
    came: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseded:
    """Since when it is known that another computer speaks for this node, and which peer showed it."""

    at: Instant
    peer: NodeId


_HIDDEN: Final = (
    "SELECT 1 FROM hidden_threads WHERE case_id IN (:case_id, :about) OR thread IN (:thread, :about)"
    " OR thread IN (SELECT thread FROM follow_ups WHERE follow_up_id = :follow_up)"
    " UNION ALL SELECT 1 FROM messages m JOIN peers p ON p.node_id = m.peer"
    " WHERE m.message_id = :message_id AND p.state_awaited IS NOT NULL"
    " UNION ALL SELECT 1 FROM consents c JOIN peers p ON p.node_id IN (c.holder, c.recipient)"
    " WHERE c.consent_id = :consent_id AND c.is_issued_here = 0 AND p.state_awaited IS NOT NULL"
    " LIMIT 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a person asks for, by its ids; None where she names none of its kind."""

    case_id: bytes | None
    thread: bytes | None
    follow_up: bytes | None
    message_id: bytes | None
    consent_id: bytes | None
    about: bytes | None
    """What a half-written text is about."""


def begin_epoch(vault: Connection, peer: NodeId, epoch: Instant) -> None:
    """From now on our messages to a peer are numbered from 1 in a new stream."""
    vault.execute(
        "UPDATE peers SET out_epoch = ?, out_sequence = 0, out_hash = ? WHERE node_id = ?",
        (epoch, ZERO_HASH, peer),
    )


def keep_former(vault: Connection, peer: NodeId) -> None:
    """A peer begins a new stream: remember how far the one before had come."""
    vault.execute(
        "UPDATE peers SET in_former_epoch = in_epoch, in_former_sequence = in_sequence,"
        " in_former_hash = in_hash WHERE node_id = ?",
        (peer,),
    )


def former_head(vault: Connection, peer: NodeId) -> Head:
    """How far a peer's stream had come before its present one."""
    row = vault.execute(
        "SELECT in_former_epoch, in_former_sequence, in_former_hash FROM peers WHERE node_id = ?",
        (peer,),
    ).fetchone()
    if row is None or row[0] is None:
        return NO_HEAD
    return Head(epoch=row[0], sequence=row[1], hash=digest(row[2]))


def await_state(vault: Connection, peer: NodeId, *, now: Instant) -> None:
    """Until the peer's list of consents comes, nothing about anybody goes to it or is shown from it."""
    vault.execute("UPDATE peers SET state_awaited = ? WHERE node_id = ?", (now, peer))


def state_came(vault: Connection, peer: NodeId) -> None:
    """The list came, and was carried out."""
    vault.execute("UPDATE peers SET state_awaited = NULL WHERE node_id = ?", (peer,))


def await_confirmation(vault: Connection, peer: NodeId, *, now: Instant) -> None:
    """Until somebody phoned the peer, nothing about anybody goes to it."""
    vault.execute(
        "UPDATE peers SET confirm_awaited = coalesce(confirm_awaited, ?) WHERE node_id = ?",
        (now, peer),
    )


def confirmed(vault: Connection, peer: NodeId) -> None:
    """Somebody phoned the peer."""
    vault.execute("UPDATE peers SET confirm_awaited = NULL WHERE node_id = ?", (peer,))


def ask_epoch(vault: Connection, peer: NodeId) -> None:
    """A person who phoned the peer asked it for a new stream."""
    vault.execute("UPDATE peers SET is_epoch_asked = 1 WHERE node_id = ?", (peer,))


def take_epoch_asked(vault: Connection, peer: NodeId) -> bool:
    """Was a new stream of this peer asked for? It counts once."""
    changed = vault.execute(
        "UPDATE peers SET is_epoch_asked = 0 WHERE node_id = ? AND is_epoch_asked = 1", (peer,)
    )
    return bool(changed.rowcount)


def peers_awaited(vault: Connection) -> list[NodeId]:
    """Peers whose list of consents has not come."""
    rows = vault.execute(
        "SELECT node_id FROM peers WHERE state_awaited IS NOT NULL LIMIT ?", (limits.PEERS_MAX,)
    ).fetchall()
    return [node_id(row[0]) for row in rows]


def is_hidden(vault: Connection, about: About) -> bool:
    """Did any of these come from a peer whose list of consents has not come?"""
    row = vault.execute(_HIDDEN, {name: getattr(about, name) for name in About.__slots__})
    return row.fetchone() is not None


def supersede(vault: Connection, peer: NodeId, *, now: Instant) -> bool:
    """Another computer speaks for this node; True the first time."""
    changed = vault.execute(
        "INSERT INTO superseded (singleton, at, peer) VALUES (1, ?, ?) ON CONFLICT DO NOTHING",
        (now, peer),
    )
    return bool(changed.rowcount)


def find_superseded(vault: Connection) -> Superseded | None:
    """Does another computer speak for this node?"""
    row = vault.execute("SELECT at, peer FROM superseded").fetchone()
    return None if row is None else Superseded(at=instant(row[0]), peer=node_id(row[1]))


def take_over(vault: Connection) -> None:
    """A person says that this computer is the one that speaks for the node."""
    vault.execute("DELETE FROM superseded")


def insert_evidence(
    vault: Connection, peer: NodeId, *, code: str, held: bytes | None, came: bytes, now: Instant
) -> None:
    """Keep two skeletons for people; the same ones are not kept twice."""
    known = vault.execute(
        "SELECT count(*), coalesce(sum(came = ?), 0) FROM stream_evidence"
        " WHERE peer = ? AND code = ?",
        (came, peer, code),
    ).fetchone()
    if known[0] < EVIDENCE_MAX and not known[1]:
        vault.execute(
            "INSERT INTO stream_evidence (peer, code, at, held, came) VALUES (?, ?, ?, ?, ?)",
            (peer, code, now, held, came),
        )


def evidence_of(vault: Connection, peer: NodeId) -> list[Evidence]:
    """What was kept about one peer, the newest first."""
    rows = vault.execute(
        "SELECT code, at, held, came FROM stream_evidence WHERE peer = ?"
        " ORDER BY evidence_id DESC LIMIT ?",
        (peer, 4 * EVIDENCE_MAX),
    ).fetchall()
    return [
        Evidence(
            code=row[0],
            at=instant(row[1]),
            held=None if row[2] is None else bytes(row[2]),
            came=bytes(row[3]),
        )
        for row in rows
    ]


def note_listed(
    vault: Connection, peer: NodeId, listed: Sequence[ListedConsent], *, heard_epoch: int
) -> None:
    """Keep what was told of consents; what was ended once stays so.

    Args:
        vault: the connection.
        peer: the other party.
        listed: what was told.
        heard_epoch: the epoch of our hello that the peer answers, or 0 where we told it.
    """
    vault.executemany(
        "INSERT INTO listed_consents (peer, consent_id, state, since, heard_epoch)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (peer, consent_id) DO UPDATE SET"
        " since = CASE WHEN excluded.state > state THEN excluded.since ELSE since END,"
        " state = max(state, excluded.state), heard_epoch = max(heard_epoch, excluded.heard_epoch)",
        [(peer, one.consent_id, int(one.state), one.since, heard_epoch) for one in listed],
    )


def note_part(vault: Connection, peer: NodeId, *, epoch: Instant, part: int) -> int:
    """A part of a peer's list came; how many have come of it."""
    vault.execute(
        "INSERT INTO listed_parts (peer, epoch, part) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (peer, epoch, part),
    )
    (count,) = vault.execute(
        "SELECT count(*) FROM listed_parts WHERE peer = ? AND epoch = ?", (peer, epoch)
    ).fetchone()
    return int(count)


def has_resumed(vault: Connection, peer: NodeId) -> bool:
    """Did we begin our present stream to a peer anew, and has the peer answered?"""
    row = vault.execute(
        "SELECT 1 FROM listed_parts l JOIN peers p ON p.node_id = l.peer AND p.out_epoch = l.epoch"
        " WHERE l.peer = ? LIMIT 1",
        (peer,),
    ).fetchone()
    return row is not None


def load_listed(vault: Connection, peer: NodeId) -> list[ListedConsent]:
    """What was ever told of the consents between us and one peer."""
    rows = vault.execute(
        "SELECT consent_id, state, since FROM listed_consents WHERE peer = ? LIMIT ?",
        (peer, limits.LISTED_CONSENTS_MAX * limits.LISTED_PARTS_MAX),
    ).fetchall()
    return [_listed(row) for row in rows]


def tombstones_of(vault: Connection, peer: NodeId) -> list[ListedConsent]:
    """The consents between us and one peer that the peer told us were withdrawn."""
    rows = vault.execute(
        "SELECT consent_id, 4, withdrawn_at FROM tombstones WHERE peer = ? LIMIT ?",
        (peer, limits.LISTED_CONSENTS_MAX * limits.LISTED_PARTS_MAX),
    ).fetchall()
    return [_listed(row) for row in rows]


def consents_with(vault: Connection, peer: NodeId) -> list[ConsentId]:
    """The consents we hold between us and one peer of which the peer knows.

    It knows what it gave us, and what anything was sealed for that names it. A consent that only stands in
    our own books is none of its business.
    """
    rows = vault.execute(
        "SELECT consent_id FROM consents c WHERE (c.holder = ?1 OR c.recipient = ?1)"
        " AND (c.is_issued_here = 0 OR EXISTS (SELECT 1 FROM outbox o"
        " WHERE o.consent_id = c.consent_id AND o.consent IS NOT NULL AND o.hash IS NOT NULL)"
        " OR EXISTS (SELECT 1 FROM withdrawals_told w"
        " WHERE w.consent_id = c.consent_id AND w.peer = ?1)) LIMIT ?2",
        (peer, limits.LISTED_CONSENTS_MAX * limits.LISTED_PARTS_MAX),
    ).fetchall()
    return [consent_id(row[0]) for row in rows]


def when_ended(vault: Connection, consent: ConsentId) -> Instant:
    """The instant of the last thing that happened to a consent."""
    (at,) = vault.execute(
        "SELECT coalesce(max(at), 0) FROM consent_events WHERE consent_id = ?", (consent,)
    ).fetchone()
    return instant(at)


def mark_unlisted(vault: Connection, peer: NodeId, *, heard_epoch: Instant) -> None:
    """What came from a peer that no longer names it is not used until it comes again."""
    vault.execute(
        "UPDATE consents SET is_unlisted = 1 WHERE is_issued_here = 0"
        " AND (holder = :peer OR recipient = :peer) AND consent_id NOT IN"
        " (SELECT consent_id FROM listed_consents WHERE peer = :peer AND heard_epoch >= :epoch)",
        {"peer": peer, "epoch": heard_epoch},
    )


def listed_again(vault: Connection, consent: ConsentId) -> None:
    """Its issuer gave a consent to us again."""
    vault.execute("UPDATE consents SET is_unlisted = 0 WHERE consent_id = ?", (consent,))


def numbers_above(
    vault: Connection, peer: NodeId, *, epoch: Instant, sequence: int
) -> list[tuple[int, Instant]]:
    """The numbers above a peer's head that came, in order, each with when it came."""
    rows = vault.execute(
        "SELECT sequence, received_at FROM messages WHERE peer = ? AND epoch = ? AND sequence > ?"
        " ORDER BY sequence LIMIT ?",
        (peer, epoch, sequence, limits.MAILBOX_ENVELOPES_MAX),
    ).fetchall()
    return [(row[0], instant(row[1])) for row in rows]


def resync_due(vault: Connection, peer: NodeId) -> Instant:
    """When a peer may be asked again for what never came."""
    (due,) = vault.execute("SELECT resync_due FROM peers WHERE node_id = ?", (peer,)).fetchone()
    return instant(due)


def set_resync_due(vault: Connection, peer: NodeId, due: Instant) -> None:
    """A peer was asked for what never came."""
    vault.execute("UPDATE peers SET resync_due = ? WHERE node_id = ?", (due, peer))


def head_at(vault: Connection, peer: NodeId, *, epoch: int, sequence: int) -> Head:
    """The message that came under a number, as a head; none where it did not come."""
    row = vault.execute(
        "SELECT hash FROM messages WHERE peer = ? AND epoch = ? AND sequence = ?",
        (peer, epoch, sequence),
    ).fetchone()
    return NO_HEAD if row is None else Head(epoch=epoch, sequence=sequence, hash=digest(row[0]))


def whole_until(vault: Connection, peer: NodeId, *, sent: Head) -> Head:
    """The last number of a former stream before which none is missing, at most the one given."""
    rows = vault.execute(
        "SELECT sequence, hash FROM messages WHERE peer = ? AND epoch = ?"
        " AND sequence BETWEEN 1 AND ? ORDER BY sequence",
        (peer, sent.epoch, sent.sequence),
    )
    end = NO_HEAD
    for sequence, link in rows:
        if sequence != end.sequence + 1:
            break
        end = Head(epoch=sent.epoch, sequence=sequence, hash=digest(link))
    return end


def single_answers(
    vault: Connection, peer: NodeId, *, sent: Head, whole_until: int, before: Instant
) -> list[ReceiptSingle]:
    """What a range does not tell of former streams: what was refused or came as withheld, and the rest.

    Among that may be what its sender had only queued when the backup was made, under that stream or a
    later one of which its backup knows nothing.
    """
    rows = vault.execute(
        "SELECT message_id, hash, status, received_at, code FROM messages WHERE peer = :peer"
        " AND epoch >= :epoch AND epoch < :before AND sequence > 0"
        " AND (epoch > :epoch OR sequence > :whole OR status IN ('refused', 'withheld'))"
        " ORDER BY epoch, sequence",
        {"peer": peer, "epoch": sent.epoch, "before": before, "whole": whole_until},
    ).fetchall()
    return [
        ReceiptSingle(
            message_id=message_id(row[0]),
            message_hash=digest(row[1]),
            status=STATUS_OF_ROW[row[2]],
            at=instant(row[3]),
            code=row[4] if row[2] == "refused" else None,
        )
        for row in rows
    ]


def _listed(row: Sequence[Any]) -> ListedConsent:
    return ListedConsent(
        consent_id=consent_id(row[0]), state=ListedState(row[1]), since=instant(row[2])
    )
