"""What stands on a terminal's screen, as a reader sees it: rows, the keys below, and what is lit."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

from rich.ansi import AnsiDecoder
from rich.color_triplet import ColorTriplet
from rich.style import Style
from rich.text import Text
from typing_extensions import override

COLUMNS: Final = 80
ROWS: Final = 24
FOOTER_ROWS: Final = 2
_BETWEEN_KEYS: Final = re.compile(r" {2,}")
_BLUE_MIN: Final = 30
_FRAME: Final = " │╭╮╰╯─"


class AmbiguousError(AssertionError):
    """Two keys of one footer have the same label; for a moment that is so also while it is drawn anew."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One look at the screen.

    Attributes:
        drawn: the rows with their colours, as the terminal holds them.
        rows: the rows as text, without the spaces at their ends.
    """

    drawn: tuple[str, ...]
    rows: tuple[str, ...]
    lit: tuple[Text, ...]

    @classmethod
    def of(cls, drawn: Sequence[str]) -> "Screen":
        """Of the lines that the terminal gave."""
        lit = tuple(AnsiDecoder().decode("\n".join(drawn)))
        return cls(drawn=tuple(drawn), rows=tuple(line.plain.rstrip() for line in lit), lit=lit)

    @override
    def __str__(self) -> str:
        return "\n".join(self.rows)

    @property
    def heading(self) -> str:
        """The first row."""
        return self.rows[0] if self.rows else ""

    @property
    def text(self) -> str:
        """Everything on one line, so that a sentence is found however it was wrapped."""
        return " ".join(" ".join(row.strip(_FRAME) for row in self.rows).split())

    def keys(self) -> dict[str, str]:
        """Each label in the footer with the key before it; of a dialog, those in its last rows."""
        footer = self.rows[ROWS - FOOTER_ROWS :]
        if not any(footer):
            inside = [row for row in self.rows if row.strip(_FRAME)]
            footer = tuple(row.strip(_FRAME) for row in inside[-FOOTER_ROWS:])
        pairs = [pair for row in footer for pair in _BETWEEN_KEYS.split(row.strip()) if pair]
        parts = [pair.partition(" ") for pair in pairs]
        labels = [label for _, _, label in parts if label]
        if len(set(labels)) != len(labels):
            raise AmbiguousError(f"two keys are called the same: {labels}")
        return {label: key for key, _, label in parts if label}

    @property
    def is_typing(self) -> bool:
        """Would a letter be typed? Then no letter is a key."""
        letters = [key for key in self.keys().values() if len(key) == 1 and key != "?"]
        return not letters

    def lit_rows(self) -> tuple[int, ...]:
        """The rows of the widget that has the focus: the desk lights it in its blue."""
        inner = range(1, ROWS - FOOTER_ROWS - 1)
        return tuple(number for number in inner if self._is_lit(number))

    def _is_lit(self, number: int) -> bool:
        if number >= len(self.lit):
            return False
        return any(
            _is_blue(span.style.bgcolor.triplet)
            for span in self.lit[number].spans
            if isinstance(span.style, Style)
            and span.style.bgcolor is not None
            and span.start < COLUMNS - 2
        )

    @property
    def lit_text(self) -> str:
        """What is lit: the field that has the focus, or the row of a list with the cursor."""
        return " ".join(self.rows[number].strip() for number in self.lit_rows())

    def row_of(self, text: str) -> int | None:
        """The first row that holds this text."""
        return next((number for number, row in enumerate(self.rows) if text in row), None)


def _is_blue(color: ColorTriplet | None) -> bool:
    return color is not None and color.blue - color.red > _BLUE_MIN


def cells(text: str) -> int:
    """How many cells a text takes on a terminal that gives each spacing mark one.

    Counted by Unicode's own categories and not by the desk's table, which is what is tried here.
    """
    return sum(map(_cells_of, text))


def _cells_of(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
