"""What a reader of Bengali, Devanagari or Latin sees as one letter, and where her words begin.

A cluster is an extended grapheme cluster of Unicode (UAX 29) with the rule for conjuncts (GB9c): a letter
with its nukta, vowel signs and joiners, and with every consonant that a virama ties to it.
What Python itself takes for the characters of a word leaves out vowel signs and joiners, so that a word
would end at each of them.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from typing import Final

INDIC_FIRST: Final = 0x0900
INDIC_LAST: Final = 0x0DFF
ZWNJ: Final = "\u200c"
ZWJ: Final = "\u200d"
JOINERS: Final = frozenset((ZWNJ, ZWJ))

# The virama of each script whose conjuncts Unicode keeps together, and the consonants it ties.
_VIRAMAS: Final = "\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d"
_CONSONANTS: Final = (
    "\u0915-\u0939\u0958-\u095f\u0978-\u097f"
    "\u0995-\u09a8\u09aa-\u09b0\u09b2\u09b6-\u09b9\u09dc\u09dd\u09df\u09f0\u09f1"
    "\u0a95-\u0aa8\u0aaa-\u0ab0\u0ab2\u0ab3\u0ab5-\u0ab9\u0af9"
    "\u0b15-\u0b28\u0b2a-\u0b30\u0b32\u0b33\u0b35-\u0b39\u0b5c\u0b5d\u0b5f\u0b71"
    "\u0c15-\u0c28\u0c2a-\u0c39\u0c58-\u0c5a"
    "\u0d15-\u0d3a"
)
# Spacing marks that Unicode counts as extending a letter, because they compose with another mark.
_COMPOSING: Final = (
    "\u09be\u09d7\u0b3e\u0b57\u0bbe\u0bd7\u0cc0\u0cc2\u0cc7\u0cc8\u0cca\u0ccb\u0cd5\u0cd6"
    "\u0d3e\u0d57\u0dcf\u0ddf"
)
# Accents of Latin letters, Vedic and extended Devanagari signs, variation selectors.
_OTHER_EXTENDING: Final = (
    "\u0300-\u036f\u1ab0-\u1aff\u1cd0-\u1cd2\u1cd4-\u1ce0\u1ce2-\u1ce8\u1ced\u1cf4\u1cf8\u1cf9"
    "\u1dc0-\u1dff\u20d0-\u20ff\ua8e0-\ua8f1\ua8ff\ufe00-\ufe0f\ufe20-\ufe2f"
)
_VEDIC_SPACING: Final = "\u1ce1\u1cf7"
PICTURES: Final = "\xa9\xae\u203c-\u3299\U0001f000-\U0001faff"
"""A class of characters that holds every emoji: those that a joiner makes one of."""


def _of(*categories: str) -> str:
    """Every Indic character of these categories, for a character class."""
    return "".join(
        chr(point)
        for point in range(INDIC_FIRST, INDIC_LAST + 1)
        if unicodedata.category(chr(point)) in categories
    )


_NONSPACING: Final = "".join(mark for mark in _of("Mn") if mark not in _VIRAMAS)
_EXTENDING: Final = f"{_NONSPACING}{_COMPOSING}{_OTHER_EXTENDING}{ZWJ}"
_MARKS: Final = f"{_of('Mn', 'Mc', 'Me')}{_OTHER_EXTENDING}{_VEDIC_SPACING}{ZWNJ}{ZWJ}"
_BREAKING: Final = "\\x00-\\x1f\\x7f-\\x9f\u2028\u2029"
_PLAIN_MARKS: Final = "".join(mark for mark in _MARKS if mark not in _VIRAMAS)
# The virama takes the next consonant with it, whatever it stands on: অ্যা is one, as a reader sees it.
_TIED: Final = f"[{_VIRAMAS}][{_EXTENDING}{_VIRAMAS}]*[{_CONSONANTS}]?"
# Nothing in it can fail once it has begun, so a long run of marks is read once.
_CLUSTER: Final = re.compile(
    f"\\r\\n|[{_BREAKING}]"
    f"|[{PICTURES}](?:[{_PLAIN_MARKS}]|{_TIED}|(?<={ZWJ})[{PICTURES}])*"
    f"|(?:{_TIED}|.)(?:[{_PLAIN_MARKS}]|{_TIED})*",
    re.DOTALL,
)
_WORD: Final = re.compile(f"[\\w{_MARKS}]+")


def clusters(text: str) -> list[str]:
    """The text, cluster by cluster; joined, they are the text."""
    return _CLUSTER.findall(text)


def boundaries(text: str) -> list[int]:
    """Where a cursor may stand: 0, the end of each cluster, and so the length of the text."""
    return [0, *(found.end() for found in _CLUSTER.finditer(text))]


def is_boundary(text: str, position: int) -> bool:
    """Whether a cursor at this place stands between two clusters."""
    return boundary_before(text, position + 1) == position if position < len(text) else True


def boundary_after(text: str, position: int) -> int:
    """The next place to the right at which a cursor may stand; the end of the text, at the end."""
    ends = boundaries(text)
    return ends[min(bisect_right(ends, position), len(ends) - 1)]


def boundary_before(text: str, position: int) -> int:
    """The next place to the left at which a cursor may stand; 0, at the start."""
    ends = boundaries(text)
    return ends[max(bisect_left(ends, position) - 1, 0)]


def word_starts(text: str) -> list[int]:
    """Where words begin."""
    return [found.start() for found in _WORD.finditer(text)]


def word_after(text: str, position: int) -> int:
    """The start of the next word to the right, or the end of the text."""
    return next((start for start in word_starts(text) if start > position), len(text))


def word_before(text: str, position: int) -> int:
    """The start of the next word to the left, or the start of the text."""
    return next((start for start in reversed(word_starts(text)) if start < position), 0)


def word_end_after(text: str, position: int) -> int:
    """The end of the word that stands here or comes next to the right, or the end of the text."""
    return next(
        (found.end() for found in _WORD.finditer(text) if found.end() > position), len(text)
    )
