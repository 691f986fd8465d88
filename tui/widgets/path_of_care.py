"""Her path of care: a line of stations, done, now and to come, each with its day and who is there.

It is a line and not a funnel: she may go back or skip, and a station that did not come about stays with its
word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, final

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui.acts import Act
from tui.messages import Moved
from tui.plain import lines_of, one_line, plain
from tui.termwidth import fit
from tui.wording import N_

STATION_CELLS_MIN: Final = 19
_GAP: Final = " "

MOVE: Final = Act(
    name="app.station", key="left,right", label=N_("station"), help=N_("Another station.")
)


class Standing(StrEnum):
    """How a station stands; the mark of each is another one."""

    DONE = "●"
    NOW = "◉"
    TO_COME = "○"
    NOT_SO = "✗"


_LINES: Final = {
    Standing.DONE: "─",
    Standing.NOW: "─",
    Standing.TO_COME: "┄",
    Standing.NOT_SO: "┄",
}
_STYLES: Final = {
    Standing.DONE: "$success",
    Standing.NOW: "bold $accent",
    Standing.TO_COME: "$foreground",
    Standing.NOT_SO: "$text-muted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One station, in words: the organisation, below it the state, the day, and who.

    `thread` is None where no referral leads there.
    """

    standing: Standing
    name: str
    lines: tuple[str, ...]
    thread: bytes | None


@final
class PathOfCare(Widget):
    """The stations, as many in a row as there is room for."""

    DEFAULT_CSS = """
    PathOfCare { height: auto; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", show=False),
        Binding("right", "turn(1)", show=False),
    ]
    ACTS: ClassVar = (MOVE,)
    can_focus = True

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._stops: tuple[Stop, ...] = ()
        self._place = 0

    def put(self, stops: Sequence[Stop]) -> None:
        """Show another path; the cursor begins where she is now, and stays where it was put."""
        is_first = not self._stops
        self._stops = tuple(stops)
        if is_first:
            now = [place for place, stop in enumerate(stops) if stop.standing is Standing.NOW]
            self._place = now[0] if now else 0
        self._place = min(self._place, max(0, len(stops) - 1))
        self.refresh(layout=True)

    def on_unmount(self) -> None:
        """Nothing of hers stays with a closed screen, whoever still knows the screen."""
        self._stops = ()

    @property
    def chosen(self) -> Stop | None:
        """The station under the cursor."""
        return self._stops[self._place] if self._stops else None

    def action_turn(self, by: int) -> None:
        """The next station, or the one before."""
        self._place = min(max(0, self._place + by), max(0, len(self._stops) - 1))
        self.refresh()
        self.post_message(Moved())

    def on_click(self, event: events.Click) -> None:
        """The station that was clicked."""
        each, rows = self._measures(self.size.width), list(self._rows(self.size.width))
        y = 0
        for number, row in enumerate(rows):
            height = self._height(row)
            if y <= event.y < y + height:
                place = number * (len(rows[0])) + max(0, event.x - 1) // each
                self.action_turn(place - self._place)
            y += height

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as its rows need."""
        del container, viewport
        return sum(self._height(row) for row in self._rows(width))

    def render(self) -> Content:
        """The rows of stations."""
        width = self.size.width
        each = self._measures(width)
        return lines_of(line for row in self._rows(width) for line in self._drawn(row, each))

    def _measures(self, width: int) -> int:
        """How wide a station is: all of a row have the same width."""
        in_a_row = max(1, min(len(self._stops), width // STATION_CELLS_MIN))
        return max(1, width // in_a_row)

    def _rows(self, width: int) -> Iterator[Sequence[tuple[int, Stop]]]:
        numbered = list(enumerate(self._stops))
        in_a_row = max(1, width // self._measures(width)) if numbered else 1
        for first in range(0, len(numbered), in_a_row):
            yield numbered[first : first + in_a_row]

    def _height(self, row: Sequence[tuple[int, Stop]]) -> int:
        return 2 + max(len(stop.lines) for _, stop in row)

    def _drawn(self, row: Sequence[tuple[int, Stop]], each: int) -> Iterator[str | Content]:
        yield Content("").join(self._mark(place, stop, each) for place, stop in row)
        yield Content("").join(
            plain(fit(one_line(stop.name), each - 1) + _GAP, self._name_style(place))
            for place, stop in row
        )
        for number in range(self._height(row) - 2):
            texts = [stop.lines[number] if number < len(stop.lines) else "" for _, stop in row]
            yield plain("".join(fit(one_line(text), each - 1) + _GAP for text in texts))

    def _mark(self, place: int, stop: Stop, each: int) -> Content:
        """The mark, and the line to the next station, dotted where that one is still to come."""
        following = self._stops[place + 1] if place + 1 < len(self._stops) else None
        line = " " if following is None else _LINES[following.standing]
        return plain(f"{stop.standing.value} ", _STYLES[stop.standing]) + plain(
            line * max(0, each - 3) + _GAP, "$text-muted"
        )

    def _name_style(self, place: int) -> str:
        if place != self._place:
            return "bold"
        return "bold reverse" if self.has_focus else "bold underline"

    def on_focus(self) -> None:
        """The cursor is seen."""
        self.refresh()

    def on_blur(self) -> None:
        """It is seen less."""
        self.refresh()
