"""What Textual would do and this program must not: pictures, the clipboard, a report with data."""

from collections.abc import Iterable

from textual.app import App, SystemCommand
from textual.filter import LineFilter, Monochrome, NoColor
from textual.screen import Screen

from tui import crash
from tui.desk import Desk
from tui.wording import N_


class GuardedApp(App[None]):
    """An application of Textual from which nothing leaves but what is drawn.

    Attributes:
        desk: what all screens share.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._copied = ""
        if self.no_color:
            # Textual answers NO_COLOR with greys, and greys are colours too.
            others = [one for one in self._filters if not isinstance(one, Monochrome)]
            self._filters: list[LineFilter] = [*others, NoColor()]

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """None: among them is a picture of the screen, written to a file."""
        del screen
        return ()

    def export_screenshot(self, **_options: object) -> str:
        """No picture of the screen is ever made: there are people on it."""
        return ""

    def action_screenshot(self, *_options: object) -> None:
        """Nor is one asked for by a key, the palette or a setting."""

    def save_screenshot(self, *_options: object, **_more: object) -> str:
        """Nor a file for one."""
        return ""

    def deliver_screenshot(self, *_options: object, **_more: object) -> None:
        """Nor one sent to a browser."""

    @property
    def clipboard(self) -> str:
        """What was copied, inside this program only."""
        return self._copied

    def copy_to_clipboard(self, text: str) -> None:
        """Into this program only: the terminal's own clipboard is everybody's."""
        self._copied = text

    def _fatal_error(self) -> None:
        """Textual prints local variables here, and they hold what people told us."""
        if self._exit_renderables:
            # The first mistake is told; those that follow from it would only hide it.
            self._close_messages_no_wait()
            return
        error = self._exception
        if error is None:
            self.close_plainly()
            return
        say = self.desk.words.say
        self.close_plainly(
            say(
                N_("Sathi stopped. Report {code}, {places} (no case data in it)."),
                code=crash.report_code(error),
                places=crash.report_places(error),
            ),
            say(N_("What you were writing is saved up to the last second.")),
        )

    def panic(self, *_renderables: object) -> None:
        """An error that knows how to draw itself would draw what it holds."""
        self._fatal_error()

    def close_plainly(self, *lines: str) -> None:
        """Leave these lines behind and close."""
        self._exit_renderables.append("\n".join(lines))
        self._close_messages_no_wait()
