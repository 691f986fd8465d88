"""Finds what the columns of a file are: by name first, then by a name that has drifted, then by label."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from node.htcds.fields import FIELDS, Attribute, Reason, StandardField
from node.htcds.sheet import Sheet
from protocol.vocabulary.facts import FACT_FIELDS

_SPLIT: Final = re.compile(r"[/:]")
# What people write over the number of a case; the official templates write nothing over it.
_NUMBER_NAMES: Final = ("Case No", "Case ID", "Case Reference")
_MISSPELT: Final[Mapping[str, str]] = {
    "vic_TraffickinStatusDecisionMakingOrg": "vic_TraffickingStatusDecisionMakingOrg"
}


def folded(text: str) -> str:
    """A text without case, spaces (also those that do not break) and marks."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


_STANDARD: Final[Mapping[str, StandardField]] = {folded(field.name): field for field in FIELDS} | {
    folded(wrong): field
    for wrong, right in _MISSPELT.items()
    for field in FIELDS
    if field.name == right
}
_LABELS_SEEN: Final = Counter(folded(field.label) for field in FIELDS)
# Three labels stand over several fields (Longitude, Latitude, Type): they name none of them.
_LABELS: Final[Mapping[str, StandardField]] = {
    folded(field.label): field for field in FIELDS if _LABELS_SEEN[folded(field.label)] == 1
}
TARGETS: Final = frozenset({*FACT_FIELDS, *Attribute})
"""Where a column can go."""
_OURS: Final[Mapping[str, str]] = {folded(target): str(target) for target in TARGETS} | {
    folded(name): Attribute.CASE_NUMBER.value for name in _NUMBER_NAMES
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a file.

    Attributes:
        place: counted from 0.
        name: what stands over it.
        goes_to: one of `TARGETS`, or the reason why it is not taken.
    """

    place: int
    name: str
    goes_to: str | Reason

    @property
    def letter(self) -> str:
        """As a spreadsheet counts it: A, B, … AA."""
        return letter_of(self.place)

    @property
    def is_taken(self) -> bool:
        """Does it go anywhere?"""
        return not isinstance(self.goes_to, Reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What the first rows say.

    Attributes:
        columns: all columns, in their order.
        rows: how many rows are heading and no case.
    """

    columns: tuple[Column, ...]
    rows: int


def letter_of(place: int) -> str:
    """The letters of a column that is counted from 0: A to Z, then AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def read_heading(sheet: Sheet) -> Heading:
    """Which column is what; the label row of the official templates is shifted, so a name wins over it."""
    grid = sheet.rows
    calculated = {place for _, place in sheet.formulas}
    names = list(grid[0]) if grid else []
    labels = list(grid[1]) if len(grid) > 1 and _is_label_row(grid[1]) else []
    rows = 2 if labels else 1
    width = max((len(row) for row in grid), default=0)
    found = [
        _column(place, _cell(names, place), _cell(labels, place))
        for place in range(width)
        # Without a heading it is a column only if something stands in it.
        if _cell(names, place)
        or _cell(labels, place)
        or place in calculated
        or any(_cell(row, place) for row in grid[rows:])
    ]
    return Heading(columns=tuple(_each_once(_numbered(found))), rows=min(len(grid), rows))


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _is_label_row(row: Sequence[str]) -> bool:
    filled = [folded(cell) for cell in row if cell.strip()]
    labels = {folded(field.label) for field in FIELDS}
    return len(filled) > 1 and 2 * sum(cell in labels for cell in filled) > len(filled)


def _column(place: int, name: str, label: str) -> Column:
    shown = name or label
    return Column(place=place, name=shown, goes_to=_target(name, label))


def _target(name: str, label: str) -> str | Reason:
    parts = _SPLIT.split(name)
    by_name = _by_name(name) or _by_name(parts[-1])
    if by_name is not None:
        return by_name
    if folded(name) == Reason.NOTICE:
        return Reason.NOTICE
    if len(parts) > 1 and _by_name(parts[-2]) is not None:
        return Reason.TICK
    # A name that is known nowhere is not overruled by a label; an empty one is.
    field = _LABELS.get(folded(name or label))
    return Reason.UNKNOWN if field is None else _goes_to(field.name)


def _by_name(name: str) -> str | Reason | None:
    ours = _OURS.get(folded(name))
    if ours is not None:
        return ours
    field = _STANDARD.get(folded(name))
    return None if field is None else _goes_to(field.name)


def _goes_to(name: str) -> str | Reason:
    return _STANDARD[folded(name)].goes_to


def _numbered(columns: Sequence[Column]) -> list[Column]:
    """The first column holds the number of the case if nothing stands over it and no other one does."""
    is_named = any(column.goes_to == Attribute.CASE_NUMBER for column in columns)
    if is_named or not columns or columns[0].name or columns[0].place != 0:
        return list(columns)
    return [replace(columns[0], goes_to=Attribute.CASE_NUMBER.value), *columns[1:]]


def _each_once(columns: Sequence[Column]) -> list[Column]:
    counts = Counter(column.goes_to for column in columns if column.is_taken)
    return [
        replace(column, goes_to=Reason.REPEATED)
        if column.is_taken and counts[column.goes_to] > 1
        else column
        for column in columns
    ]
