"""A sheet of cells as they show, and how large one may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocol.errors import MalformedError

FILE_BYTES_MAX: Final = 20 * 1_048_576
"""So much of a file is read, packed or not: tens of thousands of cases, and a machine with 1 GiB lives on."""
ROWS_MAX: Final = 50_000
COLUMNS_MAX: Final = 200
CELL_CHARACTERS_MAX: Final = 32_767
"""The longest cell of a spreadsheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The cells of a file.

    Attributes:
        rows: from the first one; a row may be shorter than others.
        formulas: row and place, both counted from 0, of each cell that calculates. It shows nothing.
        others: how many more sheets the file has, of which nothing is read.
    """

    rows: Sequence[Sequence[str]]
    formulas: frozenset[tuple[int, int]]
    others: int


def check_size(row: Sequence[str], *, rows: int) -> None:
    """Raises: MalformedError if there are more cells, or longer ones, than anybody reads."""
    is_large = rows > ROWS_MAX or len(row) > COLUMNS_MAX
    if is_large or any(len(cell) > CELL_CHARACTERS_MAX for cell in row):
        raise MalformedError("more than a file may have", place=f"row {rows}")
