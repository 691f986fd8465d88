"""Audit heads between nodes: what we told of ours, and what peers told of theirs."""

from dataclasses import dataclass, field
from typing import Any, Final

from node.vault.driver import Connection
from protocol import limits
from protocol.audit import HeadSeen
from protocol.skeleton import DayHead
from protocol.values import Hash, Instant, MessageId, NodeId, digest, instant, message_id, node_id

# A head vouches for every one before it: of one peer the last two months are more than anybody asks for.
_SHARED_MAX: Final = 64
# Evidence is kept until people put it away; who sends more of it than this has been found out.
EVIDENCE_MAX: Final = 16
_COLUMNS: Final = "day, hash, epoch, created, message_id, skeleton, standing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A head that we told a peer; `answer` is the peer's signed message that acknowledges it."""

    peer: NodeId
    head: DayHead
    skeleton: bytes = field(repr=False)
    answer: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A head that a peer told us, in the signed skeleton it came in; `standing` as the table has it."""

    seen: HeadSeen
    message_id: MessageId
    skeleton: bytes = field(repr=False)
    standing: str


def insert_told(
    vault: Connection,
    peer: NodeId,
    head: DayHead,
    *,
    epoch: Instant,
    sequence: int,
    skeleton: bytes,
) -> None:
    """We told a peer our head of a day, in this message."""
    vault.execute(
        "INSERT INTO shared_heads (peer, day, hash, epoch, sequence, skeleton)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET hash = excluded.hash,"
        " epoch = excluded.epoch, sequence = excluded.sequence, skeleton = excluded.skeleton,"
        " answer = NULL",
        (peer, head.day, head.hash, epoch, sequence, skeleton),
    )
    vault.execute(
        "DELETE FROM shared_heads WHERE peer = ? AND day NOT IN"
        " (SELECT day FROM shared_heads WHERE peer = ? ORDER BY day DESC LIMIT ?)",
        (peer, peer, _SHARED_MAX),
    )


def newest_told(vault: Connection, peer: NodeId) -> int | None:
    """The newest day whose head we told a peer in a message that it answers."""
    (day,) = vault.execute("SELECT max(day) FROM shared_heads WHERE peer = ?", (peer,)).fetchone()
    return None if day is None else int(day)


def answer_told(
    vault: Connection, peer: NodeId, *, epoch: Instant, sequence: int, answer: bytes
) -> None:
    """The peer signed that it has everything up to this number: keep that beside what it is about."""
    vault.execute(
        "UPDATE shared_heads SET answer = ?"
        " WHERE peer = ? AND epoch = ? AND sequence <= ? AND answer IS NULL",
        (answer, peer, epoch, sequence),
    )


def load_answered(vault: Connection) -> list[Told]:
    """Every head that its peer acknowledged, by day."""
    rows = vault.execute(
        "SELECT peer, day, hash, skeleton, answer FROM shared_heads WHERE answer IS NOT NULL"
        " ORDER BY day, peer LIMIT ?",
        (_SHARED_MAX * limits.PEERS_MAX,),
    ).fetchall()
    return [
        Told(
            peer=node_id(row[0]),
            head=DayHead(day=row[1], hash=digest(row[2])),
            skeleton=bytes(row[3]),
            answer=bytes(row[4]),
        )
        for row in rows
    ]


def find_held(vault: Connection, peer: NodeId) -> Held | None:
    """The head that is held of a peer."""
    row = vault.execute(
        f"SELECT {_COLUMNS} FROM witnessed_heads WHERE peer = ? AND standing = 'held'", (peer,)
    ).fetchone()
    return None if row is None else _held(row)


def load_all(vault: Connection, peer: NodeId) -> list[Held]:
    """Everything that is kept of a peer's heads: the one that is held, and the evidence."""
    rows = vault.execute(
        f"SELECT {_COLUMNS} FROM witnessed_heads WHERE peer = ? ORDER BY number LIMIT ?",
        (peer, 2 * EVIDENCE_MAX + 1),
    ).fetchall()
    return [_held(row) for row in rows]


def hold(
    vault: Connection,
    peer: NodeId,
    came: Held,
    *,
    now: Instant,
) -> None:
    """This is the head to compare the next one with; the one before goes, unless it is evidence."""
    vault.execute("DELETE FROM witnessed_heads WHERE peer = ? AND standing = 'held'", (peer,))
    _insert(vault, peer, came, standing="held", now=now)


def keep_evidence(vault: Connection, peer: NodeId, came: Held, *, now: Instant) -> None:
    """Keep a head that does not fit, as its `standing` says, and a copy of the one it does not fit."""
    held = find_held(vault, peer)
    if held is not None and not has_evidence(vault, peer, held.seen.head):
        _insert(vault, peer, held, standing="contradicted", now=now)
    _insert(vault, peer, came, standing=came.standing, now=now)


def has_evidence(vault: Connection, peer: NodeId, head: DayHead) -> bool:
    """Is a head kept as evidence already?"""
    row = vault.execute(
        "SELECT 1 FROM witnessed_heads WHERE peer = ? AND day = ? AND hash = ?"
        " AND standing != 'held' LIMIT 1",
        (peer, head.day, head.hash),
    ).fetchone()
    return row is not None


def count_evidence(vault: Connection, peer: NodeId) -> int:
    """How many heads of a peer are kept as evidence."""
    (count,) = vault.execute(
        "SELECT count(*) FROM witnessed_heads WHERE peer = ? AND standing != 'held'", (peer,)
    ).fetchone()
    return int(count)


def _insert(vault: Connection, peer: NodeId, came: Held, *, standing: str, now: Instant) -> None:
    seen = came.seen
    vault.execute(
        "INSERT INTO witnessed_heads"
        " (peer, day, hash, epoch, created, message_id, skeleton, came_at, standing)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            peer,
            seen.head.day,
            seen.head.hash,
            seen.epoch,
            seen.created,
            came.message_id,
            came.skeleton,
            now,
            standing,
        ),
    )


def _held(row: Any) -> Held:  # noqa: ANN401  (a row of the driver)
    link: Hash = digest(row[1])
    return Held(
        seen=HeadSeen(
            head=DayHead(day=row[0], hash=link), epoch=instant(row[2]), created=instant(row[3])
        ),
        message_id=message_id(row[4]),
        skeleton=bytes(row[5]),
        standing=row[6],
    )
