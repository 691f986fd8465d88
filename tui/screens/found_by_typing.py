"""A list that ships with the program and is found by typing: the keys of a screen, the plain words."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Input

from tui.acts import Act, bindings
from tui.client import Client
from tui.plain import Text, lines_of
from tui.screens.desk_screen import BACK, DeskScreen
from tui.widgets.indic_input import IndicInput

WORD_CHARACTERS_MAX = 60
# One cell before a line, and at its end the scroll bar and what keeps it from the text.
_MARGIN: Final = 4
_ROOM_MIN: Final = 50


class FoundByTyping(DeskScreen[None]):
    """A field to look for something, and below it what fits.

    Attributes:
        HINT: what stands in the empty field, an English text.
    """

    HINT: ClassVar[str]
    ACTS: ClassVar[tuple[Act, ...]] = (BACK,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    RELOADS = False

    @abstractmethod
    def found(self, wanted: str) -> Sequence[str | Content]:
        """The lines in which this stands; it is without capitals, and empty for all of them."""

    @property
    def room(self) -> int:
        """How many cells a line has: what goes on stands under what it goes on from."""
        return max(_ROOM_MIN, self.size.width - _MARGIN)

    def body(self) -> ComposeResult:
        """The field, and what is found."""
        yield IndicInput(
            placeholder=self.words.say(self.HINT), max_length=WORD_CHARACTERS_MAX, compact=True
        )
        yield Text(id="found")

    async def load(self, client: Client) -> None:
        """Nothing is asked: all of it ships with the program."""

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

    def on_resize(self) -> None:
        """Other lines."""
        if self._has_loaded:
            self._find(self.query_one(IndicInput).value)

    def _find(self, word: str) -> None:
        self.query_one("#found", Text).put(lines_of(self.found(word.casefold().strip())))
