"""How alike two names sound: 1 for the same, 0 for nothing in common."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from node.matching.sounds import Sounded

ALIKE_MIN: Final = 0.65
"""Spellings of one name are as alike as this; tests/bench says how many are, and how many others."""
_KEPT: Final = 16_384


def likeness(
    one: Sequence[Sounded], other: Sequence[Sounded], *, is_beginning: bool = False
) -> float:
    """The likest pair of readings.

    Args:
        one: the name that is looked for.
        other: a name that is there.
        is_beginning: it is still being typed, and may go on.
    """
    return max(
        (
            _alike(mine.sounds, theirs.sounds, is_beginning=is_beginning)
            for mine in one
            for theirs in other
        ),
        default=0.0,
    )


@lru_cache(maxsize=_KEPT)
def _alike(one: str, other: str, *, is_beginning: bool) -> float:
    steps = _changes(one, other)
    distance = min(steps) if is_beginning else steps[-1]
    longer = len(one) if is_beginning else max(len(one), len(other))
    return max(0.0, 1 - distance / longer)


def _changes(one: str, other: str) -> list[int]:
    """How many letters differ between `one` and each beginning of `other` (Levenshtein)."""
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        diagonal, row[0] = row[0], place
        for there, theirs in enumerate(other, start=1):
            diagonal, row[there] = (
                row[there],
                min(row[there] + 1, row[there - 1] + 1, diagonal + (letter != theirs)),
            )
    return row
