"""How much goes into one request on a line: as much as the line has shown to carry (SPEC 10.5).

A request that is cut off has carried nothing, so on a line that breaks every minute a small one arrives and a
large one never does. On a good line the number of requests is what costs time.
"""

from dataclasses import dataclass
from typing import Final

from protocol import limits

# A request that took longer was too large for this line; after one that took less the next may be larger.
_SECONDS_MAX: Final = 20.0
_SECONDS_MIN: Final = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What one line carries; one envelope that is larger goes alone.

    Attributes:
        request_bytes: so much goes into one request.
        is_known: has it answered a request yet?
        seconds: how long the last one took that was answered.
    """

    request_bytes: int
    is_known: bool
    seconds: float


UNKNOWN: Final = Pace(request_bytes=limits.REQUEST_BYTES_FIRST, is_known=False, seconds=0.0)
"""Of a line on which nothing was tried yet."""


def after_answer(pace: Pace, *, carried: int, seconds: float) -> Pace:
    """A request of so many bytes was answered after so many seconds (R-241)."""
    size = pace.request_bytes
    if seconds > _SECONDS_MAX:
        size //= 2
    elif seconds < _SECONDS_MIN and 2 * carried >= size:
        size *= 2
    return Pace(request_bytes=_bounded(size), is_known=True, seconds=seconds)


def after_break(pace: Pace) -> Pace:
    """No whole answer came (R-241)."""
    return Pace(
        request_bytes=_bounded(pace.request_bytes // 2),
        is_known=pace.is_known,
        seconds=pace.seconds,
    )


def _bounded(size: int) -> int:
    return max(limits.REQUEST_BYTES_MIN, min(size, limits.BATCH_BYTES_MAX))
