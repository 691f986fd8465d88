"""Each peer has a line of its own: what one does not take holds up nobody else, and no word of hers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from node.deliveries import Deliveries
from node.gate import Gate, OpenVault
from node.mailbox import client
from node.mailbox.client import Delivered, Laid, Outcome
from node.mailbox.exchange import Refused, Unreachable
from node.services import delivering, retaining
from node.vault.keyring import PRODUCT_COST
from node.vault.unit import NotWrittenError
from node.writer import GroupLostError
from protocol.cadence import WHEN_DUE, Cadence
from protocol.envelope import open_envelope, parse
from protocol.messages.core import Receipt
from protocol.skeleton import parse_skeleton
from protocol.values import NodeId, envelope_id_of
from tests.support.auditing import HALF_HOUR, say_something
from tests.support.federation import Federation, Node
from tests.support.forging import forge
from tests.support.full_disk import full, with_ballast
from tests.support.misbehaving import ClockOf
from tests.support.story import Story

PATIENCE_SECONDS: Final = 10
CUT: Final = Unreachable(is_cut=True)
NOBODY: Final = Unreachable(is_cut=False)
BATCHES: Final = Cadence(batch_seconds=HALF_HOUR, has_cover=False)

Answer = Callable[[Sequence[bytes]], Awaitable[Outcome]]


async def take_all(envelopes: Sequence[bytes]) -> Outcome:
    """What an honest mailbox answers."""
    return Delivered(
        envelopes=tuple(Laid(envelope_id=envelope_id_of(raw), problem=None) for raw in envelopes)
    )


@dataclass(slots=True, kw_only=True)
class Mailboxes:
    """The mailboxes of Alo's peers: what was asked of each, and how each answers."""

    federation: Federation
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, tuple[bytes, ...]]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def deposit(self, route: client.Route, envelopes: Sequence[bytes]) -> Outcome:
        (owner,) = (
            node
            for node in self.federation.nodes.values()
            if node.mailbox.mailbox_id == route.mailbox_id
        )
        self.asked.append((owner.name, tuple(envelopes)))
        self.changed.set()
        return await self.answers.get(owner.name, take_all)(envelopes)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until what was asked is so."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds():
                self.changed.clear()
                await self.changed.wait()

    def of(self, node: Node) -> list[tuple[bytes, ...]]:
        """The requests to one node's mailbox."""
        return [envelopes for name, envelopes in self.asked if name == node.name]

    def types_to(self, node: Node) -> list[list[str]]:
        """What was in each of them."""
        return [[_type_of(raw, node) for raw in envelopes] for envelopes in self.of(node)]


