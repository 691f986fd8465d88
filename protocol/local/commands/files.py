"""Commands about files: read in part by part, ticked by her, sent, and taken out by an explicit act.

A file goes through this API in parts of FILE_PART_BYTES, in both directions: whoever asks opens and writes it
with her own rights, and no part of it is ever kept by name or path.
"""

from typing import ClassVar

from protocol.local.commands.form import Command
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import FileLabel


class BeginFile(Command, frozen=True, kw_only=True):
    """Begin to read a file in for the other side of a referral; `size` is in bytes."""

    NAME: ClassVar[str] = "file/begin"
    thread: bytes
    category: Category
    label: FileLabel
    size: int


class KeepFilePart(Command, frozen=True, kw_only=True):
    """One part; `index` counts from 0."""

    NAME: ClassVar[str] = "file/part"
    file_id: bytes
    index: int
    content: bytes

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override is 3.12's
        """Without the content."""
        return f"KeepFilePart(index={self.index})"


class CloseFile(Command, frozen=True, kw_only=True):
    """All parts are there; the answer says what the file is and its SHA-256."""

    NAME: ClassVar[str] = "file/close"
    file_id: bytes


class TickFile(Command, frozen=True, kw_only=True):
    """She was shown this very file and said yes to its being sent; `hash` is the SHA-256 of what she saw."""

    NAME: ClassVar[str] = "file/tick"
    file_id: bytes
    hash: bytes


class SendFile(Command, frozen=True, kw_only=True):
    """Let a file go that she ticked; it follows what was last told about her."""

    NAME: ClassVar[str] = "file/send"
    file_id: bytes


class DropFile(Command, frozen=True, kw_only=True):
    """Destroy our copy; what has left already stays where it is."""

    NAME: ClassVar[str] = "file/drop"
    file_id: bytes


class ListFiles(Command, frozen=True, kw_only=True):
    """The files of one referral: our copies, and what came."""

    NAME: ClassVar[str] = "file/list"
    thread: bytes


class ExportFilePart(Command, frozen=True, kw_only=True):
    """One part of a file that came, to be written somewhere else; each is written into the audit log."""

    NAME: ClassVar[str] = "file/export"
    file_id: bytes
    index: int
