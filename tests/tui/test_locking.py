"""Locking the screen: nothing of hers is left on it, behind it or in memory, and the node goes on."""

import asyncio
import gc
import itertools
import types
from typing import Any, Final

import pytest
from textual import events
from textual.pilot import Pilot

from protocol.local import commands, views
from tests.support.desk_app import (
    RINA,
    desk_on,
    press,
    rows,
    seated,
    settled,
    shown,
    unlock,
    unlocked,
    until,
    write,
)
from tests.support.federation import Node
from tests.support.nodes import PASSPHRASE
from tests.support.scripted_client import Script, ScriptedClient, is_code
from tests.support.scripted_desk import destinations, go, scripted_desk
from tests.support.story import Story
from tests.support.typing import send
from tui.app import SathiApp
from tui.client import Client, ConnectionLostError, NoSessionError
from tui.places import Go, ToCase, ToWords
from tui.presence import HIDE_PRESSES
from tui.screens.asking import AskScreen
from tui.screens.cover import Cover
from tui.screens.desk_screen import DeskScreen
from tui.screens.unlock import UnlockScreen

SCREENS = destinations()
PARTS: Final = ("canary", "7731")
WITH_DATA: Final = (
    "ToCase", "ToPlace CASES", "ToMessage", "ToReferral", "ToConsents", "ToLedger", "ToDossier",
    "ToTakeConsent is_way_back=False", "ToPlace TODAY", "ToPlace FOLLOW_UPS", "ToPlace PARTNERS",
    "ToOutbox", "ToFacts", "ToOffer",
)  # fmt: skip
ROOM: Final = 2


_turn = itertools.count()
_current = [0]


@pytest.fixture(autouse=True)
def another_word() -> None:
    """Each test looks for a word of its own: what a test that failed left behind is no other's."""
    _current[0] = next(_turn)


def canary() -> str:
    """A word that stands nowhere in this process until somebody puts it together."""
    return "-".join((*PARTS, f"{_current[0]:03}"))


def about_her() -> Script:
    """The word in every field that holds words."""
    return Script(chosen=lambda view, name: None if is_code((view, name)) else canary())


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


async def lock_by_key(pilot: Pilot[Any]) -> None:
    await press(pilot, "ctrl+l")


async def lock_by_hiding(pilot: Pilot[Any]) -> None:
    for _ in range(HIDE_PRESSES):
        send(pilot, events.Key("escape", None))
    await settled(pilot)


async def lock_as_idle(pilot: Pilot[Any]) -> None:
    timer = app_of(pilot)._presence._idle
    assert timer is not None
    assert timer._callback is not None
    timer._callback()
    await settled(pilot)


WAYS: Final = {"ctrl+l": lock_by_key, "esc three times": lock_by_hiding}


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_DATA)
async def test_after_locking_nothing_in_the_process_holds_a_word_of_hers(name: str) -> None:
    client = ScriptedClient(about_her())
    async with scripted_desk(client) as pilot:
        await go(pilot, SCREENS[name])
        assert holders(), "the word was never there: this test could not fail"
        await press(pilot, "ctrl+l")
        await locked(pilot)
        client.script = Script()
        client.given.clear()
        await settled(pilot)
        assert holders() == []
        assert not client.has_session


async def _open_palette(pilot: Pilot[Any]) -> None:
    await press(pilot, "ctrl+p")
    await write(pilot, canary())


async def _open_help(pilot: Pilot[Any]) -> None:
    await press(pilot, "question_mark")
    await write(pilot, canary())


async def _open_question(pilot: Pilot[Any]) -> None:
    app = app_of(pilot)
    await app.push_screen(AskScreen(app.desk, canary()))
    await settled(pilot)


async def _say(pilot: Pilot[Any]) -> None:
    app_of(pilot).tell(canary(), tone="wrong")
    await settled(pilot)


async def _copy(pilot: Pilot[Any]) -> None:
    app_of(pilot).copy_to_clipboard(canary())


OVER: Final = {
    "the palette": _open_palette,
    "help": _open_help,
    "a question": _open_question,
    "a sentence": _say,
    "something copied": _copy,
}


@pytest.mark.slow
@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize("way", WAYS)
async def test_what_stands_above_a_case_goes_with_it(over: str, way: str) -> None:
    client = ScriptedClient(about_her())
    async with scripted_desk(client) as pilot:
        await go(pilot, SCREENS["ToCase"])
        await OVER[over](pilot)
        await WAYS[way](pilot)
        await locked(pilot)
        client.script = Script()
        client.given.clear()
        await settled(pilot)
        assert holders() == []


@pytest.mark.slow
async def test_a_half_written_sentence_is_kept_at_the_node_and_nowhere_else() -> None:
    client = ScriptedClient()
    async with scripted_desk(client) as pilot:
        await go(pilot, SCREENS["ToWords"])
        await write(pilot, canary())
        await press(pilot, "ctrl+z", "backspace")
        await press(pilot, "ctrl+y")
        await write(pilot, f" {canary()}")
        await press(pilot, "ctrl+l")
        await locked(pilot)
        saved = [one for one in client.given if isinstance(one, commands.SaveDraft)]
        assert saved
        assert canary() in saved[-1].text
        saved.clear()
        client.given.clear()
        await settled(pilot)
        assert holders() == []


# Out of sight at once, whatever the node does.


