"""One referral on the screen: which acts work where it stands, and what is never shown before a yes."""

import pytest

from node.services import answering, following_up
from protocol.limits import DAY
from protocol.local import commands
from protocol.referral_flow import SHARED_STATES, TRANSITIONS, ReferralEvent, ReferralState
from protocol.vocabulary.codes import FirstStep
from tests.support.desk_app import LARGE, press, shown, unlocked
from tests.support.federation import Node, done
from tests.support.passing import visit
from tests.support.story import FACTS, FEAR, WISH, Story
from tui.places import ToReferral
from tui.screens.referral_acts import OURS, THEIRS, Deed
from tui.screens.referral_lines import OPEN_STATES

E = ReferralEvent
OUR_EVENTS = {Deed.ANSWER: E.ANSWER, Deed.DOSSIER: E.DOSSIER, Deed.RECALL: E.RECALL}
THEIR_EVENTS = {
    Deed.ACCEPT: E.ACCEPT,
    Deed.ASK: E.ASK,
    Deed.DECLINE: E.DECLINE,
    Deed.PREPARE: E.PREPARE,
    Deed.ARRIVE: E.ARRIVE,
}


@pytest.mark.parametrize("state", list(ReferralState))
def test_an_act_works_exactly_where_the_protocol_lets_it(state: ReferralState) -> None:
    ours = {deed for deed, event in OUR_EVENTS.items() if event in TRANSITIONS[state]}
    theirs = {deed for deed, event in THEIR_EVENTS.items() if event in TRANSITIONS[state]}
    if state in SHARED_STATES:
        ours.add(Deed.FOLLOW_UP)
        theirs.add(Deed.REPORT)

    assert OURS[state.value] == ours
    assert THEIRS[state.value] == theirs


def test_a_referral_is_open_as_long_as_something_but_a_withdrawal_may_happen() -> None:
    assert {state.value for state in ReferralState if TRANSITIONS[state]} == OPEN_STATES


def offered(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()


async def test_before_a_yes_the_other_side_sees_the_offer_and_nothing_of_her(
    bandhan: Node, story: Story
) -> None:
    offered(story)

    async with unlocked(bandhan) as pilot:
        for keys in (["4"], ["enter"], ["a"]):
            await press(pilot, *keys)
            seen = shown(pilot.app)
            assert "Work and income" in seen
            assert "ALO-17" not in seen
            for secret in (WISH.text, FEAR.text, str(FACTS["given_name"])):
                assert secret not in seen


async def test_an_offer_is_taken_back_only_after_a_y(
    alo: Node, bandhan: Node, story: Story
) -> None:
    offered(story)

    async with unlocked(alo) as pilot:
        await press(pilot, "3", "enter", "x", "right", "ctrl+s", "enter")
        assert "Take the offer back now?" in shown(pilot.app)
        await press(pilot, "n")
        await press(pilot, "ctrl+s", "y")
        assert "Recalled" in shown(pilot.app)
    story.settle()

    assert bandhan.rows("SELECT state FROM referrals") == [("recalled",)]


async def test_a_no_to_the_question_takes_nothing_back(
    alo: Node, bandhan: Node, story: Story
) -> None:
    offered(story)

    async with unlocked(alo) as pilot:
        await press(pilot, "3", "enter", "x", "right", "ctrl+s", "enter", "n")
    story.settle()

    assert alo.rows("SELECT state FROM referrals") == [("delivered",)]
    assert bandhan.rows("SELECT state FROM referrals") == [("offered",)]


async def test_a_name_from_the_other_side_can_only_be_read(alo: Node, story: Story) -> None:
    offered(story)
    command = commands.AcceptOffer(
        thread=story.thread,
        worker="[@click=app.leave]Rehana[/]",
        first_step=FirstStep.CALL_HER,
        from_date=story.bandhan.now,
    )
    done(story.bandhan.use(answering.accept, command))
    story.settle()

    async with unlocked(alo) as pilot:
        await visit(pilot, ToReferral(thread=story.thread))

        assert "[@click=app.leave]Rehana[/]" in " ".join(shown(pilot.app).split())


async def test_those_that_are_over_are_shown_when_asked_for(alo: Node, story: Story) -> None:
    offered(story)
    story.withdraw()
    story.settle()

    async with unlocked(alo) as pilot:
        await press(pilot, "3")
        assert "Bandhan" not in shown(pilot.app).splitlines()[2]
        await press(pilot, "f")

        assert "She withdrew" in shown(pilot.app)


async def test_who_waits_for_us_stands_first_in_the_inbox(bandhan: Node, story: Story) -> None:
    offered(story)
    story.accept()
    story.settle()
    story.open_case(number="ALO-18")
    story.agree()
    story.offer()
    story.settle()

    async with unlocked(bandhan) as pilot:
        await press(pilot, "4")

        inbox = shown(pilot.app)
        order = ["Waiting for us", "Waiting for our answer", "The others", "We said yes"]
        places = [inbox.index(text) for text in order]
        assert places == sorted(places)
        assert "days left" in inbox


async def test_the_task_to_tell_her_is_done_by_saying_so(alo: Node, story: Story) -> None:
    offered(story)
    story.accept()
    story.settle()

    async with unlocked(alo) as pilot:
        await press(pilot, "3", "enter")
        assert "t I told her" in shown(pilot.app)
        await press(pilot, "t")
        assert "t I told her" not in shown(pilot.app)

    assert alo.rows("SELECT done_at IS NULL FROM tasks WHERE task = 'tell_her_who_and_when'") == [
        (0,)
    ]


async def test_who_was_asked_to_see_her_reads_that_they_were_asked_and_not_the_others(
    alo: Node, bandhan: Node, story: Story
) -> None:
    story.up_to_dossier()
    story.arrive()
    story.settle()
    command = commands.RequestFollowUp(thread=story.thread, due=alo.now + 3 * DAY)
    done(alo.use(following_up.request, command))
    story.settle()
    pages = []
    for node in (alo, bandhan):
        async with unlocked(node, size=LARGE) as pilot:
            await visit(pilot, ToReferral(thread=story.thread))
            pages.append(shown(pilot.app))
    assert "We asked them: They were asked" in pages[0]
    assert "They asked us: not answered yet" in pages[1]
    assert "They were asked" not in pages[1]
