"""Files of this computer that a person names: read once through a safe opening, and written anew.

What is named may be anything: a link, a pipe that never ends, a disk. Only an ordinary file is read, through
one opened handle, part by part. What is written is new and for this user alone, and nothing stays where that
did not work.
"""

import contextlib
import errno
import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from protocol.errors import SathiError
from protocol.limits import FILE_BYTES_MAX, FILE_PART_BYTES
from protocol.local import commands, views
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import FileKind, FileLabel
from tui.client.upkeep import Asker

_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_MAKE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OWNER_ONLY: Final = 0o600
_ID_DIGITS: Final = 12
# A disk takes 255; whatever is longer was not typed by a person.
_NAME_BYTES_MAX: Final = 200
# What a shell or another kind of computer takes for something else than a letter.
_ODD: Final = frozenset("/\\:*?\"<>|$`';&!#%")
# Invisible, and part of how words are written in the scripts of this region; so is the ordinary space.
_JOINERS: Final = frozenset("\u200c\u200d ")
ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    FileKind.PDF: (".pdf",),
    FileKind.JPEG: (".jpg", ".jpeg"),
    FileKind.PNG: (".png",),
    FileKind.OGG: (".ogg", ".oga", ".opus"),
}
"""How the name of a file of each kind ends; the first is ours."""


class FileTrouble(StrEnum):
    """Why a file of this computer was not read or written."""

    MISSING = "missing"
    NO_FOLDER = "no_folder"
    IS_THERE = "is_there"
    LINK = "link"
    NO_FILE = "no_file"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    CHANGED = "changed"
    ODD_NAME = "odd_name"
    NOT_ALLOWED = "not_allowed"
    DISK = "disk"


class LocalFileError(SathiError):
    """A file of this computer that was not read or written; the code says why, and never names it."""

    def __init__(self, trouble: FileTrouble) -> None:
        super().__init__(f"the file was not used: {trouble.value}")
        self.trouble = trouble


_MEANINGS: Final = {
    errno.ENOENT: FileTrouble.MISSING,
    errno.ENOTDIR: FileTrouble.MISSING,
    errno.ELOOP: FileTrouble.LINK,
    errno.EEXIST: FileTrouble.IS_THERE,
    errno.EISDIR: FileTrouble.NO_FILE,
    errno.ENXIO: FileTrouble.NO_FILE,
    errno.EACCES: FileTrouble.NOT_ALLOWED,
    errno.EPERM: FileTrouble.NOT_ALLOWED,
    errno.EROFS: FileTrouble.NOT_ALLOWED,
}


async def read_in(
    client: Asker, path: Path, *, thread: bytes, category: Category, label: FileLabel
) -> views.FileLine:
    """Read a file into the node as a copy for the other side of a referral; it does not leave by that.

    Returns:
        What was read, with its SHA-256; that it is what lies on the disk was compared.

    Raises:
        LocalFileError: if it cannot be read, or changed while it was.
        ClientError: if the node does not take it; nothing of it stays there then.
    """
    with opened(path, bytes_max=FILE_BYTES_MAX) as (handle, size):
        begin = commands.BeginFile(thread=thread, category=category, label=label, size=size)
        file_id = (await client.ask(begin, views.Done)).ref or b""
        try:
            return await _hand_over(client, handle, file_id, size=size)
        except BaseException:
            await _forget(client, file_id)
            raise


async def _hand_over(client: Asker, handle: int, file_id: bytes, *, size: int) -> views.FileLine:
    link = hashlib.sha256()
    for index, part in enumerate(parts_of(handle, size=size)):
        link.update(part)
        command = commands.KeepFilePart(file_id=file_id, index=index, content=part)
        await client.ask(command, views.Done)
    kept = await client.ask(commands.CloseFile(file_id=file_id), views.FileLine)
    if kept.hash != link.digest():
        raise LocalFileError(FileTrouble.CHANGED)
    return kept


async def _forget(client: Asker, file_id: bytes) -> None:
    # Half a copy is of no use to anybody; if the node is gone, it destroys it itself within a day.
    with contextlib.suppress(SathiError):
        await client.ask(commands.DropFile(file_id=file_id), views.Done)


