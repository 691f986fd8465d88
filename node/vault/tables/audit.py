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
from protocol.values import ZERO_HASH, Entropy, Hash, Instant, Pseudonym, digest, sha256

_LAST: Final = "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1"
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
_EPOCH: Final = 0
_ROWS_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Something that was done. `obj` is an id; `details` is for people and may be empty."""

    actor: Pseudonym
    event: str
    obj: bytes
    details: str


def append(vault: Connection, entry: AuditEntry, *, now: Instant, entropy: Entropy) -> None:
    """Write one entry, bound to the last one."""
    last = vault.execute(_LAST).fetchone()
    number, previous = (1, ZERO_HASH) if last is None else (last[0] + 1, digest(last[1]))
    salt = entropy(16)
    obj = sha256(salt + entry.obj)
    details = sha256(salt + entry.details.encode())
    row = (number, _EPOCH, now, entry.actor, entry.event, obj, details)
    link = _hash_of(row, previous)
    vault.execute(
        _INSERT,
        (number, _EPOCH, previous, now, entry.actor, entry.event, obj, details, link),
    )
    vault.execute(_INSERT_DETAILS, (number, salt, entry.obj, entry.details))


def is_whole(vault: Connection) -> bool:
    """Does every entry follow from the one before it, without a number left out?"""
    previous, number = ZERO_HASH, 0
    while True:
        rows = vault.execute(_FROM, (number, _ROWS_AT_ONCE)).fetchall()
        if not rows:
            return number == count(vault)
        for row in rows:
            number += 1
            if row[0] != number or row[7] != _hash_of(row, previous):
                return False
            previous = digest(row[7])


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
