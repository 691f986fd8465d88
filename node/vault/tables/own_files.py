"""Our copies of files that are to be sent: what each is, how far it has gone, and its parts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from node.vault.driver import Connection
from protocol import limits
from protocol.delivery import OutboxState
from protocol.messages.files import FileHead
from protocol.values import (
    ConsentId,
    Hash,
    Instant,
    MessageId,
    NodeId,
    ThreadId,
    consent_id,
    digest,
    message_id,
    node_id,
    thread_id,
)
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import FileKind, FileLabel

_COLUMNS: Final = (
    "file_id, thread, peer, consent_id, category, label, size, kind, hash, state, follows, key_id,"
    " begun_at, changed_at"
)
_HAS_COPY: Final = "key_id IS NOT NULL"
# More files than anybody attaches to one referral.
_FILES_MAX: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFile:
    """One copy. `kind` and `hash` are None until all of it was read; `key_id` once it is destroyed."""

    file_id: bytes
    thread: ThreadId
    peer: NodeId
    consent_id: ConsentId
    category: Category
    label: FileLabel
    size: int
    kind: FileKind | None
    hash: Hash | None
    state: str
    follows: MessageId | None
    key_id: bytes | None
    begun_at: int
    changed_at: int

    @property
    def head(self) -> FileHead | None:
        """What each part says of it; None until all of it was read."""
        if self.kind is None or self.hash is None:
            return None
        return FileHead(
            hash=self.hash,
            category=self.category,
            kind=self.kind,
            label=self.label,
            size=self.size,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """One part, and what became of the message it goes in.

    `message_id` is None until it was queued, `state` where that message is gone; `is_there`: they have it.
    """

    part: int
    message_id: MessageId | None
    state: OutboxState | None
    is_withheld: bool
    is_there: bool

    @property
    def has_arrived(self) -> bool:
        """Did they say that they have it, noted or not?"""
        is_stored = self.state is OutboxState.STORED and not self.is_withheld
        return self.is_there or is_stored


def insert(vault: Connection, file: OwnFile) -> None:
    """Begin a copy."""
    vault.execute(
        f"INSERT INTO own_files ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?, NULL, ?, ?, ?)",
        (
            file.file_id,
            file.thread,
            file.peer,
            file.consent_id,
            int(file.category),
            file.label.value,
            file.size,
            file.state,
            file.key_id,
            file.begun_at,
            file.changed_at,
        ),
    )


def find(vault: Connection, file_id: bytes) -> OwnFile | None:
    """One copy."""
    row = vault.execute(
        f"SELECT {_COLUMNS} FROM own_files WHERE file_id = ?", (file_id,)
    ).fetchone()
    return None if row is None else _file(row)


def in_thread(vault: Connection, thread: ThreadId) -> list[OwnFile]:
    """Every copy for one referral, in the order in which they were begun."""
    rows = vault.execute(
        f"SELECT {_COLUMNS} FROM own_files WHERE thread = ? ORDER BY number LIMIT ?",
        (thread, _FILES_MAX),
    ).fetchall()
    return [_file(row) for row in rows]


def sending(vault: Connection) -> list[OwnFile]:
    """What is to go, in the order in which it was begun."""
    rows = vault.execute(
        f"SELECT {_COLUMNS} FROM own_files WHERE state = 'sending' AND {_HAS_COPY}"
        " ORDER BY number LIMIT ?",
        (_FILES_MAX,),
    ).fetchall()
    return [_file(row) for row in rows]


def copies(vault: Connection) -> list[OwnFile]:
    """Every copy that is still there."""
    rows = vault.execute(
        f"SELECT {_COLUMNS} FROM own_files WHERE {_HAS_COPY} LIMIT ?", (_FILES_MAX,)
    ).fetchall()
    return [_file(row) for row in rows]


def copies_under(vault: Connection, consent: ConsentId) -> list[OwnFile]:
    """Every copy that is still there under one consent."""
    rows = vault.execute(
        f"SELECT {_COLUMNS} FROM own_files WHERE consent_id = ? AND {_HAS_COPY} LIMIT ?",
        (consent, _FILES_MAX),
    ).fetchall()
    return [_file(row) for row in rows]


def place_of(vault: Connection) -> str:
    """Where the vault lies on the disk."""
    (place,) = vault.execute(
        "SELECT file FROM pragma_database_list WHERE name = 'main'"
    ).fetchone()
    return str(place)


def bytes_kept(vault: Connection) -> int:
    """The bytes of all copies that are still there, as they were announced."""
    (total,) = vault.execute(
        f"SELECT coalesce(sum(size), 0) FROM own_files WHERE {_HAS_COPY}"
    ).fetchone()
    return int(total)


def keep_part(vault: Connection, file_id: bytes, part: int, content: bytes) -> bool:
    """Keep one encrypted part; False if it was kept before."""
    changed = vault.execute(
        "INSERT INTO own_file_parts (file_id, part, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (file_id, part, content),
    )
    return bool(changed.rowcount)


def part_content(vault: Connection, file_id: bytes, part: int) -> bytes | None:
    """One encrypted part, if it is there."""
    row = vault.execute(
        "SELECT content FROM own_file_parts WHERE file_id = ? AND part = ?", (file_id, part)
    ).fetchone()
    return None if row is None or row[0] is None else bytes(row[0])


def parts_kept(vault: Connection, file_id: bytes) -> int:
    """How many parts were read in."""
    (count,) = vault.execute(
        "SELECT count(*) FROM own_file_parts WHERE file_id = ?", (file_id,)
    ).fetchone()
    return int(count)


def set_whole(
    vault: Connection, file_id: bytes, *, kind: FileKind, link: Hash, now: Instant
) -> None:
    """All of it was read: what it is is known."""
    vault.execute(
        "UPDATE own_files SET kind = ?, hash = ?, state = 'kept', changed_at = ? WHERE file_id = ?",
        (kind.value, link, now, file_id),
    )


def set_sending(vault: Connection, file_id: bytes, *, follows: MessageId, now: Instant) -> None:
    """It is to go, behind this message."""
    vault.execute(
        "UPDATE own_files SET state = 'sending', follows = ?, changed_at = ? WHERE file_id = ?",
        (follows, now, file_id),
    )


def set_queued(vault: Connection, file_id: bytes, part: int, message: MessageId) -> None:
    """A part stands in the outbox."""
    vault.execute(
        "UPDATE own_file_parts SET message_id = ? WHERE file_id = ? AND part = ?",
        (message, file_id, part),
    )


def followed(
    vault: Connection, thread: ThreadId, *, consent: ConsentId, types: Collection[str]
) -> MessageId | None:
    """The newest message of a conversation that tells about her under a consent, and was not taken back."""
    named = ", ".join("?" for _ in types)
    row = vault.execute(
        "SELECT message_id FROM outbox WHERE thread = ? AND consent_id = ? AND is_withheld = 0"
        f" AND state != 'refused' AND type IN ({named}) ORDER BY number DESC LIMIT 1",
        (thread, consent, *types),
    ).fetchone()
    return None if row is None else message_id(row[0])


def note_arrived(vault: Connection, file_id: bytes) -> None:
    """Remember which parts the partner has."""
    vault.execute(
        "UPDATE own_file_parts SET is_there = 1 WHERE file_id = ? AND is_there = 0 AND message_id IN"
        " (SELECT message_id FROM outbox WHERE state = 'stored' AND is_withheld = 0)",
        (file_id,),
    )


def note_came_after_all(vault: Connection, message: MessageId, *, now: Instant) -> None:
    """A part that was withheld had come whole; a file of which all had come was sent, and not stopped."""
    rows = vault.execute(
        "SELECT file_id FROM own_file_parts WHERE message_id = ?", (message,)
    ).fetchall()
    for (file_id,) in rows:
        note_arrived(vault, file_id)
        vault.execute(
            "UPDATE own_files SET state = 'sent', changed_at = ? WHERE file_id = ? AND state = 'stopped'"
            " AND NOT EXISTS (SELECT 1 FROM own_file_parts p WHERE p.file_id = own_files.file_id"
            " AND p.is_there = 0)",
            (now, file_id),
        )


def leaving(vault: Connection, file_id: bytes) -> list[Leaving]:
    """What became of each part, in their order."""
    rows = vault.execute(
        "SELECT p.part, p.message_id, o.state, o.is_withheld, p.is_there FROM own_file_parts p"
        " LEFT JOIN outbox o ON o.message_id = p.message_id WHERE p.file_id = ?"
        " ORDER BY p.part LIMIT ?",
        (file_id, limits.FACTS_MAX),
    ).fetchall()
    return [
        Leaving(
            part=row[0],
            message_id=None if row[1] is None else message_id(row[1]),
            state=None if row[2] is None else OutboxState(row[2]),
            is_withheld=bool(row[3]),
            is_there=bool(row[4]),
        )
        for row in rows
    ]


def forget_copy(vault: Connection, file_id: bytes, *, state: str, now: Instant) -> None:
    """Take the parts out; their key must be destroyed before."""
    vault.execute("UPDATE own_file_parts SET content = NULL WHERE file_id = ?", (file_id,))
    vault.execute(
        "UPDATE own_files SET key_id = NULL, state = ?, changed_at = ? WHERE file_id = ?",
        (state, now, file_id),
    )


def drop(vault: Connection, file_id: bytes) -> None:
    """Forget one of which nothing was ever queued; its key must be destroyed before."""
    vault.execute("DELETE FROM own_file_parts WHERE file_id = ?", (file_id,))
    vault.execute("DELETE FROM own_files WHERE file_id = ?", (file_id,))


def drop_stopped(vault: Connection, file: OwnFile) -> None:
    """Forget those of the same bytes under the same consent that did not arrive: no copy of them is here."""
    same = (file.thread, file.consent_id, file.hash)
    which = "thread = ? AND consent_id = ? AND hash = ? AND state = 'stopped'"
    vault.execute(
        "DELETE FROM own_file_parts WHERE file_id IN"
        f" (SELECT file_id FROM own_files WHERE {which})",
        same,
    )
    vault.execute(f"DELETE FROM own_files WHERE {which}", same)


def key_ids(vault: Connection) -> set[bytes]:
    """The disclosure keys that rows need."""
    rows = vault.execute(f"SELECT key_id FROM own_files WHERE {_HAS_COPY}").fetchall()
    return {bytes(row[0]) for row in rows}


def forget_key(vault: Connection, key_id: bytes) -> None:
    """The key is gone: so is the copy, and `lost` names it until that was said."""
    vault.execute("UPDATE own_files SET key_id = NULL WHERE key_id = ?", (key_id,))


def lost(vault: Connection) -> list[OwnFile]:
    """Every file that was to be sent, and of which no copy is there any more."""
    rows = vault.execute(
        f"SELECT {_COLUMNS} FROM own_files WHERE NOT {_HAS_COPY}"
        " AND state IN ('reading', 'kept', 'sending') ORDER BY number LIMIT ?",
        (_FILES_MAX,),
    ).fetchall()
    return [_file(row) for row in rows]


def queue_again(vault: Connection, key_id: bytes) -> None:
    """The key of a part that was on its way is gone, and nobody knows why: it goes once more.

    A crash came between the end of the key and what was to be written down of it. If they have the part
    already, they keep it once (R-194); if her consent ended, the copy is gone too, and nothing goes.
    """
    vault.execute(
        "UPDATE own_file_parts SET message_id = NULL WHERE is_there = 0 AND message_id ="
        " (SELECT message_id FROM outbox WHERE key_id = ?)",
        (key_id,),
    )


def _file(row: Sequence[Any]) -> OwnFile:
    return OwnFile(
        file_id=bytes(row[0]),
        thread=thread_id(row[1]),
        peer=node_id(row[2]),
        consent_id=consent_id(row[3]),
        category=Category(row[4]),
        label=FileLabel(row[5]),
        size=row[6],
        kind=None if row[7] is None else FileKind(row[7]),
        hash=None if row[8] is None else digest(row[8]),
        state=row[9],
        follows=None if row[10] is None else message_id(row[10]),
        key_id=None if row[11] is None else bytes(row[11]),
        begun_at=row[12],
        changed_at=row[13],
    )
