"""Whatever a text from elsewhere holds, on every screen it is read and nothing else."""

from typing import Any

import pytest
from textual.pilot import Pilot

from protocol.local.fitting import View
from protocol.local.views import Refused
from tests.support.desk_app import settled, shown
from tests.support.hostile import LARGE, MARKUP, READING, SMALL, TOGETHER
from tests.support.scripted_client import Script, ScriptedClient, Slot, is_code, texts_of
from tests.support.scripted_desk import destinations, faults_of, go, scripted_desk
from tui.app import SathiApp
from tui.client import BusyError, FaultError, NotLegalError, RefusedError
from tui.messages import Failed
from tui.screens.desk_screen import DeskScreen

SCREENS = destinations()
# Between them they use every widget that shows a text.
MOST = (
    "ToCase",
    "ToMessage",
    "ToReferral",
    "ToPlace CASES",
    "ToPlace PARTNERS",
    "ToOutbox",
    "ToLedger",
)
BRACKETS = MARKUP["an action"]
# As much of the brackets as the narrowest column has room for.
SEEN_OF_BRACKETS = BRACKETS[:3]
# Closing and opening what stands in front is what these are for; here only what is drawn is looked at.
LEAVING = frozenset({"back"})


def everywhere(text: str) -> Script:
    """This text in every field that holds words, and the usual codes."""
    return Script(chosen=lambda view, name: None if is_code((view, name)) else text)


def only(slot: Slot, text: str) -> Script:
    """This text in one field of one view."""
    return Script(chosen=lambda view, name: text if (view, name) == slot else None)


def marked(slots: list[Slot], *, is_yes: bool) -> Script:
    """A mark of its own in every field that holds words."""
    marks = {slot: f"Q{place}z" for place, slot in enumerate(slots) if not is_code(slot)}
    return Script(chosen=lambda view, name: marks.get((view, name)), is_yes=is_yes)


def slots(client: ScriptedClient) -> list[Slot]:
    """Every field with a text in what a screen asked for."""
    views: dict[type[View], None] = {view: None for _, view in client.asked}
    return list(dict.fromkeys(slot for view in views for slot in texts_of(view)))


async def shows(pilot: Pilot[Any], client: ScriptedClient, script: Script) -> str:
    """What the screen in front shows of it, once it was found to be harmless."""
    front = pilot.app.screen
    assert isinstance(front, DeskScreen)
    client.script = script
    front.reload()
    await settled(pilot)
    assert pilot.app.screen is front
    assert faults_of(pilot) == []
    return shown(pilot.app)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SCREENS))
async def test_a_screen_with_hostile_words_in_every_field_is_read_and_does_nothing(
    name: str,
) -> None:
    client = ScriptedClient()
    async with scripted_desk(client) as pilot:
        await go(pilot, SCREENS[name])
        for text in (TOGETHER, "".join(READING.values()), *LARGE.values()):
            await shows(pilot, client, everywhere(text))
        assert pilot.app.desk.person is not None  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SCREENS))
async def test_every_field_a_screen_shows_is_shown_with_its_brackets(name: str) -> None:
    client = ScriptedClient()
    async with scripted_desk(client) as pilot:
        client.asked.clear()
        await go(pilot, SCREENS[name])
        found = slots(client)
        seen: set[Slot] = set()
        for is_yes in (False, True):
            drawn = await shows(pilot, client, marked(found, is_yes=is_yes))
            seen = {slot for place, slot in enumerate(found) if f"Q{place}z" in drawn}
        for slot in found:
            if slot in seen or is_code(slot):
                drawn = await shows(pilot, client, only(slot, BRACKETS))
                assert slot not in seen or SEEN_OF_BRACKETS in drawn, (slot, drawn)


@pytest.mark.slow
@pytest.mark.parametrize("text", SMALL.values(), ids=SMALL)
async def test_each_hostile_text_by_itself_on_the_screens_with_most_of_them(text: str) -> None:
    client = ScriptedClient(everywhere(text))
    async with scripted_desk(client) as pilot:
        for name in MOST:
            await go(pilot, SCREENS[name])
            assert faults_of(pilot) == []
        assert pilot.app.desk.person is not None  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SCREENS))
async def test_whatever_can_be_done_on_a_screen_its_texts_stay_texts(name: str) -> None:
    client = ScriptedClient(everywhere(TOGETHER))
    async with scripted_desk(client) as pilot:
        await go(pilot, SCREENS[name])
        front = pilot.app.screen
        assert isinstance(front, DeskScreen)
        for act in front.ACTS:
            if act.name.startswith("app.") or act.name in LEAVING:
                continue
            await go(pilot, SCREENS[name])
            await pilot.app.screen.run_action(act.name)
            await settled(pilot)
            assert faults_of(pilot) == [], act
        assert pilot.app.desk.person is not None  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", SMALL.values(), ids=SMALL)
async def test_what_a_node_answers_instead_is_said_as_a_text(text: str) -> None:
    client = ScriptedClient()
    refusals = (
        RefusedError(Refused(code=text)),
        NotLegalError(f"OpenCase.{text}"),
        FaultError(text),
    )
    async with scripted_desk(client) as pilot:
        for error in (*refusals, BusyError(3)):
            pilot.app.post_message(Failed(error))
            await settled(pilot)
            assert faults_of(pilot) == []


async def test_a_click_on_a_text_that_names_an_action_does_nothing() -> None:
    client = ScriptedClient(everywhere(BRACKETS))
    async with scripted_desk(client) as pilot:
        app = pilot.app
        assert isinstance(app, SathiApp)
        await go(pilot, SCREENS["ToLedger"])
        seen = enumerate(shown(app).split("\n"))
        # A click may move what is shown: each lands where the text stood at first.
        places = [(row.index(SEEN_OF_BRACKETS), y) for y, row in seen if SEEN_OF_BRACKETS in row]
        assert places
        for x, y in places:
            await pilot.click(offset=(x + 2, y))
            await settled(pilot)
        assert app.desk.person is not None
