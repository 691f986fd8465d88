"""A laptop is lost while a file waits or is on its way: nothing untrue is claimed, and a person is told.

What is to be seen afterwards is said here by hand; what arrived is compared byte by byte.
"""

from pathlib import Path

import pytest

from tests.support import backups
from tests.support.files import PART, attach, files_at, let_go, paper, states_at, taken_out, tick
from tests.support.restored import HOUR, lose_and_restore
from tests.support.restoring import confirm, tasks_of
from tests.support.story import Story

SMALL = paper(3_000)
LONG = paper(4 * PART + 17, name="long")
PAYLOADS = "SELECT count(*) FROM messages WHERE type = 'blob.chunk/1' AND payload IS NOT NULL"
CONTENTS = "SELECT count(*) FROM own_file_parts WHERE content IS NOT NULL"


@pytest.fixture
def told(story: Story) -> Story:
    """The dossier has arrived; she allowed C8, C2 and C9."""
    story.up_to_dossier()
    return story


def saved(story: Story, folder: Path) -> backups.Taken:
    """A backup of Alo as it stands."""
    return backups.take(story.alo.database, folder, now=story.alo.now)


def half_way(story: Story, content: bytes = LONG) -> None:
    """The first parts of a file were taken and answered; what is to follow from that was not done yet."""
    let_go(story, content)
    story.federation.deliver(story.alo)
    story.federation.collect(story.bandhan)
    story.federation.deliver(story.bandhan)
    story.federation.collect(story.alo)


def lose(story: Story, taken: backups.Taken) -> None:
    """An hour later there is a new computer; somebody at Bandhan phoned, and both are in step again."""
    story.federation.box(story.alo).clear()
    story.federation.clock.forward(HOUR)
    lose_and_restore(story.alo, taken)
    story.settle()
    confirm(story.bandhan, story.alo)
    story.settle()


def test_a_file_that_was_on_its_way_at_the_backup_is_told_to_be_attached_again(
    told: Story, tmp_path: Path
) -> None:
    half_way(told)
    lose(told, saved(told, tmp_path))

    [(state, arrived, parts)] = states_at(told.alo, told)
    assert (state, parts) == ("again", 5)
    assert 0 < arrived < parts
    assert "file_again" in tasks_of(told.alo)
    assert told.alo.rows(CONTENTS) == [(0,)]
    assert [state for state, _, _ in states_at(told.bandhan, told)] == ["arriving"]


def test_a_file_that_waited_for_her_yes_is_told_to_be_attached_again(
    told: Story, tmp_path: Path
) -> None:
    file = attach(told, SMALL)
    tick(file, at=told.alo)
    lose(told, saved(told, tmp_path))

    assert states_at(told.alo, told) == [("again", 0, 1)]
    assert "file_again" in tasks_of(told.alo)
    assert files_at(told.bandhan, told) == []


def test_what_had_arrived_before_the_backup_stays_arrived_and_nobody_is_bothered(
    told: Story, tmp_path: Path
) -> None:
    let_go(told, SMALL)
    told.settle()
    lose(told, saved(told, tmp_path))

    assert states_at(told.alo, told) == [("sent", 1, 1)]
    assert "file_again" not in tasks_of(told.alo)


def test_what_had_arrived_and_was_not_yet_noted_is_shown_as_arrived(
    told: Story, tmp_path: Path
) -> None:
    half_way(told, SMALL)
    taken = saved(told, tmp_path)
    before = told.alo.rows("SELECT state FROM own_files")
    lose(told, taken)

    assert before == [("sending",)]
    assert states_at(told.alo, told) == [("sent", 1, 1)]
    assert "file_again" not in tasks_of(told.alo)


@pytest.mark.parametrize("has_all", [False, True], ids=["half of it there", "all of it there"])
def test_attached_again_it_arrives_as_it_was_and_is_kept_once(
    told: Story,
    tmp_path: Path,
    has_all: bool,  # noqa: FBT001  (a parameter of the table above)
) -> None:
    half_way(told)
    taken = saved(told, tmp_path)
    if has_all:
        told.settle()
    lose(told, taken)
    let_go(told, LONG)
    told.settle()

    assert states_at(told.alo, told) == [("sent", 5, 5)]
    assert "file_again" not in tasks_of(told.alo)
    [file] = files_at(told.bandhan, told)
    assert (file.state, taken_out(told.bandhan, file) == LONG) == ("whole", True)
    assert told.bandhan.rows(PAYLOADS) == [(5,)]


def test_after_her_no_nobody_is_told_to_attach_it_again(told: Story, tmp_path: Path) -> None:
    half_way(told)
    told.withdraw()
    lose(told, saved(told, tmp_path))

    assert [state for state, _, _ in states_at(told.alo, told)] == ["stopped"]
    assert "file_again" not in tasks_of(told.alo)


def test_what_had_come_of_files_is_lost_and_a_person_is_told_to_ask_for_it(
    told: Story, tmp_path: Path
) -> None:
    let_go(told, SMALL)
    told.settle()
    taken = backups.take(told.bandhan.database, tmp_path, now=told.bandhan.now)
    told.bandhan.write(lambda unit: unit.vault.execute("UPDATE tasks SET done_at = 1"))
    told.federation.clock.forward(HOUR)
    lose_and_restore(told.bandhan, taken)
    told.settle()
    confirm(told.alo, told.bandhan)
    told.settle()
    lost, shown = tasks_of(told.bandhan), states_at(told.bandhan, told)
    let_go(told, SMALL)
    told.settle()

    assert "file_not_whole" in lost
    assert shown == [("lost", 0, 1)]
    [file] = files_at(told.bandhan, told)
    assert (file.state, taken_out(told.bandhan, file) == SMALL) == ("whole", True)


def test_what_she_took_back_before_the_restore_is_asked_for_by_nobody(
    told: Story, tmp_path: Path
) -> None:
    let_go(told, SMALL)
    told.settle()
    told.withdraw()
    told.settle()
    taken = backups.take(told.bandhan.database, tmp_path, now=told.bandhan.now)
    lose_and_restore(told.bandhan, taken)

    assert "file_not_whole" not in tasks_of(told.bandhan)
    assert [state for state, _, _ in states_at(told.bandhan, told)] == ["erased"]
