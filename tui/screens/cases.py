"""Every case of this organisation: found by typing, opened with Enter, without a name unless asked for."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Input

from protocol.limits import NAME_CHARACTERS_MAX
from protocol.local import commands, views
from protocol.vocabulary.codes import CaseStatus
from tui.acts import Act, bindings
from tui.client import Client
from tui.desk import Desk
from tui.messages import Moved
from tui.places import ToCase, ToConsents, ToLedger, ToNewCase, ToOffer
from tui.plain import Text
from tui.screens.desk_screen import BACK, DeskScreen
from tui.widgets.case_table import PAGE_ROWS, CaseChosen, CaseTable
from tui.widgets.indic_input import IndicInput
from tui.wording import N_

DEBOUNCE_SECONDS: Final = 0.15

OPEN: Final = Act(name="open", key="enter", label=N_("open"), help=N_("Open the case."))
FIND: Final = Act(
    name="find",
    key="slash",
    label=N_("find"),
    help=N_("Find by code, place, note or her words; by the name too, in any of the scripts."),
)
FILTER: Final = Act(
    name="filter",
    key="f",
    label=N_("filter"),
    help=N_("All cases, your own, or those that stand so."),
)
NEW: Final = Act(name="new", key="n", label=N_("new case"), help=N_("Begin a case."))
REFER: Final = Act(
    name="refer",
    key="r",
    label=N_("refer"),
    help=N_("Ask another organisation whether it has a place for her."),
)
CONSENT: Final = Act(
    name="consent", key="c", label=N_("consent"), help=N_("What she agreed to, and asking her.")
)
SHARING: Final = Act(
    name="sharing", key="w", label=N_("who knows"), help=N_("Who knows what about her.")
)
_OF_A_ROW: Final = frozenset({OPEN.name, REFER.name, CONSENT.name, SHARING.name})


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which cases; `label` is an English text, empty where the status says it."""

    label: str
    status: CaseStatus | None = None
    mine: bool = False


