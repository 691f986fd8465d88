"""How a name in Latin letters is read, as people in the three countries spell their names in papers."""

import re
import unicodedata
from typing import Final

VOWELS: Final = "aeiou"
_NOT_A_LETTER: Final = re.compile("[^a-z]")
# The longer ones first; what they sound like stands in capitals until all are found.
_SPELLINGS: Final = (
    ("ksh", "KS"), ("kkh", "K"), ("chh", "C"), ("cch", "C"), ("tth", "T"), ("ddh", "D"),
    ("ch", "C"), ("sh", "S"), ("ph", "P"), ("bh", "B"), ("dh", "D"), ("th", "T"), ("kh", "K"),
    ("gh", "G"), ("jh", "J"), ("rh", "R"), ("lh", "L"), ("ck", "K"), ("gy", "G"), ("jn", "G"),
    ("x", "KS"), ("q", "K"), ("f", "P"), ("z", "J"), ("oo", "U"), ("ee", "I"), ("oa", "OWA"),
)  # fmt: skip
_SOFT: Final = re.compile("c(?=[eiyEI])")


def read_latin(word: str) -> list[tuple[str, ...]]:
    """The letters of a name in their order, each with its readings."""
    text = _NOT_A_LETTER.sub("", unicodedata.normalize("NFKD", word.casefold()))
    for spelling, sound in _SPELLINGS:
        text = text.replace(spelling, sound)
    sounds = _SOFT.sub("s", text).replace("c", "k").lower()
    places = range(len(sounds))
    return [_read(sounds[i], sounds[:i][-1:], sounds[i + 1 : i + 2]) for i in places]


def _read(letter: str, before: str, after: str) -> tuple[str, ...]:
    match letter:
        case "y":
            return ("i",) if before else ("j", "i")
        case "v":
            return ("b",)
        case "w" if not before:
            return ("b", "")
        case "w" if before in VOWELS and (not after or after not in VOWELS):
            return ("u",)
        case "w":
            return ("", "b")
        case _:
            return (letter,)
