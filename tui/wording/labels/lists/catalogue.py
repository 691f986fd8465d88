"""The label of every code of every list, in English, and of what is not said."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from protocol.vocabulary import codes
from protocol.vocabulary.lists.catalogue import LISTS
from tui.wording.labels.lists import (
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
from tui.wording.labels.vocabulary import VOCABULARY
from tui.wording.marking import N_

NOT_SAID: Final[Mapping[str, str]] = {
    "unknown": N_("Not known"),
    "not_asked": N_("Not asked"),
    "declined_to_say": N_("She did not want to say"),
}
"""Every list has these beside its codes."""

_DECIDED_BY: Final[Mapping[str, type[StrEnum]]] = {
    "service_group": codes.ServiceGroup,
    "priority": codes.Priority,
    "decline_reason": codes.DeclineReason,
    "recommendation_answer": codes.PlanAnswer,
    "role": codes.Role,
    "case_status": codes.CaseStatus,
    "seen_how": codes.SeenHow,
    "not_seen_reason": codes.NotSeenReason,
    "unable_reason": codes.UnableReason,
}
# The protocol itself decides by these; their labels stand with those of its other enums.
_ALL: Final[Mapping[str, Mapping[str, str]]] = {
    **{
        name: {str(member.value): label for member, label in VOCABULARY[members].items()}
        for name, members in _DECIDED_BY.items()
    },
    **person.LABELS,
    **journey.LABELS,
    **plan_and_wishes.LABELS,
    **liberty_and_law.LABELS,
    **home_and_family.LABELS,
    **care_and_safety.LABELS,
    **services.LABELS,
    **pathway.LABELS,
    **follow_up.LABELS,
}
LABELS: Final[Mapping[str, Mapping[str, str]]] = {name: _ALL[name] for name in LISTS}
"""The label of each code of a list, by the list's name, in the order of the list."""