FILTERS: Final = (
    Filter(label=N_("all")),
    Filter(label=N_("mine"), mine=True),
    *(Filter(label="", status=status) for status in CaseStatus),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the node is asked for."""

    words: str
    only: Filter
    with_names: bool

    def page(self, first: int) -> commands.PageCases:
        """One page of it."""
        return commands.PageCases(
            first=first,
            count=PAGE_ROWS,
            words=self.words,
            status=self.only.status,
            mine=self.only.mine,
            with_names=self.with_names,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """One page, and what it is the answer to."""

    wanted: Wanted
    number: int
    page: views.CasePage


@final
class CasesScreen(DeskScreen[Came]):
    """The list of cases."""

    # The letters are keys here, until somebody begins to look for a word.
    AUTO_FOCUS = "CaseTable"
    HEADING = N_("Cases")
    ABOUT = N_(
        "Every case of this organisation, the newest first. A name stands here only while you show names"
        " with F9; finding by name works without."
    )
    CSS = """
    CasesScreen #find { height: 1; width: 1fr; }
    CasesScreen #find > #slash { width: 3; }
    CasesScreen #find > IndicInput { width: 1fr; }
    CasesScreen #find > #matches { width: 36; text-align: right; color: $text-muted; }
    CasesScreen #body { overflow-y: hidden; }
    """
    ACTS: ClassVar[tuple[Act, ...]] = (OPEN, FIND, FILTER, NEW, REFER, CONSENT, SHARING, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._words = ""
        self._only = 0
        self._cursor = 0
        self._kept: bytes | None = None
        self._typing: Timer | None = None

    def body(self) -> ComposeResult:
        """The line to find by, and the table."""
        with Horizontal(id="find"):
            yield Text("/", id="slash")
            yield IndicInput(
                self._words,
                placeholder=self.words.say(N_("type to find")),
                max_length=NAME_CHARACTERS_MAX,
                compact=True,
            )
            yield Text(id="matches")
        yield CaseTable(self.desk)
        yield Text(id="none", classes="quiet")

    def on_mount(self) -> None:
        """The keys are the table's."""
        super().on_mount()
        self._table.focus()

    def on_unmount(self) -> None:
        """Nothing of hers stays with a closed screen, whoever still knows the screen."""
        self._loaded, self._kept = None, None

    @property
    def _table(self) -> CaseTable:
        return self.query_one(CaseTable)

    # What is asked for, and what came.

    def _wanted(self) -> Wanted:
        return Wanted(
            words=self._words,
            only=FILTERS[self._only],
            with_names=self.desk.names_are_shown,
        )

    async def load(self, client: Client) -> Came:
        """The page the cursor stands in."""
        wanted, number = self._wanted(), self._cursor // PAGE_ROWS
        page = await client.page_cases(wanted.page(number * PAGE_ROWS))
        return Came(wanted=wanted, number=number, page=page)

    def show(self, came: Came) -> None:
        """Unless something else is wanted by now, such as no names."""
        if came.wanted != self._wanted():
            return
        self._table.put(
            came.number,
            came.page,
            source=partial(self._page, came.wanted),
            cursor=self._cursor,
            kept=self._kept,
        )
        self._tell_matches()

    async def _page(self, wanted: Wanted, first: int) -> views.CasePage:
        return await self.desk.client.page_cases(wanted.page(first))

    def names_turned(self) -> None:
        """Hidden is hidden at once, whatever the node does."""
        self._loaded = None
        self._table.forget()
        super().names_turned()

    def _tell_matches(self) -> None:
        say, table = self.words.say, self._table
        only = FILTERS[self._only]
        label = say(only.label) if only.status is None else self.words.code(only.status)
        matches = say(N_("{count} of {total}"), count=table.count, total=table.total)
        self.query_one("#matches", Text).put(f"{matches} · {say(N_('only:'))} {label}")
        self.query_one("#none", Text).put(self._remark())
        self.query_one("#none").display = bool(self._remark())
        table.display = bool(table.count)
        if not table.count and table.has_focus:
            self.set_focus(None)
        elif self.focused is None:
            table.focus()

    def _remark(self) -> str:
        if not self._table.total:
            return self.words.say(N_("No case yet. n begins one."))
        return self._table.remark

    def on_moved(self, event: Moved) -> None:
        """Where the cursor stands, also when the list is loaded anew."""
        super().on_moved(event)
        chosen = self._table.chosen
        self._cursor = self._table.cursor
        if chosen is not None:
            self._kept = chosen.case_id

    # Finding.

    def on_input_changed(self, event: Input.Changed) -> None:
        """When no key came for a moment, find."""
        event.stop()
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(DEBOUNCE_SECONDS, self._find)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to what was found."""
        event.stop()
        self._find()
        self._table.focus()

    def _find(self) -> None:
        typed = self.query_one(IndicInput).plain_value
        if typed != self._words:
            self._words = typed
            self._from_the_top()

    def _from_the_top(self) -> None:
        self._cursor, self._kept = 0, None
        self.reload()

    def action_find(self) -> None:
        """The next keys are words to find."""
        self.query_one(IndicInput).focus()

    def action_filter(self) -> None:
        """The next filter."""
        self._only = (self._only + 1) % len(FILTERS)
        self._from_the_top()

    def action_back(self) -> None:
        """Out of the line to find by, then everything is there again, then back."""
        field = self.query_one(IndicInput)
        if field.has_focus:
            self._table.focus()
        elif field.value:
            field.value = ""
        else:
            super().action_back()

    # What is done with a case.

    def can(self, name: str) -> bool:
        """Most need a row."""
        return name not in _OF_A_ROW or any(
            table.display and table.chosen is not None for table in self.query(CaseTable)
        )

    def on_case_chosen(self, event: CaseChosen) -> None:
        """By the mouse."""
        event.stop()
        self.action_open()

    def _row(self) -> bytes:
        chosen = self._table.chosen
        return b"" if chosen is None else chosen.case_id

    def action_open(self) -> None:
        """Her case."""
        self.go(ToCase(case_id=self._row()))

    def action_new(self) -> None:
        """A new case."""
        self.go(ToNewCase())

    def action_refer(self) -> None:
        """The offer."""
        self.go(ToOffer(case_id=self._row()))

    def action_consent(self) -> None:
        """Her consents."""
        self.go(ToConsents(case_id=self._row()))

    def action_sharing(self) -> None:
        """The ledger."""
        self.go(ToLedger(case_id=self._row()))
