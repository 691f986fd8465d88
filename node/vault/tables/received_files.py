"""Files that came: what each is, which parts are there, and in which messages they lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from node.vault.driver import Connection
from protocol import limits
from protocol.messages.files import FileHead
from protocol.values import (
    Hash,
    Instant,
    MessageId,
    NodeId,
    ThreadId,
    digest,
    instant,
    message_id,
    node_id,
    thread_id,
)
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import FileKind, FileLabel

_COLUMNS: Final = (
    "file_id, peer, thread, consent, follows, size, hash, category, kind, label, state, begun_at,"
    " changed_at"
)
_FILES_MAX: Final = 1_000
_EARLY_PARTS: Final = (
    "SELECT count(*) FROM messages WHERE peer = ? AND type = 'blob.chunk/1' AND status = 'early'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """One file, from its first part on. `head` is None once it is gone: then nobody knows what it was."""

    file_id: bytes
    peer: NodeId
    thread: ThreadId
    consent: Hash
    follows: MessageId
    size: int
    head: FileHead | None
    state: str
    begun_at: Instant
    changed_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """How many parts came, how many of them are still there, and whether one of them is locked."""

    came: int
    there: int
    is_locked: bool


def insert(vault: Connection, file: ReceivedFile, head: FileHead) -> None:
    """Something of a file came for the first time."""
    vault.execute(
        f"INSERT INTO received_files ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            file.file_id,
            file.peer,
            file.thread,
            file.consent,
            file.follows,
            head.size,
            head.hash,
            int(head.category),
            head.kind.value,
            head.label.value,
            file.state,
            file.begun_at,
            file.changed_at,
        ),
    )


def find(vault: Connection, file_id: bytes) -> ReceivedFile | None:
    """One file."""
    row = vault.execute(
        f"SELECT {_COLUMNS} FROM received_files WHERE file_id = ?", (file_id,)
    ).fetchone()
    return None if row is None else _file(row)


def find_by_hash(
    vault: Connection, peer: NodeId, *, consent: Hash, link: Hash
) -> ReceivedFile | None:
    """The file that a part names, if anything of it is there."""
    row = vault.execute(
        f"SELECT {_COLUMNS} FROM received_files WHERE peer = ? AND consent = ? AND hash = ?",
        (peer, consent, link),
    ).fetchone()
    return None if row is None else _file(row)


def in_thread(vault: Connection, thread: ThreadId) -> list[ReceivedFile]:
    """Every file of a conversation, in the order in which they began to come."""
    rows = vault.execute(
        f"SELECT {_COLUMNS} FROM received_files WHERE thread = ? ORDER BY number LIMIT ?",
        (thread, _FILES_MAX),
    ).fetchall()
    return [_file(row) for row in rows]


def in_state(vault: Connection, state: str) -> list[ReceivedFile]:
    """Every file in one state of which is known what it is."""
    rows = vault.execute(
        f"SELECT {_COLUMNS} FROM received_files WHERE state = ? AND hash IS NOT NULL LIMIT ?",
        (state, _FILES_MAX),
    ).fetchall()
    return [_file(row) for row in rows]


def lost(vault: Connection) -> list[ReceivedFile]:
    """Every file that was here or on its way when the computer was lost: only that it came is known."""
    rows = vault.execute(
        f"SELECT {_COLUMNS} FROM received_files WHERE hash IS NULL"
        " AND state IN ('arriving', 'whole') ORDER BY number LIMIT ?",
        (_FILES_MAX,),
    ).fetchall()
    return [_file(row) for row in rows]


def drop_lost(vault: Connection, file: ReceivedFile) -> None:
    """A file came whole: one that was lost and can be the same is missed no more."""
    vault.execute(
        "DELETE FROM received_files WHERE number = (SELECT min(number) FROM received_files"
        " WHERE hash IS NULL AND state IN ('arriving', 'whole')"
        " AND peer = ? AND thread = ? AND consent = ? AND size = ?)",
        (file.peer, file.thread, file.consent, file.size),
    )


def bytes_announced(vault: Connection, peer: NodeId, *, state: str) -> int:
    """The bytes that the files of one peer in one state have, or are said to have once they are whole."""
    (total,) = vault.execute(
        "SELECT coalesce(sum(size), 0) FROM received_files WHERE peer = ? AND state = ?"
        " AND hash IS NOT NULL",
        (peer, state),
    ).fetchone()
    return int(total)


def add_part(
    vault: Connection, file_id: bytes, part: int, message: MessageId, *, now: Instant
) -> bool:
    """One more part came; False if it was there, in another message."""
    changed = vault.execute(
        "INSERT INTO received_file_parts (file_id, part, message_id) VALUES (?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (file_id, part, message),
    )
    vault.execute("UPDATE received_files SET changed_at = ? WHERE file_id = ?", (now, file_id))
    return bool(changed.rowcount)


def holds(vault: Connection, message: MessageId) -> bool:
    """Does a part of a file lie in this message?"""
    row = vault.execute(
        "SELECT 1 FROM received_file_parts WHERE message_id = ?", (message,)
    ).fetchone()
    return row is not None


def messages_of(vault: Connection, file_id: bytes) -> list[MessageId]:
    """The messages in which the parts came, in the order of the parts."""
    rows = vault.execute(
        "SELECT message_id FROM received_file_parts WHERE file_id = ? ORDER BY part LIMIT ?",
        (file_id, limits.FACTS_MAX),
    ).fetchall()
    return [message_id(row[0]) for row in rows]


def message_of(vault: Connection, file_id: bytes, part: int) -> MessageId | None:
    """The message in which one part came."""
    row = vault.execute(
        "SELECT message_id FROM received_file_parts WHERE file_id = ? AND part = ?",
        (file_id, part),
    ).fetchone()
    return None if row is None else message_id(row[0])


def parts_of(vault: Connection, file: ReceivedFile) -> Parts:
    """How much of a file is there."""
    came, there, locked = vault.execute(
        "SELECT count(*), coalesce(sum(m.payload IS NOT NULL), 0), coalesce(max(m.is_locked), 0)"
        " FROM received_file_parts p LEFT JOIN messages m"
        " ON m.peer = ? AND m.message_id = p.message_id WHERE p.file_id = ?",
        (file.peer, file.file_id),
    ).fetchone()
    return Parts(came=came, there=there, is_locked=bool(locked))


def set_state(vault: Connection, file_id: bytes, state: str, *, now: Instant) -> None:
    """It is whole, or will never be."""
    vault.execute(
        "UPDATE received_files SET state = ?, changed_at = ? WHERE file_id = ?",
        (state, now, file_id),
    )


def forget(vault: Connection, file_id: bytes) -> None:
    """Forget what a file was; the keys of its parts must be destroyed before."""
    vault.execute(
        "UPDATE received_files SET hash = NULL, category = NULL, kind = NULL, label = NULL"
        " WHERE file_id = ?",
        (file_id,),
    )


def forget_under(vault: Connection, consent: Hash, *, now: Instant) -> None:
    """Forget what everything under a consent was; the keys must be destroyed before."""
    vault.execute(
        "UPDATE received_files SET state = 'erased', changed_at = ?, hash = NULL, category = NULL,"
        " kind = NULL, label = NULL WHERE consent = ?",
        (now, consent),
    )


def count_early_parts(vault: Connection, peer: NodeId) -> int:
    """How many parts of one peer wait for the gap before them."""
    (count,) = vault.execute(_EARLY_PARTS, (peer,)).fetchone()
    return int(count)


def _file(row: Sequence[Any]) -> ReceivedFile:
    return ReceivedFile(
        file_id=bytes(row[0]),
        peer=node_id(row[1]),
        thread=thread_id(row[2]),
        consent=digest(row[3]),
        follows=message_id(row[4]),
        size=row[5],
        head=None
        if row[6] is None
        else FileHead(
            hash=digest(row[6]),
            category=Category(row[7]),
            kind=FileKind(row[8]),
            label=FileLabel(row[9]),
            size=row[5],
        ),
        state=row[10],
        begun_at=instant(row[11]),
        changed_at=instant(row[12]),
    )
