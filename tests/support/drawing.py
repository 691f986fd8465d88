"""The pictures in the papers: a screen of the desk as an SVG, drawn where its snapshot is taken.

Everybody on them is invented. A picture names no address of elsewhere: whoever opens it asks nobody for
anything, and reads it in the fonts that are there. `SATHI_SNAPSHOTS=write` draws them anew.
"""

import os
import re
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from tui.termwidth import measure

FOLDER: Final = Path(__file__).parents[2] / "docs" / "pictures"
DRAWN: Final = {
    "en": ("desk.svg", "A case on the desk: her own words, her path of care, what she agreed to"),
    "bn": ("desk-bn.svg", "The same case on a desk that speaks Bengali"),
}
"""For each language the name of its picture, and the words for whoever cannot see it."""
SNAPSHOT: Final = "case"
"""They show what this snapshot shows, at 80 columns and 24 rows."""

CELL_WIDTH: Final = 10
CELL_HEIGHT: Final = 20
MARGIN: Final = 10
BASELINE: Final = 15
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


def check_drawn(app: Any) -> None:  # Any: every application of Textual  # noqa: ANN401
    """Hold the picture in the papers against the screen."""
    name, title = DRAWN[app.desk.words.language]
    strips = app.screen._compositor.render_strips()
    made = picture_of([[*Segment.simplify(strip)] for strip in strips], title=title)
    path = FOLDER / name
    if os.environ.get("SATHI_SNAPSHOTS") == "write":
        path.write_text(made, encoding="utf-8")
        return
    assert made == path.read_text(encoding="utf-8"), f"'{name}' shows another desk: make snapshots"


def picture_of(rows: Sequence[Sequence[Segment]], *, title: str) -> str:
    """A screen as an SVG: every word stands where its first cell stood."""
    columns = max(sum(measure(segment.text) for segment in row) for row in rows)
    width, height = columns * CELL_WIDTH + 2 * MARGIN, len(rows) * CELL_HEIGHT + 2 * MARGIN
    head = _HEAD.format(width=width, height=height, title=escape(title), paper=_PAPER)
    lines = [line for number, row in enumerate(rows) for line in _row(row, number)]
    return head + "\n".join(lines) + "\n</svg>\n"


def _row(row: Sequence[Segment], number: int) -> Iterator[str]:
    y = MARGIN + number * CELL_HEIGHT
    column = 0
    for segment in row:
        yield from _drawn(segment, MARGIN + column * CELL_WIDTH, y)
        column += measure(segment.text)


def _drawn(segment: Segment, x: int, y: int) -> Iterator[str]:
    style = segment.style or Style()
    ink, paper = _hex(style.color, _INK), _hex(style.bgcolor, _PAPER)
    if style.reverse:
        ink, paper = paper, ink
    if paper != _PAPER:
        wide = measure(segment.text) * CELL_WIDTH
        yield f'<rect x="{x}" y="{y}" width="{wide}" height="{CELL_HEIGHT}" fill="{paper}"/>'
    for word in _WORD.finditer(segment.text):
        start = x + measure(segment.text[: word.start()]) * CELL_WIDTH
        wide = measure(word[0]) * CELL_WIDTH
        # Joined letters are as wide as their font makes them; stretched to their cells they fall apart.
        is_joined = bool(_INDIC.search(word[0]))
        classes = [*(["bold"] if style.bold else []), *(["joined"] if is_joined else [])]
        named = f' class="{" ".join(classes)}"' if classes else ""
        stretched = "" if is_joined else f' textLength="{wide}"'
        yield (
            f'<text x="{start}" y="{y + BASELINE}" fill="{ink}"{named}{stretched}>'
            f"{escape(word[0])}</text>"
        )


def _hex(color: Color | None, otherwise: str) -> str:
    if color is None or color.is_default:
        return otherwise
    return color.get_truecolor().hex
