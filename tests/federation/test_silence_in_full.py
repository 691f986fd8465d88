"""Weeks without a word in full: two thousand messages each way, and mailboxes that are full on most days."""

import pytest

from protocol import limits
from tests.support.silence_of_two import assert_sixty_days, assert_sixty_six_days
from tests.support.story import Story

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("each_day", "step", "room"),
    [
        pytest.param(2, 3, 100, id="a mailbox that is full on most days"),
        pytest.param(34, 5, limits.MAILBOX_ENVELOPES_MAX, id="2000 messages each way"),
    ],
)
def test_of_two_thousand_each_message_arrives_once_in_order_or_is_told(
    story: Story, each_day: int, step: int, room: int
) -> None:
    assert_sixty_days(story, each_day=each_day, step=step, room=room)


def test_of_two_thousand_sealed_to_prekeys_that_are_destroyed_exactly_what_is_over_is_missed(
    story: Story,
) -> None:
    assert_sixty_six_days(story, each_day=31, step=3)
