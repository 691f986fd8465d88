"""A screen waits for the next change: it hears of each one, and is in nobody's way."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.changes import Changes, ChangesClosedError
from node.local_api import watching
from node.local_api.sessions import IDLE_SECONDS, UNWATCHED_SECONDS
from protocol import limits
from protocol.local import bounds, commands, views
from protocol.local.commands import Command
from protocol.local.views import parse_view
from protocol.vocabulary.codes import AgeBand, Role
from tests.support.desks import NORMAL_LOCK_SECONDS, Answer, Counter, open_counter
from tests.support.federation import Federation
from tests.support.nodes import make_node

LONG = bounds.CHANGES_WAIT_SECONDS_MAX
# No count is this one, so nobody waits for another.
NEVER = limits.INTEGER_MAX


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(make_node(tmp_path / "asha")) as made:
        yield made


@pytest.fixture
async def token(counter: Counter) -> bytes:
    return await counter.enter()


def a_case(number: str = "A-1") -> commands.OpenCase:
    return commands.OpenCase(case_number=number, age_band=AgeBand.ADULT, language="ben")


async def watch(counter: Counter, token: bytes, *, since: int, seconds: int = LONG) -> Answer:
    return await counter.ask(commands.WatchChanges(since=since, wait_seconds=seconds), token)


async def count(counter: Counter, token: bytes) -> int:
    answer = await watch(counter, token, since=NEVER, seconds=0)
    return parse_view(answer.body, views.Changes).count


async def begin_to_wait(counter: Counter, token: bytes) -> asyncio.Task[Answer]:
    """A request that is waiting inside the node."""
    known = await count(counter, token)
    changes = counter.gate.vault.database.changes
    before = len(changes._waiting)
    waiting = asyncio.create_task(watch(counter, token, since=known))
    async with asyncio.timeout(10):
        while len(changes._waiting) == before:  # noqa: ASYNC110 - the condition itself
            await asyncio.sleep(0)
    return waiting


async def after(counter: Counter, token: bytes, command: Command) -> int:
    """How much the count grew with a command."""
    before = await count(counter, token)
    assert (await counter.ask(command, token)).status in {200, 404, 409}
    return await count(counter, token) - before


async def test_whoever_waits_hears_of_the_next_change_at_once(
    counter: Counter, token: bytes
) -> None:
    waiting = await begin_to_wait(counter, token)
    known = await count(counter, token)
    await counter.ask(a_case(), token)
    async with asyncio.timeout(10):
        answer = await waiting

    assert (answer.status, parse_view(answer.body, views.Changes).count) == (200, known + 1)


async def test_a_change_that_was_missed_is_told_without_waiting(
    counter: Counter, token: bytes
) -> None:
    known = await count(counter, token)
    await counter.ask(a_case(), token)
    answer = await watch(counter, token, since=known)

    assert parse_view(answer.body, views.Changes).count == known + 1


async def test_without_a_change_the_same_number_comes_after_the_wait(
    counter: Counter, token: bytes
) -> None:
    known = await count(counter, token)
    answer = await watch(counter, token, since=known, seconds=0)

    assert (answer.status, parse_view(answer.body, views.Changes).count) == (200, known)


async def test_reading_refusing_and_looking_change_nothing(counter: Counter, token: bytes) -> None:
    made = await counter.ask(a_case(), token)
    case_id = parse_view(made.body, views.Done).ref or b""
    asked: list[Command] = [
        commands.ListCases(),
        a_case(),
        commands.ShowCase(case_id=case_id),
        commands.LookAtCase(case_id=case_id, with_names=True, with_identity=True),
        commands.ShowLedger(case_id=case_id),
    ]

    assert [await after(counter, token, command) for command in asked] == [0] * len(asked)
    assert await after(counter, token, a_case("A-2")) == 1


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (LONG, 200), (LONG + 1, 400)])
async def test_nobody_waits_longer_than_the_bound(
    seconds: int, status: int, counter: Counter, token: bytes
) -> None:
    assert (await watch(counter, token, since=NEVER, seconds=seconds)).status == status


async def test_every_role_may_wait(counter: Counter, token: bytes) -> None:
    theirs = await counter.hire(Role.DATA_OFFICER, token=token)

    assert (await watch(counter, theirs, since=NEVER)).status == 200


async def test_waiting_keeps_no_session_alive(counter: Counter, token: bytes) -> None:
    counter.clock.ticks = IDLE_SECONDS - 1
    before = (await watch(counter, token, since=NEVER)).status
    counter.clock.ticks = IDLE_SECONDS
    after_it = (await watch(counter, token, since=NEVER)).status

    assert (before, after_it) == (200, 401)


async def test_a_session_that_idled_while_its_screen_waited_does_not_keep_the_vault_open(
    counter: Counter, token: bytes
) -> None:
    waiting = await begin_to_wait(counter, token)
    for ticks in (IDLE_SECONDS, IDLE_SECONDS + NORMAL_LOCK_SECONDS):
        counter.clock.ticks = ticks
        await counter.desk.tend()
    async with asyncio.timeout(10):
        answer = await waiting

    assert (counter.gate.is_open, answer.status) == (False, 423)


@pytest.mark.parametrize(("silent", "status"), [(-1, 200), (0, 401)])
async def test_a_desk_whose_window_is_gone_is_over_after_two_minutes(
    silent: int, status: int, counter: Counter, token: bytes
) -> None:
    await watch(counter, token, since=NEVER)
    counter.clock.ticks = UNWATCHED_SECONDS + silent
    # Asking for a list is a use, and no sign that a window is open.
    assert UNWATCHED_SECONDS == 2 * limits.MINUTE
    assert (await counter.ask(commands.ListCases(), token)).status == status


async def test_a_window_that_was_killed_does_not_keep_the_vault_open(tmp_path: Path) -> None:
    async with open_counter(make_node(tmp_path / "n"), vault_lock_seconds=0) as counter:
        await watch(counter, await counter.enter(), since=NEVER)
        counter.clock.ticks = UNWATCHED_SECONDS - 1
        await counter.desk.tend()
        before = counter.gate.is_open
        counter.clock.ticks = UNWATCHED_SECONDS
        await counter.desk.tend()
        assert (before, counter.gate.is_open) == (True, False)


async def test_a_desk_that_goes_on_waiting_stays_open_while_nobody_presses_a_key(
    counter: Counter, token: bytes
) -> None:
    for _ in range(5):
        counter.clock.ticks += UNWATCHED_SECONDS - 1
        assert (await watch(counter, token, since=NEVER)).status == 200
    assert (await counter.ask(commands.ListCases(), token)).status == 200


async def test_whoever_never_waits_for_changes_is_not_held_to_them(
    counter: Counter, token: bytes
) -> None:
    counter.clock.ticks = UNWATCHED_SECONDS
    assert (await counter.ask(commands.ListCases(), token)).status == 200


async def test_a_lock_sends_whoever_waits_away_at_once(counter: Counter, token: bytes) -> None:
    waiting = await begin_to_wait(counter, token)
    async with asyncio.timeout(10):
        await counter.gate.lock()
        answer = await waiting

    assert (answer.status, answer.problem["type"]) == (423, "urn:sathi:problem:locked")


async def test_whoever_waits_in_a_session_that_ended_is_sent_away_and_the_others_wait_on(
    counter: Counter, token: bytes
) -> None:
    theirs = await counter.enter()
    waiting, other = await begin_to_wait(counter, token), await begin_to_wait(counter, theirs)
    await counter.ask(commands.CloseSession(), token)
    async with asyncio.timeout(10):
        answer = await waiting
    still_waits = not other.done()
    await counter.ask(a_case(), theirs)
    async with asyncio.timeout(10):
        their_answer = await other

    assert (answer.status, still_waits, their_answer.status) == (401, True, 200)


async def test_a_node_that_stops_waits_for_no_screen(tmp_path: Path) -> None:
    async with open_counter(make_node(tmp_path / "n")) as counter:
        waiting = await begin_to_wait(counter, await counter.enter())
        counter.desk.end_watching()
        async with asyncio.timeout(10):
            answer = await waiting
        assert answer.status == 423


def test_a_round_of_the_courier_that_moves_nothing_changes_nothing(federation: Federation) -> None:
    alo = federation["Alo Shelter"]
    federation.settle_all()
    before = alo.database.changes.count
    federation.clock.forward(60)
    federation.deliver(alo)

    assert alo.database.changes.count == before


async def test_what_is_closed_lets_nobody_wait() -> None:
    changes = Changes()
    changes.close()

    with pytest.raises(ChangesClosedError):
        await changes.wait(since=changes.count)


async def test_not_more_than_a_bound_of_screens_wait(
    counter: Counter, token: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "WATCHING_MAX", 1)
    waiting = await begin_to_wait(counter, token)
    refused = await watch(counter, token, since=NEVER)
    waiting.cancel()
    await asyncio.wait([waiting])

    assert (refused.status, refused.retry_after) == (503, "5")


async def test_a_wait_that_was_given_up_is_forgotten() -> None:
    changes = Changes()
    waiting = asyncio.create_task(changes.wait(since=0))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    changes.note()

    assert (changes._waiting, changes.count) == ({}, 1)
