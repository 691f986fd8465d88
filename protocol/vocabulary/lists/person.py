"""What a person says about herself: gender, citizenship, age, schooling, and how to reach her.

`htcds` is the name in HTCDS 2.0 (IOM, CC BY 4.0), `ctdc` that in the CTDC global dataset.
"""

import re
from typing import Final

from protocol.vocabulary.lists.codelist import Code, CodeList

GENDER: Final = CodeList(
    name="gender",
    about="Her gender.",
    htcds=("prs_Gender",),
    codes=(
        Code("Feminine", htcds="Feminine", ctdc="Female"),
        Code("Masculine", htcds="Masculine", ctdc="Male"),
        Code("TransgenderFeminine", htcds="TransgenderFeminine"),
        Code("TransgenderMasculine", htcds="TransgenderMasculine"),
        Code("NonConforming", htcds="NonConforming"),
        Code("NonSpecifiedUnknown", htcds="NonSpecifiedUnknown"),
    ),
)
CITIZENSHIP: Final = CodeList(
    name="citizenship",
    about="Her citizenship; any other country by its two letters of ISO 3166-1.",
    htcds=("prs_Citizenship",),
    beyond=re.compile("[A-Z]{2}"),
    codes=(
        Code("IN", htcds="IN", ctdc="IN"),
        Code("BD", htcds="BD", ctdc="BD"),
        Code("NP", htcds="NP", ctdc="NP"),
        Code("unverified"),
        Code("stateless"),
    ),
)
AGE_GROUP: Final = CodeList(
    name="age_group",
    about="Her age as the counts group it.",
    codes=(
        Code("from_0_to_8", ctdc="0--8"),
        Code("from_9_to_17", ctdc="9--17"),
        Code("from_18_to_20", ctdc="18--20"),
        Code("from_21_to_23", ctdc="21--23"),
        Code("from_24_to_26", ctdc="24--26"),
        Code("from_27_to_29", ctdc="27--29"),
        Code("from_30_to_38", ctdc="30--38"),
        Code("from_39_to_47", ctdc="39--47"),
        Code("from_48", ctdc="48+"),
    ),
)
MARITAL_STATUS: Final = CodeList(
    name="marital_status",
    about="Whether she is married.",
    htcds=("prs_MaritalStatus",),
    codes=(
        Code("Single", htcds="Single"),
        Code("Married", htcds="Married"),
        Code("Widowed", htcds="Widowed"),
        Code("Divorced", htcds="Divorced"),
        Code("Separated", htcds="Separated"),
        Code("RegisteredPartnership", htcds="RegisteredPartnership"),
    ),
)
EDUCATION: Final = CodeList(
    name="education",
    about="How far she went at school; levels of ISCED.",
    htcds=("prs_HighestLevelOfEducation",),
    codes=(
        Code("EarlyChildhoodEducation", htcds="EarlyChildhoodEducation"),
        Code("PrimaryEducation", htcds="PrimaryEducation"),
        Code("LowerSecondaryEducation", htcds="LowerSecondaryEducation"),
        Code("UpperSecondaryEducation", htcds="UpperSecondaryEducation"),
        Code("PostSecondaryNonTertiaryEducation", htcds="PostSecondaryNonTertiaryEducation"),
        Code("ShortCycleTertiaryEducation", htcds="ShortCycleTertiaryEducation"),
        Code("BachelorsOrEquivalentLevel", htcds="BachelorsOrEquivalentLevel"),
        Code("MastersOrEquivalentLevel", htcds="MastersOrEquivalentLevel"),
        Code("DoctoralOrEquivalentLevel", htcds="DoctoralOrEquivalentLevel"),
    ),
)
ACCESSIBILITY: Final = CodeList(
    name="accessibility",
    about="What she needs help with.",
    codes=(
        Code("vision"),
        Code("hearing"),
        Code("mobility"),
        Code("communication"),
        Code("none"),
    ),
)
CONTACT_HOW: Final = CodeList(
    name="contact_how",
    about="How she may be reached.",
    codes=(
        Code("phone"),
        Code("message"),
        Code("letter"),
        Code("visit"),
        Code("through_trusted_person"),
    ),
)
CONTACT_NEVER: Final = CodeList(
    name="contact_never",
    about="How she must never be reached.",
    codes=(
        Code("phone"),
        Code("message"),
        Code("letter"),
        Code("visit"),
        Code("through_trusted_person"),
        Code("morning"),
        Code("evening"),
        Code("neighbours"),
        Code("uncle"),
        Code("family"),
        Code("husband"),
        Code("employer"),
        Code("police"),
    ),
)

LISTS: Final = (
    GENDER,
    CITIZENSHIP,
    AGE_GROUP,
    MARITAL_STATUS,
    EDUCATION,
    ACCESSIBILITY,
    CONTACT_HOW,
    CONTACT_NEVER,
)
