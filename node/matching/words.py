"""Words as they are compared: one spelling for what looks the same, and no joiners.

What is stored keeps its joiners; only what is compared loses them, on both sides. Composing (NFC) takes the
precomposed letters with a dot below apart, so that both ways of writing them agree.
"""

import re
import unicodedata
from typing import Final

from protocol import limits

_JOINERS: Final = {0x200C: None, 0x200D: None}
_WORD: Final = re.compile(r'[^\s"]+')


def matchable(text: str) -> str:
    """A text as it stands in an index."""
    return unicodedata.normalize("NFC", text).translate(_JOINERS)


def search_terms(words: str) -> list[str]:
    """The words to look for, prepared as the texts were; none of them holds a quote."""
    return _WORD.findall(matchable(words))[: limits.CODES_MAX]
