"""Several of a short list: one row each, ticked with the space bar."""

from collections.abc import Sequence
from typing import ClassVar, Final, final

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from tui.messages import Edited
from tui.plain import lines_of, one_line, plain
from tui.termwidth import cut
from tui.widgets.moving import NEXT
from tui.widgets.rows import UP_DOWN
from tui.widgets.tick import TURN_TICK

_HEADING_ROWS: Final = 1


@final
class TickList(Widget):
    """A heading and rows; the arrows move inside it, Tab leaves it."""

    DEFAULT_CSS = """
    TickList { height: auto; width: 1fr; padding: 0 1; }
    TickList:focus { background: $primary 20%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
    ]
    ACTS: ClassVar = (TURN_TICK, UP_DOWN, NEXT)
    can_focus = True

    def __init__(
        self,
        label: str,
        options: Sequence[tuple[str, str]],
        *,
        ticked: Sequence[str] = (),
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._label = label
        self._options = tuple(options)
        self._ticked = set(ticked)
        self._row = 0

    @property
    def value(self) -> list[str]:
        """The ticked codes, in the order in which they are stored."""
        return sorted(self._ticked)

    def render(self) -> Content:
        """The heading and the rows; the mark differs, not the colour alone."""
        width = max(self.size.width, 1)
        rows = [
            plain(
                cut(f"[{'x' if code in self._ticked else ' '}] {one_line(label)}", width),
                "bold reverse" if self.has_focus and place == self._row else "",
            )
            for place, (code, label) in enumerate(self._options)
        ]
        return lines_of([plain(cut(one_line(self._label), width), "$secondary"), *rows])

    def on_key(self, event: events.Key) -> None:
        """Space turns the row under the cursor."""
        if event.key == "space":
            event.stop()
            self._turn()

    def on_click(self, event: events.Click) -> None:
        """So does a click on a row."""
        row = event.y - _HEADING_ROWS
        if 0 <= row < len(self._options):
            self._row = row
            self._turn()

    def action_step(self, by: int) -> None:
        """Another row, which is then in sight."""
        self._row = min(max(0, self._row + by), len(self._options) - 1)
        self.refresh()
        y = self.region.y + _HEADING_ROWS + self._row
        for page in self.ancestors:
            if isinstance(page, VerticalScroll):
                below, above = y - page.region.bottom + 1, y - page.region.y
                page.scroll_relative(y=max(0, below) or min(0, above), animate=False)

    def on_focus(self) -> None:
        """The cursor is seen."""
        self.refresh()

    def on_blur(self) -> None:
        """It is not."""
        self.refresh()

    def _turn(self) -> None:
        self._ticked ^= {self._options[self._row][0]}
        self.refresh()
        self.post_message(Edited())
