"""Place 8: choose a case, to see who knows what about her."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from protocol.limits import NAME_CHARACTERS_MAX
from protocol.local import commands, views
from tui.acts import Act, bindings
from tui.client import Client
from tui.desk import Desk
from tui.messages import Moved
from tui.places import ToConsents, ToLedger, ToWithdraw
from tui.plain import Text
from tui.screens.desk_screen import BACK, DeskScreen
from tui.widgets.case_table import PAGE_ROWS, CaseChosen, CaseTable
from tui.widgets.indic_input import IndicInput
from tui.wording import N_

OPEN: Final = Act(
    name="open", key="enter", label=N_("who knows what"), help=N_("Who knows what about her.")
)
FIND: Final = Act(
    name="find", key="slash", label=N_("find"), help=N_("Find her case by its number or place.")
)
CONSENTS: Final = Act(
    name="consents", key="c", label=N_("consents"), help=N_("What she agreed to, and asking her.")
)
WITHDRAW: Final = Act(
    name="withdraw", key="w", label=N_("she withdraws"), help=N_("She changed her mind.")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for; an answer to anything else is not shown."""

    words: str
    with_names: bool

    def page(self, first: int) -> commands.PageCases:
        """One page of it."""
        return commands.PageCases(
            first=first,
            count=PAGE_ROWS,
            words=self.words,
            status=None,
            mine=False,
            with_names=self.with_names,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """The first page, and what it answers."""

    wanted: Wanted
    page: views.CasePage


@final
class SharingScreen(DeskScreen[Came]):
    """The table of cases; each leads to her ledger."""

    HEADING = N_("Sharing: who knows what about her")
    ABOUT = N_("Choose her case: there stands what has left this office about her, and to whom.")
    ACTS: ClassVar[tuple[Act, ...]] = (OPEN, FIND, CONSENTS, WITHDRAW, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    CSS = "SharingScreen #body { overflow-y: hidden; }"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._words = ""
        self._cursor = 0

    def body(self) -> ComposeResult:
        """The line to find by, and the table."""
        yield IndicInput(
            self._words,
            placeholder=self.words.say(N_("/ and type to find her case")),
            max_length=NAME_CHARACTERS_MAX,
            compact=True,
        )
        yield Text(id="none", classes="quiet")
        yield CaseTable(self.desk)

    def on_mount(self) -> None:
        """The keys are the table's."""
        super().on_mount()
        # A hidden table would hand its keys on to the field, where a digit is typed and leads nowhere.
        self.query_one(IndicInput).can_focus = False
        self._table.focus()

    @property
    def _table(self) -> CaseTable:
        return self.query_one(CaseTable)

    def _wanted(self) -> Wanted:
        return Wanted(words=self._words, with_names=self.desk.names_are_shown)

    async def load(self, client: Client) -> Came:
        """The first page."""
        wanted = self._wanted()
        return Came(wanted=wanted, page=await client.page_cases(wanted.page(0)))

    def show(self, loaded: Came) -> None:
        """Unless something else is wanted by now, such as no names."""
        if loaded.wanted != self._wanted():
            return
        self._table.put(
            0,
            loaded.page,
            source=partial(self._page, loaded.wanted),
            cursor=self._cursor,
            kept=None,
        )
        self.query_one("#none", Text).put(self._table.remark)
        self.query_one("#none").display = bool(self._table.remark)
        self._table.display = bool(loaded.page.count)

    async def _page(self, wanted: Wanted, first: int) -> views.CasePage:
        return await self.desk.client.page_cases(wanted.page(first))

    def names_turned(self) -> None:
        """Hidden is hidden at once, whatever the node does."""
        self._loaded = None
        self._table.forget()
        super().names_turned()

    def on_moved(self, event: Moved) -> None:
        """Where the cursor stands, also when the list is loaded anew."""
        super().on_moved(event)
        self._cursor = self._table.cursor

    def on_input_changed(self, event: Input.Changed) -> None:
        """Find."""
        event.stop()
        typed = self.query_one(IndicInput).plain_value
        if typed != self._words:
            self._words, self._cursor = typed, 0
            self.reload()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to what was found."""
        event.stop()
        self._table.focus()

    def action_find(self) -> None:
        """The next keys are a number or a place."""
        field = self.query_one(IndicInput)
        field.can_focus = True
        field.focus()

    def can(self, name: str) -> bool:
        """All but finding need a case."""
        if name == FIND.name:
            return True
        return any(table.chosen is not None and table.display for table in self.query(CaseTable))

    def on_case_chosen(self, event: CaseChosen) -> None:
        """By the mouse."""
        event.stop()
        self.action_open()

    @property
    def _case_id(self) -> bytes:
        chosen = self._table.chosen
        return b"" if chosen is None else chosen.case_id

    def action_open(self) -> None:
        """Her ledger."""
        self.go(ToLedger(case_id=self._case_id))

    def action_consents(self) -> None:
        """What she agreed to."""
        self.go(ToConsents(case_id=self._case_id))

    def action_withdraw(self) -> None:
        """She changed her mind."""
        self.go(ToWithdraw(case_id=self._case_id))
