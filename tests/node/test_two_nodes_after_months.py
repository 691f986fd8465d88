"""Two whole nodes on loopback that were both off for ten weeks: unlocking them is all that anybody does."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from node.system import SystemClock
from protocol import limits
from protocol.local import commands, views
from protocol.values import Instant, later
from protocol.vocabulary.codes import Country
from tests.support.nodes import RunningNode, make_node, running_node

pytestmark = [pytest.mark.slow, pytest.mark.sockets]
TEN_WEEKS: Final = 10 * limits.PREKEY_SLICE_SECONDS
PATIENCE_SECONDS: Final = 60
HOURS_MAX: Final = 4
SECONDS_OF_AN_HOUR: Final = 15


@dataclass(slots=True)
class ShiftedClock:
    """The clock of this machine, so many seconds later."""

    shift: int = 0
    true: SystemClock = field(default_factory=SystemClock)

    def wall(self) -> Instant:
        return later(self.true.wall(), self.shift)

    def monotonic(self) -> float:
        return self.true.monotonic()

    def slept(self) -> float:
        return self.true.slept()


async def until(
    holds: Callable[[], Awaitable[bool]], *, seconds: float = PATIENCE_SECONDS
) -> None:
    """Ask until it is so; each question lets the nodes go on."""
    async with asyncio.timeout(seconds):
        while not await holds():
            pass


async def within_hours(clock: ShiftedClock, holds: Callable[[], Awaitable[bool]]) -> int:
    """How many hours go by until it is so; of each the nodes have some true seconds."""
    for hour in range(HOURS_MAX):
        clock.shift += limits.HOUR
        with contextlib.suppress(TimeoutError):
            await until(holds, seconds=SECONDS_OF_AN_HOUR)
            return hour + 1
    raise AssertionError("nothing came of it")


async def partner_of(node: RunningNode) -> views.PeerView:
    [partner] = (await node.client.list_peers()).peers
    return partner


async def know_each_other(*nodes: RunningNode) -> bool:
    known = [(await node.client.list_peers()).peers for node in nodes]
    waiting = [(await node.client.list_outbox()).items for node in nodes]
    return all(len(one) == 1 and one[0].status == "active" for one in known) and not any(waiting)


async def test_after_ten_weeks_off_two_nodes_that_are_unlocked_talk_again(tmp_path: Path) -> None:
    first = make_node(tmp_path / "asha", name="Asha Shelter")
    second = make_node(tmp_path / "setu", name="Setu", country=Country.BANGLADESH)
    clock = ShiftedClock()
    async with running_node(first, clock=clock) as asha, running_node(second, clock=clock) as setu:
        await asha.unlock()
        await setu.unlock()
        made = await asha.client.make_introduction()
        await setu.client.add_peer(commands.AddPeer(introduction=made.introduction))
        await until(lambda: know_each_other(asha, setu))

    clock.shift = TEN_WEEKS
    back = clock.wall()
    async with running_node(first, clock=clock) as asha, running_node(second, clock=clock) as setu:
        both = (asha, setu)
        for node in both:
            await node.unlock()
        over = [(await partner_of(node)).keys_until <= back for node in both]

        async def trusts_its_clock() -> bool:
            # Each heard from the other's mailbox what day it is.
            states = [await node.client.show_status() for node in both]
            return not any(state.is_clock_in_doubt for state in states)

        await until(trusts_its_clock)

        async def talk() -> bool:
            seen = [await partner_of(node) for node in both]
            return all(
                one.keys_until > clock.wall() and (one.last_heard or 0) >= back for one in seen
            )

        # Each makes its new keys, lays them beside its mailbox, and asks again an hour later.
        await within_hours(clock, talk)
        tasks = [task.task for node in both for task in (await node.client.list_tasks()).tasks]

    assert over == [True, True]
    assert not {"clock_in_doubt", "bundle_stale", "message_refused"} & set(tasks)
