"""The practice case: five steps with an invented person; the node is neither asked nor told of it."""

import msgspec
import pytest

from protocol.local import views
from tests.support.desk_app import (
    LARGE,
    SMALL,
    Seat,
    desk_on,
    press,
    rows,
    seated,
    shown,
    unlock,
    unlocked,
    until,
)
from tests.support.federation import Node
from tests.support.locking import app_of
from tests.support.passing import visit
from tests.support.scripted_client import Script, ScriptedClient
from tests.support.scripted_desk import scripted_desk
from tests.support.snapshots import check_snapshot
from tui.places import ToPractice
from tui.screens.unlock import UnlockScreen

STEPS = ("n", "n", "r", "c", "w")


def has_practised(node: Node) -> list[tuple[int]]:
    return node.rows(
        "SELECT has_practised FROM user_settings JOIN users USING (user_id) WHERE name = 'Rina'"
    )


async def test_whoever_sits_here_first_is_led_through_it_and_it_is_remembered(alo: Node) -> None:
    async with seated(alo, practised=False) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        assert "Practice, step 1 of 5" in rows(pilot.app)[0]
        await press(pilot, *STEPS)
        assert "That was all: well done." in " ".join(shown(pilot.app).split())
    assert has_practised(alo) == [(1,)]


async def test_after_hiding_it_goes_on_behind_it(alo: Node) -> None:
    async with seated(alo, practised=False) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await press(pilot, "n")
        assert "Press Esc three times" in shown(pilot.app)
        await press(pilot, "escape", "escape", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, UnlockScreen))
        await unlock(pilot)
        assert "Practice, step 3 of 5" in rows(pilot.app)[0]


async def test_whoever_comes_next_has_not_tried_it_yet() -> None:
    client = ScriptedClient()
    async with scripted_desk(client) as pilot:
        desk = app_of(pilot).desk
        rina: views.Session = Script().fill(views.Session)
        other = msgspec.structs.replace(rina, user_id=bytes(32))
        tried = []
        for session in (rina, rina, other, rina):
            desk.get_up()
            desk.sit_down(session)
            tried.append(desk.has_tried_hiding)
            if session is rina:
                desk.has_tried_hiding = True
        assert tried == [False, True, False, False]


async def test_leaving_it_half_way_is_not_taken_for_practised(alo: Node) -> None:
    async with seated(alo, practised=False) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await press(pilot, *STEPS[:3])
        await press(pilot, "escape")
        await until(pilot, lambda: "Practice" not in rows(pilot.app)[0])
    assert has_practised(alo) in ([], [(0,)])


async def test_each_step_takes_only_the_key_it_tells(alo: Node) -> None:
    async with unlocked(alo) as pilot:
        await visit(pilot, ToPractice())
        await press(pilot, "r", "c", "w")
        assert "step 1 of 5" in rows(pilot.app)[0]
        await press(pilot, "n", "n", "w", "c", "n")
        assert "step 3 of 5" in rows(pilot.app)[0]


async def counted(seat: Seat) -> list[int]:
    """How many rows the vault has of everything a practice must not touch."""
    tables = ("cases", "consents", "referrals", "outbox", "held", "drafts", "audit", "disclosures")

    def job(unit: object) -> list[int]:
        vault = unit.vault  # type: ignore[attr-defined]  # a unit of the vault
        return [vault.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]  # noqa: S608  (names above)

    return await seat.gate.read(job)


async def test_nothing_of_it_comes_from_the_node_or_reaches_it(alo: Node) -> None:
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        before = await counted(seat)
        await visit(pilot, ToPractice())
        await press(pilot, *STEPS[:4], "space", "tab", "space", "w")
        after = await counted(seat)
    assert after == before


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80", "120"])
@pytest.mark.parametrize("language", ["en", "bn"])
async def test_how_practice_looks(alo: Node, size: tuple[int, int], language: str) -> None:
    async with unlocked(alo, size=size, language=language) as pilot:
        await visit(pilot, ToPractice())
        for number, key in enumerate(("", *STEPS)):
            if key:
                await press(pilot, key)
            check_snapshot(pilot.app, f"practice-{number + 1}")
