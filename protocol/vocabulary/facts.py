"""The facts a dossier can hold: each has a code, one category and one shape.

This is the allow-list: `disclosure` copies a fact only if it stands here, under the category that stands
here. `htcds` is the field's name in HTCDS 2.0, where it has one.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from protocol.vocabulary.categories import Category


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
    """One entry of the allow-list."""

    category: Category
    shape: Shape
    htcds: str | None = None


def _spec(category: Category, shape: Shape, htcds: str | None = None) -> FieldSpec:
    return FieldSpec(category=category, shape=shape, htcds=htcds)


FACT_FIELDS: Final[dict[str, FieldSpec]] = {
    "given_name": _spec(Category.IDENTITY, Shape.LINE, "prs_FirstName"),
    "family_name": _spec(Category.IDENTITY, Shape.LINE, "prs_SecondName"),
    "known_as": _spec(Category.IDENTITY, Shape.LINE),
    "birth_date": _spec(Category.IDENTITY, Shape.DATE, "prs_Birthdate"),
    "gender": _spec(Category.IDENTITY, Shape.CODE, "prs_Gender"),
    "citizenship": _spec(Category.IDENTITY, Shape.CODES, "prs_Citizenship"),
    "identity_number": _spec(Category.IDENTITY, Shape.LINE, "prs_IdentityNumber"),
    "present_town": _spec(Category.LOCATION_CONTACT, Shape.LINE),
    "home_district": _spec(Category.LOCATION_CONTACT, Shape.LINE),
    "safe_phone": _spec(Category.LOCATION_CONTACT, Shape.LINE, "prs_MobilePhone"),
    "contact_how": _spec(Category.LOCATION_CONTACT, Shape.CODE),
    "contact_times": _spec(Category.LOCATION_CONTACT, Shape.LINE),
    "contact_never": _spec(Category.LOCATION_CONTACT, Shape.CODES),
    "marital_status": _spec(Category.FAMILY, Shape.CODE, "prs_MaritalStatus"),
    "number_of_children": _spec(Category.FAMILY, Shape.NUMBER, "prs_NumberOfChildren"),
    "who_may_know": _spec(Category.FAMILY, Shape.CODES),
    "recruitment": _spec(Category.JOURNEY, Shape.CODES, "vic_MethodOfRecruitment"),
    "means_of_control": _spec(Category.JOURNEY, Shape.CODES, "vic_MethodsOfControl"),
    "exploitation": _spec(Category.JOURNEY, Shape.CODES, "vic_TypeOfExploitation"),
    "months_trafficked": _spec(Category.JOURNEY, Shape.NUMBER),
    "health_conditions": _spec(Category.HEALTH_BODY, Shape.LINE),
    "medicines": _spec(Category.HEALTH_BODY, Shape.LINE),
    "pregnant": _spec(Category.HEALTH_BODY, Shape.CODE),
    "counselling_themes": _spec(Category.HEALTH_MIND, Shape.CODES),
    "self_harm_risk": _spec(Category.HEALTH_MIND, Shape.CODE),
    "case_number_police": _spec(Category.LEGAL, Shape.LINE),
    "court_order": _spec(Category.LEGAL, Shape.LINE),
    "compensation": _spec(Category.LEGAL, Shape.CODE),
    "wish_about": _spec(Category.PLAN_WISHES, Shape.CODES),
    "justice_wish": _spec(Category.PLAN_WISHES, Shape.CODES),
    "plan_position": _spec(Category.PLAN_WISHES, Shape.CODE),
    "goal_types": _spec(Category.PLAN_WISHES, Shape.CODES, "spl_Type"),
    "education": _spec(Category.WORK_LEARNING, Shape.CODE, "prs_HighestLevelOfEducation"),
    "skills": _spec(Category.WORK_LEARNING, Shape.CODES),
    "work_wanted": _spec(Category.WORK_LEARNING, Shape.CODES),
    "service_types": _spec(Category.WORK_LEARNING, Shape.CODES),
    "home_conclusion": _spec(Category.HOME_FAMILY_ASSESSMENT, Shape.CODE),
    "family_willing": _spec(Category.HOME_FAMILY_ASSESSMENT, Shape.CODE),
    "threats": _spec(Category.SAFETY, Shape.CODES),
    "travel_risk": _spec(Category.SAFETY, Shape.CODE),
}

NAME_FIELDS: Final = frozenset({"given_name", "family_name", "known_as"})
"""The fields that hold a name of hers."""
