"""A clock that is set back after her yes ended: nothing under it leaves, and nothing is opened again."""

from dataclasses import dataclass
from typing import Final

import pytest

from node.services import reading
from protocol import limits
from protocol.local import commands
from protocol.values import ThreadId
from tests.support.federation import Node, code_of, done
from tests.support.restoring import tasks_of
from tests.support.story import Story

DAY: Final = limits.DAY
DAYS: Final = 30
BACK: Final = {"by two days": 2 * DAY, "by three weeks": 21 * DAY, "to 1970": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Three:
    """Three dossiers under one yes for thirty days: one was read, one is on its way, one waits to leave."""

    read: ThreadId
    under_way: ThreadId
    waiting: ThreadId


def accepted(story: Story) -> ThreadId:
    thread = story.offer()
    story.settle()
    story.accept()
    story.settle()
    return thread


def tell(story: Story, thread: ThreadId) -> None:
    story.thread = thread
    story.dossier()


@pytest.fixture
def three(story: Story) -> Three:
    story.open_case()
    story.agree(days=DAYS)
    made = Three(read=accepted(story), under_way=accepted(story), waiting=accepted(story))
    tell(story, made.read)
    story.settle()
    story.federation.clock.forward((DAYS - 1) * DAY)
    tell(story, made.under_way)
    story.federation.deliver(story.alo)
    tell(story, made.waiting)
    return made


def open_it(story: Story, thread: ThreadId) -> object:
    """A worker of Bandhan opens the dossier of one conversation."""
    [(peer, message)] = story.bandhan.rows(
        "SELECT peer, message_id FROM messages WHERE type = 'referral.dossier/1' AND thread = ?",
        thread,
    )
    command = commands.ReadMessage(peer=peer, message_id=message, with_names=True)
    return story.bandhan.use(reading.read_message, command)


def set_back(node: Node, seconds: int) -> None:
    node.ahead = -seconds if seconds else -node.clock.now


def payloads_kept(node: Node, thread: ThreadId) -> list[tuple[int]]:
    return node.rows(
        "SELECT payload IS NOT NULL FROM messages WHERE type = 'referral.dossier/1'"
        " AND thread = ?",
        thread,
    )


@pytest.mark.parametrize("how", BACK)
def test_after_the_end_of_her_yes_a_clock_set_back_sends_nothing_and_opens_nothing(
    story: Story, three: Three, how: str
) -> None:
    federation, alo, bandhan = story.federation, story.alo, story.bandhan
    done(open_it(story, three.read))
    # Both computers see the end of her yes; nothing moves on that day.
    federation.clock.forward(2 * DAY)
    for node in (alo, bandhan):
        node.look_at_clock()
        set_back(node, BACK[how])
    left = len(federation.sent)
    story.settle()
    personal = [one for one in federation.to(bandhan, since=left) if one.skeleton.consent]
    closed = code_of(open_it(story, three.read))
    kept = payloads_kept(bandhan, three.under_way)
    for node in (alo, bandhan):
        node.ahead = 0
    federation.clock.forward(DAY)
    story.settle()

    assert [one.skeleton.type for one in personal if one.content is not None] == []
    assert closed == "consent_ended"
    assert (1,) not in kept
    assert (1,) not in payloads_kept(bandhan, three.under_way)
    assert payloads_kept(bandhan, three.waiting) == []
    assert code_of(open_it(story, three.read)) == "consent_ended"
    assert "not_sent" in tasks_of(alo)


def test_a_day_before_the_end_all_of_it_leaves_and_is_opened(story: Story, three: Three) -> None:
    """So that the test above does not hold for another reason."""
    story.settle()

    for thread in (three.read, three.under_way, three.waiting):
        assert done(open_it(story, thread))
