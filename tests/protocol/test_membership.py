"""Where a peer stands: every status with every event, and what a charter's entry does."""

from itertools import product
from typing import Final

import pytest

from protocol.charter import MemberState
from protocol.membership import (
    SPEAKING,
    MembershipEvent,
    PeerStatus,
    event_of,
    may_end_here,
    step,
)
from protocol.values import later
from tests.support.builders import ALO, NOON
from tests.support.charters import member

E: Final = MembershipEvent
S: Final = PeerStatus
MOVES: Final = {
    (S.INVITED, E.ANSWER): S.ACTIVE,
    (S.INVITED, E.SUSPEND): S.SUSPENDED,
    (S.INVITED, E.PAUSE): S.PAUSED,
    (S.INVITED, E.REMOVE): S.REMOVED,
    (S.ACTIVE, E.SUSPEND): S.SUSPENDED,
    (S.ACTIVE, E.PAUSE): S.PAUSED,
    (S.ACTIVE, E.REMOVE): S.REMOVED,
    (S.PAUSED, E.VERIFY): S.ACTIVE,
    (S.PAUSED, E.SUSPEND): S.SUSPENDED,
    (S.PAUSED, E.REMOVE): S.REMOVED,
    (S.SUSPENDED, E.LIFT): S.ACTIVE,
    (S.SUSPENDED, E.RENEW): S.ACTIVE,
    (S.SUSPENDED, E.VERIFY): S.ACTIVE,
    (S.SUSPENDED, E.REMOVE): S.REMOVED,
}


def test_every_event_moves_a_peer_as_the_table_says_and_nothing_else_does() -> None:
    moved = {pair: step(*pair) for pair in product(S, E)}

    assert {pair: status for pair, status in moved.items() if status is not None} == MOVES


def test_only_to_the_invited_and_the_active_something_is_sealed() -> None:
    assert {S.INVITED, S.ACTIVE} == SPEAKING


def test_whoever_was_removed_does_not_come_back() -> None:
    assert all(step(S.REMOVED, event) is None for event in E)


def test_an_entry_removes_and_suspends_its_node() -> None:
    assert event_of(member(ALO, MemberState.REMOVED), suspended_at=None) is E.REMOVE
    assert event_of(member(ALO, MemberState.SUSPENDED), suspended_at=None) is E.SUSPEND


def test_an_active_entry_changes_nothing_for_whoever_is_not_suspended() -> None:
    assert event_of(member(ALO), suspended_at=None) is None


@pytest.mark.parametrize(("seconds", "event"), [(-1, None), (0, E.LIFT), (1, E.LIFT)])
def test_an_active_entry_lifts_only_a_suspension_that_it_can_know_of(
    seconds: int, event: MembershipEvent | None
) -> None:
    entry = member(ALO, since=later(NOON, seconds))

    assert event_of(entry, suspended_at=NOON) is event


def test_a_newer_card_ends_what_a_suspend_did_and_never_what_the_charter_says() -> None:
    states = {state: may_end_here(E.RENEW, member=member(ALO, state)) for state in MemberState}

    assert states == {
        MemberState.ACTIVE: True,
        MemberState.SUSPENDED: False,
        MemberState.REMOVED: False,
    }
    assert may_end_here(E.RENEW, member=None)


def test_verifying_again_ends_a_suspension_only_where_no_charter_names_the_node() -> None:
    assert may_end_here(E.VERIFY, member=None)
    assert not may_end_here(E.VERIFY, member=member(ALO))
    assert may_end_here(E.LIFT, member=member(ALO))
