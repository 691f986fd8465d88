"""The folder of the backups: their names, which of them are kept, and what a crash has left.

sathi-20270131-021500.backup          a finished one, by the UTC time it is of
.sathi-….part                         in the making; thrown away with the next one
"""

import datetime as dt
import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.vault import durable
from node.vault.backup import packing
from protocol.values import Instant, instant

_NAME: Final = re.compile(r"sathi-(\d{8}-\d{6})\.backup")
_PART: Final = re.compile(r"\.sathi-[0-9a-f]{16}\.(?:copy|part)(?:-journal|-wal|-shm)?")
_TIME: Final = "%Y%m%d-%H%M%S"
_ENTRIES_MAX: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A finished backup, as its folder shows it."""

    path: Path
    made_at: Instant
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How many are kept: the newest of so many days, weeks and months that have one."""

    daily: int
    weekly: int
    monthly: int


def name_of(made_at: Instant) -> str:
    """What the backup of an instant is called."""
    return f"sathi-{_utc(made_at).strftime(_TIME)}.backup"


def part_of(folder: Path, drawn: bytes, *, ending: str) -> Path:
    """A place for something in the making: `copy` or `part`."""
    return folder / f".sathi-{drawn.hex()}.{ending}"


def finished(folder: Path) -> list[Backup]:
    """The backups in a folder, the oldest first; whatever else lies there is left alone.

    Raises:
        OSError: if the folder cannot be read.
    """
    found = []
    for number, path in enumerate(folder.iterdir()):
        if number >= _ENTRIES_MAX:
            break
        made_at = _made_at(path.name)
        if made_at is not None and path.is_file() and not path.is_symlink():
            found.append(Backup(path=path, made_at=made_at, size=path.stat().st_size))
    return sorted(found, key=lambda backup: backup.made_at)


def sweep(folder: Path) -> int:
    """Throw away what a crash or a full disk left half-made; how many there were."""
    left = [path for path in folder.iterdir() if _PART.fullmatch(path.name)]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def put_in_place(part: Path, folder: Path, *, made_at: Instant) -> Path:
    """Give a finished file its name, for good. Raises: FileExistsError, OSError."""
    target = folder / name_of(made_at)
    if target.exists() or target.is_symlink():
        raise FileExistsError(target.name)
    durable.move(part, target)
    return target


def rotate(folder: Path, *, keep: Keep) -> list[Backup]:
    """Take away the backups that others stand for; a damaged one stands for none and is left to be looked at.

    Returns:
        Those that were taken away.
    """
    known = finished(folder)
    if not to_drop([backup.made_at for backup in known], keep=keep):
        return []
    whole = [backup for backup in known if packing.is_whole(backup.path)]
    dropped = to_drop([backup.made_at for backup in whole], keep=keep)
    gone = [backup for backup in whole if backup.made_at in dropped]
    for backup in gone:
        backup.path.unlink()
    if gone:
        durable.make_durable(folder)
    return gone


def to_drop(made: Sequence[Instant], *, keep: Keep) -> set[Instant]:
    """Which of these instants nothing is kept of; never the newest."""
    newest_first = sorted(made, reverse=True)
    kept = {
        *newest_first[:1],
        *_newest_of(newest_first, _day, count=keep.daily),
        *_newest_of(newest_first, _week, count=keep.weekly),
        *_newest_of(newest_first, _month, count=keep.monthly),
    }
    return set(made) - kept


def _newest_of(
    newest_first: Iterable[Instant], span: Callable[[Instant], Hashable], *, count: int
) -> list[Instant]:
    """The newest of each of the last spans that have one."""
    by_span: dict[Hashable, Instant] = {}
    for made_at in newest_first:
        by_span.setdefault(span(made_at), made_at)
    return [*by_span.values()][:count]


def _day(made_at: Instant) -> Hashable:
    return _utc(made_at).date()


def _week(made_at: Instant) -> Hashable:
    return _utc(made_at).isocalendar()[:2]


def _month(made_at: Instant) -> Hashable:
    moment = _utc(made_at)
    return moment.year, moment.month


def _utc(made_at: Instant) -> dt.datetime:
    return dt.datetime.fromtimestamp(made_at, tz=dt.UTC)


def _made_at(name: str) -> Instant | None:
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        moment = dt.datetime.strptime(found[1], _TIME).replace(tzinfo=dt.UTC)
    except ValueError:
        return None
    return instant(int(moment.timestamp()))
