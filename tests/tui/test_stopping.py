"""Stopping what was sent: once, in time or too late, and nobody is told what nobody knows."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from textual.pilot import Pilot

from protocol.local import commands, views
from protocol.local.fitting import View
from tests.support.desk_app import press, settled, shown
from tests.support.locking import app_of
from tests.support.passing import told, visit
from tests.support.scripted_client import NOW, Script, ScriptedClient
from tests.support.scripted_desk import scripted_desk
from tui.client import ConnectionLostError, RefusedError
from tui.messages import Sending
from tui.places import ToNewCase
from tui.watching import Changed

HELD_ID: Final = bytes(range(16))
ON_ITS_WAY: Final = "On its way."
DID_NOT_LEAVE: Final = "It did not leave: it was stopped, or put away."


class Holding(ScriptedClient):
    """It holds one sending, until the test says what became of it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[views.HeldLine] = [line_of(refused=None)]
        self.ended: list[views.HeldEnd] = []
        self.stopping: Callable[[], None] = lambda: None
        self.stops = 0

    async def list_held(self) -> views.HeldSendings:
        return views.HeldSendings(sendings=self.lines, ended=self.ended)

    def end(self, *, has_left: bool) -> None:
        """It is held no more."""
        self.lines = []
        self.ended = [views.HeldEnd(held_id=HELD_ID, has_left=has_left)]

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


async def test_while_a_text_is_typed_the_keys_that_stop_it_are_named_and_not_a_letter() -> None:
    client = Holding()
    async with scripted_desk(client) as pilot:
        await visit(pilot, ToNewCase())
        send(pilot, seconds=600)
        await told(pilot, "F7, then u, stops it.")
        assert "u stops it:" not in shown(pilot.app)
        await press(pilot, "u")
        assert client.stops == 0
        await press(pilot, "f7")
        await told(pilot, "u stops it: then nothing has happened.")
        await press(pilot, "u")
        await told(pilot, "Stopped. Nothing was sent.")
    assert client.stops == 1


async def test_what_left_before_it_could_be_stopped_is_told_as_it_is() -> None:
    client = Holding()
    client.stopping = too_late
    async with scripted_desk(client) as pilot:
        send(pilot, seconds=10)
        await settled(pilot)
        client.end(has_left=True)
        await press(pilot, "u")
        await told(pilot, ON_ITS_WAY)


async def test_what_somebody_stopped_and_put_away_first_is_told_as_not_left() -> None:
    client = Holding()
    client.stopping = too_late
    async with scripted_desk(client) as pilot:
        send(pilot, seconds=10)
        await settled(pilot)
        client.end(has_left=False)
        await press(pilot, "u")
        await told(pilot, DID_NOT_LEAVE)
        assert ON_ITS_WAY not in shown(pilot.app)


async def test_what_was_put_away_while_its_seconds_ran_is_told_as_not_left() -> None:
    client = Holding()
    async with scripted_desk(client) as pilot:
        send(pilot, seconds=2)
        await settled(pilot)
        client.end(has_left=False)
        await told(pilot, DID_NOT_LEAVE)
        assert app_of(pilot).desk.held is None


async def test_what_left_is_told_as_on_its_way_once_its_seconds_are_over() -> None:
    client = Holding()
    async with scripted_desk(client) as pilot:
        send(pilot, seconds=2)
        await settled(pilot)
        client.end(has_left=True)
        await told(pilot, ON_ITS_WAY)


async def test_a_change_at_the_node_ends_the_counting_of_what_is_stopped() -> None:
    client = Holding()
    async with scripted_desk(client) as pilot:
        send(pilot, seconds=600)
        await settled(pilot)
        pilot.app.post_message(Changed())
        await told(pilot, "u stops it: then nothing has happened.")
        client.end(has_left=False)
        pilot.app.post_message(Changed())
        await told(pilot, DID_NOT_LEAVE)


def too_late() -> None:
    raise RefusedError(views.refused(views.No.NOT_FOUND))


async def test_where_the_answer_to_stopping_was_lost_nobody_is_told_that_it_left() -> None:
    client = Holding()
    client.stopping = lose_the_answer
    async with scripted_desk(client) as pilot:
        send(pilot, seconds=2)
        await press(pilot, "u")
        # Nobody knows what became of it.
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
