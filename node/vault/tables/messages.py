"""Messages that came."""

from typing import Any, Final

from node.vault.driver import Connection
from node.vault.records import StoredMessage
from protocol import limits
from protocol.streams import Link
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

_COLUMNS: Final = (
    "peer, message_id, hash, epoch, sequence, previous, type, thread, reply_to, consent, skeleton,"
    " created, received_at, status, code, payload, key_id, is_locked"
)
# Lists need to know whether there is a content, and not the content: a part of a file is a million bytes.
_LISTED: Final = _COLUMNS.replace(
    " payload,", " CASE WHEN payload IS NOT NULL THEN zeroblob(0) END,"
)
_INSERT: Final = (
    f"INSERT INTO messages ({_COLUMNS})"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_SEEN: Final = "SELECT hash FROM messages WHERE peer = ? AND message_id = ?"
_LINKS: Final = (
    "SELECT sequence, previous, hash FROM messages"
    " WHERE peer = ? AND epoch = ? AND sequence BETWEEN ? AND ? LIMIT 8"
)


def insert(vault: Connection, message: StoredMessage) -> None:
    """Keep a message that was taken, withheld or refused."""
    vault.execute(
        _INSERT,
        (
            message.peer,
            message.message_id,
            message.hash,
            message.epoch,
            message.sequence,
            message.previous,
            message.type,
            message.thread,
            message.reply_to,
            message.consent,
            message.skeleton,
            message.created,
            message.received_at,
            message.status,
            message.code,
            message.payload,
            message.key_id,
            message.is_locked,
        ),
    )


def seen_hash(vault: Connection, peer: NodeId, message: MessageId) -> Hash | None:
    """The hash under which this id was taken before."""
    row = vault.execute(_SEEN, (peer, message)).fetchone()
    return None if row is None else digest(row[0])


def count_taken(vault: Connection) -> int:
    """How many messages were taken and not refused."""
    (count,) = vault.execute("SELECT count(*) FROM messages WHERE status != 'refused'").fetchone()
    return int(count)


def links_around(
    vault: Connection, peer: NodeId, *, epoch: Instant, sequence: int
) -> dict[int, Link]:
    """The links at, before and after a number."""
    rows = vault.execute(_LINKS, (peer, epoch, max(1, sequence - 1), sequence + 1)).fetchall()
    return {
        row[0]: Link(sequence=row[0], previous=digest(row[1]), hash=digest(row[2])) for row in rows
    }


def find(vault: Connection, peer: NodeId, message: MessageId) -> StoredMessage | None:
    """One message."""
    row = vault.execute(
        f"SELECT {_COLUMNS} FROM messages WHERE peer = ? AND message_id = ?", (peer, message)
    ).fetchone()
    return None if row is None else _message(row)


def early_at(
    vault: Connection, peer: NodeId, *, epoch: Instant, sequence: int
) -> StoredMessage | None:
    """The message that waits for the gap before this number."""
    row = vault.execute(
        f"SELECT {_COLUMNS} FROM messages WHERE peer = ? AND epoch = ? AND sequence = ?",
        (peer, epoch, sequence),
    ).fetchone()
    return None if row is None else _message(row)


def early_in(vault: Connection, peer: NodeId, *, epoch: Instant) -> list[StoredMessage]:
    """What waits for its turn in one stream of a peer, in order."""
    rows = vault.execute(
        f"SELECT {_COLUMNS} FROM messages WHERE peer = ? AND epoch = ? AND status = 'early'"
        " ORDER BY sequence LIMIT ?",
        (peer, epoch, limits.MAILBOX_ENVELOPES_MAX),
    ).fetchall()
    return [_message(row) for row in rows]


def set_status(
    vault: Connection, peer: NodeId, message: MessageId, *, status: str, code: str | None
) -> None:
    """An early message took effect, or was refused when its turn came."""
    vault.execute(
        "UPDATE messages SET status = ?, code = ? WHERE peer = ? AND message_id = ?",
        (status, code, peer, message),
    )


def in_thread(vault: Connection, thread: ThreadId) -> list[StoredMessage]:
    """Every message of a conversation but the parts of files, in the order they came, without its content."""
    rows = vault.execute(
        f"SELECT {_LISTED} FROM messages WHERE thread = ? AND type != 'blob.chunk/1'"
        " ORDER BY received_at, sequence LIMIT ?",
        (thread, limits.MAILBOX_ENVELOPES_MAX),
    ).fetchall()
    return [_message(row) for row in rows]


def under_consent(vault: Connection, consent: Hash) -> list[StoredMessage]:
    """Every message that came under a consent, without its content."""
    rows = vault.execute(
        f"SELECT {_LISTED} FROM messages WHERE consent = ? LIMIT ?",
        (consent, limits.MAILBOX_ENVELOPES_MAX),
    ).fetchall()
    return [_message(row) for row in rows]


def find_open(vault: Connection, consent: Hash, *, type_name: str) -> StoredMessage | None:
    """The newest message of a type that came under a consent and is neither locked nor erased."""
    row = vault.execute(
        f"SELECT {_COLUMNS} FROM messages WHERE consent = ? AND type = ? AND is_locked = 0"
        " AND payload IS NOT NULL ORDER BY received_at DESC LIMIT 1",
        (consent, type_name),
    ).fetchone()
    return None if row is None else _message(row)


def lock_under(vault: Connection, consent: Hash) -> None:
    """Nobody reads what came under this consent."""
    vault.execute("UPDATE messages SET is_locked = 1 WHERE consent = ?", (consent,))


def is_readable(vault: Connection, message: bytes) -> bool:
    """Is a message still there to be read: neither locked nor erased?"""
    row = vault.execute(
        "SELECT 1 FROM messages WHERE message_id = ? AND is_locked = 0 AND payload IS NOT NULL",
        (message,),
    ).fetchone()
    return row is not None


def key_id_of(vault: Connection, peer: NodeId, message: MessageId) -> bytes | None:
    """The disclosure key of one message, if it has one."""
    row = vault.execute(
        "SELECT key_id FROM messages WHERE peer = ? AND message_id = ?", (peer, message)
    ).fetchone()
    return None if row is None or row[0] is None else bytes(row[0])


def erase_payload(vault: Connection, peer: NodeId, message: MessageId) -> None:
    """Take the payload out; its key must be destroyed before."""
    vault.execute(
        "UPDATE messages SET payload = NULL, key_id = NULL WHERE peer = ? AND message_id = ?",
        (peer, message),
    )


def key_ids(vault: Connection) -> set[bytes]:
    """The disclosure keys that rows need."""
    rows = vault.execute("SELECT key_id FROM messages WHERE key_id IS NOT NULL").fetchall()
    return {bytes(row[0]) for row in rows}


def forget_key(vault: Connection, key_id: bytes) -> None:
    """The key is gone: so is the payload."""
    vault.execute(
        "UPDATE messages SET payload = NULL, key_id = NULL, is_locked = 1 WHERE key_id = ?",
        (key_id,),
    )


def mark_seen(vault: Connection, peer: NodeId, message: MessageId, *, now: Instant) -> bool:
    """A person has seen it; True the first time."""
    changed = vault.execute(
        "UPDATE messages SET seen_at = ? WHERE peer = ? AND message_id = ? AND seen_at IS NULL",
        (now, peer, message),
    )
    return bool(changed.rowcount)


def _message(row: Any) -> StoredMessage:  # noqa: ANN401  (a row of the driver)
    return StoredMessage(
        peer=node_id(row[0]),
        message_id=message_id(row[1]),
        hash=digest(row[2]),
        epoch=instant(row[3]),
        sequence=row[4],
        previous=digest(row[5]),
        type=row[6],
        thread=thread_id(row[7]),
        reply_to=None if row[8] is None else message_id(row[8]),
        consent=None if row[9] is None else digest(row[9]),
        skeleton=row[10],
        created=instant(row[11]),
        received_at=instant(row[12]),
        status=row[13],
        code=row[14],
        payload=row[15],
        key_id=row[16],
        is_locked=bool(row[17]),
    )
