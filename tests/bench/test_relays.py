"""The product's side of the relay's rows serves, and is asked for, what the floor is asked for."""

from pathlib import Path

import pytest

from bench import relays
from bench.floors import sizes
from protocol import limits

pytestmark = [pytest.mark.slow, pytest.mark.sockets]


def test_a_relay_with_a_file_is_measured(tmp_path: Path) -> None:
    _, product = relays.in_a_file(tmp_path, pick_ups=10)
    assert product() > 0


@pytest.mark.usefixtures("postgresql")
def test_two_processes_of_a_relay_with_postgresql_are_measured(tmp_path: Path) -> None:
    _, product = relays.in_postgresql(tmp_path, servers=2, pick_ups=10)
    assert product() > 0


def test_both_sides_leave_envelopes_of_one_size_and_read_a_whole_batch() -> None:
    assert len(relays._envelope(7)) == sizes.ENVELOPE_BYTES
    assert sizes.BATCH_MESSAGES == limits.BATCH_ENVELOPES_MAX
