"""What waited is all there afterwards, whichever way it came; and a node that rests is measured."""

from pathlib import Path

import pytest

from bench import drains, fanin, idle
from bench.floors import idle as floor_idle
from bench.floors import sizes
from protocol import limits

pytestmark = [pytest.mark.slow, pytest.mark.sockets]
# Not a whole number of requests, so that the last one is short.
MESSAGES = 150


def test_what_waited_drains_straight_to_its_recipient(tmp_path: Path) -> None:
    assert drains.seconds(tmp_path, messages=MESSAGES).value > 0


def test_what_waited_drains_by_way_of_a_relay(tmp_path: Path) -> None:
    assert drains.seconds_by_a_relay(tmp_path, messages=MESSAGES).value > 0


def test_over_a_slow_line_it_takes_no_less_than_the_line_does(tmp_path: Path) -> None:
    measured = drains.seconds_over_a_slow_line(tmp_path, messages=MESSAGES)
    least = drains.least_over_the_slow_line(messages=MESSAGES)

    assert measured.value >= least.value
    assert 1 < measured.beside["bytes_per_envelope_byte"] < 1.35


def test_what_many_send_at_once_is_all_applied(tmp_path: Path) -> None:
    measured = fanin.seconds(tmp_path, peers=3, messages=30)

    assert measured.value > 0
    assert measured.beside["stall_milliseconds"] >= 0


def test_an_idle_node_asks_its_relay_for_mail_and_little_more(tmp_path: Path) -> None:
    least = floor_idle.line_kilobytes(exchanges=1).value
    visits_in_a_day = 96

    assert visits_in_a_day * least < idle.line_kilobytes(tmp_path).value < 4 * visits_in_a_day


def test_both_sides_of_a_drain_carry_envelopes_of_one_size() -> None:
    assert limits.BUCKETS[0] == sizes.ENVELOPE_BYTES
