"""The facts a dossier can hold: each has a code, one category and one shape.

This is the allow-list: `disclosure` copies a fact only if it stands here, under the category that stands
here. `htcds` is the field's name in HTCDS 2.0, where it has one. What a worker records as a code stands in
the field's list; what a partner sends is held to its shape alone, for a newer form set has newer codes.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from protocol.vocabulary.categories import Category
from protocol.vocabulary.lists import (
    care_and_safety,
    home_and_family,
    journey,
    liberty_and_law,
    person,
    plan_and_wishes,
    services,
)
from protocol.vocabulary.lists.codelist import CodeList


class Shape(StrEnum):
    """How a fact is written."""

    LINE = "line"
    """One line of text, such as a name or a telephone number."""
    CODE = "code"
    """A short ASCII code."""
    CODES = "codes"
    """A list of short ASCII codes, sorted, each once."""
    NUMBER = "number"
    DATE = "date"
    """ISO 8601: `2026`, `2026-11` or `2026-11-24`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One entry of the allow-list.

    Attributes:
        category: the one under which it travels.
        shape: how it is written.
        htcds: its name in HTCDS 2.0, where it has one.
        codes: the list from which its codes are chosen; without one, a code is a short word of the worker's.
    """

    category: Category
    shape: Shape
    htcds: str | None = None
    codes: CodeList | None = None


def _spec(category: Category, shape: Shape, htcds: str | None = None) -> FieldSpec:
    return FieldSpec(category=category, shape=shape, htcds=htcds)


def _code(category: Category, codes: CodeList, htcds: str | None = None) -> FieldSpec:
    return FieldSpec(category=category, shape=Shape.CODE, htcds=htcds, codes=codes)


def _codes(category: Category, codes: CodeList, htcds: str | None = None) -> FieldSpec:
    return FieldSpec(category=category, shape=Shape.CODES, htcds=htcds, codes=codes)


FACT_FIELDS: Final[dict[str, FieldSpec]] = {
    "given_name": _spec(Category.IDENTITY, Shape.LINE, "prs_FirstName"),
    "family_name": _spec(Category.IDENTITY, Shape.LINE, "prs_SecondName"),
    "known_as": _spec(Category.IDENTITY, Shape.LINE),
    "birth_date": _spec(Category.IDENTITY, Shape.DATE, "prs_Birthdate"),
    "gender": _code(Category.IDENTITY, person.GENDER, "prs_Gender"),
    "citizenship": _codes(Category.IDENTITY, person.CITIZENSHIP, "prs_Citizenship"),
    "identity_number": _spec(Category.IDENTITY, Shape.LINE, "prs_IdentityNumber"),
    "present_town": _spec(Category.LOCATION_CONTACT, Shape.LINE),
    "home_district": _spec(Category.LOCATION_CONTACT, Shape.LINE),
    "safe_phone": _spec(Category.LOCATION_CONTACT, Shape.LINE, "prs_MobilePhone"),
    "contact_how": _code(Category.LOCATION_CONTACT, person.CONTACT_HOW),
    "contact_times": _spec(Category.LOCATION_CONTACT, Shape.LINE),
    "contact_never": _codes(Category.LOCATION_CONTACT, person.CONTACT_NEVER),
    "marital_status": _code(Category.FAMILY, person.MARITAL_STATUS, "prs_MaritalStatus"),
    "number_of_children": _spec(Category.FAMILY, Shape.NUMBER, "prs_NumberOfChildren"),
    "who_may_know": _codes(Category.FAMILY, home_and_family.RELATION),
    "recruitment": _codes(Category.JOURNEY, journey.RECRUITMENT, "vic_MethodOfRecruitment"),
    "means_of_control": _codes(Category.JOURNEY, journey.MEANS_OF_CONTROL, "vic_MethodsOfControl"),
    "exploitation": _codes(Category.JOURNEY, journey.EXPLOITATION, "vic_TypeOfExploitation"),
    "months_trafficked": _spec(Category.JOURNEY, Shape.NUMBER),
    "health_conditions": _spec(Category.HEALTH_BODY, Shape.LINE),
    "medicines": _spec(Category.HEALTH_BODY, Shape.LINE),
    "pregnant": _code(Category.HEALTH_BODY, home_and_family.YES_NO),
    "counselling_themes": _codes(Category.HEALTH_MIND, care_and_safety.COUNSELLING_THEME),
    "self_harm_risk": _code(Category.HEALTH_MIND, care_and_safety.RISK_LEVEL),
    "case_number_police": _spec(Category.LEGAL, Shape.LINE),
    "court_order": _spec(Category.LEGAL, Shape.LINE),
    "compensation": _code(Category.LEGAL, liberty_and_law.COMPENSATION),
    "wish_about": _codes(Category.PLAN_WISHES, plan_and_wishes.WISH_ABOUT),
    "justice_wish": _codes(Category.PLAN_WISHES, plan_and_wishes.JUSTICE_WISH),
    "plan_position": _code(Category.PLAN_WISHES, plan_and_wishes.PLAN_POSITION),
    "goal_types": _codes(Category.PLAN_WISHES, plan_and_wishes.GOAL_TYPE, "spl_Type"),
    "education": _code(Category.WORK_LEARNING, person.EDUCATION, "prs_HighestLevelOfEducation"),
    "skills": _spec(Category.WORK_LEARNING, Shape.CODES),
    "work_wanted": _spec(Category.WORK_LEARNING, Shape.CODES),
    "service_types": _codes(Category.WORK_LEARNING, services.SERVICE_TYPE),
    "home_conclusion": _code(Category.HOME_FAMILY_ASSESSMENT, home_and_family.HOME_CONCLUSION),
    "family_willing": _code(Category.HOME_FAMILY_ASSESSMENT, home_and_family.YES_PARTLY_NO),
    "threats": _codes(Category.SAFETY, care_and_safety.THREAT),
    "travel_risk": _code(Category.SAFETY, care_and_safety.RISK_LEVEL),
}

NAME_FIELDS: Final = frozenset({"given_name", "family_name", "known_as"})
"""The fields that hold a name of hers."""
