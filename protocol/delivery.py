"""The life of an outbox item: what an attempt's outcome leads to, and when the next one is due (SPEC 10)."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from protocol import limits
from protocol.values import Instant, MessageId, later


class OutboxState(StrEnum):
    """Where an item stands."""

    QUEUED = "queued"
    """It has only its id and may vanish without trace."""
    SEALED = "sealed"
    """It has its number; from here on it is never dropped (R-64)."""
    DEPOSITED = "deposited"
    STORED = "stored"
    REFUSED = "refused"


class OutboxEvent(StrEnum):
    """What can happen to an item."""

    SEAL = "seal"
    DEPOSIT = "deposit"
    RECEIPT = "receipt"
    REFUSAL = "refusal"
    RESEAL = "reseal"


TRANSITIONS: Final[dict[OutboxState, dict[OutboxEvent, OutboxState]]] = {
    OutboxState.QUEUED: {OutboxEvent.SEAL: OutboxState.SEALED},
    OutboxState.SEALED: {
        OutboxEvent.DEPOSIT: OutboxState.DEPOSITED,
        OutboxEvent.RESEAL: OutboxState.SEALED,
        # A receipt can overtake the answer of the mailbox it was left in.
        OutboxEvent.RECEIPT: OutboxState.STORED,
        OutboxEvent.REFUSAL: OutboxState.REFUSED,
    },
    OutboxState.DEPOSITED: {
        OutboxEvent.RECEIPT: OutboxState.STORED,
        OutboxEvent.REFUSAL: OutboxState.REFUSED,
        OutboxEvent.RESEAL: OutboxState.SEALED,
        OutboxEvent.DEPOSIT: OutboxState.DEPOSITED,
    },
    # A head that moved over a refused message can be faster than the receipt that names it.
    OutboxState.STORED: {OutboxEvent.REFUSAL: OutboxState.REFUSED},
    OutboxState.REFUSED: {},
}


def step(state: OutboxState, event: OutboxEvent) -> OutboxState | None:
    """The next state, or None where the event means nothing any more."""
    return TRANSITIONS[state].get(event)


def next_attempt(*, attempts: int, now: Instant, jitter: int) -> Instant:
    """When to try again after `attempts` failed ones: 1, 5, 15 minutes, then hourly, without end (R-63).

    Args:
        attempts: how many failed since the last sign of life of this peer, at least 1.
        now: the instant of the failure.
        jitter: a number from 0 to 255; spreads the attempt over 20 % either way.
    """
    waits = limits.ATTEMPT_SECONDS
    wait = waits[min(attempts, len(waits)) - 1]
    spread = wait * limits.ATTEMPT_JITTER_PERCENT // 100
    return later(now, wait - spread + 2 * spread * jitter // 255)


def requests_of(
    envelopes: Sequence[tuple[MessageId, bytes]], *, bytes_max: int
) -> list[list[tuple[MessageId, bytes]]]:
    """Cut what leaves into requests, in order: each of so many bytes at most, or of one that is larger."""
    requests: list[list[tuple[MessageId, bytes]]] = []
    room = 0
    for message, raw in envelopes:
        if not requests or len(raw) > room:
            requests.append([])
            room = bytes_max
        requests[-1].append((message, raw))
        room -= len(raw)
    return requests
