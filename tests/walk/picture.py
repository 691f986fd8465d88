"""Pictures for the papers, made of what a walk left behind: `python -m tests.walk.picture` after it.

Everybody on them is invented. A picture names no address of elsewhere: whoever opens it asks nobody for
anything, and reads it in the fonts that are there.
"""

import re
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final

from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style

from tests.walk.screen import COLUMNS, ROWS, Screen, cells

ROOT: Final = Path(__file__).parents[2]
WALKED: Final = ROOT / "build" / "walk"
SHOWN: Final = "*-alo-case-full.ansi"
PICTURES: Final = {
    "en": ("desk.svg", "A case on the desk: her own words, her path of care, what she agreed to"),
    "bn": ("desk-bn.svg", "The same case on a desk that speaks Bengali"),
}
_WIDTH: Final = 10
_HEIGHT: Final = 20
_BASELINE: Final = 15
_MARGIN: Final = 10
_INK: Final = "#e8e8e8"
_PAPER: Final = "#101418"
_HEAD: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}">
<title>{title}</title>
<style>
text {{ font: 16px ui-monospace, "DejaVu Sans Mono", monospace }}
.bold {{ font-weight: bold }}
.joined {{ font-size: 15px }}
</style>
<rect width="{width}" height="{height}" rx="8" fill="{paper}"/>
"""
_WORD: Final = re.compile(r"\S+")
_INDIC: Final = re.compile("[\u0900-\u0dff]")


def picture_of(screen: Screen, *, title: str) -> str:
    """A screen as an SVG: every word stands where its first cell stood."""
    width, height = COLUMNS * _WIDTH + 2 * _MARGIN, ROWS * _HEIGHT + 2 * _MARGIN
    head = _HEAD.format(width=width, height=height, title=escape(title), paper=_PAPER)
    lines = [line for number in range(len(screen.lit)) for line in _row(screen, number)]
    return head + "\n".join(lines) + "\n</svg>\n"


def _row(screen: Screen, number: int) -> Iterator[str]:
    y = _MARGIN + number * _HEIGHT
    column = 0
    for segment in screen.lit[number].render(Console(width=COLUMNS), end=""):
        x = _MARGIN + column * _WIDTH
        yield from _drawn(segment, x, y)
        column += cells(segment.text)


def _drawn(segment: Segment, x: int, y: int) -> Iterator[str]:
    style = segment.style or Style()
    ink, paper = _hex(style.color, _INK), _hex(style.bgcolor, _PAPER)
    if style.reverse:
        ink, paper = paper, ink
    if paper != _PAPER:
        wide = cells(segment.text) * _WIDTH
        yield f'<rect x="{x}" y="{y}" width="{wide}" height="{_HEIGHT}" fill="{paper}"/>'
    for word in _WORD.finditer(segment.text):
        start = x + cells(segment.text[: word.start()]) * _WIDTH
        wide = cells(word[0]) * _WIDTH
        # Joined letters are as wide as their font makes them; stretched to their cells they fall apart.
        is_joined = bool(_INDIC.search(word[0]))
        classes = [*(["bold"] if style.bold else []), *(["joined"] if is_joined else [])]
        named = f' class="{" ".join(classes)}"' if classes else ""
        stretched = "" if is_joined else f' textLength="{wide}"'
        yield (
            f'<text x="{start}" y="{y + _BASELINE}" fill="{ink}"{named}{stretched}>'
            f"{escape(word[0])}</text>"
        )


def _hex(color: Color | None, otherwise: str) -> str:
    if color is None or color.is_default:
        return otherwise
    return color.get_truecolor().hex


def main() -> int:
    """Write them all."""
    for language, (name, title) in PICTURES.items():
        found = sorted((WALKED / language).glob(SHOWN))
        if not found:
            sys.stderr.write(f"nobody has walked in '{language}' yet: run tests/walk first\n")
            return 1
        screen = Screen.of(found[0].read_text(encoding="utf-8").split("\n"))
        target = ROOT / "docs" / "pictures" / name
        target.parent.mkdir(exist_ok=True)
        target.write_text(picture_of(screen, title=title), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
