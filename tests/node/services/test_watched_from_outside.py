"""What somebody learns who watches a node's line all day, and where that ends."""

import random
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from protocol.cadence import Cadence, leaves_at, plan_cover
from protocol.values import Instant, NodeId
from tests.support import federation as federations
from tests.support.auditing import DAY, HALF_HOUR, half_hours_go_by, say_something
from tests.support.federation import Federation, Node

LOOK_SECONDS: Final = 300
COVERED: Final = Cadence(batch_seconds=HALF_HOUR, has_cover=True)
MORNING: Final = Instant(20_834 * DAY + 4 * 3_600)


Watched = list[tuple[int, int, int]]
"""For each envelope of a day: the second within its half hour, its size, and how many left with it."""


def watched_day(federation: Federation, sender: Node, to: Node) -> Watched:
    """A day from midnight to midnight, as whoever watches the deposits at one mailbox sees it."""
    seen: Watched = []
    for _ in range(48):
        since = len(federation.sent)
        federation.deliver(sender)
        left = [len(one.raw) for one in federation.sent[since:] if one.recipient == to.node_id]
        seen += [(sender.now % HALF_HOUR, size, len(left)) for size in left]
        federation.clock.forward(HALF_HOUR)
    return seen


Line = list[tuple[Instant, NodeId, int]]
"""Every envelope that left within a day: when to the second, for whom, how large."""


def line_of_a_day(
    federation: Federation, sender: Node, *, writes_at: Instant | None, to: NodeId
) -> Line:
    """What somebody who watches a node sees from midnight on; every five minutes it looks what is due."""
    federation.cadence = COVERED
    federation.clock.forward(DAY - federation.clock.now % DAY)
    seen: Line = []
    for _ in range(DAY // LOOK_SECONDS):
        if sender.now == writes_at:
            say_something(sender, to)
        since = len(federation.sent)
        federation.deliver(sender)
        seen += [(sender.now, one.recipient, len(one.raw)) for one in federation.sent[since:]]
        federation.clock.forward(LOOK_SECONDS)
    return seen


@pytest.mark.parametrize("before", [LOOK_SECONDS, 900, HALF_HOUR - LOOK_SECONDS])
def test_a_message_written_in_the_half_hour_before_its_cover_cannot_be_told_from_the_cover(
    acquainted: Federation, tmp_path: Path, before: int
) -> None:
    # Two federations that draw the same at random, so that they differ in the message alone.
    with (
        federations.copied(acquainted, tmp_path / "quiet") as quiet,
        federations.copied(acquainted, tmp_path / "busy") as busy,
    ):
        bandhan = quiet["Bandhan"].node_id
        watched = line_of_a_day(quiet, quiet["Alo Shelter"], writes_at=None, to=bandhan)
        [cover_leaves] = [at for at, peer, _ in watched if peer == bandhan]
        same = line_of_a_day(
            busy,
            busy["Alo Shelter"],
            writes_at=Instant(cover_leaves - before),
            to=bandhan,
        )
        types = [busy.seen(one).skeleton.type for one in busy.sent if one.recipient == bandhan]

    assert same == watched
    assert types == ["card/1"]


@pytest.mark.parametrize("seed", range(8))
def test_a_day_with_one_message_has_the_number_the_sizes_and_the_minutes_of_a_day_with_cover_alone(
    federation: Federation, alo: Node, bandhan: Node, seed: int
) -> None:
    federation.cadence = COVERED
    for _ in range(seed):
        alo.entropy(1)
    federation.clock.forward(DAY - federation.clock.now % DAY)
    quiet = watched_day(federation, alo, bandhan)
    # Somebody writes in the night before: cover was not planned yet.
    say_something(alo, bandhan.node_id)
    federation.clock.forward(60 * seed)
    federation.clock.forward(-federation.clock.now % HALF_HOUR)
    busy = watched_day(federation, alo, bandhan)

    assert quiet == busy == [(0, 4_096, 1)]


def test_what_is_written_after_the_cover_of_a_day_is_one_envelope_more_and_nothing_else(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    federation.cadence = COVERED
    federation.clock.forward(DAY - federation.clock.now % DAY)
    half_hours_go_by(federation, alo, 18)
    say_something(alo, bandhan.node_id)
    since = len(federation.sent)
    half_hours_go_by(federation, alo, 18)

    assert [(len(one.raw)) for one in federation.sent[since:]] == [4_096]


def guesses_right(seeds: range, *, written_at_any_hour: bool) -> float:
    """How often the best observer of number and hour is right; half is no better than a coin.

    It knows both kinds of day by heart, and of each outcome says what it is more often.
    """
    counts: Counter[tuple[bool, tuple[Instant, ...]]] = Counter()
    for seed in seeds:
        dice = random.Random(seed)  # noqa: S311  (a test's dice)
        cover = plan_cover(now=MORNING, cadence=COVERED, jitter=dice.randrange(65_536))
        counts[False, (cover,)] += 1
        ends = MORNING + 7 * 3_600 if written_at_any_hour else cover
        written = Instant(dice.randrange(MORNING - HALF_HOUR + 1, ends + 1))
        leaves = leaves_at(due=written, now=written, cadence=COVERED)
        counts[True, (leaves,) if leaves <= cover else (cover, leaves)] += 1
    outcomes = {outcome for _, outcome in counts}
    return sum(max(counts[True, o], counts[False, o]) for o in outcomes) / (2 * len(seeds))


def test_number_and_hour_give_away_no_more_than_three_guesses_in_four() -> None:
    # SECURITY.md says so: one envelope a day hides that something was said, not how much.
    assert guesses_right(range(4_000), written_at_any_hour=True) < 0.8
    assert guesses_right(range(4_000), written_at_any_hour=False) < 0.8
