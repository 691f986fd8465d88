"""Language, digits, and the way back to the practice case."""

from collections.abc import Sequence
from typing import ClassVar, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from tui.acts import Act, bindings
from tui.client import Client
from tui.messages import Edited
from tui.places import ToPractice
from tui.plain import Text
from tui.screens.desk_screen import BACK, DeskScreen
from tui.widgets.choice import Choice
from tui.wording import DRAFT, LANGUAGES, N_, Digits

PRACTISE = Act(
    name="practise",
    key="p",
    label=N_("practise"),
    help=N_("Try everything on a case that does not exist."),
)


@final
class Speak(Message):
    """Show everything in this language and these digits."""

    def __init__(self, language: str, digits: Digits) -> None:
        super().__init__()
        self.language = language
        self.digits = digits


@final
class SettingsScreen(DeskScreen[None]):
    """What one person chose for herself; it follows her to every desk of this node."""

    HEADING = N_("Settings")
    ABOUT = N_("Your own language and digits. They change at once, and for you alone.")
    ACTS: ClassVar[tuple[Act, ...]] = (PRACTISE, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    RELOADS = False

    def body(self) -> ComposeResult:
        """Two choices."""
        say = self.words.say
        yield Choice[str](
            say(N_("Language")),
            [(language.code, language.name) for language in LANGUAGES.values()],
            value=self.words.language,
            id="language",
        )
        yield Choice[Digits](
            say(N_("Digits")), self._digits(), value=self.words.digits, id="digits"
        )
        yield Text(say(DRAFT), id="draft")

    def _digits(self) -> Sequence[tuple[Digits, str]]:
        own = LANGUAGES[self.words.language].digits[1:4] or "123"
        return [("native", own), ("latin", "123")]

    async def load(self, client: Client) -> None:
        """Nothing is asked."""

    def on_mount(self) -> None:
        """The language comes first."""
        super().on_mount()
        self.query_one("#language").focus()
        self._mark_draft()

    def show(self, _loaded: None) -> None:
        """The note about drafts."""
        self._mark_draft()

    def _mark_draft(self) -> None:
        self.query_one("#draft").display = self.words.is_draft

    def on_edited(self, event: Edited) -> None:
        """At once."""
        event.stop()
        language = self.query_one("#language", Choice).value
        digits = self.query_one("#digits", Choice).value
        self.post_message(Speak(language, digits))

    def action_practise(self) -> None:
        """The practice case."""
        self.go(ToPractice())
