"""What was sent from this desk: counted down, stopped, and told as it ended; its draft goes when it left."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from textual.pilot import Pilot

from protocol.local import commands, views
from protocol.local.fitting import View
from protocol.values import later
from tests.support.desk_app import Seat, desk_on, press, seated, settled, shown, unlock, until
from tests.support.federation import Node
from tests.support.locking import app_of, locked
from tests.support.passing import let_pass, visit
from tests.support.scripted_client import NOW, Script, ScriptedClient
from tests.support.scripted_desk import scripted_desk
from tests.support.story import Story
from tui.client import ConnectionLostError, RefusedError
from tui.messages import Sending
from tui.places import Saying, ToAnswer

WHO_ELSE: Final = "Asha"
HELD_ID: Final = bytes(range(16))
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


async def told(pilot: Pilot[Any], sentence: str) -> None:
    """Wait until the screen says so; the desk counts by a clock of its own."""
    await until(pilot, lambda: sentence in shown(pilot.app))
    await settled(pilot)


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


# With a node that does what the test says.


class Holding(ScriptedClient):
    """It holds one sending, until the test says what became of it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[views.HeldLine] = [line_of(refused=None)]
        self.stopping: Callable[[], None] = lambda: None
        self.stops = 0

    async def list_held(self) -> views.HeldSendings:
        return views.HeldSendings(sendings=self.lines)

    async def stop_sending(self, command: commands.StopSending) -> View:
        assert command.held_id == HELD_ID
        self.stops += 1
        await asyncio.sleep(0)
        self.stopping()
        return views.Done()


def line_of(*, refused: str | None) -> views.HeldLine:
    line: views.HeldLine = Script().fill(views.HeldLine)
    return views.HeldLine(
        held_id=HELD_ID,
        name=line.name,
        user_id=line.user_id,
        peer=line.peer,
        thread=line.thread,
        case_id=line.case_id,
        leaves_at=NOW + 10,
        refused=refused,
    )


def send(pilot: Pilot[Any], *, seconds: int) -> None:
    """A screen says that something is held."""
    pilot.app.post_message(Sending(views.Held(held_id=HELD_ID, leaves_at=NOW + seconds)))


async def test_pressed_twice_it_is_stopped_once_and_told() -> None:
    client = Holding()
    async with scripted_desk(client) as pilot:
        send(pilot, seconds=10)
        await settled(pilot)
        for _ in range(2):
            app_of(pilot).action_stop_sending()
        await told(pilot, "Stopped. Nothing was sent.")
        assert client.stops == 1


async def test_what_left_before_it_could_be_stopped_is_told_as_it_is() -> None:
    client = Holding()
    client.stopping = too_late
    async with scripted_desk(client) as pilot:
        send(pilot, seconds=10)
        await press(pilot, "u")
        await told(pilot, ON_ITS_WAY)


def too_late() -> None:
    raise RefusedError(views.refused(views.No.NOT_FOUND))


async def test_where_the_answer_to_stopping_was_lost_nobody_is_told_that_it_left() -> None:
    client = Holding()
    client.stopping = lose_the_answer
    async with scripted_desk(client) as pilot:
        send(pilot, seconds=2)
        await press(pilot, "u")
        client.lines = []
        await told(pilot, "It left, or it was stopped: look before you send it again.")


def lose_the_answer() -> None:
    raise ConnectionLostError("no whole answer")


async def test_a_clock_that_is_set_back_gives_no_more_seconds_than_there_are() -> None:
    client = Holding()
    async with scripted_desk(client) as pilot:
        send(pilot, seconds=3)
        await told(pilot, "Leaves in 2 s.")
        client.lines = [line_of(refused="wrong_state")]
        await told(pilot, "Not sent: F7 shows it.")
