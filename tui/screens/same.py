"""Other cases that may be hers: a person looks at both and says so. Nothing is ever merged."""

from collections.abc import Iterator
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from protocol.local import commands, views
from protocol.vocabulary.codes import AgeBand, CaseStatus
from tui.acts import Act, bindings
from tui.client import Client
from tui.desk import Desk
from tui.places import ToCase
from tui.plain import Text, line_of, one_line, plain
from tui.screens.desk_screen import BACK, DeskScreen
from tui.termwidth import fit, wrap
from tui.widgets.rows import Row, Rows
from tui.wording import N_

OPEN: Final = Act(
    name="open", key="enter", label=N_("open"), help=N_("Open that case, to look at both.")
)
SAME: Final = Act(
    name="same",
    key="s",
    label=N_("the same person"),
    help=N_("Both cases are hers. Each says so from now on; nothing is put together."),
)
ANOTHER: Final = Act(
    name="another",
    key="a",
    label=N_("another person"),
    help=N_("It is somebody else. It is not offered again."),
)
_NUMBER_CELLS: Final = 14
_DAY_CELLS: Final = 14
_MARGIN_CELLS: Final = 4
_NAMES: Final = "names"
_JUDGED: Final = {
    True: (N_("the same person"), "●", "$success"),
    False: (N_("another person"), "○", "$text-muted"),
    None: (N_("nobody looked yet"), "?", "$warning"),
}


@final
class SameScreen(DeskScreen[views.SamePersons]):
    """Those nobody looked at first, then what was said."""

    HEADING = N_("Perhaps the same person")
    ABOUT = N_(
        "Cases whose names sound alike, or that agree in what says who somebody is. Many people share a name:"
        " open the other case, ask her if you can, and say what you found. Names stay hidden here."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (OPEN, SAME, ANOTHER, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    CSS = """
    SameScreen #body { overflow-y: hidden; }
    SameScreen #lines { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
    """

    def __init__(self, desk: Desk, *, case_id: bytes) -> None:
        super().__init__(desk)
        self._case_id = case_id

    def body(self) -> ComposeResult:
        """The list, and a sentence where it is empty."""
        yield Text(id="none", classes="quiet")
        yield Rows[bytes](id="lines")

    async def load(self, client: Client) -> views.SamePersons:
        """What the node found, and what people said."""
        return await client.look_for_same(commands.LookForSame(case_id=self._case_id))

    def show(self, loaded: views.SamePersons) -> None:
        """Each case with what it agrees in."""
        rows = [
            Row(key=one.case_id, lines=tuple(self._lines(one)))
            for one in (*loaded.offered, *loaded.judged)
        ]
        listed = self.query_one("#lines", Rows)
        none = self.words.say(N_("No other case looks like hers."))
        self.query_one("#none", Text).put("" if rows else none)
        self.query_one("#none").display = not rows
        listed.display = bool(rows)
        listed.put(rows)
        if rows:
            listed.focus()

    def on_resize(self) -> None:
        """Other lines."""
        if self._loaded is not None:
            self.show(self._loaded)

    def _lines(self, line: views.SamePersonLine) -> Iterator[Content]:
        words = self.words
        said, glyph, colour = _JUDGED[line.is_same]
        adult = N_("18+") if line.age_band == AgeBand.ADULT else N_("under 18")
        yield line_of(
            (f"{glyph} ", colour),
            (fit(one_line(line.case_number), _NUMBER_CELLS), "bold"),
            fit(self.desk.day(line.opened_at), _DAY_CELLS),
            f"{words.say(adult)} · {words.code_of(CaseStatus, line.status)} · ",
            (words.say(said), colour),
        )
        agrees = words.say(
            N_("agrees in: {fields}"), fields=", ".join(map(self._field, line.agrees))
        )
        for text in wrap(agrees, self.size.width - _MARGIN_CELLS) if line.agrees else ():
            yield plain(f"  {text}", "$text-muted")

    def _field(self, code: str) -> str:
        if code == _NAMES:
            return self.words.say(N_("names that sound alike"))
        return self.words.field(code)

    # Acts.

    def can(self, name: str) -> bool:
        """What needs a row needs one; nothing is said twice."""
        chosen = self._chosen
        if chosen is None:
            return False
        if name == SAME.name:
            return chosen.is_same is not True
        if name == ANOTHER.name:
            return chosen.is_same is not False
        return True

    @property
    def _chosen(self) -> views.SamePersonLine | None:
        key = next((rows.chosen for rows in self.query(Rows)), None)
        if self._loaded is None or key is None:
            return None
        lines = (*self._loaded.offered, *self._loaded.judged)
        return next((line for line in lines if line.case_id == key), None)

    def on_option_list_option_selected(self, event: Rows.OptionSelected) -> None:
        """Enter on a row."""
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """The other case."""
        if self._chosen is not None:
            self.go(ToCase(case_id=self._chosen.case_id))

    def action_same(self) -> None:
        """Both are hers."""
        self._judge(is_same=True)

    def action_another(self) -> None:
        """It is somebody else."""
        self._judge(is_same=False)

    def _judge(self, *, is_same: bool) -> None:
        chosen = self._chosen
        if chosen is not None:
            command = commands.JudgeSame(
                case_id=self._case_id, other=chosen.case_id, is_same=is_same
            )
            self.attempt(lambda client: client.judge_same(command), self._judged)

    def _judged(self, _done: views.Done) -> None:
        self.say(self.words.say(N_("Written down for both cases.")))
        self.reload()
