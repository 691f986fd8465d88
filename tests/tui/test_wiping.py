"""After locking, nothing of hers is in sight, behind what is in sight, or in memory."""

import asyncio
from typing import Any, Final

import pytest
from textual import events
from textual.pilot import Pilot

from protocol.local import commands
from tests.support.desk_app import press, rows, settled, shown, until, write
from tests.support.locking import (
    about_her,
    app_of,
    canary,
    holders,
    is_locked,
    locked,
    take_another_word,
)
from tests.support.scripted_client import Script, ScriptedClient
from tests.support.scripted_desk import destinations, go, scripted_desk
from tests.support.typing import send
from tui.client import ConnectionLostError
from tui.places import Go
from tui.presence import HIDE_PRESSES
from tui.screens.asking import AskScreen
from tui.screens.cover import Cover

SCREENS = destinations()
WITH_DATA: Final = (
    "ToCase", "ToPlace CASES", "ToMessage", "ToReferral", "ToConsents", "ToLedger", "ToDossier",
    "ToTakeConsent is_way_back=False", "ToPlace TODAY", "ToPlace FOLLOW_UPS", "ToPlace PARTNERS",
    "ToOutbox", "ToFacts", "ToOffer",
)  # fmt: skip


@pytest.fixture(autouse=True)
def another_word() -> None:
    take_another_word()


async def lock_by_key(pilot: Pilot[Any]) -> None:
    await press(pilot, "ctrl+l")


async def lock_by_hiding(pilot: Pilot[Any]) -> None:
    for _ in range(HIDE_PRESSES):
        send(pilot, events.Key("escape", None))
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
        gate = client.gate = asyncio.Event()
        try:
            await write(pilot, "half")
            in_front: list[type[object]] = []
            client.noticing = lambda _name: in_front.append(type(pilot.app.screen))
            send(pilot, events.Key("ctrl+l", None))
            await until(pilot, lambda: isinstance(pilot.app.screen, Cover))
            await until(pilot, lambda: pilot.app.screen.is_mounted and bool(in_front))
            assert set("".join(rows(pilot.app))) <= {" "}
            assert app_of(pilot).desk.person is None
            # What the node was asked for and has not answered, it was asked for when nothing was in sight.
            assert in_front[0] is Cover
        finally:
            gate.set()
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
