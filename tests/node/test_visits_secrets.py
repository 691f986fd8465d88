"""What relays are told about our mailboxes: another deposit secret after a removal, and the end of a mailbox.

The relay is a real one on loopback. What may be left there is asked over HTTP by depositors of this test.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import aiohttp
import pytest
from aiohttp import web
from aiohttp.pytest_plugin import AiohttpServer
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
from tests.support.federation import Federation, Node, done
from tests.support.mailboxes import StandingClock, app_of, envelope, open_store, relay_policy
from tests.support.ports import free_port

pytestmark = pytest.mark.sockets

TICKET: Final = b"t" * TICKET_BYTES
PATIENCE_SECONDS: Final = 5


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


@pytest.fixture
async def there(federation: Federation, aiohttp_server: AiohttpServer) -> AsyncIterator[There]:
    node = federation["Alo Shelter"]
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
        await aiohttp_server(app, port=port)
        found.trust()
        await found.restart(relay)
        await found.visit()
        yield found


async def test_after_a_removal_partners_are_told_of_another_deposit_secret_that_the_relay_knows(
    there: There, federation: Federation
) -> None:
    former = there.box.deposit_secret
    await there.remove(federation["Bandhan"])
    await there.visit()
    current = there.box.deposit_secret
    assert current != former
    assert there.told == [current]
    assert [await there.is_taken(current, 1), await there.is_taken(former, 2)] == [True, True]


async def test_the_former_secret_opens_for_28_days_and_not_a_second_longer(
    there: There, federation: Federation
) -> None:
    former = there.box.deposit_secret
    await there.remove(federation["Bandhan"])
    await there.visit()
    there.forward(limits.FORMER_MAILBOX_SECONDS - 1)
    await there.visit()
    on_its_last_second = await there.is_taken(former, 1)
    there.forward(1)
    await there.visit()
    assert on_its_last_second
    assert not await there.is_taken(former, 2)
    assert await there.is_taken(there.box.deposit_secret, 3)
    assert there.box.former_secret is None


async def test_no_secret_ends_while_the_clock_is_in_doubt(
    there: There, federation: Federation
) -> None:
    former = there.box.deposit_secret
    await there.remove(federation["Bandhan"])
    await there.visit()
    # The computer was off, or its clock jumped: nobody can tell.
    there.node.ahead = limits.FORMER_MAILBOX_SECONDS
    there.clock.seconds = there.node.now
    await there.visit()
    in_doubt = await there.is_taken(former, 1)
    there.trust()
    await there.visit()
    assert in_doubt
    assert not await there.is_taken(former, 2)


async def test_whoever_was_removed_reads_no_bundle_there_from_then_on(
    there: There, federation: Federation
) -> None:
    former = there.box.deposit_secret
    assert await there.is_readable(former)
    await there.remove(federation["Bandhan"])
    # The relay cannot be told; then nothing is laid there that the former secret opens.
    there.down = {"PATCH"}
    await there.visit()
    assert not await there.is_readable(former)
    there.down = set()
    await there.visit()
    assert not await there.is_readable(former)
    assert await there.is_readable(there.box.deposit_secret)


async def test_partners_are_told_of_no_secret_that_the_relay_does_not_know(
    there: There, federation: Federation
) -> None:
    former = there.box.deposit_secret
    await there.remove(federation["Bandhan"])
    there.down = {"PATCH"}
    await there.visit()
    await there.visit()
    assert there.told == [former]
    assert await there.is_taken(former, 1)
    there.down = set()
    await there.visit()
    assert there.told == [there.box.deposit_secret]
    assert there.told != [former]


async def test_a_relay_whose_answer_was_lost_is_told_the_same_again(
    there: There, federation: Federation
) -> None:
    await there.remove(federation["Bandhan"])
    drawn = there.box.next_secret
    assert drawn is not None
    there.lost = {"PATCH"}
    await there.visit()
    assert there.told != [drawn]
    await there.remove(federation["Chautari"])
    there.lost = set()
    await there.visit()
    assert there.told == [there.box.deposit_secret] == [drawn]
    assert await there.is_taken(drawn, 1)


async def test_a_relay_is_told_once_for_each_time_the_vault_is_opened(there: There) -> None:
    await there.visit()
    assert "PATCH" not in there.asked
    await there.restart(Relay(origin=there.origin, ticket=TICKET, pin=None))
    await there.visit()
    assert there.asked.count("PATCH") == 1


async def test_a_relay_that_was_restored_learns_again_which_secret_is_good(there: There) -> None:
    secret = there.box.deposit_secret
    forgotten = sha256(b"of before the copy")
    await there.store.set_deposit_hashes(there.box.mailbox_id, current=forgotten, previous=None)
    assert not await there.is_taken(secret, 1)
    await there.restart(Relay(origin=there.origin, ticket=TICKET, pin=None))
    await there.visit()
    assert await there.is_taken(secret, 2)


# The end of a mailbox at a relay


async def test_a_mailbox_that_was_given_up_is_deleted_at_its_relay_28_days_later(
    there: There,
) -> None:
    box = there.box
    await there.restart()
    await there.visit()
    there.forward(limits.FORMER_MAILBOX_SECONDS - 1)
    await there.visit()
    on_its_last_second = await there.store.find(box.mailbox_id)
    there.forward(1)
    await there.visit()
    assert on_its_last_second is not None
    assert await there.store.find(box.mailbox_id) is None
    assert [box.is_local for box in there.gate.vault.mailboxes] == [True]


async def test_a_relay_that_does_not_answer_is_asked_again_until_it_has_deleted_the_mailbox(
    there: There,
) -> None:
    box = there.box
    await there.restart()
    await there.visit()
    there.forward(limits.FORMER_MAILBOX_SECONDS)
    there.down = {"DELETE"}
    await there.visit()
    assert there.box.mailbox_id == box.mailbox_id
    there.down = set()
    await there.visit()
    assert await there.store.find(box.mailbox_id) is None
    assert [box.is_local for box in there.gate.vault.mailboxes] == [True]


async def test_a_mailbox_at_a_relay_that_is_gone_for_good_is_forgotten_21_days_after_its_end(
    there: There,
) -> None:
    await there.restart()
    await there.visit()
    there.down = {"GET", "DELETE"}
    there.forward(limits.FORMER_MAILBOX_SECONDS + limits.MAILBOX_TTL_SECONDS - 1)
    await there.visit()
    before = [box.is_local for box in there.gate.vault.mailboxes]
    there.forward(1)
    await there.visit()
    assert before == [True, False]
    assert [box.is_local for box in there.gate.vault.mailboxes] == [True]


async def test_no_mailbox_is_deleted_at_a_relay_while_the_clock_is_in_doubt(there: There) -> None:
    box = there.box
    await there.restart()
    await there.visit()
    there.node.ahead = limits.FORMER_MAILBOX_SECONDS
    there.clock.seconds = there.node.now
    there.node.write(lambda unit: unit.vault.execute("UPDATE own_mailboxes SET emptied_at = ends"))
    await there.visit()
    in_doubt = await there.store.find(box.mailbox_id)
    there.trust()
    await there.visit()
    await there.visit()
    assert in_doubt is not None
    assert await there.store.find(box.mailbox_id) is None


# The lock


async def test_the_lock_ends_the_visits_also_where_something_failed_at_that_very_moment(
    there: There,
) -> None:
    failing = asyncio.Event()

    async def fail_when_cancelled(_opened: OpenVault) -> None:
        failing.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise OSError("the disk, just now") from None

    relay = Relay(origin=there.origin, ticket=TICKET, pin=None)
    visits = visits_of(there.gate, there.session, relay, settle=fail_when_cancelled)
    await visits.begin(there.gate.vault)
    assert await there.is_taken(there.box.deposit_secret, 1)
    running = asyncio.ensure_future(visits.run(there.gate.vault))
    await failing.wait()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await visits.rest()
    assert running.done()
