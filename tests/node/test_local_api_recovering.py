"""The recovery sheet: whoever has it gives a supervisor a new passphrase, once, and everybody is told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node import faults
from node.local_api.sessions import FREE_ATTEMPTS
from node.system import entropy
from node.vault import keyring
from node.vault.rekeying import RekeyError
from protocol.local import commands, views
from protocol.local.views import parse_view
from protocol.vocabulary.codes import Role
from tests.support.desks import Answer, Counter, open_counter
from tests.support.nodes import PASSPHRASE, SUPERVISOR, make_node

NEW = "four other invented words"
RINA = commands.AddUser(name="Rina", role=Role.CASEWORKER, passphrase="her own four words")  # noqa: S106


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(make_node(tmp_path / "asha")) as made:
        yield made
    faults.disarm()


async def recover(
    counter: Counter, code: str, *, name: str = SUPERVISOR, passphrase: str = NEW
) -> Answer:
    return await counter.ask(commands.RecoverUser(code=code, name=name, passphrase=passphrase))


def sheet_in(answer: Answer) -> views.RecoverySheet:
    return parse_view(answer.body, views.RecoverySheet)


async def statuses(counter: Counter, *passphrases: str, name: str = SUPERVISOR) -> list[int]:
    asked = [commands.OpenSession(name=name, passphrase=passphrase) for passphrase in passphrases]
    return [(await counter.ask(command)).status for command in asked]


async def notices(counter: Counter, name: str, passphrase: str) -> list[str]:
    command = commands.OpenSession(name=name, passphrase=passphrase)
    session = parse_view((await counter.ask(command)).body, views.Session)
    return [notice.code for notice in session.notices]


@pytest.mark.parametrize("is_open", [False, True])
async def test_the_sheet_gives_a_supervisor_a_new_passphrase_with_no_session(
    counter: Counter, *, is_open: bool
) -> None:
    if is_open:
        await counter.enter()
    answer = await recover(counter, counter.made.recovery_code)
    assert (answer.status, counter.gate.is_open) == (200, False)
    assert await statuses(counter, PASSPHRASE, NEW) == [401, 200]


async def test_a_sheet_that_was_used_is_void_and_the_next_one_counts(counter: Counter) -> None:
    old = counter.made.recovery_code
    new = sheet_in(await recover(counter, old)).code
    again = await recover(counter, old, passphrase=PASSPHRASE)
    assert (again.status, again.problem["code"]) == (401, "wrong_passphrase")
    assert await statuses(counter, PASSPHRASE, NEW) == [401, 200]
    assert (await recover(counter, new, passphrase=PASSPHRASE)).status == 200
    assert await statuses(counter, PASSPHRASE, NEW) == [200, 401]


async def test_the_use_of_the_sheet_is_told_to_everybody_once_and_written_down(
    counter: Counter,
) -> None:
    await counter.ask(RINA, await counter.enter())
    await recover(counter, counter.made.recovery_code)
    people = [(SUPERVISOR, NEW), ("Rina", RINA.passphrase)]
    told = [await notices(counter, *person) for person in [*people, *people]]
    assert told == [["sheet_used"], ["sheet_used"], [], []]
    events = await counter.gate.read(
        lambda unit: unit.vault.execute("SELECT event FROM audit ORDER BY number").fetchall()
    )
    assert [event for (event,) in events if event.startswith("sheet.")] == [
        "sheet.used",
        "sheet.renewed",
    ]


async def test_every_session_ends_when_the_sheet_is_used(counter: Counter) -> None:
    token = await counter.enter()
    await recover(counter, counter.made.recovery_code)
    await counter.enter(SUPERVISOR, NEW)
    assert (await counter.ask(commands.ListCases(), token)).status == 401


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("name", ["Nobody", "Rina"])
async def test_only_a_supervisor_who_is_there_gets_one_and_the_sheet_is_not_used_up(
    counter: Counter, name: str, *, is_open: bool
) -> None:
    await counter.ask(RINA, await counter.enter())
    if not is_open:
        await counter.gate.lock()
    refused = await recover(counter, counter.made.recovery_code, name=name)
    assert (refused.status, refused.problem["code"]) == (404, "not_found")
    assert counter.gate.is_open is is_open
    assert (await recover(counter, counter.made.recovery_code)).status == 200


async def test_a_name_is_read_as_the_keyring_reads_it(counter: Counter) -> None:
    await recover(counter, counter.made.recovery_code, name=SUPERVISOR.upper())
    assert await statuses(counter, NEW) == [200]


@pytest.mark.parametrize("code", ["", "x", "AAAA " * 14, "A" * 300])
async def test_what_is_no_code_is_named_and_not_repeated(counter: Counter, code: str) -> None:
    answer = await recover(counter, code)
    assert (answer.status, answer.problem["place"]) == (400, "RecoverUser.code")


@pytest.mark.parametrize("passphrase", ["", "x" * 257])
async def test_a_passphrase_that_nobody_could_type_changes_nothing(
    counter: Counter, passphrase: str
) -> None:
    answer = await recover(counter, counter.made.recovery_code, passphrase=passphrase)
    assert (answer.status, answer.problem["place"]) == (400, "RecoverUser.passphrase")
    assert await statuses(counter, PASSPHRASE) == [200]


async def test_after_five_wrong_codes_everybody_with_a_sheet_has_to_wait(counter: Counter) -> None:
    other = keyring.new_recovery_code(entropy=entropy)
    said = [(await recover(counter, other)).status for _ in range(FREE_ATTEMPTS)]
    waits = await recover(counter, counter.made.recovery_code)
    assert (said, waits.status, waits.retry_after) == ([401] * FREE_ATTEMPTS, 429, "1")
    counter.clock.ticks += 1
    assert (await recover(counter, counter.made.recovery_code)).status == 200


async def test_nobody_waits_at_her_own_passphrase_for_wrong_codes(counter: Counter) -> None:
    for _ in range(FREE_ATTEMPTS + 1):
        await recover(counter, "no code")
    assert await statuses(counter, PASSPHRASE) == [200]


async def test_where_the_disk_does_not_take_it_the_sheet_still_counts(counter: Counter) -> None:
    def fails() -> None:
        raise RekeyError("an invented disk is full")

    faults.arm("rekey.before_switch", action=fails)
    assert (await recover(counter, counter.made.recovery_code)).status == 507
    assert await statuses(counter, PASSPHRASE, NEW) == [200, 401]
    assert (await recover(counter, counter.made.recovery_code)).status == 200


async def test_a_lost_sheet_is_replaced_by_a_supervisor_and_opens_nothing_when_found(
    counter: Counter,
) -> None:
    made = await counter.ask(commands.RenewSheet(), await counter.enter())
    assert (await recover(counter, counter.made.recovery_code)).status == 401
    assert await notices(counter, SUPERVISOR, PASSPHRASE) == ["sheet_new"]
    assert (await recover(counter, sheet_in(made).code)).status == 200


def test_no_secret_is_in_a_repr() -> None:
    command = commands.RecoverUser(code="AAAA BBBB", name="Asha", passphrase=NEW)
    assert repr(command) == "RecoverUser(...)"
