"""Nodes that use relays that misbehave.

What a node does here is what the product does: its courier leaves parcels, its visits take what waits,
and its vault commits before anything is deleted. Only the relays' names in the routes are the test's.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import aiohttp
from aiohttp.test_utils import TestServer

from node.deliveries import Deliveries
from node.effects import NODE_ITSELF
from node.gate import Gate, OpenVault
from node.mailbox import client
from node.mailbox.client import deposit_hash_of
from node.mailbox.exchange import new_session
from node.mailbox.records import NewMailbox
from node.services import delivering
from node.services.delivering import FREE, Parcel
from node.vault.keyring import PRODUCT_COST
from node.visits import Hearer, Rhythm, Visits
from protocol import limits
from protocol.cadence import WHEN_DUE
from protocol.keys import mailbox_id_of, signing_secret
from protocol.values import Instant
from tests.support.federation import ROUNDS_MAX, Federation, Node
from tests.support.mailboxes import Place, StandingClock, app_of, relay_policy
from tests.support.ports import free_port
from tests.support.relay_acts import MisbehavingRelay

_MANY: Final = 1_000_000


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
    servers: list[TestServer]
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
        # There is none where the peer has no mailbox anywhere.
        return replace(
            parcel,
            routes=tuple(
                replace(route, origin=relay.origin)
                for route in parcel.routes
                for relay in self.relays
            ),
        )

    async def collect(self, node: Node) -> int:
        """Let one node visit its relays and take what waits; how many envelopes it deleted there."""
        crew = self.crews[node.name]
        before = await self._waiting(node)
        for relay in self.relays:
            box = replace(node.mailbox, origin=relay.origin, is_local=False, is_made=True)
            await crew.visits.collect(crew.opened, box, settles=False)
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
async def over_relays(
    federation: Federation, *places: Place, line: int | None = None
) -> AsyncIterator[Relayed]:
    """Let these nodes use a relay at each of these places, with a mailbox for each of them.

    `line` is the port of a line that leads to the one relay there is.
    """
    async with AsyncExitStack() as closing:
        session = await closing.enter_async_context(new_session())
        relays, servers = [], []
        for place in places:
            store = await closing.enter_async_context(place.opened())
            for node in federation.nodes.values():
                await store.create(_mailbox_of(node), ticket=None)
            port = free_port()
            relay = MisbehavingRelay(
                store=store,
                clock=StandingClock(seconds=federation.clock.now),
                origin=f"http://127.0.0.1:{line or port}",
                port=port,
            )
            policy = relay_policy(origin=relay.origin, deposits_per_minute=_MANY)
            app = app_of(store, relay.clock, policy)
            app.middlewares.insert(0, relay.interfere)
            served = TestServer(app, port=port)
            await served.start_server()
            closing.push_async_callback(served.close)
            relays.append(relay)
            servers.append(served)
        crews = {}
        for node in federation.nodes.values():
            crews[node.name] = _crew(node, session)
        yield Relayed(
            federation=federation, relays=relays, servers=servers, session=session, crews=crews
        )


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
        gate,
        session,
        (),
        own=None,
        rhythm=Rhythm(seconds=limits.HOUR),
        tell=Hearer(settle=_nothing_to_settle, heard=deliveries.heard),
    )
    return Crew(deliveries=deliveries, visits=visits, opened=opened)


async def _nothing_to_settle(_opened: OpenVault) -> None:
    """What has to be erased is erased after the visit."""
