"""A slow line is not a dead one, and whoever sends single bytes is not a slow line."""

import math
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from node.mailbox.progress import Progress

MIB: Final = 1_048_576
KIB_16: Final = 16_384
BYTES_PER_SECOND: Final = 8_000
"""Of a line of 64 kbit/s."""
ROUND_TRIP_SECONDS: Final = 0.7


def is_given_up(progress: Progress, *, at: float) -> bool:
    return progress.deadline <= at


def sends(progress: Progress, count: int, *, begun: float) -> float:
    """So many bytes go over the line in pieces of 16 KiB; when the last of them has gone."""
    now = begun
    for _ in range(count // KIB_16):
        now += KIB_16 / BYTES_PER_SECOND
        assert not is_given_up(progress, at=now)
        progress.sent(KIB_16, now=now)
    return now


def test_on_a_line_of_64_kbits_a_request_of_1_mib_comes_to_its_end() -> None:
    progress = Progress(now=0.0, wait_seconds=0)
    ended = sends(progress, MIB, begun=ROUND_TRIP_SECONDS)

    assert ended > 130
    assert not is_given_up(progress, at=ended + 2 * ROUND_TRIP_SECONDS)


def test_what_was_handed_over_at_once_may_still_have_to_go_over_the_line() -> None:
    progress = Progress(now=0.0, wait_seconds=0)
    progress.sent(MIB, now=0.1)

    assert not is_given_up(progress, at=MIB / BYTES_PER_SECOND + 2 * ROUND_TRIP_SECONDS)


def test_on_a_line_of_64_kbits_a_pick_up_of_1_mib_comes_to_its_end() -> None:
    progress = Progress(now=0.0, wait_seconds=0)
    now = 2 * ROUND_TRIP_SECONDS
    for _ in range(MIB // 1_000):
        now += 1_000 / BYTES_PER_SECOND
        assert not is_given_up(progress, at=now)
        progress.came(1_000, now=now)


def test_an_answer_by_single_bytes_is_given_up_within_half_a_minute() -> None:
    progress = Progress(now=0.0, wait_seconds=0)
    progress.sent(4_096, now=0.1)
    now = 0.1
    while now < 60 and not is_given_up(progress, at=now):
        now += 0.5
        progress.came(1, now=now)

    assert now < 30


def test_a_request_by_single_bytes_is_given_up_within_half_a_minute() -> None:
    progress = Progress(now=0.0, wait_seconds=0)
    now = 0.0
    while now < 60 and not is_given_up(progress, at=now):
        now += 0.5
        progress.sent(1, now=now)

    assert now < 30


def test_where_nothing_moves_it_is_given_up_after_20_seconds() -> None:
    begun = Progress(now=100.0, wait_seconds=0)
    going = Progress(now=100.0, wait_seconds=0)
    going.came(MIB, now=110.0)

    assert [is_given_up(begun, at=119.9), is_given_up(begun, at=120.0)] == [False, True]
    assert [is_given_up(going, at=129.9), is_given_up(going, at=130.0)] == [False, True]


def test_whoever_was_asked_to_wait_for_mail_may_be_silent_for_so_much_longer() -> None:
    progress = Progress(now=0.0, wait_seconds=25)

    assert [is_given_up(progress, at=44.9), is_given_up(progress, at=45.0)] == [False, True]


@given(
    steps=st.lists(
        st.tuples(st.floats(0.01, 19.9), st.floats(500, 100_000), st.booleans()), max_size=40
    )
)
def test_a_line_that_never_rests_for_20_seconds_and_carries_4_kbits_is_never_given_up(
    steps: list[tuple[float, float, bool]],
) -> None:
    progress, now = Progress(now=0.0, wait_seconds=0), 0.0
    for seconds, rate, is_answer in steps:
        now += seconds
        assert not is_given_up(progress, at=now)
        move = progress.came if is_answer else progress.sent
        move(math.ceil(seconds * rate), now=now)


@given(counts=st.lists(st.integers(0, 20_000), max_size=40), wait=st.integers(0, 25))
def test_no_request_goes_on_for_longer_than_its_bytes_take_at_4_kbits(
    counts: list[int], wait: int
) -> None:
    progress, now = Progress(now=0.0, wait_seconds=wait), 0.0
    for number, count in enumerate(counts):
        now += 1.0
        move = progress.sent if number % 2 else progress.came
        move(count, now=now)

    assert progress.deadline <= 20 + wait + sum(counts) / 500
