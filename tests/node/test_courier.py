"""The courier lets an envelope go only when what was in it is safe, and says "erased" only when it is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from node import faults
from node.courier import Courier, Patience
from node.deliveries import Deliveries
from node.gate import Gate, LockedError, OpenVault
from node.mailbox import client
from node.mailbox.client import deposit_hash_of
from node.mailbox.records import NewMailbox
from node.mailbox.store import MailboxStore
from node.services.delivering import Parcel
from node.vault.keyring import PRODUCT_COST
from protocol import limits
from protocol.cadence import WHEN_DUE
from protocol.keys import signing_secret
from protocol.values import message_id
from tests.support.federation import Node
from tests.support.mailboxes import StandingClock, open_store
from tests.support.story import Story
from tests.support.streams import offers, referrals_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Bandhan with its own mailbox, and somebody who carries for it."""

    node: Node
    store: MailboxStore
    courier: Courier
    deliveries: Deliveries
    opened: OpenVault

    async def arrive(self, envelopes: list[bytes]) -> None:
        await self.store.deposit(self.node.mailbox.mailbox_id, envelopes)

    async def waiting(self) -> int:
        return (await self.store.waiting(self.node.mailbox.mailbox_id)).envelopes


@pytest.fixture
async def desk(bandhan: Node) -> AsyncIterator[Desk]:
    clock = StandingClock(seconds=bandhan.now)
    gate = Gate(bandhan.folder, clock=clock, entropy=bandhan.entropy, cost=PRODUCT_COST)
    opened = OpenVault(
        database=bandhan.database,
        me=bandhan.me,
        mailboxes=(bandhan.mailbox,),
        prekeys=bandhan.prekeys,
    )
    key = signing_secret(bandhan.mailbox.seed)
    mailbox = NewMailbox(
        mailbox_id=bandhan.mailbox.mailbox_id,
        owner_key=key.public,
        deposit_hash=deposit_hash_of(bandhan.mailbox.deposit_secret),
        created=bandhan.now,
    )
    async with open_store(bandhan.folder) as store, aiohttp.ClientSession() as session:
        await store.create(mailbox, ticket=None)
        courier = Courier(
            gate, store, session, patience=Patience(poll_seconds=1), cadence=WHEN_DUE
        )
        deposit = partial(client.deposit_batch, session)
        deliveries = Deliveries(gate, deposit, cadence=WHEN_DUE, look_seconds=1)
        yield Desk(
            node=bandhan, store=store, courier=courier, deliveries=deliveries, opened=opened
        )
    faults.disarm()


async def test_what_was_taken_is_committed_before_its_envelope_is_deleted(
    desk: Desk, alo: Node
) -> None:
    await desk.arrive(offers(alo, desk.node, 2))
    faults.arm("inbox.before_commit")
    with pytest.raises(faults.InjectedCrash):
        await desk.courier.begin(desk.opened)
    after_the_crash = (await desk.waiting(), referrals_at(desk.node))
    await desk.courier.begin(desk.opened)

    assert after_the_crash == (2, [])
    assert (await desk.waiting(), referrals_at(desk.node)) == (0, [("offered",)] * 2)


@pytest.mark.parametrize("point", ["inbox.after_commit", "inbox.after_delete"])
async def test_a_crash_after_the_commit_doubles_nothing(desk: Desk, alo: Node, point: str) -> None:
    await desk.arrive(offers(alo, desk.node, 2))
    faults.arm(point)
    with pytest.raises(faults.InjectedCrash):
        await desk.courier.begin(desk.opened)
    await desk.courier.begin(desk.opened)

    assert (await desk.waiting(), referrals_at(desk.node)) == (0, [("offered",)] * 2)


async def test_a_batch_that_nobody_can_read_does_not_stay(desk: Desk, alo: Node) -> None:
    (offer,) = offers(alo, desk.node, 1)
    spoiled = bytearray(offer)
    spoiled[2_000] ^= 1
    await desk.arrive([bytes(spoiled), offer])
    await desk.courier.begin(desk.opened)

    assert (await desk.waiting(), referrals_at(desk.node)) == (0, [("offered",)])


