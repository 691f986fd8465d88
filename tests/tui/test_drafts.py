"""A draft goes when what it says is recorded, and until then it is kept, whatever happens meanwhile."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final, cast

import msgspec
import pytest
from textual.pilot import Pilot

from protocol.local import commands, views
from tests.support.desk_app import press, settled, shown, until, write
from tests.support.locking import app_of, locked
from tests.support.passing import visit
from tests.support.scripted_client import NOW, Script, ScriptedClient
from tests.support.scripted_desk import scripted_desk
from tui.client import ClientError, ConnectionLostError
from tui.desk import Desk
from tui.places import Destination, Place, ToFacts, ToNewCase, ToPlace, ToWords
from tui.screens.asking import AskScreen
from tui.screens.desk_screen import ROOT_DEPTH, DeskScreen
from tui.screens.drafts import DraftKeeper

CASE: Final = bytes(range(32))
RECORDING: Final[dict[str, tuple[Destination, tuple[str, ...]]]] = {
    "record_sentence": (ToWords(case_id=CASE), ()),
    "record_facts": (ToFacts(case_id=CASE), ("tab", "right")),
    "open_case": (ToNewCase(), ("A", "-", "7")),
}
"""What each form asks of the node, and what is pressed in it."""


class Recording(ScriptedClient):
    """It has no draft yet; what is to be recorded waits until the test lets it go on."""

    def __init__(self, waits: str) -> None:
        super().__init__(Script(chosen=lambda view, _name: "" if view is views.Draft else None))
        self._waits = waits
        self.is_asked = asyncio.Event()
        self.may_go_on = asyncio.Event()
        self.breaks: ClientError | None = None

    async def _answer(  # type: ignore[explicit-override]  # typing.override is 3.12's
        self, name: str, view: type[Any], given: tuple[msgspec.Struct, ...]
    ) -> Any:  # noqa: ANN401
        if name == self._waits:
            self.is_asked.set()
            await self.may_go_on.wait()
            if self.breaks is not None:
                raise self.breaks
        return await super()._answer(name, view, given)

    @property
    def kept(self) -> str:
        """The draft as it stands at the node."""
        saved = [one.text for one in self.given if isinstance(one, commands.SaveDraft)]
        return saved[-1] if saved else ""


async def record(pilot: Pilot[Any], client: Recording, form: str) -> None:
    """Fill in a form and press the key that records it; the node has not answered."""
    to, keys = RECORDING[form]
    await visit(pilot, to)
    await (press(pilot, *keys) if keys else write(pilot, "She said this."))
    await front(pilot).run_action("save")
    await client.is_asked.wait()


def front(pilot: Pilot[Any]) -> DeskScreen[Any]:
    screen = pilot.app.screen
    assert isinstance(screen, DeskScreen)
    return screen


@pytest.mark.parametrize("form", RECORDING)
async def test_what_is_being_recorded_when_the_screen_is_locked_is_kept(form: str) -> None:
    client = Recording(form)
    async with scripted_desk(client) as pilot:
        await record(pilot, client, form)
        app_of(pilot).action_lock()
        await locked(pilot)
    assert client.kept


@pytest.mark.parametrize("form", RECORDING)
async def test_what_was_recorded_is_no_draft_any_more(form: str) -> None:
    client = Recording(form)
    async with scripted_desk(client) as pilot:
        await record(pilot, client, form)
        await front(pilot).put_away()
        kept = client.kept
        client.may_go_on.set()
        await settled(pilot)
    assert (bool(kept), client.kept) == (True, "")


@pytest.mark.parametrize("form", RECORDING)
async def test_what_could_not_be_recorded_stays_a_draft(form: str) -> None:
    client = Recording(form)
    client.breaks = ConnectionLostError("no whole answer")
    async with scripted_desk(client) as pilot:
        await record(pilot, client, form)
        client.may_go_on.set()
        await settled(pilot)
        await press(pilot, "escape")
    assert client.kept


# Leaving while the node keeps nothing.


class Broken(ScriptedClient):
    """A node that answers, and cannot keep a draft until it is mended."""

    def __init__(self) -> None:
        super().__init__(Script(chosen=lambda view, _name: "" if view is views.Draft else None))
        self.is_mended = False

    async def _answer(  # type: ignore[explicit-override]  # typing.override is 3.12's
        self, name: str, view: type[Any], given: tuple[msgspec.Struct, ...]
    ) -> Any:  # noqa: ANN401
        if name == "save_draft" and not self.is_mended:
            raise ConnectionLostError("no whole answer")
        return await super()._answer(name, view, given)


def is_asked(pilot: Pilot[Any]) -> bool:
    """Does the question stand in front, whether it may be lost?"""
    return isinstance(pilot.app.screen, AskScreen) and "not kept" in shown(pilot.app)


async def write_and_leave(pilot: Pilot[Any], key: str) -> None:
    """Words are written, and somebody wants to go."""
    await visit(pilot, ToWords(case_id=CASE))
    await write(pilot, "She said this.")
    await press(pilot, key)
    await until(pilot, lambda: is_asked(pilot))


@pytest.mark.parametrize("key", ["escape", "ctrl+q"])
@pytest.mark.parametrize("answer", ["escape", "n", "enter"])
async def test_what_the_node_did_not_keep_stays_on_the_screen_until_somebody_says_it_may_be_lost(
    key: str, answer: str
) -> None:
    client = Broken()
    async with scripted_desk(client) as pilot:
        await write_and_leave(pilot, key)
        await press(pilot, answer)
        if answer == "enter":
            assert is_asked(pilot)
            await press(pilot, "n")
        assert "She said this." in shown(pilot.app)
        client.is_mended = True
        await front(pilot).put_away()
    assert [one for one in client.given if isinstance(one, commands.SaveDraft)]


@pytest.mark.parametrize("key", ["escape", "ctrl+q"])
async def test_after_her_yes_the_screen_closes_without_what_was_not_kept(key: str) -> None:
    client = Broken()
    async with scripted_desk(client) as pilot:
        await write_and_leave(pilot, key)
        await press(pilot, "y")
        await until(pilot, lambda: has_gone(pilot, key))


def has_gone(pilot: Pilot[Any], key: str) -> bool:
    """Is the screen closed, or for ^q the whole application?"""
    if key == "ctrl+q":
        return pilot.app._exit
    return "She said this." not in shown(pilot.app) and not is_asked(pilot)


async def test_a_place_on_a_digit_opens_only_when_what_was_written_is_kept() -> None:
    client = Broken()
    async with scripted_desk(client) as pilot:
        await visit(pilot, ToWords(case_id=CASE))
        await write(pilot, "She said this.")
        await visit(pilot, ToPlace(place=Place.CASES))
        await until(pilot, lambda: is_asked(pilot))
        await press(pilot, "n")
        assert "She said this." in shown(pilot.app)
        await visit(pilot, ToPlace(place=Place.CASES))
        await until(pilot, lambda: is_asked(pilot))
        await press(pilot, "y")
        await until(pilot, lambda: "She said this." not in shown(pilot.app))
        await until(pilot, lambda: len(pilot.app.screen_stack) == ROOT_DEPTH)


async def test_the_screen_is_locked_without_a_question_also_where_nothing_can_be_kept() -> None:
    client = Broken()
    async with scripted_desk(client) as pilot:
        await visit(pilot, ToWords(case_id=CASE))
        await write(pilot, "She said this.")
        app_of(pilot).action_lock()
        await locked(pilot)


# One draft by itself.


class Interrupted:
    """A node that takes what it is given, and whose first answer is lost on the way."""

    def __init__(self) -> None:
        self.saved: list[str] = []

    async def save_draft(self, command: commands.SaveDraft) -> views.Done:
        self.saved.append(command.text)
        if len(self.saved) == 1:
            raise ConnectionLostError("no whole answer")
        return views.Done()


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallDesk:
    """As much of a desk as a draft needs."""

    client: Interrupted
    now: int = NOW


class Line(msgspec.Struct, frozen=True, kw_only=True):
    text: str


async def test_a_draft_is_dropped_also_where_nobody_knows_whether_it_was_kept() -> None:
    node = Interrupted()
    keeper = DraftKeeper(cast("Desk", SmallDesk(client=node)), place="words", about=CASE)
    with pytest.raises(ConnectionLostError):
        await keeper.keep(Line(text="half a"))
    await keeper.drop()
    assert [bool(text) for text in node.saved] == [True, False]
