"""The desk's side of the bench drives the real desk in front of a real node, and reads off what is drawn."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from bench import desk, many_cases
from bench.floors.readings import Reading
from node.cli.founding import CHEAP_COST
from node.vault import keyring
from node.vault.database import Database
from node.vault.tables import case_pages
from node.vault.tables.case_pages import Wanted

CASES = 250
ROW = b"\xe2\x96\xb8 \x1b[0m\x1b[1mK-000017"

pytestmark = [pytest.mark.slow, pytest.mark.sockets]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One node for all tests of this file, as the rows of the bench share one."""
    return tmp_path_factory.mktemp("d")


def test_every_case_is_in_the_list_counted_and_found_by_its_words(folder: Path) -> None:
    made = many_cases.make(folder, count=CASES)
    person = keyring.credential(many_cases.USER, many_cases.PASSPHRASE)
    unlocked = keyring.unlock(keyring.load(made.folder), person, cost=CHEAP_COST)
    database = Database.open(made.folder, key=unlocked.vault_key)
    counts = database.read_now(
        lambda unit: [
            case_pages.count(unit.vault, wanted)
            for wanted in (Wanted(), Wanted(words="K-000007"), Wanted(words="khul"))
        ]
    )
    [newest] = database.read_now(
        lambda unit: case_pages.rows_of(
            unit.vault,
            case_pages.numbers(unit.vault, Wanted(), first=0, size=1),
            with_names=False,
        )
    )
    database.close()
    towns = len([number for number in range(CASES) if number % len(many_cases._TOWNS) == 0])
    assert counts == [CASES, 1, towns]
    assert newest.case_number == many_cases.number_of(CASES - 1)


@pytest.mark.parametrize(
    "measure",
    [
        desk.first_paint_seconds,
        desk.opening_milliseconds,
        partial(desk.key_milliseconds, keys=10),
        partial(desk.memory_of_the_list, rows=120),
    ],
    ids=["first paint", "opening", "keys", "memory"],
)
def test_a_row_of_the_desk_gives_a_number(folder: Path, measure: Callable[..., Reading]) -> None:
    assert measure(folder, cases=CASES).value > 0


def test_the_keys_and_the_scrolling_went_as_far_down_as_they_should(folder: Path) -> None:
    pages = desk.key_milliseconds(folder, cases=CASES, keys=10).beside["rows"]
    assert pages > 2 * 10
    assert desk.memory_of_the_list(folder, cases=CASES, rows=120).beside["rows"] >= 120


@pytest.mark.parametrize(
    ("drawn", "row"), [(ROW, CASES - 1 - 17), (ROW.replace(b"\xe2\x96\xb8", b" "), -1), (b"", -1)]
)
def test_the_row_under_the_cursor_is_the_one_with_the_mark(drawn: bytes, row: int) -> None:
    assert desk._row(drawn, many_cases.Made(folder=Path(), cases=CASES)) == row
