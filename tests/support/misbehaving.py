"""Relays that misbehave, each a real one behind a hand that interferes, and nodes that use them.

What a node does here is what the product does: its courier leaves parcels, its visits take what waits,
and its vault commits before anything is deleted. Only the relays' names in the routes are the test's.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from node.deliveries import Deliveries
from node.effects import NODE_ITSELF
from node.gate import Gate, OpenVault
from node.mailbox import client, stick
from node.mailbox.client import deposit_hash_of
from node.mailbox.exchange import new_session
from node.mailbox.mailboxes import Mailboxes
from node.mailbox.records import NewMailbox
from node.services import delivering
from node.services.delivering import FREE, Parcel
from node.vault.keyring import PRODUCT_COST
from node.visits import Rhythm, Visits
from protocol import limits
from protocol.cadence import WHEN_DUE
from protocol.keys import mailbox_id_of, signing_secret
from protocol.values import Instant, envelope_id_of, mailbox_id
from tests.support.federation import ROUNDS_MAX, Federation, Node
from tests.support.mailboxes import Place, StandingClock, app_of, relay_policy
from tests.support.ports import free_port

_MANY: Final = 1_000_000
_WHAT: Final = {"POST": "deposit", "GET": "pick up"}
_STICK: Final = "application/octet-stream"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True, kw_only=True)
class MisbehavingRelay:
    """A relay, and what it does at the moment; `honest` is nothing."""

    store: Mailboxes
    clock: StandingClock
    origin: str
    act: str = "honest"
    left: dict[str, list[bytes]] = field(default_factory=dict)
    bundles: list[bytes] = field(default_factory=list)
    interfered: int = 0

    @web.middleware
    async def interfere(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        what = _WHAT.get(request.method, "") if request.path.endswith("/envelopes") else ""
        if what == "pick up":
            await self._note(request.path)
        hand = _ACTS.get(self.act)
        answer = None if hand is None else await hand(self, request, what)
        if answer is None:
            return await handler(request)
        self.interfered += 1
        return answer

    async def _note(self, path: str) -> None:
        """Remember what lies there, before its owner may delete it."""
        mailbox = mailbox_id(bytes.fromhex(path.split("/")[4]))
        lying = await self.store.take(mailbox, limit=_MANY, bytes_max=_MANY * 1_000)
        known = self.left.setdefault(path, [])
        known += [raw for raw in lying.envelopes if raw not in known]


Hand = Callable[[MisbehavingRelay, web.Request, str], Awaitable[web.StreamResponse | None]]


def _unpacked(body: bytes) -> tuple[bytes, ...]:
    return stick.unpack(
        body,
        envelopes_min=0,
        envelopes_max=limits.BATCH_ENVELOPES_MAX,
        bytes_max=limits.BATCH_BYTES_MAX,
    )


def _stick(envelopes: Sequence[bytes]) -> web.Response:
    return web.Response(
        body=stick.pack(envelopes), content_type=_STICK, headers={"Sathi-More": "0"}
    )


async def _keep_nothing(
    _relay: MisbehavingRelay, request: web.Request, what: str
) -> web.StreamResponse | None:
    """Say that everything was stored, and store nothing."""
    if what != "deposit":
        return None
    names = [envelope_id_of(raw).hex() for raw in _unpacked(await request.read())]
    return web.json_response({"results": [[name, 201] for name in names]})


async def _hide(
    _relay: MisbehavingRelay, _request: web.Request, what: str
) -> web.StreamResponse | None:
    """Say that there is no mail."""
    return _stick([]) if what == "pick up" else None


async def _replay(
    relay: MisbehavingRelay, request: web.Request, what: str
) -> web.StreamResponse | None:
    """Give everything that ever came, twice, also what was deleted."""
    if what != "pick up":
        return None
    ever = relay.left.get(request.path, [])[-limits.BATCH_ENVELOPES_MAX // 2 :]
    return _stick([raw for raw in ever for _ in range(2)])


async def _swap(
    relay: MisbehavingRelay, request: web.Request, what: str
) -> web.StreamResponse | None:
    """Give what was left for others, and one's own from the last to the first."""
    if what != "pick up":
        return None
    others = [raw for path, left in relay.left.items() if path != request.path for raw in left]
    own = relay.left.get(request.path, [])[::-1]
    return _stick((others + own)[: limits.BATCH_ENVELOPES_MAX])


