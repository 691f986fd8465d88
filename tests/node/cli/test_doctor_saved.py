"""`sathi doctor` on backups: young, old, none, and a stick that is not in."""

from pathlib import Path

import pytest

from node.cli.doctor import saved
from node.cli.doctor.saved import Saved
from node.config import BackupSection, NodeConfig
from node.vault.backup import folder as backup_folder
from protocol.limits import DAY
from protocol.values import Instant
from tests.support.builders import NOON


def seen(**changes: object) -> Saved:
    usual: dict[str, object] = {
        "is_there": True, "newest": NOON, "is_apart": True, "node_since": Instant(NOON - 90 * DAY)
    }  # fmt: skip
    return Saved(**{**usual, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(("age", "state"), [(0, "ok"), (3 * DAY - 1, "ok"), (3 * DAY, "warn")])
def test_a_backup_is_old_after_three_days(age: int, state: str) -> None:
    assert saved.judge(seen(), now=Instant(NOON + age)).state == state


@pytest.mark.parametrize(("age", "state"), [(0, "ok"), (3 * DAY - 1, "ok"), (3 * DAY, "warn")])
def test_a_new_node_has_three_days_for_its_first_one(age: int, state: str) -> None:
    finding = saved.judge(seen(newest=None, node_since=NOON), now=Instant(NOON + age))

    assert finding.state == state
    assert ("sathi backup create" in (finding.fix or "")) == (state == "warn")


def test_a_stick_that_is_not_in_is_asked_for() -> None:
    finding = saved.judge(seen(newest=None, is_there=False), now=NOON)

    assert finding.state == "warn"
    assert "stick in?" in finding.detail


def test_one_on_the_same_disk_is_to_be_copied_elsewhere() -> None:
    assert "copy it elsewhere" in saved.judge(seen(is_apart=False), now=NOON).detail
    assert "another disk" in saved.judge(seen(), now=NOON).detail


def test_the_folder_that_the_settings_name_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "own-mailbox").touch()
    config = NodeConfig(backup=BackupSection(folder="kept"))
    assert not saved.look(tmp_path, config).is_there
    (tmp_path / "kept").mkdir()
    assert saved.look(tmp_path, config).newest is None
    for age in (0, 5):
        (tmp_path / "kept" / backup_folder.name_of(Instant(NOON + age))).write_bytes(b"x")
    found = saved.look(tmp_path, config)

    assert (found.is_there, found.newest, found.is_apart) == (True, NOON + 5, False)
