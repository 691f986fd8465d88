"""Two organisations that were both off for weeks: every prekey is over on both sides, and they talk again."""

from dataclasses import dataclass, field
from typing import Final

import pytest

from node.services.fetching import Found
from protocol import limits
from protocol.errors import RefusalCode
from protocol.labels import Kind
from protocol.prekeys import parse_bundle, slice_for
from protocol.signing import parse as parse_signed
from protocol.values import MessageId
from tests.support.federation import Node
from tests.support.restoring import tasks_of
from tests.support.silence import Houses, ask, look_after
from tests.support.story import Story

WEEK, DAY, HOUR = 7 * limits.DAY, limits.DAY, 3_600
ASKED: Final = (
    "SELECT message_id FROM messages WHERE type = 'followup.request/1' AND status = 'applied'"
    " ORDER BY sequence"
)
MISSED: Final = "SELECT message_id FROM outbox WHERE missed_at IS NOT NULL"


@dataclass(slots=True, kw_only=True)
class Said:
    """What one side had to say: sealed before the silence, queued before it, and written after it."""

    sealed: list[MessageId] = field(default_factory=list)
    queued: list[MessageId] = field(default_factory=list)
    after: list[MessageId] = field(default_factory=list)


@pytest.fixture
def houses(story: Story) -> Houses:
    """Alo and Bandhan in the middle of their work; Chautari is never there."""
    story.up_to_dossier()
    made = Houses(federation=story.federation)
    made.off.add(story.federation["Chautari"].node_id)
    for node in (story.alo, story.bandhan):
        made.work(node)
    return made


def fall_silent(story: Story, houses: Houses) -> dict[str, Said]:
    """The line breaks, each side goes on for a moment, then both computers are switched off."""
    said = {node.name: Said() for node in (story.alo, story.bandhan)}
    houses.is_reached = False
    for node in (story.alo, story.bandhan):
        said[node.name].sealed = ask(node, story.thread, 2)
        houses.work(node)
        said[node.name].queued = ask(node, story.thread, 2)
        houses.off.add(node.node_id)
    return said


def switch_on(houses: Houses, node: Node) -> None:
    houses.off.discard(node.node_id)
    houses.is_reached = True


def work_for_hours(houses: Houses, count: int, *nodes: Node) -> None:
    for _ in range(count):
        for node in nodes:
            houses.work(node)
        houses.federation.clock.forward(HOUR)


def held_bundle_is_good(node: Node, other: Node) -> bool:
    """By a query of the test's own."""
    [(raw,)] = node.rows("SELECT bundle FROM peers WHERE node_id = ?", other.node_id)
    bundle = parse_bundle(parse_signed(raw, kind=Kind.BUNDLE).body, now=node.now)
    return slice_for(bundle, now=node.now) is not None


@pytest.mark.parametrize("weeks", [8, 10, 12])
def test_after_weeks_off_on_both_sides_they_talk_again_and_nobody_has_to_do_anything(
    story: Story, houses: Houses, weeks: int
) -> None:
    alo, bandhan = story.alo, story.bandhan
    said = fall_silent(story, houses)
    story.federation.clock.jump(weeks * WEEK)
    both_were_over = not held_bundle_is_good(alo, bandhan) and not held_bundle_is_good(
        bandhan, alo
    )
    switch_on(houses, alo)
    work_for_hours(houses, 3, alo)
    said["Alo Shelter"].after = ask(alo, story.thread, 1)
    work_for_hours(houses, 1, alo)
    switch_on(houses, bandhan)
    said["Bandhan"].after = ask(bandhan, story.thread, 1)
    work_for_hours(houses, 5, alo, bandhan)

    # What was sealed lives for sixty days from then; what was not is sealed on the day of their return.
    is_over = weeks * WEEK >= 60 * DAY
    for node, other in ((alo, bandhan), (bandhan, alo)):
        mine = said[node.name]
        told = mine.sealed if is_over else []
        arriving = [*([] if is_over else mine.sealed), *mine.queued, *mine.after]
        assert [MessageId(bytes(row[0])) for row in other.rows(ASKED)] == arriving
        assert [bytes(row[0]) for row in node.rows(MISSED)] == told
        assert ("not_delivered" in tasks_of(node)) == bool(told)
        assert not {"clock_in_doubt", "message_refused"} & set(tasks_of(node))
        assert (
            node.rows(
                "SELECT 1 FROM tasks WHERE task = 'bundle_stale' AND peer = ? AND done_at IS NULL",
                other.node_id,
            )
            == []
        )
        assert held_bundle_is_good(node, other)
        assert node.rows("SELECT 1 FROM peers WHERE in_frozen = 1") == []
    assert both_were_over


