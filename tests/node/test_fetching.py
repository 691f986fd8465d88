"""What is asked for beside a partner's mailbox, over HTTP: the newest bundle, and the time."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace

import aiohttp
import pytest
from aiohttp import web
from aiohttp.pytest_plugin import AiohttpServer

from node.courier import Courier, Patience
from node.fetching import PATIENCE_SECONDS, Fetching
from node.gate import Gate, OpenVault
from node.mailbox.exchange import new_session
from node.mailbox.serving import Policy
from node.mailbox.store import MailboxStore
from node.moves import Moves
from node.services import fetching, renewing
from node.vault.keyring import PRODUCT_COST
from protocol import limits
from protocol.cadence import WHEN_DUE
from protocol.errors import RefusalCode
from protocol.prekeys import Route, lay_out, sign_bundle
from protocol.values import Instant
from tests.support.federation import Node
from tests.support.mailboxes import StandingClock, app_of, open_store
from tests.support.restoring import tasks_of
from tests.support.story import Story

pytestmark = pytest.mark.sockets
WEEK = limits.PREKEY_SLICE_SECONDS
LONG = 8 * WEEK


@dataclass(slots=True, kw_only=True)
class House:
    """One node as its own process has it, with the clock of its federation."""

    node: Node
    gate: Gate
    clock: StandingClock

    @property
    def opened(self) -> OpenVault:
        return self.gate.vault

    def forward(self) -> None:
        self.clock.seconds = self.node.clock.now

    async def refresh(self) -> None:
        await self.gate.refresh()
        self.node.refresh()


def house_of(node: Node) -> House:
    clock = StandingClock(seconds=node.now)
    gate = Gate(node.folder, clock=clock, entropy=node.entropy, cost=PRODUCT_COST)
    gate._open = OpenVault(
        database=node.database, me=node.me, mailboxes=(node.mailbox,), prekeys=node.prekeys
    )
    return House(node=node, gate=gate, clock=clock)


@dataclass(slots=True, kw_only=True)
class Line:
    """Alo that asks, Bandhan that serves its mailbox, and every path that was asked for."""

    alo: House
    bandhan: House
    store: MailboxStore
    session: aiohttp.ClientSession
    route: Route
    fetching: Fetching
    asked: list[str] = field(default_factory=list)

    def forward(self, seconds: int) -> None:
        self.alo.node.clock.forward(seconds)
        self.alo.forward()
        self.bandhan.forward()

    async def fetch(self) -> None:
        await self.fetching.run(self.alo.opened)

    async def renew(self) -> None:
        """Bandhan is open: it renews, and what it renewed is laid beside its mailbox."""
        self.bandhan.node.use(renewing.renew_if_due)
        await self.bandhan.refresh()
        moves = Moves(self.bandhan.gate, self.store, name=lambda _mailbox: None, wake=lambda: None)
        await moves.settle(self.bandhan.opened)

    async def lay(self, resting: bytes) -> None:
        """Somebody else lays something there."""
        await self.store.put_bundle(self.route.mailbox_id, resting)

    def held(self) -> bytes:
        [(raw,)] = self.alo.node.rows(
            "SELECT bundle FROM peers WHERE node_id = ?", self.bandhan.node.node_id
        )
        return bytes(raw)


def hold(taker: Node, giver: Node) -> None:
    """The taker holds the giver's bundle of now."""
    taker.write(
        lambda unit: unit.vault.execute(
            "UPDATE peers SET bundle = ?, bundle_generation = ? WHERE node_id = ?",
            (giver.me.signed_bundle.raw, giver.me.bundle.generation, giver.node_id),
        )
    )


