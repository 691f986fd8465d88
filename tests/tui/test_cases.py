"""The list of cases: found while typing, narrowed, and without a name until somebody asks for one."""

import gc

import pytest
from textual.pilot import Pilot

from protocol.local import views
from tests.support.desk_app import LARGE, SMALL, press, rows, shown, unlocked, until, write
from tests.support.federation import Node
from tests.support.snapshots import check_snapshot
from tests.support.story import FACTS, Story
from tui.screens.case import CaseScreen
from tui.screens.cases import Came, CasesScreen
from tui.screens.new_case import NewCaseScreen
from tui.widgets.case_table import CaseTable

NAME = "মিতু"
SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])
LANGUAGES = pytest.mark.parametrize("language", ["en", "bn"])


def fill(story: Story) -> None:
    """Three cases; the second one chose a short name and lives in Siliguri."""
    story.open_case(number="ALO-46")
    story.open_case(
        {**FACTS, "known_as": NAME, "present_town": "Siliguri"}, number="ALO-47", sentences=()
    )
    story.open_case(number="ALO-48", sentences=())


def front(pilot: Pilot[None]) -> str:
    return pilot.app.screen.__class__.__name__


async def test_the_newest_case_comes_first_and_no_name_stands_there(
    alo: Node, story: Story
) -> None:
    fill(story)
    async with unlocked(alo) as pilot:
        await press(pilot, "2")
        lines = [row.split()[:2] for row in rows(pilot.app)[3:6]]
        text = shown(pilot.app)
    assert lines == [["▸", "ALO-48"], ["ALO-47", "░░░░░░"], ["ALO-46", "░░░░░░"]]
    assert NAME not in text


async def test_f9_shows_the_short_names_and_hides_them_again(alo: Node, story: Story) -> None:
    fill(story)
    async with unlocked(alo) as pilot:
        await press(pilot, "2")
        before = shown(pilot.app)
        await press(pilot, "f9")
        during = shown(pilot.app)
        await press(pilot, "f9")
        after = shown(pilot.app)
    assert [NAME in text for text in (before, during, after)] == [False, True, False]


async def test_typing_finds_and_says_how_many_of_how_many(alo: Node, story: Story) -> None:
    fill(story)
    async with unlocked(alo) as pilot:
        await press(pilot, "2")
        everything = shown(pilot.app)
        await press(pilot, "slash")
        await write(pilot, "sili")
        await until(pilot, lambda: "1 of 3" in shown(pilot.app))
        found = shown(pilot.app)
        await press(pilot, "enter", "escape")
        await until(pilot, lambda: "3 of 3" in shown(pilot.app))
    assert "3 of 3" in everything
    assert "ALO-47" in found
    assert "ALO-46" not in found


async def test_a_name_is_found_while_it_is_hidden(alo: Node, story: Story) -> None:
    fill(story)
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "slash")
        await write(pilot, NAME)
        await until(pilot, lambda: "1 of 3" in shown(pilot.app))
        table = [row for row in rows(pilot.app) if "ALO-" in row]
    assert len(table) == 1
    assert NAME not in table[0]


@SIZES
@LANGUAGES
async def test_a_name_that_only_sounds_so_stands_below_what_is_written_so_with_a_mark(
    alo: Node, story: Story, size: tuple[int, int], language: str
) -> None:
    fill(story)
    story.open_case({**FACTS, "known_as": "Mitu"}, number="ALO-49", sentences=())
    async with unlocked(alo, size=size, language=language) as pilot:
        await press(pilot, "2", "slash")
        await write(pilot, NAME)
        await until(pilot, lambda: pilot.app.screen.query_one("#none").region.height > 0)
        table = [row for row in rows(pilot.app) if "ALO-" in row]
        check_snapshot(pilot.app, "cases_sounding")
    assert table[0].split()[:3] == ["▸", "ALO-47", "░░░░░░"]
    assert table[1].split()[:3] == ["ALO-49", "≈", "░░░░░░"]


