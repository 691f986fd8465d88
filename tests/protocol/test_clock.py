"""A clock is trusted until something speaks against it; in doubt, nothing is signed in its name."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import limits
from protocol.clock import Doubt, Evidence, Sample, believed, doubt, offsets_of
from protocol.values import Instant, later
from tests.support.builders import NOON

SKEW, MOVE, DAY = limits.CLOCK_SKEW_SECONDS, limits.CLOCK_MOVE_SECONDS, limits.DAY
BOOT = Instant(0)
FAR = Instant(8_840_000_000)
SPANS = st.integers(min_value=-400 * DAY, max_value=400 * DAY)


def sample(source: int, *, said: int, heard_at: int = NOON) -> Sample:
    return Sample(source=bytes([source]) * 32, said=Instant(said), heard_at=Instant(heard_at))


def evidence(
    *samples: Sample, trusted_at: Instant | None = NOON, latest_seen: Instant = NOON
) -> Evidence:
    return Evidence(trusted_at=trusted_at, latest_seen=latest_seen, samples=samples)


def test_a_clock_that_nobody_looked_at_yet_is_trusted() -> None:
    assert doubt(evidence(trusted_at=None, latest_seen=BOOT), now=NOON) is None


@pytest.mark.parametrize("way", [1, -1])
def test_a_clock_that_moved_over_seven_days_with_nobody_to_say_so_is_in_doubt(way: int) -> None:
    held = evidence()

    assert doubt(held, now=later(NOON, way * MOVE)) is None
    assert doubt(held, now=later(NOON, way * (MOVE + 1))) is Doubt.MOVED


@pytest.mark.parametrize("now", [BOOT, FAR])
def test_a_boot_in_1970_and_a_jump_to_2250_are_in_doubt(now: Instant) -> None:
    heard = [sample(n, said=NOON) for n in range(3)]

    assert doubt(evidence(*heard), now=now) is Doubt.MOVED


def test_after_weeks_off_one_message_of_today_is_enough_to_trust_the_clock() -> None:
    now = later(NOON, 60 * DAY)

    assert doubt(evidence(), now=now) is Doubt.MOVED
    assert doubt(evidence(sample(1, said=now - SKEW, heard_at=now)), now=now) is None
    assert doubt(evidence(sample(1, said=now - MOVE - 1, heard_at=now)), now=now) is Doubt.MOVED


@pytest.mark.parametrize("way", [1, -1])
def test_a_disagreement_over_48_hours_is_a_doubt_to_the_second(way: int) -> None:
    near = sample(1, said=NOON + way * SKEW)
    far = sample(1, said=NOON + way * (SKEW + 1))

    assert doubt(evidence(near), now=NOON) is None
    assert doubt(evidence(far), now=NOON) is Doubt.DISAGREES


def test_one_wrong_clock_among_three_is_outvoted() -> None:
    wrong = sample(3, said=FAR)

    assert doubt(evidence(sample(1, said=NOON), sample(2, said=NOON), wrong), now=NOON) is None


def test_of_two_that_contradict_each_other_none_is_believed() -> None:
    heard = (sample(1, said=NOON), sample(2, said=FAR))

    assert doubt(evidence(*heard), now=NOON) is Doubt.DISAGREES


def test_a_late_message_beside_a_prompt_one_of_the_same_node_is_no_disagreement() -> None:
    heard = (sample(1, said=NOON - 3 * DAY), sample(1, said=NOON - 60))

    assert offsets_of(heard, now=NOON) == {b"\x01" * 32: -60}
    assert doubt(evidence(*heard), now=NOON) is None


def test_a_message_that_was_on_its_way_for_weeks_says_nothing_about_the_clock() -> None:
    assert doubt(evidence(sample(1, said=NOON - 30 * DAY)), now=NOON) is None


def test_a_clock_that_went_back_contradicts_what_it_heard_itself() -> None:
    heard = sample(1, said=NOON)
    back = later(NOON, -SKEW)

    assert doubt(evidence(heard), now=back) is None
    assert doubt(evidence(heard), now=later(back, -1)) is Doubt.DISAGREES


def test_what_was_heard_by_a_clock_over_seven_days_away_is_no_longer_counted() -> None:
    wrong = sample(1, said=NOON - 3 * DAY)
    now = later(NOON, MOVE + 1)

    assert doubt(evidence(wrong, trusted_at=now), now=NOON) is not None
    assert doubt(evidence(wrong, trusted_at=now), now=now) is None


def test_a_trusted_clock_is_believed() -> None:
    assert believed(evidence(latest_seen=later(NOON, DAY)), now=NOON) == NOON


@pytest.mark.parametrize("now", [BOOT, FAR])
def test_in_doubt_the_latest_time_ever_seen_is_signed(now: Instant) -> None:
    seen = later(NOON, DAY)

    assert believed(evidence(latest_seen=seen), now=now) == seen


def test_in_doubt_after_weeks_off_what_the_partners_sealed_last_is_signed() -> None:
    now = later(NOON, 60 * DAY)
    heard = [sample(n, said=now - n * 4 * DAY, heard_at=now) for n in (1, 2, 3)]

    assert doubt(evidence(*heard[:1]), now=now) is Doubt.DISAGREES
    assert believed(evidence(*heard[:1]), now=now) == now - 4 * DAY
    # Of two the earlier one, so that one that is wrong moves nothing.
    assert believed(evidence(*heard[:2]), now=now) == now - 8 * DAY


def test_nobody_makes_us_sign_a_time_that_our_own_clock_has_not_reached() -> None:
    assert believed(evidence(sample(1, said=FAR)), now=NOON) == NOON


samples = st.lists(
    st.builds(
        lambda source, said, heard: sample(source, said=NOON + said, heard_at=NOON + heard),
        st.integers(0, 5),
        SPANS,
        SPANS,
    ),
    max_size=12,
)


@given(heard=samples, now=SPANS)
def test_what_is_signed_in_doubt_never_lies_ahead_of_both_clock_and_latest_time(
    heard: Sequence[Sample], now: int
) -> None:
    held, at = evidence(*heard), Instant(NOON + now)
    signed = believed(held, now=at)

    if doubt(held, now=at) is None:
        assert signed == at
    else:
        assert NOON <= signed <= max(NOON, at)


@given(off=SPANS, count=st.integers(1, 5))
def test_whoever_agrees_among_themselves_decides_about_the_clock(off: int, count: int) -> None:
    """The model: every source says the right time, and ours is `off` seconds ahead of it."""
    now = Instant(NOON + off)
    heard = [sample(n, said=NOON, heard_at=now) for n in range(count)]
    expected = None
    if abs(off) > SKEW:
        expected = Doubt.MOVED if off > MOVE else Doubt.DISAGREES

    assert doubt(evidence(*heard), now=now) is expected
