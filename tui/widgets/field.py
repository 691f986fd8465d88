"""A line of a form: a label in its column and an input beside it."""

from typing import final

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from tui.messages import Edited
from tui.plain import Text, one_line
from tui.termwidth import fit
from tui.widgets.choice import LABEL_CELLS
from tui.widgets.indic_input import IndicInput


@final
class Field(Horizontal):
    """A labelled input of one line."""

    DEFAULT_CSS = """
    Field { height: 1; width: 1fr; padding: 0 1; }
    Field > Text { width: 23; }
    Field > IndicInput { width: 1fr; height: 1; border: none; padding: 0; background: $boost; }
    Field > IndicInput:focus { border: none; background: $primary 40%; }
    """

    def __init__(
        self,
        label: str,
        value: str = "",
        *,
        characters_max: int,
        is_secret: bool = False,
        label_cells: int = LABEL_CELLS,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._label = label
        self._label_cells = label_cells
        self._input = IndicInput(
            value=value, max_length=characters_max, password=is_secret, compact=True
        )

    def compose(self) -> ComposeResult:
        """The label and the input."""
        label = Text(fit(one_line(self._label), self._label_cells))
        label.styles.width = self._label_cells + 1
        label.styles.padding = 0
        yield label
        yield self._input

    @property
    def value(self) -> str:
        """What was typed, in composed form."""
        return self._input.plain_value

    def put(self, value: str) -> None:
        """Put a text into it."""
        self._input.value = value

    def take_focus(self) -> None:
        """The next keys go here."""
        self.screen.set_focus(self._input)

    def on_input_changed(self, event: Input.Changed) -> None:
        """A draft is to be kept."""
        event.stop()
        self.post_message(Edited())
