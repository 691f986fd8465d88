"""Bodies that are late, cut off, too long or lie about their length, over a bare socket."""

import asyncio
import gzip
import json
import sqlite3
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.pytest_plugin import AiohttpServer
from aiohttp.test_utils import TestServer

from node import faults
from node.mailbox import stick
from node.mailbox.api import make_runner
from node.mailbox.rates import OwnBounds
from node.mailbox.records import Waiting
from node.mailbox.serving import PARTS
from node.mailbox.store import MailboxStore
from protocol.codec import encode
from tests.support.mailboxes import (
    DEPOSIT_SECRET,
    NOON,
    Place,
    Served,
    StandingClock,
    app_of,
    as_depositor,
    envelope,
    envelopes,
    new_mailbox,
    open_store,
    owner,
    relay_policy,
)

pytestmark = pytest.mark.sockets
MAILBOX = new_mailbox(owner()).mailbox_id
PATH = f"/sathi/v1/mailboxes/{MAILBOX.hex()}/envelopes"
Socket = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Bodies are read before any store is asked: one kind of store is enough."""
    return Place(folder=tmp_path, address=None)


def connection_of(served: Served) -> sqlite3.Connection:
    assert isinstance(served.store, MailboxStore)
    return served.store._connection


def head(*lines: str, method: str = "POST", path: str = PATH, authorised: bool = True) -> bytes:
    headers = ["Host: relay.example", *lines]
    if authorised:
        headers.append("Authorization: " + as_depositor()["Authorization"])
    return "\r\n".join([f"{method} {path} HTTP/1.1", *headers, "", ""]).encode()


async def dial(server: TestServer) -> Socket:
    return await asyncio.open_connection("127.0.0.1", server.port)


async def answer(socket: Socket) -> tuple[int, dict[str, object]]:
    reader, writer = socket
    status = int((await reader.readline()).split()[1])
    size = 0
    while (line := await reader.readline()) != b"\r\n":
        name, _, value = line.decode().partition(":")
        size = int(value) if name.lower() == "content-length" else size
    body: dict[str, object] = json.loads(await reader.readexactly(size))
    writer.close()
    return status, body


async def test_a_body_longer_than_its_bound_is_refused_before_it_is_read(
    tmp_path: Path, aiohttp_server: AiohttpServer
) -> None:
    async with open_store(tmp_path) as store:
        await store.create(new_mailbox(owner()), ticket=None)
        server = await aiohttp_server(app_of(store, StandingClock(), relay_policy()))
        socket = await dial(server)
        socket[1].write(head("Content-Length: 99999999999"))
        status, body = await answer(socket)
        assert (status, body["type"]) == (413, "urn:sathi:problem:too-large")


async def test_a_body_that_never_says_its_length_is_cut_at_its_bound(
    tmp_path: Path, aiohttp_server: AiohttpServer
) -> None:
    async with open_store(tmp_path) as store:
        await store.create(new_mailbox(owner()), ticket=None)
        server = await aiohttp_server(app_of(store, StandingClock(), relay_policy()))
        socket = await dial(server)
        socket[1].write(head("Transfer-Encoding: chunked"))
        for _ in range(40):
            socket[1].write(b"8000\r\n" + bytes(0x8000) + b"\r\n")
        status, body = await answer(socket)
        assert (status, body["type"]) == (413, "urn:sathi:problem:too-large")


async def test_a_body_that_does_not_come_is_not_waited_for(
    tmp_path: Path, aiohttp_server: AiohttpServer
) -> None:
    # Less than nothing: the size alone would be worth 262 seconds.
    policy = relay_policy(body_patience_seconds=-262.1)
    async with open_store(tmp_path) as store:
        await store.create(new_mailbox(owner()), ticket=None)
        server = await aiohttp_server(app_of(store, StandingClock(), policy))
        socket = await dial(server)
        socket[1].write(head("Content-Length: 4148") + b"SATHBNDL")
        status, body = await answer(socket)
        assert (status, body["type"]) == (400, "urn:sathi:problem:malformed")


async def test_a_batch_cut_off_half_way_stores_nothing_and_is_repeated_without_double_effect(
    tmp_path: Path, aiohttp_server: AiohttpServer
) -> None:
    async with open_store(tmp_path) as store:
        await store.create(new_mailbox(owner()), ticket=None)
        server = await aiohttp_server(app_of(store, StandingClock(), relay_policy()))
        batch = stick.pack(envelopes(64))
        socket = await dial(server)
        socket[1].write(head(f"Content-Length: {len(batch)}") + batch[: len(batch) // 2])
        await socket[1].drain()
        socket[1].close()
        await socket[1].wait_closed()
        for expected in ([201] * 64, [200] * 64):
            again = await dial(server)
            again[1].write(head(f"Content-Length: {len(batch)}") + batch)
            status, body = await answer(again)
            assert status == 200
            results = body["results"]
            assert isinstance(results, list)
            assert [result for _, result in results] == expected
        assert (await store.waiting(MAILBOX)).envelopes == 64


async def test_a_stranger_is_refused_without_reading_the_body(
    tmp_path: Path, aiohttp_server: AiohttpServer
) -> None:
    async with open_store(tmp_path) as store:
        await store.create(new_mailbox(owner()), ticket=None)
        server = await aiohttp_server(app_of(store, StandingClock(), relay_policy()))
        socket = await dial(server)
        socket[1].write(head("Content-Length: 300000", authorised=False))
        status, body = await answer(socket)
        assert (status, body["type"]) == (401, "urn:sathi:problem:auth")


async def test_a_full_disk_is_answered_507_and_the_sender_keeps_it(there: Served) -> None:
    connection_of(there).execute("PRAGMA max_page_count=20").fetchall()
    response = await there.browser.post(
        there.path + "/envelopes", data=stick.pack(envelopes(64)), headers=as_depositor()
    )
    assert (response.status, response.headers["Retry-After"]) == (507, "3600")
    assert (await response.json())["type"] == "urn:sathi:problem:full"
    assert await there.store.waiting(there.mailbox) == Waiting(envelopes=0, bytes=0)
    connection_of(there).execute("PRAGMA max_page_count=1000000").fetchall()
    response = await there.browser.post(
        there.path + "/envelopes", data=stick.pack(envelopes(64)), headers=as_depositor()
    )
    assert response.status == 200


def _break() -> None:
    raise sqlite3.OperationalError("Rani is in room 14")


async def test_an_unforeseen_fault_is_answered_without_quoting_it(
    there: Served, caplog: pytest.LogCaptureFixture
) -> None:
    faults.arm("deposit.before_commit", action=_break)
    response = await there.browser.post(
        there.path + "/envelopes", data=stick.pack([envelope(1)]), headers=as_depositor()
    )
    assert (response.status, await response.json()) == (
        500,
        {
            "type": "urn:sathi:problem:internal",
            "title": "Internal Server Error",
            "status": 500,
            "detail": "The request could not be carried out.",
            "time": NOON,
        },
    )
    assert [record.msg for record in caplog.records] == ["mailbox.fault"]


async def test_the_disk_holds_neither_deposit_secret_nor_token(
    there: Served, tmp_path: Path
) -> None:
    await there.browser.post(
        there.path + "/envelopes", data=stick.pack(envelopes(3)), headers=as_depositor()
    )
    token = as_depositor()["Authorization"].removeprefix("Sathi-Deposit ").encode()
    written = contents(tmp_path)
    assert envelope(1)[:400] in written
    for secret in (DEPOSIT_SECRET, token, owner().seed):
        for form in (secret, secret.hex().encode()):
            assert form not in written


def contents(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


async def test_a_compressed_body_is_not_unpacked(tmp_path: Path, unused_tcp_port: int) -> None:
    async with open_store(tmp_path) as store:
        await store.create(new_mailbox(owner()), ticket=None)
        runner = make_runner(app_of(store, StandingClock(), relay_policy()))
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
            packed = gzip.compress(stick.pack(envelopes(2)))
            socket = await asyncio.open_connection("127.0.0.1", unused_tcp_port)
            socket[1].write(
                head(f"Content-Length: {len(packed)}", "Content-Encoding: gzip") + packed
            )
            status, body = await answer(socket)
        finally:
            await runner.cleanup()
        assert (status, body["type"]) == (400, "urn:sathi:problem:malformed")


HASHES = encode({0: bytes(32), 1: None})


@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [("PATCH", "", HASHES), ("PUT", "/bundle", b"sealed"), ("DELETE", "", b"")],
)
async def test_a_mailbox_that_goes_while_its_owner_is_speaking_is_not_found(
    there: Served, method: str, rest: str, body: bytes
) -> None:
    assert there.browser.app is not None
    path = there.path + rest
    authorisation = there.as_owner(method, path, body)["Authorization"]
    socket = await asyncio.open_connection("127.0.0.1", there.browser.port)
    lines = ("Transfer-Encoding: chunked", "Authorization: " + authorisation)
    socket[1].write(head(*lines, method=method, path=path, authorised=False))
    bounds = there.browser.app[PARTS].bounds
    assert isinstance(bounds, OwnBounds)
    seen = bounds._nonces._seen
    while there.mailbox not in seen:  # noqa: ASYNC110 - the condition itself
        await asyncio.sleep(0)
    await there.store.delete_mailbox(there.mailbox)
    chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n" if body else b""
    socket[1].write(chunk + b"0\r\n\r\n")
    status, told = await answer(socket)
    assert (status, told["type"]) == (404, "urn:sathi:problem:not-found")
