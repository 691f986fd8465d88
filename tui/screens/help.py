"""`?`: what this screen is for, and every key that works on it, found by typing."""

from collections.abc import Sequence
from typing import final

from textual.app import ComposeResult
from textual.content import Content

from tui.acts import Act, key_name
from tui.desk import Desk
from tui.everywhere import EVERYWHERE
from tui.plain import Text, line_of, plain
from tui.screens.found_by_typing import FoundByTyping
from tui.termwidth import fit, wrap
from tui.wording import N_

_KEY_CELLS = 8
_LABEL_CELLS = 16


@final
class HelpScreen(FoundByTyping):
    """One paragraph and the keys."""

    HEADING = N_("Help")
    HINT = N_("type to look for something")
    HAS_HELP = False

    def __init__(self, desk: Desk, *, about: str, acts: Sequence[Act]) -> None:
        super().__init__(desk)
        self._about = about
        everywhere = (act for act in EVERYWHERE if desk.may(act.needs))
        # The same act may stand on the screen and everywhere; it is shown once.
        self._acts = tuple(dict.fromkeys((*acts, *everywhere)))

    def body(self) -> ComposeResult:
        """The paragraph above the field."""
        yield Text(self.words.say(self._about) if self._about else "")
        yield from super().body()

    def found(self, wanted: str) -> Sequence[str | Content]:
        """Each key with its name and what it does."""
        lines = [
            line
            for act in self._acts
            if wanted in f"{self.words.say(act.label)} {self.words.say(act.help)}".casefold()
            for line in self._lines(act)
        ]
        return lines or [self.words.say(N_("Nothing of that name here."))]

    def _lines(self, act: Act) -> list[Content]:
        """The key and its word, and beside them what it does, however long that is."""
        key = fit(key_name(act.key), _KEY_CELLS)
        label = fit(self.words.say(act.label), _LABEL_CELLS)
        indent = " " * (_KEY_CELLS + _LABEL_CELLS)
        first, *rest = wrap(self.words.say(act.help), self.room - len(indent))
        return [
            line_of((key, "bold $accent"), label, first),
            *(plain(indent + one) for one in rest),
        ]
