"""F2: what a difficult word means, said plainly, and what to ask instead."""

from collections.abc import Sequence
from typing import Final, final

from textual.content import Content

from tui.plain import line_of
from tui.screens.found_by_typing import FoundByTyping
from tui.termwidth import wrap
from tui.wording import N_, GlossaryEntry, glossary

_INDENT: Final = "  "


@final
class PlainWordsScreen(FoundByTyping):
    """The glossary, found by typing."""

    HEADING = N_("Plain words")
    HINT = N_("type to look for a word")
    ABOUT = N_(
        "Words from reports and from this program, said so that everybody understands them."
    )

    def found(self, wanted: str) -> Sequence[str | Content]:
        """Each word with what it means."""
        found = [
            entry
            for entry in glossary(self.words.language)
            if wanted in f"{entry.name} {entry.term} {entry.plain}".casefold()
        ]
        lines: list[str | Content] = []
        for entry in found:
            lines += [self._heading(entry), *self._told(entry.plain)]
            if entry.ask_instead:
                asked = self.words.say(N_("Ask instead: "))
                first, *rest = self._told(asked + entry.ask_instead)
                said = first.removeprefix(_INDENT + asked)
                lines += [line_of((_INDENT + asked, "$accent"), said), *rest]
            lines.append("")
        return lines or [self.words.say(N_("No such word here. Ask a colleague, and tell us."))]

    def _told(self, text: str) -> list[str]:
        return [_INDENT + line for line in wrap(text, self.room - len(_INDENT))]

    def _heading(self, entry: GlossaryEntry) -> Content:
        """The name in the reader's language, the term of the reports, and whether people approved it."""
        term = "" if entry.name == entry.term else f" ({entry.term})"
        draft = "" if entry.is_reviewed else "  " + self.words.say(N_("~ draft"))
        return line_of((entry.name, "bold $secondary"), term, (draft, "$warning"))
