"""What needs a person about our own computer: which day it is, and whether another one speaks for us."""

import unicodedata
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from protocol.local import commands, views
from protocol.local.views import No
from tui.acts import Act, bindings
from tui.client import Client, RefusedError
from tui.desk import Desk
from tui.plain import Text
from tui.widgets.field import Field
from tui.widgets.key_line import KeyLine
from tui.widgets.paragraphs import Paragraph
from tui.wording import N_

TRUST: Final = Act(
    name="trust",
    key="d",
    label=N_("the day is right"),
    help=N_("Compare the date with a telephone or a calendar, and say which day stands there."),
    in_palette=False,
    needs=commands.ConfirmClock,
)
TAKE_OVER: Final = Act(
    name="take_over",
    key="o",
    label=N_("this one goes on"),
    help=N_("Another computer spoke for us. It is off for good, and this one goes on."),
    in_palette=False,
    needs=commands.TakeOver,
)
_SAY: Final = Act(
    name="say", key="ctrl+s", label=N_("this day"), help=N_("It stands there."), in_palette=False
)
_LEAVE: Final = Act(
    name="leave", key="escape", label=N_("leave it"), help=N_("Leave it as it is.")
)
_DAY_CHARACTERS_MAX: Final = 10


def our_lines(desk: Desk, us: views.SelfView, clock: views.ClockView) -> list[Paragraph]:
    """A warning for what only a person can put right here; nothing where all is well."""
    texts = []
    if clock.doubt is not None:
        told = N_(
            "This computer says that it is {date}, and that may be wrong. Until somebody compared it"
            " with a telephone, nothing is destroyed, and some of what comes and goes waits. If it is"
            " right, a supervisor presses d. If it is wrong, set this computer's clock first."
        )
        texts.append(desk.words.say(told, date=desk.date(clock.now)))
    if us.is_replaced:
        told = N_(
            "Another computer speaks for us: nothing but her no leaves this one. If nobody of you"
            " began anew on another computer, call your partners now. If the other one is off for"
            " good, and this one is to go on, a supervisor presses o."
        )
        texts.append(desk.words.say(told))
    return [Paragraph(text=text, style="$warning", mark="! ") for text in texts]


async def confirm_day(client: Client, day: str) -> str:
    """Say which day stands on another clock. Returns: the sentence that says what became of it."""
    try:
        await client.confirm_clock(commands.ConfirmClock(day=in_plain_digits(day)))
    except RefusedError as error:
        if error.code != No.NUMBER_DIFFERS:
            raise
        return N_(
            "This computer says another day. Nothing was changed: set its clock, then say it again."
        )
    return N_("The date is trusted from now on. What waited for it goes on.")


def in_plain_digits(day: str) -> str:
    """A day as it was typed, in the digits 0 to 9: a Bengali keyboard writes others."""
    return "".join(str(unicodedata.decimal(one, one)) for one in day.strip())


@final
class DayScreen(ModalScreen[str | None]):
    """Which day stands on another clock? It is typed, so that nobody says yes to a wrong one by habit."""

    BINDINGS: ClassVar[list[BindingType]] = bindings((_SAY, _LEAVE))

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def compose(self) -> ComposeResult:
        """The question, the day and the keys."""
        say = self._desk.words.say
        asked = N_(
            "Look at a telephone or a calendar, not at this computer. Which day is it there?"
            " Year, month, day, such as 2027-03-09."
        )
        with Vertical(classes="box"):
            yield Text(say(asked))
            yield Field(say(N_("The day there")), characters_max=_DAY_CHARACTERS_MAX)
            yield KeyLine()

    def on_mount(self) -> None:
        """The day has the keys."""
        shown = [(act, self._desk.words.say(act.label)) for act in (_LEAVE, _SAY)]
        self.query_one(KeyLine).put(shown)
        self.query_one("IndicInput").focus()

    def action_say(self) -> None:
        """This day; an empty one says nothing."""
        _closing = self.dismiss(self.query_one(Field).value or None)

    def action_leave(self) -> None:
        """Nothing is said."""
        _closing = self.dismiss(None)
