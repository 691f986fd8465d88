"""A relay that misbehaves for days: once it is honest again, or was left, all of it arrives once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.misbehaving import over_relays
from tests.support.relay_acts import QUICK_ACTS
from tests.support.relayed_story import (
    There,
    begin,
    check_nobody_else_was_told,
    check_whole,
    go_on,
    place,
)
from tests.support.story import Story
from tests.support.streams import referrals_at

pytestmark = [pytest.mark.slow, pytest.mark.sockets]


@pytest.fixture
async def one(story: Story, tmp_path: Path) -> AsyncIterator[There]:
    async with over_relays(story.federation, place(tmp_path, "first")) as relayed:
        yield There(story=story, relayed=relayed)


@pytest.fixture
async def two(story: Story, tmp_path: Path) -> AsyncIterator[There]:
    places = [place(tmp_path, name) for name in ("first", "second")]
    async with over_relays(story.federation, *places) as relayed:
        yield There(story=story, relayed=relayed)


@pytest.mark.parametrize("act", QUICK_ACTS)
async def test_whatever_a_relay_did_for_three_days_all_of_it_arrives_once_it_is_honest(
    one: There, act: str
) -> None:
    one.act(act)
    begin(one.story)
    await one.relayed.settle(rounds=4)
    await one.days(3)
    assert one.relayed.relays[0].interfered > 0
    one.act("honest")
    await one.days(2)
    await go_on(one)
    await one.days(1)
    check_whole(one)
    check_nobody_else_was_told(one)


async def test_a_relay_that_answers_by_single_bytes_is_left_for_the_next_one(two: There) -> None:
    two.act("drip")
    begin(two.story)
    await two.relayed.leave(two.story.alo)
    two.act("honest")
    await two.relayed.settle()
    assert referrals_at(two.story.bandhan) == [("offered",)]


async def test_a_withdrawal_gets_through_a_relay_that_plays_everything_again(one: There) -> None:
    one.act("replay")
    begin(one.story)
    await one.relayed.settle(rounds=3)
    one.story.accept()
    await one.relayed.settle(rounds=3)
    one.story.dossier()
    await one.relayed.settle(rounds=3)
    one.story.withdraw()
    await one.relayed.settle(rounds=4)
    await one.days(1)
    erased = one.story.bandhan.rows("SELECT erased_at IS NOT NULL FROM erasures")
    assert erased == [(1,)]
    # What the relay plays again of her after that is opened by nobody.
    await one.days(2)
    assert one.story.bandhan.rows("SELECT erased_at IS NOT NULL FROM erasures") == [(1,)]
