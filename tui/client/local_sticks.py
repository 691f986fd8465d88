"""Sticks on this computer: a file on one is handed to the node, or one of the node's is written there.

What is on a stick may be anything: a link, a pipe that never ends, a folder of a hundred thousand files. A
file is written under another name first, so that a stick that was pulled out holds no half of it that looks
whole.
"""

import contextlib
import hashlib
import os
import re
from pathlib import Path
from typing import Final

from protocol.errors import SathiError
from protocol.limits import FILE_PART_BYTES, STICK_FILE_BYTES_MAX
from protocol.local import commands, views
from tui.client.local_files import FileTrouble, LocalFileError, opened, parts_of, trouble_of
from tui.client.upkeep import Asker

STICK_FILES_MAX: Final = 64
"""So many files of one folder are taken at most."""
ENTRIES_MAX: Final = 5_000
"""In a folder with more than that nobody looks for them."""
_NAME: Final = re.compile(r"[a-z2-7]{8}\.bin")
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NONBLOCK
_MAKE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OWNER_ONLY: Final = 0o600


def files_in(folder: Path) -> list[Path]:
    """The files in a folder that are called as ours are, by name; what they are is seen when they are read.

    Raises:
        LocalFileError: if it cannot be read, holds far too many files, or more than 64 of ours.
    """
    found: list[Path] = []
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number >= ENTRIES_MAX:
                    raise LocalFileError(FileTrouble.TOO_MANY)
                if _NAME.fullmatch(entry.name):
                    found.append(folder / entry.name)
    except (OSError, ValueError) as error:
        raise LocalFileError(_of_folder(trouble_of(error))) from None
    if len(found) > STICK_FILES_MAX:
        raise LocalFileError(FileTrouble.TOO_MANY)
    return sorted(found)


async def take_in(
    client: Asker, path: Path, *, passphrase: str | None, is_ferry: bool
) -> views.StickTaken:
    """Hand one file over and let the node take what is in it; the file stays as it is.

    Raises:
        LocalFileError: if it cannot be read, or changed while it was.
        ClientError: if the node does not take it.
    """
    with opened(path, bytes_max=STICK_FILE_BYTES_MAX) as (handle, size):
        begun = await client.ask(commands.BeginStick(size=size), views.Done)
        stick_id = begun.ref or b""
        try:
            for index, part in enumerate(parts_of(handle, size=size)):
                kept = commands.KeepStickPart(stick_id=stick_id, index=index, content=part)
                await client.ask(kept, views.Done)
            take = commands.TakeStick(stick_id=stick_id, passphrase=passphrase, is_ferry=is_ferry)
            return await client.ask(take, views.StickTaken)
        except BaseException:
            await _let_go(client, stick_id)
            raise


async def write_out(client: Asker, made: views.StickMade, folder: Path) -> Path:
    """Write what the node made into a folder, whole or not at all; where it lies now.

    Raises:
        LocalFileError: if the stick does not take it; no file is left that looks whole.
        ClientError: if the node does not hand it out.
    """
    try:
        handle = os.open(folder, _FOLDER)
    except (OSError, ValueError) as error:
        await _let_go(client, made.stick_id)
        raise LocalFileError(_of_folder(trouble_of(error))) from None
    try:
        await _write(client, made, handle)
    except OSError as error:
        raise LocalFileError(trouble_of(error)) from None
    finally:
        os.close(handle)
        await _let_go(client, made.stick_id)
    return folder / made.name


def remove(path: Path) -> None:
    """Take a file off a stick that was taken in; on flash that erases nothing. Raises: LocalFileError."""
    try:
        path.unlink()
    except OSError as error:
        raise LocalFileError(trouble_of(error)) from None


async def _write(client: Asker, made: views.StickMade, folder: int) -> None:
    part = f".{made.name}.part"
    is_there = False
    try:
        handle = os.open(part, _MAKE, _OWNER_ONLY, dir_fd=folder)
        is_there = True
        with os.fdopen(handle, "wb") as file:
            link = hashlib.sha256()
            for index in range(made.parts):
                command = commands.ReadStickPart(stick_id=made.stick_id, index=index)
                content = (await client.ask(command, views.FilePartView)).content
                link.update(content)
                file.write(content)
            file.flush()
            os.fsync(handle)
        if link.digest() != made.hash or not _is_on_it(part, made, folder):
            raise LocalFileError(FileTrouble.CHANGED)
        _put_in_place(part, made.name, folder)
        is_there = False
    finally:
        if is_there:
            with contextlib.suppress(OSError):
                os.unlink(part, dir_fd=folder)


def _is_on_it(part: str, made: views.StickMade, folder: int) -> bool:
    """Does the stick give back what was written, and not only the computer's own memory?"""
    handle = os.open(part, _READ, dir_fd=folder)
    try:
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        link = hashlib.sha256()
        while content := os.read(handle, FILE_PART_BYTES):
            link.update(content)
    finally:
        os.close(handle)
    return link.digest() == made.hash


def _put_in_place(part: str, name: str, folder: int) -> None:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
    else:
        raise LocalFileError(FileTrouble.IS_THERE)


async def _let_go(client: Asker, stick_id: bytes) -> None:
    # If the node is gone, it has let go of it already.
    with contextlib.suppress(SathiError):
        await client.ask(commands.CloseStick(stick_id=stick_id), views.Done)


def _of_folder(trouble: FileTrouble) -> FileTrouble:
    return FileTrouble.NO_FOLDER if trouble is FileTrouble.MISSING else trouble
