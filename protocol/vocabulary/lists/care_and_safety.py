"""How she is, and what threatens her."""

from typing import Final

from protocol.vocabulary.lists.codelist import Code, CodeList

RISK_LEVEL: Final = CodeList(
    name="risk_level",
    about="How great a danger is.",
    codes=(
        Code("none"),
        Code("low"),
        Code("medium"),
        Code("high"),
    ),
)
THREAT: Final = CodeList(
    name="threat",
    about="Who or what threatens her.",
    codes=(
        Code("by_recruiter"),
        Code("by_exploiter"),
        Code("by_family"),
        Code("by_husband"),
        Code("by_neighbours"),
        Code("by_lender"),
        Code("by_officials"),
        Code("online"),
        Code("because_of_case"),
        Code("other"),
        Code("none"),
    ),
)
COUNSELLING_THEME: Final = CodeList(
    name="counselling_theme",
    about="What counselling is about.",
    codes=(
        Code("sleep"),
        Code("fear"),
        Code("sadness"),
        Code("anger"),
        Code("memories"),
        Code("shame_and_blame"),
        Code("self_worth"),
        Code("trust"),
        Code("family_ties"),
        Code("body"),
        Code("drugs_or_alcohol"),
        Code("self_harm"),
        Code("what_comes_next"),
        Code("other"),
    ),
)
OUTCOME_DOMAIN: Final = CodeList(
    name="outcome_domain",
    about="The domains of an outcome assessment, by the names of IJM's Assessment of Survivor Outcomes.",
    codes=(
        Code("safety"),
        Code("legal_protection"),
        Code("mental_wellbeing"),
        Code("economic_empowerment_education"),
        Code("social_support"),
        Code("physical_wellbeing"),
    ),
)

LISTS: Final = (
    RISK_LEVEL,
    THREAT,
    COUNSELLING_THEME,
    OUTCOME_DOMAIN,
)
