"""A list of referrals, theirs or ours: a row opens the referral."""

from typing import ClassVar, Final

from protocol.local import views
from tui.places import ToReferral
from tui.screens.desk_screen import DeskScreen
from tui.widgets.rows import Rows

WIDE: Final = 110
_OPEN: Final = "open"


class ReferralList(DeskScreen[views.Referrals]):
    """The rows stand in `#referrals`, each under the thread of its referral."""

    CSS: ClassVar[str] = "#referrals { height: auto; max-height: 1fr; }"

    def on_resize(self) -> None:
        """Other columns."""
        if self._loaded is not None:
            self.show(self._loaded)

    def can(self, name: str) -> bool:
        """Opening needs a row."""
        if name == _OPEN:
            return self.is_mounted and self.query_one("#referrals", Rows).chosen is not None
        return True

    def on_option_list_option_selected(self, event: Rows.OptionSelected) -> None:
        """Enter."""
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """The referral under the cursor."""
        thread = self.query_one("#referrals", Rows).chosen
        if thread is not None:
            self.go(ToReferral(thread=thread))
