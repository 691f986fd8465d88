"""Locking at the desk of a real node: the session ends, the node goes on, and no key does anything else."""

from typing import Any, Final

import pytest
from textual import events
from textual.pilot import Pilot

from node.services import reading
from protocol.local import commands, views
from tests.support.desk_app import (
    RINA,
    desk_on,
    press,
    seated,
    settled,
    shown,
    unlock,
    unlocked,
    until,
    write,
)
from tests.support.federation import Federation, Node
from tests.support.locking import ROOM, about_her, app_of, is_locked, locked
from tests.support.nodes import PASSPHRASE
from tests.support.offering import fill_in
from tests.support.passing import let_pass, visit
from tests.support.scripted_client import Script, ScriptedClient
from tests.support.scripted_desk import destinations, go, scripted_desk
from tests.support.story import Story
from tests.support.typing import send
from tui.client import Client, NoSessionError
from tui.places import Go, ToCase, ToOffer, ToWords
from tui.screens.desk_screen import DeskScreen

SCREENS = destinations()
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


async def test_locking_ends_the_session_and_keeps_what_was_half_written(
    alo: Node, story: Story
) -> None:
    story.open_case()
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


async def test_what_was_sent_before_locking_leaves_all_the_same(
    alo: Node, bandhan: Node, story: Story, federation: Federation
) -> None:
    story.open_case()
    story.agree()
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToOffer(case_id=story.case_id))
        await fill_in(pilot)
        await press(pilot, "ctrl+s")
        assert app_of(pilot).desk.held is not None
        await press(pilot, "ctrl+l")
        await locked(pilot)
        assert app_of(pilot).desk.held is None
        await let_pass(seat, pilot)
        assert is_locked(pilot)
    federation.settle_all()
    command = commands.ListReferrals(is_ours=False)
    assert len(bandhan.use(reading.list_referrals, command).referrals) == 1


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


async def lock_as_idle(pilot: Pilot[Any]) -> None:
    timer = app_of(pilot)._presence._idle
    assert timer is not None
    assert timer._callback is not None
    timer._callback()
    await settled(pilot)


# Esc.


@pytest.mark.parametrize(("presses", "stays"), [(1, True), (2, True), (3, False)])
async def test_each_esc_goes_back_one_screen_and_the_third_in_time_locks(
    presses: int, *, stays: bool
) -> None:
    client = ScriptedClient(about_her())
    async with scripted_desk(client) as pilot:
        for name in ("ToCase", "ToWords", "ToFacts"):
            await visit(pilot, SCREENS[name])
        before = len(pilot.app.screen_stack)
        send_at_once(pilot, *["escape"] * presses)
        await until(pilot, lambda: len(pilot.app.screen_stack) == before - presses)
        await settled(pilot)
        assert is_locked(pilot) is not stays
        assert len(pilot.app.screen_stack) == before - presses


def send_at_once(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        send(pilot, events.Key(key, None))


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
