"""A tick: `[x]` yes, `[ ]` no, `[-]` cannot be ticked. The mark differs, not the colour alone."""

from enum import StrEnum
from typing import ClassVar, Final, final

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.acts import Act
from tui.messages import Edited
from tui.plain import one_line, plain
from tui.widgets.moving import NEXT
from tui.wording import N_

TURN_TICK: Final = Act(name="tick", key="space", label=N_("tick"), help=N_("Yes or no."))


class Ticked(StrEnum):
    """How a tick stands."""

    YES = "x"
    NO = " "
    CANNOT = "-"


@final
class Tick(Widget):
    """One line that can be ticked with the space bar; Enter does nothing here."""

    DEFAULT_CSS = """
    Tick { height: auto; width: 1fr; padding: 0 1; }
    Tick:focus { background: $primary 40%; text-style: bold; }
    """
    ACTS: ClassVar = (TURN_TICK, NEXT)

    ticked: reactive[Ticked] = reactive(Ticked.NO)

    def __init__(
        self, label: str, ticked: Ticked = Ticked.NO, *, reason: str = "", id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.can_focus = ticked is not Ticked.CANNOT
        self._label = label
        self._reason = reason
        self.set_reactive(Tick.ticked, ticked)

    @property
    def is_ticked(self) -> bool:
        """Is it a yes?"""
        return self.ticked is Ticked.YES

    def render(self) -> Content:
        """The mark, the label, and why it cannot be ticked."""
        mark = plain(f"[{self.ticked.value}] {one_line(self._label)}")
        return mark + plain(f"  {one_line(self._reason)}", "$text-muted") if self._reason else mark

    def on_key(self, event: events.Key) -> None:
        """Space turns it."""
        if event.key == "space":
            event.stop()
            self._turn()

    def on_click(self) -> None:
        """So does a click."""
        self._turn()

    def _turn(self) -> None:
        if self.ticked is Ticked.CANNOT:
            return
        self.ticked = Ticked.NO if self.is_ticked else Ticked.YES
        self.post_message(Edited())
