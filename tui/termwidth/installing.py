"""Making Rich, and Textual with it, count the cells that this terminal draws.

Rich keeps one table of widths and gives every mark 0 cells in it. It swallows the character after a joiner
as if it were the second half of an emoji, and cuts a text between a letter and its vowel sign. The places
that do so are replaced here, for such texts only; a test fails if a release of Rich moves them.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from rich import cells
from rich.cells import CellTable
from rich.segment import Segment

from tui.clusters import INDIC_FIRST, INDIC_LAST, PICTURES, ZWJ, ZWNJ, clusters
from tui.termwidth.marks import MARKS, usual_width

PLACES: Final = (
    (cells, "load_cell_table"),
    (cells, "_cell_len"),
    (cells, "split_graphemes"),
    (cells, "_split_text"),
    (Segment, "_split_cells"),
)
"""What is replaced; as it was before, so that it can be put back."""
_STOCK: Final = tuple(vars(owner)[name] for owner, name in PLACES)

_INDIC: Final = re.compile(f"[{chr(INDIC_FIRST)}-{chr(INDIC_LAST)}]")
# A joiner after a letter makes no emoji. Counted as its sibling, it swallows nothing.
_LETTER_ZWJ: Final = re.compile(f"(?<![{PICTURES}\ufe0f]){ZWJ}")
_Span = tuple[int, int, int]


def install(widths: Mapping[str, int] | None = None) -> None:
    """Have every text measured by these widths of marks; without them, as most terminals draw.

    It may be called again, with other widths.
    """
    chosen = {mark: usual_width(mark) for mark in MARKS}
    chosen |= {mark: cells_of for mark, cells_of in (widths or {}).items() if mark in chosen}
    # In a terminal that takes the next letter's cell away, Rich's way with a joiner is right.
    length = _STOCK[1] if chosen.pop(ZWJ) < 0 else _cell_len
    _put((_table_with(chosen), length, _split_graphemes, _split_text, classmethod(_split_cells)))


def uninstall() -> None:
    """Have Rich measure as it came."""
    _put(_STOCK)


def measure(text: str) -> int:
    """The cells a text takes on this terminal, on one line."""
    return cells.cell_len(text)


def _put(functions: tuple[object, ...]) -> None:
    for (owner, name), function in zip(PLACES, functions, strict=True):
        setattr(owner, name, function)
    cells.get_character_cell_size.cache_clear()
    cells.cached_cell_len.cache_clear()


def _table_with(chosen: Mapping[str, int]) -> Callable[[str], CellTable]:
    points = {ord(mark): width for mark, width in chosen.items()}
    stock = _STOCK[0]

    @cache
    def load(unicode_version: str = "auto") -> CellTable:
        table: CellTable = stock(unicode_version)
        kept = [part for row in table.widths for part in _without(row, points)]
        rows = sorted([*kept, *((point, point, width) for point, width in points.items())])
        return CellTable(table.unicode_version, rows, table.narrow_to_wide)

    return load


def _without(row: _Span, points: Mapping[int, int]) -> list[_Span]:
    """What is left of a row of the table when these code points are taken out of it."""
    first, last, width = row
    left: list[_Span] = []
    for point in (point for point in sorted(points) if first <= point <= last):
        if first < point:
            left.append((first, point - 1, width))
        first = point + 1
    return [*left, (first, last, width)] if first <= last else left


def _cell_len(text: str, unicode_version: str = "auto") -> int:
    length: int = _STOCK[1](_LETTER_ZWJ.sub(ZWNJ, text), unicode_version)
    return length


def _split_graphemes(text: str, unicode_version: str = "auto") -> tuple[list[_Span], int]:
    """Spans of whole clusters, so that no line begins with a vowel sign."""
    if not _INDIC.search(text):
        spans: tuple[list[_Span], int] = _STOCK[2](text, unicode_version)
        return spans
    found: list[_Span] = []
    start, before = 0, ""
    for cluster in clusters(text):
        end = start + len(cluster)
        # What a cluster takes may depend on the joiner before it.
        joined = before if before.endswith(ZWJ) else ""
        width = cells.cell_len(joined + cluster, unicode_version)
        width -= cells.cell_len(joined, unicode_version)
        found.append((start, end, width))
        start, before = end, cluster
    return found, sum(width for _, _, width in found)


def _split_text(text: str, cell_position: int, unicode_version: str = "auto") -> tuple[str, str]:
    """Two halves of exactly these cells; a cluster that would be cut becomes blanks in both."""
    if not _INDIC.search(text):
        halves: tuple[str, str] = _STOCK[3](text, cell_position, unicode_version)
        return halves
    if cell_position <= 0:
        return "", text
    before = 0
    for start, end, width in _split_graphemes(text, unicode_version)[0]:
        if before == cell_position and width:
            return text[:start], text[start:]
        if before + width > cell_position:
            left = cell_position - before
            return text[:start] + " " * left, " " * (width - left) + text[end:]
        before += width
    return text, ""


def _split_cells(owner: type[Segment], segment: Segment, cut: int) -> tuple[Segment, Segment]:
    text, style, control = segment
    if not _INDIC.search(text):
        halves: tuple[Segment, Segment] = _STOCK[4].__func__(owner, segment, cut)
        return halves
    left, right = _split_text(text, cut)
    return Segment(left, style, control), Segment(right, style, control)
