"""A person is removed: from the answer on she opens nothing, and those who stay lose nothing."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node import faults
from node.services import people
from node.vault import keyring
from node.vault.rekeying import RekeyError
from protocol.local import commands, views
from protocol.local.views import parse_view
from protocol.vocabulary.codes import AgeBand, Role
from tests.support.desks import Answer, Counter, open_counter
from tests.support.nodes import CHEAP, PASSPHRASE, SUPERVISOR, make_node

PATIENCE_SECONDS = 30.0
CASE = commands.OpenCase(case_number="2027-001", age_band=next(iter(AgeBand)), language="ben")
RINA = commands.AddUser(name="Rina", role=Role.CASEWORKER, passphrase="her own four words")  # noqa: S106
BIMAL = commands.AddUser(name="Bimal", role=Role.SUPERVISOR, passphrase="his own four words")  # noqa: S106


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(make_node(tmp_path / "asha")) as made:
        yield made
    faults.disarm()


@pytest.fixture
async def token(counter: Counter) -> bytes:
    return await counter.enter()


async def added(counter: Counter, person: commands.AddUser, token: bytes) -> bytes:
    done = parse_view((await counter.ask(person, token)).body, views.Done)
    assert done.ref is not None
    return done.ref


async def opened(counter: Counter, name: str, passphrase: str) -> Answer:
    return await counter.ask(commands.OpenSession(name=name, passphrase=passphrase))


async def entered(counter: Counter, name: str, passphrase: str) -> views.Session:
    return parse_view((await opened(counter, name, passphrase)).body, views.Session)


def opens(counter: Counter, code: str) -> bool:
    """Does this sheet open the keyring that lies in the folder?"""
    try:
        keyring.unlock(
            keyring.load(counter.made.folder), keyring.recovery_credential(code), cost=CHEAP
        )
    except keyring.WrongPassphraseError:
        return False
    return True


async def test_a_removed_person_opens_nothing_whether_the_node_is_open_or_locked(
    counter: Counter, token: bytes
) -> None:
    rina = await added(counter, RINA, token)
    assert (await counter.ask(commands.RemoveUser(user=rina), token)).status == 200
    locked = (await opened(counter, "Rina", RINA.passphrase)).status
    stays = await entered(counter, SUPERVISOR, PASSPHRASE)
    open_ = (await opened(counter, "Rina", RINA.passphrase)).status
    assert (locked, stays.name, open_) == (401, SUPERVISOR, 401)
    users = parse_view((await counter.ask(commands.ListUsers(), stays.token)).body, views.Users)
    assert [user.name for user in users.users] == [SUPERVISOR]


async def test_a_removed_persons_slot_is_in_the_keyring_no_more(
    counter: Counter, token: bytes
) -> None:
    rina = await added(counter, RINA, token)
    hers = keyring.credential("Rina", RINA.passphrase)
    before = keyring.unlock(keyring.load(counter.made.folder), hers, cost=CHEAP)
    await counter.ask(commands.RemoveUser(user=rina), token)
    with pytest.raises(keyring.WrongPassphraseError):
        keyring.unlock(keyring.load(counter.made.folder), hers, cost=CHEAP)
    await counter.enter()
    assert counter.gate.vault.database.key != before.vault_key


async def test_every_session_ends_and_hers_stays_ended_when_the_node_is_open_again(
    counter: Counter, token: bytes
) -> None:
    rina = await added(counter, RINA, token)
    hers = (await entered(counter, "Rina", RINA.passphrase)).token
    await counter.ask(commands.RemoveUser(user=rina), token)
    at_once = [(await counter.ask(commands.ListCases(), one)).status for one in (hers, token)]
    fresh = await counter.enter()
    later = [(await counter.ask(commands.ListCases(), one)).status for one in (hers, token, fresh)]
    assert (at_once, later) == ([423, 423], [401, 401, 200])


async def test_the_old_sheet_opens_nothing_and_the_new_one_does(
    counter: Counter, token: bytes
) -> None:
    rina = await added(counter, RINA, token)
    assert opens(counter, counter.made.recovery_code)
    answer = await counter.ask(commands.RemoveUser(user=rina), token)
    sheet = parse_view(answer.body, views.RecoverySheet)
    assert [opens(counter, code) for code in (counter.made.recovery_code, sheet.code)] == [
        False,
        True,
    ]
    assert sheet.node_id.startswith("sn1")
    assert sheet.code not in repr(sheet)


async def test_those_who_stay_find_everything_that_was_there(
    counter: Counter, token: bytes
) -> None:
    rina, _ = await added(counter, RINA, token), await added(counter, BIMAL, token)
    await counter.ask(CASE, token)
    await counter.ask(commands.RemoveUser(user=rina), token)
    bimal = (await entered(counter, "Bimal", BIMAL.passphrase)).token
    cases = parse_view((await counter.ask(commands.ListCases(), bimal)).body, views.Cases)
    audit = parse_view((await counter.ask(commands.CheckAudit(), bimal)).body, views.AuditState)
    assert ([case.case_number for case in cases.cases], audit.is_whole) == (["2027-001"], True)


async def test_those_who_stay_are_told_once(counter: Counter, token: bytes) -> None:
    rina, _ = await added(counter, RINA, token), await added(counter, BIMAL, token)
    await counter.ask(commands.RemoveUser(user=rina), token)
    told = [
        [notice.code for notice in (await entered(counter, name, passphrase)).notices]
        for name, passphrase in (
            (SUPERVISOR, PASSPHRASE),
            (SUPERVISOR, PASSPHRASE),
            ("Bimal", BIMAL.passphrase),
        )
    ]
    assert told == [["person_removed", "sheet_new"], [], ["person_removed", "sheet_new"]]


async def test_nobody_removes_herself_and_nobody_who_is_not_there(
    counter: Counter, token: bytes
) -> None:
    session = await entered(counter, SUPERVISOR, PASSPHRASE)
    said = [
        (await counter.ask(commands.RemoveUser(user=user), token)).problem["code"]
        for user in (session.user_id, bytes(16), b"")
    ]
    assert said == ["oneself", "not_found", "not_found"]
    assert counter.gate.is_open


async def test_the_last_supervisor_stays_whoever_asks(counter: Counter, token: bytes) -> None:
    session = await entered(counter, SUPERVISOR, PASSPHRASE)
    node_itself = counter.gate.acting()

    async def why() -> str | None:
        found = await counter.gate.read(
            lambda unit: people.may_remove(unit, session.user_id, acting=node_itself)
        )
        return found.code if isinstance(found, views.Refused) else None

    alone = await why()
    await added(counter, BIMAL, token)
    assert (alone, await why()) == ("last_supervisor", None)


async def test_the_name_of_a_removed_person_is_not_given_again(
    counter: Counter, token: bytes
) -> None:
    rina = await added(counter, RINA, token)
    await counter.ask(commands.RemoveUser(user=rina), token)
    answer = await counter.ask(RINA, await counter.enter())
    assert (answer.status, answer.problem["code"]) == (409, "already_there")


async def test_the_slot_of_a_removed_person_is_free_for_another(
    counter: Counter, token: bytes
) -> None:
    names = [f"Worker {number}" for number in range(keyring.SLOTS - 2)]
    hired = [
        await added(
            counter,
            commands.AddUser(name=name, role=Role.CASEWORKER, passphrase=f"words of {name}"),
            token,
        )
        for name in names
    ]
    await counter.ask(commands.RemoveUser(user=hired[0]), token)
    token = await counter.enter()
    await added(counter, RINA, token)
    await counter.gate.lock()
    assert (await opened(counter, "Rina", RINA.passphrase)).status == 200
    assert (await opened(counter, "Worker 1", "words of Worker 1")).status == 200


async def test_what_the_disk_does_not_take_is_not_done(counter: Counter, token: bytes) -> None:
    rina = await added(counter, RINA, token)

    def fails() -> None:
        raise RekeyError("an invented disk is full")

    faults.arm("rekey.between_files", action=fails)
    answer = await counter.ask(commands.RemoveUser(user=rina), token)
    assert (answer.status, answer.problem["type"]) == (507, "urn:sathi:problem:full")
    assert (await opened(counter, "Rina", RINA.passphrase)).status == 200
    assert opens(counter, counter.made.recovery_code)


@pytest.mark.parametrize(
    ("name", "passphrase", "status"),
    [("Rina", RINA.passphrase, 401), (SUPERVISOR, PASSPHRASE, 200)],
    ids=["who-goes", "who-stays"],
)
async def test_who_unlocks_while_a_person_is_removed_is_judged_by_the_new_keyring(
    name: str, passphrase: str, status: int, counter: Counter, token: bytes
) -> None:
    rina = await added(counter, RINA, token)
    reached, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        reached.set()
        assert go_on.wait(PATIENCE_SECONDS)

    faults.arm("rekey.after_copy", action=wait)
    async with asyncio.TaskGroup() as tasks:
        removing = tasks.create_task(counter.ask(commands.RemoveUser(user=rina), token))
        assert await asyncio.to_thread(reached.wait, PATIENCE_SECONDS)
        entering = tasks.create_task(opened(counter, name, passphrase))
        # What she typed opened the old keyring; now she waits for her turn.
        while not counter.gate._turn._waiters:  # noqa: ASYNC110  (a lock has no event for it)
            await asyncio.sleep(0)
        go_on.set()
    assert (removing.result().status, entering.result().status) == (200, status)
