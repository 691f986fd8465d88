"""Two processes of one relay at one database, one of them killed: nothing is lost, nothing comes back.

The oracle is the test's own: a list of what depositors were told is stored, and a list of what the owner was
told is deleted. An envelope may be served again after its deletion only if its depositor, who had no answer,
left it a second time after that.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from node.mailbox import client
from node.mailbox.client import Collected, Delivered, Done, Outcome
from node.mailbox.exchange import new_session
from protocol.values import EnvelopeId, envelope_id_of
from tests.support import relays
from tests.support.mailboxes import envelope
from tests.support.ports import free_port
from tests.support.postgresql import Server
from tests.support.relays import Made, Owner

pytestmark = pytest.mark.sockets
DEPOSITORS: Final = 4


@dataclass(slots=True)
class Books:
    """What everybody was told."""

    asked: dict[EnvelopeId, int] = field(default_factory=dict)
    accepted: set[EnvelopeId] = field(default_factory=set)
    served: list[EnvelopeId] = field(default_factory=list)
    deleted: dict[EnvelopeId, int] = field(default_factory=dict)
    came_back: list[EnvelopeId] = field(default_factory=list)
    on_its_way: set[EnvelopeId] = field(default_factory=set)
    unanswered: int = 0
    grown: asyncio.Event = field(default_factory=asyncio.Event)

    def note_asked(self, names: list[EnvelopeId]) -> None:
        self.on_its_way |= {*names}
        for name in names:
            self.asked[name] = self.asked.get(name, 0) + 1

    def note_answer(self, names: list[EnvelopeId], answer: Outcome) -> None:
        self.on_its_way -= {*names}
        if isinstance(answer, Delivered):
            self.accepted |= {laid.envelope_id for laid in answer.envelopes if not laid.problem}
            self.grown.set()
        else:
            self.unanswered += 1

    def note_deleted(self, names: list[EnvelopeId]) -> None:
        # What is being left at this moment may come after its deletion, and rightly.
        self.deleted |= {name: self.asked[name] for name in names if name not in self.on_its_way}

    async def until(self, accepted: int) -> None:
        while len(self.accepted) < accepted:
            self.grown.clear()
            await self.grown.wait()

    def note_served(self, names: list[EnvelopeId]) -> None:
        self.served += names
        self.came_back += [
            name
            for name in names
            if name in self.deleted and self.asked[name] == self.deleted[name]
        ]


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two processes of one relay, and the port at which both are reached."""

    port: int
    made: tuple[Made, Made]


@pytest.fixture
async def pair(postgresql: Server, tmp_path: Path) -> Pair:
    database = await postgresql.new_database()
    port = free_port()
    address = f"http://127.0.0.1:{port}"

    def both() -> tuple[Made, Made]:
        one, other = (
            relays.make(tmp_path / name, database=database, address=address)
            for name in ("one", "other")
        )
        return one, other

    return Pair(port=port, made=await asyncio.to_thread(both))


async def leave(owner: Owner, batch: list[bytes], books: Books) -> None:
    """Leave a batch, again until every envelope of it was taken."""
    while batch:
        names = [envelope_id_of(raw) for raw in batch]
        books.note_asked(names)
        answer = await client.deposit_batch(owner.session, owner.route, batch)
        books.note_answer(names, answer)
        if isinstance(answer, Delivered):
            batch = [raw for raw in batch if envelope_id_of(raw) not in books.accepted]
        else:
            await asyncio.sleep(0.02)


async def collect(owner: Owner, books: Books, *, until: asyncio.Event) -> None:
    """Collect and delete, until everything was left and nothing waits any more."""
    while True:
        was_over = until.is_set()
        found = await owner.collect(wait_seconds=1)
        if not isinstance(found, Collected):
            await asyncio.sleep(0.02)
            continue
        names = [envelope_id_of(raw) for raw in found.envelopes]
        books.note_served(names)
        if not names and was_over:
            return
        if names and await owner.delete(names) == Done():
            books.note_deleted(names)


async def load(pair: Pair, session: aiohttp.ClientSession, *, batches: int, kills: int) -> Books:
    """Leave so many batches over both processes, and kill one or the other now and then."""
    books, over = Books(), asyncio.Event()
    async with (
        relays.running(*pair.made) as processes,
        relays.balanced(pair.port, *pair.made),
    ):
        owner = relays.owner(session, pair.made[0].address)
        await owner.make(await asyncio.to_thread(relays.ticket_of, pair.made[1]))

        async def depositor(number: int) -> None:
            for place in range(batches):
                start = (number * batches + place) * 8
                await leave(owner, [envelope(start + each) for each in range(8)], books)

        async with asyncio.TaskGroup() as tasks:
            collecting = tasks.create_task(collect(owner, books, until=over))
            leaving = [tasks.create_task(depositor(number)) for number in range(DEPOSITORS)]
            wanted = DEPOSITORS * batches * 8
            for number in range(kills):
                await books.until(wanted * (number + 1) // (kills + 1))
                await processes[number % 2].kill()
                if number + 1 < kills:
                    await processes[number % 2].start()
            await asyncio.wait(leaving)
            over.set()
            await collecting
    return books


def check(books: Books, *, batches: int) -> None:
    everything = {envelope_id_of(envelope(n)) for n in range(DEPOSITORS * batches * 8)}
    assert books.accepted == everything
    assert set(books.served) == everything
    assert books.came_back == []


async def test_a_process_that_is_killed_under_load_loses_nothing_and_nothing_comes_back(
    pair: Pair, session: aiohttp.ClientSession
) -> None:
    check(await load(pair, session, batches=6, kills=1), batches=6)


@pytest.mark.slow
async def test_processes_that_are_killed_again_and_again_lose_nothing(
    pair: Pair, session: aiohttp.ClientSession
) -> None:
    books = await load(pair, session, batches=60, kills=6)
    check(books, batches=60)
    # A kill that nobody noticed would have proved nothing.
    assert books.unanswered > 0
