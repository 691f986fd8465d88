"""Introduction files on this computer: the only place where the desk reads or writes a file.

What is read may be anything: a link, a pipe that never ends, a picture of the sea. Only an ordinary file of a
bounded size is read, through one opened handle. What is written is new, and for this user alone.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Final

from protocol.limits import SIGNED_BYTES_MAX
from tui.wording import N_

# Three parts, each with its length before it.
BYTES_MAX: Final = 3 * (SIGNED_BYTES_MAX + 4)
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_MAKE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OWNER_ONLY: Final = 0o600


class Trouble(StrEnum):
    """Why a file was not read or written."""

    MISSING = "missing"
    NO_FOLDER = "no_folder"
    IS_THERE = "is_there"
    LINK = "link"
    NO_FILE = "no_file"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_ALLOWED = "not_allowed"
    DISK = "disk"


TROUBLES: Final = {
    Trouble.MISSING: N_("There is no such file. Look at its name once more."),
    Trouble.NO_FOLDER: N_("There is no such folder. Nothing was made."),
    Trouble.IS_THERE: N_(
        "A file of this name is there already, and stays as it is. Take another name."
    ),
    Trouble.LINK: N_("This is a link to another place. Name the file itself."),
    Trouble.NO_FILE: N_("This is no ordinary file. Nothing of it was read."),
    Trouble.EMPTY: N_("This file is empty. Ask them to send it again."),
    Trouble.TOO_LARGE: N_("This file is too large for an introduction. Nothing of it was taken."),
    Trouble.NOT_ALLOWED: N_(
        "This computer does not let you do that there. Choose another folder."
    ),
    Trouble.DISK: N_("The disk did not do it. Try another folder."),
}
"""What each of them is to a person."""

_MEANINGS: Final = {
    errno.ENOENT: Trouble.MISSING,
    errno.ENOTDIR: Trouble.MISSING,
    errno.ELOOP: Trouble.LINK,
    errno.EEXIST: Trouble.IS_THERE,
    errno.EISDIR: Trouble.NO_FILE,
    errno.ENXIO: Trouble.NO_FILE,
    errno.EACCES: Trouble.NOT_ALLOWED,
    errno.EPERM: Trouble.NOT_ALLOWED,
    errno.EROFS: Trouble.NOT_ALLOWED,
}


def named(text: str) -> Path:
    """The path as a person writes it, with `~` for the own folder."""
    path = Path(text)
    try:
        return path.expanduser()
    except RuntimeError:
        # `~` and a name that nobody here has: then it is taken as it stands.
        return path


def read(path: Path, *, bytes_max: int = BYTES_MAX) -> bytes | Trouble:
    """What stands in an ordinary file, or why it was not read."""
    try:
        handle = os.open(path, _READ)
    except (OSError, ValueError) as error:
        return _trouble(error)
    # Of the opened handle: nobody can put something else in its place in between.
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return Trouble.NO_FILE
    with os.fdopen(handle, "rb") as file:
        try:
            content = file.read(bytes_max + 1)
        except OSError as error:
            return _trouble(error)
    if len(content) > bytes_max:
        return Trouble.TOO_LARGE
    return content or Trouble.EMPTY


async def write(path: Path, make: Callable[[], Awaitable[bytes]]) -> Trouble | None:
    """Make a new file with what `make` gives; nothing is left where that did not work.

    The file comes first: an introduction that could not be written would still let somebody in.
    """
    try:
        handle = os.open(path, _MAKE, _OWNER_ONLY)
    except (OSError, ValueError) as error:
        found = _trouble(error)
        return Trouble.NO_FOLDER if found is Trouble.MISSING else found
    is_whole = False
    try:
        with os.fdopen(handle, "wb") as file:
            content = await make()
            file.write(content)
            file.flush()
            os.fsync(handle)
            is_whole = True
    except OSError as error:
        return _trouble(error)
    finally:
        if not is_whole:
            _remove(path)
    return None


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _trouble(error: OSError | ValueError) -> Trouble:
    number = error.errno if isinstance(error, OSError) else errno.ENOENT
    return _MEANINGS.get(number or 0, Trouble.DISK)