async def _spoil(
    relay: MisbehavingRelay, request: web.Request, what: str
) -> web.StreamResponse | None:
    """Change one bit in each envelope."""
    if what != "pick up":
        return None
    left = relay.left.get(request.path, [])[-limits.BATCH_ENVELOPES_MAX :]
    return _stick([raw[:2_000] + bytes([raw[2_000] ^ 1]) + raw[2_001:] for raw in left])


async def _mix_answers(
    _relay: MisbehavingRelay, request: web.Request, what: str
) -> web.StreamResponse | None:
    """Say of other envelopes than these that they were stored."""
    if what != "deposit":
        return None
    count = len(_unpacked(await request.read()))
    return web.json_response({"results": [[f"{number:032x}", 201] for number in range(count)]})


async def _fail(
    _relay: MisbehavingRelay, _request: web.Request, _what: str
) -> web.StreamResponse | None:
    """Answer everything with a fault."""
    return web.Response(status=500, body=b"<html>Internal Server Error</html>")


async def _talk_nonsense(
    _relay: MisbehavingRelay, _request: web.Request, _what: str
) -> web.StreamResponse | None:
    """Answer everything with bytes that mean nothing."""
    return web.Response(status=200, body=b"\xff" * 999, headers={"Sathi-More": "1"})


async def _send_elsewhere(
    relay: MisbehavingRelay, _request: web.Request, _what: str
) -> web.StreamResponse | None:
    """Send everybody to another address."""
    return web.Response(status=307, headers={"Location": relay.origin + "/elsewhere"})


async def _talk_without_end(
    relay: MisbehavingRelay, request: web.Request, _what: str
) -> web.StreamResponse | None:
    """Answer with more and more bytes."""
    relay.interfered += 1
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(bytes(65_536))


async def _drip(
    relay: MisbehavingRelay, request: web.Request, what: str
) -> web.StreamResponse | None:
    """Answer a deposit by one byte after the other, never all of them (slow-loris)."""
    if what != "deposit":
        return None
    relay.interfered += 1
    response = web.StreamResponse()
    response.content_length = _MANY
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.5)


async def _lie_about_time(
    relay: MisbehavingRelay, _request: web.Request, _what: str
) -> web.StreamResponse | None:
    """Refuse everybody, and say that it is ten years later."""
    problem = {
        "type": "urn:sathi:problem:auth",
        "status": 401,
        "time": relay.clock.seconds + 3_650 * limits.DAY,
    }
    return web.json_response(problem, status=401, content_type="application/problem+json")


