"""Two short questions about a follow-up: until which day we see her, or why we cannot."""

from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from protocol.vocabulary.codes import UnableReason
from tui.acts import Act, bindings
from tui.desk import Desk
from tui.messages import Edited
from tui.plain import Text
from tui.screens.days import YEAR, days_until, noon
from tui.widgets.choice import TURN, Choice
from tui.widgets.day_choice import BY_WEEK, DAY, DayChoice
from tui.widgets.key_line import KeyLine
from tui.wording import N_

SEND: Final = Act(
    name="send",
    key="ctrl+s",
    label=N_("send"),
    help=N_("Send it; for ten seconds it can be stopped."),
    in_palette=False,
)
LEAVE: Final = Act(name="leave", key="escape", label=N_("leave it"), help=N_("Leave it as it is."))


@final
class MoveScreen(ModalScreen[int | None]):
    """Until which day; it begins with the day that was asked for, or today where that is over."""

    BINDINGS: ClassVar[list[BindingType]] = bindings((SEND, LEAVE))

    def __init__(self, desk: Desk, *, due: int) -> None:
        super().__init__()
        self._desk = desk
        self._days = max(0, days_until(desk, due))

    def compose(self) -> ComposeResult:
        """The day and the keys."""
        say = self._desk.words.say
        with Vertical(classes="box"):
            yield Text(say(N_("Until which day will you have seen her? They are told the day.")))
            yield DayChoice(say(N_("Until")), self._date, between=(0, YEAR), days=self._days)
            yield KeyLine()

    def _date(self, days: int) -> str:
        return self._desk.date(noon(self._desk, days))

    def on_mount(self) -> None:
        """The day has the keys."""
        shown = [(act, self._desk.words.say(act.label)) for act in (SEND, LEAVE, DAY, BY_WEEK)]
        self.query_one(KeyLine).put(shown)
        self.query_one(DayChoice).focus()

    def on_edited(self, event: Edited) -> None:
        """Nothing is kept of it."""
        event.stop()

    def action_send(self) -> None:
        """This day."""
        _closing = self.dismiss(noon(self._desk, self.query_one(DayChoice).days))

    def action_leave(self) -> None:
        """Nothing is said."""
        _closing = self.dismiss(None)


@final
class CannotScreen(ModalScreen[str | None]):
    """Why we cannot see her. No reason is chosen beforehand, and without one nothing is sent."""

    BINDINGS: ClassVar[list[BindingType]] = bindings((SEND, LEAVE))

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def compose(self) -> ComposeResult:
        """The reason and the keys."""
        words = self._desk.words
        reasons = [(reason.value, words.code(reason)) for reason in UnableReason]
        options = [("", words.say(N_("not chosen yet"))), *reasons]
        with Vertical(classes="box"):
            yield Text(words.say(N_("Why can you not see her? They look for another way.")))
            yield Choice[str](words.say(N_("Reason")), options)
            yield KeyLine()

    def on_mount(self) -> None:
        """The reason has the keys."""
        self.query_one(Choice).focus()
        self._tell_keys()

    def on_edited(self, event: Edited) -> None:
        """Once a reason is chosen it can be sent."""
        event.stop()
        self._tell_keys()

    def _tell_keys(self) -> None:
        acts = (SEND, LEAVE, TURN) if self._reason else (LEAVE, TURN)
        self.query_one(KeyLine).put([(act, self._desk.words.say(act.label)) for act in acts])

    @property
    def _reason(self) -> str:
        return str(self.query_one(Choice).value)

    def action_send(self) -> None:
        """This reason."""
        if self._reason:
            _closing = self.dismiss(self._reason)

    def action_leave(self) -> None:
        """Nothing is said."""
        _closing = self.dismiss(None)
