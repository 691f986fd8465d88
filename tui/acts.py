"""An act: its key, its word in the footer, its line in help and its entry in the palette, said once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual.binding import Binding, BindingType

from protocol.local.commands import Command

_NAMES: Final = {
    "escape": "esc",
    "enter": "enter",
    "space": "space",
    "tab": "tab",
    "question_mark": "?",
    "slash": "/",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
}

_PAIRS: Final = {"up,down": "↑↓", "left,right": "←→", "pageup,pagedown": "PgUp/Dn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing a person can do on a screen.

    Attributes:
        name: of the method `action_<name>` on the screen; with `app.` before it, on the application.
        key: as Textual names it; several with a comma between, the first is shown.
        label: one or two words for the footer, an English text that the catalogues translate.
        help: one sentence for help and the palette, likewise.
        in_palette: may it be found and started there? What cannot be undone may not.
        needs: the command that it comes to; whoever may not give it does not see the act.
    """

    name: str
    key: str
    label: str
    help: str
    in_palette: bool = True
    needs: type[Command] | None = None

    @property
    def works_while_typing(self) -> bool:
        """In a text field only Ctrl and F keys act, and what no text has: Esc."""
        return len(self.key) > 1 and self.key not in {"question_mark", "slash", "space", "enter"}


def bindings(acts: Sequence[Act]) -> list[BindingType]:
    """What Textual needs of a screen's acts."""
    return [Binding(act.key, act.name, act.label, show=False) for act in acts]


def key_name(key: str) -> str:
    """How a key stands in the footer: `^s`, `F9`, `esc`, `n`."""
    if key in _PAIRS:
        return _PAIRS[key]
    first = key.partition(",")[0]
    if first.startswith("ctrl+"):
        return "^" + first.removeprefix("ctrl+")
    if first in _NAMES:
        return _NAMES[first]
    return first.upper() if first[0] == "f" and first[1:].isdigit() else first
