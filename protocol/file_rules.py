"""The rules of files: what may be read in, which part may be taken, what goes next, when one is given up.

A file is never opened here or anywhere in a node. What its first bytes say is looked at once, by the side
that sends it, so that nothing leaves which nobody would expect behind its kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocol import limits
from protocol.errors import RefusalCode
from protocol.messages.files import BlobChunk, FileHead
from protocol.values import Instant, ThreadId
from protocol.vocabulary.codes import FileKind

PARTS_UNDER_WAY_MAX: Final = 4
"""So many parts of a file wait for an answer at a time: the rest is made ready as answers come (R-199)."""
EARLY_PARTS_MAX: Final = 64
"""So many parts from one peer wait for the gap before them; an honest one has PARTS_UNDER_WAY_MAX (R-195)."""
FREE_BYTES_MIN: Final = 256 * 1_048_576
"""So much of the disk stays free: the node itself needs it to erase."""

_BEGINNINGS: Final = (
    (b"%PDF-", FileKind.PDF),
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"OggS", FileKind.OGG),
)


def kind_of(first: bytes) -> FileKind | None:
    """What a file is by its first bytes; None if it is nothing that may be sent."""
    for beginning, kind in _BEGINNINGS:
        if first.startswith(beginning):
            return kind
    return None


def has_room(size: int, *, free: int, kept: int) -> bool:
    """May a file of this size be read in: is the disk empty enough, and do the copies stay in bounds?

    Args:
        size: bytes of the file.
        free: bytes that are free on the disk.
        kept: bytes of the copies that are kept already.
    """
    # Each part lies there twice while it is under way, and once more in a log file.
    return free - 3 * size >= FREE_BYTES_MIN and kept + size <= limits.FILES_UNDER_WAY_BYTES_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """What is held of the file that a part names; `part` is the content held of that part, if any."""

    head: FileHead
    thread: ThreadId
    is_arriving: bool
    part: bytes | None


def judge_part(
    part: BlobChunk, *, thread: ThreadId, known: KnownFile | None, under_way: int, held: int
) -> RefusalCode | None:
    """May this part be taken (R-194, R-195)?

    Args:
        part: what came, under a consent that allows it.
        thread: the conversation it came in.
        known: what is held of the same file under the same consent, if anything.
        under_way: bytes of the files that this peer began and that are not whole, as announced.
        held: bytes of its whole files.
    """
    if known is None:
        size = part.head.size
        fits = (
            under_way + size <= limits.FILES_UNDER_WAY_BYTES_MAX
            and held + size <= limits.FILES_HELD_BYTES_MAX
        )
        return None if fits else RefusalCode.E_LIMIT
    if known.head != part.head or known.thread != thread:
        return RefusalCode.E_STATE
    if known.part is not None:
        # Whoever was restored, or crashed, does not know what arrived, and sends the file again.
        return None if known.part == part.content else RefusalCode.E_STATE
    return None if known.is_arriving else RefusalCode.E_STATE


def is_given_up(changed_at: Instant, *, now: Instant) -> bool:
    """Has nothing of an unfinished file come for so long that nothing will (R-198)?"""
    return now >= changed_at + limits.FILE_WAIT_SECONDS


def next_parts(queued: Sequence[bool], *, unanswered: int) -> list[int]:
    """Which parts are to be queued now, in their order (R-199).

    Args:
        queued: for each part, whether it was queued before.
        unanswered: how many of those are not yet answered.
    """
    room = max(0, PARTS_UNDER_WAY_MAX - unanswered)
    return [part for part, was_queued in enumerate(queued) if not was_queued][:room]
