"""One sentence of hers alone on the screen, to be read back to her word for word, as it would be sent."""

from collections.abc import Sequence
from enum import Enum
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from protocol.local.views import SaidView
from tui.acts import Act, bindings
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


class ReadBack(Enum):
    """What became of it."""

    MAY_GO = "may_go"
    STAYS = "stays"
    NOT_READ = "not_read"


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

    def __init__(self, words: Words, said: SaidView) -> None:
        super().__init__()
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

    def action_may_go(self) -> None:
        """She heard it, and it may go."""
        _closing = self.dismiss(ReadBack.MAY_GO)

    def action_stays(self) -> None:
        """She heard it, and it stays."""
        _closing = self.dismiss(ReadBack.STAYS)

    def action_not_read(self) -> None:
        """It was not read."""
        _closing = self.dismiss(ReadBack.NOT_READ)
