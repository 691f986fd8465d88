"""Weeks without a word: what can be delivered arrives once and in order, and the rest is told.

Two thousand messages each way are in test_silence_in_full.py.
"""

from protocol import limits
from tests.support.silence_of_two import assert_sixty_days, assert_sixty_six_days
from tests.support.story import Story


def test_after_sixty_days_of_silence_each_message_arrives_once_in_order_or_is_told(
    story: Story,
) -> None:
    assert_sixty_days(story, each_day=1, step=6, room=limits.MAILBOX_ENVELOPES_MAX)


def test_of_what_was_sealed_to_prekeys_that_are_destroyed_exactly_what_is_over_is_missed(
    story: Story,
) -> None:
    assert_sixty_six_days(story, each_day=1, step=6)
