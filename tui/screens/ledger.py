"""Who knows what about her: what left, to whom, until when; and what others told us."""

from collections.abc import Iterator
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from protocol.local import commands, views
from tui.acts import Act, bindings
from tui.client import Client
from tui.desk import Desk
from tui.places import ToCase, ToConsents, ToLedger, ToMessage, ToWithdraw
from tui.plain import Text, line_of, one_line, plain
from tui.screens import ledger_lines
from tui.screens.desk_screen import BACK, DeskScreen
from tui.termwidth import cut, fit, wrap
from tui.widgets.rows import Row, Rows
from tui.wording import N_

OPEN: Final = Act(
    name="open", key="enter", label=N_("open"), help=N_("Read what they told us about her.")
)
WITHDRAW: Final = Act(
    name="withdraw",
    key="w",
    label=N_("she withdraws"),
    help=N_("She changed her mind: stop it, and have it erased."),
)
CONSENTS: Final = Act(
    name="consents", key="c", label=N_("consents"), help=N_("What she agreed to, and asking her.")
)
CASE: Final = Act(name="case", key="o", label=N_("her case"), help=N_("Open her case."))
DAY_CELLS: Final = 14
NAME_CELLS: Final = 20
_MARGIN_CELLS: Final = 4
_STATES: Final = {
    "readable": (N_("can be read"), "✓", "$success"),
    "locked": (N_("locked"), "◐", "$warning"),
    "erased": (N_("erased"), "✗", "$text-muted"),
    "lost": (N_("lost here"), "!", "$warning"),
}
_WITHDRAWALS: Final = {0: ("!", "$error"), 1: ("◐", "$warning"), 2: ("✓", "$success")}


