"""A node with a mailbox at one real relay on loopback, which may fail, and depositors of the test's own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler

from node import trusted_clock
from node.gate import Gate, OpenVault
from node.mailbox import client
from node.mailbox.access import TICKET_BYTES
from node.mailbox.client import Delivered, Found
from node.mailbox.exchange import new_session
from node.mailbox.store import MailboxStore
from node.services import belonging, moving
from node.vault.keyring import PRODUCT_COST
from node.vault.records import OwnMailbox
from node.visits import Hearer, Relay, Rhythm, Visits
from protocol import limits
from protocol.errors import MalformedError
from protocol.local import commands
from protocol.prekeys import take_up
from protocol.values import sha256
from tests.support.federation import Node, done
from tests.support.mailboxes import StandingClock, app_of, envelope, open_store, relay_policy
from tests.support.ports import free_port

TICKET: Final = b"t" * TICKET_BYTES


@dataclass(slots=True, kw_only=True)
class There:
    """Alo with a mailbox at one relay, which does not do what is in `down`, and does not say so of `lost`."""

    node: Node
    gate: Gate
    store: MailboxStore
    clock: StandingClock
    session: aiohttp.ClientSession
    origin: str
    visits: Visits
    down: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    @property
    def box(self) -> OwnMailbox:
        """The mailbox at the relay, as it stands in memory."""
        [found] = [box for box in self.gate.vault.mailboxes if not box.is_local]
        return found

    @property
    def told(self) -> list[bytes]:
        """The deposit secrets in the bundle that partners have."""
        return [route.deposit_secret for route in self.gate.vault.me.bundle.routes]

    async def visit(self) -> None:
        self.asked.clear()
        await self.visits.visit(self.gate.vault)

    async def restart(self, *relays: Relay) -> None:
        """The node begins anew, with these relays in its settings."""
        self.visits = visits_of(self.gate, self.session, *relays)
        await self.visits.begin(self.gate.vault)

    async def remove(self, peer: Node) -> None:
        self.node.refresh()
        done(self.node.use(belonging.remove_peer, commands.RemovePeer(peer=peer.node_id)))
        self.node.use(moving.move_if_due)
        await self.gate.refresh()

    async def is_taken(self, secret: bytes, number: int) -> bool:
        way = self.way(secret)
        answer = await client.deposit_batch(self.session, way, [envelope(number)])
        return isinstance(answer, Delivered)

    async def is_readable(self, secret: bytes) -> bool:
        """Does whoever has this deposit secret read the newest bundle there?"""
        found = await client.get_bundle(self.session, self.way(secret))
        if not isinstance(found, Found):
            return False
        try:
            laid = take_up(found.content, deposit_secret=secret)
        except MalformedError:
            return False
        return laid.raw == self.gate.vault.me.signed_bundle.raw

    def way(self, secret: bytes) -> client.Route:
        return client.Route(
            origin=self.origin,
            mailbox_id=self.box.mailbox_id,
            deposit_secret=secret,
            pin=None,
        )

    def forward(self, seconds: int) -> None:
        """The time passes, and a person compares the date with another clock."""
        self.node.clock.forward(seconds)
        self.clock.seconds = self.node.clock.now
        self.trust()

    def trust(self) -> None:
        self.node.write(lambda unit: trusted_clock.confirm(unit, now=self.node.now))


async def nothing_to_settle(_opened: OpenVault) -> None:
    """Nothing has to be erased here."""


def visits_of(
    gate: Gate,
    session: aiohttp.ClientSession,
    *relays: Relay,
    settle: Callable[[OpenVault], Awaitable[None]] = nothing_to_settle,
) -> Visits:
    return Visits(
        gate,
        session,
        relays,
        own=None,
        rhythm=Rhythm(seconds=limits.HOUR),
        tell=Hearer(settle=settle, heard=lambda: None),
    )


@asynccontextmanager
async def beside_a_relay(node: Node) -> AsyncIterator[There]:
    """Let this node have a mailbox at a relay on loopback, until the block ends."""
    clock = StandingClock(seconds=node.now)
    gate = Gate(node.folder, clock=clock, entropy=node.entropy, cost=PRODUCT_COST)
    # Opened by the test itself, which has the key and no passphrase.
    gate._open = OpenVault(
        database=node.database, me=node.me, mailboxes=(node.mailbox,), prekeys=node.prekeys
    )
    node.database.start()
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    relay = Relay(origin=origin, ticket=TICKET, pin=None)
    (node.folder / "relay").mkdir()
    async with open_store(node.folder / "relay") as store, new_session() as session:
        await store.add_ticket(sha256(TICKET))
        found = There(
            node=node,
            gate=gate,
            store=store,
            clock=clock,
            session=session,
            origin=origin,
            visits=visits_of(gate, session, relay),
        )

        @web.middleware
        async def interfere(request: web.Request, handler: Handler) -> web.StreamResponse:
            found.asked.append(request.method)
            if request.method in found.down:
                return web.Response(status=503)
            answer = await handler(request)
            return web.Response(status=503) if request.method in found.lost else answer

        app = app_of(store, clock, relay_policy(origin=origin, deposits_per_minute=1_000))
        app.middlewares.insert(0, interfere)
        async with TestServer(app, port=port):
            found.trust()
            await found.restart(relay)
            await found.visit()
            yield found
