"""Names in three scripts that the rules for sounds were not made with, and what somebody types of them."""

import random
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

_NAMES: Final = Path(__file__).with_name("names.toml")
_TYPED: Final = 400


@cache
def all_names() -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Each name in its spellings: Latin, Bengali, Devanagari."""
    rows = tomllib.loads(_NAMES.read_text(encoding="utf-8"))["names"]
    return tuple(tuple(tuple(script.split()) for script in row) for row in rows)


def written() -> Sequence[str]:
    """The spellings in which names stand in cases: every one of the Bengali and the Devanagari script."""
    return [spelling for row in all_names() for script in row[1:] for spelling in script]


def beginnings() -> Sequence[str]:
    """What somebody has typed after two to five letters, in the three scripts."""
    drawn = random.Random(2)  # noqa: S311
    spellings = [spelling for row in all_names() for script in row for spelling in script]
    return [drawn.choice(spellings)[: drawn.randint(2, 5)] for _ in range(_TYPED)]


def in_latin() -> Sequence[str]:
    """Names as somebody types them in Latin letters."""
    drawn = random.Random(3)  # noqa: S311
    return [drawn.choice(drawn.choice(all_names())[0]) for _ in range(_TYPED)]
