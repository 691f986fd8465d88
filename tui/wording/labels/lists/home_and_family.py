"""Labels of the lists about her family, her home and shaming."""

from collections.abc import Mapping
from typing import Final

from tui.wording.marking import N_

LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "yes_no": {
        "yes": N_("Yes"),
        "no": N_("No"),
    },
    "yes_partly_no": {
        "yes": N_("Yes"),
        "partly": N_("Partly"),
        "no": N_("No"),
        "not_known": N_("Could not be found out"),
    },
    "home_conclusion": {
        "ready": N_("Ready"),
        "ready_with_support": N_("Ready, with support"),
        "not_ready": N_("Not ready"),
        "not_safe": N_("Not safe"),
    },
    "relation": {
        "mother": N_("Mother"),
        "father": N_("Father"),
        "husband": N_("Husband"),
        "sister": N_("Sister"),
        "brother": N_("Brother"),
        "child": N_("Child"),
        "grandparent": N_("Grandparent"),
        "aunt_or_uncle": N_("Aunt or uncle"),
        "in_laws": N_("Husband's family"),
        "other_relative": N_("Another relative"),
        "friend": N_("Friend"),
        "neighbour": N_("Neighbour"),
        "other": N_("Somebody else"),
        "nobody": N_("Nobody"),
    },
    "dependant": {
        "child": N_("Child"),
        "sibling": N_("Brother or sister"),
        "other": N_("Somebody else"),
    },
    "stigma_setting": {
        "family": N_("Family"),
        "village": N_("Village or neighbourhood"),
        "school": N_("School"),
        "work": N_("Work"),
        "health_service": N_("Doctor or hospital"),
        "police": N_("Police"),
        "court": N_("Court"),
        "shelter": N_("Shelter"),
        "ngo": N_("An organisation"),
        "media": N_("Newspapers, television or online"),
    },
    "stigma_wanted": {
        "nothing": N_("Nothing"),
        "listen": N_("To be listened to"),
        "talk_to_them": N_("That somebody talks to them"),
        "mediate": N_("To sit down together"),
        "complain": N_("To complain"),
        "legal": N_("To go to law"),
        "move": N_("To move away"),
    },
}
