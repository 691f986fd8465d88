"""The computer a node runs on: its Python, its clock, the room on its disk."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from node.cli.doctor.files import FILES
from node.cli.doctor.findings import Check, Finding, bad, doubtful, good
from protocol.values import Instant, instant

PYTHON_MIN: Final = (3, 11)
SPACE_FAIL_BYTES: Final = 100 * 1024 * 1024
SPACE_WARN_BYTES: Final = 1024 * 1024 * 1024
_MIB: Final = 1024 * 1024
_SPACE_FIX: Final = (
    "make room on this disk (`df -h` shows it); below it, nothing that comes can be kept"
)


def newest_file(folder: Path) -> Instant | None:
    """When the node last wrote something; None where there is nothing."""
    written: list[int] = []
    for name in FILES:
        try:
            written.append(int((folder / name).stat().st_mtime))
        except OSError:
            continue
    return instant(max(0, *written)) if written else None


def free_bytes(folder: Path) -> int:
    """The room that this user may still fill, where the folder is or would be."""
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def judge_python(version: tuple[int, int, int]) -> Finding:
    """Is Python new enough?"""
    said = ".".join(map(str, version))
    if version[:2] < PYTHON_MIN:
        wanted = ".".join(map(str, PYTHON_MIN))
        return bad(Check.PYTHON, f"Python {said}", fix=f"install Python {wanted} or newer")
    return good(Check.PYTHON, f"Python {said}")


def judge_clock(*, now: Instant, newest: Instant | None, is_kept: bool | None) -> Finding:
    """Consents end by this clock: one that went back lets nothing end.

    Args:
        now: what it shows.
        newest: when the node last wrote something, by the same clock.
        is_kept: does the network keep it right? None if nobody says.
    """
    if newest is not None and now < newest:
        return bad(
            Check.CLOCK,
            f"shows {_shown(now)}, and the node wrote a file at {_shown(newest)}",
            fix="set date and time: sudo timedatectl set-ntp true",
        )
    if is_kept is None:
        return good(Check.CLOCK, f"{_shown(now)}; whether it is kept right is not known")
    if not is_kept:
        return doubtful(
            Check.CLOCK,
            f"{_shown(now)}; nothing keeps it right",
            fix="compare it with a telephone, and type: sudo timedatectl set-ntp true",
        )
    return good(Check.CLOCK, f"{_shown(now)}, kept right by the network")


def judge_space(free: int) -> Finding:
    """Is there room for what comes?"""
    said = f"{free // _MIB} MiB are free"
    if free < SPACE_FAIL_BYTES:
        return bad(Check.SPACE, said, fix=_SPACE_FIX)
    if free < SPACE_WARN_BYTES:
        return doubtful(Check.SPACE, said, fix=_SPACE_FIX)
    return good(Check.SPACE, said)


def judge_ballast(held: int, *, wanted: int) -> Finding:
    """Is there something to give up on the day on which the disk is full?"""
    if held < wanted:
        return doubtful(
            Check.BALLAST,
            f"{held // _MIB} of {wanted // _MIB} MiB are kept for her no on a full disk",
            fix="make room on this disk: the running node keeps the rest again by itself",
        )
    return good(Check.BALLAST, f"{held // _MIB} MiB are kept for her no on a full disk")


def _shown(moment: Instant) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M} UTC"
