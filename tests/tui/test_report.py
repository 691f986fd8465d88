"""How she is: she is asked again first, and what leaves is what the screen says, never a word more."""

from typing import Any

import pytest
from textual.pilot import Pilot

from node.services import following_up, reading
from protocol.limits import DAY
from protocol.local import commands
from protocol.messages.follow_up import FollowUpReport
from tests.support.desk_app import (
    LARGE,
    SMALL,
    desk_on,
    press,
    seated,
    shown,
    unlock,
    unlocked,
    until,
    write,
)
from tests.support.federation import Node, done
from tests.support.passing import let_pass, visit
from tests.support.snapshots import check_snapshot
from tests.support.story import Story
from tui.places import ToReport

HER_WORDS = "আমি ভালো আছি, সেলাই শিখছি।"


def arrived(story: Story, *, way_back: bool = True) -> None:
    """She is at Bandhan; whether Alo may know how she is was asked at Alo, or not."""
    if way_back:
        story.up_to_dossier()
    else:
        story.open_case()
        story.agree()
        story.offer()
        story.settle()
        story.accept()
        story.settle()
        story.dossier()
        story.settle()
    story.arrive()
    story.settle()


async def told(story: Story, *keys: str, words: str = "") -> tuple[list[Any], str]:
    """Press these keys on the report at Bandhan, with `words` where 'words' stands; what it told Alo."""
    since = len(story.federation.sent)
    async with seated(story.bandhan) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToReport(thread=story.thread, follow_up=None))
        for key in keys:
            await (write(pilot, words) if key == "words" else press(pilot, key))
        screen = shown(pilot.app)
        await press(pilot, "ctrl+s")
        await let_pass(seat, pilot)
    story.settle()
    came = story.federation.to(story.alo, since=since)
    return [one.content for one in came if one.skeleton.type == FollowUpReport.TYPE], screen


def read_at_alo(story: Story) -> list[str]:
    """Her sentences, as Alo can read them."""
    found = story.alo.rows("SELECT report FROM follow_ups WHERE report IS NOT NULL")
    texts: list[str] = []
    for (report,) in found:
        command = commands.ReadMessage(
            peer=story.bandhan.node_id, message_id=report, with_names=True
        )
        view = done(story.alo.use(reading.read_message, command))
        texts += [sentence.text for sentence in view.sentences]
    return texts


def only_seen(story: Story, came: list[Any]) -> bool:
    """Nothing but that somebody saw her, and the day; no word that Alo could keep."""
    ((words,),) = story.alo.rows("SELECT report FROM follow_ups")
    return words is None and [set(content) for content in came] == [{1, 2}]


SEEN_IN_PERSON = ("right",)
TO_WORDS = ("tab", "tab")


async def test_nothing_is_filled_in_before_she_was_asked_again(
    story: Story, bandhan: Node
) -> None:
    arrived(story)
    async with unlocked(bandhan) as pilot:
        await visit(pilot, ToReport(thread=story.thread, follow_up=None))
        assert "Ask her again, in private: may Alo Shelter know how she is?" in shown(pilot.app)
        assert "Was she seen?" not in shown(pilot.app)
        await press(pilot, "enter", "ctrl+s")
        assert "Ask her again" in shown(pilot.app)
    assert confirmed(bandhan) == 0


def confirmed(node: Node) -> int:
    events = node.rows("SELECT event FROM consent_events WHERE event = 'confirmed_by_holder'")
    return len(events)


async def test_her_yes_is_written_down_at_once(story: Story, bandhan: Node) -> None:
    arrived(story)
    async with unlocked(bandhan) as pilot:
        await visit(pilot, ToReport(thread=story.thread, follow_up=None))
        await press(pilot, "y")
        assert "Was she seen?" in shown(pilot.app)
    assert confirmed(bandhan) == 1


async def test_after_her_no_only_seen_leaves_and_the_screen_says_so(story: Story) -> None:
    arrived(story)
    came, screen = await told(story, "n", "y", *SEEN_IN_PERSON)
    assert "Only this leaves:" in screen
    assert "She said no: nothing of hers leaves." in screen
    assert "In her own words" not in screen
    assert only_seen(story, came)
    assert (confirmed(story.bandhan), refused(story.bandhan)) == (0, 1)


def refused(node: Node) -> int:
    ((count,),) = node.rows("SELECT count(*) FROM consent_events WHERE event = 'refused'")
    return int(count)


def to_be_asked(node: Node) -> int:
    """The tasks that send somebody to ask her again."""
    ((count,),) = node.rows(
        "SELECT count(*) FROM tasks WHERE task = 'confirm_with_her' AND done_at IS NULL"
    )
    return int(count)


async def test_her_no_is_written_down_once_it_was_asked_about_and_nobody_asks_her_again(
    story: Story, bandhan: Node
) -> None:
    arrived(story)
    to = ToReport(thread=story.thread, follow_up=None)
    async with unlocked(bandhan) as pilot:
        await visit(pilot, to)
        await press(pilot, "n", "enter", "n")
        still = shown(pilot.app)
    before = (refused(bandhan), to_be_asked(bandhan))
    async with unlocked(bandhan) as pilot:
        await visit(pilot, to)
        await press(pilot, "n", "y")
        await until(pilot, lambda: "Was she seen?" in shown(pilot.app))
        await press(pilot, "escape")
        await visit(pilot, to)
        await until(pilot, lambda: "Was she seen?" in shown(pilot.app))
        again = shown(pilot.app)

    assert "Ask her again" in still
    assert "Ask her again" not in again
    assert [before, (refused(bandhan), to_be_asked(bandhan))] == [(0, 1), (1, 0)]


