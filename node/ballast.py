"""The ballast: a file beside the data that is worth its room alone, and is given up when the disk is full.

A disk on which not one page is left takes no withdrawal, erases nothing and opens no vault: each of them has
to be written down first. So some room is kept, and given up a part at a time, because whatever filled the
disk fills what is given up as well. Once there is room again the file is made whole.
"""

import os
import sys
from pathlib import Path
from typing import Final

from node import system
from protocol.file_rules import FREE_BYTES_MIN

FILE_NAME: Final = "ballast"
_MIB: Final = 1_048_576
# An erasure of the largest file passes through a log: it takes as much again before it gives anything back.
BYTES: Final = 64 * _MIB
# A demonstration has nothing to lose, and there may be many on one disk.
DEMO_BYTES: Final = _MIB
# The largest file of hers with what stands around it fits into one part, or little more.
PART_BYTES: Final = 16 * _MIB
_ZEROS: Final = bytes(_MIB)


def held_bytes(folder: Path) -> int:
    """How much room is kept beside the data of this node."""
    try:
        return (folder / FILE_NAME).stat().st_size
    except OSError:
        return 0


def give_up(folder: Path) -> bool:
    """Give a part back to the disk, from any thread.

    Returns:
        Whether there was any; then what failed for want of room is worth another try.
    """
    held = held_bytes(folder)
    if not held:
        return False
    try:
        with (folder / FILE_NAME).open("r+b") as file:
            file.truncate(max(0, held - PART_BYTES))
            # Some file systems give the room back only then.
            os.fsync(file.fileno())
    except OSError:
        return False
    return True


def make_whole(folder: Path, *, wanted: int) -> bool:
    """Keep so much room, if the disk has it to spare.

    Returns:
        Whether it is kept.
    """
    held = held_bytes(folder)
    if held >= wanted:
        return True
    place = folder / FILE_NAME
    try:
        if not is_room(free=system.free_bytes(folder), more=wanted - held):
            return False
        descriptor = os.open(place, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            _take_room(descriptor, held=held, wanted=wanted)
        except OSError:
            os.ftruncate(descriptor, held)
            raise
        finally:
            os.close(descriptor)
    except OSError:
        return False
    return True


def is_room(*, free: int, more: int) -> bool:
    """Does a disk with so many free bytes have so many to spare?

    With fewer than stay the mailbox takes only what is small; the ballast is no reason to come there.
    """
    return free - more >= FREE_BYTES_MIN


def _take_room(descriptor: int, *, held: int, wanted: int) -> None:
    if sys.platform == "linux":
        # A file that is only long, with nothing in it, would take no room.
        os.posix_fallocate(descriptor, held, wanted - held)
    else:
        os.lseek(descriptor, held, os.SEEK_SET)
        for start in range(held, wanted, _MIB):
            os.write(descriptor, _ZEROS[: wanted - start])
    os.fsync(descriptor)