@contextlib.contextmanager
def opened(path: Path, *, bytes_max: int) -> Iterator[tuple[int, int]]:
    """The handle of an ordinary file that is not empty, and its size in bytes. Raises: LocalFileError."""
    try:
        handle = os.open(path, _READ)
    except (OSError, ValueError) as error:
        raise LocalFileError(trouble_of(error)) from None
    try:
        # Of the opened handle: nobody can put something else in its place in between.
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise LocalFileError(FileTrouble.NO_FILE)
        if found.st_size == 0:
            raise LocalFileError(FileTrouble.EMPTY)
        if found.st_size > bytes_max:
            raise LocalFileError(FileTrouble.TOO_LARGE)
        yield handle, found.st_size
    finally:
        os.close(handle)


def parts_of(handle: int, *, size: int) -> Iterator[bytes]:
    """The file part by part: it must have exactly the size that was announced. Raises: LocalFileError."""
    left = size
    while left:
        part = _read(handle, min(left, FILE_PART_BYTES))
        left -= len(part)
        yield part
    if _read(handle, 1, is_end=True):
        raise LocalFileError(FileTrouble.CHANGED)


def _read(handle: int, count: int, *, is_end: bool = False) -> bytes:
    content = b""
    while len(content) < count:
        try:
            more = os.read(handle, count - len(content))
        except OSError as error:
            raise LocalFileError(trouble_of(error)) from None
        if not more:
            break
        content += more
    if len(content) < count and not is_end:
        raise LocalFileError(FileTrouble.CHANGED)
    return content


async def take_out(client: Asker, file: views.FileLine, path: Path) -> Path:
    """Write a file that came to a new place outside of the node, for this user alone.

    Args:
        client: asks the node.
        file: what is taken out.
        path: a folder, in which it gets a name that says nothing, or the name of a new file.

    Returns:
        Where it was written.

    Raises:
        LocalFileError: if it cannot be written; then nothing is left there.
        ClientError: if the node does not hand it out; nothing is left there either.
    """
    place = _place(file, path)
    try:
        handle = os.open(place, _MAKE, _OWNER_ONLY)
    except (OSError, ValueError) as error:
        found = trouble_of(error)
        missing = found is FileTrouble.MISSING
        raise LocalFileError(FileTrouble.NO_FOLDER if missing else found) from None
    is_whole = False
    try:
        await _write_all(client, file, handle)
        is_whole = True
    except OSError as error:
        raise LocalFileError(trouble_of(error)) from None
    finally:
        os.close(handle)
        if not is_whole:
            _remove(place)
    return place


def _place(file: views.FileLine, path: Path) -> Path:
    """Where exactly: what opens a file goes by its name, so that must be plain and end as its kind does."""
    endings = ENDINGS.get(file.kind or "", ())
    if _is_folder(path) and endings:
        return path / f"file-{file.file_id.hex()[:_ID_DIGITS]}{endings[0]}"
    if _is_odd(path.name) or path.suffix.lower() not in endings:
        raise LocalFileError(FileTrouble.ODD_NAME)
    return path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _is_odd(name: str) -> bool:
    """Would a name be read as something else than it is: by a person, a program, or another computer?"""
    stem = name.rpartition(".")[0]
    is_hidden = name.startswith((".", "-", " ", "~")) or stem.endswith((" ", "."))
    is_long = len(name.encode("utf-8", "replace")) > _NAME_BYTES_MAX
    return is_hidden or is_long or not stem or any(_is_odd_character(one) for one in name)


def _is_odd_character(one: str) -> bool:
    return one in _ODD or (unicodedata.category(one)[0] in "CZ" and one not in _JOINERS)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


async def _write_all(client: Asker, file: views.FileLine, handle: int) -> None:
    link = hashlib.sha256()
    for index in range(file.parts):
        command = commands.ExportFilePart(file_id=file.file_id, index=index)
        part = await client.ask(command, views.FilePartView)
        link.update(part.content)
        written = 0
        while written < len(part.content):
            written += os.write(handle, part.content[written:])
    if link.digest() != file.hash:
        raise LocalFileError(FileTrouble.CHANGED)
    os.fsync(handle)


def trouble_of(error: OSError | ValueError) -> FileTrouble:
    """What an error of the system is to a person."""
    number = error.errno if isinstance(error, OSError) else errno.ENOENT
    return _MEANINGS.get(number or 0, FileTrouble.DISK)
