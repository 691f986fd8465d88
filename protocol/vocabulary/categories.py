"""Data categories: the unit in which a survivor allows or refuses (casework C0 to C14)."""

from enum import IntEnum
from typing import Final


class Category(IntEnum):
    """What a fact is about. C13 and C14 are left out on purpose: they cannot be written into a consent."""

    HANDLE = 0
    IDENTITY = 1
    LOCATION_CONTACT = 2
    FAMILY = 3
    JOURNEY = 4
    HEALTH_BODY = 5
    HEALTH_MIND = 6
    LEGAL = 7
    PLAN_WISHES = 8
    WORK_LEARNING = 9
    HOME_FAMILY_ASSESSMENT = 10
    SAFETY = 11
    IMAGE_BIOMETRIC = 12


SHAREABLE: Final = frozenset(Category) - {Category.HANDLE}

HIDDEN: Final = frozenset({Category.IDENTITY, Category.IMAGE_BIOMETRIC})
"""What says who she is: it reaches a screen only when a person asks for it."""

# Her own words first, then how to reach her safely, then her safety, then what waits at home; the rest after.
DOSSIER_ORDER: Final = (
    Category.PLAN_WISHES,
    Category.LOCATION_CONTACT,
    Category.SAFETY,
    Category.HOME_FAMILY_ASSESSMENT,
    Category.IDENTITY,
    Category.FAMILY,
    Category.WORK_LEARNING,
    Category.HEALTH_BODY,
    Category.HEALTH_MIND,
    Category.LEGAL,
    Category.JOURNEY,
    Category.IMAGE_BIOMETRIC,
)
