"""What was sent from this desk: counted down, stopped, and told as it ended; its draft goes when it left."""

from typing import Any, Final

import pytest
from textual.pilot import Pilot

from node.services import holding
from node.vault.unit import Unit
from protocol.local import commands
from protocol.values import later
from tests.support import sendings
from tests.support.desk_app import RINA, Seat, desk_on, press, seated, shown, unlock
from tests.support.federation import Node
from tests.support.locking import app_of, locked
from tests.support.nodes import PASSPHRASE
from tests.support.passing import let_pass, told, visit
from tests.support.story import Story
from tui.client import Client
from tui.places import Saying, ToAnswer

WHO_ELSE: Final = "Asha"
ON_ITS_WAY: Final = "On its way."


def offered(story: Story) -> None:
    """An offer waits at Bandhan for an answer."""
    story.open_case()
    story.agree()
    story.offer()
    story.settle()


async def decline(pilot: Pilot[Any], story: Story) -> None:
    """A no with a word written in it."""
    await visit(pilot, ToAnswer(thread=story.thread, saying=Saying.DECLINE))
    await press(pilot, "right", "tab", *WHO_ELSE, "ctrl+s")


def drafts(node: Node) -> list[str]:
    return [text for (text,) in node.rows("SELECT text FROM drafts")]


async def test_what_has_left_is_told_and_its_draft_is_gone(story: Story, bandhan: Node) -> None:
    offered(story)
    async with seated(bandhan) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await decline(pilot, story)
        await told(pilot, "u stops it: then nothing has happened.")
        await let_pass(seat, pilot)
        await told(pilot, ON_ITS_WAY)
        assert "u stop it" not in shown(pilot.app)
        assert app_of(pilot).desk.held is None
    assert drafts(bandhan) == []


async def test_while_the_node_still_holds_it_nobody_is_told_that_it_left(
    story: Story, bandhan: Node
) -> None:
    offered(story)
    async with seated(bandhan) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await decline(pilot, story)
        # The desk's clock is ahead, and the node has not come to it yet.
        seat.clock.now = later(seat.clock.now, 11)
        await told(pilot, "Leaves in 0 s.")
        await press(pilot, "u")
        await told(pilot, "Stopped. Nothing was sent.")
        await let_pass(seat, pilot)
    assert bandhan.rows("SELECT state FROM referrals") == [("offered",)]


async def test_what_is_refused_in_the_end_is_told_so_and_what_was_written_is_kept(
    story: Story, bandhan: Node
) -> None:
    offered(story)
    async with seated(bandhan) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await decline(pilot, story)
        await change(seat, "UPDATE referrals SET state = 'ended'")
        await let_pass(seat, pilot)
        await told(pilot, "Not sent: F7 shows it.")
        assert ON_ITS_WAY not in shown(pilot.app)
        await change(seat, "UPDATE referrals SET state = 'delivered'")
        await visit(pilot, ToAnswer(thread=story.thread, saying=Saying.DECLINE))
        assert WHO_ELSE in shown(pilot.app)


async def change(seat: Seat, statement: str) -> None:
    """Somebody else, or somebody elsewhere, did something meanwhile."""
    await seat.gate.write(lambda unit: unit.vault.execute(statement).rowcount)


async def test_locking_keeps_the_draft_of_what_can_still_be_stopped(
    story: Story, bandhan: Node
) -> None:
    offered(story)
    async with seated(bandhan) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await decline(pilot, story)
        await press(pilot, "ctrl+l")
        await locked(pilot)
        await unlock(pilot)
        await press(pilot, "f7", "u")
        await told(pilot, "Stopped. Nothing was sent.")
    (draft,) = drafts(bandhan)
    assert WHO_ELSE in draft


async def test_what_leaves_after_locking_takes_its_draft_with_it(
    story: Story, bandhan: Node
) -> None:
    offered(story)
    async with seated(bandhan) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await decline(pilot, story)
        await press(pilot, "ctrl+l")
        await locked(pilot)
        await let_pass(seat, pilot)
    assert drafts(bandhan) == []


@pytest.mark.parametrize("is_put_away", [False, True], ids=["in the list", "put away"])
async def test_what_a_supervisor_stopped_and_put_away_is_told_as_not_left_before_its_seconds_are_over(
    story: Story, bandhan: Node, *, is_put_away: bool
) -> None:
    offered(story)
    acting = bandhan.acting(sendings.supervisor(bandhan))
    async with seated(bandhan) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await decline(pilot, story)
        held = app_of(pilot).desk.held
        assert held is not None
        command = commands.StopSending(held_id=held.held_id)

        def stop(unit: Unit) -> None:
            holding.stop(unit, command, acting=acting)
            if is_put_away:
                holding.stop(unit, command, acting=acting)

        await seat.gate.write(stop)
        await told(pilot, "It did not leave" if is_put_away else "Not sent: F7 shows it.")
        assert app_of(pilot).desk.held is None
        await let_pass(seat, pilot)
        assert ON_ITS_WAY not in shown(pilot.app)
    assert bandhan.rows("SELECT state FROM referrals") == [("offered",)]


async def test_what_she_stopped_at_another_desk_is_not_told_as_on_its_way(
    story: Story, bandhan: Node
) -> None:
    offered(story)
    async with seated(bandhan) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await decline(pilot, story)
        async with Client(seat.socket) as other:
            await other.open_session(name=RINA, passphrase=PASSPHRASE)
            [line] = (await other.list_held()).sendings
            await other.stop_sending(commands.StopSending(held_id=line.held_id))
        await told(pilot, "It did not leave: it was stopped, or put away.")
        await let_pass(seat, pilot)
        assert ON_ITS_WAY not in shown(pilot.app)
    assert bandhan.rows("SELECT state FROM referrals") == [("offered",)]


async def test_what_a_supervisor_stopped_is_not_told_as_on_its_way(
    story: Story, bandhan: Node
) -> None:
    offered(story)
    acting = bandhan.acting(sendings.supervisor(bandhan))
    async with seated(bandhan) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await decline(pilot, story)
        held = app_of(pilot).desk.held
        assert held is not None
        command = commands.StopSending(held_id=held.held_id)
        await seat.gate.write(lambda unit: holding.stop(unit, command, acting=acting))
        await let_pass(seat, pilot)
        await told(pilot, "Not sent: F7 shows it. Somebody else stopped it")
    assert len(drafts(bandhan)) == 1
