"""The only way to put text on the screen: no markup, no control or direction-override characters.

A text that came from elsewhere could otherwise run this program's actions (`[@click=...]`), drive the
terminal (ESC, C1), or read as another sentence (bidirectional overrides). The protocol refuses such text
when it is parsed; here it is made harmless once more, so that no path to the screen depends on another's
care.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, final

from textual.content import Content
from textual.widgets import Static

SHOWN_CHARACTERS_MAX: Final = 10_000
"""More than any text the protocol lets through; a longer one is cut, so that no line freezes the screen."""
MARKS_MAX: Final = 8
"""More than any word needs on one letter; a pile of them would be drawn over the rows around it."""
REPLACEMENT: Final = "\ufffd"
_CUT: Final = " […]"
# Two empty lines part anything; thousands of them would push what stands below out of sight.
_GAP: Final = re.compile(r"\n(?:[^\S\n]*\n){3,}")

# The joiners ZWNJ and ZWJ stay: Bengali and Devanagari are misspelt without them.
_JOINERS: Final = "\u200c\u200d"
_KEPT: Final = frozenset(f"\n{_JOINERS}")
# Controls, what Unicode calls formatting (direction marks, zero widths, tags), surrogates, private use, what
# is no character or none yet, and the two separators.
_HARMFUL_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Drawn as nothing or as a blank though they count as letters or signs: a name made of them cannot be seen.
_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U000e0100-\U000e01ef]"
)
# No mark is of a word, as Python counts: without such a run there is nothing to count.
_PERHAPS_A_PILE: Final = re.compile(rf"[^\w\s]{{{MARKS_MAX + 1}}}")


def safe(text: str) -> str:
    """A text that can only be read: what could act is replaced, what is too long is cut."""
    if len(text) > SHOWN_CHARACTERS_MAX:
        text = text[: SHOWN_CHARACTERS_MAX - len(_CUT)] + _CUT
    if not text.isprintable():
        text = "".join(map(_harmless, text.replace("\t", " ")))
        text = _GAP.sub("\n\n\n", text)
    text = _UNSEEN.sub(REPLACEMENT, text)
    return _without_piles(text) if _PERHAPS_A_PILE.search(text) else text


def _harmless(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in _HARMFUL_CATEGORIES:
        return character
    return REPLACEMENT


def _without_piles(text: str) -> str:
    kept: list[str] = []
    height = 0
    for character in text:
        is_on_top = character in _JOINERS or unicodedata.category(character)[0] == "M"
        height = height + 1 if is_on_top else 0
        if height <= MARKS_MAX:
            kept.append(character)
        elif height == MARKS_MAX + 1:
            kept.append(REPLACEMENT)
    return "".join(kept)


def one_line(text: str) -> str:
    """A safe text on one line, for a cell of a table or a title."""
    return " ".join(safe(text).split())


def composed(text: str) -> str:
    """A text as it is stored and compared: composed form (NFC)."""
    return unicodedata.normalize("NFC", text)


def plain(text: str, style: str = "") -> Content:
    """A text for the screen, never markup; `style` is ours, such as `$text-muted` or `bold`."""
    return Content.styled(safe(text), style) if style else Content(safe(text))


def line_of(*parts: str | Content | tuple[str, str]) -> Content:
    """Several parts on one line; a tuple is a text and its style."""
    return Content("").join(_part(part) for part in parts)


def lines_of(lines: Iterable[str | Content]) -> Content:
    """One line under the other."""
    return Content("\n").join(_part(line) for line in lines)


def _part(part: str | Content | tuple[str, str]) -> Content:
    if isinstance(part, Content):
        return part
    return plain(*part) if isinstance(part, tuple) else plain(part)


@final
class Text(Static):
    """A text on the screen. Nothing in it is ever read as markup."""

    def __init__(
        self, text: str | Content = "", *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(_part(text), markup=False, id=id, classes=classes)

    def put(self, text: str | Content) -> None:
        """Show another text."""
        self.update(_part(text))
