"""The life of a follow-up, as a table (casework 5.3). Not being seen is not a failure; her no is a right."""

from enum import StrEnum
from typing import Final


class FollowUpState(StrEnum):
    """Where a follow-up stands."""

    PLANNED = "planned"
    DUE = "due"
    REQUESTED = "requested"
    TAKEN_ON = "taken_on"
    OVERDUE = "overdue"
    DONE = "done"
    NOT_SEEN = "not_seen"
    DECLINED_BY_HER = "declined_by_her"
    UNABLE = "unable"


class FollowUpEvent(StrEnum):
    """What can happen to a follow-up."""

    COME_DUE = "come_due"
    REQUEST = "request"
    TAKE_ON = "take_on"
    GRACE_ENDS = "grace_ends"
    REPORT_SEEN = "report_seen"
    REPORT_NOT_SEEN = "report_not_seen"
    SHE_DECLINES = "she_declines"
    CANNOT = "cannot"


_S = FollowUpState
_E = FollowUpEvent
_REPORTS: Final = {
    _E.REPORT_SEEN: _S.DONE,
    _E.REPORT_NOT_SEEN: _S.NOT_SEEN,
    _E.SHE_DECLINES: _S.DECLINED_BY_HER,
    _E.CANNOT: _S.UNABLE,
}

OPEN_STATES: Final = frozenset({_S.PLANNED, _S.DUE, _S.REQUESTED, _S.TAKEN_ON, _S.OVERDUE})
"""Somebody is still to see her."""

TRANSITIONS: Final[dict[FollowUpState, dict[FollowUpEvent, FollowUpState]]] = {
    _S.PLANNED: {_E.COME_DUE: _S.DUE, _E.REQUEST: _S.REQUESTED, **_REPORTS},
    _S.DUE: {_E.REQUEST: _S.REQUESTED, _E.GRACE_ENDS: _S.OVERDUE, **_REPORTS},
    _S.REQUESTED: {_E.TAKE_ON: _S.TAKEN_ON, _E.GRACE_ENDS: _S.OVERDUE, **_REPORTS},
    _S.TAKEN_ON: {_E.GRACE_ENDS: _S.OVERDUE, **_REPORTS},
    _S.OVERDUE: {_E.TAKE_ON: _S.TAKEN_ON, **_REPORTS},
    _S.DONE: {},
    _S.NOT_SEEN: {},
    _S.DECLINED_BY_HER: {},
    _S.UNABLE: {},
}


def step(state: FollowUpState, event: FollowUpEvent) -> FollowUpState | None:
    """The next state, or None where the event does not fit the state."""
    return TRANSITIONS[state].get(event)
