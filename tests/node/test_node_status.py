"""What a node tells anybody on its computer about itself, with nothing of a case and no partner's name."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.services import reading
from protocol import limits
from protocol.local import commands, views
from protocol.local.views import parse_view
from tests.support.desks import Counter, open_counter
from tests.support.federation import Node
from tests.support.nodes import make_node
from tests.support.story import Story


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(make_node(tmp_path / "asha")) as opened:
        yield opened


async def status_of(counter: Counter) -> views.NodeStatus:
    answer = await counter.ask(commands.ShowStatus())
    return parse_view(answer.body, views.NodeStatus)


async def test_a_locked_node_says_that_it_is_locked_and_nothing_of_itself(
    counter: Counter,
) -> None:
    assert await status_of(counter) == views.NodeStatus(
        is_open=False,
        name="",
        node_id="",
        is_erasure_pending=False,
        prekey_weeks_left=None,
        outbox_waiting=None,
        outbox_oldest_seconds=None,
    )


async def test_an_open_node_counts_the_whole_weeks_for_which_it_can_be_written_to(
    counter: Counter,
) -> None:
    await counter.enter()
    seen = await status_of(counter)
    # Its slices begin a little before the node does, so the last week is not a whole one.
    assert seen.prekey_weeks_left == limits.PREKEY_SLICES - 1
    assert (seen.outbox_waiting, seen.outbox_oldest_seconds) == (0, 0)


def test_what_waits_is_counted_from_the_oldest_on(story: Story, alo: Node) -> None:
    story.open_case()
    story.agree()
    before = alo.use(reading.list_outbox).items
    assert alo.use(reading.outbox_since) == (
        len(before),
        min((item.queued_at for item in before), default=None),
    )
    story.offer()
    after = alo.use(reading.list_outbox).items
    assert len(after) == len(before) + 1
    assert alo.use(reading.outbox_since) == (
        len(after),
        min(item.queued_at for item in after),
    )
