"""What never reaches a handler, over a bare socket: no HTTP, too much of it, an `Expect` nobody knows."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import formatdate
from pathlib import Path

import pytest
from aiohttp import web

from node.mailbox.api import make_runner
from node.mailbox.serving import Policy
from tests.support.mailboxes import (
    NOON,
    StandingClock,
    app_of,
    new_mailbox,
    open_store,
    own_policy,
    owner,
    relay_policy,
)
from tests.support.ports import free_port

pytestmark = pytest.mark.sockets
CANARY = b"Rani-canary-4711"
GOOD = b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"
BELOW = {
    "no HTTP": CANARY + b"\r\n\r\n",
    "no version": b"GET /" + CANARY + b" HTP\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\n" + CANARY + b"\r\n\r\n",
    "a header too long": b"GET / HTTP/1.1\r\nA: " + CANARY * 9_000 + b"\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01" + CANARY + b"\r\n\r\n",
    "after a good one": GOOD + CANARY + b"\r\n\r\n",
    "an unknown Expect": b"GET / HTTP/1.1\r\nHost: a\r\nExpect: " + CANARY + b"\r\n\r\n",
}


@asynccontextmanager
async def listening(folder: Path, policy: Policy) -> AsyncIterator[int]:
    """A mailbox as the product serves it; gives its port."""
    async with open_store(folder) as store:
        runner = make_runner(app_of(store, StandingClock(), policy))
        await runner.setup()
        try:
            port = free_port()
            await web.TCPSite(runner, "127.0.0.1", port).start()
            yield port
        finally:
            await runner.cleanup()


async def last_answer(port: int, sent: bytes) -> tuple[str, dict[str, str], dict[str, object]]:
    """Status line, headers and body of the last answer before the other side hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    raw = await reader.read()
    writer.close()
    assert CANARY not in raw
    status, *lines = raw[raw.rindex(b"HTTP/") :].partition(b"\r\n\r\n")[0].decode().split("\r\n")
    body: dict[str, object] = json.loads(raw.rpartition(b"\r\n\r\n")[2])
    return status, dict(line.split(": ", 1) for line in lines), body


@pytest.mark.parametrize("sent", BELOW.values(), ids=BELOW)
async def test_a_relay_answers_what_is_no_request_with_a_problem_that_quotes_nothing(
    tmp_path: Path, sent: bytes
) -> None:
    async with listening(tmp_path, relay_policy()) as port:
        status, headers, body = await last_answer(port, sent)
    assert status == "HTTP/1.1 400 Bad Request"
    assert headers == {
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
        "Content-Length": headers["Content-Length"],
        "Date": formatdate(NOON, usegmt=True),
        "Connection": "close",
    }
    assert body == {
        "type": "urn:sathi:problem:malformed",
        "title": "Bad Request",
        "status": 400,
        "detail": "The request does not have the form.",
        "time": NOON,
    }


@pytest.mark.parametrize("sent", BELOW.values(), ids=BELOW)
async def test_a_nodes_own_mailbox_answers_it_as_it_answers_every_stranger(
    tmp_path: Path, sent: bytes
) -> None:
    stranger = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    async with listening(tmp_path, own_policy(new_mailbox(owner()).mailbox_id)) as port:
        status, headers, body = await last_answer(port, stranger)
        answered = await last_answer(port, sent)
    assert status == "HTTP/1.1 404 Not Found"
    assert "Server" not in headers
    # The one clock stands, the other is the library's.
    assert answered == (status, headers | {"Date": formatdate(NOON, usegmt=True)}, body)
