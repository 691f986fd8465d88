"""Fitting a text into cells: cut, padded or wrapped, and never inside a cluster."""

import re
from typing import Final

from tui.clusters import clusters
from tui.termwidth.installing import measure

ELLIPSIS: Final = "…"
_PIECE: Final = re.compile(r"\S+|[^\S\n]+")


def cut(text: str, cells: int) -> str:
    """The text, or its start and an ellipsis, on one line of at most so many cells.

    What stands after a newline counts as left out.
    """
    line, newline, _ = text.partition("\n")
    if not newline and measure(line) <= cells:
        return line
    if cells < measure(ELLIPSIS):
        return ""
    return _start_of(line, cells - measure(ELLIPSIS)) + ELLIPSIS


def fit(text: str, cells: int) -> str:
    """The text cut or padded to exactly so many cells, for a column."""
    kept = cut(text, cells)
    return kept + " " * (cells - measure(kept))


def wrap(text: str, cells: int) -> list[str]:
    """The lines of a text, each of at most so many cells; a blank line stays one.

    It breaks at spaces, and inside a word only when that fits on no line. Nothing but the spaces at a break
    is left out. A cluster that is wider than a line stands on a line of its own.
    """
    return [line for paragraph in text.split("\n") for line in _lines_of(paragraph, max(1, cells))]


def _start_of(line: str, cells: int) -> str:
    kept = ""
    for cluster in clusters(line):
        if measure(kept + cluster) > cells:
            break
        kept += cluster
    return kept


def _lines_of(paragraph: str, cells: int) -> list[str]:
    lines = [""]
    for piece in _PIECE.findall(paragraph):
        if measure(lines[-1] + piece) <= cells:
            lines[-1] += piece
        elif piece.isspace():
            lines.append("")
        elif measure(piece) <= cells:
            lines.append(piece)
        else:
            lines.extend(_folded(piece, cells))
    return _without_empty_start([line.rstrip() for line in lines])


def _folded(word: str, cells: int) -> list[str]:
    folded = [""]
    for cluster in clusters(word):
        if folded[-1] and measure(folded[-1] + cluster) > cells:
            folded.append("")
        folded[-1] += cluster
    return folded


def _without_empty_start(lines: list[str]) -> list[str]:
    return (
        [lines[0], *(line for line in lines[1:] if line)]
        if lines[0]
        else ([line for line in lines if line] or [""])
    )