async def test_a_node_that_hangs_does_not_keep_a_case_on_the_screen() -> None:
    client = ScriptedClient(about_her())
    async with scripted_desk(client) as pilot:
        await go(pilot, SCREENS["ToWords"])
        await write(pilot, "half")
        client.gate = asyncio.Event()
        send(pilot, events.Key("ctrl+l", None))
        await until(pilot, lambda: isinstance(pilot.app.screen, Cover))
        await until(pilot, lambda: pilot.app.screen.is_mounted)
        assert set("".join(rows(pilot.app))) <= {" "}
        assert app_of(pilot).desk.person is None
        client.gate.set()
        await locked(pilot)


async def test_a_node_that_is_gone_is_no_reason_not_to_lock() -> None:
    client = ScriptedClient(about_her())
    async with scripted_desk(client) as pilot:
        await go(pilot, SCREENS["ToWords"])
        await write(pilot, "half")
        client.raising = ConnectionLostError("gone")
        await press(pilot, "ctrl+l")
        await locked(pilot)
        assert not client.has_session


async def test_an_answer_that_comes_after_locking_is_not_shown() -> None:
    client = ScriptedClient(about_her())
    async with scripted_desk(client) as pilot:
        gate = client.gate = asyncio.Event()
        pilot.app.post_message(Go(SCREENS["ToCase"]))
        await until(pilot, lambda: any(name == "look_at_case" for name, _ in client.asked))
        send(pilot, events.Key("ctrl+l", None))
        # The lock screen itself asks the node for how it stands, and is not answered yet either.
        await until(pilot, lambda: is_locked(pilot))
        gate.set()
        await settled(pilot)
        assert is_locked(pilot)
        assert canary() not in shown(pilot.app)
        client.script = Script()
        client.given.clear()
        assert holders() == []


KEYS_AFTER: Final = ("1", "2", "8", "f5", "f7", "f9", "ctrl+p", "n", "w", "u", "escape")


async def test_keys_typed_right_after_locking_are_for_the_lock_screen_alone() -> None:
    client = ScriptedClient(about_her())
    async with scripted_desk(client) as pilot:
        await go(pilot, SCREENS["ToCase"])
        send(pilot, events.Key("ctrl+l", None))
        for key in KEYS_AFTER:
            send(pilot, events.Key(key, key if len(key) == 1 else None))
        await locked(pilot)
        await settled(pilot)
        asked = len(client.asked)
        await press(pilot, *KEYS_AFTER)
        assert is_locked(pilot)
        assert not [name for name, _ in client.asked[asked:] if name != "show_status"]
        assert app_of(pilot).desk.names_are_shown is False


# With the real node.


async def token_of(pilot: Pilot[Any]) -> bytes:
    entered = app_of(pilot).desk.client._entered
    assert entered is not None
    assert entered.token is not None
    return entered.token


async def test_locking_ends_the_session_and_what_was_sent_leaves_all_the_same(
    alo: Node, story: Story
) -> None:
    story.open_case()
    story.agree()
    preview = story.preview_offer()
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        pilot.app.post_message(Go(ToWords(case_id=story.case_id)))
        await settled(pilot)
        await write(pilot, "half a sentence")
        token = await token_of(pilot)
        await press(pilot, "ctrl+l")
        await locked(pilot)
        assert not app_of(pilot).desk.client.has_session
        async with Client(seat.socket) as other:
            assert other._entered is not None
            other._entered.token = token
            with pytest.raises(NoSessionError):
                await other.list_cases()
            assert (await other.show_status()).is_open
            await other.open_session(name=RINA, passphrase=PASSPHRASE)
            draft = await other.load_draft(commands.LoadDraft(place="words", about=story.case_id))
            assert "half a sentence" in draft.text
    assert preview is not None


@pytest.mark.parametrize("ending", ["session", "vault"])
async def test_a_session_that_the_node_ended_leaves_nothing_on_the_screen(
    alo: Node, story: Story, ending: str
) -> None:
    story.open_case()
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        pilot.app.post_message(Go(ToCase(case_id=story.case_id)))
        await settled(pilot)
        assert "ALO-17" in shown(pilot.app)
        if ending == "vault":
            await seat.gate.lock()
        else:
            seat.api_desk.end_sessions()
        await press(pilot, "2")
        await locked(pilot)
        assert "ALO-17" not in shown(pilot.app)
        assert not app_of(pilot).desk.client.has_session


async def test_she_comes_back_to_where_nothing_of_before_is_open(alo: Node, story: Story) -> None:
    story.open_case()
    async with unlocked(alo) as pilot:
        pilot.app.post_message(Go(ToCase(case_id=story.case_id)))
        await settled(pilot)
        await press(pilot, "ctrl+l")
        await locked(pilot)
        await unlock(pilot)
        assert len(pilot.app.screen_stack) == ROOM
        assert isinstance(pilot.app.screen, DeskScreen)


# Nobody is there any more.


async def test_the_desk_sets_the_times_that_the_node_says_and_locks_when_they_are_over() -> None:
    client = ScriptedClient(about_her())
    async with scripted_desk(client) as pilot:
        idle = app_of(pilot)._presence._idle
        assert idle is not None
        assert idle._interval == Script().fill(views.Session).desk.lock_seconds
        await lock_as_idle(pilot)
        await locked(pilot)


async def test_the_desk_locks_when_its_window_is_long_not_in_front() -> None:
    client = ScriptedClient(about_her())
    async with scripted_desk(client) as pilot:
        app = app_of(pilot)
        pilot.app.post_message(events.AppBlur())
        await until(pilot, lambda: app._presence._away is not None)
        away = app._presence._away
        assert away is not None
        assert away._interval == 60
        assert away._callback is not None
        away._callback()
        await locked(pilot)