_ACTS: Final[dict[str, Hand]] = {
    "keep nothing": _keep_nothing,
    "hide": _hide,
    "replay": _replay,
    "swap": _swap,
    "spoil": _spoil,
    "mix answers": _mix_answers,
    "fail": _fail,
    "talk nonsense": _talk_nonsense,
    "send elsewhere": _send_elsewhere,
    "talk without end": _talk_without_end,
    "drip": _drip,
    "lie about time": _lie_about_time,
}
QUICK_ACTS: Final = tuple(act for act in _ACTS if act != "drip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """What carries for one node, as the product has it."""

    deliveries: Deliveries
    visits: Visits
    opened: OpenVault


@dataclass(frozen=True, slots=True)
class ClockOf:
    """The clock of one node."""

    node: Node

    def wall(self) -> Instant:
        return self.node.now

    def monotonic(self) -> float:
        return float(self.node.now)

    def slept(self) -> float:
        return 0.0


@dataclass(slots=True, kw_only=True)
class Relayed:
    """A federation whose envelopes go over relays."""

    federation: Federation
    relays: list[MisbehavingRelay]
    session: aiohttp.ClientSession
    crews: dict[str, "Crew"]

    async def leave(self, node: Node) -> int:
        """Let everything that is due leave one node; how many parcels were tried."""
        crew = self.crews[node.name]
        acting = node.acting(NODE_ITSELF)
        parcels = node.write(
            lambda unit: delivering.due(
                unit, me=node.me, acting=acting, cadence=WHEN_DUE, lines=FREE
            )
        )
        for parcel in parcels:
            settled = await crew.deliveries.leave(crew.opened, self._over_relays(parcel))
            node.write(lambda unit: delivering.settle(unit, settled, acting=acting))  # noqa: B023
        return len(parcels)

    def _over_relays(self, parcel: Parcel) -> Parcel:
        [route] = parcel.routes
        return replace(
            parcel, routes=tuple(replace(route, origin=relay.origin) for relay in self.relays)
        )

    async def collect(self, node: Node) -> int:
        """Let one node visit its relays and take what waits; how many envelopes it deleted there."""
        crew = self.crews[node.name]
        before = await self._waiting(node)
        for relay in self.relays:
            box = replace(node.mailbox, origin=relay.origin, is_local=False, is_made=True)
            await crew.visits._collect(crew.opened, box, settles=False)
        node.erase()
        return before - await self._waiting(node)

    async def _waiting(self, node: Node) -> int:
        lying = [await relay.store.waiting(node.mailbox.mailbox_id) for relay in self.relays]
        return sum(each.envelopes for each in lying)

    async def settle(self, *, rounds: int = ROUNDS_MAX) -> None:
        """Leave and collect everywhere until nothing moves any more, or for so many rounds."""
        for _ in range(rounds):
            moved = 0
            for node in self.federation.nodes.values():
                moved += await self.leave(node)
            for node in self.federation.nodes.values():
                moved += await self.collect(node)
            if not moved:
                return

    def forward(self, seconds: int) -> None:
        """Time goes by, for nodes and relays."""
        self.federation.clock.forward(seconds)
        for relay in self.relays:
            relay.clock.seconds = self.federation.clock.now
            relay.clock.ticks += seconds


@asynccontextmanager
async def over_relays(federation: Federation, *places: Place) -> AsyncIterator[Relayed]:
    """Let these nodes use a relay at each of these places, with a mailbox for each of them."""
    async with AsyncExitStack() as closing:
        session = await closing.enter_async_context(new_session())
        relays = []
        for place in places:
            store = await closing.enter_async_context(place.opened())
            for node in federation.nodes.values():
                await store.create(_mailbox_of(node), ticket=None)
            port = free_port()
            relay = MisbehavingRelay(
                store=store,
                clock=StandingClock(seconds=federation.clock.now),
                origin=f"http://127.0.0.1:{port}",
            )
            policy = relay_policy(origin=relay.origin, deposits_per_minute=_MANY)
            app = app_of(store, relay.clock, policy)
            app.middlewares.insert(0, relay.interfere)
            served = TestServer(app, port=port)
            await served.start_server()
            closing.push_async_callback(served.close)
            relays.append(relay)
        crews = {}
        for node in federation.nodes.values():
            crews[node.name] = _crew(node, session)
        yield Relayed(federation=federation, relays=relays, session=session, crews=crews)


def _mailbox_of(node: Node) -> NewMailbox:
    key = signing_secret(node.mailbox.seed).public
    return NewMailbox(
        mailbox_id=mailbox_id_of(key),
        owner_key=key,
        deposit_hash=deposit_hash_of(node.mailbox.deposit_secret),
        created=node.now,
    )


def _crew(node: Node, session: aiohttp.ClientSession) -> Crew:
    gate = Gate(node.folder, clock=ClockOf(node), entropy=node.entropy, cost=PRODUCT_COST)
    opened = OpenVault(
        database=node.database, me=node.me, mailboxes=(node.mailbox,), prekeys=node.prekeys
    )
    # Opened by the test itself, which has the key and no passphrase.
    gate._open = opened
    deposit = partial(client.deposit_batch, session)
    deliveries = Deliveries(gate, deposit, cadence=WHEN_DUE, look_seconds=1)
    visits = Visits(
        gate, session, (), own=None, rhythm=Rhythm(seconds=limits.HOUR), settle=_nothing_to_settle
    )
    return Crew(deliveries=deliveries, visits=visits, opened=opened)


async def _nothing_to_settle(_opened: OpenVault) -> None:
    """What has to be erased is erased after the visit."""
