"""Room that is kept for her no: given up part by part on a full disk, and kept again when there is room."""

from collections.abc import Callable
from pathlib import Path

import pytest

from node import ballast
from node.cli.doctor import machine
from node.services import casework
from node.vault.unit import NotWrittenError, Unit
from node.writer import GroupLostError
from protocol import limits
from protocol.file_rules import FREE_BYTES_MIN
from protocol.local import commands
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import TextKind
from tests.support.federation import done
from tests.support.full_disk import content, full, with_ballast
from tests.support.mailboxes import envelopes, new_mailbox, open_store, owner
from tests.support.story import Story

MIB = 1_048_576
NOT_WRITTEN = (NotWrittenError, GroupLostError)
MAILBOX = new_mailbox(owner()).mailbox_id


# The file


def test_the_ballast_takes_its_room_on_the_disk_and_is_nobody_elses(tmp_path: Path) -> None:
    assert ballast.make_whole(tmp_path, wanted=ballast.BYTES)
    seen = (tmp_path / ballast.FILE_NAME).stat()

    assert (seen.st_size, seen.st_mode & 0o077) == (64 * MIB, 0)
    assert seen.st_blocks * 512 >= 64 * MIB


def test_it_is_given_up_part_by_part_until_nothing_is_left(tmp_path: Path) -> None:
    ballast.make_whole(tmp_path, wanted=ballast.BYTES)
    held = []
    while ballast.give_up(tmp_path):
        held.append(ballast.held_bytes(tmp_path) // MIB)

    assert held == [48, 32, 16, 0]
    assert (tmp_path / ballast.FILE_NAME).stat().st_blocks == 0


def test_what_was_given_up_is_kept_again_once_there_is_room(tmp_path: Path) -> None:
    ballast.make_whole(tmp_path, wanted=ballast.BYTES)
    ballast.give_up(tmp_path)

    assert ballast.make_whole(tmp_path, wanted=ballast.BYTES)
    assert ballast.held_bytes(tmp_path) == ballast.BYTES


def test_nothing_is_kept_where_less_than_the_node_needs_would_stay_free(tmp_path: Path) -> None:
    assert not ballast.is_room(free=FREE_BYTES_MIN + MIB, more=MIB + 1)
    assert ballast.is_room(free=FREE_BYTES_MIN + MIB, more=MIB)

    # More than any disk has, so that also a broken one takes nothing of what others need.
    assert not ballast.make_whole(tmp_path, wanted=2**62)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_one_gives_nothing_up(tmp_path: Path) -> None:
    assert (ballast.held_bytes(tmp_path), ballast.give_up(tmp_path)) == (0, False)


@pytest.mark.parametrize(
    ("held", "state"), [(0, "warn"), (48, "warn"), (63, "warn"), (64, "ok"), (65, "ok")]
)
def test_doctor_warns_while_less_is_kept_than_should_be(held: int, state: str) -> None:
    assert machine.judge_ballast(held * MIB, wanted=ballast.BYTES).state == state


# The vault


def longer_than_a_page(story: Story) -> Callable[[Unit], object]:
    """A job that a full disk does not take, whatever is left in pages that are not full."""
    alo = story.alo
    command = commands.RecordSentence(
        case_id=story.case_id,
        category=Category.PLAN_WISHES,
        kind=TextKind.WISH,
        language="ben",
        text="ক" * limits.TEXT_CHARACTERS_MAX,
    )
    return lambda unit: casework.record_sentence(unit, command, acting=alo.acting())


async def test_what_has_to_be_written_is_written_on_a_disk_without_one_page_left(
    story: Story,
) -> None:
    story.open_case()
    database = story.alo.database
    with full(database):
        kept = with_ballast(database, parts=4)
        done(await database.write_surely(longer_than_a_page(story)))
        written = story.alo.rows("SELECT count(*) FROM search_texts WHERE length(text) = 8000")

    assert (written, kept.given) == ([(1,)], 1)


async def test_as_much_is_given_up_as_it_needs_and_no_more(story: Story) -> None:
    story.open_case()
    database = story.alo.database
    with full(database):
        kept = with_ballast(database, parts=100, pages=1)
        done(await database.write_surely(longer_than_a_page(story)))

    # 24,000 bytes fill six pages; what finds her words again takes as many once more.
    assert 6 <= kept.given < 50


async def test_for_anything_else_nothing_is_given_up(story: Story) -> None:
    story.open_case()
    database = story.alo.database
    with full(database):
        kept = with_ballast(database, parts=4)
        before = content(story.alo)
        with pytest.raises(NOT_WRITTEN):
            await database.write(longer_than_a_page(story))
        after = content(story.alo)

    assert (kept.given, after) == (0, before)


async def test_with_nothing_left_to_give_up_it_is_refused_whole(story: Story) -> None:
    story.open_case()
    database = story.alo.database
    with full(database):
        kept = with_ballast(database, parts=2, pages=0)
        before = content(story.alo)
        with pytest.raises(NOT_WRITTEN):
            await database.write_surely(longer_than_a_page(story))
        after = content(story.alo)

    assert (kept.given, after) == (2, before)


async def test_a_job_that_fails_by_itself_gives_nothing_up(story: Story) -> None:
    database = story.alo.database
    kept = with_ballast(database, parts=4)

    def fail(_unit: Unit) -> None:
        raise ValueError("a defect")

    with pytest.raises(ValueError, match="a defect"):
        await database.write_surely(fail)

    assert kept.given == 0


# The mailbox


async def test_what_is_small_is_laid_into_a_mailbox_on_a_full_disk(tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        await store.create(new_mailbox(owner()), ticket=None)
        connection = store._connection
        [(pages,)] = connection.execute("PRAGMA page_count").fetchall()
        connection.execute(f"PRAGMA max_page_count={pages}").fetchall()
        given: list[int] = []

        def make_room() -> bool:
            given.append(1)
            connection.execute(f"PRAGMA max_page_count={pages + 1_000}").fetchall()
            return len(given) == 1

        store.make_room = make_room
        await store.deposit(MAILBOX, envelopes(8))

        assert ((await store.waiting(MAILBOX)).envelopes, len(given)) == (8, 1)
