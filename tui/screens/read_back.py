"""One sentence of hers alone on the screen, to be read back to her word for word, as it would be sent."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from protocol.local.views import SaidView
from protocol.vocabulary.categories import HIDDEN
from tui.acts import Act, bindings
from tui.desk import Desk
from tui.screens.desk_screen import DeskScreen
from tui.widgets.key_line import KeyLine
from tui.widgets.paragraphs import Paragraph, Paragraphs
from tui.wording import N_, Words

MAY_GO: Final = Act(
    name="may_go",
    key="y",
    label=N_("read to her, may go"),
    help=N_("You read it to her, word for word, and she says that it may go as it stands."),
    in_palette=False,
)
STAYS: Final = Act(
    name="stays",
    key="n",
    label=N_("read to her, stays here"),
    help=N_("You read it to her, and she does not want it told."),
    in_palette=False,
)
NOT_READ: Final = Act(
    name="not_read", key="escape", label=N_("not read"), help=N_("Nothing changes.")
)
ACTS: Final[Sequence[Act]] = (MAY_GO, STAYS, NOT_READ)
_COVERED: Final = N_("Names are hidden again, so this counts as not read. F9, then r.")


class ReadBack(Enum):
    """What became of it."""

    MAY_GO = "may_go"
    STAYS = "stays"
    NOT_READ = "not_read"
    COVERED = "covered"


def read_to_her(screen: DeskScreen[Any], said: SaidView, then: Callable[[ReadBack], None]) -> None:
    """Put the sentence alone on the screen, and go on with what became of it, or say that it was covered."""

    def heard(what: ReadBack | None) -> None:
        if what is ReadBack.COVERED:
            screen.say(screen.words.say(_COVERED), tone="warn")
        then(ReadBack.NOT_READ if what is None else what)

    shown = ReadBackScreen(screen.desk, screen.words, said)
    screen.call_later(screen.app.push_screen, shown, heard)


@final
class ReadBackScreen(ModalScreen[ReadBack]):
    """The sentence, whole; nothing else of hers is drawn behind it."""

    CSS = """
    ReadBackScreen { align: left top; padding: 1 2; }
    ReadBackScreen #text { height: 1fr; border: round $primary; }
    ReadBackScreen #text:focus { border: round $accent; }
    ReadBackScreen #bottom { height: 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)

    def __init__(self, desk: Desk, words: Words, said: SaidView) -> None:
        super().__init__()
        self._desk = desk
        self._words = words
        self._said = said

    def compose(self) -> ComposeResult:
        """What to do, the whole sentence, and the keys."""
        say = self._words.say
        yield Paragraphs(
            [
                Paragraph(text=say(N_("Read this to her, slowly, word for word.")), style="bold"),
                Paragraph(text=say(N_("Is this what she means? May it go just as it stands?"))),
            ]
        )
        with VerticalScroll(id="text", can_focus=True):
            yield Paragraphs([Paragraph(text=self._said.text)])
        with Vertical(id="bottom"):
            yield KeyLine()

    def on_mount(self) -> None:
        """The text can be scrolled."""
        self.query_one(KeyLine).put([(act, self._words.say(act.label)) for act in ACTS])
        self.query_one("#text").focus()

    def on_screen_resume(self) -> None:
        """Names may have been hidden before this came to the front."""
        self.names_turned()

    def names_turned(self) -> None:
        """Names are shown or hidden: who she is stands here no longer than on any other screen."""
        if self._said.category not in HIDDEN or self._desk.names_are_shown:
            return
        for text in self.query("#text Paragraphs").results(Paragraphs):
            text.put([])
        # With a question over it, this goes when that is answered.
        if self.is_active:
            _closing = self.dismiss(ReadBack.COVERED)

    def action_may_go(self) -> None:
        """She heard it, and it may go."""
        _closing = self.dismiss(ReadBack.MAY_GO)

    def action_stays(self) -> None:
        """She heard it, and it stays."""
        _closing = self.dismiss(ReadBack.STAYS)

    def action_not_read(self) -> None:
        """It was not read."""
        _closing = self.dismiss(ReadBack.NOT_READ)
