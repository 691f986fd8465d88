"""The windowed table: a hundred thousand cases, five hundred of them in memory, and no key that waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from typing_extensions import override

from protocol.local import views
from tests.support.desk_app import press, rows, settled, shown, until
from tui.client import Client, NotRunningError
from tui.desk import Desk, Surroundings
from tui.messages import Failed
from tui.widgets.case_table import PAGE_ROWS, CaseTable

COUNT = 100_000
HELD_MAX = 500


def line(row: int, *, name: str | None = None) -> views.CasePageLine:
    return views.CasePageLine(
        case_id=row.to_bytes(16, "big"),
        case_number=f"K-{row:06}",
        status="active",
        age_band="adult",
        language="ben",
        opened_at=1_764_000_000,
        known_as=name,
        present_town=None,
        due=None,
        due_with=None,
        sounds_alike=False,
    )


def page(first: int, *, count: int = COUNT, name: str | None = None) -> views.CasePage:
    lines = [line(row, name=name) for row in range(first, min(first + PAGE_ROWS, count))]
    return views.CasePage(lines=lines, count=count, sounding=0, total=count)


@dataclass
class Node:
    """Gives pages at once, or when it is told to."""

    asked: list[int] = field(default_factory=list)
    is_holding: asyncio.Event = field(default_factory=asyncio.Event)
    is_gone: bool = False
    name: str | None = None

    def __post_init__(self) -> None:
        self.is_holding.set()

    async def __call__(self, first: int) -> views.CasePage:
        self.asked.append(first)
        await self.is_holding.wait()
        if self.is_gone:
            raise NotRunningError("nobody is there")
        return page(first, name=self.name)


class TableApp(App[None]):
    """Nothing but the table."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.failures: list[Failed] = []

    @override
    def compose(self) -> ComposeResult:
        yield CaseTable(self.desk)

    def on_failed(self, event: Failed) -> None:
        self.failures.append(event)


@asynccontextmanager
async def table_of(node: Node, tmp_path: Path) -> AsyncIterator[Pilot[None]]:
    desk = Desk(
        Surroundings(
            socket=tmp_path / "nothing.sock",
            language="en",
            now=lambda: 1_764_000_000,
            zone=UTC,
            pause=asyncio.sleep,
        ),
        Client(tmp_path / "nothing.sock"),
    )
    async with TableApp(desk).run_test(size=(80, 24)) as pilot:
        table = pilot.app.query_one(CaseTable)
        table.put(0, page(0), source=node, cursor=0, kept=None)
        table.focus()
        await settled(pilot)
        yield pilot


def cursor_row(pilot: Pilot[None]) -> str:
    (row,) = [row for row in rows(pilot.app) if row.startswith("▸")]
    return row.split()[1]


async def test_every_key_moves_the_cursor_and_keeps_it_in_sight(tmp_path: Path) -> None:
    async with table_of(Node(), tmp_path) as pilot:
        seen = [cursor_row(pilot)]
        for key in ("down", "pagedown", "up", "end", "pageup", "home", "up"):
            await press(pilot, key)
            await until(pilot, lambda: any(row.startswith("▸ K-") for row in rows(pilot.app)))
            seen.append(cursor_row(pilot))
    assert seen == [
        "K-000000",
        "K-000001",
        "K-000024",
        "K-000023",
        "K-099999",
        "K-099976",
        "K-000000",
        "K-000000",
    ]


async def test_a_row_that_has_not_come_is_dots_and_no_key_waits_for_it(tmp_path: Path) -> None:
    node = Node()
    async with table_of(node, tmp_path) as pilot:
        table = pilot.app.query_one(CaseTable)
        node.is_holding.clear()
        table.action_last()
        await until(pilot, lambda: "· · ·" in shown(pilot.app))
        waiting = (table.cursor, table.chosen)
        node.is_holding.set()
        await until(pilot, lambda: "K-099999" in shown(pilot.app))
        come = table.chosen
    assert waiting == (COUNT - 1, None)
    assert come is not None
    assert come.case_number == "K-099999"


async def test_at_most_five_hundred_rows_are_in_memory(tmp_path: Path) -> None:
    most = 0
    async with table_of(Node(), tmp_path) as pilot:
        table = pilot.app.query_one(CaseTable)
        for row in (50, 120, 250, 51_000, 51_080, 51_190, 99_950, 450, 0):
            table._go(row)
            await settled(pilot)
            most = max(most, PAGE_ROWS + sum(map(len, table._pages.values())))
    # With the page that may be on its way.
    assert 2 * PAGE_ROWS < most <= HELD_MAX


async def test_pages_that_are_passed_by_are_not_asked_for(tmp_path: Path) -> None:
    node = Node()
    async with table_of(node, tmp_path) as pilot:
        await settled(pilot)
        node.asked.clear()
        node.is_holding.clear()
        table = pilot.app.query_one(CaseTable)
        for _ in range(200):
            table.action_leaf(1)
        node.is_holding.set()
        await until(pilot, lambda: table.chosen is not None)
        await settled(pilot)
    # The one under way when the others were passed, and those around where the cursor came to rest.
    assert len(node.asked) <= 4


async def test_an_answer_that_comes_after_the_rows_were_let_go_is_not_taken(
    tmp_path: Path,
) -> None:
    node = Node(name="Mitali")
    async with table_of(node, tmp_path) as pilot:
        table = pilot.app.query_one(CaseTable)
        node.is_holding.clear()
        table.action_last()
        await until(pilot, lambda: bool(node.asked) and node.asked[-1] == COUNT - PAGE_ROWS)
        table.forget()
        node.is_holding.set()
        await settled(pilot)
        text = shown(pilot.app)
    assert "Mitali" not in text
    assert "K-0" not in text


async def test_a_page_that_did_not_come_is_told_and_asked_for_with_the_next_key(
    tmp_path: Path,
) -> None:
    node = Node()
    async with table_of(node, tmp_path) as pilot:
        app = pilot.app
        assert isinstance(app, TableApp)
        node.is_gone = True
        await press(pilot, "end")
        await until(pilot, lambda: len(app.failures) == 1)
        node.is_gone = False
        await press(pilot, "up")
        await until(pilot, lambda: "K-099998" in shown(app))
        failures = len(app.failures)
    assert failures == 1


@pytest.mark.parametrize(("kept", "expected"), [(7, 7), (COUNT + 1, 3)])
async def test_the_cursor_stays_on_its_case_when_the_list_is_loaded_anew(
    kept: int, expected: int, tmp_path: Path
) -> None:
    node = Node()
    async with table_of(node, tmp_path) as pilot:
        table = pilot.app.query_one(CaseTable)
        table.put(0, page(0), source=node, cursor=3, kept=kept.to_bytes(16, "big"))
        await settled(pilot)
        assert table.cursor == expected


async def test_a_click_puts_the_cursor_there_and_the_wheel_takes_it_along(tmp_path: Path) -> None:
    async with table_of(Node(), tmp_path) as pilot:
        await pilot.click(CaseTable, offset=(5, 6))
        await settled(pilot)
        clicked = cursor_row(pilot)
        table = pilot.app.query_one(CaseTable)
        table.scroll_to(y=40, animate=False, immediate=True)
        await settled(pilot)
        assert (clicked, cursor_row(pilot)) == ("K-000005", "K-000040")
