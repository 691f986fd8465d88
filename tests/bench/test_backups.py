"""The rows of backups make a real backup of a real node, and bring it back."""

from pathlib import Path

import pytest

from bench import backups
from bench.floors import backups as floors

CASES = 250

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("d")


def test_a_backup_is_made_while_somebody_writes_and_both_are_measured(folder: Path) -> None:
    reading = backups.making_per_megabyte(folder, cases=CASES)

    assert reading.value > 0
    assert set(reading.beside) == {"megabytes", "longest_commit_ms"}
    assert reading.beside["longest_commit_ms"] > 0


def test_a_backup_that_was_checked_brought_every_case_back(folder: Path) -> None:
    assert backups.checking_per_megabyte(folder, cases=CASES).value > 0


def test_the_floors_of_backups_give_a_number(tmp_path: Path) -> None:
    assert floors.making_per_megabyte(tmp_path, cases=100).value > 0
    assert floors.checking_per_megabyte(tmp_path, cases=100).value > 0
