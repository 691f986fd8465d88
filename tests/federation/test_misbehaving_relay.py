"""A relay that misbehaves delays what it carries: nothing is lost, shown to anybody else, doubled or stuck.

What the survivor said and what each side should hold at the end is the story's own; the relays' part in it is
that they are real ones with a hand that interferes.
"""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from node import trusted_clock
from protocol import limits
from tests.support.auditing import say_something
from tests.support.misbehaving import over_relays
from tests.support.relayed_story import (
    There,
    begin,
    check_whole,
    go_on,
    place,
)
from tests.support.story import Story
from tests.support.streams import referrals_at

pytestmark = pytest.mark.sockets


@pytest.fixture
async def one(story: Story, tmp_path: Path) -> AsyncIterator[There]:
    async with over_relays(story.federation, place(tmp_path, "first")) as relayed:
        yield There(story=story, relayed=relayed)


@pytest.fixture
async def two(story: Story, tmp_path: Path) -> AsyncIterator[There]:
    places = [place(tmp_path, name) for name in ("first", "second")]
    async with over_relays(story.federation, *places) as relayed:
        yield There(story=story, relayed=relayed)


async def test_over_an_honest_relay_the_story_comes_to_its_end(one: There) -> None:
    begin(one.story)
    await one.relayed.settle()
    await go_on(one)
    check_whole(one)


@pytest.mark.parametrize(
    "act", ["mix answers", "fail", "talk nonsense", "send elsewhere", "talk without end"]
)
async def test_where_one_relay_gives_no_legal_answer_the_next_one_carries_at_once(
    two: There, act: str
) -> None:
    two.act(act)
    begin(two.story)
    await two.relayed.settle()
    await go_on(two)
    check_whole(two)


async def test_a_relay_that_lies_about_the_time_does_not_move_what_a_node_signs(
    one: There,
) -> None:
    one.act("lie about time")
    begin(one.story)
    await one.days(3)
    for node in one.both:
        assert node.read(partial(trusted_clock.time_to_sign, now=node.now)) == node.now


async def test_a_relay_on_a_line_that_breaks_in_every_long_answer_is_emptied_in_one_visit(
    one: There,
) -> None:
    alo, bandhan = one.both
    for _ in range(40):
        say_something(alo, bandhan.node_id)
    await one.relayed.leave(alo)
    one.act("cut long answers")
    taken = await one.relayed.collect(bandhan)

    assert taken == 40
    assert one.relayed.relays[0].interfered > 0
    assert bandhan.rows("SELECT count(*) FROM messages WHERE type = 'card/1'") == [(40,)]


async def test_what_was_left_although_its_answer_was_lost_is_left_again_under_the_same_name(
    one: There,
) -> None:
    begin(one.story)
    one.act("lose answers")
    await one.relayed.leave(one.story.alo)
    store = one.relayed.relays[0].store
    waiting = await store.waiting(one.story.bandhan.mailbox.mailbox_id)

    assert one.relayed.relays[0].interfered == 3
    assert waiting.envelopes == 1


async def test_what_waited_for_a_relay_that_was_down_for_a_month_is_there_within_one_hour(
    one: There,
) -> None:
    begin(one.story)
    one.act("fail")
    await one.days(30)
    one.act("honest")
    one.relayed.forward(limits.HOUR)
    await one.relayed.settle()
    assert referrals_at(one.story.bandhan) == [("offered",)]


async def test_what_a_relay_kept_to_itself_for_a_day_goes_to_the_next_one_and_the_story_goes_on(
    two: There,
) -> None:
    two.act("keep nothing")
    begin(two.story)
    await two.relayed.settle()
    assert referrals_at(two.story.bandhan) == []
    await two.days(1)
    assert referrals_at(two.story.bandhan) == [("offered",)]
    two.story.accept()
    await two.relayed.settle()
    await two.days(1)
    two.story.dossier()
    await two.relayed.settle()
    await two.days(2)
    check_whole(two)
