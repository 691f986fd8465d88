"""Nodes that nobody reaches: relays keep their mailboxes, and they come and fetch what waits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from node.cli.doctor import ways
from node.config import CourierSection, MailboxSection, NodeConfig, NodeSection, RelaySection
from node.mailbox import client
from node.mailbox.access import to_base64url
from node.mailbox.exchange import new_session
from node.system import SystemClock
from protocol.cards import read_introduction
from protocol.local import commands
from protocol.prekeys import take_up
from protocol.vocabulary.codes import Country
from tests.support import certificates, relays
from tests.support.nodes import MadeNode, RunningNode, make_node, running_node
from tests.support.relays import Made, Process

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

PATIENCE_SECONDS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """Two nodes and two relays; each node has a mailbox at both."""

    asha: RunningNode
    setu: RunningNode
    relays: list[Process]


def without_address(made: MadeNode, kept_by: list[Made]) -> NodeConfig:
    """No address of its own, and a mailbox at each of these relays."""
    places = tuple(
        RelaySection(
            url=relay.address, ticket=to_base64url(relays.ticket_of(relay)), pin=relay.pin
        )
        for relay in kept_by
    )
    return NodeConfig(
        node=NodeSection(listen=f"127.0.0.1:{made.port}"),
        mailbox=MailboxSection(relay=places),
        courier=CourierSection(poll_seconds=5, batch_minutes=0, visit_minutes=240),
    )


@pytest.fixture
def made(tmp_path: Path) -> list[Made]:
    """The second one speaks TLS with a certificate that it made itself."""
    return [
        relays.make(tmp_path / "first"),
        relays.make(tmp_path / "second", identity=certificates.self_made()),
    ]


@pytest.fixture
def nodes(tmp_path: Path, made: list[Made]) -> list[tuple[MadeNode, NodeConfig]]:
    """Outside of any event loop, for the tickets are asked for by the command."""
    asha = make_node(tmp_path / "asha", name="Asha Shelter")
    setu = make_node(tmp_path / "setu", name="Setu", country=Country.BANGLADESH)
    return [(node, without_address(node, made)) for node in (asha, setu)]


@asynccontextmanager
async def at_work(
    nodes: list[tuple[MadeNode, NodeConfig]], made: list[Made]
) -> AsyncIterator[There]:
    (first, its), (second, others) = nodes
    async with (
        relays.running(*made) as processes,
        running_node(first, config=its) as asha,
        running_node(second, config=others) as setu,
    ):
        for node in (asha, setu):
            await node.unlock()
            await node.client.sync_now()
        yield There(asha=asha, setu=setu, relays=processes)


async def until(there: There, holds: Callable[[], Awaitable[bool]]) -> None:
    """Let both visit their relays until it is so."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await holds():
            for node in (there.asha, there.setu):
                await node.client.sync_now()


async def meet(there: There) -> None:
    made = await there.asha.client.make_introduction()
    await there.setu.client.add_peer(commands.AddPeer(introduction=made.introduction))

    async def both_know() -> bool:
        lists = [await node.client.list_peers() for node in (there.asha, there.setu)]
        return all([peer.status for peer in one.peers] == ["active"] for one in lists)

    await until(there, both_know)


async def nothing_waits(node: RunningNode) -> bool:
    return (await node.client.show_status()).outbox_waiting == 0


async def test_two_nodes_that_nobody_reaches_meet_at_their_relays(
    nodes: list[tuple[MadeNode, NodeConfig]], made: list[Made]
) -> None:
    async with at_work(nodes, made) as there:
        await meet(there)
        asked = await there.asha.client.make_introduction()
    introduction = read_introduction(asked.introduction, now=SystemClock().wall())
    assert [route.origin for route in introduction.invite.routes] == [
        relay.address for relay in made
    ]
    for node, _ in nodes:
        assert f"127.0.0.1:{node.port}".encode() not in asked.introduction


async def test_where_one_relay_is_gone_for_good_the_other_one_carries(
    nodes: list[tuple[MadeNode, NodeConfig]], made: list[Made]
) -> None:
    async with at_work(nodes, made) as there:
        await there.relays[0].kill()
        await meet(there)
        await until(there, lambda: nothing_waits(there.setu))


async def test_a_locked_node_visits_nobody(
    nodes: list[tuple[MadeNode, NodeConfig]], made: list[Made]
) -> None:
    async with at_work(nodes, made) as there:
        made_by_asha = await there.asha.client.make_introduction()
        await there.setu.client.add_peer(commands.AddPeer(introduction=made_by_asha.introduction))
        await there.setu.client.sync_now()
        await there.asha.client.lock_node()
        assert not (await there.asha.client.show_status()).is_open
        await there.asha.unlock()
        # What waited at a relay is applied before anything is shown.
        peers = (await there.asha.client.list_peers()).peers
    assert [peer.name for peer in peers] == ["Setu"]


async def test_our_newest_bundle_lies_beside_each_of_our_mailboxes(
    nodes: list[tuple[MadeNode, NodeConfig]], made: list[Made]
) -> None:
    async with at_work(nodes, made) as there, new_session() as session:
        asked = await there.asha.client.make_introduction()
        bundle = read_introduction(asked.introduction, now=SystemClock().wall()).signed_bundle
        routes = read_introduction(asked.introduction, now=SystemClock().wall()).bundle.routes
        for route in routes:
            way = client.Route(
                origin=route.origin,
                mailbox_id=route.mailbox_id,
                deposit_secret=route.deposit_secret,
                pin=route.pin,
            )
            found = await client.get_bundle(session, way)
            assert isinstance(found, client.Found)
            laid = take_up(found.content, deposit_secret=route.deposit_secret)
            assert laid.raw == bundle.raw
    assert len(routes) == len(made)


async def test_whoever_looks_after_a_node_is_told_which_relay_does_not_answer(
    nodes: list[tuple[MadeNode, NodeConfig]], made: list[Made]
) -> None:
    async with at_work(nodes, made) as there:
        await there.relays[0].kill()
        await there.asha.client.sync_now()
        seen = await there.asha.client.show_status()
    lines = ways.judge_relays(seen)
    assert [relay.is_made for relay in seen.relays or ()] == [True, True]
    assert [relay.problem for relay in seen.relays or ()] == ["unreachable", ""]
    assert "does not answer" in lines[0].detail
    assert "all it gave was taken" in lines[1].detail
