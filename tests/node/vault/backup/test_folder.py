"""Which backups are kept, and what may never be taken away."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey

from node.vault.backup import folder, packing
from node.vault.backup.folder import Keep
from protocol.limits import DAY, HOUR
from protocol.values import Instant
from tests.support.builders import NOON, entropy

KEEP = Keep(daily=7, weekly=4, monthly=12)
MOMENTS = st.sets(st.integers(min_value=0, max_value=4_000_000_000).map(Instant), max_size=60)
KEEPS = st.builds(
    Keep, daily=st.integers(1, 9), weekly=st.integers(0, 9), monthly=st.integers(0, 9)
)


def put(place: Path, made_at: int) -> Path:
    """A finished backup, small and whole."""
    copy, path = place / "copy", place / folder.name_of(Instant(made_at))
    copy.write_bytes(b"content")
    sheet = bytes(PrivateKey(bytes(32)).public_key)
    packing.pack(
        copy, path, key=bytes(32), sheet=sheet, salt=bytes(16), entropy=entropy("rotation")
    )
    copy.unlink()
    return path


def damage(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-50] + bytes(50))


@given(made=MOMENTS, keep=KEEPS)
def test_the_newest_is_never_dropped_and_the_last_days_are_kept(
    made: set[Instant], keep: Keep
) -> None:
    dropped = folder.to_drop(list(made), keep=keep)
    newest_of_day = {moment // DAY: moment for moment in sorted(made)}
    last_days = [newest_of_day[day] for day in sorted(newest_of_day)[-keep.daily :]]

    assert dropped <= made
    assert not dropped & {*last_days, *sorted(made)[-1:]}
    assert len(made - dropped) <= 1 + keep.daily + keep.weekly + keep.monthly


@given(made=MOMENTS, keep=KEEPS)
def test_whoever_rotates_twice_drops_nothing_more(made: set[Instant], keep: Keep) -> None:
    kept = made - folder.to_drop(list(made), keep=keep)

    assert folder.to_drop(list(kept), keep=keep) == set()


def test_two_years_of_daily_backups_leave_seven_days_four_weeks_and_twelve_months() -> None:
    made = [Instant(NOON + day * DAY) for day in range(730)]
    kept = sorted(set(made) - folder.to_drop(made, keep=KEEP))

    # Some weeks and months have their newest among the days or weeks.
    assert kept[-7:] == made[-7:]
    assert len(kept) <= 7 + 4 + 12
    assert kept[0] <= made[-1] - 10 * 30 * DAY


def test_the_names_and_nothing_else_are_taken_for_backups(tmp_path: Path) -> None:
    path = put(tmp_path, NOON)
    for other in ("sathi-20271301-000000.backup", "notes.txt", "sathi-20270101-000000.backup.old"):
        (tmp_path / other).write_bytes(b"x")
    (tmp_path / "sathi-20270101-000000.backup").symlink_to(path)

    (found,) = folder.finished(tmp_path)
    assert (found.path, found.made_at, found.size) == (path, NOON, path.stat().st_size)


def test_what_a_crash_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    kept = put(tmp_path, NOON)
    for ending in ("copy", "part"):
        folder.part_of(tmp_path, bytes(8), ending=ending).write_bytes(b"half")
    (tmp_path / ".other.part").write_bytes(b"somebody else's")

    assert folder.sweep(tmp_path) == 2
    assert {path.name for path in tmp_path.iterdir()} == {kept.name, ".other.part"}


def test_a_backup_never_takes_the_place_of_another(tmp_path: Path) -> None:
    there = put(tmp_path, NOON)
    before = there.read_bytes()
    part = folder.part_of(tmp_path, bytes(8), ending="part")
    part.write_bytes(b"newer")

    with pytest.raises(FileExistsError):
        folder.put_in_place(part, tmp_path, made_at=NOON)
    assert there.read_bytes() == before


def test_rotation_takes_away_what_others_stand_for(tmp_path: Path) -> None:
    paths = [put(tmp_path, NOON + hour * HOUR) for hour in range(3)]

    gone = folder.rotate(tmp_path, keep=Keep(daily=1, weekly=0, monthly=0))

    assert [one.path for one in gone] == paths[:2]
    assert [one.path for one in folder.finished(tmp_path)] == paths[2:]


def test_a_damaged_backup_stands_for_none_so_the_last_whole_one_stays(tmp_path: Path) -> None:
    whole, newer = put(tmp_path, NOON), put(tmp_path, NOON + HOUR)
    damage(newer)

    assert folder.rotate(tmp_path, keep=Keep(daily=1, weekly=0, monthly=0)) == []
    assert [one.path for one in folder.finished(tmp_path)] == [whole, newer]
