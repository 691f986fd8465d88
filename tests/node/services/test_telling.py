"""Who is told of a withdrawal, how often, and who must not hear that there was a consent."""

from typing import Any

from node.services import retaining
from protocol import limits
from tests.support.federation import Node
from tests.support.story import Story


def told(node: Node) -> list[tuple[Any, ...]]:
    return node.rows("SELECT status FROM withdrawals_told ORDER BY told_at")


def test_of_a_consent_the_peer_never_heard_of_nothing_is_said(story: Story) -> None:
    story.open_case()
    story.agree()
    story.agree_way_back()
    story.offer()
    before = len(story.federation.sent)
    story.withdraw()
    story.withdraw(story.way_back)
    story.settle()

    assert len(story.federation.sent) == before
    assert story.alo.rows("SELECT state FROM referrals") == [("withdrawn",)]
    assert told(story.alo) == []


def test_after_an_offer_her_no_takes_the_offer_back_and_says_nothing_of_a_consent(
    story: Story,
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.withdraw()
    story.settle()

    assert story.bandhan.rows("SELECT state FROM referrals") == [("recalled",)]
    assert told(story.alo) == []
    assert [one.skeleton.type for one in story.federation.to(story.bandhan)].count(
        "consent.withdrawn/1"
    ) == 0


def test_it_is_said_again_every_30_days_until_it_is_answered(story: Story) -> None:
    story.up_to_dossier()
    story.bandhan.is_locked = True
    story.withdraw()
    story.settle()
    said = []
    for seconds in (limits.WITHDRAWAL_REPEAT_SECONDS - 1, 1, limits.WITHDRAWAL_REPEAT_SECONDS):
        story.federation.clock.forward(seconds)
        said.append(story.alo.use(retaining.repeat_withdrawals))
        story.federation.deliver(story.alo)
    story.bandhan.is_locked = False
    story.federation.collect(story.bandhan)
    ids = {
        one.skeleton.message_id
        for one in story.federation.to(story.bandhan)
        if one.skeleton.type == "consent.withdrawn/1"
    }

    # The third one waits: Bandhan's bundle has no slice for that day.
    assert said == [0, 1, 1]
    assert len(ids) == 2
    assert story.bandhan.rows("SELECT count(*) FROM consent_events WHERE event = 'withdrawn'") == [
        (1,)
    ]


def test_after_the_answer_it_is_not_said_again(story: Story) -> None:
    story.up_to_dossier()
    story.withdraw()
    story.settle()
    story.federation.clock.forward(limits.WITHDRAWAL_REPEAT_SECONDS)

    assert story.alo.use(retaining.repeat_withdrawals) == 0
