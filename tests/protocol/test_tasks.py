"""Each task has its kind; each of her texts its place; each referral somebody whose turn it is."""

import pytest

from protocol.effects import DONE_BY_SAYING, TASK_KINDS, Task, TaskKind, tasks_of
from protocol.follow_up_flow import OPEN_STATES
from protocol.follow_up_flow import TRANSITIONS as FOLLOW_UP_TRANSITIONS
from protocol.referral_flow import TRANSITIONS, WAITS_FOR_US, ReferralState, is_our_turn
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
