"""What we told people of messages that went as withheld, and how that is taken back (R-64, R-96)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from node.vault.driver import Connection
from protocol import limits
from protocol.values import Instant, MessageId, NodeId, ThreadId, message_id, thread_id

_OPEN: Final = (
    "SELECT message_id, thread, missed_at FROM outbox"
    " WHERE is_withheld = 1 AND state = 'stored' AND code IS NULL"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A message that went without its payload. `is_missed`: a person was told that its time was over."""

    message_id: MessageId
    thread: ThreadId
    is_missed: bool


def note_missed(vault: Connection, message: MessageId, *, now: Instant) -> None:
    """A person is told that this one may never have arrived."""
    vault.execute("UPDATE outbox SET missed_at = ? WHERE message_id = ?", (now, message))


def is_missed(vault: Connection, message: MessageId) -> bool:
    """Was a person told that this one may never have arrived?"""
    row = vault.execute(
        "SELECT 1 FROM outbox WHERE message_id = ? AND missed_at IS NOT NULL", (message,)
    ).fetchone()
    return row is not None


def confirm(vault: Connection, message: MessageId) -> None:
    """The peer has it without its payload, and says so: that stands against a range around it."""
    vault.execute(
        "UPDATE outbox SET code = 'withheld'"
        " WHERE message_id = ? AND is_withheld = 1 AND state = 'stored'",
        (message,),
    )


def find_withheld(vault: Connection, message: MessageId) -> Withheld | None:
    """One message, if it went as withheld, was taken, and is not known to have come without its payload."""
    row = vault.execute(f"{_OPEN} AND message_id = ?", (message,)).fetchone()
    return None if row is None else _withheld(row)


def withheld_in_range(
    vault: Connection, peer: NodeId, *, epoch: Instant, first: int, last: int
) -> list[Withheld]:
    """The same, of one stream between two numbers."""
    rows = vault.execute(
        f"{_OPEN} AND peer = ? AND epoch = ? AND sequence BETWEEN ? AND ? LIMIT ?",
        (peer, epoch, first, last, limits.MAILBOX_ENVELOPES_MAX),
    ).fetchall()
    return [_withheld(row) for row in rows]


def take_back(vault: Connection, message: MessageId) -> None:
    """An earlier copy of it had come whole: it is withheld no more, and nothing of it is missed."""
    vault.execute(
        "UPDATE outbox SET is_withheld = 0, missed_at = NULL WHERE message_id = ?", (message,)
    )


def is_any_missed(vault: Connection, peer: NodeId, thread: ThreadId) -> bool:
    """Is there still something of this conversation that may never have arrived?"""
    row = vault.execute(
        "SELECT 1 FROM outbox WHERE peer = ? AND thread = ? AND missed_at IS NOT NULL LIMIT 1",
        (peer, thread),
    ).fetchone()
    return row is not None


def _withheld(row: Sequence[Any]) -> Withheld:
    return Withheld(
        message_id=message_id(row[0]), thread=thread_id(row[1]), is_missed=row[2] is not None
    )
