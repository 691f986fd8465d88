"""Place 5: promises to see her again, ours and theirs, by their day."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from protocol.local import commands, views
from protocol.vocabulary.codes import UnableReason
from tui.acts import Act, bindings
from tui.client import Client
from tui.desk import Desk
from tui.places import Saying, ToAnswer, ToMessage, ToReferral, ToReport
from tui.plain import Text, line_of, one_line, plain
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.follow_up_answer import CannotScreen, MoveScreen
from tui.termwidth import fit
from tui.widgets.rows import Row, Rows
from tui.wording import N_

OPEN: Final = Act(
    name="open",
    key="enter",
    label=N_("open"),
    help=N_("What they wrote about her; where nothing came yet, the referral."),
)
DONE: Final = Act(
    name="done",
    key="d",
    label=N_("done: tell"),
    help=N_("You saw her, or could not: tell how she is."),
)
MOVE: Final = Act(
    name="move",
    key="m",
    label=N_("take on, move"),
    help=N_("Take it on, for this day or another one."),
)
CANNOT: Final = Act(
    name="cannot",
    key="n",
    label=N_("cannot"),
    help=N_("You cannot see her at all: they are told why, and look for another way."),
)
ASK_AGAIN: Final = Act(
    name="ask_again",
    key="a",
    label=N_("ask them again"),
    help=N_("Ask them once more to see her."),
)
_OURS: Final = frozenset({DONE.name, MOVE.name, CANNOT.name})
# What may be taken on: once that was said, the other side counts on the day.
_OPEN_TO_DAYS: Final = frozenset({"requested", "overdue"})
_DAY_CELLS: Final = 12
_CASE_CELLS: Final = 13
_WHAT_CELLS: Final = 24
_MARGIN: Final = 3


@final
class FollowUpsScreen(DeskScreen[views.FollowUps]):
    """Every follow-up that is open, then what came back within a month."""

    HEADING = N_("Follow-ups")
    ABOUT = N_(
        "Promises to see her again. What we promised is done with d, which asks her first what may be"
        " told. What they promised can be asked for again. She may say no to any of it."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (OPEN, DONE, MOVE, CANNOT, ASK_AGAIN, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._lines: dict[bytes, views.FollowUpLine] = {}

    def body(self) -> ComposeResult:
        """The counts and the list."""
        yield Text(id="counts")
        yield Rows[bytes](id="follow-ups")
        yield Text(id="empty", classes="quiet")

    async def load(self, client: Client) -> views.FollowUps:
        """All of them."""
        return await client.list_follow_ups()

    def show(self, loaded: views.FollowUps) -> None:
        """What is open first."""
        self._lines = {line.follow_up: line for line in loaded.lines}
        say = self.words.say
        late = say(N_("late {count}"), count=loaded.late)
        self.query_one("#counts", Text).put(
            line_of(
                (f"! {late}" if loaded.late else late, "$warning" if loaded.late else ""),
                say(
                    N_("   next 7 days {week}   next 30 days {month}"),
                    week=loaded.in_7_days,
                    month=loaded.in_30_days,
                ),
            )
        )
        rows = self._group(N_("To be seen"), [line for line in loaded.lines if _is_promised(line)])
        rows += self._group(
            N_("She withdrew: see her only if she wants it"),
            [line for line in loaded.lines if line.is_open and line.has_withdrawn],
        )
        rows += self._group(N_("Came back"), [line for line in loaded.lines if not line.is_open])
        listed = self.query_one("#follow-ups", Rows)
        listed.put(rows)
        listed.display = bool(rows)
        if rows and self.focused is None:
            listed.focus()
        nothing = N_("Nobody is to be seen now. Once she has arrived, you can ask for it.")
        self.query_one("#empty", Text).put("" if rows else say(nothing))
        self.refresh_keys()

    def _group(self, title: str, lines: Sequence[views.FollowUpLine]) -> list[Row[bytes]]:
        if not lines:
            return []
        heading: Row[bytes] = Row(key=None, lines=(plain(self.words.say(title), "bold"),))
        return [heading, *(Row(key=line.follow_up, lines=(self._row(line),)) for line in lines)]

    def _row(self, line: views.FollowUpLine) -> Content:
        is_late = _is_promised(line) and line.due < self.desk.now
        day = self.desk.day(line.due)
        case = one_line(line.case_number) if line.case_number else ""
        who = (
            N_("we see her, for {partner}")
            if not line.is_asked_by_us
            else N_("{partner} sees her")
        )
        rest = max(8, self.size.width - _MARGIN - _DAY_CELLS - _CASE_CELLS - _WHAT_CELLS - 2)
        return line_of(
            ("! " if is_late else "  ", "$warning"),
            (fit(day, _DAY_CELLS - 1) + " ", "$warning" if is_late else ""),
            fit(case, _CASE_CELLS - 1) + " ",
            (fit(self._what(line), _WHAT_CELLS - 1) + " ", "" if line.is_open else "$success"),
            fit(self.words.say(who, partner=one_line(line.peer_name)), rest),
        )

    def _what(self, line: views.FollowUpLine) -> str:
        if line.state == "requested" and not line.is_asked_by_us:
            return self.words.say(N_("they asked us"))
        if line.report is not None:
            return self.words.say(N_("✉ they wrote how she is"))
        if line.state == "unable" and not line.is_asked_by_us:
            return self.words.say(N_("we cannot do it"))
        return self.words.follow_up_state(line.state)

    def on_resize(self) -> None:
        """Other columns."""
        if self._loaded is not None:
            self.show(self._loaded)

    # What is done with a row.

    @property
    def _chosen(self) -> views.FollowUpLine | None:
        lists = self.query("#follow-ups").results(Rows) if self.is_mounted else ()
        return next((self._lines.get(listed.chosen or b"") for listed in lists), None)

    def can(self, name: str) -> bool:
        """What we promised is ours to do; what they promised is theirs."""
        line = self._chosen
        if line is None:
            return False
        if name == ASK_AGAIN.name:
            return line.is_asked_by_us
        if name == MOVE.name:
            return not line.is_asked_by_us and line.state in _OPEN_TO_DAYS
        return name not in _OURS or (line.is_open and not line.is_asked_by_us)

    def on_option_list_option_selected(self, event: Rows.OptionSelected) -> None:
        """Enter."""
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """What came about her, or the referral."""
        line = self._chosen
        if line is None:
            return
        if line.report is not None:
            self.go(ToMessage(peer=line.peer, message_id=line.report))
        else:
            self.go(ToReferral(thread=line.thread))

    def action_done(self) -> None:
        """Tell how she is, after she was asked."""
        line = self._chosen
        if line is not None:
            self.go(ToReport(thread=line.thread, follow_up=line.follow_up))

    def action_ask_again(self) -> None:
        """The form that asks for a day."""
        line = self._chosen
        if line is not None:
            self.go(ToAnswer(thread=line.thread, saying=Saying.FOLLOW_UP))

    async def action_move(self) -> None:
        """Which day?"""
        line = self._chosen
        if line is not None:
            # About this one, whatever stands under the cursor when the answer comes.
            moved = partial(self._moved, line.follow_up)
            await self.app.push_screen(MoveScreen(self.desk, due=line.due), moved)

    def _moved(self, follow_up: bytes, due: int | None) -> None:
        if due is not None:
            self.send(commands.AcceptFollowUp(follow_up=follow_up, due=due), self.reload)

    async def action_cannot(self) -> None:
        """Why not?"""
        line = self._chosen
        if line is not None:
            cannot = partial(self._cannot, line.follow_up)
            await self.app.push_screen(CannotScreen(self.desk), cannot)

    def _cannot(self, follow_up: bytes, reason: str | None) -> None:
        if reason is not None:
            command = commands.DeclineFollowUp(follow_up=follow_up, reason=UnableReason(reason))
            self.send(command, self.reload)


def _is_promised(line: views.FollowUpLine) -> bool:
    return line.is_open and not line.has_withdrawn
