"""The life of a referral, as a table (casework 5.2).

Rule 1: everything that moves a referral stands in this file. Rule 2: this file does not know on which side
it runs; both sides go through the same states.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from protocol import limits
from protocol.effects import DONE_BY_SAYING, Effect, Remind, Task
from protocol.values import Instant, NodeId, ThreadId, later
from protocol.vocabulary.codes import Priority


class ReferralState(StrEnum):
    """Where a referral stands."""

    DRAFT = "draft"
    READY = "ready"
    OFFERED = "offered"
    DELIVERED = "delivered"
    NEEDS_INFO = "needs_info"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    RECALLED = "recalled"
    DOSSIER_SENT = "dossier_sent"
    PREPARED = "prepared"
    ARRIVED = "arrived"
    IN_CARE = "in_care"
    OUTCOME_REPORTED = "outcome_reported"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    FROZEN = "frozen"


class ReferralEvent(StrEnum):
    """What can happen to a referral."""

    MARK_READY = "mark_ready"
    OFFER = "offer"
    DELIVER = "deliver"
    ASK = "ask"
    ANSWER = "answer"
    ACCEPT = "accept"
    DECLINE = "decline"
    LAPSE = "lapse"
    RECALL = "recall"
    DOSSIER = "dossier"
    DOSSIER_AGAIN = "dossier_again"
    """What one side lost, the other sends again; where it was lost with our yes, it stands for it."""
    PREPARE = "prepare"
    ARRIVE = "arrive"
    BEGIN_CARE = "begin_care"
    OUTCOME = "outcome"
    END = "end"
    WITHDRAW = "withdraw"
    FREEZE = "freeze"


SHARED_STATES: Final = frozenset(
    {
        ReferralState.ACCEPTED,
        ReferralState.DOSSIER_SENT,
        ReferralState.PREPARED,
        ReferralState.ARRIVED,
        ReferralState.IN_CARE,
        ReferralState.OUTCOME_REPORTED,
        ReferralState.WITHDRAWN,
    }
)
"""From acceptance on both sides may speak of her follow-ups, also after she withdrew."""

_S = ReferralState
_E = ReferralEvent
# Withdrawing is hers at any time, and freezing is for safety: both work from every state that still lives.
_ALWAYS: Final = {_E.WITHDRAW: _S.WITHDRAWN, _E.FREEZE: _S.FROZEN}
_BEFORE_DOSSIER: Final = {_E.RECALL: _S.RECALLED, **_ALWAYS}
_LOST: Final = {_E.DOSSIER_AGAIN: _S.DOSSIER_SENT}
_OPEN: Final = {
    _E.ASK: _S.NEEDS_INFO,
    _E.ACCEPT: _S.ACCEPTED,
    _E.DECLINE: _S.DECLINED,
    _E.LAPSE: _S.LAPSED,
    **_LOST,
    **_BEFORE_DOSSIER,
}

TRANSITIONS: Final[dict[ReferralState, dict[ReferralEvent, ReferralState]]] = {
    _S.DRAFT: {_E.MARK_READY: _S.READY, **_BEFORE_DOSSIER},
    _S.READY: {_E.OFFER: _S.OFFERED, **_BEFORE_DOSSIER},
    _S.OFFERED: {_E.DELIVER: _S.DELIVERED, **_OPEN},
    _S.DELIVERED: _OPEN,
    _S.NEEDS_INFO: {_E.ANSWER: _S.DELIVERED, **_OPEN},
    _S.ACCEPTED: {
        _E.DOSSIER: _S.DOSSIER_SENT,
        _E.ARRIVE: _S.ARRIVED,
        **_LOST,
        **_BEFORE_DOSSIER,
    },
    _S.DECLINED: {},
    _S.LAPSED: {},
    _S.RECALLED: {},
    _S.DOSSIER_SENT: {_E.PREPARE: _S.PREPARED, _E.ARRIVE: _S.ARRIVED, **_LOST, **_ALWAYS},
    _S.PREPARED: {_E.ARRIVE: _S.ARRIVED, _E.DOSSIER_AGAIN: _S.PREPARED, **_ALWAYS},
    _S.ARRIVED: {
        _E.DOSSIER_AGAIN: _S.ARRIVED,
        _E.BEGIN_CARE: _S.IN_CARE,
        _E.OUTCOME: _S.OUTCOME_REPORTED,
        _E.END: _S.ENDED,
        **_ALWAYS,
    },
    _S.IN_CARE: {
        _E.DOSSIER_AGAIN: _S.IN_CARE,
        _E.OUTCOME: _S.OUTCOME_REPORTED,
        _E.END: _S.ENDED,
        **_ALWAYS,
    },
    _S.OUTCOME_REPORTED: {
        _E.DOSSIER_AGAIN: _S.OUTCOME_REPORTED,
        _E.OUTCOME: _S.OUTCOME_REPORTED,
        _E.END: _S.ENDED,
        **_ALWAYS,
    },
    _S.ENDED: {},
    _S.WITHDRAWN: {},
    _S.FROZEN: {_E.WITHDRAW: _S.WITHDRAWN, _E.RECALL: _S.RECALLED},
}

WAITS_FOR_US: Final[dict[ReferralState, bool | None]] = {
    # True: for the organisation that refers; False: for the one that was asked; None: for nobody.
    _S.DRAFT: True,
    _S.READY: True,
    _S.OFFERED: False,
    _S.DELIVERED: False,
    _S.NEEDS_INFO: True,
    _S.ACCEPTED: True,
    _S.DECLINED: None,
    _S.LAPSED: None,
    _S.RECALLED: None,
    _S.DOSSIER_SENT: False,
    _S.PREPARED: False,
    _S.ARRIVED: None,
    _S.IN_CARE: None,
    _S.OUTCOME_REPORTED: None,
    _S.ENDED: None,
    _S.WITHDRAWN: None,
    _S.FROZEN: None,
}
"""Whose turn it is: a referral waits for us where this is the side on which we are."""

# What a person is reminded of when the other side says so; events of our own need no reminder.
_TASKS: Final[dict[ReferralEvent, tuple[Task, ...]]] = {
    _E.OFFER: (Task.OFFER_TO_ANSWER,),
    _E.ASK: (Task.QUESTION_TO_ANSWER,),
    _E.ANSWER: (Task.OFFER_TO_ANSWER,),
    _E.ACCEPT: (Task.TELL_HER_WHO_AND_WHEN, Task.DOSSIER_TO_SEND),
    _E.DECLINE: (Task.OFFER_AGAIN,),
    _E.DOSSIER: (Task.DOSSIER_TO_READ,),
    _E.DOSSIER_AGAIN: (Task.DOSSIER_TO_READ,),
    _E.OUTCOME: (Task.REPORT_TO_READ,),
}
# In which states there still is something to be done for a task: by an act of ours, or away from the desk.
_WANTED_IN: Final[dict[Task, frozenset[ReferralState]]] = {
    Task.OFFER_TO_ANSWER: frozenset({_S.OFFERED, _S.DELIVERED, _S.NEEDS_INFO}),
    Task.QUESTION_TO_ANSWER: frozenset({_S.NEEDS_INFO}),
    Task.DOSSIER_TO_SEND: frozenset({_S.ACCEPTED}),
    Task.DOSSIER_TO_READ: frozenset({_S.DOSSIER_SENT}),
    Task.CONFIRM_WITH_HER: SHARED_STATES - {_S.WITHDRAWN},
    # Once she has arrived she knows who expected her.
    Task.TELL_HER_WHO_AND_WHEN: frozenset({_S.ACCEPTED, _S.DOSSIER_SENT, _S.PREPARED}),
    # After she withdrew nobody is asked to read about her or to see her; whoever does finds it as it was.
    Task.REPORT_TO_READ: frozenset(_S) - {_S.WITHDRAWN},
    Task.FOLLOW_UP_DUE: frozenset(_S) - {_S.WITHDRAWN},
    Task.FILE_CAME: frozenset(_S) - {_S.WITHDRAWN},
    Task.FILE_NOT_WHOLE: frozenset(_S) - {_S.WITHDRAWN},
    Task.FILE_AGAIN: SHARED_STATES - {_S.WITHDRAWN},
}
_ANSWER_SECONDS: Final = {
    Priority.URGENT_24H: 24 * limits.HOUR,
    Priority.SOON_3D: 3 * limits.DAY,
    Priority.NORMAL_7D: 7 * limits.DAY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An event that the other side told us of; None in its place means that it is ours."""

    peer: NodeId
    thread: ThreadId
    now: Instant


