"""The door of the local API: a socket only this user can open, in a folder only this user can enter."""

import contextlib
import os
import socket
import stat
import struct
from pathlib import Path
from typing import Final

from aiohttp import web

from protocol.errors import SathiError

_WAITING_MAX: Final = 64
_CREDENTIALS: Final = struct.Struct("3i")
_PRIVATE: Final = 0o700
_KNOCK_SECONDS: Final = 1.0


class UnsafeFolderError(SathiError):
    """Others may enter the folder of the socket; it is not used and not changed."""


class AlreadyRunningError(SathiError):
    """Another node listens on this socket."""


def listen(path: Path) -> socket.socket:
    """Make the socket.

    A socket that a node left behind when it was killed is removed; one with somebody behind it never.

    Raises:
        UnsafeFolderError: if the folder is not this user's own, or others may enter it.
        AlreadyRunningError: if somebody answers there.
        OSError: if it cannot be made; the path of a socket has room for about 100 characters.
    """
    path.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    folder = path.parent.stat()
    if folder.st_uid != os.getuid() or stat.S_IMODE(folder.st_mode) & 0o077:
        raise UnsafeFolderError(
            f"others may enter '{path.parent.name}'; the socket needs mode 0700"
        )
    _remove_stale(path)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        door.bind(str(path))
        path.chmod(0o600)
        door.listen(_WAITING_MAX)
        door.setblocking(False)
    except OSError:
        door.close()
        raise
    return door


def remove(path: Path) -> None:
    """Take the socket away again."""
    path.unlink(missing_ok=True)


def is_from(request: web.Request, uids: frozenset[int]) -> bool:
    """Is one of these users at the other end?

    Where the system has no way to say, the modes of the socket and its folder decide alone; where it has
    one and says nothing, the answer is no.
    """
    return not hasattr(socket, "SO_PEERCRED") or _peer_uid(request) in uids


def _peer_uid(request: web.Request) -> int | None:
    """The user at the other end, as the kernel has it; None if it does not say."""
    connection: socket.socket | None = request.get_extra_info("socket")
    if connection is None:
        return None
    try:
        raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        uid: int = _CREDENTIALS.unpack(raw)[1]
    except (OSError, struct.error):
        return None
    return uid


def _remove_stale(path: Path) -> None:
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as knocking:
        knocking.settimeout(_KNOCK_SECONDS)
        try:
            knocking.connect(str(path))
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            # A file that is no socket answers so too; binding will say that it is in the way.
            if path.is_socket():
                path.unlink(missing_ok=True)
            return
    raise AlreadyRunningError("a node listens on this socket already")