async def test_not_now_leaves_the_question_open_and_tells_only_that_she_was_seen(
    story: Story,
) -> None:
    arrived(story)
    came, screen = await told(story, "l", *SEEN_IN_PERSON)
    assert "She has not decided: nothing of hers leaves." in screen
    assert only_seen(story, came)
    assert (confirmed(story.bandhan), refused(story.bandhan)) == (0, 0)


async def test_without_a_consent_only_seen_leaves(story: Story) -> None:
    arrived(story, way_back=False)
    came, screen = await told(story, *SEEN_IN_PERSON)
    assert "Only this leaves:" in screen
    assert only_seen(story, came)


async def test_a_sentence_that_was_read_back_leaves(story: Story) -> None:
    arrived(story)
    came, screen = await told(
        story, "y", *SEEN_IN_PERSON, *TO_WORDS, "words", "tab", "space", words=HER_WORDS
    )
    assert "→ Her words, as they stand above" in screen
    assert len(came) == 1
    assert read_at_alo(story) == [HER_WORDS]


async def test_a_sentence_that_was_not_read_back_stays_here(story: Story) -> None:
    arrived(story)
    came, screen = await told(story, "y", *SEEN_IN_PERSON, *TO_WORDS, "words", words=HER_WORDS)
    assert "Her words stay here: they were not read back to her." in screen
    assert len(came) == 1
    assert read_at_alo(story) == []


async def test_a_sentence_that_was_changed_after_it_was_read_back_stays_here(story: Story) -> None:
    arrived(story)
    keys = ("y", *SEEN_IN_PERSON, *TO_WORDS, "words", "tab", "space", "shift+tab", "backspace")
    came, screen = await told(story, *keys, words=HER_WORDS)
    assert "[ ] Read back" in screen
    assert "Her words stay here" in screen
    assert len(came) == 1
    assert read_at_alo(story) == []


async def test_nothing_is_sent_before_it_was_said_whether_she_was_seen(story: Story) -> None:
    arrived(story)
    came, screen = await told(story, "y", *TO_WORDS, "words", words=HER_WORDS)
    assert "Say first whether she was seen." in screen
    assert came == []


async def test_that_she_wants_no_contact_is_said_with_respect(story: Story) -> None:
    arrived(story)
    came, screen = await told(story, "y", "right", "right", "right", "right")
    assert "She wants no contact: that is her right" in screen
    assert len(came) == 1
    assert story.alo.rows("SELECT state FROM follow_ups") == [("not_seen",)]


async def test_a_report_answers_the_follow_up_that_was_asked_for(
    story: Story, alo: Node, bandhan: Node
) -> None:
    arrived(story)
    command = commands.RequestFollowUp(thread=story.thread, due=alo.now + 3 * DAY)
    done(alo.use(following_up.request, command))
    story.settle()
    async with seated(bandhan) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await press(pilot, "5", "d", "y", *SEEN_IN_PERSON, "ctrl+s")
        await let_pass(seat, pilot)
    story.settle()
    assert alo.rows("SELECT state FROM follow_ups") == [("done",)]


async def test_a_report_that_was_stopped_told_nothing(story: Story, alo: Node) -> None:
    arrived(story)
    async with seated(story.bandhan) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToReport(thread=story.thread, follow_up=None))
        await press(pilot, "l", *SEEN_IN_PERSON, "ctrl+s", "u")
        await let_pass(seat, pilot)
    story.settle()
    assert alo.rows("SELECT state FROM follow_ups") == []


async def test_a_half_written_report_is_there_again_and_she_is_asked_anew_after_not_now(
    story: Story, bandhan: Node
) -> None:
    arrived(story)
    async with unlocked(bandhan) as pilot:
        await visit(pilot, ToReport(thread=story.thread, follow_up=None))
        await press(pilot, "l", "right", "escape")
        await until(pilot, lambda: "Was she seen?" not in shown(pilot.app))
        await visit(pilot, ToReport(thread=story.thread, follow_up=None))
        assert "Ask her again" in shown(pilot.app)
        await press(pilot, "y")
        assert "→ Seen: Met in person" in shown(pilot.app)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80", "120"])
@pytest.mark.parametrize("language", ["en", "bn"])
async def test_how_a_report_looks(
    story: Story, bandhan: Node, size: tuple[int, int], language: str
) -> None:
    arrived(story)
    async with unlocked(bandhan, size=size, language=language) as pilot:
        await look_at(pilot, story)


async def look_at(pilot: Pilot[Any], story: Story) -> None:
    await visit(pilot, ToReport(thread=story.thread, follow_up=None))
    check_snapshot(pilot.app, "report-asking")
    await press(pilot, "y", *SEEN_IN_PERSON, *TO_WORDS)
    await write(pilot, HER_WORDS)
    await press(pilot, "tab", "space")
    check_snapshot(pilot.app, "report")
