"""The client against the real API, and against services that lie, break and dawdle."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from aiohttp.pytest_plugin import AiohttpServer

from node.mailbox import client, stick
from node.mailbox.client import Collected, Delivered, Done, Found, Home, Laid, PickUp, Route
from node.mailbox.exchange import (
    RateLimited,
    Refused,
    ServerTrouble,
    Unreachable,
    new_session,
)
from node.mailbox.mailboxes import Mailboxes
from protocol.errors import LocalProtocolError
from protocol.values import Instant, envelope_id_of, later
from tests.support.mailboxes import (
    DEPOSIT_SECRET,
    NOON,
    TICKET,
    CountingEntropy,
    Place,
    StandingClock,
    app_of,
    envelope,
    envelopes,
    owner,
    relay_policy,
    small_quota,
    ticket_hash,
)

pytestmark = pytest.mark.sockets
MIB = 1_048_576
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened


@dataclasses.dataclass(slots=True, kw_only=True)
class Relay:
    """A real relay on a real socket, with a mailbox of ours."""

    store: Mailboxes
    clock: StandingClock
    home: Home
    route: Route
    entropy: CountingEntropy


@pytest.fixture
async def relay(
    place: Place, aiohttp_server: AiohttpServer, unused_tcp_port: int
) -> AsyncIterator[Relay]:
    clock = StandingClock()
    origin = f"http://127.0.0.1:{unused_tcp_port}"
    quota = small_quota(envelopes_max=100, reserve_envelopes=10)
    async with place.opened(quota=quota) as store:
        await store.add_ticket(ticket_hash())
        app = app_of(store, clock, relay_policy(origin=origin, deposits_per_minute=4))
        await aiohttp_server(app, port=unused_tcp_port)
        home = Home(origin=origin, secret=owner(), pin=None)
        route = Route(
            origin=origin, mailbox_id=home.mailbox_id, deposit_secret=DEPOSIT_SECRET, pin=None
        )
        yield Relay(store=store, clock=clock, home=home, route=route, entropy=CountingEntropy())


async def make(session: aiohttp.ClientSession, relay: Relay) -> None:
    made = await client.create(
        session, relay.home, deposit_secret=DEPOSIT_SECRET, ticket=TICKET, created=NOON
    )
    assert made == Done()


async def collect(
    session: aiohttp.ClientSession, relay: Relay, *, now: Instant = NOON, wait_seconds: int = 0
) -> object:
    asked = PickUp(limit=64, wait_seconds=wait_seconds, after=None)
    return await client.collect(session, relay.home, asked, now=now, entropy=relay.entropy)


def delivered(*batch: bytes, problem: str | None = None) -> Delivered:
    return Delivered(
        envelopes=tuple(Laid(envelope_id=envelope_id_of(one), problem=problem) for one in batch)
    )


async def test_what_one_leaves_the_other_collects_and_deletes(
    session: aiohttp.ClientSession, relay: Relay
) -> None:
    await make(session, relay)
    batch = envelopes(64)
    assert await client.deposit_batch(session, relay.route, batch) == delivered(*batch)
    assert await client.deposit_batch(session, relay.route, batch) == delivered(*batch)
    assert await collect(session, relay) == Collected(envelopes=batch, more=False)
    names = [envelope_id_of(one) for one in batch]
    for _ in range(2):
        assert (
            await client.delete(session, relay.home, names, now=NOON, entropy=relay.entropy)
            == Done()
        )
    assert await collect(session, relay) == Collected(envelopes=(), more=False)


async def test_making_the_mailbox_again_is_done_and_without_a_ticket_refused(
    session: aiohttp.ClientSession, relay: Relay
) -> None:
    await make(session, relay)
    await make(session, relay)
    other = Home(origin=relay.home.origin, secret=owner(2), pin=None)
    made = await client.create(
        session, other, deposit_secret=DEPOSIT_SECRET, ticket=TICKET, created=NOON
    )
    assert made == Refused(problem="ticket", peer_time=NOON)


async def test_a_batch_is_answered_for_each_envelope(
    session: aiohttp.ClientSession, relay: Relay
) -> None:
    await make(session, relay)
    bad = b"XXXX" + envelope(2)[4:]
    outcome = await client.deposit_batch(session, relay.route, [envelope(1), bad])
    assert outcome == Delivered(
        envelopes=(
            Laid(envelope_id=envelope_id_of(envelope(1)), problem=None),
            Laid(envelope_id=envelope_id_of(bad), problem="not-a-bucket"),
        )
    )


async def test_the_largest_batches_go_through_both_ways(
    session: aiohttp.ClientSession, relay: Relay
) -> None:
    await make(session, relay)
    for batch in (envelopes(64, size=16_384), envelopes(1, size=MIB)):
        assert await client.deposit_batch(session, relay.route, batch) == delivered(*batch)
    first = await collect(session, relay)
    assert first == Collected(envelopes=envelopes(64, size=16_384), more=True)
    second = await client.collect(
        session,
        relay.home,
        PickUp(limit=64, wait_seconds=0, after=envelope_id_of(envelope(63, size=16_384))),
        now=NOON,
        entropy=relay.entropy,
    )
    assert second == Collected(envelopes=envelopes(1, size=MIB), more=False)


async def test_a_full_mailbox_and_too_many_requests_are_outcomes(
    session: aiohttp.ClientSession, relay: Relay
) -> None:
    await make(session, relay)
    await relay.store.deposit(relay.home.mailbox_id, envelopes(100))
    more = envelopes(2, start=200)
    full = Refused(problem="full", peer_time=NOON)
    for _ in range(4):
        assert await client.deposit_batch(session, relay.route, more) == full
    limited = await client.deposit_batch(session, relay.route, more)
    assert limited == RateLimited(retry_after_seconds=15)


async def test_a_clock_that_is_wrong_is_told_the_time(
    session: aiohttp.ClientSession, relay: Relay
) -> None:
    await make(session, relay)
    refused = await collect(session, relay, now=Instant(0))
    assert refused == Refused(problem="auth", peer_time=NOON)
    assert await collect(session, relay, now=later(NOON, 300)) == Collected(
        envelopes=(), more=False
    )


async def test_a_rotated_secret_leaves_the_previous_one_open_until_the_next(
    session: aiohttp.ClientSession, relay: Relay
) -> None:
    await make(session, relay)
    newer = dataclasses.replace(relay.route, deposit_secret=b"E" * 32)
    closed = Refused(problem="not-found", peer_time=NOON)
    assert await client.deposit_batch(session, newer, [envelope(1)]) == closed
    for previous, old in ((DEPOSIT_SECRET, delivered(envelope(1))), (None, closed)):
        changed = await client.set_deposit_secrets(
            session,
            relay.home,
            current=b"E" * 32,
            previous=previous,
            now=NOON,
            entropy=relay.entropy,
        )
        assert changed == Done()
        assert await client.deposit_batch(session, newer, [envelope(1)]) == delivered(envelope(1))
        assert await client.deposit_batch(session, relay.route, [envelope(1)]) == old


async def test_a_bundle_goes_from_the_owner_to_a_peer(
    session: aiohttp.ClientSession, relay: Relay
) -> None:
    await make(session, relay)
    nothing = await client.get_bundle(session, relay.route)
    assert nothing == Refused(problem="not-found", peer_time=NOON)
    content = b"b" * 65_536
    put = await client.put_bundle(session, relay.home, content, now=NOON, entropy=relay.entropy)
    assert put == Done()
    assert await client.get_bundle(session, relay.route) == Found(content=content)


async def test_a_mailbox_is_deleted_once(session: aiohttp.ClientSession, relay: Relay) -> None:
    await make(session, relay)

    async def delete() -> object:
        return await client.delete_mailbox(session, relay.home, now=NOON, entropy=relay.entropy)

    assert await delete() == Done()
    assert await delete() == Refused(problem="auth", peer_time=NOON)


async def test_collecting_waits_for_mail(session: aiohttp.ClientSession, relay: Relay) -> None:
    await make(session, relay)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(collect(session, relay, wait_seconds=25))
        while relay.home.mailbox_id not in vars(relay.store)["_bells"]:  # noqa: ASYNC110 - the condition
            await asyncio.sleep(0)
        await client.deposit_batch(session, relay.route, [envelope(1)])
    assert await waiting == Collected(envelopes=(envelope(1),), more=False)


async def test_a_batch_no_mailbox_takes_is_our_own_bug(
    session: aiohttp.ClientSession, relay: Relay
) -> None:
    for batch in ((), envelopes(65), envelopes(2, size=MIB)):
        with pytest.raises(LocalProtocolError):
            await client.deposit_batch(session, relay.route, batch)


# Services that are none


async def against(aiohttp_server: AiohttpServer, handler: Handler) -> Route:
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handler)
    server = await aiohttp_server(app)
    return Route(
        origin=f"http://127.0.0.1:{server.port}",
        mailbox_id=Home(origin="", secret=owner(), pin=None).mailbox_id,
        deposit_secret=DEPOSIT_SECRET,
        pin=None,
    )


def answering(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=status, body=body, headers=headers)

    return handler


NAME = envelope_id_of(envelope(1)).hex().encode()


@pytest.mark.parametrize(
    ("status", "body", "headers", "expected"),
    [
        (500, b"", None, ServerTrouble(status=500)),
        (302, b"", {"Location": "/"}, ServerTrouble(status=302)),
        (200, b"", None, ServerTrouble(status=200)),
        (200, b"\xff", None, ServerTrouble(status=200)),
        (200, b'{"results":[]}', None, ServerTrouble(status=200)),
        (200, b'{"results":[["' + b"0" * 32 + b'",201]]}', None, ServerTrouble(status=200)),
        (200, b'{"results":[["' + NAME + b'",201]],"x":1}', None, ServerTrouble(status=200)),
        (200, b'{"results":' + b" " * 20_000 + b"[]}", None, ServerTrouble(status=200)),
        (200, b'{"results":[["' + NAME + b'",201]]}', None, delivered(envelope(1))),
        (200, b'{"results":[["' + NAME + b'",404]]}', None,
         delivered(envelope(1), problem="unknown")),
        (200, b'{"results":[["' + NAME + b'","<b>"]]}', None,
         delivered(envelope(1), problem="unknown")),
        (429, b"", {"Retry-After": "7"}, RateLimited(retry_after_seconds=7)),
        (429, b"", {"Retry-After": "999999"}, RateLimited(retry_after_seconds=86_400)),
        (429, b"", {"Retry-After": "soon"}, RateLimited(retry_after_seconds=60)),
        (404, b"<html>", None, Refused(problem="not-found", peer_time=None)),
        (404, b'{"type":"about:blank","time":5}', None,
         Refused(problem="not-found", peer_time=Instant(5))),
        (401, b'{"type":"urn:sathi:problem:auth","time":-1}', None,
         Refused(problem="auth", peer_time=None)),
        (422, b'{"type":"urn:sathi:problem:' + b"x" * 99 + b'"}', None,
         Refused(problem="not-a-bucket", peer_time=None)),
    ],
)  # fmt: skip
async def test_every_answer_is_an_outcome(
    session: aiohttp.ClientSession,
    aiohttp_server: AiohttpServer,
    status: int,
    body: bytes,
    headers: dict[str, str] | None,
    expected: object,
) -> None:
    route = await against(aiohttp_server, answering(status, body, headers))
    assert await client.deposit_batch(session, route, [envelope(1)]) == expected


async def test_a_line_that_breaks_in_the_answer_is_unreachable(
    session: aiohttp.ClientSession, aiohttp_server: AiohttpServer
) -> None:
    async def breaking(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"x")
        assert request.transport is not None
        request.transport.close()
        return response

    route = await against(aiohttp_server, breaking)
    assert await client.deposit_batch(session, route, [envelope(1)]) == Unreachable(is_cut=True)


async def test_nobody_there_is_unreachable(
    session: aiohttp.ClientSession, unused_tcp_port: int
) -> None:
    for origin in (f"http://127.0.0.1:{unused_tcp_port}", "http://127.0.0.1:99999", "nonsense"):
        route = Route(
            origin=origin,
            mailbox_id=Home(origin="", secret=owner(), pin=None).mailbox_id,
            deposit_secret=DEPOSIT_SECRET,
            pin=None,
        )
        assert await client.deposit_batch(session, route, [envelope(1)]) == Unreachable(
            is_cut=False
        )


async def test_a_stick_that_is_none_is_trouble_of_the_server(
    session: aiohttp.ClientSession, aiohttp_server: AiohttpServer
) -> None:
    good = stick.pack([envelope(1)])
    for body, more in ((good[:-1], "0"), (good, ""), (good, "2"), (bytes(2 * MIB), "0")):
        route = await against(aiohttp_server, answering(200, body, {"Sathi-More": more}))
        home = Home(origin=route.origin, secret=owner(), pin=None)
        collected = await client.collect(
            session,
            home,
            PickUp(limit=64, wait_seconds=0, after=None),
            now=NOON,
            entropy=CountingEntropy(),
        )
        assert collected == ServerTrouble(status=200)


async def test_a_request_says_no_more_than_it_must(
    session: aiohttp.ClientSession, aiohttp_server: AiohttpServer
) -> None:
    seen: list[set[str]] = []

    async def looking(request: web.Request) -> web.Response:
        seen.append(set(request.headers))
        return web.Response(status=500, headers={"Set-Cookie": "a=b"})

    route = await against(aiohttp_server, looking)
    for _ in range(2):
        await client.deposit_batch(session, route, [envelope(1)])
    headers = {"Host", "Authorization", "Content-Type", "Content-Length", "Accept-Encoding"}
    assert seen == [headers, headers]


def test_no_secret_stands_in_a_repr() -> None:
    route = Route(origin="http://a", mailbox_id=Home(origin="", secret=owner(), pin=None).mailbox_id,
                  deposit_secret=DEPOSIT_SECRET, pin=None)  # fmt: skip
    assert "DDDD" not in repr(route)
