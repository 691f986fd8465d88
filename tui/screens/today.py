"""Today: what needs me. Who waits for us first, then what we promised, then what is only to know."""

from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType

from protocol.local import commands, views
from tui.acts import Act, bindings
from tui.client import Client
from tui.desk import Desk
from tui.plain import Text, plain
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.standing import standing
from tui.screens.today_needs import NOTICE, Loaded, Need, lines, needs, notice_key
from tui.widgets.rows import Row, Rows
from tui.wording import N_

OPEN: Final = Act(
    name="open",
    key="enter",
    label=N_("go there"),
    help=N_("Go where this is done; a row that stands for several is opened or closed."),
)
PUT_AWAY: Final = Act(
    name="put_away",
    key="d",
    label=N_("read, done"),
    help=N_("You have read it, or it was done away from the desk: it leaves this list."),
)
_MARGIN: Final = 3


@final
class TodayScreen(DeskScreen[Loaded]):
    """The first screen after unlocking."""

    HEADING = N_("Today")
    ABOUT = N_(
        "What needs you: first who waits for us, then what we promised, then news. Enter leads to the"
        " screen on which it is done. What you only had to know goes away with d."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (OPEN, PUT_AWAY, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._needs: dict[str, Need] = {}
        self._unfolded: frozenset[str] = frozenset()

    def heading(self) -> str:
        """Who sits here."""
        title = self.words.say(self.HEADING)
        return title if self.desk.person is None else f"{title} · {self.desk.person.name}"

    def body(self) -> ComposeResult:
        """The list, and one calm line below it."""
        yield Rows[str](id="needs")
        yield Text(id="rest", classes="quiet")

    async def load(self, client: Client) -> Loaded:
        """Everything in one go; the names of what is half-written only where something is."""
        today = await client.show_today()
        drafts = tuple((await client.list_drafts()).drafts)
        return Loaded(
            today=today,
            drafts=drafts,
            held=tuple((await client.list_held()).sendings),
            peers=tuple((await client.list_peers()).peers),
            labels=await _labels(client) if drafts else {},
        )

    def show(self, loaded: Loaded) -> None:
        """The rows, and how the partners stand."""
        self.desk.standing = standing(self.desk, loaded.peers, width=self.size.width)
        found = needs(self.desk, loaded, unfolded=self._unfolded)
        self._needs = {need.key: need for need in found}
        width = max(40, self.size.width - _MARGIN)
        listed = self.query_one("#needs", Rows)
        listed.put(
            [Row(key=need.key, lines=lines(self.desk, need, width=width)) for need in found]
        )
        listed.display = bool(found)
        if found and self.focused is None:
            listed.focus()
        self.query_one("#rest", Text).put(plain(self._rest(loaded.today, is_empty=not found)))
        self.refresh_frame()

    def _rest(self, today: views.Today, *, is_empty: bool) -> str:
        nothing = N_("Nothing needs you now.") if is_empty else N_("Nothing else.")
        cases = self.words.say_many(
            "{count} case is open, {mine} of them yours.",
            "{count} cases are open, {mine} of them yours.",
            today.cases.open,
            mine=today.cases.mine,
        )
        return f"{self.words.say(nothing)} {cases}"

    def on_resize(self) -> None:
        """Other columns."""
        if self._loaded is not None:
            self.show(self._loaded)

    # What is done with a row.

    @property
    def _chosen(self) -> Need | None:
        lists = self.query("#needs").results(Rows) if self.is_mounted else ()
        return next((self._needs.get(listed.chosen or "") for listed in lists), None)

    def can(self, name: str) -> bool:
        """Going needs a place to go to; only what no act ends can be put away."""
        need = self._chosen
        if need is None:
            return False
        if name == PUT_AWAY.name:
            return need.task_id is not None or _is_notice(need)
        return need.to is not None or bool(need.group)

    def on_option_list_option_selected(self, event: Rows.OptionSelected) -> None:
        """Enter."""
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """Go there, or open and close a row that stands for several."""
        need = self._chosen
        if need is not None and need.group:
            self._unfolded ^= {need.group}
            if self._loaded is not None:
                self.show(self._loaded)
        elif need is not None and need.to is not None:
            self.go(need.to)

    def action_put_away(self) -> None:
        """It was read."""
        need = self._chosen
        if need is None:
            return
        if need.task_id is not None:
            command = commands.FinishTask(task_id=need.task_id)
            self.attempt(lambda client: client.finish_task(command), self._put_away)
        elif _is_notice(need):
            self.desk.notices = tuple(
                notice for notice in self.desk.notices if notice_key(notice) != need.key
            )
            if self._loaded is not None:
                self.show(self._loaded)

    def _put_away(self, _done: views.Done) -> None:
        self.say(self.words.say(N_("It is off the list.")))
        self.reload()


def _is_notice(need: Need) -> bool:
    return need.key.startswith(NOTICE)


async def _labels(client: Client) -> dict[bytes, str]:
    """How a person knows what a draft is about: the number of the case."""
    cases = (await client.list_cases()).cases
    referrals = (await client.list_referrals(commands.ListReferrals(is_ours=None))).referrals
    labels = {line.thread: line.case_number or line.peer_name for line in referrals}
    return labels | {line.case_id: line.case_number for line in cases}
