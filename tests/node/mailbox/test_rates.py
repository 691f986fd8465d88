"""Allowances and memories: bounded, on the monotonic clock, exact to the second."""

from node.mailbox.bounds import Note
from node.mailbox.rates import Allowance, Remembered


def test_an_allowance_is_used_up_and_fills_again_evenly() -> None:
    allowance = Allowance[str](per_minute=2)
    assert [allowance.wait_seconds("a", now=0.0) for _ in range(3)] == [0, 0, 30]
    assert allowance.wait_seconds("b", now=0.0) == 0
    assert allowance.wait_seconds("a", now=29.0) == 1
    assert allowance.wait_seconds("a", now=30.0) == 0
    # However long nobody asks, it never holds more than a minute's worth.
    assert [allowance.wait_seconds("a", now=9_999.0) for _ in range(3)] == [0, 0, 30]


def test_a_value_is_remembered_for_its_time_and_for_each_key_apart() -> None:
    memory = Remembered[str](seconds=600.0, values_max=10)
    assert memory.note("a", b"1", now=0.0) is Note.NEW
    assert memory.note("b", b"1", now=0.0) is Note.NEW
    assert memory.note("a", b"1", now=600.0) is Note.SEEN
    assert memory.note("a", b"1", now=600.1) is Note.NEW


def test_a_memory_that_is_full_takes_nothing_new_until_the_oldest_is_over() -> None:
    memory = Remembered[str](seconds=600.0, values_max=2)
    assert memory.note("a", b"1", now=0.0) is Note.NEW
    assert memory.note("a", b"2", now=1.0) is Note.NEW
    assert memory.note("a", b"3", now=2.0) is Note.CROWDED
    assert memory.note("a", b"2", now=2.0) is Note.SEEN
    assert memory.note("a", b"3", now=600.5) is Note.NEW
