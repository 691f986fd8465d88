"""When things leave: which batch is open, what goes with it, and when cover does."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.cadence import (
    WHEN_DUE,
    Cadence,
    CoverPlan,
    at_high_risk,
    is_cover_due,
    leaves_at,
    open_batch,
    plan_cover,
)
from protocol.errors import LocalProtocolError
from protocol.values import Instant
from tests.support.builders import NOON

HALF_HOUR: Final = 1_800
OPEN: Final = 300
DAY: Final = 86_400
BATCHES: Final = Cadence(batch_seconds=HALF_HOUR, has_cover=True)
# Noon of the tests is on the full hour, so this is half past some hour.
HALF_PAST: Final = Instant(NOON - NOON % DAY + 10 * 3_600 + HALF_HOUR)


def at(seconds: int) -> Instant:
    return Instant(HALF_PAST + seconds)


@pytest.mark.parametrize(
    ("seconds", "batch"),
    [
        (-1, None),
        (0, 0),
        (OPEN - 1, 0),
        (OPEN, None),
        (HALF_HOUR - 1, None),
        (HALF_HOUR, HALF_HOUR),
    ],
)
def test_a_batch_is_open_for_five_minutes_from_its_instant(
    seconds: int, batch: int | None
) -> None:
    expected = None if batch is None else at(batch)

    assert open_batch(now=at(seconds), cadence=BATCHES) == expected


def test_without_batches_everything_that_is_due_leaves_now() -> None:
    assert open_batch(now=at(77), cadence=WHEN_DUE) == at(77)


@pytest.mark.parametrize(
    ("due", "now", "leaves"),
    [
        # What was due by the instant of the batch goes with it while it is open.
        (-60, 0, 0),
        (0, 0, 0),
        (0, OPEN - 1, 0),
        (0, OPEN, HALF_HOUR),
        # What came while it was open waits for the next one: it would be seen by itself.
        (1, 60, HALF_HOUR),
        (-1, -60, 0),
        (1, 1, HALF_HOUR),
        (HALF_HOUR, 60, HALF_HOUR),
        (HALF_HOUR + 1, 60, 2 * HALF_HOUR),
        (-9_999, 600, HALF_HOUR),
    ],
)
def test_what_is_due_leaves_with_the_first_batch_after(due: int, now: int, leaves: int) -> None:
    assert leaves_at(due=at(due), now=at(now), cadence=BATCHES) == at(leaves)


@pytest.mark.parametrize(("due", "now", "leaves"), [(-5, 0, 0), (5, 0, 5)])
def test_without_batches_it_leaves_when_it_is_due(due: int, now: int, leaves: int) -> None:
    assert leaves_at(due=at(due), now=at(now), cadence=WHEN_DUE) == at(leaves)


@given(
    st.integers(0, 4 * DAY),
    st.integers(0, 4 * DAY),
    st.sampled_from([300, 600, 900, 1_200, 1_800, 3_600]),
)
def test_what_is_told_of_leaving_comes_true_and_lies_on_the_clock(
    due: int, now: int, seconds: int
) -> None:
    cadence = Cadence(batch_seconds=seconds, has_cover=False)
    leaves = leaves_at(due=Instant(due), now=Instant(now), cadence=cadence)
    looked_at = max(leaves, Instant(now))

    assert leaves % seconds == 0
    assert open_batch(now=looked_at, cadence=cadence) == leaves
    assert due <= leaves <= max(due, now) + seconds


# Cover


@given(st.integers(0, DAY - 1), st.integers(0, 65_535))
def test_cover_is_planned_with_a_batch_of_the_next_eight_hours_of_the_same_day(
    second: int, jitter: int
) -> None:
    now = Instant(NOON - NOON % DAY + second)
    planned = plan_cover(now=now, cadence=BATCHES, jitter=jitter)
    ends = min(now + 8 * 3_600, (now // DAY + 1) * DAY)

    assert planned % HALF_HOUR == 0
    assert planned >= now - OPEN
    # In the last half hour of a day there is no batch left in it.
    assert planned < ends or planned == ends - ends % HALF_HOUR == (now // DAY + 1) * DAY


def test_every_batch_of_an_office_day_is_chosen_as_often_as_every_other() -> None:
    morning = Instant(NOON - NOON % DAY + 4 * 3_600)
    planned = [plan_cover(now=morning, cadence=BATCHES, jitter=j) for j in range(0, 65_536, 64)]
    counts = {instant: planned.count(instant) for instant in planned}

    assert sorted(counts) == [morning + number * HALF_HOUR for number in range(16)]
    assert set(counts.values()) == {64}


TODAY: Final = HALF_PAST // DAY


@pytest.mark.parametrize(
    ("plan", "is_due"),
    [
        (CoverPlan(left_on=None, planned_for=TODAY, at=at(0)), True),
        (CoverPlan(left_on=TODAY - 1, planned_for=TODAY, at=at(-HALF_HOUR)), True),
        (CoverPlan(left_on=TODAY, planned_for=TODAY, at=at(0)), False),
        (CoverPlan(left_on=None, planned_for=TODAY, at=at(HALF_HOUR)), False),
        (CoverPlan(left_on=None, planned_for=TODAY - 1, at=at(-DAY)), False),
        (CoverPlan(left_on=None, planned_for=None, at=Instant(0)), False),
    ],
)
def test_cover_leaves_with_its_batch_of_today_unless_something_left_today(
    plan: CoverPlan, *, is_due: bool
) -> None:
    assert is_cover_due(plan, batch=HALF_PAST) is is_due


def test_cover_outside_of_batches_cannot_be_asked_for() -> None:
    with pytest.raises(LocalProtocolError):
        Cadence(batch_seconds=0, has_cover=True)


@given(seconds=st.sampled_from([0, 300, 600, 900, 1_200, 1_800, 3_600]), has_cover=st.booleans())
def test_high_risk_never_leaves_anything_outside_a_batch_or_a_day_without_cover(
    seconds: int, *, has_cover: bool
) -> None:
    own = Cadence(batch_seconds=seconds, has_cover=has_cover and seconds > 0)
    raised = at_high_risk(own)

    assert raised == Cadence(batch_seconds=seconds or 1_800, has_cover=True)
