"""Holds the place of a file while its content is being asked for: what is told once must find room."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from node.cli.talking import CommandFailedError


@contextmanager
def place(path: Path, *, taken: str, failed: str) -> Iterator[Callable[[bytes], None]]:
    """A new file of this user's own, empty until it is written.

    Args:
        path: where nothing is yet.
        taken: what is said if something is there.
        failed: what is said if the disk does not take the content, with what to type next.

    Yields:
        What writes it, durably. If the block fails before, or the writing does, nothing is left of it.

    Raises:
        CommandFailedError: with one of the two texts.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise CommandFailedError(taken) from None
    is_written = False

    def write(content: bytes) -> None:
        nonlocal is_written
        try:
            _write_whole(descriptor, content)
        except OSError as error:
            raise CommandFailedError(f"{failed} ({type(error).__name__})") from None
        is_written = True

    try:
        yield write
    finally:
        os.close(descriptor)
        if not is_written:
            path.unlink()


def _write_whole(descriptor: int, content: bytes) -> None:
    # Without a buffer: closing one that could not be emptied would raise an error of its own over ours.
    while content:
        content = content[os.write(descriptor, content) :]
    os.fsync(descriptor)
