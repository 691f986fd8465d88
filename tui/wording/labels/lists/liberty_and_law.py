"""Labels of the lists about where she stays, and about orders and offices."""

from collections.abc import Mapping
from typing import Final

from tui.wording.marking import N_

LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "stay_place": {
        "state_home": N_("Government home"),
        "ngo_home": N_("Home of an organisation"),
        "child_care_institution": N_("Children's home"),
        "one_stop_centre": N_("One-stop centre"),
        "hospital": N_("Hospital"),
        "prison_or_police": N_("Jail or police station"),
        "community": N_("In the community"),
        "own_home": N_("Her own home"),
    },
    "liberty": {
        "free_to_leave": N_("She may leave when she wants"),
        "escort_only": N_("Only with somebody beside her"),
        "permission_each_time": N_("Only with permission each time"),
        "not_allowed_out": N_("She may not go out"),
        "unknown": N_("Not known"),
    },
    "restriction": {
        "phone": N_("Use of a phone"),
        "visitors": N_("Visitors"),
        "outings": N_("Going out"),
        "clothing": N_("Clothing"),
        "punishment_duty": N_("Work as a punishment"),
        "isolation": N_("Kept alone"),
        "other": N_("Something else"),
    },
    "order_kind": {
        "cwc_production": N_("Child Welfare Committee: brought before it"),
        "cwc_restoration": N_("Child Welfare Committee: may go home"),
        "magistrate_s17": N_("Magistrate's order to stay (section 17)"),
        "court_noc": N_("Court has no objection (NOC)"),
        "repatriation_order": N_("Order to send her home"),
        "exit_permit": N_("Permit to leave the country"),
        "travel_permit": N_("Travel permit"),
        "witness_hold": N_("Kept as a witness"),
        "compensation": N_("Compensation"),
    },
    "entitlement_scheme": {
        "victim_compensation": N_("Compensation after a crime"),
        "bonded_labour_release": N_("Release from bonded labour"),
        "identity_papers": N_("Papers of identity"),
        "other": N_("Something else"),
    },
    "compensation": {
        "informed": N_("She was told about it"),
        "not_wanted": N_("She does not want it"),
        "applied": N_("Asked for"),
        "granted": N_("Granted"),
        "refused": N_("Refused"),
        "received": N_("Received"),
    },
    "duty_bearer": {
        "police": N_("Police"),
        "court": N_("Court"),
        "cwc": N_("Child Welfare Committee"),
        "magistrate": N_("Magistrate"),
        "consular": N_("Embassy or consulate"),
        "health": N_("Health office"),
        "labour": N_("Labour office"),
        "local_government": N_("Local government"),
        "other": N_("Another office"),
    },
    "advocacy_answer": {
        "granted": N_("Granted"),
        "partly": N_("Partly"),
        "refused": N_("Refused"),
        "none_yet": N_("No answer yet"),
    },
}
