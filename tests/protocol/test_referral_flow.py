"""The life of a referral: each state and each event, against a table of the test's own."""

from typing import Final

import pytest

from protocol.effects import Remind, Task
from protocol.referral_flow import (
    Heard,
    ReferralEvent,
    ReferralState,
    answer_by,
    step,
)
from protocol.values import Instant, ThreadId, later, new_message_id
from protocol.vocabulary.codes import Priority
from tests.support.builders import BANDHAN, NOON, entropy

TABLE: Final = {
    "draft": "mark_ready>ready recall>recalled withdraw>withdrawn freeze>frozen",
    "ready": "offer>offered recall>recalled withdraw>withdrawn freeze>frozen",
    "offered": "deliver>delivered ask>needs_info accept>accepted decline>declined lapse>lapsed"
    " dossier_again>dossier_sent"
    " recall>recalled withdraw>withdrawn freeze>frozen",
    "delivered": "ask>needs_info accept>accepted decline>declined lapse>lapsed"
    " dossier_again>dossier_sent"
    " recall>recalled withdraw>withdrawn freeze>frozen",
    "needs_info": "answer>delivered ask>needs_info accept>accepted decline>declined lapse>lapsed"
    " dossier_again>dossier_sent"
    " recall>recalled withdraw>withdrawn freeze>frozen",
    "accepted": "dossier>dossier_sent arrive>arrived dossier_again>dossier_sent"
    " recall>recalled withdraw>withdrawn freeze>frozen",
    "declined": "",
    "lapsed": "",
    "recalled": "",
    "dossier_sent": "prepare>prepared arrive>arrived dossier_again>dossier_sent"
    " withdraw>withdrawn freeze>frozen",
    "prepared": "arrive>arrived dossier_again>prepared withdraw>withdrawn freeze>frozen",
    "arrived": "dossier_again>arrived begin_care>in_care outcome>outcome_reported end>ended"
    " withdraw>withdrawn freeze>frozen",
    "in_care": "dossier_again>in_care outcome>outcome_reported end>ended"
    " withdraw>withdrawn freeze>frozen",
    "outcome_reported": "dossier_again>outcome_reported outcome>outcome_reported end>ended"
    " withdraw>withdrawn freeze>frozen",
    "ended": "",
    "withdrawn": "",
    "frozen": "withdraw>withdrawn recall>recalled",
}
# What the side that hears of it must do next; everything else needs nobody.
TASKS: Final = {
    "offer": ["offer_to_answer"],
    "ask": ["question_to_answer"],
    "answer": ["offer_to_answer"],
    "accept": ["tell_her_who_and_when", "dossier_to_send"],
    "decline": ["offer_again"],
    "dossier": ["dossier_to_read"],
    "dossier_again": ["dossier_to_read"],
    "outcome": ["report_to_read"],
}
THREAD: Final = ThreadId(new_message_id(now=NOON, entropy=entropy("thread")))
HEARD: Final = Heard(peer=BANDHAN.node_id, thread=THREAD, now=NOON)


def next_state(state: str, event: str) -> str | None:
    moves = dict(move.split(">") for move in TABLE[state].split())
    return moves.get(event)


@pytest.mark.parametrize("event", ReferralEvent)
@pytest.mark.parametrize("state", ReferralState)
def test_a_referral_moves_as_the_table_says(state: ReferralState, event: ReferralEvent) -> None:
    expected = next_state(state, event)

    assert step(state, event, heard=None) == (None if expected is None else (expected, []))


def test_every_state_has_its_row() -> None:
    assert TABLE.keys() == {state.value for state in ReferralState}


@pytest.mark.parametrize("event", ReferralEvent)
def test_an_event_the_other_side_tells_of_reminds_whoever_must_act_within_a_day(
    event: ReferralEvent,
) -> None:
    state = next(state for state in ReferralState if next_state(state, event))

    moved = step(state, event, heard=HEARD)

    reminders = [
        Remind(task=Task(name), peer=BANDHAN.node_id, thread=THREAD, due=later(NOON, 86_400))
        for name in TASKS.get(event, [])
    ]
    assert moved == (next_state(state, event), reminders)


def test_an_event_that_does_not_fit_reminds_nobody() -> None:
    assert step(ReferralState.DECLINED, ReferralEvent.ACCEPT, heard=HEARD) is None


@pytest.mark.parametrize(
    ("priority", "seconds"),
    [("urgent_24h", 86_400), ("soon_3d", 3 * 86_400), ("normal_7d", 7 * 86_400)],
)
def test_an_offer_is_to_be_answered_by_an_instant_that_follows_from_its_priority(
    priority: str, seconds: int
) -> None:
    instant = answer_by(Priority(priority), planned=Instant(7), now=NOON)

    assert instant == NOON + seconds


@pytest.mark.parametrize("planned", [None, Instant(NOON + 5)])
def test_a_planned_offer_is_to_be_answered_by_its_planned_instant(
    planned: Instant | None,
) -> None:
    assert answer_by(Priority.PLANNED, planned=planned, now=NOON) == planned
