"""Waiting for changes at the node: it is asked again after a rest, and never in a loop."""

from typing import cast

from protocol.local import commands, views
from tests.support.locking import app_of
from tests.support.scripted_client import Script, ScriptedClient
from tests.support.scripted_desk import scripted_desk
from tui.client import BusyError, Client, ConnectionLostError
from tui.messages import Stopped
from tui.watching import PAUSE_SECONDS, Changed, Unreachable, next_change


class Answering:
    """A node that answers so, and says so often it was asked."""

    def __init__(self, answer: views.Changes | Exception) -> None:
        self._answer = answer
        self.rested: list[float] = []

    async def watch_changes(self, _command: commands.WatchChanges) -> views.Changes:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    async def rest(self, seconds: float) -> None:
        self.rested.append(seconds)


async def found_by(node: Answering) -> tuple[int, type | None]:
    count, found = await next_change(cast("Client", node), 3, pause=node.rest)
    return count, None if found is None else type(found)


async def test_where_too_many_wait_already_it_rests_before_it_asks_again() -> None:
    node = Answering(BusyError(1))
    assert await found_by(node) == (3, None)
    assert node.rested == [PAUSE_SECONDS]


async def test_a_change_is_told_at_once() -> None:
    node = Answering(views.Changes(count=4))
    assert await found_by(node) == (4, Changed)
    assert node.rested == []


async def test_a_waiting_time_that_ends_without_a_change_is_followed_by_the_next() -> None:
    node = Answering(views.Changes(count=3))
    assert await found_by(node) == (3, None)
    assert node.rested == []


async def test_a_node_that_does_not_answer_is_told() -> None:
    node = Answering(ConnectionLostError("no whole answer"))
    assert await found_by(node) == (3, Unreachable)


async def test_what_comes_while_the_window_closes_is_told_to_nobody_and_breaks_nothing() -> None:
    async with scripted_desk(ScriptedClient(Script())) as pilot:
        app = app_of(pilot)
    assert app.screen_stack == []
    app.on_changed(Changed())
    app.on_stopped(Stopped())
    app.tell("On its way.", tone="done")
