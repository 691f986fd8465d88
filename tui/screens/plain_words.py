"""F2: what a difficult word means, said plainly, and what to ask instead."""

from collections.abc import Sequence
from typing import ClassVar, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Input

from tui.acts import Act, bindings
from tui.client import Client
from tui.plain import Text, line_of, lines_of
from tui.screens.desk_screen import BACK, DeskScreen
from tui.widgets.indic_input import IndicInput
from tui.wording import N_, GlossaryEntry, glossary

WORD_CHARACTERS_MAX = 60


@final
class PlainWordsScreen(DeskScreen[None]):
    """The glossary, found by typing."""

    HEADING = N_("Plain words")
    ABOUT = N_(
        "Words from reports and from this program, said so that everybody understands them."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (BACK,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    RELOADS = False

    def body(self) -> ComposeResult:
        """A field to look for a word, and what is found."""
        yield IndicInput(
            placeholder=self.words.say(N_("type to look for a word")),
            max_length=WORD_CHARACTERS_MAX,
            compact=True,
        )
        yield Text(id="found")

    async def load(self, client: Client) -> None:
        """Nothing is asked: the words ship with the program."""

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
        found = [
            entry
            for entry in glossary(self.words.language)
            if wanted in f"{entry.name} {entry.term} {entry.plain}".casefold()
        ]
        self.query_one("#found", Text).put(lines_of(self._lines(found)))

    def _lines(self, found: Sequence[GlossaryEntry]) -> list[str | Content]:
        lines: list[str | Content] = []
        for entry in found:
            lines += [self._heading(entry), f"  {entry.plain}"]
            if entry.ask_instead:
                lines.append(
                    line_of(
                        ("  " + self.words.say(N_("Ask instead: ")), "$accent"), entry.ask_instead
                    )
                )
            lines.append("")
        return lines or [self.words.say(N_("No such word here. Ask a colleague, and tell us."))]

    def _heading(self, entry: GlossaryEntry) -> Content:
        """The name in the reader's language, the term of the reports, and whether people approved it."""
        term = "" if entry.name == entry.term else f" ({entry.term})"
        draft = "" if entry.is_reviewed else "  " + self.words.say(N_("~ draft"))
        return line_of((entry.name, "bold $secondary"), term, (draft, "$warning"))
