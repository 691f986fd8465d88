"""Labels of the facts of a dossier; those of the codes that stand in them are the labels of their lists."""

from collections.abc import Mapping
from typing import Final

from protocol.vocabulary.facts import FACT_FIELDS
from tui.wording.labels.lists.catalogue import LABELS
from tui.wording.marking import N_

FIELDS: Final[Mapping[str, str]] = {
    "given_name": N_("First name"),
    "family_name": N_("Family name"),
    "known_as": N_("The name she chose"),
    "birth_date": N_("Date of birth"),
    "gender": N_("Gender"),
    "citizenship": N_("Citizenship"),
    "identity_number": N_("Number of her identity paper"),
    "present_town": N_("Town where she is now"),
    "home_district": N_("Home district"),
    "safe_phone": N_("Safe phone"),
    "contact_how": N_("How to contact her"),
    "contact_times": N_("When to contact her"),
    "contact_never": N_("Never contact her so"),
    "marital_status": N_("Marital status"),
    "number_of_children": N_("Number of children"),
    "who_may_know": N_("Who may know"),
    "recruitment": N_("How she was recruited"),
    "means_of_control": N_("How she was controlled"),
    "exploitation": N_("Kind of exploitation"),
    "months_trafficked": N_("How many months it lasted"),
    "health_conditions": N_("Illnesses"),
    "medicines": N_("Medicines"),
    "pregnant": N_("Pregnant"),
    "counselling_themes": N_("Themes of counselling"),
    "self_harm_risk": N_("Risk that she hurts herself"),
    "case_number_police": N_("Police case number"),
    "court_order": N_("Court order"),
    "compensation": N_("Compensation"),
    "wish_about": N_("What her wishes are about"),
    "justice_wish": N_("What justice means to her"),
    "plan_position": N_("Her position on the plan"),
    "goal_types": N_("Kinds of goals"),
    "education": N_("Education"),
    "skills": N_("Skills"),
    "work_wanted": N_("Work she wants"),
    "service_types": N_("Help she asks for"),
    "home_conclusion": N_("Is her home ready?"),
    "family_willing": N_("Is her family willing?"),
    "threats": N_("Threats"),
    "travel_risk": N_("Danger on the way"),
}

CODES: Final[Mapping[str, Mapping[str, str]]] = {
    field: LABELS[spec.codes.name] for field, spec in FACT_FIELDS.items() if spec.codes is not None
}
"""What a code of a field says, for the fields that have a list; every one also knows `NOT_SAID`."""
