"""A day: `◂ 24 November 2026 ▸`, a day on with the arrows to the side, a week with those up and down."""

from collections.abc import Callable
from typing import ClassVar, Final, final

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.acts import Act
from tui.messages import Edited
from tui.plain import one_line, plain
from tui.termwidth import fit
from tui.widgets.choice import LABEL_CELLS
from tui.widgets.moving import NEXT
from tui.wording import N_

WEEK: Final = 7
DAY: Final = Act(name="day", key="left,right", label=N_("day"), help=N_("A day more or less."))
BY_WEEK: Final = Act(name="week", key="up,down", label=N_("week"), help=N_("A week more or less."))
_STEPS: Final = {"left": -1, "right": 1, "up": -WEEK, "down": WEEK}


@final
class DayChoice(Widget):
    """One day between a first and a last, counted from today; it does not turn over at the ends."""

    DEFAULT_CSS = """
    DayChoice { height: 1; width: 1fr; padding: 0 1; }
    DayChoice:focus { background: $primary 40%; text-style: bold; }
    """
    ACTS: ClassVar = (DAY, BY_WEEK, NEXT)
    can_focus = True

    days: reactive[int] = reactive(0)

    def __init__(
        self,
        label: str,
        says: Callable[[int], str],
        *,
        between: tuple[int, int],
        days: int = 0,
        label_cells: int = LABEL_CELLS,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._label = label
        self._says = says
        self._between = between
        self._label_cells = label_cells
        self.set_reactive(DayChoice.days, self._kept(days))

    def _kept(self, days: int) -> int:
        first, last = self._between
        return min(max(days, first), last)

    def render(self) -> Content:
        """The label in its column, and the day between two arrows."""
        label = plain(fit(one_line(self._label), self._label_cells))
        return label + plain(f" ◂ {one_line(self._says(self.days))} ▸")

    def on_key(self, event: events.Key) -> None:
        """The arrows."""
        step = _STEPS.get(event.key)
        if step is not None:
            event.stop()
            event.prevent_default()
            self.days = self._kept(self.days + step)
            self.post_message(Edited())
