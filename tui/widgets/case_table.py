"""Cases in a window: however many there are, only the rows around the cursor are in memory.

The table draws its own lines and asks for pages in the background. A row that has not come yet is a row of
quiet dots, so that no key ever waits for the node.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final, TypeAlias, final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from protocol.local import views
from protocol.vocabulary.codes import AgeBand, CaseStatus
from tui.client import ClientError
from tui.desk import Desk
from tui.messages import Failed, Moved
from tui.plain import one_line
from tui.termwidth import fit
from tui.widgets.moving import BY_PAGE
from tui.widgets.rows import UP_DOWN
from tui.wording import N_
from tui.working import in_background

PAGE_ROWS: Final = 100
PAGES_MAX: Final = 4
"""With one page on its way, five hundred rows at most are in memory."""
WIDE_CELLS: Final = 110
HIDDEN_NAME: Final = "░░░░░░"
SOUNDS_ALIKE: Final = "≈"
"""Before the name in a case where what was looked for is not written so, but a name sounds so."""
_DOTS: Final = "· · ·"
_HEADER_ROWS: Final = 1

Source: TypeAlias = Callable[[int], Awaitable[views.CasePage]]
"""Gives the page that begins with this row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its heading, an English text, and its cells; 0 takes what is left."""

    heading: str
    cells: int


_NARROW: Final = (
    Column(heading=N_("Code"), cells=12),
    Column(heading=N_("Name"), cells=12),
    Column(heading=N_("Age"), cells=9),
    Column(heading=N_("Now at"), cells=15),
    Column(heading=N_("Next due"), cells=15),
    Column(heading=N_("With"), cells=0),
)
_FURTHER: Final = (
    Column(heading=N_("Language"), cells=12),
    Column(heading=N_("Opened"), cells=13),
)


@final
class CaseChosen(Message):
    """The row under the cursor was clicked once more: open it."""


@final
class PageCame(Message):
    """A page came from the node; None where it did not."""

    def __init__(self, *, number: int, turn: int, page: views.CasePage | None) -> None:
        super().__init__()
        self.number = number
        self.turn = turn
        self.page = page


@final
class CaseTable(ScrollView, can_focus=True, inherit_bindings=False):
    """A heading and one row for each case.

    Attributes:
        cursor: the row under the cursor, counted from 0.
        count: how many cases match,
        sounding: and how many of them, the last ones, only by how a name sounds.
        total: how many there are.
    """

    DEFAULT_CSS = """
    CaseTable { height: 1fr; width: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1;
        background: $background; }
    CaseTable > .case-table--heading { color: $secondary; text-style: bold; }
    CaseTable > .case-table--cursor { background: $primary 40%; }
    CaseTable:focus > .case-table--cursor { background: $primary; text-style: bold; }
    CaseTable > .case-table--quiet { color: $text-muted; }
    CaseTable > .case-table--late { color: $warning; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "case-table--heading",
        "case-table--cursor",
        "case-table--quiet",
        "case-table--late",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
        Binding("pageup", "leaf(-1)", show=False),
        Binding("pagedown", "leaf(1)", show=False),
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
    ]
    ACTS: ClassVar = (UP_DOWN,)
    MORE_ACTS: ClassVar = (BY_PAGE,)

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._desk = desk
        self._source: Source | None = None
        self._pages: dict[int, tuple[views.CasePageLine, ...]] = {}
        self._asked: int | None = None
        # A page that was asked for before the list changed, or before names were hidden, is not taken.
        self._turn = 0
        self.cursor = 0
        self.count = 0
        self.sounding = 0
        self.total = 0

    @property
    def chosen(self) -> views.CasePageLine | None:
        """The case under the cursor, once it has come."""
        return self._line(self.cursor)

    @property
    def remark(self) -> str:
        """What is said below it: that nothing was found, or what the sign before some names means."""
        say = self._desk.words.say
        if not self.count:
            return say(N_("No case like this."))
        if not self.sounding:
            return ""
        return f"{SOUNDS_ALIKE} {say(N_('written otherwise, but the name sounds alike'))}"

    def put(
        self,
        number: int,
        page: views.CasePage,
        *,
        source: Source,
        cursor: int,
        kept: bytes | None,
    ) -> None:
        """Show another list, of which one page has come.

        Args:
            number: which page it is.
            page: its rows.
            source: gives the others.
            cursor: the row the cursor stands on,
            kept: unless this case is in the page: then it stands on that.
        """
        self.forget()
        self._source = source
        self._take(number, page)
        places = [line.case_id for line in page.lines]
        if kept is not None and kept in places:
            cursor = number * PAGE_ROWS + places.index(kept)
        self._go(cursor)
        self._ask()

    def forget(self) -> None:
        """Let go of every row; what is on its way is not taken any more."""
        self._pages = {}
        self._asked = None
        self._turn += 1
        self.refresh()

    def on_unmount(self) -> None:
        """Nothing of a row is kept."""
        self.forget()
        self._source = None

    # Moving.

    def action_step(self, by: int) -> None:
        """A row up or down."""
        self._go(self.cursor + by)

    def action_leaf(self, by: int) -> None:
        """As many rows as are seen."""
        self._go(self.cursor + by * self._seen_rows)

    def action_first(self) -> None:
        """The first row."""
        self._go(0)

    def action_last(self) -> None:
        """The last row."""
        self._go(self.count - 1)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there; a click on the cursor opens."""
        row = self.scroll_offset.y + event.y - _HEADER_ROWS
        if event.y < _HEADER_ROWS or row >= self.count:
            return
        if row == self.cursor and self.chosen is not None:
            self.post_message(CaseChosen())
        else:
            self._go(row)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The wheel takes the cursor with it: no act is ever about a row that is not seen."""
        super().watch_scroll_y(old_value, new_value)
        top = round(new_value)
        within = min(max(self.cursor, top), top + self._seen_rows - 1)
        if within != self.cursor:
            self._stand(within)
        self._ask()

    def on_resize(self) -> None:
        """More or fewer rows are seen."""
        self._measure()
        self._go(self.cursor)

    @property
    def _seen_rows(self) -> int:
        return max(1, self.size.height - _HEADER_ROWS)

    def _go(self, row: int) -> None:
        self._stand(row)
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, immediate=True)
        elif self.cursor >= top + self._seen_rows:
            self.scroll_to(y=self.cursor - self._seen_rows + 1, animate=False, immediate=True)
        self._ask()

    def _stand(self, row: int) -> None:
        self.cursor = min(max(0, row), max(0, self.count - 1))
        self.refresh()
        self.post_message(Moved())

    # Pages.

    def _take(self, number: int, page: views.CasePage) -> None:
        self.count, self.sounding, self.total = page.count, page.sounding, page.total
        self._pages[number] = tuple(page.lines)
        self._measure()
        wanted = [*self._wanted(), number]
        for old in [one for one in self._pages if one not in wanted]:
            if len(self._pages) > PAGES_MAX:
                del self._pages[old]

    def _measure(self) -> None:
        self.virtual_size = Size(self.size.width, self.count + _HEADER_ROWS)

    def _wanted(self) -> Sequence[int]:
        """The pages in sight, then those a key away."""
        if not self.count:
            return []
        top, seen, last = self.scroll_offset.y, self._seen_rows, self.count - 1
        rows = (top, top + seen - 1, top + 2 * seen, top - seen)
        numbers = [min(max(0, row), last) // PAGE_ROWS for row in rows]
        return list(dict.fromkeys(numbers))[:PAGES_MAX]

    def _ask(self) -> None:
        if self._source is None or self._asked is not None:
            return
        missing = next((one for one in self._wanted() if one not in self._pages), None)
        if missing is not None:
            self._asked = missing
            work = partial(self._fetch, self._source, number=missing, turn=self._turn)
            in_background(self, work, group="page")

    async def _fetch(self, source: Source, *, number: int, turn: int) -> None:
        try:
            page = await source(number * PAGE_ROWS)
        except ClientError as error:
            self.post_message(Failed(error))
            page = None
        self.post_message(PageCame(number=number, turn=turn, page=page))

    def on_page_came(self, event: PageCame) -> None:
        """Draw it, unless the list is another one by now."""
        event.stop()
        if event.turn != self._turn:
            return
        self._asked = None
        # A page that did not come is asked for again with the next key, not at once.
        if event.page is not None:
            self._take(event.number, event.page)
            self._go(self.cursor)

    def _line(self, row: int) -> views.CasePageLine | None:
        lines = self._pages.get(row // PAGE_ROWS, ())
        place = row % PAGE_ROWS
        return lines[place] if place < len(lines) and row < self.count else None

    # Drawing.

    def render_line(self, y: int) -> Strip:
        """One row: the heading, a case, or dots."""
        width = self.size.width
        if y < _HEADER_ROWS:
            style = self.get_component_rich_style("case-table--heading")
            headings = [self._desk.words.say(column.heading) for column in self._columns]
            return self._strip(headings, style=style, mark="  ", width=width)
        row = self.scroll_offset.y + y - _HEADER_ROWS
        if row >= self.count:
            return Strip.blank(width, self.rich_style)
        is_here = row == self.cursor
        style = self.get_component_rich_style("case-table--cursor") if is_here else self.rich_style
        mark = "▸ " if is_here else "  "
        line = self._line(row)
        if line is None:
            quiet = style + self.get_component_rich_style("case-table--quiet", partial=True)
            return self._strip([_DOTS], style=quiet, mark=mark, width=width)
        return self._strip(list(self._cells(line)), style=style, mark=mark, width=width)

    @property
    def _columns(self) -> Sequence[Column]:
        if self.size.width < WIDE_CELLS:
            return _NARROW
        return (*_NARROW[:-1], *_FURTHER, _NARROW[-1])

    def _cells(self, line: views.CasePageLine) -> Iterator[str]:
        words = self._desk.words
        adult = N_("18+") if line.age_band == AgeBand.ADULT else N_("under 18")
        yield line.case_number
        name = line.known_as or HIDDEN_NAME
        yield f"{SOUNDS_ALIKE} {name}" if line.sounds_alike else name
        yield words.say(adult)
        yield words.code_of(CaseStatus, line.status)
        yield "" if line.due is None else self._due(line.due)
        if self.size.width >= WIDE_CELLS:
            yield words.language_name(line.language)
            yield self._desk.day(line.opened_at)
        yield line.due_with or ""

    def _due(self, due: int) -> str:
        day = self._desk.day(due)
        return f"! {day}" if due < self._desk.now else day

    def _strip(self, cells: Sequence[str], *, style: Style, mark: str, width: int) -> Strip:
        segments = [Segment(mark, style)]
        left = width - len(mark)
        late = style + self.get_component_rich_style("case-table--late", partial=True)
        columns = self._columns if len(cells) > 1 else (Column(heading="", cells=0),)
        for column, cell in zip(columns, cells, strict=True):
            room = min(left, column.cells or left)
            text = fit(one_line(cell), max(0, room - 1)) + " " * min(1, room)
            segments.append(Segment(text, late if cell.startswith("! ") else style))
            left -= room
        return Strip(segments).adjust_cell_length(width, style)
