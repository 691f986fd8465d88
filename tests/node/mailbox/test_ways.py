"""Ways to a mailbox: what leads into Tor goes there by its name, or nowhere; TLS is 1.3 or nothing."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from node.mailbox.exchange import Answer, Ask, Failure, Unreachable, exchange, new_session
from node.mailbox.ways import Tor, Ways, new_tls
from tests.support import socks
from tests.support.ports import free_port

pytestmark = pytest.mark.sockets

ONION: Final = "exampleexampleexample.onion"
CLEAR: Final = "relay.example"


def ask(origin: str) -> Ask:
    return Ask(
        origin=origin,
        method="GET",
        path="/",
        pin=None,
        headers={},
        body=b"",
        answer_bytes_max=1_000,
    )


@pytest.fixture
async def place() -> AsyncIterator[TestServer]:
    """A service on loopback."""

    async def say(request: web.Request) -> web.Response:
        return web.Response(text=request.headers["Host"])

    app = web.Application()
    app.router.add_get("/", say)
    server = TestServer(app)
    await server.start_server()
    yield server
    await server.close()


async def through(tor: Tor | None, origin: str) -> Answer | Failure:
    async with new_session(tor=tor) as session:
        return await exchange(session, ask(origin))


class NotingResolver(AbstractResolver):
    """Whoever is asked for a name here learns of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:  # type: ignore[explicit-override]
        del port, family
        self.asked.append(host)
        raise OSError("nobody of this name")

    async def close(self) -> None:  # type: ignore[explicit-override]
        """There is nothing to close."""


@asynccontextmanager
async def noting(tor: Tor | None) -> AsyncIterator[tuple[aiohttp.ClientSession, NotingResolver]]:
    resolver = NotingResolver()
    async with aiohttp.ClientSession(connector=Ways(tor, resolver=resolver)) as session:
        yield session, resolver


async def test_an_onion_address_is_reached_through_tor_by_its_name(place: TestServer) -> None:
    async with socks.running({ONION: place.port or 0}) as tor:
        answer = await through(tor.tor(), f"http://{ONION}")
    assert isinstance(answer, Answer)
    assert answer.body == ONION.encode()
    assert tor.asked == [(ONION, 80)]


async def test_without_tor_an_onion_address_is_not_even_looked_up() -> None:
    async with noting(None) as (session, resolver):
        assert await exchange(session, ask(f"http://{ONION}")) == Unreachable(is_cut=False)
        assert resolver.asked == []
        assert await exchange(session, ask(f"http://{CLEAR}")) == Unreachable(is_cut=False)
        assert resolver.asked == [CLEAR]


async def test_what_tor_does_not_reach_is_not_tried_straight() -> None:
    async with socks.running({}) as tor, noting(tor.tor()) as (session, resolver):
        assert await exchange(session, ask(f"http://{ONION}")) == Unreachable(is_cut=False)
        assert tor.asked == [(ONION, 80)]
        assert resolver.asked == []


async def test_where_tor_itself_is_gone_nothing_goes_another_way() -> None:
    gone = Tor(host="127.0.0.1", port=free_port(), is_for_all=True)
    async with noting(gone) as (session, resolver):
        for origin in (f"http://{ONION}", f"http://{CLEAR}"):
            assert await exchange(session, ask(origin)) == Unreachable(is_cut=False)
        assert resolver.asked == []


@pytest.mark.parametrize("is_for_all", [False, True])
async def test_a_clear_address_goes_through_tor_only_where_everything_does(
    place: TestServer, *, is_for_all: bool
) -> None:
    async with socks.running({CLEAR: place.port or 0}) as tor:
        answer = await through(tor.tor(is_for_all=is_for_all), f"http://{CLEAR}:{place.port}")
    assert isinstance(answer, Answer) is is_for_all
    assert tor.asked == ([(CLEAR, place.port)] if is_for_all else [])


async def test_this_computer_is_reached_straight_also_where_everything_goes_through_tor(
    place: TestServer,
) -> None:
    async with socks.running({}) as tor:
        answer = await through(tor.tor(is_for_all=True), f"http://127.0.0.1:{place.port}")
    assert isinstance(answer, Answer)
    assert tor.asked == []


def test_tls_is_1_3_and_somebody_vouches_for_the_name() -> None:
    context = new_tls()
    assert context.minimum_version is ssl.TLSVersion.TLSv1_3
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
