"""A person who forgot her passphrase gets a new one, also when the process ends in between."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node import faults
from protocol import codec
from protocol.codec import Value
from protocol.local import commands, views
from protocol.local.views import parse_view
from protocol.vocabulary.codes import Role
from tests.support.desks import Counter, open_counter
from tests.support.nodes import PASSPHRASE, SUPERVISOR, make_node

OLD, NEW = "her own four words", "four other invented words"
RINA = commands.AddUser(name="Rina", role=Role.CASEWORKER, passphrase=OLD)


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(make_node(tmp_path / "asha")) as made:
        yield made
    faults.disarm()


@pytest.fixture
async def token(counter: Counter) -> bytes:
    return await counter.enter()


@pytest.fixture
async def rina(counter: Counter, token: bytes) -> bytes:
    return parse_view((await counter.ask(RINA, token)).body, views.Done).ref or b""


def reset(user: bytes, role: Role | None = None, passphrase: str = NEW) -> commands.ResetUser:
    return commands.ResetUser(user=user, passphrase=passphrase, role=role)


async def statuses(counter: Counter) -> tuple[int, int]:
    """With her old passphrase, and with the new one."""
    asked = [commands.OpenSession(name="Rina", passphrase=passphrase) for passphrase in (OLD, NEW)]
    old, new = [(await counter.ask(command)).status for command in asked]
    return old, new


async def session_of(counter: Counter, name: str, passphrase: str) -> views.Session:
    command = commands.OpenSession(name=name, passphrase=passphrase)
    return parse_view((await counter.ask(command)).body, views.Session)


async def test_her_old_passphrase_opens_nothing_and_the_new_one_does(
    counter: Counter, token: bytes, rina: bytes
) -> None:
    assert (await counter.ask(reset(rina), token)).status == 200
    while_open = await statuses(counter)
    await counter.gate.lock()
    assert (while_open, await statuses(counter)) == ((401, 200), (401, 200))


async def test_she_keeps_her_id_and_her_role_or_gets_the_one_that_was_named(
    counter: Counter, token: bytes, rina: bytes
) -> None:
    await counter.ask(reset(rina), token)
    same = await session_of(counter, "Rina", NEW)
    await counter.ask(reset(rina, Role.COUNSELLOR), token)
    other = await session_of(counter, "Rina", NEW)
    assert (same.user_id, same.role, other.user_id, other.role) == (
        rina,
        "caseworker",
        rina,
        "counsellor",
    )


async def test_her_sessions_end_and_nobody_elses(
    counter: Counter, token: bytes, rina: bytes
) -> None:
    hers = [(await session_of(counter, "Rina", OLD)).token for _ in range(2)]
    await counter.ask(reset(rina), token)
    said = [(await counter.ask(commands.ListCases(), one)).status for one in (*hers, token)]
    assert said == [401, 401, 200]


async def test_she_is_told_once_that_somebody_else_did_it(
    counter: Counter, token: bytes, rina: bytes
) -> None:
    await counter.ask(reset(rina), token)
    told = [(await session_of(counter, "Rina", NEW)).notices for _ in range(2)]
    assert [[notice.code for notice in notices] for notices in told] == [["passphrase_reset"], []]


async def test_a_supervisor_who_changes_her_own_is_told_nothing(
    counter: Counter, token: bytes
) -> None:
    asha = await session_of(counter, SUPERVISOR, PASSPHRASE)
    await counter.ask(reset(asha.user_id), token)
    assert (await session_of(counter, SUPERVISOR, NEW)).notices == []
    assert (await counter.ask(commands.ListCases(), token)).status == 401


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SUPERVISOR])
async def test_the_last_supervisor_stays_one(counter: Counter, token: bytes, role: Role) -> None:
    asha = await session_of(counter, SUPERVISOR, PASSPHRASE)
    refused = await counter.ask(reset(asha.user_id, role), token)
    assert (refused.status, refused.problem["code"]) == (409, "last_supervisor")
    assert (await counter.ask(commands.ListCases(), token)).status == 200
    bimal = commands.AddUser(name="Bimal", role=Role.SUPERVISOR, passphrase=OLD)
    await counter.ask(bimal, token)
    assert (await counter.ask(reset(asha.user_id, role), token)).status == 200


async def test_who_is_not_there_gets_no_passphrase(counter: Counter, token: bytes) -> None:
    answer = await counter.ask(reset(bytes(16)), token)
    assert (answer.status, answer.problem["code"]) == (404, "not_found")


@pytest.mark.parametrize("passphrase", ["", "x" * 257])
async def test_a_passphrase_has_bounds(
    counter: Counter, token: bytes, rina: bytes, passphrase: str
) -> None:
    answer = await counter.ask(reset(rina, passphrase=passphrase), token)
    assert (answer.status, answer.problem["place"]) == (400, "ResetUser.passphrase")
    assert await statuses(counter) == (200, 401)


async def test_what_a_crash_left_behind_the_vault_is_mended_by_the_next_opening(
    tmp_path: Path,
) -> None:
    made = make_node(tmp_path / "asha")
    async with open_counter(made) as counter:
        token = await counter.enter()
        rina = parse_view((await counter.ask(RINA, token)).body, views.Done).ref or b""
        faults.arm("keyring.before_save", action=_fails)
        assert (await counter.ask(reset(rina), token)).status == 500
        while_open = await statuses(counter)
    async with open_counter(made) as counter:
        not_yet = await counter.ask(commands.OpenSession(name="Rina", passphrase=NEW))
        await counter.enter()
        await counter.gate.lock()
        mended = await statuses(counter)
    assert (while_open, not_yet.status, mended) == ((401, 401), 401, (401, 200))


async def test_after_a_crash_her_old_passphrase_lets_her_in_no_more_but_mends_too(
    tmp_path: Path,
) -> None:
    made = make_node(tmp_path / "asha")
    async with open_counter(made) as counter:
        token = await counter.enter()
        rina = parse_view((await counter.ask(RINA, token)).body, views.Done).ref or b""
        faults.arm("keyring.before_save", action=_fails)
        await counter.ask(reset(rina), token)
    async with open_counter(made) as counter:
        assert await statuses(counter) == (401, 200)


def _fails() -> None:
    raise RuntimeError("the end of the process")


@pytest.mark.parametrize("kind", [commands.AddUser, commands.ResetUser])
async def test_an_it_volunteer_is_given_no_slot(
    counter: Counter,
    token: bytes,
    rina: bytes,
    kind: type[commands.AddUser | commands.ResetUser],
) -> None:
    whom: tuple[str, Value] = ("user", rina) if kind is commands.ResetUser else ("name", "Dev")
    body = codec.encode(dict([whom, ("role", "it_volunteer"), ("passphrase", NEW)]))
    answer = await counter.post(kind.NAME, body, token)
    assert (answer.status, answer.problem["place"]) == (400, f"{kind.__name__}.role")


def test_no_passphrase_is_in_a_repr() -> None:
    assert repr(reset(bytes(16))) == "ResetUser(...)"
