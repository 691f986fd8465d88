"""The characters about whose width terminals disagree, and the words by which a terminal is known.

`Mc` and `Mn` are Unicode's spacing and non-spacing marks. Most Bengali and Devanagari vowel signs are
spacing.
"""

import unicodedata
from typing import Final

from tui.clusters import ZWJ, ZWNJ

_BLOCKS: Final = ((0x0900, 0x097F, "\u0915"), (0x0980, 0x09FF, "\u0995"))


def _marks_of(first: int, last: int) -> list[str]:
    every = (chr(point) for point in range(first, last + 1))
    return [mark for mark in every if unicodedata.category(mark) in ("Mn", "Mc")]


SHOWN: Final = {
    mark: ka + mark for first, last, ka in _BLOCKS for mark in _marks_of(first, last)
} | {
    ZWNJ: f"\u0995{ZWNJ}\u0995",
    ZWJ: f"\u0995{ZWJ}\u0995",
}
"""Each mark on a letter, and each joiner between two: tmux takes the letter after a joiner's cell away."""
MARKS: Final = tuple(SHOWN)

CONJUNCTS: Final = ("\u0995\u09cd\u09b7", "\u0915\u094d\u0937")
"""ক্ষ and क्ष: two consonants that are written as one."""
WORDS: Final = (
    "\u09ac\u09be\u0982\u09b2\u09be",  # বাংলা
    "\u09b9\u09bf\u09a8\u09cd\u09a6\u09bf",  # হিন্দি
    "\u0928\u0947\u092a\u093e\u0932\u0940",  # नेपाली
    "\u0917\u0930\u094d\u200d\u092f\u094b",  # गर्‍यो, whose joiner is a letter's form
    "\u09b0\u200d\u09cd\u09af\u09be\u09ac",  # র‍্যাব, likewise
)
"""Short words with vowel signs, conjuncts and joiners: on them the sum of the single marks is tried."""


def usual_width(mark: str) -> int:
    """The cells most terminals give a mark, for one that cannot be asked."""
    return int(unicodedata.category(mark) == "Mc")