@SIZES
@LANGUAGES
async def test_nothing_found_is_said(
    alo: Node, story: Story, size: tuple[int, int], language: str
) -> None:
    fill(story)
    async with unlocked(alo, size=size, language=language) as pilot:
        await press(pilot, "2", "slash")
        await write(pilot, "zzz")
        await until(pilot, lambda: pilot.app.screen.query_one("#none").region.height > 0)
        check_snapshot(pilot.app, "cases_no_match")


@SIZES
@LANGUAGES
async def test_where_there_is_no_case_a_line_says_how_to_begin(
    alo: Node, size: tuple[int, int], language: str
) -> None:
    async with unlocked(alo, size=size, language=language) as pilot:
        await press(pilot, "2")
        check_snapshot(pilot.app, "cases_none")
        await press(pilot, "n")
        assert front(pilot) == NewCaseScreen.__name__


@SIZES
@LANGUAGES
async def test_a_list_looks_so(
    alo: Node, story: Story, size: tuple[int, int], language: str
) -> None:
    story.up_to_reports()
    fill(story)
    async with unlocked(alo, size=size, language=language) as pilot:
        await press(pilot, "2")
        check_snapshot(pilot.app, "cases")
        await press(pilot, "f9")
        check_snapshot(pilot.app, "cases_with_names")


async def test_the_filter_turns_from_all_to_mine_to_each_status(alo: Node, story: Story) -> None:
    fill(story)
    async with unlocked(alo) as pilot:
        await press(pilot, "2")
        said = []
        for _ in range(4):
            said.append(rows(pilot.app)[1].split(maxsplit=4)[-1])
            await press(pilot, "f")
    # Rina opened none of them, and all three have facts.
    assert [text[-24:].split("·")[-1].strip() for text in said] == [
        "only: all",
        "only: mine",
        "only: Intake",
        "only: With us",
    ]
    assert ["0 of 3" in text for text in said] == [False, True, True, False]


@pytest.mark.parametrize(
    ("key", "screen"),
    [
        ("enter", "CaseScreen"),
        ("n", "NewCaseScreen"),
        ("r", "OfferScreen"),
        ("c", "ConsentsScreen"),
        ("w", "LedgerScreen"),
    ],
)
async def test_each_key_opens_its_screen(alo: Node, story: Story, key: str, screen: str) -> None:
    fill(story)
    async with unlocked(alo) as pilot:
        await press(pilot, "2", key)
        assert front(pilot) == screen


async def test_what_needs_a_row_does_nothing_where_there_is_none(alo: Node) -> None:
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "enter", "r", "c", "w")
        text = shown(pilot.app)
        assert front(pilot) == CasesScreen.__name__
    assert "refer" not in text.splitlines()[-2]


async def test_a_second_click_on_a_row_opens_it(alo: Node, story: Story) -> None:
    fill(story)
    async with unlocked(alo) as pilot:
        await press(pilot, "2")
        await pilot.click(CaseTable, offset=(6, 2))
        await until(pilot, lambda: rows(pilot.app)[4].startswith("▸ ALO-47"))
        await pilot.click(CaseTable, offset=(6, 2))
        await until(pilot, lambda: isinstance(pilot.app.screen, CaseScreen))


def holders_of_rows() -> list[object]:
    """Whatever holds a row: a row itself has nothing in it that the collector follows."""
    gc.collect()
    return [
        held
        for held in gc.get_objects()
        if isinstance(held, Came | views.CasePage) or (isinstance(held, CaseTable) and held._pages)
    ]


@pytest.mark.parametrize(("key", "sign"), [("ctrl+l", "Locked"), ("6", "Partners")])
async def test_after_locking_or_leaving_nothing_of_a_row_is_in_memory(
    alo: Node, story: Story, key: str, sign: str
) -> None:
    fill(story)
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "f9")
        assert NAME in shown(pilot.app)
        held = len(holders_of_rows())
        await press(pilot, key)
        await until(pilot, lambda: sign in shown(pilot.app))
        await until(pilot, lambda: not holders_of_rows())
    assert held > 0
