"""Moving through a form: what Textual's own keys do, said in the footer like everything else."""

from typing import Final

from tui.acts import Act
from tui.wording import N_

NEXT: Final = Act(
    name="app.focus_next", key="tab", label=N_("next"), help=N_("The next part of this screen.")
)
BY_PAGE: Final = Act(
    name="app.page",
    key="pageup,pagedown",
    label=N_("page"),
    help=N_("A page at a time; Home and End go to the two ends."),
)
