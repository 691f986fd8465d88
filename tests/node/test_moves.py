"""Where a node picks up once somebody was removed: the new mailbox, the former one, and its end."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial

import aiohttp
import pytest
from aiohttp.pytest_plugin import AiohttpServer

from node import trusted_clock
from node.courier import Courier, Patience
from node.gate import Gate, OpenVault
from node.mailbox.client import Delivered, deposit_batch
from node.mailbox.client import Route as Way
from node.mailbox.store import MailboxStore
from node.moves import Moves
from node.services import belonging, moving, opening, peering, renewing
from node.vault.keyring import PRODUCT_COST
from node.vault.records import OwnMailbox
from node.wiring import read_own_mailbox, write_own_mailbox
from protocol import limits
from protocol.cadence import WHEN_DUE
from protocol.cards import read_introduction
from protocol.codec import decode
from protocol.labels import Kind
from protocol.local import commands
from protocol.prekeys import Route, parse_bundle, take_up
from protocol.signing import parse as parse_signed
from protocol.values import MailboxId
from tests.support.federation import Federation, Node, done
from tests.support.mailboxes import StandingClock, app_of, envelope, open_store, own_policy


@dataclass(slots=True, kw_only=True)
class House:
    """Alo with its mailbox file, and what moves it."""

    node: Node
    store: MailboxStore
    gate: Gate
    moves: Moves
    clock: StandingClock
    woken: list[str] = field(default_factory=list)

    @property
    def opened(self) -> OpenVault:
        return self.gate.vault

    def remove(self, peer: Node) -> None:
        done(self.node.use(belonging.remove_peer, commands.RemovePeer(peer=peer.node_id)))

    async def mailboxes(self) -> list[MailboxId]:
        return sorted([mailbox.mailbox_id for mailbox in await self.store.own()])

    def forward(self, seconds: int) -> None:
        """The time passes."""
        self.node.clock.forward(seconds)
        self.clock.seconds = self.node.clock.now

    def trust(self) -> None:
        """A person compared the date with another clock."""
        self.node.write(lambda unit: trusted_clock.confirm(unit, now=self.node.now))

    def emptied(self, mailbox: MailboxId) -> None:
        self.node.write(partial(renewing.note_emptied, mailbox=mailbox, acting=self.node.acting()))


@pytest.fixture
async def house(federation: Federation) -> AsyncIterator[House]:
    node = federation["Alo Shelter"]
    clock = StandingClock(seconds=node.now)
    gate = Gate(node.folder, clock=clock, entropy=node.entropy, cost=PRODUCT_COST)
    gate._open = OpenVault(
        database=node.database, me=node.me, mailboxes=(node.mailbox,), prekeys=node.prekeys
    )
    node.database.start()
    woken: list[str] = []
    async with open_store(node.folder) as store:
        moves = Moves(
            gate,
            store,
            name=partial(write_own_mailbox, node.folder),
            wake=lambda: woken.append("courier"),
        )
        yield House(node=node, store=store, gate=gate, moves=moves, clock=clock, woken=woken)


def routes_of_bundle_for(node: Node, peer: Node) -> list[tuple[Route, ...]]:
    """The routes in every bundle that waits for a peer."""
    found: list[tuple[Route, ...]] = []
    for (payload,) in node.rows(
        "SELECT payload FROM outbox WHERE peer = ? AND type = 'bundle/1'", peer.node_id
    ):
        content = decode(payload)
        assert isinstance(content, dict)
        inner = content[1]
        assert isinstance(inner, dict)
        raw = inner[0]
        assert isinstance(raw, bytes)
        body = parse_signed(raw, kind=Kind.BUNDLE).body
        found.append(parse_bundle(body, now=node.now).routes)
    return found


async def test_after_a_removal_only_those_who_stay_are_told_of_a_new_mailbox(
    house: House, federation: Federation
) -> None:
    alo, bandhan, chautari = federation.nodes.values()
    former = alo.mailbox
    house.remove(bandhan)
    await house.moves.run()

    current = house.opened.mailbox
    assert (current.mailbox_id, current.deposit_secret) != (
        former.mailbox_id,
        former.deposit_secret,
    )
    [routes] = routes_of_bundle_for(alo, chautari)
    assert [(r.mailbox_id, r.deposit_secret) for r in routes] == [
        (current.mailbox_id, current.deposit_secret)
    ]
    assert routes_of_bundle_for(alo, bandhan) == []
    assert house.woken == ["courier"]


async def test_the_new_mailbox_and_the_former_one_are_both_served(
    house: House, federation: Federation
) -> None:
    former = house.node.mailbox.mailbox_id
    house.remove(federation["Bandhan"])
    await house.moves.run()
    current = house.opened.mailbox.mailbox_id

    assert await house.mailboxes() == sorted([former, current])
    assert read_own_mailbox(house.node.folder) == current
    assert [m.mailbox_id for m in house.opened.mailboxes] == [current, former]


async def test_nobody_moves_where_nobody_was_removed(house: House) -> None:
    await house.moves.run()
    await house.moves.run()

    assert [m.mailbox_id for m in house.opened.mailboxes] == [house.node.mailbox.mailbox_id]
    assert house.woken == []


async def test_one_move_is_enough_for_several_who_were_removed(
    house: House, federation: Federation
) -> None:
    house.remove(federation["Bandhan"])
    house.remove(federation["Chautari"])
    await house.moves.run()
    await house.moves.run()

    assert len(await house.mailboxes()) == 2


async def test_what_a_crash_left_between_the_two_files_is_mended_when_the_vault_opens(
    house: House, federation: Federation
) -> None:
    house.remove(federation["Bandhan"])
    house.node.use(moving.move_if_due)
    await house.gate.refresh()
    before = await house.mailboxes()
    await house.moves.settle(house.opened)

    assert house.opened.mailbox.mailbox_id not in before
    assert house.opened.mailbox.mailbox_id in await house.mailboxes()
    assert read_own_mailbox(house.node.folder) == house.opened.mailbox.mailbox_id


async def test_the_former_mailbox_ends_after_28_days_once_it_was_found_empty_since(
    house: House, federation: Federation
) -> None:
    former = house.node.mailbox.mailbox_id
    house.remove(federation["Bandhan"])
    await house.moves.run()
    house.forward(limits.FORMER_MAILBOX_SECONDS - 1)
    house.trust()
    house.emptied(former)
    await house.moves.run()
    on_its_last_second = await house.mailboxes()
    house.forward(1)
    await house.moves.run()
    before_it_was_emptied = await house.mailboxes()
    house.emptied(former)
    await house.moves.run()

    assert former in on_its_last_second
    assert former in before_it_was_emptied
    assert await house.mailboxes() == [house.opened.mailbox.mailbox_id]
    assert house.node.rows("SELECT count(*) FROM own_mailboxes") == [(1,)]


async def test_no_mailbox_ends_while_the_clock_is_in_doubt(
    house: House, federation: Federation
) -> None:
    former = house.node.mailbox.mailbox_id
    house.remove(federation["Bandhan"])
    await house.moves.run()
    house.trust()
    # The computer was off, or its clock jumped: nobody can tell.
    house.node.ahead = limits.FORMER_MAILBOX_SECONDS
    house.clock.seconds = house.node.now
    house.node.write(lambda unit: unit.vault.execute("UPDATE own_mailboxes SET emptied_at = ends"))
    await house.moves.run()
    in_doubt = await house.mailboxes()
    house.trust()
    await house.moves.run()

    assert former in in_doubt
    assert former not in await house.mailboxes()


@pytest.mark.parametrize("wrong", [0, 8_840_000_000])
async def test_a_mailbox_that_was_left_by_a_wrong_clock_ends_28_days_after_it_is_right(
    house: House, federation: Federation, wrong: int
) -> None:
    former = house.node.mailbox.mailbox_id
    house.trust()
    house.node.ahead = wrong - house.node.clock.now
    house.clock.seconds = house.node.now
    house.remove(federation["Bandhan"])
    await house.moves.run()
    moved = await house.mailboxes()
    house.node.ahead = 0
    there = []
    for seconds in (0, limits.FORMER_MAILBOX_SECONDS - 1, 1):
        house.forward(seconds)
        house.trust()
        house.emptied(former)
        await house.moves.run()
        there.append(former in await house.mailboxes())

    assert len(moved) == 2
    assert there == [True, True, False]


# The bundle beside the mailbox


async def beside(house: House, mailbox: OwnMailbox) -> bytes | None:
    """The signed bundle that those find who know where this mailbox is."""
    resting = await house.store.get_bundle(mailbox.mailbox_id)
    if resting is None:
        return None
    return take_up(resting, deposit_secret=mailbox.deposit_secret).raw


async def test_our_bundle_lies_beside_our_mailbox_from_the_opening_on(house: House) -> None:
    before = await house.store.get_bundle(house.node.mailbox.mailbox_id)
    await house.moves.settle(house.opened)

    assert before is None
    assert await beside(house, house.node.mailbox) == house.opened.me.signed_bundle.raw


async def test_after_each_renewal_the_newest_bundle_lies_there(house: House) -> None:
    await house.moves.settle(house.opened)
    found = []
    for _ in range(2):
        house.forward(limits.PREKEY_SLICE_SECONDS)
        house.node.use(renewing.renew_if_due)
        await house.gate.refresh()
        house.node.refresh()
        await house.moves.run()
        found.append(await beside(house, house.node.mailbox))
        assert found[-1] == house.opened.me.signed_bundle.raw

    assert found[0] != found[1]


async def test_what_lies_there_already_is_not_laid_again(house: House) -> None:
    await house.moves.settle(house.opened)
    before = await house.store.get_bundle(house.node.mailbox.mailbox_id)
    await house.moves.run()

    assert await house.store.get_bundle(house.node.mailbox.mailbox_id) == before


async def test_what_could_not_be_laid_is_laid_at_the_next_look(house: House) -> None:
    await house.moves.settle(house.opened)
    await house.store.delete_mailbox(house.node.mailbox.mailbox_id)
    await house.moves.run()
    while_it_was_gone = await beside(house, house.node.mailbox)
    await house.moves.settle(house.opened)

    assert while_it_was_gone is None
    assert await beside(house, house.node.mailbox) == house.opened.me.signed_bundle.raw


async def test_who_was_removed_finds_nothing_of_the_new_mailbox_beside_the_former_one(
    house: House, federation: Federation
) -> None:
    await house.moves.settle(house.opened)
    former, old = house.node.mailbox, house.opened.me.signed_bundle.raw
    house.remove(federation["Bandhan"])
    await house.moves.run()
    await house.moves.run()

    assert await beside(house, house.opened.mailbox) == house.opened.me.signed_bundle.raw
    assert await beside(house, former) == old
    assert old != house.opened.me.signed_bundle.raw


async def test_an_introduction_tells_of_the_new_mailbox_alone(
    house: House, federation: Federation
) -> None:
    house.remove(federation["Bandhan"])
    await house.moves.run()
    house.node.me = house.opened.me
    file = done(house.node.use(peering.make_introduction)).introduction

    introduction = read_introduction(file, now=house.node.now)
    current = house.opened.mailbox.mailbox_id
    assert [route.mailbox_id for route in introduction.invite.routes] == [current]
    assert [route.mailbox_id for route in introduction.bundle.routes] == [current]


async def test_what_still_comes_to_the_former_mailbox_is_taken(
    house: House, federation: Federation
) -> None:
    former = house.node.mailbox.mailbox_id
    house.remove(federation["Bandhan"])
    await house.moves.run()
    await house.moves.settle(house.opened)
    await house.store.deposit(former, [envelope(1)])
    async with aiohttp.ClientSession() as session:
        patience = Patience(poll_seconds=1)
        courier = Courier(house.gate, house.store, session, patience=patience, cadence=WHEN_DUE)
        await courier.begin(house.opened)

    assert (await house.store.waiting(former)).envelopes == 0


async def test_over_http_the_former_secret_opens_the_former_mailbox_until_its_end_and_never_the_new_one(
    house: House, federation: Federation, aiohttp_server: AiohttpServer
) -> None:
    former = house.node.mailbox
    house.remove(federation["Bandhan"])
    await house.moves.run()
    current = house.opened.mailbox
    server = await aiohttp_server(app_of(house.store, house.clock, own_policy(former.mailbox_id)))
    origin = str(server.make_url("")).rstrip("/")

    async def is_taken(mailbox: MailboxId, secret: bytes, number: int) -> bool:
        way = Way(origin=origin, mailbox_id=mailbox, deposit_secret=secret, pin=None)
        async with aiohttp.ClientSession() as session:
            answer = await deposit_batch(session, way, [envelope(number)])
        return isinstance(answer, Delivered)

    during = [
        await is_taken(former.mailbox_id, former.deposit_secret, 1),
        await is_taken(current.mailbox_id, former.deposit_secret, 2),
        await is_taken(current.mailbox_id, current.deposit_secret, 3),
    ]
    house.forward(limits.FORMER_MAILBOX_SECONDS)
    house.trust()
    house.emptied(former.mailbox_id)
    await house.moves.run()
    afterwards = [
        await is_taken(former.mailbox_id, former.deposit_secret, 4),
        await is_taken(current.mailbox_id, current.deposit_secret, 5),
    ]

    assert during == [True, False, True]
    assert afterwards == [False, True]


def test_the_vault_remembers_what_it_left(federation: Federation) -> None:
    alo = federation["Alo Shelter"]

    assert [m.ends for m in alo.read(opening.load_mailboxes)] == [None]
