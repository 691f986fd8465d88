"""What was read off once where less is better, and how many of many readings lie below a number."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One measured cost, and what was read off beside it, by its name."""

    value: float
    beside: Mapping[str, float] = field(default_factory=dict)


def middle_and_most(values: Sequence[float], *, share: float = 0.95) -> tuple[float, float]:
    """The median, and what this share of the values does not exceed."""
    cuts = statistics.quantiles(values, n=100)
    return statistics.median(values), cuts[round(share * 100) - 1]
