"""`stats.journal`: what was counted and spent, in a file that only grows and that no backup sets back.

    "SATHJN01" | record, record ...
    record = length of the body (4 bytes) | body | chain (32 bytes)
    chain  = SHA-256("sathi/1/stats-journal" | previous chain | body); before the first it is zeros

A body is SCE. A record that a crash cut off was never there; what stands behind a broken one is not believed.
The file lies beside the vault, is in no backup, and is copied by itself next to each of them.
"""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.vault import durable
from protocol.codec import Value, decode, encode
from protocol.errors import RemoteProtocolError, SathiError
from protocol.values import ZERO_HASH, Hash, Instant, instant, sha256

FILE_NAME: Final = "stats.journal"
RECORD_BYTES_MAX: Final = 1_048_576
FILE_BYTES_MAX: Final = 256 * 1_048_576
_MAGIC: Final = b"SATHJN01"
_LABEL: Final = b"sathi/1/stats-journal"
_LENGTH_BYTES: Final = 4
_CHAIN_BYTES: Final = 32
# What every record says first: its kind. Whoever counts has kinds of its own, from 1 on.
_KIND: Final = 0
_MARK: Final = 0
_AT: Final = 1


class JournalError(SathiError):
    """The file is no journal, or a record has no place in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """What is to be believed of a file.

    Attributes:
        bodies: the bytes of each record, in the order in which they were written.
        chain: the chain of the last one; zeros where there is none.
        size: how many bytes of the file all this takes.
    """

    bodies: tuple[bytes, ...]
    chain: Hash
    size: int

    @property
    def records(self) -> list[Value]:
        """What the records say."""
        return [decode(body) for body in self.bodies]

    @property
    def last_mark(self) -> Instant:
        """Up to which backup everything that was spent is in here; 1970 where that is not known."""
        marks = [when for record in self.records if (when := _marked(record)) is not None]
        return max(marks, default=instant(0))

    def reaches(self, chain: Hash) -> bool:
        """Did this journal, at some time, end with this chain?"""
        link = ZERO_HASH
        for body in self.bodies:
            if link == chain:
                return True
            link = _link(link, body)
        return link == chain


EMPTY: Final = Journal(bodies=(), chain=ZERO_HASH, size=0)
"""What a node that never counted anything has."""


def load(path: Path) -> Journal:
    """Read as far as the chain holds; a file that is not there is an empty journal.

    Raises:
        JournalError: if it is something else, or larger than any journal.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_BYTES_MAX + 1)
    except FileNotFoundError:
        return EMPTY
    return parse(raw)


def parse(raw: bytes) -> Journal:
    """Read the bytes of a journal as far as the chain holds.

    Raises:
        JournalError: if they are something else, or too many.
    """
    if len(raw) > FILE_BYTES_MAX:
        raise JournalError(f"'{FILE_NAME}' is larger than any journal")
    if not raw.startswith(_MAGIC):
        if _MAGIC.startswith(raw):
            # The crash came while the file was begun.
            return EMPTY
        raise JournalError(f"'{FILE_NAME}' is no journal")
    bodies: list[bytes] = []
    chain, at = ZERO_HASH, len(_MAGIC)
    while (body := _body_at(raw, at)) is not None:
        after = at + _LENGTH_BYTES + len(body) + _CHAIN_BYTES
        link = _link(chain, body)
        if raw[after - _CHAIN_BYTES : after] != link or not _is_sce(body):
            break
        bodies.append(body)
        chain, at = link, after
    return Journal(bodies=tuple(bodies), chain=chain, size=at)


def mark(path: Path, *, made_at: Instant) -> Journal:
    """Note that a backup is made at this moment: everything before is in every copy that has this record.

    Raises: as `append`.
    """
    return append(path, {_KIND: _MARK, _AT: made_at})


def append(path: Path, record: Value) -> Journal:
    """Add a record, durably; what a crash had left behind the last whole one is overwritten.

    Returns:
        The journal with it.

    Raises:
        JournalError: if the record is too large, or the file is no journal.
        OSError: if the disk does not take it; then the record is not in the journal.
    """
    return _add(path, load(path), [encode(record)])


def copy_beside(path: Path, folder: Path) -> bool:
    """Bring the copy in a folder of backups up to date; it never becomes shorter, and nothing in it is lost.

    Returns:
        Whether there is a copy now; a node without a journal needs none.

    Raises:
        JournalError: if one of the two is no journal.
        OSError: if the folder does not take it; the older copy is there still.
    """
    ours, theirs = load(path), load(folder / FILE_NAME)
    merged = merge(ours, theirs)
    if not merged:
        return False
    if list(theirs.bodies) != merged:
        write(folder / FILE_NAME, merged)
    return True


def merge(ours: Journal, theirs: Journal) -> list[bytes]:
    """The bodies of both: the longer one, and what only the other one knows behind it.

    Two nodes that went on from one journal both spent; neither may be forgotten.
    """
    longer, shorter = sorted((ours.bodies, theirs.bodies), key=len, reverse=True)
    known = set(longer)
    return [*longer, *(body for body in shorter if body not in known)]


def write(path: Path, bodies: Sequence[bytes]) -> None:
    """Put a whole journal in its place, in one step."""
    part = path.with_name(f".{path.name}.part")
    with contextlib.suppress(FileNotFoundError):
        part.unlink()
    durable.write_new(part, dump(bodies))
    durable.move(part, path)


def dump(bodies: Sequence[bytes]) -> bytes:
    """The bytes of a journal with these records."""
    return _MAGIC + b"".join(_framed(bodies, chain=ZERO_HASH))


def _add(path: Path, journal: Journal, bodies: Sequence[bytes]) -> Journal:
    if any(len(body) > RECORD_BYTES_MAX for body in bodies):
        raise JournalError(f"a record of '{FILE_NAME}' is at most {RECORD_BYTES_MAX} bytes")
    head = b"" if journal.size else _MAGIC
    added = head + b"".join(_framed(bodies, chain=journal.chain))
    if journal.size + len(added) > FILE_BYTES_MAX:
        raise JournalError(f"'{FILE_NAME}' is full")
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        file.truncate(journal.size)
        file.seek(journal.size)
        file.write(added)
        file.flush()
        os.fsync(file.fileno())
    durable.make_durable(path.parent)
    return load(path)


def _framed(bodies: Sequence[bytes], *, chain: Hash) -> list[bytes]:
    framed = []
    for body in bodies:
        chain = _link(chain, body)
        framed.append(len(body).to_bytes(_LENGTH_BYTES) + body + chain)
    return framed


def _link(chain: Hash, body: bytes) -> Hash:
    return sha256(_LABEL + chain + body)


def _body_at(raw: bytes, at: int) -> bytes | None:
    """The body of the record that begins here; nothing where it is cut off or too long."""
    start = at + _LENGTH_BYTES
    length = int.from_bytes(raw[at:start])
    if len(raw) < start or length > RECORD_BYTES_MAX or len(raw) < start + length + _CHAIN_BYTES:
        return None
    return raw[start : start + length]


def _marked(record: Value) -> Instant | None:
    if not isinstance(record, dict) or record.get(_KIND) != _MARK:
        return None
    at = record.get(_AT)
    return instant(at) if isinstance(at, int) else None


def _is_sce(body: bytes) -> bool:
    try:
        decode(body)
    except RemoteProtocolError:
        return False
    return True