def step(
    state: ReferralState, event: ReferralEvent, *, heard: Heard | None
) -> tuple[ReferralState, list[Effect]] | None:
    """Move a referral.

    Returns:
        The next state and what it obliges us to do, or None where the event does not fit the state.
    """
    following = TRANSITIONS[state].get(event)
    if following is None:
        return None
    return following, _reminders(event, heard)


def _reminders(event: ReferralEvent, heard: Heard | None) -> list[Effect]:
    if heard is None:
        return []
    due = later(heard.now, limits.DAY)
    return [
        Remind(task=task, peer=heard.peer, thread=heard.thread, due=due)
        for task in _TASKS.get(event, ())
    ]


def may_be_said_done(task: Task, state: ReferralState | None) -> bool:
    """May a person say that a task is done? Also where the act that ends it is no longer possible."""
    wanted = _WANTED_IN.get(task)
    return task in DONE_BY_SAYING or (wanted is not None and state not in wanted)


def tasks_over(state: ReferralState) -> list[Task]:
    """The tasks about a referral that nothing can be done for in this state."""
    return [
        task
        for task, wanted in _WANTED_IN.items()
        if task is not Task.CONFIRM_WITH_HER and state not in wanted
    ]


def is_our_turn(state: ReferralState, *, is_ours: bool) -> bool:
    """Does the other side, or she, wait for us?"""
    return WAITS_FOR_US[state] is is_ours


def answer_by(priority: Priority, *, planned: Instant | None, now: Instant) -> Instant | None:
    """The instant by which an offer should be answered; None if a planned one names no day."""
    if priority is Priority.PLANNED:
        return planned
    return later(now, _ANSWER_SECONDS[priority])
