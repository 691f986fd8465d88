"""The audit log: entries bound to each other, and what their hashes stand for.

An object is named by a salted hash, never by a case number or a handle; the salt lies in another table and
may be erased without breaking the chain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from node.vault.driver import Connection
from protocol.codec import encode
from protocol.labels import Label, labelled_hash
from protocol.skeleton import DayHead
from protocol.values import (
    ZERO_HASH,
    Entropy,
    Hash,
    Instant,
    Pseudonym,
    digest,
    instant,
    pseudonym,
    sha256,
)

_LAST: Final = "SELECT number, hash, epoch FROM audit ORDER BY number DESC LIMIT 1"
_INSERT: Final = (
    "INSERT INTO audit (number, epoch, previous, at, actor, event, object, details, hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_DETAILS: Final = (
    "INSERT INTO audit_details (number, salt, object, details) VALUES (?, ?, ?, ?)"
)
_FROM: Final = (
    "SELECT number, epoch, at, actor, event, object, details, hash FROM audit WHERE number > ?"
    " ORDER BY number LIMIT ?"
)
_BEFORE: Final = "SELECT number, hash FROM audit WHERE at < ? ORDER BY number DESC LIMIT 1"
_DETAILS_FROM: Final = (
    "SELECT audit.number, audit.object, audit.details, salt, audit_details.object,"
    " audit_details.details FROM audit JOIN audit_details USING (number)"
    " WHERE audit.number > ? ORDER BY audit.number LIMIT ?"
)
_ORPHAN: Final = (
    "SELECT min(number) FROM audit_details WHERE number NOT IN (SELECT number FROM audit)"
)
_NEXT_DETAILS: Final = "SELECT coalesce(max(number), 0) + 1 FROM audit_details"
RESTORE: Final = "restore"
"""The event with which a new epoch of the log begins."""
_FIRST_EPOCH: Final = 0
_RECENT: Final = (
    "SELECT actor, event, audit_details.object, audit_details.details FROM audit"
    " JOIN audit_details USING (number)"
    " WHERE number > (SELECT max(number) FROM audit) - ? AND event LIKE ? || '%' ORDER BY number"
)
_ROWS_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Something that was done. `obj` is an id; `details` is for people and may be empty."""

    actor: Pseudonym
    event: str
    obj: bytes
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the log: an entry by its number, with its hash; number 0 is the beginning."""

    number: int
    hash: Hash


BEGINNING: Final = Place(number=0, hash=ZERO_HASH)


def append(vault: Connection, entry: AuditEntry, *, now: Instant, entropy: Entropy) -> None:
    """Write one entry, bound to the last one and of the same epoch."""
    last = vault.execute(_LAST).fetchone()
    epoch = _FIRST_EPOCH if last is None else last[2]
    _append(vault, entry, epoch=epoch, now=now, entropy=entropy)


def append_restore(
    vault: Connection,
    *,
    actor: Pseudonym,
    epoch: Instant,
    head: DayHead | None,
    now: Instant,
    entropy: Entropy,
) -> None:
    """Begin a new epoch: the log goes on where the backup ends, and cites the last head that is known.

    Args:
        vault: the restored one.
        actor: who restored it.
        epoch: the instant of the restore, which every entry from now on bears.
        head: the last head that is known, from the backup or from anybody who holds a later one.
        now: the clock.
        entropy: for the salt.
    """
    entry = AuditEntry(
        actor=actor,
        event=RESTORE,
        obj=ZERO_HASH if head is None else head.hash,
        details="" if head is None else str(head.day),
    )
    _append(vault, entry, epoch=epoch, now=now, entropy=entropy)


def _append(
    vault: Connection, entry: AuditEntry, *, epoch: int, now: Instant, entropy: Entropy
) -> None:
    last = vault.execute(_LAST).fetchone()
    number, previous = (1, ZERO_HASH) if last is None else (last[0] + 1, digest(last[1]))
    # Where entries were cut off and their texts forgotten, the gap stays to be seen.
    number = max(number, vault.execute(_NEXT_DETAILS).fetchone()[0])
    salt = entropy(16)
    obj = sha256(salt + entry.obj)
    details = sha256(salt + entry.details.encode())
    row = (number, epoch, now, entry.actor, entry.event, obj, details)
    link = _hash_of(row, previous)
    vault.execute(
        _INSERT,
        (number, epoch, previous, now, entry.actor, entry.event, obj, details, link),
    )
    vault.execute(_INSERT_DETAILS, (number, salt, entry.obj, entry.details))


def recent(vault: Connection, *, beginning_with: str) -> list[AuditEntry]:
    """Of the newest thousand entries those whose event begins so and whose text is there, oldest first."""
    rows = vault.execute(_RECENT, (_ROWS_AT_ONCE, beginning_with)).fetchall()
    return [
        AuditEntry(actor=pseudonym(row[0]), event=row[1], obj=row[2], details=row[3])
        for row in rows
    ]


def is_whole(vault: Connection) -> bool:
    """Does every entry follow from the one before it, without a number left out?"""
    return broken_at(vault) is None


def broken_at(vault: Connection) -> int | None:
    """The number of the first entry that is not as it was written, or None.

    It is checked from the beginning, or from what stands in place of entries that were taken off.
    """
    start = beginning(vault)
    previous, number = start.hash, start.number
    while True:
        rows = vault.execute(_FROM, (number, _ROWS_AT_ONCE)).fetchall()
        if not rows:
            return None if number - start.number == count(vault) else number
        for row in rows:
            number += 1
            if row[0] != number or row[7] != _hash_of(row, previous):
                return number
            previous = digest(row[7])


def details_broken_at(vault: Connection) -> int | None:
    """The number of the first text that is not what an entry's hash stands for, or None.

    What was erased is no longer there to be compared; a text without an entry is one too many.
    """
    (orphan,) = vault.execute(_ORPHAN).fetchone()
    if orphan is not None:
        return int(orphan)
    number = 0
    while True:
        rows = vault.execute(_DETAILS_FROM, (number, _ROWS_AT_ONCE)).fetchall()
        if not rows:
            return None
        for number, obj, details, salt, told_obj, told_details in rows:
            told = (sha256(salt + told_obj), sha256(salt + told_details.encode()))
            if (obj, details) != told:
                return int(number)


def beginning(vault: Connection) -> Place:
    """Where the log begins: at 0, or behind the entries that were taken off."""
    row = vault.execute("SELECT number, hash FROM audit_cut").fetchone()
    return BEGINNING if row is None else Place(number=row[0], hash=digest(row[1]))


def last_before(vault: Connection, at: Instant) -> Place | None:
    """The last entry that was written before an instant."""
    row = vault.execute(_BEFORE, (at,)).fetchone()
    return None if row is None else Place(number=row[0], hash=digest(row[1]))


def hash_at(vault: Connection, number: int) -> Hash | None:
    """The hash of an entry."""
    row = vault.execute("SELECT hash FROM audit WHERE number = ?", (number,)).fetchone()
    return None if row is None else digest(row[0])


def written_at(vault: Connection, number: int) -> Instant | None:
    """When the first entry from a number on was written."""
    row = vault.execute(
        "SELECT at FROM audit WHERE number >= ? ORDER BY number LIMIT 1", (number,)
    ).fetchone()
    return None if row is None else instant(row[0])


def restored_at(vault: Connection) -> list[Instant]:
    """When this log was restored from a backup."""
    rows = vault.execute(
        "SELECT at FROM audit WHERE event = ? ORDER BY number LIMIT ?", (RESTORE, _ROWS_AT_ONCE)
    ).fetchall()
    return [instant(row[0]) for row in rows]


def count_after(vault: Connection, number: int) -> int:
    """How many entries follow a number."""
    (following,) = vault.execute(
        "SELECT count(*) FROM audit WHERE number > ?", (number,)
    ).fetchone()
    return int(following)


def last_hash(vault: Connection) -> Hash:
    """The hash of the last entry; zeros before the first."""
    last = vault.execute(_LAST).fetchone()
    return ZERO_HASH if last is None else digest(last[1])


def count(vault: Connection) -> int:
    """How many entries there are."""
    (number,) = vault.execute("SELECT count(*) FROM audit").fetchone()
    return int(number)


def _hash_of(row: Sequence[Any], previous: Hash) -> bytes:
    body = encode(
        {
            0: 1,
            1: row[0],
            2: row[1],
            3: previous,
            4: row[2],
            5: row[3],
            6: row[4],
            7: row[5],
            8: row[6],
        }
    )
    return labelled_hash(Label.AUDIT, body)