def test_a_node_that_comes_back_alone_signs_nothing_that_would_be_over_when_it_is_read(
    story: Story, houses: Houses
) -> None:
    fall_silent(story, houses)
    story.federation.clock.jump(10 * WEEK)
    switch_on(houses, story.alo)
    work_for_hours(houses, 3, story.alo)

    assert story.alo.rows(
        "SELECT DISTINCT state FROM outbox WHERE type = 'followup.request/1' AND sequence IS NULL"
    ) == [("queued",)]
    assert "clock_in_doubt" in tasks_of(story.alo)


def test_her_no_does_not_wait_for_the_word_of_what_day_it_is(story: Story, houses: Houses) -> None:
    fall_silent(story, houses)
    story.federation.clock.jump(10 * WEEK)
    switch_on(houses, story.alo)
    story.withdraw()
    houses.work(story.alo)

    assert story.alo.rows("SELECT state FROM outbox WHERE type = 'consent.withdrawn/1'") == [
        ("sealed",)
    ]


def test_an_old_bundle_beside_the_mailbox_is_refused_and_changes_nothing(
    story: Story, houses: Houses
) -> None:
    alo, bandhan = story.alo, story.bandhan
    old = houses.beside[bandhan.mailbox.mailbox_id]
    story.federation.clock.forward(WEEK)
    work_for_hours(houses, 2, bandhan, alo)
    held = alo.rows("SELECT bundle FROM peers WHERE node_id = ?", bandhan.node_id)
    story.federation.clock.forward(8 * WEEK)
    houses.beside[bandhan.mailbox.mailbox_id] = old
    houses.ask(alo)

    assert houses.found == [RefusalCode.E_BUNDLE_ROLLBACK]
    assert alo.rows("SELECT bundle FROM peers WHERE node_id = ?", bandhan.node_id) == held


def test_where_nothing_newer_lies_there_a_person_is_told_and_it_waits(
    story: Story, houses: Houses
) -> None:
    alo, bandhan = story.alo, story.bandhan
    # Their mailbox is served, and nobody has unlocked their node for all that time.
    story.federation.clock.forward(8 * WEEK)
    ask(alo, story.thread, 1)
    houses.work(alo)

    assert houses.found == [Found.HELD]
    assert alo.rows(
        "SELECT count(*) FROM tasks WHERE task = 'bundle_stale' AND peer = ? AND done_at IS NULL",
        bandhan.node_id,
    ) == [(1,)]
    assert alo.rows(
        "SELECT state FROM outbox WHERE type = 'followup.request/1' AND sequence IS NULL"
    ) == [("queued",)]


def test_the_message_that_brings_what_was_fetched_already_is_taken_and_changes_nothing(
    story: Story, houses: Houses
) -> None:
    alo, bandhan = story.alo, story.bandhan
    story.federation.clock.forward(7 * WEEK)
    look_after(bandhan)
    houses.lay(bandhan)
    houses.ask(alo)
    story.federation.deliver(bandhan)
    story.federation.collect(alo)

    assert houses.found == [Found.NEWER]
    assert story.federation.refused == []
    assert alo.rows("SELECT DISTINCT status FROM messages WHERE type = 'bundle/1'") == [
        ("applied",)
    ]
