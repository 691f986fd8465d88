"""The row above the keys: what just happened, or how the node stands."""

from typing import Final, final

from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from tui.plain import one_line, plain
from tui.termwidth import cut

SHOWN_SECONDS: Final = 12.0

# State is a word, a glyph and a colour, in that order of weight.
_TONES: Final = {
    "done": ("✓ ", "$success"),
    "note": ("· ", "$foreground"),
    "warn": ("! ", "$warning"),
    "wrong": ("✗ ", "$error"),
}


@final
class Said(Widget):
    """One row: a sentence for some seconds, and the standing line in between."""

    DEFAULT_CSS = """
    Said { height: 1; width: 1fr; background: $surface; color: $foreground; }
    """

    def __init__(self) -> None:
        super().__init__(id="said")
        self._standing = Content("")
        self._sentence: tuple[str, str] | None = None
        self._timer: Timer | None = None

    def stand(self, standing: Content) -> None:
        """What is shown while nothing new has happened."""
        self._standing = standing
        self.refresh()

    def say(self, sentence: str, *, tone: str) -> None:
        """Show what happened. `tone` is `done`, `note`, `warn` or `wrong`."""
        self._sentence = (one_line(sentence), tone)
        if self._timer is not None:
            self._timer.stop()
        # What went wrong stays until something else happens.
        self._timer = None if tone == "wrong" else self.set_timer(SHOWN_SECONDS, self._fall_silent)
        self.refresh()

    def _fall_silent(self) -> None:
        self._sentence = None
        self.refresh()

    def render(self) -> Content:
        """The sentence, or the standing line."""
        if self._sentence is None:
            return self._standing
        sentence, tone = self._sentence
        glyph, colour = _TONES[tone]
        return plain(cut(f" {glyph}{sentence}", max(self.size.width, 1)), colour)
