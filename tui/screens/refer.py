"""Place 3: what we asked of others, and how far it is."""

from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from protocol.local import commands, views
from protocol.vocabulary.codes import ServiceGroup
from tui.acts import Act, bindings
from tui.client import Client
from tui.places import Place, ToPlace
from tui.plain import Text, plain
from tui.screens.desk_screen import BACK
from tui.screens.referral_lines import OPEN_STATES, case_of, row_of, state_cell, when_cell
from tui.screens.referral_list import WIDE, ReferralList
from tui.widgets.rows import Row, Rows
from tui.wording import N_

OPEN: Final = Act(
    name="open", key="enter", label=N_("open"), help=N_("This referral, with all of its history.")
)
NEW: Final = Act(
    name="refer_her",
    key="n",
    label=N_("refer her"),
    help=N_("Go to the cases: choose hers, then r."),
)
FILTER: Final = Act(
    name="filter", key="f", label=N_("open / all"), help=N_("Also those that are over.")
)
CASE_CELLS: Final = 12
PARTNER_CELLS: Final = 13
STATE_CELLS: Final = 29
ASKED_CELLS: Final = 24


@final
class ReferScreen(ReferralList):
    """Our referrals, the newest change first."""

    HEADING = N_("Refer")
    ABOUT = N_(
        "What we asked of others, the newest change first: where each referral stands, and by"
        " when they should answer. A new one begins at her case."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (OPEN, NEW, FILTER, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)

    shows_all = False

    def body(self) -> ComposeResult:
        """What is shown, the list, and a sentence where it is empty."""
        yield Text(id="filter")
        yield Rows[bytes](id="referrals")
        yield Text(id="empty")

    async def load(self, client: Client) -> views.Referrals:
        """Ours."""
        return await client.list_referrals(commands.ListReferrals(is_ours=True))

    def show(self, loaded: views.Referrals) -> None:
        """The rows."""
        lines = [line for line in loaded.referrals if self.shows_all or line.state in OPEN_STATES]
        what = N_("All of them") if self.shows_all else N_("Those that are open")
        hint = self.words.say(N_("n: choose her case, then r."))
        self.query_one("#filter", Text).put(
            plain(
                f"{self.words.say(what)}: {self.words.number(len(lines))}   {hint}", "$text-muted"
            )
        )
        listed = self.query_one("#referrals", Rows)
        listed.put([Row(key=line.thread, lines=(self._row(line),)) for line in lines])
        listed.display = bool(lines)
        self.query_one("#empty", Text).put(
            "" if lines else self.words.say(N_("Nobody is waiting for an answer from others."))
        )
        if lines:
            listed.focus()

    def _row(self, line: views.ReferralLine) -> Content:
        parts = [
            ((case_of(self.desk, line), "bold"), CASE_CELLS),
            ((line.peer_name, ""), PARTNER_CELLS),
            (state_cell(self.desk, line), STATE_CELLS),
        ]
        if self.size.width >= WIDE:
            group = self.words.code_of(ServiceGroup, line.offer.service_group)
            parts.append(((group, ""), ASKED_CELLS))
        return row_of(parts, last=when_cell(self.desk, line), width=self.size.width - 4)

    def action_refer_her(self) -> None:
        """A referral begins at her case."""
        self.go(ToPlace(place=Place.CASES))

    def action_filter(self) -> None:
        """Also those that are over, or no longer."""
        self.shows_all = not self.shows_all
        if self._loaded is not None:
            self.show(self._loaded)
            self.refresh_keys()