def _type_of(raw: bytes, node: Node) -> str:
    opened = open_envelope(parse(raw), prekeys=node.prekeys)
    return parse_skeleton(opened.signed.body).type


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Alo, from where it is left."""

    node: Node
    opened: OpenVault
    deliveries: Deliveries
    mailboxes: Mailboxes
    work: asyncio.Event

    async def round(self) -> None:
        await self.deliveries.round(self.opened, self.work)

    def says(self, peer: NodeId, *, times: int = 1) -> None:
        for _ in range(times):
            say_something(self.node, peer)


def office_of(story: Story, cadence: Cadence) -> Office:
    alo = story.alo
    mailboxes = Mailboxes(federation=story.federation)
    opened = OpenVault(
        database=alo.database, me=alo.me, mailboxes=(alo.mailbox,), prekeys=alo.prekeys
    )
    gate = Gate(alo.folder, clock=ClockOf(alo), entropy=alo.entropy, cost=PRODUCT_COST)
    deliveries = Deliveries(gate, mailboxes.deposit, cadence=cadence, look_seconds=60)
    return Office(
        node=alo,
        opened=opened,
        deliveries=deliveries,
        mailboxes=mailboxes,
        work=asyncio.Event(),
    )


@asynccontextmanager
async def under_way(office: Office) -> AsyncIterator[None]:
    """A round goes on meanwhile; it has ended afterwards."""
    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as tasks:
        tasks.create_task(office.round())
        yield


def held_until(go_on: asyncio.Event) -> Answer:
    """A mailbox that answers later."""

    async def answer(envelopes: Sequence[bytes]) -> Outcome:
        await go_on.wait()
        return await take_all(envelopes)

    return answer


def one_after_the_other(*answers: Outcome | None) -> Answer:
    """These answers, and then those of an honest mailbox; None stands for one of those."""
    left = list(answers)

    async def answer(envelopes: Sequence[bytes]) -> Outcome:
        given = left.pop(0) if left else None
        return await take_all(envelopes) if given is None else given

    return answer


async def nobody(_envelopes: Sequence[bytes]) -> Outcome:
    """The answer where nobody is."""
    return NOBODY


async def test_a_mailbox_that_does_not_answer_holds_up_no_other_peer(story: Story) -> None:
    office, go_on = office_of(story, WHEN_DUE), asyncio.Event()
    bandhan, chautari = story.bandhan, story.federation["Chautari"]
    office.mailboxes.answers["Bandhan"] = held_until(go_on)
    office.says(bandhan.node_id)
    async with under_way(office):
        await office.mailboxes.until(lambda: len(office.mailboxes.of(bandhan)) == 1)
        office.says(chautari.node_id)
        office.work.set()
        await office.mailboxes.until(lambda: len(office.mailboxes.of(chautari)) == 1)
        go_on.set()


async def test_a_withdrawal_waits_for_nothing_that_is_under_way_to_the_same_peer(
    story: Story,
) -> None:
    story.up_to_dossier()
    office, go_on = office_of(story, WHEN_DUE), asyncio.Event()
    office.mailboxes.answers["Bandhan"] = held_until(go_on)
    office.says(story.bandhan.node_id)
    async with under_way(office):
        await office.mailboxes.until(lambda: len(office.mailboxes.of(story.bandhan)) == 1)
        story.withdraw()
        office.work.set()
        await office.mailboxes.until(lambda: len(office.mailboxes.of(story.bandhan)) == 2)
        go_on.set()

    assert office.mailboxes.types_to(story.bandhan)[1] == ["consent.withdrawn/1"]


async def test_what_is_queued_for_one_mailbox_goes_in_one_request(story: Story) -> None:
    office = office_of(story, WHEN_DUE)
    office.says(story.bandhan.node_id, times=64)
    await office.round()

    assert [len(envelopes) for envelopes in office.mailboxes.of(story.bandhan)] == [64]


async def test_a_line_that_is_cut_goes_on_with_what_it_had_not_delivered_in_smaller_requests(
    story: Story,
) -> None:
    office = office_of(story, WHEN_DUE)
    office.mailboxes.answers["Bandhan"] = one_after_the_other(CUT, None, CUT, CUT)
    office.says(story.bandhan.node_id, times=64)
    await office.round()
    asked = office.mailboxes.of(story.bandhan)
    first = asked[0]

    assert [len(envelopes) for envelopes in asked] == [64, 32, 32, 32, 16, 16]
    # What was cut off goes again as it was; what had an answer does not go again.
    assert asked[1] == first[:32]
    assert asked[4] + asked[5] == first[32:]


async def test_where_nobody_answers_nothing_else_is_tried_before_the_next_attempt(
    story: Story,
) -> None:
    office = office_of(story, WHEN_DUE)
    office.mailboxes.answers["Bandhan"] = nobody
    office.says(story.bandhan.node_id, times=200)
    counts = []
    for seconds in (0, 30, 42):
        story.federation.clock.forward(seconds)
        await office.round()
        counts.append(len(office.mailboxes.of(story.bandhan)))

    assert counts == [1, 1, 2]


async def test_a_message_from_the_peer_ends_the_waiting_at_once(story: Story) -> None:
    office = office_of(story, WHEN_DUE)
    # So that it is not the line of the office that is taken to be back.
    office.deliveries.heard()
    office.mailboxes.answers["Bandhan"] = one_after_the_other(NOBODY)
    office.says(story.bandhan.node_id, times=100)
    await office.round()
    nothing = Receipt(ranges=(), singles=())
    story.alo.take([forge(nothing, sender=story.bandhan, recipient=story.alo, advance=True)])
    await office.round()
    arrived = [len(envelopes) for envelopes in office.mailboxes.of(story.bandhan)[1:]]

    assert sum(arrived) >= 100


async def test_once_the_line_of_the_office_is_back_all_that_failed_is_tried_at_once(
    story: Story,
) -> None:
    office, clock = office_of(story, WHEN_DUE), story.federation.clock
    office.mailboxes.answers["Bandhan"] = one_after_the_other(NOBODY, NOBODY, NOBODY)
    office.says(story.bandhan.node_id)
    counts = []
    # Three attempts fail; the next would be a quarter of an hour later.
    for seconds in (0, 72, 360):
        clock.forward(seconds)
        await office.round()
    for is_heard in (False, True):
        clock.forward(60)
        if is_heard:
            office.deliveries.heard()
        await office.round()
        counts.append(len(office.mailboxes.of(story.bandhan)))

    assert counts == [3, 4]


async def test_where_others_answer_all_the_time_a_dead_mailbox_is_not_tried_more_often(
    story: Story,
) -> None:
    office, clock = office_of(story, WHEN_DUE), story.federation.clock
    office.mailboxes.answers["Bandhan"] = nobody
    office.says(story.bandhan.node_id)
    for _ in range(60):
        office.deliveries.heard()
        await office.round()
        clock.forward(60)

    # At once, and after 1, 6 and 21 minutes, a fifth more or less.
    assert len(office.mailboxes.of(story.bandhan)) == 4


async def test_after_a_start_nothing_waits_for_a_later_attempt(story: Story) -> None:
    office = office_of(story, WHEN_DUE)
    # So that it is not the line of the office that is taken to be back.
    office.deliveries.heard()
    office.mailboxes.answers["Bandhan"] = one_after_the_other(NOBODY)
    office.says(story.bandhan.node_id, times=100)
    await office.round()
    story.alo.write(partial(retaining.sweep, acting=story.alo.acting()))
    await office.round()

    assert sum(map(len, office.mailboxes.of(story.bandhan)[1:])) == 100


async def test_a_mailbox_without_room_for_some_is_offered_the_others(story: Story) -> None:
    office = office_of(story, WHEN_DUE)
    full = Refused(problem="full", peer_time=None)
    office.mailboxes.answers["Bandhan"] = one_after_the_other(full)
    office.says(story.bandhan.node_id, times=70)
    await office.round()

    assert [len(envelopes) for envelopes in office.mailboxes.of(story.bandhan)] == [64, 6]


async def test_a_batch_that_has_begun_goes_on_until_what_was_due_by_its_instant_has_left(
    story: Story,
) -> None:
    office, clock = office_of(story, BATCHES), story.federation.clock
    bandhan = story.bandhan
    office.says(bandhan.node_id, times=130)
    clock.forward(-clock.now % HALF_HOUR)

    async def slowly(envelopes: Sequence[bytes]) -> Outcome:
        clock.jump(400)
        return await take_all(envelopes)

    office.mailboxes.answers["Bandhan"] = slowly
    office.mailboxes.answers["Chautari"] = slowly
    async with under_way(office):
        await office.mailboxes.until(lambda: len(office.mailboxes.of(bandhan)) == 1)
        office.says(story.federation["Chautari"].node_id)

    assert sum(map(len, office.mailboxes.of(bandhan))) == 130
    assert office.mailboxes.of(story.federation["Chautari"]) == []


async def test_a_round_that_was_broken_off_keeps_no_line_busy(story: Story) -> None:
    office, go_on = office_of(story, WHEN_DUE), asyncio.Event()
    office.mailboxes.answers["Bandhan"] = held_until(go_on)
    office.says(story.bandhan.node_id)
    broken_off = asyncio.ensure_future(office.round())
    await office.mailboxes.until(lambda: len(office.mailboxes.of(story.bandhan)) == 1)
    broken_off.cancel()
    await asyncio.gather(broken_off, return_exceptions=True)
    go_on.set()
    story.federation.clock.forward(60)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await office.round()

    assert len(office.mailboxes.of(story.bandhan)) == 2


async def test_whoever_had_no_turn_for_the_longest_time_comes_first(story: Story) -> None:
    office = office_of(story, WHEN_DUE)
    bandhan, chautari = story.bandhan, story.federation["Chautari"]
    office.says(bandhan.node_id, times=2)
    office.says(chautari.node_id)
    acting = story.alo.acting()
    for turns, first in (
        ({bandhan.node_id: 2, chautari.node_id: 1}, chautari),
        ({bandhan.node_id: 3}, bandhan),
    ):
        lines = replace(delivering.FREE, turns=turns, room=1)
        parcels = story.alo.write(
            partial(delivering.due, me=story.alo.me, acting=acting, cadence=WHEN_DUE, lines=lines)
        )
        assert [parcel.peer for parcel in parcels] == [first.node_id]


def says_until_the_disk_is_full(office: Office, peer: NodeId) -> None:
    with suppress(NotWrittenError, GroupLostError):
        office.says(peer, times=200)


async def test_on_a_full_disk_her_no_leaves_and_nothing_else_does(story: Story) -> None:
    story.up_to_dossier()
    story.settle()
    office, bandhan = office_of(story, WHEN_DUE), story.bandhan
    office.says(bandhan.node_id, times=12)
    story.withdraw()
    with full(story.alo.database):
        says_until_the_disk_is_full(office, bandhan.node_id)
        kept = with_ballast(story.alo.database, parts=4)
        await office.round()
        first = office.mailboxes.types_to(bandhan)
    await office.round()

    assert (first, kept.given > 0) == ([["consent.withdrawn/1"]], True)
    assert len([one for request in office.mailboxes.types_to(bandhan) for one in request]) > 12


async def test_until_all_that_came_was_taken_only_her_no_leaves(story: Story) -> None:
    story.up_to_dossier()
    story.settle()
    office, bandhan = office_of(story, WHEN_DUE), story.bandhan
    office.says(bandhan.node_id)
    story.withdraw()
    office.opened.behind.add(story.alo.mailbox.mailbox_id)
    await office.round()
    first = office.mailboxes.types_to(bandhan)
    office.opened.behind.clear()
    await office.round()

    assert first == [["consent.withdrawn/1"]]
    assert len(office.mailboxes.types_to(bandhan)) > 1
