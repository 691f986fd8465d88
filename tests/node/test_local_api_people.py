"""Adding people: a slot of the keyring for each, also when the process ends in between."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.services import opening
from node.vault import keyring
from protocol.local import commands, views
from protocol.local.views import parse_view
from protocol.vocabulary.codes import Role
from tests.support.desks import Counter, open_counter
from tests.support.nodes import PASSPHRASE, SUPERVISOR, make_node

RINA = commands.AddUser(name="Rina", role=Role.CASEWORKER, passphrase="her own four words")  # noqa: S106
BIMAL = commands.AddUser(name="Bimal", role=Role.COUNSELLOR, passphrase="his own four words")  # noqa: S106


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(make_node(tmp_path / "asha")) as made:
        yield made


@pytest.fixture
async def token(counter: Counter) -> bytes:
    return await counter.enter()


async def can_open(counter: Counter, person: commands.AddUser) -> bool:
    command = commands.OpenSession(name=person.name, passphrase=person.passphrase)
    return (await counter.ask(command)).status == 200


async def added_before_a_crash(counter: Counter, person: commands.AddUser) -> None:
    """As `user/add` leaves it if the process ends after the commit."""
    owner = counter.gate.new_owner(person.name, person.passphrase)
    name, role, acting = person.name, person.role, counter.gate.acting()
    await counter.gate.write(
        lambda unit: opening.add_user(unit, name=name, role=role, owner=owner, acting=acting)  # type: ignore[arg-type]
    )


async def test_a_new_person_opens_a_session_of_their_own(counter: Counter, token: bytes) -> None:
    done = parse_view((await counter.ask(RINA, token)).body, views.Done)
    command = commands.OpenSession(name="Rina", passphrase=RINA.passphrase)
    session = parse_view((await counter.ask(command)).body, views.Session)
    assert (session.user_id, session.name, session.role) == (done.ref, "Rina", "caseworker")
    users = parse_view((await counter.ask(commands.ListUsers(), token)).body, views.Users)
    assert [(user.name, user.role) for user in users.users] == [
        (SUPERVISOR, "supervisor"),
        ("Rina", "caseworker"),
    ]


async def test_after_a_restart_everybody_still_has_a_slot(counter: Counter, token: bytes) -> None:
    await counter.ask(RINA, token)
    await counter.gate.lock()
    assert await can_open(counter, RINA)
    await counter.gate.lock()
    assert (await counter.gate.unlock(SUPERVISOR, PASSPHRASE)).name == SUPERVISOR


async def test_a_name_is_given_once_and_the_first_passphrase_stays(
    counter: Counter, token: bytes
) -> None:
    await counter.ask(RINA, token)
    again = commands.AddUser(name="Rina", role=Role.SUPERVISOR, passphrase="some other words")  # noqa: S106
    answer = await counter.ask(again, token)
    assert (answer.status, answer.problem["code"]) == (409, "already_there")
    assert [await can_open(counter, RINA), await can_open(counter, again)] == [True, False]


@pytest.mark.parametrize(
    ("first", "second"), [("Rina", "RINA"), ("rina", "Rina"), ("R\u00e9nu", "re\u0301nu")]
)
async def test_a_name_that_is_spelled_alike_is_the_same_name(
    first: str, second: str, counter: Counter, token: bytes
) -> None:
    said = [
        (
            await counter.ask(
                commands.AddUser(name=name, role=Role.CASEWORKER, passphrase=f"words of {name}"),
                token,
            )
        ).status
        for name in (first, second)
    ]
    assert said == [200, 409]


async def test_who_was_added_just_before_a_crash_cannot_unlock_yet(
    counter: Counter, token: bytes
) -> None:
    await added_before_a_crash(counter, RINA)
    assert not await can_open(counter, RINA)
    users = parse_view((await counter.ask(commands.ListUsers(), token)).body, views.Users)
    assert "Rina" in {user.name for user in users.users}


@pytest.mark.parametrize("next_call", [RINA, BIMAL], ids=["the-same-again", "somebody-else"])
async def test_the_next_person_added_mends_what_a_crash_left(
    next_call: commands.AddUser, counter: Counter, token: bytes
) -> None:
    await added_before_a_crash(counter, RINA)
    await counter.ask(next_call, token)
    assert await can_open(counter, RINA)


async def test_where_all_slots_are_taken_nobody_is_added(counter: Counter, token: bytes) -> None:
    # One is the supervisor's and one the recovery sheet's.
    statuses = [
        (await counter.ask(_numbered(number), token)).status for number in range(keyring.SLOTS - 2)
    ]
    assert statuses == [200] * (keyring.SLOTS - 2)
    answer = await counter.ask(RINA, token)
    assert (answer.status, answer.problem["code"]) == (409, "no_room")
    assert await can_open(counter, _numbered(0))


def _numbered(number: int) -> commands.AddUser:
    return commands.AddUser(
        name=f"Worker {number}", role=Role.CASEWORKER, passphrase=f"words of worker {number}"
    )


@pytest.mark.parametrize(
    ("name", "passphrase", "place"),
    [
        ("", "four words", "AddUser.name"),
        ("x" * 65, "four words", "AddUser.name"),
        ("Ri\u202ena", "four words", "AddUser.name"),
        ("Rina", "", "AddUser.passphrase"),
        ("Rina", "x" * 257, "AddUser.passphrase"),
    ],
)
async def test_a_name_and_a_passphrase_have_bounds(
    name: str, passphrase: str, place: str, counter: Counter, token: bytes
) -> None:
    command = commands.AddUser(name=name, role=Role.CASEWORKER, passphrase=passphrase)
    answer = await counter.ask(command, token)
    assert (answer.status, answer.problem["place"]) == (400, place)
