"""Reads the rows of a file as cases, and says of each row and cell what was not understood."""

import re
from dataclasses import dataclass, field
from typing import Final

from node.htcds.columns import Column, Heading
from node.htcds.fields import Attribute, Reason
from node.htcds.sheet import Sheet
from node.htcds.values import Unread, age_band_at, read_cell
from protocol import limits
from protocol.errors import MalformedError
from protocol.local.commands import FactInput, ImportedCase
from protocol.values import Instant, plain_text
from protocol.vocabulary.codes import AgeBand, CaseStatus

LANGUAGE_UNKNOWN: Final = "und"
"""ISO 639-2 for a language that nobody has said."""
_DEFUSED: Final = re.compile(r"''*[=+\-@\t\r].*", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was not understood. It says where, and never what stands there.

    Attributes:
        row: of the file, counted from 1 as a spreadsheet counts.
        letter: of the column; empty if it is about the whole row.
        code: what is wrong.
    """

    row: int
    letter: str
    code: Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """How many rows have something in a column."""

    column: Column
    cells: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A whole file.

    Attributes:
        columns: where each went, and how many cells it has.
        cases: with the row of each.
        findings: in the order of the rows.
        empty_rows: rows in which nothing stands but, at most, a number.
    """

    columns: tuple[Filled, ...]
    cases: tuple[tuple[int, ImportedCase], ...]
    findings: tuple[Finding, ...]
    empty_rows: int


@dataclass(slots=True)
class _Row:
    number: int
    values: dict[str, FactInput] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def find(self, letter: str, code: Unread) -> None:
        self.findings.append(Finding(row=self.number, letter=letter, code=code))


def read_cases(sheet: Sheet, heading: Heading, *, prefix: str, now: Instant) -> Read:
    """Every row below the heading.

    Args:
        sheet: the cells of the file.
        heading: what the columns are.
        prefix: put before every case number, as a running number says nothing by itself.
        now: for how old she is.
    """
    filled = dict.fromkeys(heading.columns, 0)
    cases: list[tuple[int, ImportedCase]] = []
    findings: list[Finding] = []
    seen: set[str] = set()
    empty_rows = 0
    for at in range(heading.rows, len(sheet.rows)):
        cells = _cells(sheet, at, heading)
        if all(column.goes_to == Attribute.CASE_NUMBER for column in cells):
            empty_rows += 1
            continue
        row = _Row(at + 1)
        for column, cell in cells.items():
            filled[column] += 1
            _take(row, column, cell)
        case = _case(row, seen, prefix=prefix, now=now)
        findings.extend(row.findings)
        if case is not None:
            cases.append((row.number, case))
    return Read(
        columns=tuple(Filled(column=column, cells=cells) for column, cells in filled.items()),
        cases=tuple(cases),
        findings=tuple(findings),
        empty_rows=empty_rows,
    )


def bare(cell: str) -> str:
    """A cell without the mark that our own export puts before what a spreadsheet would calculate."""
    return cell[1:] if _DEFUSED.fullmatch(cell) else cell


def _cells(sheet: Sheet, at: int, heading: Heading) -> dict[Column, str | None]:
    """The filled cells of a row; None for one that calculates."""
    row = sheet.rows[at]
    cells: dict[Column, str | None] = {}
    for column in heading.columns:
        if (at, column.place) in sheet.formulas:
            cells[column] = None
        elif column.place < len(row) and row[column.place].strip():
            cells[column] = bare(row[column.place].strip())
    return cells


def _take(row: _Row, column: Column, cell: str | None) -> None:
    if isinstance(column.goes_to, Reason):
        return
    if cell is None:
        row.find(column.letter, Unread.FORMULA)
        return
    reading = read_cell(column.goes_to, cell)
    if reading.value is not None:
        row.values[column.goes_to] = reading.value
    if reading.unread is not None:
        row.find(column.letter, reading.unread)


def _case(row: _Row, seen: set[str], *, prefix: str, now: Instant) -> ImportedCase | None:
    """The case of a row, or None if it has no number of its own; what is unknown of her age is said."""
    values = dict(row.values)
    bare_number = str(values.pop(Attribute.CASE_NUMBER, ""))
    number = f"{prefix}{bare_number}" if bare_number else ""
    refused = _number_refused(number, seen)
    if refused is not None:
        row.find("", refused)
        return None
    seen.add(number)
    told = values.pop(Attribute.AGE_BAND, None)
    status = values.pop(Attribute.STATUS, CaseStatus.ACTIVE.value)
    language = values.pop(Attribute.LANGUAGE, LANGUAGE_UNKNOWN)
    birth_date = values.get("birth_date")
    bands = [AgeBand(told)] if isinstance(told, str) else []
    if isinstance(birth_date, str):
        bands.append(age_band_at(birth_date, now))
    if not bands:
        row.find("", Unread.AGE_UNKNOWN)
    is_adult = bool(bands) and AgeBand.UNDER_18 not in bands
    return ImportedCase(
        case_number=number,
        status=CaseStatus(str(status)),
        age_band=AgeBand.ADULT if is_adult else AgeBand.UNDER_18,
        language=str(language),
        facts=values,
    )


def _number_refused(number: str, seen: set[str]) -> Unread | None:
    if not number:
        return Unread.NUMBER_MISSING
    if number in seen:
        return Unread.NUMBER_TWICE
    if "\n" in number:
        return Unread.NOT_PLAIN
    try:
        plain_text(number, characters_max=limits.NAME_CHARACTERS_MAX)
    except MalformedError:
        return Unread.NOT_PLAIN
    return None
