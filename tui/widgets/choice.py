"""A choice of one from a short list: `◂ value ▸`, turned with the arrow keys."""

from collections.abc import Sequence
from typing import ClassVar, Final, Generic, TypeVar

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.acts import Act
from tui.messages import Edited
from tui.plain import one_line, plain
from tui.termwidth import fit
from tui.widgets.moving import NEXT
from tui.wording import N_

ValueT = TypeVar("ValueT")

LABEL_CELLS: Final = 22
TURN: Final = Act(name="turn", key="left,right", label=N_("choose"), help=N_("Another value."))


class Choice(Widget, Generic[ValueT]):
    """One value out of several, each with its label; all are one press of an arrow apart."""

    DEFAULT_CSS = """
    Choice { height: 1; width: 1fr; padding: 0 1; }
    Choice:focus { background: $primary 40%; text-style: bold; }
    """
    ACTS: ClassVar = (TURN, NEXT)
    can_focus = True

    place: reactive[int] = reactive(0)

    def __init__(
        self,
        label: str,
        options: Sequence[tuple[ValueT, str]],
        *,
        value: ValueT | None = None,
        label_cells: int = LABEL_CELLS,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._label = label
        self._label_cells = label_cells
        self._options = tuple(options)
        values = [option for option, _ in self._options]
        self.set_reactive(Choice.place, values.index(value) if value in values else 0)

    @property
    def value(self) -> ValueT:
        """What is chosen."""
        return self._options[self.place][0]

    def choose(self, value: ValueT) -> None:
        """Choose one of the values; another one is left aside."""
        values = [option for option, _ in self._options]
        if value in values:
            self.place = values.index(value)

    def render(self) -> Content:
        """The label in its column, and the value between two arrows."""
        label = plain(fit(one_line(self._label), self._label_cells))
        return label + plain(f" ◂ {one_line(self._options[self.place][1])} ▸")

    def on_key(self, event: events.Key) -> None:
        """Left and right turn it; so does the space bar."""
        step = {"left": -1, "right": 1, "space": 1}.get(event.key)
        if step is not None:
            event.stop()
            event.prevent_default()
            self._turn(step)

    def on_click(self) -> None:
        """So does a click."""
        self._turn(1)

    def _turn(self, step: int) -> None:
        self.place = (self.place + step) % len(self._options)
        self.post_message(Edited())
