"""All code lists by their names."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from protocol.vocabulary.lists import (
    care_and_safety,
    follow_up,
    home_and_family,
    journey,
    liberty_and_law,
    pathway,
    person,
    plan_and_wishes,
    services,
)
from protocol.vocabulary.lists.codelist import CodeList

SUBJECTS: Final[Mapping[str, tuple[CodeList, ...]]] = MappingProxyType(
    {
        "person": person.LISTS,
        "journey": journey.LISTS,
        "plan_and_wishes": plan_and_wishes.LISTS,
        "liberty_and_law": liberty_and_law.LISTS,
        "home_and_family": home_and_family.LISTS,
        "care_and_safety": care_and_safety.LISTS,
        "services": services.LISTS,
        "pathway": pathway.LISTS,
        "follow_up": follow_up.LISTS,
    }
)
"""The lists of each subject, in the order in which the papers show them."""

LISTS: Final[Mapping[str, CodeList]] = MappingProxyType(
    {each.name: each for lists in SUBJECTS.values() for each in lists}
)
