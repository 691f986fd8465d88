"""The footer: exactly the keys that work now, in the reader's language."""

from collections.abc import Sequence
from typing import Final, final

from textual.content import Content
from textual.widget import Widget

from tui.acts import Act, key_name
from tui.plain import plain
from tui.termwidth import measure

ROWS: Final = 2
_BETWEEN: Final = "  "


@final
class KeyLine(Widget):
    """Two rows of keys; what does not fit is found under `?`, which always stands first."""

    DEFAULT_CSS = """
    KeyLine { height: 2; width: 1fr; background: $panel; color: $foreground; }
    """

    def __init__(self) -> None:
        super().__init__(id="keys")
        self._shown: tuple[tuple[str, str], ...] = ()

    def put(self, shown: Sequence[tuple[Act, str]]) -> None:
        """Show acts, each with its label in the reader's language."""
        pairs = tuple((key_name(act.key), label) for act, label in shown)
        if pairs != self._shown:
            self._shown = pairs
            self.refresh()

    def render(self) -> Content:
        """As many keys as two rows have room for."""
        width = max(self.size.width, 1)
        rows: list[list[Content]] = [[]]
        used = 0
        for key, label in self._shown:
            cells = measure(key) + 1 + measure(label) + len(_BETWEEN)
            if used + cells > width and rows[-1]:
                if len(rows) == ROWS:
                    break
                rows.append([])
                used = 0
            rows[-1].append(plain(key, "bold $accent") + plain(f" {label}{_BETWEEN}"))
            used += cells
        return Content("\n").join(Content("").join(row) for row in rows)
