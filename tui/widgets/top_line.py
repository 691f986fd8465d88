"""The first row: where one is, what is open, and on the right whether names are hidden."""

from typing import final

from textual.content import Content
from textual.widget import Widget

from tui.plain import one_line, plain
from tui.termwidth import cut, measure


@final
class TopLine(Widget):
    """One row of two texts; the left one gives way."""

    DEFAULT_CSS = """
    TopLine { height: 1; width: 1fr; background: $primary; color: $text; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__(id="top")
        self._left = ""
        self._right = ""

    def put(self, *, left: str, right: str) -> None:
        """Show other texts."""
        self._left, self._right = one_line(left), one_line(right)
        self.refresh()

    def render(self) -> Content:
        """The left text, cut to what the right one leaves."""
        width = max(self.size.width - 2, 1)
        right = cut(self._right, width // 2)
        left = cut(self._left, width - measure(right) - 1)
        gap = width - measure(left) - measure(right)
        return plain(f" {left}{' ' * gap}{right} ")
