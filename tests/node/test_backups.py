"""Backups of an open node: whole, read back, rotated. Whatever stops one leaves the others as they were."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from node import backups as node_backups
from node import faults, trusted_clock
from node.backups import BackupRunningError, Backups, NotMadeError
from node.gate import Gate, LockedError
from node.sections import BackupSection
from node.services import backing_up
from node.vault import journal, keyring
from node.vault.backup import copying, folder, packing
from node.vault.tables import desk
from node.vault.unit import Unit
from protocol import limits
from protocol.effects import Task
from protocol.values import Instant
from tests.support.mailboxes import CountingEntropy, StandingClock
from tests.support.nodes import CHEAP, PASSPHRASE, SUPERVISOR, MadeNode, make_node

SECTION: Final = BackupSection(keep_daily=2, keep_weekly=0, keep_monthly=0)


@pytest.fixture
def made(tmp_path: Path) -> MadeNode:
    node = make_node(tmp_path / "node")
    (node.folder / "federation.toml").write_text("# nothing is set\n", encoding="utf-8")
    return node


@pytest.fixture
def clock(made: MadeNode) -> StandingClock:
    return StandingClock(seconds=Instant(made.begun.me.card.created + limits.HOUR))


@pytest.fixture
async def gate(made: MadeNode, clock: StandingClock) -> AsyncIterator[Gate]:
    opened = Gate(made.folder, clock=clock, entropy=CountingEntropy(), cost=CHEAP)
    await opened.unlock(SUPERVISOR, PASSPHRASE)
    yield opened
    await opened.lock()


@pytest.fixture
def backups(gate: Gate, made: MadeNode) -> Backups:
    return Backups(gate, made.folder, SECTION, entropy=CountingEntropy())


@pytest.fixture(autouse=True)
def unarmed() -> Iterator[None]:
    yield
    faults.disarm()


def files(made: MadeNode) -> dict[str, bool]:
    """The finished backups, and whether each is whole."""
    place = made.folder / "backups"
    return {one.path.name: packing.is_whole(one.path) for one in folder.finished(place)}


def left_over(made: MadeNode) -> list[str]:
    """What lies about that is neither the node's nor a finished backup."""
    return [
        path.name for path in made.folder.rglob(".sathi-*") if path.suffix in {".copy", ".part"}
    ]


def opened(made: MadeNode, path: Path, aside: Path) -> dict[str, int]:
    """The rows of a backup, by the code of the sheet."""
    sheet = keyring.recovery_credential(made.recovery_code)
    secret = keyring.secret_of(sheet, salt=packing.salt_of(path), cost=CHEAP)
    key = packing.unpack(path, aside, secret=secret)
    return copying.inspect(aside, key=key)[1]


async def tasks(gate: Gate) -> list[str]:
    def read(unit: Unit) -> list[str]:
        return [task.task for task in desk.open_tasks(unit.vault)]

    return await gate.read(read)


async def test_a_backup_opens_to_the_recovery_sheet_and_is_noted(
    made: MadeNode, gate: Gate, backups: Backups, clock: StandingClock, tmp_path: Path
) -> None:
    done = await backups.make()
    state = await gate.read(backing_up.state)
    rows = opened(made, done.path, tmp_path / "copy.db")

    assert files(made) == {folder.name_of(clock.seconds): True}
    assert (rows["users"], rows["node_self"]) == (1, 1)
    assert (state.made_at, state.name, state.size) == (clock.seconds, done.path.name, done.size)
    assert left_over(made) == []
    assert done.path.stat().st_mode & 0o777 == 0o600


async def test_the_journal_is_copied_beside_it_and_is_not_in_it(
    made: MadeNode, backups: Backups, clock: StandingClock
) -> None:
    journal.append(made.folder / journal.FILE_NAME, {0: 1, 1: 7})
    await backups.make()
    copy = journal.load(made.folder / "backups" / journal.FILE_NAME)

    assert copy.records == [{0: 1, 1: 7}, {0: 0, 1: clock.seconds}]
    assert copy == journal.load(made.folder / journal.FILE_NAME)


async def test_one_is_due_after_its_hours_and_not_before(
    made: MadeNode, backups: Backups, clock: StandingClock
) -> None:
    await backups.make_if_due()
    clock.seconds = Instant(clock.seconds + 24 * limits.HOUR - 1)
    await backups.make_if_due()
    assert len(files(made)) == 1
    clock.seconds = Instant(clock.seconds + 1)
    await backups.make_if_due()

    assert len(files(made)) == 2


async def test_older_ones_make_room_by_day(
    made: MadeNode, backups: Backups, clock: StandingClock
) -> None:
    dropped = []
    for _ in range(4):
        dropped.append((await backups.make()).dropped)
        clock.seconds = Instant(clock.seconds + limits.DAY)

    assert dropped == [0, 0, 1, 1]
    assert len(files(made)) == 2


