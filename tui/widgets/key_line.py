"""The footer: keys that work now, in the reader's language, and a sign where there are more of them."""

from collections.abc import Sequence
from typing import Final, final

from textual.content import Content
from textual.widget import Widget

from tui.acts import Act, key_name
from tui.plain import plain
from tui.termwidth import measure

ROWS: Final = 2
MORE: Final = "… ^p"
"""More keys work than there is room for; the palette has them all."""
_BETWEEN: Final = "  "
_MORE_CELLS: Final = measure(MORE)


@final
class KeyLine(Widget):
    """Two rows of keys; what does not fit is found under `^p`, which always stands among the first."""

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
        """As many keys as two rows have room for, and a sign where there are more."""
        rows = arranged(self._shown, width=max(self.size.width, 1))
        return Content("\n").join(Content("").join(row) for row in rows)


def arranged(keys: Sequence[tuple[str, str]], *, width: int) -> list[list[Content]]:
    """The keys in two rows; where some are left out the last row ends with the sign that says so."""
    rows: list[list[Content]] = [[]]
    used = 0
    for place, (key, label) in enumerate(keys):
        cells = measure(key) + 1 + measure(label)
        is_last_row = len(rows) == ROWS
        is_last_key = place == len(keys) - 1
        room = width - (0 if not is_last_row or is_last_key else len(_BETWEEN) + _MORE_CELLS)
        if used + cells > room and rows[-1]:
            if is_last_row:
                rows[-1].append(plain(MORE, "bold $accent"))
                break
            rows.append([])
            used = 0
        rows[-1].append(plain(key, "bold $accent") + plain(f" {label}{_BETWEEN}"))
        used += cells + len(_BETWEEN)
    return rows
