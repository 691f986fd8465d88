"""Place 4: what others ask of us, those who wait for us first."""

from collections.abc import Sequence
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from protocol.local import commands, views
from protocol.vocabulary.codes import ServiceGroup
from tui.acts import Act, bindings
from tui.client import Client
from tui.plain import Text, plain
from tui.screens.desk_screen import BACK
from tui.screens.referral_lines import row_of, state_cell, when_cell
from tui.screens.referral_list import WIDE, ReferralList
from tui.widgets.rows import Row, Rows
from tui.wording import N_

OPEN: Final = Act(
    name="open", key="enter", label=N_("open"), help=N_("What they ask, and answering it.")
)
PARTNER_CELLS: Final = 14
ASKED_CELLS: Final = 15
STATE_CELLS: Final = 24
PLACE_CELLS: Final = 26


@final
class InboxScreen(ReferralList):
    """Referrals to us."""

    HEADING = N_("Inbox")
    ABOUT = N_(
        "What others ask of us. Who waits for us stands first, with the time that is left. Before"
        " a yes nobody here learns who she is."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (OPEN, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)

    def body(self) -> ComposeResult:
        """The list, and a sentence where it is empty."""
        yield Rows[bytes](id="referrals")
        yield Text(id="empty")

    async def load(self, client: Client) -> views.Referrals:
        """Theirs."""
        return await client.list_referrals(commands.ListReferrals(is_ours=False))

    def show(self, loaded: views.Referrals) -> None:
        """Who waits for us, then the others."""
        waiting = sorted(
            (line for line in loaded.referrals if line.waits_for_us),
            key=lambda line: line.answer_by,
        )
        others = [line for line in loaded.referrals if not line.waits_for_us]
        rows = self._group(N_("Waiting for us"), waiting) + self._group(N_("The others"), others)
        listed = self.query_one("#referrals", Rows)
        listed.put(rows)
        listed.display = bool(rows)
        self.query_one("#empty", Text).put(
            "" if rows else self.words.say(N_("Nobody has asked anything of us."))
        )
        if rows:
            listed.focus()

    def _group(self, title: str, lines: Sequence[views.ReferralLine]) -> list[Row[bytes]]:
        if not lines:
            return []
        heading: Row[bytes] = Row(
            key=None, lines=(plain(self.words.say(title), "bold $secondary"),)
        )
        return [heading, *(Row(key=line.thread, lines=(self._row(line),)) for line in lines)]

    def _row(self, line: views.ReferralLine) -> Content:
        group = self.words.code_of(ServiceGroup, line.offer.service_group)
        parts = [
            ((line.peer_name, "bold"), PARTNER_CELLS),
            ((group, ""), ASKED_CELLS),
            (state_cell(self.desk, line), STATE_CELLS),
        ]
        if self.size.width >= WIDE:
            parts.append(((self.words.area(line.offer.area), ""), PLACE_CELLS))
        return row_of(parts, last=when_cell(self.desk, line), width=self.size.width - 4)
