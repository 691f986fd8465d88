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

SHOWN_CHARACTERS_MAX: Final = 20_000
"""More than any text the protocol lets through; a longer one is cut, so that no line freezes the screen."""
REPLACEMENT: Final = "\ufffd"
_CUT: Final = " […]"

# Controls but the newline, separators, direction marks, surrogates, and what is no character. The joiners
# ZWNJ and ZWJ stay: Bengali and Devanagari are misspelt without them.
_HARMFUL: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufdd0-\ufdef\ufff9-\ufffb\ud800-\udfff\ufffe\uffff\U000e0000-\U000e0fff]"
)


def safe(text: str) -> str:
    """A text that can only be read: what could act is replaced, what is too long is cut."""
    if len(text) > SHOWN_CHARACTERS_MAX:
        text = text[:SHOWN_CHARACTERS_MAX] + _CUT
    return _HARMFUL.sub(REPLACEMENT, text.replace("\t", " "))


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
