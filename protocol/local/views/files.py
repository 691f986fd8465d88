"""What is shown of files: what each is, how far it has come, and one part of it for whoever takes it out."""

from enum import StrEnum

from protocol.local.fitting import View


class FileState(StrEnum):
    """How a file stands, on either side."""

    READING = "reading"
    """Our copy is not whole yet."""
    KEPT = "kept"
    """Our copy is whole, and nothing of it has left."""
    SENDING = "sending"
    SENT = "sent"
    STOPPED = "stopped"
    """Nothing more of it leaves: her consent for it has ended."""
    AGAIN = "again"
    """Not all of it arrived and our copy is gone, as after a restore; her consent lives: attach it again."""
    ENDED = "ended"
    """All of it arrived, and her consent for it has ended since: the other side erases it."""
    ARRIVING = "arriving"
    WHOLE = "whole"
    LOCKED = "locked"
    """It came, and nobody may look at it any more."""
    BROKEN = "broken"
    """It was not what it said it was."""
    GIVEN_UP = "given_up"
    LOST = "lost"
    """It was here or on its way when this computer was lost; only that it came is known."""
    ERASED = "erased"


class FileLine(View, frozen=True, kw_only=True):
    """One file. What is locked or gone shows neither what it is nor its hash.

    `parts_done` are those the partner has of ours (while it is read in: those that were read), and of theirs
    those that came. `is_ticked`: she allowed this very file. `follows` is what was told about her before it,
    once it goes or came.
    """

    file_id: bytes
    is_ours: bool
    peer: bytes
    thread: bytes
    state: str
    category: int | None
    kind: str | None
    label: str | None
    size: int
    hash: bytes | None
    parts: int
    parts_done: int
    is_ticked: bool
    follows: bytes | None
    begun_at: int
    changed_at: int


class Files(View, frozen=True, kw_only=True):
    """The files of one referral, each side in the order in which they were begun."""

    files: list[FileLine]


class FilePartView(View, frozen=True, kw_only=True):
    """One part, and in how many the file goes."""

    content: bytes
    parts: int
