"""Reads a CSV file as rows of cells, and writes one that no spreadsheet calculates."""

import csv
import io
import re
from collections.abc import Sequence
from typing import Final

from node.htcds.sheet import FILE_BYTES_MAX, Sheet, check_size
from protocol.errors import MalformedError

_CALCULATED: Final = re.compile(r"'*[=+\-@\t\r]")
_SEPARATORS: Final = (",", ";", "\t")


def read_csv(raw: bytes) -> Sheet:
    """The cells of a CSV file in UTF-8; its separator is the one that its first line has most often.

    Raises:
        MalformedError: if it is too large, no UTF-8, or no CSV.
    """
    if len(raw) > FILE_BYTES_MAX:
        raise MalformedError("more than a file may have", place="file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MalformedError("not UTF-8", place="file") from None
    first = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            rows.append(row)
            check_size(row, rows=len(rows))
    except csv.Error:
        raise MalformedError("not CSV", place=f"row {len(rows) + 1}") from None
    return Sheet(rows=rows, formulas=frozenset(), others=0)


def write_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """A CSV file in UTF-8, in which no cell begins a formula."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    for row in rows:
        writer.writerow([_defused(cell) for cell in row])
    return written.getvalue().encode("utf-8-sig")


def _defused(cell: str) -> str:
    # Also a cell that has the mark already, so that reading takes exactly one of them away.
    return f"'{cell}" if _CALCULATED.match(cell) else cell
