"""Whole months after the last message, to the second, also where a month is short."""

import calendar
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.retention import kept_until
from protocol.values import Instant


def at(text: str) -> Instant:
    return Instant(int(dt.datetime.fromisoformat(f"{text}+00:00").timestamp()))


@pytest.mark.parametrize(
    ("last", "months", "until"),
    [
        ("2026-11-30T10:00:07", 24, "2028-11-30T10:00:07"),
        ("2026-11-30T10:00:07", 3, "2027-02-28T10:00:07"),
        ("2027-11-30T10:00:07", 3, "2028-02-29T10:00:07"),
        ("2026-12-31T23:59:59", 84, "2033-12-31T23:59:59"),
        ("2026-01-15T00:00:00", 12, "2027-01-15T00:00:00"),
    ],
)
def test_a_thread_is_kept_until_the_same_second_so_many_months_later(
    last: str, months: int, until: str
) -> None:
    assert kept_until(at(last), months=months) == at(until)


@given(last=st.integers(0, 4_000_000_000), months=st.integers(3, 84))
def test_the_day_is_the_same_or_the_last_of_its_month(last: int, months: int) -> None:
    before = dt.datetime.fromtimestamp(last, tz=dt.UTC)
    after = dt.datetime.fromtimestamp(kept_until(Instant(last), months=months), tz=dt.UTC)

    assert (after.year - before.year) * 12 + after.month - before.month == months
    assert after.time() == before.time()
    last_day = calendar.monthrange(after.year, after.month)[1]
    assert after.day == min(before.day, last_day)