async def test_while_the_clock_is_in_doubt_nothing_is_taken_away(
    made: MadeNode, gate: Gate, backups: Backups, clock: StandingClock
) -> None:
    today = clock.seconds
    await gate.write(lambda unit: trusted_clock.note_time(unit, now=today))
    for _ in range(3):
        await backups.make()
        # Nobody else says so.
        clock.seconds = Instant(clock.seconds + 60 * limits.DAY)

    assert len(files(made)) == 3


async def test_a_locked_node_makes_none(made: MadeNode, gate: Gate, backups: Backups) -> None:
    await gate.lock()
    with pytest.raises(LockedError):
        await backups.make()
    await backups.make_if_due()

    assert not (made.folder / "backups").exists()


@pytest.mark.parametrize("point", ["backup.after_copy", "backup.before_place"])
async def test_a_crash_leaves_the_finished_ones_and_its_remains_are_swept(
    made: MadeNode, backups: Backups, clock: StandingClock, point: str
) -> None:
    first = await backups.make()
    clock.seconds = Instant(clock.seconds + limits.DAY)
    faults.arm(point, action=_leave_behind(made))
    with pytest.raises(NotMadeError):
        await backups.make()
    await backups.make()

    assert files(made) == {first.path.name: True, folder.name_of(clock.seconds): True}
    assert left_over(made) == []


def _leave_behind(made: MadeNode) -> Callable[[], None]:
    """Fail as a disk does, with something half-made that stays."""

    def leave() -> None:
        for place in (made.folder, made.folder / "backups"):
            folder.part_of(place, b"12345678", ending="part").write_bytes(b"half")
        raise OSError(28, "no space left on device")

    return leave


async def test_a_crash_after_a_backup_has_its_name_leaves_it_whole(
    made: MadeNode, gate: Gate, backups: Backups, clock: StandingClock
) -> None:
    faults.arm("backup.after_place")
    with pytest.raises(BaseExceptionGroup):
        await backups.make()
    clock.seconds = Instant(clock.seconds + limits.DAY)
    await backups.make()

    assert list(files(made).values()) == [True, True]
    assert (await gate.read(backing_up.state)).made_at == clock.seconds


async def test_on_a_full_disk_none_is_made_and_the_last_good_one_stays(
    made: MadeNode, gate: Gate, backups: Backups, clock: StandingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    first = await backups.make()
    monkeypatch.setattr(node_backups, "SPARE_BYTES", 2**62)
    clock.seconds = Instant(clock.seconds + 4 * limits.DAY)
    with pytest.raises(NotMadeError):
        await backups.make()
    state = await gate.read(backing_up.state)

    assert files(made) == {first.path.name: True}
    assert (state.name, state.failed_at) == (first.path.name, clock.seconds)
    assert await tasks(gate) == [Task.BACKUP_OLD.value]


async def test_a_person_is_told_when_the_last_one_is_old_and_no_more_once_there_is_one(
    made: MadeNode, gate: Gate, clock: StandingClock, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    section = BackupSection(folder=str(stick))
    backups = Backups(gate, made.folder, section, entropy=CountingEntropy())
    clock.seconds = Instant(clock.seconds + backing_up.OLD_SECONDS - 2 * limits.HOUR)
    await backups.make_if_due()
    assert await tasks(gate) == []
    clock.seconds = Instant(clock.seconds + 2 * limits.HOUR)
    await backups.make_if_due()
    assert await tasks(gate) == [Task.BACKUP_OLD.value]
    stick.mkdir()
    await backups.make_if_due()
    assert folder.finished(stick) == []
    clock.seconds = Instant(clock.seconds + limits.HOUR)
    await backups.make_if_due()

    assert await tasks(gate) == []
    assert len(folder.finished(stick)) == 1


async def test_a_folder_elsewhere_is_never_made(
    made: MadeNode, gate: Gate, tmp_path: Path
) -> None:
    section = BackupSection(folder=str(tmp_path / "stick"))
    with pytest.raises(NotMadeError):
        await Backups(gate, made.folder, section, entropy=CountingEntropy()).make()

    assert not (tmp_path / "stick").exists()


async def test_locking_ends_one_that_is_being_made(gate: Gate, backups: Backups) -> None:
    gate.on_close = backups.rest
    making = asyncio.create_task(backups.make())
    # One turn of the loop: it has begun.
    await asyncio.sleep(0)
    with pytest.raises(BackupRunningError):
        await backups.make()
    await gate.lock()
    with pytest.raises(LockedError):
        await making

    assert not gate.is_open
