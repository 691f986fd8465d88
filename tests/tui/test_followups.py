"""Follow-ups on the desk: what we promised and what they promised, each with its own keys."""

import pytest

from node.services import following_up
from protocol.limits import DAY
from protocol.local import commands
from tests.support.desk_app import (
    LARGE,
    SMALL,
    desk_on,
    press,
    rows,
    seated,
    shown,
    unlock,
    unlocked,
)
from tests.support.federation import Node, done
from tests.support.passing import let_pass
from tests.support.snapshots import check_snapshot
from tests.support.story import Story

STATE = "SELECT state, due FROM follow_ups"


def asked(story: Story, *, days: int = 3) -> None:
    """Alo has asked Bandhan to see her."""
    story.up_to_dossier()
    story.arrive()
    story.settle()
    due = story.alo.now + days * DAY
    command = commands.RequestFollowUp(thread=story.thread, due=due)
    done(story.alo.use(following_up.request, command))
    story.settle()


async def test_a_follow_up_is_taken_on_for_another_day_and_they_learn_the_day(
    story: Story, alo: Node, bandhan: Node
) -> None:
    asked(story)
    async with seated(bandhan) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await press(pilot, "5", "m", "down", "ctrl+s")
        await let_pass(seat, pilot)
        assert "25 Jan" in shown(pilot.app)
    story.settle()
    ((state, due),) = alo.rows(STATE)
    assert state == "taken_on"
    assert 9 * DAY < due - alo.now < 11 * DAY


async def test_a_day_that_was_not_sent_moves_nothing(
    story: Story, alo: Node, bandhan: Node
) -> None:
    asked(story)
    before = alo.rows(STATE)
    async with unlocked(bandhan) as pilot:
        await press(pilot, "5", "m", "down", "enter", "escape")
    story.settle()
    assert (bandhan.rows(STATE), alo.rows(STATE)) == (before, before)


async def test_a_no_needs_a_reason_and_comes_with_it(
    story: Story, alo: Node, bandhan: Node
) -> None:
    asked(story)
    async with seated(bandhan) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await press(pilot, "5", "n", "ctrl+s")
        assert "Why can you not see her?" in shown(pilot.app)
        await press(pilot, "right", "ctrl+s")
        await let_pass(seat, pilot)
    story.settle()
    assert [state for state, _ in alo.rows(STATE)] == ["unable"]


async def test_what_they_promised_can_only_be_asked_for_again(story: Story, alo: Node) -> None:
    asked(story)
    async with unlocked(alo) as pilot:
        await press(pilot, "5")
        keys = " ".join(rows(pilot.app)[-2:])
        await press(pilot, "d", "m", "n")
        assert "To be seen" in shown(pilot.app)
        await press(pilot, "a")
        assert "Ask them to see her" in shown(pilot.app)
    assert "ask them again" in keys
    assert "done: tell" not in keys
    assert "cannot" not in keys


async def test_enter_opens_what_they_wrote(story: Story, alo: Node) -> None:
    story.up_to_reports()
    async with unlocked(alo) as pilot:
        await press(pilot, "5", "enter")
        assert "আমি ভালো আছি, নতুন কাজ শিখছি।" in shown(pilot.app)


async def test_what_is_late_is_counted_and_marked(story: Story, bandhan: Node) -> None:
    asked(story)
    story.federation.clock.forward(4 * DAY)
    async with unlocked(bandhan) as pilot:
        await press(pilot, "5")
        assert "! late 1" in rows(pilot.app)[1]
        assert " ! 18 Jan" in rows(pilot.app)[3]


async def test_a_day_that_has_just_come_is_not_late(story: Story, bandhan: Node) -> None:
    asked(story)
    story.federation.clock.forward(3 * DAY)
    async with unlocked(bandhan) as pilot:
        await press(pilot, "5")
        assert "late 0" in rows(pilot.app)[1]


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80", "120"])
@pytest.mark.parametrize("language", ["en", "bn"])
async def test_how_follow_ups_look(
    story: Story, bandhan: Node, size: tuple[int, int], language: str
) -> None:
    asked(story)
    async with unlocked(bandhan, size=size, language=language) as pilot:
        await press(pilot, "5")
        check_snapshot(pilot.app, "followups")
        await press(pilot, "m")
        check_snapshot(pilot.app, "followups-move")
        await press(pilot, "escape", "n")
        check_snapshot(pilot.app, "followups-cannot")


async def test_where_she_withdrew_nobody_is_told_that_she_is_to_be_seen(
    story: Story, alo: Node, bandhan: Node
) -> None:
    asked(story, days=-3)
    story.withdraw()
    story.settle()
    for node in (alo, bandhan):
        async with unlocked(node) as pilot:
            await press(pilot, "5")
            text = shown(pilot.app)
            assert "late 0" in text
            assert "To be seen" not in text
            assert "She withdrew: see her only if she wants it" in text
            assert "! " not in text