async def test_a_drain_carries_out_what_waits_before_anything_is_shown(
    desk: Desk, story: Story
) -> None:
    story.up_to_dossier()
    story.withdraw()
    story.federation.deliver(story.alo)
    await desk.arrive(story.federation.box(story.bandhan))
    await desk.courier.begin(desk.opened)

    assert desk.node.rows("SELECT erased_at IS NOT NULL FROM erasures") == [(1,)]
    assert desk.node.rows(
        "SELECT count(*) FROM outbox WHERE type = 'consent.withdrawn_ack/1'"
    ) == [(2,)]


async def test_while_something_erased_may_still_lie_in_a_log_only_locked_is_said(
    desk: Desk, story: Story
) -> None:
    story.up_to_dossier()
    story.withdraw()
    story.federation.deliver(story.alo)
    await desk.arrive(story.federation.box(story.bandhan))
    faults.arm("erase.before_checkpoint")
    with pytest.raises(faults.InjectedCrash):
        await desk.courier.begin(desk.opened)
    before = desk.node.rows("SELECT count(*) FROM outbox WHERE type = 'consent.withdrawn_ack/1'")
    desk.opened.database.checkpoint()
    await desk.courier.tend(desk.opened)

    assert before == [(1,)]
    assert desk.node.rows(
        "SELECT count(*) FROM outbox WHERE type = 'consent.withdrawn_ack/1'"
    ) == [(2,)]


def logged(desk: Desk) -> int:
    """How many bytes lie in the log of the mailbox file."""
    return (desk.node.folder / "mailbox.db-wal").stat().st_size


async def test_erased_is_said_only_when_no_sealed_envelope_is_left_in_a_log(
    desk: Desk, story: Story
) -> None:
    """Its prekey still lives: an envelope that was deleted but lies in the log could be opened."""
    story.up_to_dossier()
    story.withdraw()
    story.federation.deliver(story.alo)
    await desk.arrive(story.federation.box(story.bandhan))
    before = logged(desk)
    await desk.courier.begin(desk.opened)

    assert before > 0
    assert logged(desk) == 0
    assert desk.node.rows("SELECT erased_at IS NOT NULL FROM erasures") == [(1,)]


async def test_a_courier_that_rests_begins_no_round_and_ends_those_under_way(
    desk: Desk, alo: Node
) -> None:
    await desk.courier.begin(desk.opened)
    carrying = asyncio.ensure_future(desk.courier.run(desk.opened))
    waiting = asyncio.ensure_future(desk.courier.sync(desk.opened))
    await asyncio.sleep(0)
    await desk.courier.rest()

    carried, waited = await asyncio.gather(carrying, waiting, return_exceptions=True)

    assert carried is None
    assert isinstance(waited, LockedError)
    await desk.arrive(offers(alo, desk.node, 1))
    for round_of_somebody in (desk.courier.sync, desk.courier.tend):
        with pytest.raises(LockedError):
            await round_of_somebody(desk.opened)
    assert await desk.waiting() == 1


@pytest.mark.sockets
async def test_a_mailbox_that_refuses_and_says_another_day_is_heard(
    desk: Desk, aiohttp_server: Callable[[web.Application], Awaitable[TestServer]]
) -> None:
    said = desk.node.now - 30 * limits.DAY

    async def refuse(_request: web.Request) -> web.Response:
        problem = {"type": "urn:sathi:problem:not-found", "status": 404, "time": said}
        return web.json_response(problem, status=404, content_type="application/problem+json")

    app = web.Application()
    app.router.add_post("/{rest:.*}", refuse)
    server = await aiohttp_server(app)
    [route] = desk.node.me.bundle.routes
    there = replace(route, origin=str(server.make_url("")).rstrip("/"))
    message = message_id(bytes.fromhex("0193f2a1b2c37d4e8f60718293a4b5c6"))
    parcel = Parcel(peer=desk.node.node_id, routes=(there,), envelopes=((message, bytes(4_096)),))
    settled = await desk.deliveries.leave(desk.opened, parcel)

    assert settled.failed == {message}
    assert desk.node.rows(
        "SELECT said, heard_at FROM clock_samples ORDER BY number DESC LIMIT 1"
    ) == [(said, desk.node.now)]
