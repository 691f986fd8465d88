"""A request is as large as its line has shown to carry."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.pace import UNKNOWN, Pace, after_answer, after_break

KIB: Final = 1_024
MIB: Final = 1_024 * KIB
SMALLEST: Final = 16 * KIB


def of(size: int) -> Pace:
    return Pace(request_bytes=size, is_known=True, seconds=1.0)


def request_on(
    pace: Pace, *, bytes_per_second: float, delay: float, cut_after: float
) -> tuple[Pace, bool]:
    """One full request on a line that is cut so many seconds after it was made; was it carried?"""
    seconds = delay + pace.request_bytes / bytes_per_second
    if seconds > cut_after:
        return after_break(pace), False
    return after_answer(pace, carried=pace.request_bytes, seconds=seconds), True


def test_on_a_new_line_64_of_the_smallest_envelopes_go_in_one_request() -> None:
    assert UNKNOWN.request_bytes == 64 * 4 * KIB


@pytest.mark.parametrize(("seconds", "becomes"), [(7.9, 256), (8.0, 128), (20.0, 128), (20.1, 64)])
def test_a_quick_answer_doubles_what_goes_in_one_request_and_a_slow_one_halves_it(
    seconds: float, becomes: int
) -> None:
    after = after_answer(of(128 * KIB), carried=128 * KIB, seconds=seconds)

    assert after == Pace(request_bytes=becomes * KIB, is_known=True, seconds=seconds)


def test_a_request_that_was_nearly_empty_says_nothing_about_a_full_one() -> None:
    assert after_answer(of(128 * KIB), carried=4 * KIB, seconds=0.1).request_bytes == 128 * KIB


def test_a_line_that_breaks_gets_half_as_much_next_time() -> None:
    assert after_break(of(128 * KIB)).request_bytes == 64 * KIB


def test_on_a_line_of_64_kbits_and_700_ms_a_request_comes_to_take_less_than_20_seconds() -> None:
    pace = UNKNOWN
    for _ in range(5):
        pace, _ = request_on(pace, bytes_per_second=8_000, delay=1.4, cut_after=1_000)

    assert 8 <= pace.seconds <= 20


@given(cut_after=st.floats(5, 200), rate=st.floats(4_000, 1_000_000))
def test_a_line_that_is_always_cut_after_a_while_comes_to_carry_something_each_time(
    cut_after: float, rate: float
) -> None:
    pace = UNKNOWN
    carried = []
    for _ in range(12):
        pace, arrived = request_on(pace, bytes_per_second=rate, delay=0.7, cut_after=cut_after)
        carried.append(arrived)

    assert sum(carried[-4:]) >= 2


@given(
    steps=st.lists(
        st.one_of(
            st.none(),
            st.fixed_dictionaries({"carried": st.integers(0, MIB), "seconds": st.floats(0, 300)}),
        )
    ),
)
def test_no_request_is_larger_than_a_mailbox_takes_or_smaller_than_four_envelopes(
    steps: list[dict[str, Any] | None],
) -> None:
    pace = UNKNOWN
    for step in steps:
        pace = after_break(pace) if step is None else after_answer(pace, **step)
        assert SMALLEST <= pace.request_bytes <= MIB
