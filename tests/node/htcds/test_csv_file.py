"""A CSV file is read cell by cell, and written so that no spreadsheet calculates anything in it."""

import contextlib
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.htcds.cases import bare
from node.htcds.csv_file import read_csv, write_csv
from node.htcds.sheet import CELL_CHARACTERS_MAX, COLUMNS_MAX, FILE_BYTES_MAX, ROWS_MAX
from protocol.errors import MalformedError

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=5)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_the_one_of_the_first_line(separator: str) -> None:
    text = f"\ufeffa{separator}b\r\n{separator}আশা\r\n"

    assert read_csv(text.encode()).rows == [["a", "b"], ["", "আশা"]]


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff\xfe",
        b'a,b\n"no end',
        b'a,b\n"x"y,z',
        b"a" * (FILE_BYTES_MAX + 1),
        b"a" * (CELL_CHARACTERS_MAX + 1),
        b"," * COLUMNS_MAX,
        b"\n" * (ROWS_MAX + 1),
    ],
)
def test_what_is_no_csv_or_more_than_anybody_reads_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        read_csv(raw)


@given(raw=st.binary(max_size=60))
def test_whatever_a_file_holds_it_is_read_or_refused(raw: bytes) -> None:
    with contextlib.suppress(MalformedError):
        read_csv(raw)


@given(rows=ROWS)
def test_no_cell_that_is_written_begins_a_formula(rows: list[list[str]]) -> None:
    text = write_csv(rows).decode("utf-8-sig")

    for row in csv.reader(io.StringIO(text, newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


@given(rows=ROWS)
def test_what_was_written_is_read_again_without_the_marks(rows: list[list[str]]) -> None:
    read = csv.reader(io.StringIO(write_csv(rows).decode("utf-8-sig"), newline=""))

    assert [[bare(cell) for cell in row] for row in read] == rows
