"""Place 6: the organisations we know, how sure we are of each, and who we are to them."""

from dataclasses import dataclass
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from protocol.local import views
from tui.acts import Act, bindings
from tui.client import Client
from tui.desk import Desk
from tui.places import ToMeet, ToMembership, ToPartner
from tui.plain import Text, line_of, one_line
from tui.screens.asking import AskScreen
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.membership import charter_lines
from tui.screens.our_computer import TAKE_OVER, TRUST, DayScreen, confirm_day, our_lines
from tui.screens.standing import LEVEL_CHECKED, heard, standing
from tui.termwidth import fit
from tui.widgets.paragraphs import Paragraphs
from tui.widgets.rows import Row, Rows
from tui.wording import N_

OPEN: Final = Act(
    name="open",
    key="enter",
    label=N_("open, check"),
    help=N_("This partner, and comparing the safety number with them."),
)
MEET: Final = Act(
    name="meet",
    key="n",
    label=N_("meet a partner"),
    help=N_("Make our introduction file for them, or read theirs."),
)
CHARTER: Final = Act(
    name="charter",
    key="c",
    label=N_("charter"),
    help=N_("Who belongs: look at a charter, or stop a partner by its sheet."),
)
STOPPED: Final = frozenset({"paused", "suspended", "removed"})
_NAME_CELLS: Final = 22
_TRUST_CELLS: Final = 27
_COUNTRY_CELLS: Final = 12
_HEARD_CELLS: Final = 11
_MARGIN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Us, them, what holds between all, and how our clock stands."""

    us: views.SelfView
    peers: views.Peers
    charter: views.CharterView
    clock: views.ClockView


@final
class PartnersScreen(DeskScreen[Known]):
    """One row for each partner."""

    HEADING = N_("Partners")
    ABOUT = N_(
        "A partner whose card was only read could be anybody. Nothing of hers goes to a partner, or comes"
        " from one, before two people have compared the safety number, in person or by a voice they know."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (OPEN, MEET, CHARTER, TRUST, TAKE_OVER, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)

    def body(self) -> ComposeResult:
        """Who we are, then the list."""
        yield Text(id="us")
        yield Paragraphs(id="ours")
        yield Paragraphs(id="charter")
        yield Text(id="columns", classes="quiet")
        yield Rows[bytes](id="partners")
        yield Text(id="empty", classes="quiet")

    async def load(self, client: Client) -> Known:
        """Us and them."""
        return Known(
            us=await client.show_self(),
            peers=await client.list_peers(),
            charter=await client.show_charter(),
            clock=await client.show_clock(),
        )

    def show(self, loaded: Known) -> None:
        """The rows."""
        us, peers = loaded.us, loaded.peers
        self.query_one("#ours", Paragraphs).put(our_lines(self.desk, us, loaded.clock))
        self.query_one("#charter", Paragraphs).put(charter_lines(self.desk, loaded.charter.held))
        self.desk.standing = standing(self.desk, peers.peers, width=self.size.width)
        say = self.words.say
        self.query_one("#us", Text).put(
            line_of(
                (say(N_("This is us: ")), "$text-muted"),
                (f"{one_line(us.name)}, {self.words.country(us.country)}", "bold"),
                (f"   {one_line(us.node_id_text)}", "$text-muted"),
            )
        )
        columns = (
            (N_("Partner"), _NAME_CELLS),
            (N_("How sure we are"), _TRUST_CELLS),
            (N_("Country"), _COUNTRY_CELLS),
            (N_("Last word"), _HEARD_CELLS),
        )
        heading = "".join(f"{fit(say(label), cells - 1)} " for label, cells in columns)
        self.query_one("#columns", Text).put(f"  {heading}" if peers.peers else "")
        listed = self.query_one("#partners", Rows)
        listed.put([Row(key=peer.node_id, lines=(self._row(peer),)) for peer in peers.peers])
        listed.display = bool(peers.peers)
        if peers.peers and self.focused is None:
            listed.focus()
        nothing = N_("No partner yet. n makes our introduction file, or reads theirs.")
        self.query_one("#empty", Text).put("" if peers.peers else say(nothing))
        self.refresh_frame()

    def _row(self, peer: views.PeerView) -> Content:
        mark, style = _mark(peer)
        unsent = self.words.say_many("! {count} not sent", "! {count} not sent", peer.unsent)
        left = self.size.width - _MARGIN - _NAME_CELLS - _TRUST_CELLS - _COUNTRY_CELLS
        return line_of(
            (f"{mark} ", style),
            (fit(one_line(peer.name), _NAME_CELLS - 1) + " ", "bold"),
            (fit(_trust(self.desk, peer), _TRUST_CELLS - 1) + " ", style),
            fit(self.words.country(peer.country), _COUNTRY_CELLS - 1) + " ",
            fit(heard(self.desk, peer.last_heard), _HEARD_CELLS - 1) + " ",
            (fit(unsent if peer.unsent else "", max(1, left - _HEARD_CELLS - 2)), "$warning"),
        )

    def on_resize(self) -> None:
        """Other columns."""
        if self._loaded is not None:
            self.show(self._loaded)

    def can(self, name: str) -> bool:
        """Opening needs a row; our computer is put right only where something is wrong with it."""
        known = self._loaded
        if name == TRUST.name:
            return known is not None and known.clock.doubt is not None
        if name == TAKE_OVER.name:
            return known is not None and known.us.is_replaced
        lists = self.query("#partners").results(Rows) if self.is_mounted else ()
        return name != OPEN.name or any(listed.chosen is not None for listed in lists)

    def on_option_list_option_selected(self, event: Rows.OptionSelected) -> None:
        """Enter."""
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """This partner."""
        chosen = self.query_one("#partners", Rows).chosen
        if chosen is not None:
            self.go(ToPartner(node_id=chosen))

    def action_charter(self) -> None:
        """Who belongs."""
        self.go(ToMembership())

    def action_trust(self) -> None:
        """Which day is it on another clock?"""

        def said(day: str | None) -> None:
            if day is not None:
                self.attempt(lambda client: confirm_day(client, day), self._told)

        self.call_later(self.app.push_screen, DayScreen(self.desk), said)

    def action_take_over(self) -> None:
        """A slip of a key may not begin anew."""
        question = N_(
            "Is the other computer off for good, and does this one go on? Every partner has to be"
            " called before anything goes to them."
        )

        def said(is_so: bool | None) -> None:  # noqa: FBT001  (what a question hands back)
            if is_so:
                self.attempt(lambda client: client.take_over(), self._taken_over)

        asked = AskScreen(self.desk, self.words.say(question))
        self.call_later(self.app.push_screen, asked, said)

    def _taken_over(self, _done: views.Done) -> None:
        self._told(
            N_("This computer begins anew with every partner. Call them: they wait for that.")
        )

    def _told(self, sentence: str) -> None:
        self.say(self.words.say(sentence))
        self.reload()

    def action_meet(self) -> None:
        """Files to give and to read."""
        self.go(ToMeet())


def _trust(desk: Desk, peer: views.PeerView) -> str:
    """How sure we are, and since when."""
    words = desk.words
    if peer.status in STOPPED:
        return words.peer_status(peer.status)
    if peer.is_frozen:
        return words.say(N_("Stopped for safety"))
    trust = words.trust(peer.level, how=peer.verified_how)
    if peer.level >= LEVEL_CHECKED and peer.verified_at is not None:
        return f"{trust}, {desk.day(peer.verified_at)}"
    return trust


def _mark(peer: views.PeerView) -> tuple[str, str]:
    if peer.status in STOPPED:
        return "✗", "$error"
    if peer.is_frozen:
        return "!", "$error"
    return ("✓", "$success") if peer.level >= LEVEL_CHECKED else ("?", "$warning")
