"""How a name in the Bengali or the Devanagari script is read.

The blocks of both scripts are laid out alike (after ISCII), so Bengali is written in Devanagari first, with
the two letters that Bengali uses otherwise put right; the rules are then said once, in Devanagari.
"""

import re
import unicodedata
from typing import Final

_BENGALI: Final = 0x0980
_DEVANAGARI: Final = 0x0900
_BLOCK: Final = 0x80
_VIRAMA: Final = "\u094d"
_DOT: Final = "\u093c"
# Bengali য is said as ज, but for the glide য় and below a letter; ব below a letter is silent or a w.
_BENGALI_LETTERS: Final = (
    (re.compile(f"य{_DOT}"), "\u0000"),
    (re.compile(f"(?<!{_VIRAMA})य"), "ज"),
    (re.compile("\u0000"), "य"),
    (re.compile(f"(?<={_VIRAMA})ब"), "व"),
    (re.compile("ॱ"), "व"),
)
_IDLE_DOT: Final = re.compile(f"(?<![डढ]){_DOT}")
# Readings stand apart by a comma, the likelier one first; "-" is no sound.
_PIECES: Final[dict[str, str]] = {
    "क्ष्म": "ksm,k", "क्ष": "ks,k", "ज्ञ": "g,j", "त्स": "ts,s", "ॎस": "ts,s", "र्य": "ri,rji",
    "ओय": "ub,u", "ोय": "u,ub", "इय": "i,j",
    "ड़": "r,d", "ढ़": "r,d",
    "ँ": "n,-", "ं": "n,-", "\u0903": "-",
    "क": "k", "ख": "k", "ग": "g", "घ": "g", "ङ": "n",
    "च": "c", "छ": "c,s", "ज": "j", "झ": "j", "ञ": "n",
    "ट": "t", "ठ": "t", "ड": "d", "ढ": "d", "ण": "n",
    "त": "t", "थ": "t", "द": "d", "ध": "d", "न": "n",
    "प": "p", "फ": "p", "ब": "b", "भ": "b", "म": "m",
    "य": "i", "र": "r", "ल": "l", "ळ": "l", "व": "b,-", "श": "s", "ष": "s", "स": "s", "ह": "h",
    "ॎ": "t", "॰": "r",
    "अ": "a", "आ": "a", "इ": "i", "ई": "i", "उ": "u", "ऊ": "u", "ऋ": "ri", "ऍ": "e", "ए": "e",
    "ऐ": "ai", "ऑ": "o", "ओ": "o", "औ": "au",
    "ा": "a", "ि": "i", "ी": "i", "ु": "u", "ू": "u", "ृ": "ri", "ॅ": "e", "े": "e", "ै": "ai",
    "ॉ": "o", "ो": "o", "ौ": "au",
}  # fmt: skip
# What begins a name is said more clearly.
_FIRST_PIECES: Final = {"य": "j,i", "व": "b", "इय": "j,i", "ओय": "b,u"}
_PIECE: Final = re.compile("|".join(sorted(_PIECES, key=len, reverse=True)))
_SIGNS: Final = frozenset("ािीुूृॅेैॉोौ" + _VIRAMA)
_CONSONANTS: Final = frozenset("कखगघङचछजझञटठडढणतथदधनपफबभमयरलळवशषसह" + _DOT)


def is_indic(word: str) -> bool:
    """Is there a letter of either script?"""
    return any(_DEVANAGARI <= ord(letter) < _BENGALI + _BLOCK for letter in word)


def read_indic(word: str) -> list[tuple[str, ...]]:
    """The pieces of a name in their order, each with its readings."""
    text = _in_devanagari(unicodedata.normalize("NFC", word))
    parts: list[tuple[str, ...]] = []
    for found in _PIECE.finditer(text):
        piece, after = found.group(), text[found.end() : found.end() + 1]
        readings = _FIRST_PIECES.get(piece) if not parts else None
        parts.append(_split(readings or _PIECES[piece]))
        # The vowel that is not written stands after a consonant, but not at the end of a name.
        if piece[-1] in _CONSONANTS and after and after not in _SIGNS:
            parts.append(("a",))
    return parts


def _in_devanagari(word: str) -> str:
    text = word
    if any(_BENGALI <= ord(letter) < _BENGALI + _BLOCK for letter in word):
        text = "".join(
            chr(ord(letter) - _BLOCK) if _BENGALI <= ord(letter) < _BENGALI + _BLOCK else letter
            for letter in word
        )
        for written, said in _BENGALI_LETTERS:
            text = written.sub(said, text)
    return _IDLE_DOT.sub("", text)


def _split(readings: str) -> tuple[str, ...]:
    return tuple(reading.replace("-", "") for reading in readings.split(","))
