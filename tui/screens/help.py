"""`?`: what this screen is for, and every key that works on it, found by typing."""

from collections.abc import Sequence
from typing import ClassVar, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Input

from tui.acts import Act, bindings, key_name
from tui.client import Client
from tui.desk import Desk
from tui.everywhere import EVERYWHERE
from tui.plain import Text, line_of, lines_of
from tui.screens.desk_screen import BACK, DeskScreen
from tui.termwidth import fit
from tui.widgets.indic_input import IndicInput
from tui.wording import N_

_KEY_CELLS = 8
_LABEL_CELLS = 16
_WORD_CHARACTERS_MAX = 60


@final
class HelpScreen(DeskScreen[None]):
    """One paragraph and the keys."""

    HEADING = N_("Help")
    ACTS: ClassVar[tuple[Act, ...]] = (BACK,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    RELOADS = False
    HAS_HELP = False

    def __init__(self, desk: Desk, *, about: str, acts: Sequence[Act]) -> None:
        super().__init__(desk)
        self._about = about
        everywhere = (act for act in EVERYWHERE if desk.may(act.needs))
        # The same act may stand on the screen and everywhere; it is shown once.
        self._acts = tuple(dict.fromkeys((*acts, *everywhere)))

    def body(self) -> ComposeResult:
        """The paragraph, a field to look for something, and the keys."""
        yield Text(self.words.say(self._about) if self._about else "")
        yield IndicInput(
            placeholder=self.words.say(N_("type to look for something")),
            max_length=_WORD_CHARACTERS_MAX,
            compact=True,
        )
        yield Text(id="found")

    async def load(self, client: Client) -> None:
        """Nothing is asked."""

    def show(self, _loaded: None) -> None:
        """What fits what is typed."""
        self._find(self.query_one(IndicInput).value)

    def on_mount(self) -> None:
        """The next keys are a word."""
        super().on_mount()
        self.query_one(IndicInput).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """What fits the typed word."""
        event.stop()
        self._find(event.value)

    def _find(self, word: str) -> None:
        wanted = word.casefold().strip()
        lines = [
            self._line(act)
            for act in self._acts
            if wanted in f"{self.words.say(act.label)} {self.words.say(act.help)}".casefold()
        ]
        nothing = self.words.say(N_("Nothing of that name here."))
        self.query_one("#found", Text).put(lines_of(lines) if lines else nothing)

    def _line(self, act: Act) -> Content:
        key = fit(key_name(act.key), _KEY_CELLS)
        label = fit(self.words.say(act.label), _LABEL_CELLS)
        return line_of((key, "bold $accent"), label, self.words.say(act.help))
