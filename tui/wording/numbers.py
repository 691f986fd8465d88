"""Numbers as they are written: lakh grouping, and the digits a reader chose."""

import re
from typing import Final, Literal, TypeAlias

Digits: TypeAlias = Literal["native", "latin"]

LATIN: Final = "0123456789"

_WORD: Final = re.compile(r"\S+")
_LATIN_LETTER: Final = re.compile(r"[A-Za-z]")
_LAST_GROUP: Final = 3


def grouped(number: int) -> str:
    """A number in groups of lakh and crore: 12,34,567."""
    sign = "-" if number < 0 else ""
    text = str(abs(number))
    head, tail = text[:-_LAST_GROUP], text[-_LAST_GROUP:]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)]
    return sign + ",".join([*reversed(pairs), tail])


def turned(text: str, *, digits: str) -> str:
    """A text with other digits. A word with a Latin letter in it, such as K-0142, is a code and stays."""
    table = str.maketrans(LATIN, digits)

    def turn(found: re.Match[str]) -> str:
        word = found[0]
        return word if _LATIN_LETTER.search(word) else word.translate(table)

    return _WORD.sub(turn, text)


def in_latin(text: str, *, digits: str) -> str:
    """A text whose native digits became 0 to 9."""
    return text.translate(str.maketrans(digits, LATIN))
