"""Each task has its kind; each of her texts its place; each referral somebody whose turn it is."""

import pytest

from protocol.effects import DONE_BY_SAYING, TASK_KINDS, Task, TaskKind, tasks_of
from protocol.follow_up_flow import OPEN_STATES
from protocol.follow_up_flow import TRANSITIONS as FOLLOW_UP_TRANSITIONS
from protocol.referral_flow import (
    TRANSITIONS,
    WAITS_FOR_US,
    ReferralState,
    is_our_turn,
    may_be_said_done,
    tasks_over,
)
from protocol.vocabulary.codes import TEXTS_IN_ORDER, TextKind


def test_every_task_has_a_kind() -> None:
    assert TASK_KINDS.keys() == set(Task)
    assert sorted(task for kind in TaskKind for task in tasks_of(kind)) == sorted(Task)


def test_who_waits_for_us_comes_before_promises_and_news() -> None:
    assert list(TaskKind) == ["waiting", "promise", "news"]


def test_news_end_when_a_person_says_so() -> None:
    assert set(tasks_of(TaskKind.NEWS)) <= DONE_BY_SAYING


@pytest.mark.parametrize(
    "task",
    [Task.OFFER_TO_ANSWER, Task.QUESTION_TO_ANSWER, Task.DOSSIER_TO_SEND, Task.DOSSIER_TO_READ,
     Task.COMPARE_SAFETY_NUMBER, Task.CONFIRM_WITH_HER],
)  # fmt: skip
def test_what_an_act_ends_is_not_ended_by_saying_so(task: Task) -> None:
    assert task not in DONE_BY_SAYING


def test_every_kind_of_text_has_its_place_and_her_wish_the_first() -> None:
    assert sorted(TEXTS_IN_ORDER) == sorted(TextKind)
    assert TEXTS_IN_ORDER[:4] == (TextKind.WISH, TextKind.GOAL, TextKind.HOPE, TextKind.FEAR)


def test_a_follow_up_is_open_as_long_as_something_can_happen_to_it() -> None:
    assert {state for state, moves in FOLLOW_UP_TRANSITIONS.items() if moves} == OPEN_STATES


def test_it_is_the_turn_of_one_side_at_most() -> None:
    assert WAITS_FOR_US.keys() == set(ReferralState)
    both = [
        state
        for state in ReferralState
        if is_our_turn(state, is_ours=True) and is_our_turn(state, is_ours=False)
    ]
    assert both == []


def test_it_is_nobodys_turn_where_nothing_can_happen_any_more() -> None:
    over = {state for state, moves in TRANSITIONS.items() if not moves}
    assert {WAITS_FOR_US[state] for state in over} == {None}


_BEFORE_AN_ANSWER = {ReferralState.OFFERED, ReferralState.DELIVERED, ReferralState.NEEDS_INFO}
_BEFORE_SHE_ARRIVED = {
    ReferralState.ACCEPTED, ReferralState.DOSSIER_SENT, ReferralState.PREPARED,
}  # fmt: skip
_WITH_THEM = {
    ReferralState.ARRIVED, ReferralState.IN_CARE, ReferralState.OUTCOME_REPORTED,
}  # fmt: skip
_UNLESS_SHE_WITHDREW = set(ReferralState) - {ReferralState.WITHDRAWN}
WANTED_IN = {
    Task.OFFER_TO_ANSWER: _BEFORE_AN_ANSWER,
    Task.QUESTION_TO_ANSWER: {ReferralState.NEEDS_INFO},
    Task.DOSSIER_TO_SEND: {ReferralState.ACCEPTED},
    Task.DOSSIER_TO_READ: {ReferralState.DOSSIER_SENT},
    Task.TELL_HER_WHO_AND_WHEN: _BEFORE_SHE_ARRIVED,
    Task.REPORT_TO_READ: _UNLESS_SHE_WITHDREW,
    Task.FOLLOW_UP_DUE: _UNLESS_SHE_WITHDREW,
    Task.FILE_CAME: _UNLESS_SHE_WITHDREW,
    Task.FILE_NOT_WHOLE: _UNLESS_SHE_WITHDREW,
    Task.FILE_AGAIN: {ReferralState.ACCEPTED, ReferralState.DOSSIER_SENT, ReferralState.PREPARED}
    | _WITH_THEM,
}
"""As long as what is asked for still helps her."""


@pytest.mark.parametrize("state", list(ReferralState))
def test_nobody_is_asked_for_what_helps_her_no_more(state: ReferralState) -> None:
    assert set(tasks_over(state)) == {
        task for task, wanted in WANTED_IN.items() if state not in wanted
    }


@pytest.mark.parametrize("state", [None, *ReferralState])
def test_a_person_says_done_what_no_act_ends_or_can_end_any_more(
    state: ReferralState | None,
) -> None:
    assert may_be_said_done(Task.TELL_HER_WHO_AND_WHEN, state)
    assert not may_be_said_done(Task.COMPARE_SAFETY_NUMBER, state)
    assert may_be_said_done(Task.DOSSIER_TO_READ, state) is (
        state is not ReferralState.DOSSIER_SENT
    )
    assert may_be_said_done(Task.CONFIRM_WITH_HER, state) is (
        state not in {*_BEFORE_SHE_ARRIVED, *_WITH_THEM}
    )
