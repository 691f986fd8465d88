"""Each form keeps a draft of its own: what was written in one is not written over from another."""

from typing import Any, Final

import pytest
from textual.pilot import Pilot

from node.services import following_up
from protocol.limits import DAY
from protocol.local import commands
from protocol.local.commands import Command
from protocol.local.commands.desk import DRAFT_PLACES
from tests.support.desk_app import press, shown, unlocked, until, write
from tests.support.federation import Node, done
from tests.support.passing import told, visit
from tests.support.story import Story
from tui.places import Place, Saying, ToAnswer, ToPlace, ToReport
from tui.screens.answer_form import draft_place

UNASKED: Final = "She sews now."
ASKED: Final = "She slept."
SENT: Final[dict[Saying, type[Command]]] = {
    Saying.ACCEPT: commands.AcceptOffer,
    Saying.ASK: commands.AskAboutOffer,
    Saying.DECLINE: commands.DeclineOffer,
    Saying.ANSWER: commands.AnswerQuestion,
    Saying.PREPARED: commands.ReportPrepared,
    Saying.ARRIVED: commands.ReportArrival,
    Saying.FOLLOW_UP: commands.RequestFollowUp,
}
"""What each small form sends, where what it sends may be stopped."""


def asked(story: Story) -> bytes:
    """She is at Bandhan and said yes there, and Alo asks for a day on which they see her."""
    story.up_to_dossier()
    story.arrive()
    story.settle()
    story.confirm()
    command = commands.RequestFollowUp(thread=story.thread, due=story.alo.now + 3 * DAY)
    follow_up = done(story.alo.use(following_up.request, command)).ref
    story.settle()
    assert follow_up is not None
    return follow_up


async def say_in(pilot: Pilot[Any], to: ToReport, words: str) -> None:
    """Write her words into a report, and go back."""
    await visit(pilot, to)
    await press(pilot, "tab", "tab")
    await write(pilot, words)
    await told(pilot, words)
    await press(pilot, "escape")
    await until(pilot, lambda: "Was she seen?" not in shown(pilot.app))


async def test_a_report_is_not_written_over_from_that_on_a_follow_up_of_the_same_referral(
    story: Story, bandhan: Node
) -> None:
    follow_up = asked(story)
    unasked = ToReport(thread=story.thread, follow_up=None)
    about_it = ToReport(thread=story.thread, follow_up=follow_up)
    async with unlocked(bandhan) as pilot:
        await say_in(pilot, unasked, UNASKED)
        await say_in(pilot, about_it, ASKED)
        await visit(pilot, unasked)
        await told(pilot, UNASKED)
        first = shown(pilot.app)
        await press(pilot, "escape")
        await visit(pilot, about_it)
        await told(pilot, ASKED)
        second = shown(pilot.app)
    assert (ASKED in first, UNASKED in second) == (False, False)


async def test_from_today_each_half_written_report_goes_on_by_itself(
    story: Story, bandhan: Node
) -> None:
    follow_up = asked(story)
    async with unlocked(bandhan) as pilot:
        await say_in(pilot, ToReport(thread=story.thread, follow_up=follow_up), ASKED)
        await visit(pilot, ToPlace(place=Place.TODAY))
        await until(pilot, lambda: "Half-written: how she is" in shown(pilot.app))
        row = next(line for line in shown(pilot.app).splitlines() if "Half-written" in line)
        for _ in shown(pilot.app).splitlines():
            if not is_chosen(pilot, "draft report"):
                await press(pilot, "down")
        await press(pilot, "enter")
        await told(pilot, ASKED)
    assert "13:30       IN-" in row


def is_chosen(pilot: Pilot[Any], key: str) -> bool:
    """Is the cursor of Today on such a row?"""
    needs: Any = pilot.app.screen.query_one("#needs")
    return str(needs.chosen or "").startswith(key)


@pytest.mark.parametrize("saying", SENT)
def test_a_small_form_is_kept_where_the_node_lets_it_go_when_it_has_left(saying: Saying) -> None:
    assert draft_place(saying) == DRAFT_PLACES[SENT[saying]]


async def test_a_half_written_no_stays_when_a_question_is_begun_about_the_same_offer(
    story: Story, bandhan: Node
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    no = ToAnswer(thread=story.thread, saying=Saying.DECLINE)
    async with unlocked(bandhan) as pilot:
        await visit(pilot, no)
        await press(pilot, "right", "tab", *"Asha", "escape")
        await visit(pilot, ToAnswer(thread=story.thread, saying=Saying.ASK))
        await press(pilot, "right", "escape")
        await visit(pilot, no)
        await told(pilot, "Asha")
