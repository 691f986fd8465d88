"""`sathi restore` on a computer whose date may be wrong: somebody who saw another clock says the day."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from node.cli.founding import CHEAP_COST
from node.cli.restored import read_code
from node.system import SystemClock
from node.vault import keyring
from node.vault.database import Database
from protocol import limits
from protocol.values import Instant
from tests.support import backups
from tests.support.command_line import Ended, Founded, founded, sathi_here

DAY = limits.DAY


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    return founded(tmp_path_factory.mktemp("day") / "alo", port=8_470)


@pytest.fixture
def restore(node: Founded, tmp_path: Path) -> Callable[..., Ended]:
    """Restore a backup that was made so long ago by this computer's clock."""

    def restored(age_seconds: int, *more: str) -> Ended:
        path = backup_of_age(node, tmp_path, age_seconds)
        return sathi_here(
            *("restore", str(path), "--to", str(tmp_path / "new"), "--cheap-passphrase"),
            *("--code-file", str(node.recovery_sheet)),
            *("--recovery-sheet", str(tmp_path / "sheet"), *more),
        )

    return restored


def backup_of_age(node: Founded, folder: Path, age_seconds: int) -> Path:
    ring = keyring.load(node.folder)
    code = keyring.recovery_credential(read_code(node.recovery_sheet))
    database = Database.open(
        node.folder, key=keyring.unlock(ring, code, cost=CHEAP_COST).vault_key
    )
    try:
        taken = backups.take(
            database,
            folder,
            now=Instant(SystemClock().wall() - age_seconds),
            sheet=keyring.secret_of(code, salt=ring.salt, cost=CHEAP_COST),
            salt=ring.salt,
        )
    finally:
        database.close()
    return taken.path


def trusted_at(node: Founded, folder: Path) -> int | None:
    """By which clock the restored vault begins, read with the key that the node's own slot opens."""
    ring = keyring.load(folder)
    code = keyring.recovery_credential(read_code(folder.parent / "sheet"))
    database = Database.open(folder, key=keyring.unlock(ring, code, cost=CHEAP_COST).vault_key)
    try:
        [(at,)] = database.read_now(
            lambda unit: unit.vault.execute("SELECT trusted_at FROM clock").fetchall()
        )
    finally:
        database.close()
    assert node.folder != folder
    return at if at is None else int(at)


def today(*, later: int = 0) -> str:
    return datetime.fromtimestamp(SystemClock().wall() + later, UTC).date().isoformat()


def test_within_a_week_of_the_backup_nobody_is_asked_and_the_clock_is_noted(
    restore: Callable[..., Ended], node: Founded, tmp_path: Path
) -> None:
    before = SystemClock().wall()
    ended = restore(6 * DAY)
    at = trusted_at(node, tmp_path / "new")

    assert ended.code == 0, ended.talk
    assert at is not None
    assert before <= at <= SystemClock().wall()


@pytest.mark.parametrize("age_seconds", [8 * DAY, -DAY, 400 * DAY])
def test_a_clock_before_the_backup_or_long_after_it_restores_nothing_unless_a_person_says_the_day(
    restore: Callable[..., Ended], tmp_path: Path, age_seconds: int
) -> None:
    ended = restore(age_seconds)

    assert ended.code == 1
    assert "look at a telephone" in ended.talk
    assert today() in ended.talk
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "sheet").exists()


@pytest.mark.parametrize("age_seconds", [8 * DAY, -DAY])
def test_whoever_says_the_day_of_this_computer_may_restore(
    restore: Callable[..., Ended], node: Founded, tmp_path: Path, age_seconds: int
) -> None:
    ended = restore(age_seconds, "--day", today())

    assert ended.code == 0, ended.talk
    assert trusted_at(node, tmp_path / "new") is not None


@pytest.mark.parametrize("age_seconds", [0, 8 * DAY])
def test_where_a_person_says_another_day_nothing_is_made(
    restore: Callable[..., Ended], tmp_path: Path, age_seconds: int
) -> None:
    ended = restore(age_seconds, "--day", today(later=3 * DAY))

    assert ended.code == 1
    assert "another day" in ended.talk
    assert not (tmp_path / "new").exists()
