"""Sessions: opened, used, ended, and when the vault is locked because nobody is there."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.config import ProfileSection
from node.local_api.desk import SLEPT_SECONDS
from node.local_api.sessions import (
    DELAY_SECONDS_MAX,
    FREE_ATTEMPTS,
    IDLE_SECONDS,
    NAMES_MAX,
    SESSIONS_MAX,
    Guesses,
    Session,
    Sessions,
)
from node.system import entropy
from node.vault.records import User
from node.vault.tables import terms
from protocol.charter import Parameters, RiskProfile
from protocol.local import commands, views
from protocol.local.views import parse_view
from protocol.values import instant, plain_text, pseudonym
from protocol.vocabulary.codes import Role
from tests.support.desks import NORMAL_LOCK_SECONDS, Counter, TestClock, open_counter
from tests.support.nodes import PASSPHRASE, SUPERVISOR, RunningNode, make_node, running_node
from tui.client import RefusedError

WRONG = commands.OpenSession(name=SUPERVISOR, passphrase="not these words at all")  # noqa: S106
RIGHT = commands.OpenSession(name=SUPERVISOR, passphrase=PASSPHRASE)
LIST = commands.ListCases()
ASHA = User(
    user_id=pseudonym(b"A" * 16),
    name=plain_text("Asha", characters_max=64),
    role=Role.SUPERVISOR,
    slot_id=bytes(16),
    made_at=instant(0),
    made_by=None,
    is_active=True,
)


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(make_node(tmp_path / "asha")) as made:
        yield made


async def unlocked(counter: Counter) -> bytes:
    answer = await counter.ask(RIGHT)
    return parse_view(answer.body, views.Session).token


async def test_a_session_opens_the_node_and_says_who_somebody_is(counter: Counter) -> None:
    session = parse_view((await counter.ask(RIGHT)).body, views.Session)
    assert (len(session.token), session.name, session.role) == (32, SUPERVISOR, "supervisor")
    assert (await counter.ask(LIST, session.token)).status == 200


@pytest.mark.parametrize(
    ("name", "passphrase"),
    [(SUPERVISOR, "wrong"), ("Nobody", PASSPHRASE), ("", PASSPHRASE), (SUPERVISOR, ""),
     ("x" * 65, PASSPHRASE), (SUPERVISOR, "x" * 257)],
)  # fmt: skip
async def test_every_way_to_be_wrong_gets_the_same_answer(
    name: str, passphrase: str, counter: Counter
) -> None:
    answer = await counter.ask(commands.OpenSession(name=name, passphrase=passphrase))
    assert answer.problem == {
        "type": "urn:sathi:problem:wrong-passphrase",
        "title": "Unauthorized",
        "status": 401,
        "detail": "The name or the passphrase is not right.",
        "code": "wrong_passphrase",
    }
    assert not counter.gate.is_open


async def test_a_closed_session_is_over_and_another_one_is_not(counter: Counter) -> None:
    first, second = await unlocked(counter), await unlocked(counter)
    assert (await counter.ask(commands.CloseSession(), first)).status == 200
    statuses = [(await counter.ask(LIST, token)).status for token in (first, second)]
    assert statuses == [401, 200]
    assert counter.gate.is_open


async def test_locking_ends_every_session_at_once(counter: Counter) -> None:
    first, second = await unlocked(counter), await unlocked(counter)
    assert (await counter.ask(commands.LockNode(), first)).status == 200
    assert not counter.gate.is_open
    assert [(await counter.ask(LIST, token)).status for token in (first, second)] == [423, 423]
    third = await unlocked(counter)
    statuses = [(await counter.ask(LIST, token)).status for token in (first, second, third)]
    assert statuses == [401, 401, 200]


async def test_the_vault_is_locked_an_hour_after_the_last_session_ended(counter: Counter) -> None:
    first, second = await unlocked(counter), await unlocked(counter)
    await counter.ask(commands.CloseSession(), first)
    counter.clock.ticks += 10 * NORMAL_LOCK_SECONDS
    await counter.desk.tend()
    assert counter.gate.is_open
    await counter.ask(commands.CloseSession(), second)
    counter.clock.ticks += NORMAL_LOCK_SECONDS - 1
    await counter.desk.tend()
    assert counter.gate.is_open
    counter.clock.ticks += 1
    await counter.desk.tend()
    assert not counter.gate.is_open


async def test_who_comes_back_in_time_starts_the_hour_again(counter: Counter) -> None:
    await counter.ask(commands.CloseSession(), await unlocked(counter))
    counter.clock.ticks += NORMAL_LOCK_SECONDS - 1
    await counter.ask(commands.CloseSession(), await unlocked(counter))
    counter.clock.ticks += NORMAL_LOCK_SECONDS - 1
    await counter.desk.tend()
    assert counter.gate.is_open


@pytest.mark.parametrize("minutes", [1, 720])
async def test_the_vault_is_locked_to_the_second_after_the_minutes_that_are_set(
    tmp_path: Path, minutes: int
) -> None:
    clock, profile = TestClock(), ProfileSection(vault_lock_minutes=minutes)
    made = make_node(tmp_path / "n")
    async with running_node(made, clock=clock, profile=profile) as node:
        await node.unlock()
        await node.client.close_session()
        clock.ticks += 60 * minutes - 1
        before = await is_open_when_looked_at(node)
        clock.ticks += 1
        assert (before, await is_open_when_looked_at(node)) == (True, False)


@pytest.mark.parametrize(
    "profile",
    [ProfileSection(vault_lock_minutes=0), ProfileSection(risk="high", vault_lock_minutes=720)],
    ids=["0 minutes", "high risk"],
)
async def test_where_no_minute_is_set_or_the_risk_is_high_the_last_desk_that_locks_locks_the_vault(
    tmp_path: Path, profile: ProfileSection
) -> None:
    async with running_node(make_node(tmp_path / "n"), profile=profile) as node:
        await node.unlock()
        async with node.colleague(SUPERVISOR) as second:
            await node.client.close_session()
            before = (await second.show_status()).is_open
            await second.close_session()
            after = (await second.show_status()).is_open
        assert (before, after) == (True, False)


async def is_open_when_looked_at(node: RunningNode) -> bool:
    """Somebody comes whom nobody knows: the node looks first whether the vault was alone for too long."""
    with contextlib.suppress(RefusedError):
        await node.client.open_session(name="nobody", passphrase="nothing")  # noqa: S106
    return (await node.client.show_status()).is_open


async def test_with_high_risk_the_end_of_the_last_session_locks_the_vault(tmp_path: Path) -> None:
    async with open_counter(make_node(tmp_path / "n"), vault_lock_seconds=0) as counter:
        first, second = await unlocked(counter), await unlocked(counter)
        await counter.ask(commands.CloseSession(), first)
        assert counter.gate.is_open
        await counter.ask(commands.CloseSession(), second)
        assert not counter.gate.is_open


async def test_a_charter_of_high_risk_locks_the_vault_with_the_last_session_whatever_is_set(
    counter: Counter,
) -> None:
    first, second = await unlocked(counter), await unlocked(counter)
    await counter.gate.write(
        lambda unit: terms.keep(unit.vault, Parameters(risk=RiskProfile.HIGH))
    )
    await counter.ask(commands.CloseSession(), first)
    assert counter.gate.is_open
    await counter.ask(commands.CloseSession(), second)
    assert not counter.gate.is_open


async def test_looking_for_idleness_never_ends_a_session_that_is_being_opened(
    tmp_path: Path,
) -> None:
    async with open_counter(make_node(tmp_path / "n"), vault_lock_seconds=0) as counter:

        async def look_while_opening(_opened: object) -> None:
            looking.append(asyncio.create_task(counter.desk.tend()))
            await asyncio.sleep(0)

        looking: list[asyncio.Task[None]] = []
        counter.gate.on_open = look_while_opening
        token = await unlocked(counter)
        await asyncio.gather(*looking)
        assert (len(looking), (await counter.ask(LIST, token)).status) == (1, 200)


async def test_a_session_nobody_used_for_twelve_hours_is_over(counter: Counter) -> None:
    token = await unlocked(counter)
    counter.clock.ticks += IDLE_SECONDS - 1
    assert (await counter.ask(LIST, token)).status == 200
    counter.clock.ticks += IDLE_SECONDS
    assert (await counter.ask(LIST, token)).status == 401


async def test_forgotten_sessions_do_not_keep_the_vault_open(counter: Counter) -> None:
    await unlocked(counter)
    counter.clock.ticks += IDLE_SECONDS
    await counter.desk.tend()
    counter.clock.ticks += NORMAL_LOCK_SECONDS
    await counter.desk.tend()
    assert not counter.gate.is_open


def test_where_there_are_too_many_the_one_longest_unused_ends() -> None:
    sessions = Sessions(entropy=entropy)
    tokens = [sessions.open(ASHA, now=float(number)) for number in range(SESSIONS_MAX)]
    sessions.find(tokens[0], now=100.0)
    sessions.open(ASHA, now=101.0)
    found = [sessions.find(token, now=102.0) for token in tokens[:3]]
    session = Session(user_id=ASHA.user_id, role=Role.SUPERVISOR)
    assert found == [session, None, session]


async def test_after_five_wrong_passphrases_a_name_has_to_wait(counter: Counter) -> None:
    statuses = [(await counter.ask(WRONG)).status for _ in range(FREE_ATTEMPTS)]
    assert statuses == [401] * FREE_ATTEMPTS
    refused = await counter.ask(RIGHT)
    assert (refused.status, refused.retry_after) == (429, "1")
    counter.clock.ticks += 1
    assert (await counter.ask(WRONG)).status == 401
    assert (await counter.ask(RIGHT)).retry_after == "2"
    counter.clock.ticks += 2
    assert (await counter.ask(RIGHT)).status == 200
    assert (await counter.ask(WRONG)).status == 401


async def test_nobody_waits_for_the_mistakes_of_another(counter: Counter) -> None:
    token = await unlocked(counter)
    await counter.hire(Role.CASEWORKER, token=token)
    for _ in range(FREE_ATTEMPTS + 1):
        await counter.ask(WRONG)
    other = commands.OpenSession(name=Role.CASEWORKER.value, passphrase=PASSPHRASE)
    assert (await counter.ask(other)).status == 200
    assert (await counter.ask(LIST, token)).status == 200


async def test_many_attempts_at_once_are_not_more_than_five(counter: Counter) -> None:
    async with asyncio.TaskGroup() as tasks:
        asking = [tasks.create_task(counter.ask(WRONG)) for _ in range(12)]
    statuses = sorted(task.result().status for task in asking)
    assert statuses == [401] * FREE_ATTEMPTS + [429] * (12 - FREE_ATTEMPTS)


def test_another_spelling_of_a_name_is_the_same_name() -> None:
    guesses = Guesses()
    for _ in range(FREE_ATTEMPTS):
        guesses.begin("Rénu", now=0.0)
    assert guesses.begin("RE\u0301NU", now=0.0) == 1.0


@given(failures=st.integers(min_value=FREE_ATTEMPTS, max_value=200))
def test_the_wait_grows_and_has_an_end(failures: int) -> None:
    guesses, now = Guesses(), 0.0
    for _ in range(failures):
        now += guesses.begin("Asha", now=now)
        assert guesses.begin("Asha", now=now) <= DELAY_SECONDS_MAX
    assert guesses.begin("Asha", now=now) >= 1


def test_names_that_were_tried_do_not_fill_the_memory() -> None:
    guesses = Guesses()
    for number in range(NAMES_MAX + 10):
        guesses.begin(f"name {number}", now=0.0)
    assert len(guesses._failed) == NAMES_MAX


@pytest.mark.parametrize(("slept", "is_open"), [(SLEPT_SECONDS, True), (SLEPT_SECONDS + 1, False)])
async def test_the_vault_is_locked_after_the_machine_slept(
    counter: Counter, slept: float, *, is_open: bool
) -> None:
    await unlocked(counter)
    counter.clock.asleep += slept
    await counter.desk.tend()
    assert counter.gate.is_open is is_open


async def test_nobody_is_answered_between_waking_up_and_being_locked(counter: Counter) -> None:
    token = await unlocked(counter)
    counter.clock.asleep += SLEPT_SECONDS + 1
    assert (await counter.ask(LIST, token)).problem["code"] == "no_session"
    assert counter.gate.is_open


async def test_whoever_unlocks_first_after_the_machine_slept_finds_the_old_sessions_ended(
    counter: Counter,
) -> None:
    old = await unlocked(counter)
    counter.clock.asleep += SLEPT_SECONDS + 1
    new = await unlocked(counter)
    assert [(await counter.ask(LIST, token)).status for token in (old, new)] == [401, 200]


async def test_a_machine_that_slept_before_the_node_started_locks_nothing(tmp_path: Path) -> None:
    async with open_counter(make_node(tmp_path / "n")) as counter:
        counter.clock.asleep += 1_000
        await counter.desk.tend()
        await unlocked(counter)
        await counter.desk.tend()
        assert counter.gate.is_open
