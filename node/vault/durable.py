"""Files that are there whole or not at all, also after the power went."""

import os
from pathlib import Path


def make_durable(path: Path) -> None:
    """Have the system write a file's content, or a folder's list of names, to the disk now."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move(source: Path, target: Path) -> None:
    """Put a file or a folder in its place, in one step and for good; a file that is there is replaced."""
    source.replace(target)
    for folder in {source.parent, target.parent}:
        make_durable(folder)


def write_new(path: Path, content: bytes) -> None:
    """Write a file of this user's own. Raises: FileExistsError."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
