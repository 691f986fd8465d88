"""What a bare Textual application does on a terminal: one frame, a list, and a screen after one query.

`python -m bench.floors.screens first|list|open FILE` is the application; `desks.py` runs and measures it.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final, final

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input, OptionList, Static

from bench.floors import databases

FIRST: Final = "first frame"
ROWS: Final = 100
PAGE_ROWS: Final = 24
SHOWN: Final = "cases are there"
_NEWEST: Final = "SELECT number, town FROM cases ORDER BY opened DESC LIMIT 20"
_COUNT: Final = "SELECT sum(count) FROM counts"


def row_text(row: int, *, is_chosen: bool) -> str:
    """What a row of the list says."""
    return f"{'>' if is_chosen else ' '} row {row:03}"


@final
class FirstFrame(App[None]):
    """One line and two fields: as much as a lock screen has."""

    def compose(self) -> ComposeResult:
        """The frame."""
        yield Static(FIRST)
        yield Input(placeholder="name")
        yield Input(placeholder="words", password=True)


@final
class BareList(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows that draw themselves and, while nothing scrolls, only where the cursor was and is.

    An OptionList draws more for each key and takes longer, so it is no floor.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "down(1)", show=False),
        Binding("pagedown", f"down({PAGE_ROWS})", show=False),
        Binding("home", "home", show=False),
    ]
    cursor = 0

    def on_mount(self) -> None:
        """The keys are the list's."""
        self.virtual_size = Size(self.size.width, ROWS)
        self.focus()

    def action_down(self, rows: int) -> None:
        """So many rows down."""
        self._go(min(ROWS - 1, self.cursor + rows))

    def action_home(self) -> None:
        """The first row."""
        self._go(0)

    def _go(self, row: int) -> None:
        former, self.cursor = self.cursor, row
        top, seen = self.scroll_offset.y, self.size.height
        if top <= row < top + seen:
            self.refresh_line(former)
            self.refresh_line(row)
        else:
            self.scroll_to(y=row if row < top else row - seen + 1, animate=False, immediate=True)

    def render_line(self, y: int) -> Strip:
        """One row, with a mark where the cursor is."""
        row = self.scroll_offset.y + y
        text = row_text(row, is_chosen=row == self.cursor)
        return Strip([Segment(text.ljust(self.size.width), self.rich_style)])


@final
class List(App[None]):
    """A list of a hundred rows, which has the keys."""

    def compose(self) -> ComposeResult:
        """The list."""
        yield BareList()


@final
class Found(Screen[None]):
    """The screen that comes after unlocking."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def compose(self) -> ComposeResult:
        """The newest rows, and how many there are: read while the screen is made."""
        connection = databases.open_encrypted(self._path)
        newest = connection.execute(_NEWEST).fetchall()
        ((count,),) = connection.execute(_COUNT).fetchall()
        connection.close()
        yield OptionList(*(f"{number} {town}" for number, town in newest))
        yield Static(f"{count} {SHOWN}")


@final
class Unlocking(App[None]):
    """A field; Enter in it opens the file and shows what is in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def compose(self) -> ComposeResult:
        """The field."""
        yield Static(FIRST)
        yield Input(password=True)

    async def on_input_submitted(self) -> None:
        """Open."""
        await self.push_screen(Found(self._path))


def main(arguments: Sequence[str]) -> None:
    """Run one of them, without animations, as the desk is."""
    app: App[None]
    match arguments:
        case ["first"]:
            app = FirstFrame()
        case ["list"]:
            app = List()
        case ["open", path]:
            app = Unlocking(Path(path))
        case _:
            raise SystemExit(2)
    app.animation_level = "none"
    app.run()


if __name__ == "__main__":
    main(sys.argv[1:])
