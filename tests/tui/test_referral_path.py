"""One referral from the offer to her arrival, by keys at both desks; each act is seen at the other node."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from textual.pilot import Pilot

from node.services import reading
from protocol.limits import DAY
from protocol.local import commands, views
from tests.support.desk_app import Seat, desk_on, press, seated, shown, unlock
from tests.support.federation import Node, done
from tests.support.locking import app_of
from tests.support.offering import fill_in
from tests.support.passing import let_pass, visit
from tests.support.story import Story
from tui.places import ToOffer

Sitting = tuple[Any, Pilot[None]]


@contextlib.asynccontextmanager
async def sitting(story: Story, node: Node) -> AsyncIterator[Sitting]:
    """Rina sits down at a node; when she gets up, what she sent arrives."""
    async with seated(node) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        yield seat, pilot
    story.settle()


def at(node: Node) -> views.ReferralView:
    """The only referral of a node, as the node says it."""
    ((thread,),) = node.rows("SELECT thread FROM referrals")
    return done(node.use(reading.show_referral, commands.ShowReferral(thread=thread)))


async def offer(story: Story) -> None:
    async with sitting(story, story.alo) as (seat, pilot):
        await visit(pilot, ToOffer(case_id=story.case_id))
        await fill_in(pilot)
        await press(pilot, "ctrl+s")
        await let_pass(seat, pilot)
    assert at(story.bandhan).referral.state == "offered"
    assert at(story.alo).referral.state == "delivered"


async def ask_and_answer(story: Story) -> None:
    async with sitting(story, story.bandhan) as (seat, pilot):
        await press(pilot, "4", "enter", "q", "right", "ctrl+s")
        await let_pass(seat, pilot)
        assert "We asked, no answer yet" in shown(pilot.app)
    asked = at(story.alo)
    assert (asked.referral.state, asked.history[-1].detail) == ("needs_info", "arrival_month")
    async with sitting(story, story.alo) as (seat, pilot):
        await press(pilot, "3", "enter")
        assert "When would she come?" in shown(pilot.app)
        await press(pilot, "a", "right", "ctrl+s")
        await let_pass(seat, pilot)
    answered = at(story.bandhan)
    assert (answered.referral.state, answered.history[-1].detail) == ("delivered", "yes")


async def accept(story: Story) -> None:
    async with sitting(story, story.bandhan) as (seat, pilot):
        await press(pilot, "4", "enter", "a", "right", "right", "tab", "down", "ctrl+s")
        await let_pass(seat, pilot)
    accepted = at(story.alo)
    assert (accepted.referral.state, accepted.worker) == ("accepted", "Rina")
    assert accepted.first_step == "meet_at_border"
    assert accepted.from_date is not None
    assert 6 * DAY < accepted.from_date - story.alo.now < 8 * DAY


async def send_the_dossier(story: Story) -> None:
    async with sitting(story, story.alo) as (seat, pilot):
        await press(pilot, "3", "enter")
        assert "tell her that Rina expects her" in shown(pilot.app)
        await press(pilot, "t")
        assert "Next: d, look at what she allows" in shown(pilot.app)
        await press(pilot, "d", "ctrl+s")
        await let_pass(seat, pilot)
    assert at(story.bandhan).referral.state == "dossier_sent"


async def read_and_get_ready(story: Story) -> None:
    async with sitting(story, story.bandhan) as (seat, pilot):
        await press(pilot, "4", "enter", "enter")
        assert "আমি নিজের দোকানে সেলাই করতে চাই।" in shown(pilot.app)
        await press(pilot, "escape", "p", "right", "ctrl+s")
        await let_pass(seat, pilot)
    ready = at(story.alo)
    assert (ready.referral.state, ready.history[-1].detail) == ("prepared", "adopt")


async def arrive(story: Story) -> None:
    async with sitting(story, story.bandhan) as (seat, pilot):
        await press(pilot, "4", "enter", "v", "left", "ctrl+s")
        await let_pass(seat, pilot)
        assert "She is with us" in shown(pilot.app)
    arrived = at(story.alo)
    assert arrived.referral.state == "arrived"
    assert arrived.arrived_at is not None
    assert DAY // 2 < story.bandhan.now - arrived.arrived_at < 2 * DAY


async def ask_to_see_her(story: Story) -> None:
    async with sitting(story, story.alo) as (seat, pilot):
        await press(pilot, "3", "enter", "f", "down", "ctrl+s")
        await let_pass(seat, pilot)
        assert "We asked them" in shown(pilot.app)
    (asked,) = at(story.bandhan).follow_ups
    assert not asked.is_asked_by_us
    assert 13 * DAY < asked.due - story.alo.now < 15 * DAY


async def test_a_referral_goes_from_the_offer_to_her_arrival_by_keys(story: Story) -> None:
    story.open_case()
    story.agree()
    story.agree_way_back()

    await offer(story)
    await ask_and_answer(story)
    await accept(story)
    await send_the_dossier(story)
    await read_and_get_ready(story)
    await arrive(story)
    await ask_to_see_her(story)


async def test_a_no_goes_with_its_reason_and_who_else_could(
    alo: Node, bandhan: Node, story: Story
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()

    async with sitting(story, bandhan) as (seat, pilot):
        await press(pilot, "4", "enter", "x", "right", "tab", *"Asha", "ctrl+s")
        await let_pass(seat, pilot)
        assert "We said no" in shown(pilot.app)

    assert (at(alo).referral.state, at(alo).history[-1].detail) == ("declined", "no_capacity")


async def test_an_answer_that_was_stopped_in_time_never_happened(
    alo: Node, bandhan: Node, story: Story
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()

    async with sitting(story, bandhan) as (seat, pilot):
        await press(pilot, "4", "enter", "a", "right", "ctrl+s")
        assert "Until then u stops it" in shown(pilot.app)
        await press(pilot, "u")
        await let_pass(seat, pilot)
        assert "Waiting for our answer" in shown(pilot.app)

    assert at(alo).referral.state == "delivered"
    assert at(bandhan).referral.state == "offered"


async def test_while_an_answer_waits_to_leave_no_second_one_can_be_given(
    bandhan: Node, story: Story
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()

    async with sitting(story, bandhan) as (_, pilot):
        await press(pilot, "4", "enter", "a", "right", "ctrl+s", "x")

        assert "Until then u stops it" in shown(pilot.app)
        assert "x no" not in shown(pilot.app)


async def test_where_u_would_stop_something_else_the_referral_says_where_it_is_stopped(
    bandhan: Node, story: Story
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()

    async with sitting(story, bandhan) as (_, pilot):
        await press(pilot, "4", "enter", "a", "right", "ctrl+s")
        app_of(pilot).desk.held = views.Held(held_id=bytes(16), leaves_at=bandhan.now + 10)
        await press(pilot, "4", "enter")

        assert "Until then u stops it" not in shown(pilot.app)
        assert "F7, then u, stops it." in shown(pilot.app)


async def test_a_note_of_what_was_not_sent_does_not_hide_what_leaves_now(
    bandhan: Node, story: Story
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()

    async with sitting(story, bandhan) as (seat, pilot):
        for key in ("a", "x"):
            await press(pilot, "4", "enter", key, "right", "ctrl+s")
            if key == "a":
                await refuse_what_is_held(seat)
        await press(pilot, "4", "enter")

        assert "Something of this leaves in a moment." in shown(pilot.app)
        assert "x no" not in shown(pilot.app)


async def refuse_what_is_held(seat: Seat) -> None:
    await seat.gate.write(
        lambda unit: unit.vault.execute("UPDATE held SET code = 'wrong_state'").rowcount
    )


async def test_nothing_is_sent_where_nothing_was_chosen(bandhan: Node, story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()

    async with sitting(story, bandhan) as (_, pilot):
        await press(pilot, "4", "enter", "x")
        assert "^s send" not in shown(pilot.app)
        await press(pilot, "ctrl+s", "enter")

        assert "not chosen yet" in shown(pilot.app)
    assert bandhan.rows("SELECT count(*) FROM held") == [(0,)]
