"""Sixty days without a word: what can be delivered arrives once and in order, and the rest is told."""

from dataclasses import dataclass, field
from typing import Final

import pytest

from protocol import limits
from protocol.values import MessageId
from tests.support.federation import Node
from tests.support.restoring import tasks_of
from tests.support.silence import Mailbox, ask, leave, look_after
from tests.support.story import Story

DAYS: Final = 60
ASKED: Final = (
    "SELECT message_id FROM messages WHERE type = 'followup.request/1' AND status = 'applied'"
    " ORDER BY sequence"
)


@dataclass(slots=True, kw_only=True)
class Side:
    """One of the two, the mailbox where it picks up, and what it had to say, in order."""

    node: Node
    mailbox: Mailbox
    said: list[MessageId] = field(default_factory=list)


def be_silent(story: Story, sides: tuple[Side, Side], *, each_day: int, step: int) -> None:
    """Work goes on at both ends; each leaves what it can, and neither picks anything up."""
    one, other = sides
    for day in range(0, DAYS + 1, step):
        for side, far in ((one, other), (other, one)):
            side.said += ask(side.node, story.thread, each_day * (step if day < DAYS else 1))
            look_after(side.node)
            far.mailbox.forget(now=side.node.now)
            leave(side.node, far.mailbox, story.federation)
        if day < DAYS:
            story.federation.clock.forward(step * limits.DAY)


def meet_again(story: Story, sides: tuple[Side, Side]) -> None:
    """Both pick up what still lies there, and go on for two days."""
    for _ in range(3):
        for side in sides:
            story.federation.box(side.node).extend(side.mailbox.take())
            story.federation.collect(side.node)
        for side in sides:
            look_after(side.node)
        story.federation.settle_all()
        story.federation.clock.forward(limits.DAY)
    story.federation.settle_all()


def sides_of(story: Story, *, room: int) -> tuple[Side, Side]:
    return (
        Side(node=story.alo, mailbox=Mailbox(room=room)),
        Side(node=story.bandhan, mailbox=Mailbox(room=room)),
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("each_day", "step", "room"),
    [
        pytest.param(2, 3, 100, id="a mailbox that is full on most days"),
        pytest.param(34, 5, limits.MAILBOX_ENVELOPES_MAX, id="2000 messages each way"),
    ],
)
def test_after_sixty_days_of_silence_each_message_arrives_once_in_order_or_is_told(
    story: Story, each_day: int, step: int, room: int
) -> None:
    story.up_to_dossier()
    sides = sides_of(story, room=room)
    be_silent(story, sides, each_day=each_day, step=step)
    meet_again(story, sides)

    for side, far in (sides, sides[::-1]):
        arrived = [MessageId(bytes(row[0])) for row in far.node.rows(ASKED)]
        withheld = {
            row[0]
            for row in side.node.rows(
                "SELECT message_id FROM outbox WHERE is_withheld = 1"
                " AND type = 'followup.request/1'"
            )
        }
        missing = set(side.said) - set(arrived)
        assert len(side.said) >= each_day * DAYS
        assert arrived == [message for message in side.said if message not in missing]
        assert missing <= withheld
        assert not missing or "not_delivered" in tasks_of(side.node)
        assert side.node.rows(
            "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sealed', 'deposited')"
            " AND type NOT IN ('receipt/1', 'bundle/1')"
        ) == [(0,)]
        assert far.node.rows("SELECT count(*) FROM follow_ups WHERE is_asked_by_us = 0") == [
            (len(arrived),)
        ]
        assert side.node.rows("SELECT 1 FROM peers WHERE in_frozen = 1") == []
