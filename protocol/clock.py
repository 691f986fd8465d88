"""May we trust our own clock, and what do we believe while it is in doubt (SPEC 3.4)?

A computer without a battery wakes in 1970, and one was once in the year 2250. Whatever is destroyed by date
is destroyed only by a clock that is trusted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from protocol import limits
from protocol.values import Instant, instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Somebody said what time it is.

    `source` is 32 bytes that stand for who said it, `heard_at` what our own clock said then. What a message
    says is when it was sealed, so `said` may lie behind, never ahead, of a clock that is right.
    """

    source: bytes
    said: Instant
    heard_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of the clock: when it was last trusted, the latest time ever seen, what others said.

    Where it was never trusted, as in a vault that came to another computer, the latest time ever seen stands
    in for that; 0 if there is none either.
    """

    trusted_at: Instant | None
    latest_seen: Instant
    samples: Sequence[Sample]


class Doubt(StrEnum):
    """Why a clock is not trusted."""

    MOVED = "moved"
    """By more than seven days since it was last trusted, and nobody says that it is right."""
    DISAGREES = "disagrees"
    """By more than 48 hours with what the others say."""


def doubt(evidence: Evidence, *, now: Instant) -> Doubt | None:
    """Is there a reason not to trust the clock now (R-110, R-111)?

    Args:
        evidence: what is known of it.
        now: what it says.
    """
    offsets = sorted(offsets_of(evidence.samples, now=now).values())
    if offsets and any(abs(middle) > limits.CLOCK_SKEW_SECONDS for middle in _middles(offsets)):
        return Doubt.DISAGREES
    trusted = evidence.latest_seen if evidence.trusted_at is None else evidence.trusted_at
    if not trusted or offsets or abs(now - trusted) <= limits.CLOCK_MOVE_SECONDS:
        return None
    return Doubt.MOVED


def offsets_of(samples: Iterable[Sample], *, now: Instant) -> dict[bytes, int]:
    """By how many seconds each source is ahead of our clock (behind it: below zero), as far as it is recent.

    Of each source the best one counts, because messages are late and never early, and what was sealed over
    seven days ago is late and no more. What was heard in our own future speaks against the clock of now.
    """
    best: dict[bytes, int] = {}
    for sample in samples:
        is_late = now - sample.said > limits.CLOCK_MOVE_SECONDS
        if is_late or not _is_recent(sample, now=now):
            continue
        offset = sample.said - min(sample.heard_at, now)
        best[sample.source] = max(best.get(sample.source, offset), offset)
    return best


def believed(evidence: Evidence, *, now: Instant) -> Instant:
    """The time that we put our name to (R-112): the clock's, or while it is in doubt a time that has been.

    In doubt it is the latest time ever seen, or a later one that the others vouch for and our clock has
    passed. So nothing we sign lies in a future from which nobody takes it.
    """
    if doubt(evidence, now=now) is None:
        return now
    newest: dict[bytes, int] = {}
    for sample in evidence.samples:
        if _is_recent(sample, now=now):
            newest[sample.source] = max(newest.get(sample.source, 0), sample.said)
    told = min(_middles(sorted(newest.values()))) if newest else 0
    return instant(max(evidence.latest_seen, min(now, told)))


def _is_recent(sample: Sample, *, now: Instant) -> bool:
    return abs(now - sample.heard_at) <= limits.CLOCK_MOVE_SECONDS


def _middles(ordered: Sequence[int]) -> tuple[int, int]:
    """The one or two in the middle; of two, both have to be good."""
    return ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
