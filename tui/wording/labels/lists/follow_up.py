"""Labels of the lists about how a case ends."""

from collections.abc import Mapping
from typing import Final

from tui.wording.marking import N_

LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "closure_reason": {
        "goals_met_by_her_view": N_("Her goals are reached, as she sees it"),
        "she_asked_to_stop": N_("She asked to stop"),
        "moved_out_of_reach": N_("She moved out of our reach"),
        "lost_contact": N_("We lost contact with her"),
        "died": N_("She has died"),
        "opened_in_error": N_("Opened by mistake"),
    },
}
