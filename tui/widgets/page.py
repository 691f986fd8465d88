"""A page to read: it takes the focus, so that what is longer than the screen can be scrolled."""

from collections.abc import Iterable
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from tui.acts import Act
from tui.plain import Text, lines_of
from tui.widgets.moving import BY_PAGE, NEXT
from tui.wording import N_

SCROLL: Final = Act(
    name="app.scroll", key="up,down", label=N_("read on"), help=N_("More of this page.")
)


@final
class Page(VerticalScroll):
    """Lines on a page of their own."""

    DEFAULT_CSS = """
    Page { height: 1fr; width: 1fr; border: round $primary; scrollbar-size-vertical: 1; }
    Page:focus { border: round $accent; }
    """
    ACTS: ClassVar = (SCROLL, NEXT)
    MORE_ACTS: ClassVar = (BY_PAGE,)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, can_focus=True)

    def compose(self) -> ComposeResult:
        """One text."""
        yield Text()

    def put(self, lines: Iterable[str | Content]) -> None:
        """Show other lines."""
        self.query_one(Text).put(lines_of(lines))
