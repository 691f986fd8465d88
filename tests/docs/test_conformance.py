"""docs/conformance.md names a test for each number of the protocol's list, and every test it names is there.

The files of the tests are read, not imported: what is named exists, whatever it needs in order to run.
"""

import ast
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "conformance.md"
COUNT: Final = 93
# Identity, streams, clock, deletion, audit, and what belongs to them: all of it is built.
BUILT: Final = frozenset(
    {*range(17, 40), 53, *range(61, 64), *range(67, 72), 73, 76, *range(84, 88), 91, 92}
)
# What has no number in the list; that its tests exist is found by `test_names.py`.
BEYOND: Final = "## Beyond the list"
_ROW: Final = re.compile(r"^\| ([0-9]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_TEST: Final = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_TARGET: Final = re.compile(r"`make ([a-z-]+)`")
_LATER: Final = re.compile(r"\bnot [a-z]+ yet\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One number: what must hold, and what the last cell says."""

    number: int
    what: str
    where: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        """File and name of each test."""
        return _TEST.findall(self.where)

    @property
    def is_for_later(self) -> bool:
        """Does it say that something is not built yet?"""
        return _LATER.search(self.where) is not None


def read(text: str) -> list[Row]:
    return [Row(number=int(n), what=what, where=where) for n, what, where in _ROW.findall(text)]


def names_in(file: str) -> set[str]:
    """The names of the tests of one file; a class holds none of ours."""
    path = ROOT / file
    if not path.is_file():
        return set()
    return {
        node.name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def numbers_that_are_not_once(rows: list[Row]) -> list[int]:
    counted = Counter(row.number for row in rows)
    every = {*range(1, COUNT + 1), *counted}
    return sorted(number for number in every if counted[number] != 1 or number > COUNT)


def missing_tests(rows: list[Row]) -> list[tuple[int, str]]:
    return [
        (row.number, f"{file}::{name}")
        for row in rows
        for file, name in row.tests
        if name not in names_in(file)
    ]


def put_off(rows: list[Row]) -> list[int]:
    return [row.number for row in rows if row.number in BUILT and row.is_for_later]


def empty(rows: list[Row]) -> list[int]:
    """Rows that name neither a test, nor a measurement, nor what is missing."""
    return [
        row.number
        for row in rows
        if not (row.tests or row.is_for_later or _TARGET.search(row.where))
    ]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return read(PAGE.read_text(encoding="utf-8"))


def test_every_number_of_the_list_has_one_row_in_order(rows: list[Row]) -> None:
    assert numbers_that_are_not_once(rows) == []
    assert [row.number for row in rows] == list(range(1, COUNT + 1))


def test_every_row_names_a_test_or_says_what_is_missing(rows: list[Row]) -> None:
    assert empty(rows) == []


def test_every_test_in_the_table_exists(rows: list[Row]) -> None:
    assert missing_tests(rows) == []


def test_nothing_of_identity_streams_clock_deletion_and_audit_is_put_off(rows: list[Row]) -> None:
    assert put_off(rows) == []
    assert [row.number for row in rows if row.number in BUILT and not row.tests] == []


def test_no_line_of_the_table_escapes_the_reader(rows: list[Row]) -> None:
    numbered, _, _ = PAGE.read_text(encoding="utf-8").partition(BEYOND)
    lines = re.findall(r"^\| *[0-9].*$", numbered, re.MULTILINE)
    named = numbered.count("::")

    assert len(lines) == len(rows)
    assert sum(len(row.tests) for row in rows) == named


def test_each_way_in_which_the_table_can_be_untrue_is_seen() -> None:
    here = "`tests/docs/test_conformance.py::test_every_test_in_the_table_exists`"
    gone = here.replace("table_exists", "table_existed")
    table = read(
        f"| 17 | a | {here} |\n| 17 | b | {gone} |\n| 18 | c | not built yet: d |\n"
        "| 94 | e | later |\n"
    )

    assert numbers_that_are_not_once(table) == [*range(1, 18), *range(19, COUNT + 2)]
    assert [number for number, _ in missing_tests(table)] == [17]
    assert put_off(table) == [18]
    assert empty(table) == [94]
