"""Labels of the lists about how she is and what threatens her."""

from collections.abc import Mapping
from typing import Final

from tui.wording.marking import N_

LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "risk_level": {
        "none": N_("None"),
        "low": N_("Low"),
        "medium": N_("Medium"),
        "high": N_("High"),
    },
    "threat": {
        "by_recruiter": N_("The recruiter"),
        "by_exploiter": N_("Those who exploited her"),
        "by_family": N_("Somebody of her family"),
        "by_husband": N_("Husband"),
        "by_neighbours": N_("People where she lives"),
        "by_lender": N_("Somebody she owes money"),
        "by_officials": N_("Police or officials"),
        "online": N_("On the phone or online"),
        "because_of_case": N_("Because of the court case"),
        "other": N_("Somebody or something else"),
        "none": N_("No threat known"),
    },
    "counselling_theme": {
        "sleep": N_("Sleep and bad dreams"),
        "fear": N_("Fear"),
        "sadness": N_("Sadness and grief"),
        "anger": N_("Anger"),
        "memories": N_("Memories that come back"),
        "shame_and_blame": N_("Shame and blaming herself"),
        "self_worth": N_("What she thinks of herself"),
        "trust": N_("Trusting people"),
        "family_ties": N_("Family and being close to people"),
        "body": N_("Her body and its pains"),
        "drugs_or_alcohol": N_("Drugs or alcohol"),
        "self_harm": N_("Thoughts of hurting herself"),
        "what_comes_next": N_("What comes next in her life"),
        "other": N_("Something else"),
    },
    "outcome_domain": {
        "safety": N_("Safety"),
        "legal_protection": N_("Protection by the law"),
        "mental_wellbeing": N_("Peace of mind"),
        "economic_empowerment_education": N_("Income and education"),
        "social_support": N_("People at her side"),
        "physical_wellbeing": N_("Health of the body"),
    },
}
