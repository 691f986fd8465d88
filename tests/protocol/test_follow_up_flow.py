"""The life of a follow-up: each state and each event, against a table of the test's own."""

from typing import Final

import pytest

from protocol.follow_up_flow import FollowUpEvent, FollowUpState, step

REPORTS: Final = (
    " report_seen>done report_not_seen>not_seen she_declines>declined_by_her cannot>unable"
)
TABLE: Final = {
    "planned": "come_due>due request>requested" + REPORTS,
    "due": "request>requested grace_ends>overdue" + REPORTS,
    "requested": "take_on>taken_on grace_ends>overdue" + REPORTS,
    "taken_on": "grace_ends>overdue" + REPORTS,
    "overdue": "take_on>taken_on" + REPORTS,
    "done": "",
    "not_seen": "",
    "declined_by_her": "",
    "unable": "",
}


@pytest.mark.parametrize("event", FollowUpEvent)
@pytest.mark.parametrize("state", FollowUpState)
def test_a_follow_up_moves_as_the_table_says(state: FollowUpState, event: FollowUpEvent) -> None:
    moves = dict(move.split(">") for move in TABLE[state].split())

    assert step(state, event) == moves.get(event)


def test_every_state_has_its_row() -> None:
    assert TABLE.keys() == {state.value for state in FollowUpState}


@pytest.mark.parametrize("state", [state for state in FollowUpState if TABLE[state]])
def test_she_can_say_no_as_long_as_a_follow_up_lives(state: FollowUpState) -> None:
    assert step(state, FollowUpEvent.SHE_DECLINES) is FollowUpState.DECLINED_BY_HER
