"""The outbox: what can still be stopped, what was not sent, and what waits for a computer that is off."""

from functools import partial
from typing import Any

import pytest
from textual.pilot import Pilot

from node.effects import NODE_ITSELF
from node.services import delivering
from node.services.delivering import Settled
from protocol.cadence import WHEN_DUE, Cadence
from protocol.limits import DAY
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
    until,
)
from tests.support.federation import Node
from tests.support.offering import LIVELIHOOD, fill_in
from tests.support.passing import let_pass, visit
from tests.support.snapshots import check_snapshot
from tests.support.story import Story
from tui.app import SathiApp
from tui.desk import Desk
from tui.places import ToOffer, ToReport


def desk_of(pilot: Pilot[Any]) -> Desk:
    app = pilot.app
    assert isinstance(app, SathiApp)
    return app.desk


def arrived(story: Story) -> None:
    story.up_to_dossier()
    story.arrive()
    story.settle()


async def test_u_stops_the_sending_under_the_cursor_and_nothing_leaves(
    story: Story, alo: Node, bandhan: Node
) -> None:
    arrived(story)
    async with seated(bandhan) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToReport(thread=story.thread, follow_up=None))
        await press(pilot, "l", "right", "ctrl+s", "f7")
        assert "How she is" in shown(pilot.app)
        assert "10 s" in shown(pilot.app)
        await press(pilot, "u")
        assert "Stopped. Nothing was sent." in shown(pilot.app)
        assert "Nothing waits." in shown(pilot.app)
        await let_pass(seat, pilot)
    story.settle()
    assert alo.rows("SELECT state FROM follow_ups") == []


async def test_a_supervisor_stops_what_somebody_else_sent(
    story: Story, alo: Node, bandhan: Node
) -> None:
    arrived(story)
    async with seated(bandhan) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToReport(thread=story.thread, follow_up=None))
        await press(pilot, "l", "right", "ctrl+s")
        # As if somebody else had sent it.
        await seat.gate.write(
            lambda unit: (
                unit.vault.execute(
                    "UPDATE held SET user_id = (SELECT user_id FROM users WHERE name != 'Rina')"
                ).rowcount
            )
        )
        desk_of(pilot).held = None
        await press(pilot, "f7")
        assert "(by Supervisor)" in shown(pilot.app)
        await press(pilot, "u")
        await let_pass(seat, pilot)
    story.settle()
    assert alo.rows("SELECT state FROM follow_ups") == []


async def test_what_was_not_sent_says_why_until_it_is_put_away(
    story: Story, bandhan: Node
) -> None:
    arrived(story)
    async with seated(bandhan) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToReport(thread=story.thread, follow_up=None))
        await press(pilot, "l", "right", "ctrl+s")
        # The referral is over before the seconds are.
        await seat.gate.write(
            lambda unit: unit.vault.execute("UPDATE referrals SET state = 'ended'").rowcount
        )
        await let_pass(seat, pilot)
        await until(pilot, lambda: desk_of(pilot).held is None)
        await press(pilot, "f7")
        assert "Was not sent: look at it and send it again" in shown(pilot.app)
        assert "✗ How she is" in shown(pilot.app)
        await press(pilot, "u")
        assert "✗ How she is" in shown(pilot.app)
        await press(pilot, "d")
        assert "✗ How she is" not in shown(pilot.app)
    assert bandhan.rows("SELECT 1 FROM held") == []


async def test_what_leaves_in_batches_says_when_and_that_it_leaves_with_the_others(
    story: Story, alo: Node
) -> None:
    written(story)
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        desk_of(pilot).cadence = Cadence(batch_seconds=1_800, has_cover=False)
        await press(pilot, "f7")
        now = desk_of(pilot).now
        leaves = desk_of(pilot).clock(now - now % 1_800 + 1_800 * (now % 1_800 > 0))
        assert f"Waiting to leave · leaves at {leaves} with the others" in shown(pilot.app)


async def test_help_says_what_leaves_in_batches_and_what_leaves_at_once(
    story: Story, alo: Node
) -> None:
    written(story)
    async with unlocked(alo) as pilot:
        await press(pilot, "f7", "question_mark")
        said = " ".join(shown(pilot.app).split())
    assert "together with everything else, as a rule at the full and at the half hour" in said
    assert "A withdrawal leaves at once, and so does the word that a partner is stopped." in said


async def test_an_offer_that_was_not_sent_leads_to_its_form_as_it_was(
    story: Story, alo: Node
) -> None:
    story.open_case()
    story.agree()
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToOffer(case_id=story.case_id))
        await fill_in(pilot, group=LIVELIHOOD)
        await press(pilot, "ctrl+s")
        await seat.gate.write(
            lambda unit: unit.vault.execute("UPDATE held SET code = 'wrong_state'").rowcount
        )
        await press(pilot, "f7")
        assert "✗ Offer" in shown(pilot.app)
        await press(pilot, "enter")
        assert "◂ Work and income ▸" in shown(pilot.app)


def waiting(story: Story) -> None:
    """An offer was written two days ago, and Bandhan's computer did not take it."""
    written(story)
    try_in_vain(story.alo)
    story.federation.clock.forward(2 * DAY)


def written(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()


def try_in_vain(node: Node) -> None:
    """What is due leaves, and nobody is there to take it."""
    acting = node.acting(NODE_ITSELF)
    parcels = node.write(
        lambda unit: delivering.due(
            unit, me=node.me, acting=acting, cadence=WHEN_DUE, lines=delivering.FREE
        )
    )
    for parcel in parcels:
        failed = frozenset(message for message, _ in parcel.envelopes)
        settled = Settled(peer=parcel.peer, deposited=frozenset(), failed=failed)
        node.write(partial(delivering.settle, settled=settled, acting=acting))


async def test_what_waits_says_for_whom_since_when_and_that_their_computer_is_off(
    story: Story, alo: Node
) -> None:
    waiting(story)
    async with unlocked(alo) as pilot:
        await press(pilot, "f7")
        screen = rows(pilot.app)
    offer = next(place for place, row in enumerate(screen) if "Bandhan · ALO-17" in row)
    assert screen[offer].startswith(" ! ")
    assert "2 days" in screen[offer]
    below = " ".join(" ".join(screen[offer + 1 :]).split())
    assert "their computer seems to be off, last word 15 Jan" in below


@pytest.mark.parametrize(
    ("is_tried", "seconds", "is_off"),
    [(True, DAY, True), (True, DAY - 1, False), (False, 2 * DAY, False)],
)
async def test_a_computer_is_called_off_after_a_day_of_trying_and_not_before(
    story: Story, alo: Node, *, is_tried: bool, seconds: int, is_off: bool
) -> None:
    written(story)
    if is_tried:
        try_in_vain(alo)
    story.federation.clock.forward(seconds)
    async with unlocked(alo) as pilot:
        await press(pilot, "f7")
        assert ("seems to be off" in shown(pilot.app)) is is_off


async def test_enter_leads_to_the_referral_it_is_about(story: Story, alo: Node) -> None:
    waiting(story)
    async with unlocked(alo) as pilot:
        await press(pilot, "f7")
        await press(pilot, *("down",) * 3, "enter")
        assert "Outbox" not in rows(pilot.app)[0]


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80", "120"])
@pytest.mark.parametrize("language", ["en", "bn"])
async def test_how_the_outbox_looks(
    story: Story, alo: Node, size: tuple[int, int], language: str
) -> None:
    waiting(story)
    async with unlocked(alo, size=size, language=language) as pilot:
        await press(pilot, "f7")
        check_snapshot(pilot.app, "outbox")
