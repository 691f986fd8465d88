"""A short list one moves through: each row has a key and shows one or more lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Generic, TypeVar

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.acts import Act
from tui.messages import Moved
from tui.plain import lines_of
from tui.widgets.moving import BY_PAGE
from tui.wording import N_

KeyT = TypeVar("KeyT")

UP_DOWN: Final = Act(
    name="app.move", key="up,down", label=N_("move"), help=N_("Another row of the list.")
)

ROWS_MAX: Final = 500
"""Longer lists have pages: the widget lays out every row it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Generic[KeyT]):
    """One row. `key` is None where nothing can be done with it, as in a heading."""

    key: KeyT | None
    lines: tuple[Content, ...]


class Rows(OptionList, Generic[KeyT]):
    """A list of rows; the cursor keeps its row when the list is loaded anew.

    Enter posts Textual's `OptionSelected`; the screen asks `chosen` which row it is.
    """

    DEFAULT_CSS = """
    Rows { height: auto; max-height: 100%; border: none; padding: 0; background: $surface;
        scrollbar-size-vertical: 1; }
    Rows:focus { border: none; }
    Rows > .option-list--option { padding: 0 1; }
    Rows > .option-list--option-disabled { color: $text-muted; }
    """

    ACTS: ClassVar = (UP_DOWN,)
    MORE_ACTS: ClassVar = (BY_PAGE,)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self._rows: tuple[Row[KeyT], ...] = ()

    def put(self, rows: Sequence[Row[KeyT]]) -> None:
        """Show other rows."""
        kept = self.chosen
        self._rows = tuple(rows[:ROWS_MAX])
        self.clear_options()
        self.add_options(
            [Option(lines_of(row.lines), disabled=row.key is None) for row in self._rows]
        )
        keys = [row.key for row in self._rows]
        first = next((place for place, key in enumerate(keys) if key is not None), None)
        self.highlighted = keys.index(kept) if kept is not None and kept in keys else first

    @property
    def chosen(self) -> KeyT | None:
        """The key of the row under the cursor."""
        place = self.highlighted
        return None if place is None or place >= len(self._rows) else self._rows[place].key

    def choose(self, key: KeyT) -> None:
        """Put the cursor on a row, if it is there."""
        keys = [row.key for row in self._rows]
        if key in keys:
            self.highlighted = keys.index(key)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """The cursor moved."""
        event.stop()
        self.post_message(Moved())
