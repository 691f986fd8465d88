"""Over a line that is slow, answers late and breaks, everything arrives once, and little of it goes twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from protocol import limits
from tests.support.auditing import say_something
from tests.support.misbehaving import Relayed, over_relays
from tests.support.ports import free_port
from tests.support.relayed_story import place
from tests.support.slow_line import GPRS, Quality, SlowLine, slow_line
from tests.support.story import Story

pytestmark = [pytest.mark.slow, pytest.mark.sockets]
MESSAGES: Final = 100
TIMES_AS_FAST: Final = 40
"""So that seconds of the test are forty of 64 kbit/s and 700 ms."""
SMALLEST: Final = 4_096
# What HTTP and the frame of a request add to it, at most.
FRAME_BYTES: Final = 2_000
QUICK: Final = Quality(
    bytes_per_second=GPRS.bytes_per_second * TIMES_AS_FAST,
    delay_seconds=GPRS.delay_seconds / TIMES_AS_FAST,
    cut_after_bytes=None,
)
BREAKING: Final = Quality(
    bytes_per_second=QUICK.bytes_per_second,
    delay_seconds=QUICK.delay_seconds,
    cut_after_bytes=200_000,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """A relay, and the line that leads to it."""

    relayed: Relayed
    line: SlowLine


async def leave_all(relayed: Relayed, story: Story) -> None:
    """Let Alo's node leave what is due until there is nothing, as it does when it is open."""
    for _ in range(MESSAGES):
        if not await relayed.leave(story.alo):
            return
        story.federation.clock.forward(limits.HOUR)
    raise AssertionError("it goes on for ever")


@asynccontextmanager
async def over(quality: Quality, story: Story, folder: Path) -> AsyncIterator[There]:
    """Alo and Bandhan with a relay at the other end of such a line; Alo has much to say."""
    port = free_port()
    async with AsyncExitStack() as closing:
        relayed = await closing.enter_async_context(
            over_relays(story.federation, place(folder, "relay"), line=port)
        )
        line = await closing.enter_async_context(
            slow_line(quality, port=port, to=relayed.relays[0].port)
        )
        for _ in range(MESSAGES):
            say_something(story.alo, story.bandhan.node_id)
        async with asyncio.timeout(60):
            yield There(relayed=relayed, line=line)


@pytest.mark.parametrize("quality", [QUICK, BREAKING], ids=["slow", "breaking"])
async def test_over_a_slow_line_all_arrives_once_and_what_was_delivered_is_not_sent_again(
    story: Story, tmp_path: Path, quality: Quality
) -> None:
    async with over(quality, story, tmp_path) as there:
        await leave_all(there.relayed, story)
        sent, cuts = there.line.up.carried, there.line.cuts
        await there.relayed.collect(story.bandhan)
    arrived = "SELECT count(*) FROM messages WHERE type = 'card/1'"
    twice = cuts * limits.REQUEST_BYTES_FIRST
    requests = 2 * (cuts + MESSAGES // 8)

    assert story.bandhan.rows(arrived) == [(MESSAGES,)]
    assert bool(cuts) == (quality is BREAKING)
    assert sent <= MESSAGES * SMALLEST + twice + requests * FRAME_BYTES


async def test_a_pick_up_over_a_slow_line_moves_little_besides_what_waits(
    story: Story, tmp_path: Path
) -> None:
    async with over(QUICK, story, tmp_path) as there:
        await leave_all(there.relayed, story)
        before = there.line.down.carried
        taken = await there.relayed.collect(story.bandhan)
        moved = there.line.down.carried - before

    assert taken == MESSAGES
    assert moved <= 1.05 * MESSAGES * SMALLEST
