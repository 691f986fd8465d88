"""Labels of the lists about herself and how to reach her.

Codes with capitals are those of HTCDS 2.0 (CC BY 4.0).
"""

from collections.abc import Mapping
from typing import Final

from tui.wording.marking import N_

LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "gender": {
        "Feminine": N_("Woman or girl"),
        "Masculine": N_("Man or boy"),
        "TransgenderFeminine": N_("Trans woman"),
        "TransgenderMasculine": N_("Trans man"),
        "NonConforming": N_("Third gender"),
        "NonSpecifiedUnknown": N_("Not said"),
    },
    "citizenship": {
        "IN": N_("India"),
        "BD": N_("Bangladesh"),
        "NP": N_("Nepal"),
        "unverified": N_("Not confirmed"),
        "stateless": N_("No citizenship"),
    },
    "age_group": {
        "from_0_to_8": N_("0 to 8 years"),
        "from_9_to_17": N_("9 to 17 years"),
        "from_18_to_20": N_("18 to 20 years"),
        "from_21_to_23": N_("21 to 23 years"),
        "from_24_to_26": N_("24 to 26 years"),
        "from_27_to_29": N_("27 to 29 years"),
        "from_30_to_38": N_("30 to 38 years"),
        "from_39_to_47": N_("39 to 47 years"),
        "from_48": N_("48 years or more"),
    },
    "marital_status": {
        "Single": N_("Single"),
        "Married": N_("Married"),
        "Widowed": N_("Widowed"),
        "Divorced": N_("Divorced"),
        "Separated": N_("Separated"),
        "RegisteredPartnership": N_("Registered partnership"),
    },
    "education": {
        "EarlyChildhoodEducation": N_("Before school"),
        "PrimaryEducation": N_("Primary school"),
        "LowerSecondaryEducation": N_("Lower secondary school"),
        "UpperSecondaryEducation": N_("Upper secondary school"),
        "PostSecondaryNonTertiaryEducation": N_("Training after school"),
        "ShortCycleTertiaryEducation": N_("Short college course"),
        "BachelorsOrEquivalentLevel": N_("Bachelor's degree"),
        "MastersOrEquivalentLevel": N_("Master's degree"),
        "DoctoralOrEquivalentLevel": N_("Doctorate"),
    },
    "accessibility": {
        "vision": N_("Help to see"),
        "hearing": N_("Help to hear"),
        "mobility": N_("Help to move about"),
        "communication": N_("Help to speak and be understood"),
        "none": N_("No help needed"),
    },
    "contact_how": {
        "phone": N_("Phone"),
        "message": N_("Text message"),
        "letter": N_("Letter"),
        "visit": N_("Visit"),
        "through_trusted_person": N_("Through a person she trusts"),
    },
    "contact_never": {
        "phone": N_("Phone"),
        "message": N_("Text message"),
        "letter": N_("Letter"),
        "visit": N_("Visit"),
        "through_trusted_person": N_("Through a person she trusts"),
        "morning": N_("In the morning"),
        "evening": N_("In the evening"),
        "neighbours": N_("Through neighbours"),
        "uncle": N_("Through her uncle"),
        "family": N_("Through her family"),
        "husband": N_("Through her husband"),
        "employer": N_("Through her employer"),
        "police": N_("Through the police"),
    },
}