@final
class LedgerScreen(DeskScreen[views.Ledger]):
    """One list of two parts."""

    HEADING = N_("Who knows what about her")
    ABOUT = N_(
        "Every leaving of facts about her: when, to whom, what, until when, and what became of it when she"
        " withdrew. It is hers to see. What was told by voice or on paper is not in it."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (OPEN, WITHDRAW, CONSENTS, CASE, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    CSS = """
    LedgerScreen #body { overflow-y: hidden; }
    LedgerScreen #lines { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
    """

    def __init__(self, desk: Desk, to: ToLedger) -> None:
        super().__init__(desk)
        self._case_id = to.case_id

    def body(self) -> ComposeResult:
        """The list, and a sentence where it is empty."""
        yield Text(id="none", classes="quiet")
        yield Rows[bytes](id="lines")

    async def load(self, client: Client) -> views.Ledger:
        """Her ledger; that it was read is written down."""
        return await client.show_ledger(commands.ShowLedger(case_id=self._case_id))

    def show(self, loaded: views.Ledger) -> None:
        """What left first, then what came."""
        say, listed = self.words.say, self.query_one("#lines", Rows)
        none = say(N_("Nothing about her has left this office, and nobody told us anything."))
        self.query_one("#none", Text).put(none)
        is_empty = not (loaded.lines or loaded.held)
        self.query_one("#none").display = is_empty
        listed.display = not is_empty
        width = self.size.width - _MARGIN_CELLS
        rows = [
            Row(key=one.message_id, lines=(*self._left(one, width), _GAP)) for one in loaded.lines
        ]
        if loaded.held:
            title = say(N_("What others told us about her"))
            rows.append(Row(key=None, lines=(plain(title, "bold $secondary"),)))
            rows += [
                Row(key=one.message_id, lines=tuple(self._held(one, width))) for one in loaded.held
            ]
        listed.put(rows)
        if not is_empty:
            listed.focus()

    def heading(self) -> str:
        """Whose."""
        if self._loaded is None:
            return super().heading()
        return self.words.say(N_("Who knows what about {number}"), number=self._loaded.case_number)

    def on_resize(self) -> None:
        """Other lines."""
        if self._loaded is not None:
            self.show(self._loaded)

    # What left.

    def _left(self, line: views.LedgerLine, width: int) -> Iterator[Content]:
        words = self.words
        until = words.say(N_("until {date}"), date=self.desk.date(line.until))
        day = fit(self.desk.day(line.at), DAY_CELLS)
        name = fit(one_line(line.peer_name), NAME_CELLS)
        rest = width - DAY_CELLS - NAME_CELLS
        yield line_of(day, (name, "bold"), self._arrived(line, rest))
        for said in ledger_lines.what(self.words, line):
            for text in wrap(said, width - DAY_CELLS):
                yield plain(" " * DAY_CELLS + text)
        ended = self._ended(line)
        style = "$text-muted"
        if ended is not None:
            until, style = ended
        for text in wrap(until, width - DAY_CELLS):
            yield plain(" " * DAY_CELLS + text, style)

    def _arrived(self, line: views.LedgerLine, width: int) -> Content:
        words = self.words
        if line.is_withheld and not line.is_confirmed:
            text = words.say(N_("taken back: not known yet if it had come"))
            return plain(cut(f"{text} …", width), "$warning")
        if line.is_withheld:
            return plain(cut(words.say(N_("taken back before it left ✓")), width), "$success")
        if line.seen_at is not None:
            text = words.say(N_("a person has seen it {day} ✓"), day=self.desk.day(line.seen_at))
            return plain(cut(text, width), "$success")
        if line.received_at is not None:
            text = words.say(N_("arrived {day} ✓"), day=self.desk.day(line.received_at))
            return plain(cut(text, width), "$success")
        return plain(cut(f"{words.outbox_state(line.state)} …", width), "$warning")

    def _ended(self, line: views.LedgerLine) -> tuple[str, str] | None:
        """What became of it since she withdrew, or since its day was over."""
        words, told = self.words, line.withdrawal
        if told is not None:
            return self._told(told)
        if line.consent_state in {"withdrawn", "expired"}:
            return words.consent_state(line.consent_state), "$warning"
        return None

    def _told(self, told: views.WithdrawalView) -> tuple[str, str]:
        words = self.words
        glyph, colour = _WITHDRAWALS.get(told.status, ("§", "$warning"))
        withdrew = words.say(N_("she withdrew {day}"), day=self.desk.day(told.told_at))
        if told.status == 0 and told.reached_at is None:
            standing = words.say(N_("not reached yet: call them"))
        else:
            standing = words.withdrawal(told.status)
        at = told.erased_at or told.locked_at
        day = "" if at is None else f" {self.desk.day(at)}"
        return f"{withdrew}: {standing}{day} {glyph}", colour

    # What came.

    def _held(self, held: views.HeldMessage, width: int) -> Iterator[Content]:
        words = self.words
        label, glyph, colour = _STATES.get(held.state, (held.state, "·", "$foreground"))
        day = fit(self.desk.day(held.received_at), DAY_CELLS)
        name = fit(one_line(held.peer_name), NAME_CELLS)
        state = cut(f"{words.say(label)} {glyph}", width - DAY_CELLS - NAME_CELLS)
        yield line_of(day, (name, "bold"), (state, colour))
        parts = [words.message_type(held.type)]
        if held.until is not None:
            parts.append(words.say(N_("until {date}"), date=self.desk.date(held.until)))
        text = cut(" · ".join(parts), width - DAY_CELLS)
        yield plain(" " * DAY_CELLS + text, "$text-muted")

    # The acts.

    @property
    def _chosen(self) -> views.HeldMessage | None:
        if self._loaded is None or not self.is_mounted:
            return None
        chosen = self.query_one("#lines", Rows).chosen
        return next((one for one in self._loaded.held if one.message_id == chosen), None)

    def can(self, name: str) -> bool:
        """Only what came and may be read is opened."""
        if name == OPEN.name:
            held = self._chosen
            is_page = held is not None and held.type in ledger_lines.PAGES
            return is_page and held is not None and held.state == "readable"
        return self._loaded is not None

    def on_option_list_option_selected(self, event: Rows.OptionSelected) -> None:
        """Enter."""
        event.stop()
        if self.can(OPEN.name):
            self.action_open()

    def action_open(self) -> None:
        """What they told us."""
        held = self._chosen
        if held is not None:
            self.go(ToMessage(peer=held.peer, message_id=held.message_id))

    def action_withdraw(self) -> None:
        """She changed her mind."""
        self.go(ToWithdraw(case_id=self._case_id))

    def action_consents(self) -> None:
        """What she agreed to."""
        self.go(ToConsents(case_id=self._case_id))

    def action_case(self) -> None:
        """Her case."""
        self.go(ToCase(case_id=self._case_id))


_GAP: Final = plain("")