@pytest.fixture
async def line(
    story: Story, aiohttp_server: AiohttpServer, unused_tcp_port: int
) -> AsyncIterator[Line]:
    alo, bandhan = house_of(story.alo), house_of(story.bandhan)
    origin = f"http://127.0.0.1:{unused_tcp_port}"
    node = bandhan.node
    # Chautari is not asked: it is none of this.
    story.alo.write(
        lambda unit: unit.vault.execute(
            "UPDATE peers SET status = 'suspended' WHERE node_id != ?", (node.node_id,)
        )
    )
    [usual] = node.me.bundle.routes
    route = replace(usual, origin=origin)
    acting = node.acting()
    node.write(lambda unit: renewing.renew_bundle(unit, me=node.me, acting=acting, routes=[route]))
    await bandhan.refresh()
    hold(story.alo, node)
    policy = Policy(
        origin=origin,
        own_mailbox=node.mailbox.mailbox_id,
        deposits_per_minute=60,
        body_patience_seconds=10.0,
    )
    asked: list[str] = []

    @web.middleware
    async def count(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        asked.append(f"{request.method} {request.path.rpartition('/')[2]}")
        return await handler(request)

    async with open_store(node.folder) as store, new_session() as session:
        app = app_of(store, bandhan.clock, policy)
        app.middlewares.append(count)
        await aiohttp_server(app, port=unused_tcp_port)
        made = Line(
            alo=alo,
            bandhan=bandhan,
            store=store,
            session=session,
            route=route,
            fetching=Fetching(alo.gate, session, patience_seconds=PATIENCE_SECONDS),
            asked=asked,
        )
        await made.renew()
        yield made


async def test_a_bundle_that_ends_within_a_fortnight_is_replaced_by_the_one_that_lies_there(
    line: Line,
) -> None:
    line.forward(6 * WEEK - limits.CLOCK_SKEW_SECONDS - limits.MINUTE)
    await line.renew()
    await line.fetch()
    too_soon = list(line.asked)
    line.forward(limits.MINUTE)
    await line.fetch()

    assert too_soon == []
    assert line.asked == ["GET bundle"]
    assert line.held() == line.bandhan.node.me.signed_bundle.raw


async def test_it_is_fetched_before_anything_is_made_to_wait_for_it(
    line: Line, story: Story
) -> None:
    story.open_case()
    story.agree(days=365)
    line.forward(LONG)
    await line.renew()
    story.offer()
    courier = Courier(
        line.alo.gate,
        line.store,
        line.session,
        patience=Patience(poll_seconds=1),
        cadence=WHEN_DUE,
    )
    courier._rounds.begin()
    await courier._deliver(line.alo.opened)

    assert "bundle_stale" not in tasks_of(line.alo.node)
    assert line.alo.node.rows("SELECT state FROM outbox WHERE type = 'referral.offer/1'") == [
        ("deposited",)
    ]
    assert line.asked == ["GET bundle", "POST envelopes"]


async def test_nobody_is_asked_more_than_once_an_hour_and_everybody_when_the_node_was_opened(
    line: Line,
) -> None:
    line.forward(LONG)
    counts = []
    for seconds in (0, 1, limits.BUNDLE_ASK_EVERY_SECONDS - 2, limits.MINUTE):
        line.forward(seconds)
        await line.fetch()
        counts.append(len(line.asked))
    line.fetching.begin()
    await line.fetch()

    assert [*counts, len(line.asked)] == [1, 1, 1, 2, 3]


async def test_what_comes_from_a_partner_that_was_stopped_meanwhile_is_not_taken(
    line: Line,
) -> None:
    line.forward(LONG)
    await line.renew()
    node, held = line.alo.node, line.held()
    node.write(lambda unit: unit.vault.execute("UPDATE peers SET status = 'suspended'"))
    resting = await line.store.get_bundle(line.route.mailbox_id)
    taken = node.write(
        lambda unit: fetching.take(
            unit,
            line.bandhan.node.node_id,
            resting or b"",
            route=line.route,
            acting=node.acting(),
        )
    )

    assert taken is RefusalCode.E_SENDER_SUSPENDED
    assert line.held() == held


@pytest.mark.parametrize(
    "what",
    ["an old one", "one from the future", "of another node", "under another secret", "cut off"],
)
async def test_what_is_not_its_newest_bundle_changes_nothing_and_is_noted_in_the_log(
    line: Line, chautari: Node, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    old = line.bandhan.node.me.signed_bundle
    line.forward(WEEK)
    await line.renew()
    hold(line.alo.node, line.bandhan.node)
    line.forward(LONG)
    before = line.alo.node.rows("SELECT * FROM peers"), line.alo.node.rows("SELECT * FROM tasks")
    bandhan, now = line.bandhan.node, line.alo.node.now
    signed = {
        "of another node": chautari.me.signed_bundle,
        "one from the future": sign_bundle(
            replace(bandhan.me.bundle, generation=now + limits.CLOCK_SKEW_SECONDS + 1),
            signing=bandhan.me.signing,
        ),
    }.get(what, old)
    secret = bytes(32) if what == "under another secret" else line.route.deposit_secret
    resting = lay_out(signed, deposit_secret=secret, entropy=line.alo.node.entropy)
    await line.lay(resting[:-1] if what == "cut off" else resting)
    with caplog.at_level(logging.WARNING):
        await line.fetch()

    codes = {
        "an old one": "E_BUNDLE_ROLLBACK",
        "one from the future": "E_BUNDLE_ROLLBACK",
        "of another node": "E_SENDER_UNKNOWN",
        "under another secret": "E_DECRYPT",
        "cut off": "E_DECRYPT",
    }
    said = [
        vars(record)["sathi"]["code"]
        for record in caplog.records
        if record.name == "sathi.fetching"
    ]
    assert said == [codes[what]]
    after = line.alo.node.rows("SELECT * FROM peers"), line.alo.node.rows("SELECT * FROM tasks")
    assert after == before


async def test_the_bundle_that_is_held_already_is_no_fault(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    line.forward(LONG)
    with caplog.at_level(logging.WARNING):
        await line.fetch()

    assert line.asked == ["GET bundle"]
    assert [record for record in caplog.records if record.name == "sathi.fetching"] == []


async def test_a_second_mailbox_is_asked_where_the_first_has_nothing_newer(line: Line) -> None:
    """Bandhan picks up at two: the first has been forgotten by its relay."""
    node = line.bandhan.node
    nowhere = replace(line.route, mailbox_id=type(line.route.mailbox_id)(bytes(16)))
    acting = node.acting()
    node.write(
        lambda unit: renewing.renew_bundle(
            unit, me=node.me, acting=acting, routes=[nowhere, line.route]
        )
    )
    await line.bandhan.refresh()
    hold(line.alo.node, node)
    line.forward(LONG)
    await line.renew()
    await line.fetch()

    assert line.asked == ["GET bundle", "GET bundle"]
    assert line.held() == node.me.signed_bundle.raw


async def test_where_nobody_answers_nothing_happens(
    line: Line, unused_tcp_port_factory: Callable[[], int]
) -> None:
    node, acting = line.bandhan.node, line.bandhan.node.acting()
    gone = replace(line.route, origin=f"http://127.0.0.1:{unused_tcp_port_factory()}")
    node.write(lambda unit: renewing.renew_bundle(unit, me=node.me, acting=acting, routes=[gone]))
    await line.bandhan.refresh()
    hold(line.alo.node, node)
    line.forward(LONG)
    await line.renew()
    before = line.held()
    await line.fetch()

    assert (line.asked, line.held()) == ([], before)


async def test_one_who_never_answers_does_not_hold_up_what_goes_to_others(
    line: Line, aiohttp_server: AiohttpServer
) -> None:
    let_go = asyncio.Event()

    async def dawdle(_request: web.Request) -> web.Response:
        await let_go.wait()
        return web.Response()

    app = web.Application()
    app.router.add_get("/{rest:.*}", dawdle)
    server = await aiohttp_server(app)
    node, acting = line.bandhan.node, line.bandhan.node.acting()
    slow = replace(line.route, origin=str(server.make_url("")).rstrip("/"))
    node.write(lambda unit: renewing.renew_bundle(unit, me=node.me, acting=acting, routes=[slow]))
    await line.bandhan.refresh()
    hold(line.alo.node, node)
    line.forward(LONG)
    before = line.held()
    await Fetching(line.alo.gate, line.session, patience_seconds=0.05).run(line.alo.opened)
    let_go.set()

    assert line.held() == before


async def test_a_node_that_was_off_for_months_hears_from_a_partners_mailbox_what_day_it_is(
    line: Line,
) -> None:
    line.alo.node.clock.jump(LONG)
    line.alo.forward()
    line.bandhan.forward()
    await line.fetch()

    assert line.asked == ["GET info", "GET bundle"]
    assert line.alo.node.rows(
        "SELECT said, heard_at FROM clock_samples ORDER BY number DESC LIMIT 1"
    ) == [(line.alo.node.now, line.alo.node.now)]


async def test_two_computers_that_woke_in_1970_do_not_vouch_for_each_other(line: Line) -> None:
    before = line.alo.node.rows("SELECT * FROM clock_samples")
    line.alo.node.ahead = -line.alo.node.clock.now
    line.alo.clock.seconds = line.bandhan.clock.seconds = Instant(0)
    await line.fetch()

    assert "GET info" in line.asked
    assert line.alo.node.rows("SELECT * FROM clock_samples") == before
