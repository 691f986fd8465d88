"""Is the desk locked, and what in this process still holds a word of hers?"""

import gc
import itertools
import types
from typing import Any, Final

from textual.pilot import Pilot

from protocol.local import views
from protocol.local.fitting import View
from tests.support.desk_app import settled, until
from tests.support.scripted_client import Script, ScriptedClient, is_code
from tui.app import SathiApp
from tui.client import NotRunningError
from tui.screens.unlock import UnlockScreen

ROOM: Final = 2
_PARTS: Final = ("canary", "7731")
# How the node stands is told to anybody on this computer, and names no case: the lock screen keeps it.
_OF_NOBODY: Final = {views.NodeStatus, views.RelayStatus}
_turn = itertools.count()
_current = [0]


def take_another_word() -> None:
    """Each test looks for a word of its own: what a test that failed left behind is no other's."""
    _current[0] = next(_turn)


def canary() -> str:
    """A word that stands nowhere in this process until somebody puts it together."""
    return "-".join((*_PARTS, f"{_current[0]:03}"))


def about_her() -> Script:
    """The word in every field that holds words about somebody."""

    def chosen(view: type[View], name: str) -> str | None:
        return None if view in _OF_NOBODY or is_code((view, name)) else canary()

    return Script(chosen=chosen)


def is_locked(pilot: Pilot[Any]) -> bool:
    app = pilot.app
    return len(app.screen_stack) == ROOM and isinstance(app.screen, UnlockScreen)


async def locked(pilot: Pilot[Any]) -> None:
    """Wait until the lock screen stands."""
    await until(pilot, lambda: is_locked(pilot))
    await settled(pilot)


def app_of(pilot: Pilot[Any]) -> SathiApp:
    app = pilot.app
    assert isinstance(app, SathiApp)
    return app


def take_node_away(pilot: Pilot[Any]) -> None:
    """From now on the program behind the screen does not answer."""
    gone = ScriptedClient()
    gone.raising = NotRunningError("gone")
    # It answers like a client; the desk's field names the real class.
    vars(app_of(pilot).desk)["client"] = gone


def holders() -> list[str]:
    """What in this process still holds a text with the word in it."""
    gc.collect()
    word, raw = canary(), canary().encode()
    found = []
    for holder in gc.get_objects():
        if isinstance(holder, types.FrameType):
            continue
        held = gc.get_referents(holder)
        has_it = any(
            (type(one) is str and word in one and one is not word)
            or (type(one) in {bytes, bytearray} and raw in one and one is not raw)
            for one in held
        )
        found += [f"{type(holder).__module__}.{type(holder).__qualname__}"] * has_it
    return found
