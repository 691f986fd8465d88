"""When things leave: in batches on one clock for everybody, with cover where there is nothing (SPEC 10.4).

Whoever watches a line sees deposits at the full and at the half hour, and may not learn from their time that
somebody pressed a key.
"""

from dataclasses import dataclass
from typing import Final

from protocol import limits
from protocol.errors import LocalProtocolError
from protocol.values import Instant, instant, later


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How a node leaves its envelopes.

    Attributes:
        batch_seconds: from one batch to the next; 0 lets everything leave as soon as it is due.
        has_cover: does an envelope leave on a day on which there is nothing to say?
    """

    batch_seconds: int
    has_cover: bool

    def __post_init__(self) -> None:
        """Refuse cover outside of batches: it would be seen for what it is. Raises: LocalProtocolError."""
        if self.has_cover and self.batch_seconds == 0:
            raise LocalProtocolError("cover without batches")


WHEN_DUE: Final = Cadence(batch_seconds=0, has_cover=False)
"""No batches and no cover."""


def at_high_risk(cadence: Cadence) -> Cadence:
    """How a node leaves its envelopes where the charter asks for the high risk profile (R-200)."""
    batch_seconds = cadence.batch_seconds or limits.BATCH_SECONDS
    return Cadence(batch_seconds=batch_seconds, has_cover=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverPlan:
    """One peer's envelope of a day: on which day the last one left, and when cover is to leave today."""

    left_on: int | None
    planned_for: int | None
    at: Instant


def open_batch(*, now: Instant, cadence: Cadence) -> Instant | None:
    """The batch that leaves now: what was due by this instant goes with it, what came later waits (R-186).

    Returns:
        The instant the batch is named after, or None between two batches.
    """
    if cadence.batch_seconds == 0:
        return now
    since = now % cadence.batch_seconds
    return instant(now - since) if since < limits.BATCH_OPEN_SECONDS else None


def leaves_at(*, due: Instant, now: Instant, cadence: Cadence) -> Instant:
    """The instant of the batch with which something leaves that is due at `due`."""
    if cadence.batch_seconds == 0:
        return max(due, now)
    batch = open_batch(now=now, cadence=cadence)
    if batch is not None and due <= batch:
        return batch
    start = max(due, instant(now - now % cadence.batch_seconds + 1))
    return instant(-(-start // cadence.batch_seconds) * cadence.batch_seconds)


def plan_cover(*, now: Instant, cadence: Cadence, jitter: int) -> Instant:
    """Choose the batch of today with which cover leaves, if nothing else did before (R-187).

    Args:
        now: when it is chosen.
        cadence: with batches.
        jitter: a number from 0 to 65,535; spreads the choice over the batches of the hours to come.
    """
    ends = min(later(now, limits.COVER_SECONDS), instant((now // limits.DAY + 1) * limits.DAY))
    first = leaves_at(due=now, now=now, cadence=cadence)
    choices = max(1, -(-(ends - first) // cadence.batch_seconds))
    return later(first, (choices * jitter >> 16) * cadence.batch_seconds)


def is_cover_due(plan: CoverPlan, *, batch: Instant) -> bool:
    """Does cover leave with this batch? Not after anything else left on that day."""
    today = batch // limits.DAY
    return plan.left_on != today and plan.planned_for == today and plan.at <= batch
