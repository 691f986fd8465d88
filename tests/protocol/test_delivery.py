"""The life of an outbox item, and when the next attempt is due."""

from typing import Final

import pytest

from protocol.delivery import OutboxEvent, OutboxState, next_attempt, step
from tests.support.builders import NOON

# Every pair that means something; every other pair changes nothing.
TABLE: Final = {
    ("queued", "seal"): "sealed",
    ("sealed", "deposit"): "deposited",
    ("sealed", "reseal"): "sealed",
    ("sealed", "receipt"): "stored",
    ("sealed", "refusal"): "refused",
    ("deposited", "deposit"): "deposited",
    ("deposited", "reseal"): "sealed",
    ("deposited", "receipt"): "stored",
    ("deposited", "refusal"): "refused",
    ("stored", "refusal"): "refused",
}
HOUR: Final = 3_600


@pytest.mark.parametrize("event", OutboxEvent)
@pytest.mark.parametrize("state", OutboxState)
def test_an_outbox_item_moves_as_the_table_says(state: OutboxState, event: OutboxEvent) -> None:
    assert step(state, event) == TABLE.get((state.value, event.value))


def test_what_was_never_sealed_cannot_be_stored_or_refused() -> None:
    assert step(OutboxState.QUEUED, OutboxEvent.RECEIPT) is None


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(1, 60), (2, 300), (3, 900), (4, HOUR), (5, HOUR), (1_000_000, HOUR)],
)
def test_attempts_follow_after_1_5_and_15_minutes_then_every_hour_without_end(
    attempts: int, seconds: int
) -> None:
    earliest, latest = (
        next_attempt(attempts=attempts, now=NOON, jitter=jitter) - NOON for jitter in (0, 255)
    )

    assert (earliest, latest) == (seconds * 8 // 10, seconds * 12 // 10)


def test_the_spread_grows_with_the_jitter_and_never_leaves_twenty_percent() -> None:
    waits = [next_attempt(attempts=4, now=NOON, jitter=jitter) - NOON for jitter in range(256)]

    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (2_880, 4_320)
