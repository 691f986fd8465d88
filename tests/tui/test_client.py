"""The typed client against whole nodes, and against a node that misbehaves."""

import re
import typing
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
from aiohttp import web

from protocol import limits
from protocol.local import commands, views
from protocol.local.commands import BY_NAME
from protocol.vocabulary.codes import AgeBand, Role
from tests.support.nodes import PASSPHRASE, SUPERVISOR, RunningNode, make_node, running_node
from tui.client import (
    BusyError,
    Client,
    ClientError,
    ConnectionLostError,
    FaultError,
    LockedError,
    NoSessionError,
    NotLegalError,
    NotRunningError,
    RefusedError,
)

CASE: Final = commands.OpenCase(
    case_number="2027-001", age_band=next(iter(AgeBand)), language="ben"
)


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[RunningNode]:
    async with running_node(make_node(tmp_path / "asha")) as running:
        yield running


def test_there_is_one_method_for_each_command() -> None:
    expected = {
        re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower() for kind in BY_NAME.values()
    }
    methods = {name for name in vars(Client) if not name.startswith("_")}
    # `hold` wraps any command that may be stopped.
    assert methods - {"ask", "has_session", "hold"} == expected


def test_a_method_takes_its_own_command() -> None:
    for kind in BY_NAME.values():
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
        hints = typing.get_type_hints(getattr(Client, name))
        taken = hints.get("command", kind if name == "open_session" else None)
        assert taken is (kind if kind.__struct_fields__ else None)


async def test_a_script_opens_a_session_and_a_case(node: RunningNode) -> None:
    client = node.client
    session = await client.open_session(name=SUPERVISOR, passphrase=PASSPHRASE)
    made = await client.open_case(CASE)
    cases = await client.list_cases()
    assert (session.name, cases.count, [case.case_id for case in cases.cases]) == (
        SUPERVISOR,
        1,
        [made.ref],
    )
    assert client.has_session


async def test_a_locked_node_is_told_from_a_missing_session(node: RunningNode) -> None:
    with pytest.raises(LockedError):
        await node.client.list_cases()
    await node.unlock()
    async with Client(node.made.socket) as stranger:
        with pytest.raises(NoSessionError):
            await stranger.list_cases()


async def test_a_session_that_ended_is_forgotten(node: RunningNode) -> None:
    await node.unlock()
    async with node.colleague(SUPERVISOR) as other:
        await other.lock_node()
    with pytest.raises(LockedError):
        await node.client.list_cases()
    assert not node.client.has_session


async def test_closing_a_session_leaves_the_node_open(node: RunningNode) -> None:
    await node.unlock()
    await node.client.close_session()
    assert (await node.client.show_status()).is_open
    with pytest.raises(NoSessionError):
        await node.client.list_cases()


async def test_a_refusal_carries_its_code(node: RunningNode) -> None:
    await node.unlock()
    await node.client.open_case(CASE)
    with pytest.raises(RefusedError) as told:
        await node.client.open_case(CASE)
    error = told.value
    assert (error.code, error.purpose, error.peer, error.missing) == (
        "already_there",
        None,
        None,
        [],
    )


async def test_a_wrong_passphrase_is_a_refusal(node: RunningNode) -> None:
    with pytest.raises(RefusedError) as told:
        await node.client.open_session(name=SUPERVISOR, passphrase="not these")  # noqa: S106
    assert told.value.code == "wrong_passphrase"


async def test_a_command_for_another_role_is_a_refusal(node: RunningNode) -> None:
    await node.unlock()
    officer = commands.AddUser(name="Rina", role=Role.DATA_OFFICER, passphrase=PASSPHRASE)
    await node.client.add_user(officer)
    async with node.colleague("Rina") as client:
        with pytest.raises(RefusedError) as told:
            await client.list_cases()
    assert told.value.code == "not_allowed"


async def test_what_is_not_legal_is_named_by_its_place(node: RunningNode) -> None:
    await node.unlock()
    with pytest.raises(NotLegalError) as told:
        await node.client.show_referral(commands.ShowReferral(thread=b"short"))
    assert told.value.place == "thread"


async def test_any_command_may_be_given_as_a_value(node: RunningNode) -> None:
    await node.unlock()
    done = await node.client.ask(CASE, views.Done)
    assert done.ref is not None


async def test_where_nobody_listens_it_is_said(tmp_path: Path) -> None:
    async with Client(tmp_path / "api.sock") as client:
        with pytest.raises(NotRunningError):
            await client.show_status()


async def test_a_client_that_was_not_entered_asks_nobody(tmp_path: Path) -> None:
    with pytest.raises(ClientError):
        await Client(tmp_path / "api.sock").show_status()


@asynccontextmanager
async def answering(folder: Path, response: web.Response | None) -> AsyncIterator[Client]:
    """A node that answers whatever it is told to, or hangs up."""

    async def answer(request: web.Request) -> web.Response:
        if response is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return response

    app = web.Application()
    app.router.add_post("/{everything:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.UnixSite(runner, folder / "api.sock").start()
    try:
        async with Client(folder / "api.sock") as client:
            yield client
    finally:
        await runner.cleanup()


async def test_a_line_that_breaks_leaves_it_open_whether_it_was_done(tmp_path: Path) -> None:
    async with answering(tmp_path, None) as client:
        with pytest.raises(ConnectionLostError):
            await client.show_status()


@pytest.mark.parametrize(
    "body",
    [b"", b"\xa0", b"\xff", b"{}", bytes(limits.ENCODED_BYTES_MAX + 1)],
    ids=["empty", "another-view", "no-encoding", "json", "too-long"],
)
@pytest.mark.parametrize("status", [200, 400, 500])
async def test_an_answer_that_is_not_legal_is_a_fault(
    status: int, body: bytes, tmp_path: Path
) -> None:
    async with answering(tmp_path, web.Response(status=status, body=body)) as client:
        with pytest.raises(FaultError):
            await client.show_status()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("17", 17), (None, 5), ("", 5), ("-1", 5), ("x", 5), ("1234567", 5)],
)
@pytest.mark.parametrize("name", ["busy", "rate"])
async def test_a_busy_node_says_when_to_come_back(
    name: str, header: str | None, seconds: int, tmp_path: Path
) -> None:
    problem = f'{{"type":"urn:sathi:problem:{name}","title":"","status":503,"detail":"","time":0}}'
    headers = {} if header is None else {"Retry-After": header}
    response = web.Response(status=503, body=problem.encode(), headers=headers)
    async with answering(tmp_path, response) as client:
        with pytest.raises(BusyError) as told:
            await client.show_status()
    assert told.value.retry_after_seconds == seconds


async def test_a_problem_of_a_later_version_is_a_fault_with_its_name(tmp_path: Path) -> None:
    problem = (
        b'{"type":"urn:sathi:problem:later","title":"","status":499,"detail":"","time":0,"x":1}'
    )
    async with answering(tmp_path, web.Response(status=499, body=problem)) as client:
        with pytest.raises(FaultError) as told:
            await client.show_status()
    assert told.value.problem == "later"
