"""Two whole nodes on loopback: they meet, compare the number, and nothing goes without consent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from protocol.local import commands, views
from protocol.vocabulary.codes import (
    AgeBand,
    Country,
    Priority,
    Purpose,
    ServiceGroup,
    VerifiedHow,
)
from tests.support.nodes import RunningNode, make_node, running_node
from tui.client import RefusedError

OFFER: Final = commands.OfferInput(
    service_group=ServiceGroup.LIVELIHOOD,
    area="BD-khulna",
    priority=Priority.NORMAL_7D,
    month="2027-02",
    answer_by=None,
    asks_about_needs=False,
)
PATIENCE_SECONDS: Final = 20
BOTH_WAYS: Final = commands.ListReferrals(is_ours=None)


@dataclass(frozen=True, slots=True)
class Two:
    asha: RunningNode
    setu: RunningNode


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    first = make_node(tmp_path / "asha", name="Asha Shelter")
    second = make_node(tmp_path / "setu", name="Setu", country=Country.BANGLADESH)
    async with running_node(first) as asha, running_node(second) as setu:
        await asha.unlock()
        await setu.unlock()
        yield Two(asha, setu)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Ask until it is so; each question lets the nodes go on."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await holds():
            pass


async def peer_of(node: RunningNode) -> views.PeerView | None:
    return next(iter((await node.client.list_peers()).peers), None)


async def meet(two: Two) -> tuple[views.PeerView, views.PeerView]:
    """Setu reads Asha's introduction file; how each sees the other afterwards."""
    made = await two.asha.client.make_introduction()
    await two.setu.client.add_peer(commands.AddPeer(introduction=made.introduction))

    async def know_each_other() -> bool:
        seen = [await peer_of(two.asha), await peer_of(two.setu)]
        return all(peer is not None and peer.status == "active" for peer in seen)

    await until(know_each_other)
    setu, asha = await peer_of(two.asha), await peer_of(two.setu)
    assert setu is not None
    assert asha is not None
    return setu, asha


async def verify(node: RunningNode, peer: views.PeerView) -> views.PeerView:
    return await node.client.verify_peer(
        commands.VerifyPeer(
            peer=peer.node_id, how=VerifiedHow.IN_PERSON, groups=peer.safety_number
        )
    )


async def test_two_nodes_meet_and_compare_one_number(two: Two) -> None:
    setu, asha = await meet(two)
    assert (setu.name, asha.name) == ("Setu", "Asha Shelter")
    assert (setu.level, asha.level) == (1, 1)
    assert setu.safety_number == asha.safety_number
    levels = [(await verify(two.asha, setu)).level, (await verify(two.setu, asha)).level]
    assert levels == [2, 2]

    async def everything_was_answered() -> bool:
        waiting = [(await node.client.list_outbox()).items for node in (two.asha, two.setu)]
        return waiting == [[], []]

    await until(everything_was_answered)


async def test_another_number_is_refused(two: Two) -> None:
    setu, _ = await meet(two)
    command = commands.VerifyPeer(
        peer=setu.node_id, how=VerifiedHow.IN_PERSON, groups=setu.safety_number[::-1]
    )
    with pytest.raises(RefusedError) as told:
        await two.asha.client.verify_peer(command)
    assert told.value.code == "number_differs"


async def test_without_her_consent_an_offer_is_refused_and_says_what_is_missing(two: Two) -> None:
    setu, asha = await meet(two)
    await verify(two.asha, setu)
    await verify(two.setu, asha)
    client = two.asha.client
    case = await client.open_case(
        commands.OpenCase(case_number="2027-001", age_band=next(iter(AgeBand)), language="ben")
    )
    assert case.ref is not None
    with pytest.raises(RefusedError) as told:
        await client.preview_offer(
            commands.PreviewOffer(case_id=case.ref, peer=setu.node_id, offer=OFFER, categories=[])
        )
    error = told.value
    assert (error.code, error.purpose, error.peer, error.missing) == (
        "E_CONSENT_MISSING",
        Purpose.CARE_REFERRAL.value,
        setu.node_id,
        [],
    )
    assert (await two.setu.client.list_referrals(BOTH_WAYS)).referrals == []


async def test_what_came_while_a_node_was_locked_is_there_when_it_is_unlocked(two: Two) -> None:
    made = await two.asha.client.make_introduction()
    await two.asha.client.lock_node()
    await two.setu.client.add_peer(commands.AddPeer(introduction=made.introduction))

    async def it_waits_in_the_mailbox() -> bool:
        items = (await two.setu.client.list_outbox()).items
        return [item.state for item in items] == ["deposited"]

    await until(it_waits_in_the_mailbox)
    await two.asha.unlock()
    peer = await peer_of(two.asha)
    assert peer is not None
    assert peer.name == "Setu"
