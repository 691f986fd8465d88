"""A name as a chain of sounds, whichever of the three scripts it is written in.

Sounds are told apart only as far as everybody tells them apart in writing: breath, length and the place of
the tongue are left out, because the spellings of one name differ in them. Where a spelling can be read in
several ways it gives several readings, and two names sound alike when they share one.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from typing import Final

from node.matching.indic import is_indic, read_indic
from node.matching.latin import VOWELS, read_latin

READINGS_MAX: Final = 6
"""A long name could have many; those that come first are the likelier ones."""
_TRIED_MAX: Final = 24
_KEPT: Final = 8_192
_LETTERS_MAX: Final = 40
_ALIKE: Final = str.maketrans("oe", "ai")
_BREATH: Final = re.compile("(?<=.)h")
_LIP: Final = re.compile("n(?=[pbm])")
_VOWEL: Final = re.compile(f"[{VOWELS}]")
_TWICE: Final = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Sounded:
    """One reading of a name: its sounds, vowels and all, and the consonants that stay in most spellings."""

    sounds: str
    key: str


@lru_cache(maxsize=_KEPT)
def readings(word: str) -> tuple[Sounded, ...]:
    """How one word of a name may be read, the likeliest first; nothing if no letter of it is known here."""
    cut = word[:_LETTERS_MAX]
    parts = read_indic(cut) if is_indic(cut) else read_latin(cut)
    found: dict[str, Sounded] = {}
    for chosen in islice(product(*parts), _TRIED_MAX):
        sounds = _smooth("".join(chosen))
        if sounds:
            found.setdefault(sounds, Sounded(sounds, _key(sounds)))
    return tuple(found.values())[:READINGS_MAX]


def _smooth(spelled: str) -> str:
    """Sounds that many spellings do not tell apart are one."""
    sounds = _LIP.sub("m", spelled.replace("ng", "n")).translate(_ALIKE)
    return _TWICE.sub(r"\1", _BREATH.sub("", sounds))


def _key(sounds: str) -> str:
    first = "a" if sounds[0] in VOWELS else sounds[0]
    return first + _VOWEL.sub("", sounds[1:])
