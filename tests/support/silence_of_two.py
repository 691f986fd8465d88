"""Two sides that go on with their work for weeks and hear nothing of each other, and the count at the end."""

from dataclasses import dataclass, field
from typing import Final

from protocol import limits
from protocol.errors import RefusalCode
from protocol.values import Instant, MessageId, PrekeyId
from tests.support.federation import Node
from tests.support.restoring import tasks_of
from tests.support.silence import (
    Houses,
    Mailbox,
    ask,
    destroy_prekeys,
    find_empty,
    leave,
    look_after,
)
from tests.support.story import Story

DAY: Final = limits.DAY
SIXTY: Final = 60
TOO_LONG: Final = 66
LAST_SEALED: Final = 54
"""The day from which on nothing of the other's prekeys is left, 56 days less the two they began before."""
GRACE: Final = limits.PREKEY_GRACE_SECONDS
NO_END: Final = 1_000 * DAY
ASKED: Final = (
    "SELECT message_id FROM messages WHERE type = 'followup.request/1' AND status = 'applied'"
    " ORDER BY sequence"
)
OF_OURS: Final = "SELECT message_id FROM outbox WHERE type = 'followup.request/1' AND"
WAITS: Final = (
    "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sealed', 'deposited')"
    " AND type NOT IN ('receipt/1', 'bundle/1')"
)


@dataclass(slots=True, kw_only=True)
class Side:
    """One of the two, the mailbox where it picks up, and what it had to say, in order and by its day."""

    node: Node
    mailbox: Mailbox
    said: list[MessageId] = field(default_factory=list)
    day_of: dict[MessageId, int] = field(default_factory=dict)
    keys: dict[PrekeyId, Instant] = field(default_factory=dict)
    """Each prekey it ever published, and the end of its week."""

    def say(self, story: Story, count: int, *, day: int) -> None:
        new = ask(self.node, story.thread, count)
        self.said += new
        self.day_of.update(dict.fromkeys(new, day))

    def look_after(self) -> None:
        """Its upkeep; what it published is remembered."""
        look_after(self.node)
        for known in self.node.me.bundle.slices:
            self.keys[known.prekey.prekey_id] = known.not_after

    def those(self, condition: str) -> set[MessageId]:
        """Of what it said, by a query of the test's own."""
        return {MessageId(bytes(row[0])) for row in self.node.rows(f"{OF_OURS} ({condition})")}


def be_silent(
    story: Story, sides: tuple[Side, Side], *, days: int, each_day: int, step: int
) -> None:
    """Work goes on at both ends; each leaves what it can, and neither picks anything up."""
    one, other = sides
    for day in range(0, days + 1, step):
        for side, far in ((one, other), (other, one)):
            side.say(story, each_day * (step if day < days else 1), day=day)
            side.look_after()
            far.mailbox.forget(now=side.node.now)
            leave(side.node, far.mailbox, story.federation)
        if day < days:
            story.federation.clock.forward(step * DAY)


def meet_again(story: Story, sides: tuple[Side, Side]) -> None:
    """Both pick up what still lies there, and go on for two days."""
    for _ in range(3):
        for side in sides:
            story.federation.box(side.node).extend(side.mailbox.take())
            story.federation.collect(side.node)
            find_empty(side.node)
        for side in sides:
            side.look_after()
        story.federation.settle_all()
        story.federation.clock.forward(DAY)
    story.federation.settle_all()


def sides_of(
    story: Story, *, room: int, kept_seconds: int = limits.MAILBOX_TTL_SECONDS
) -> tuple[Side, Side]:
    def mailbox() -> Mailbox:
        return Mailbox(room=room, kept_seconds=kept_seconds)

    return (
        Side(node=story.alo, mailbox=mailbox()),
        Side(node=story.bandhan, mailbox=mailbox()),
    )


def arrived(side: Side) -> list[MessageId]:
    return [MessageId(bytes(row[0])) for row in side.node.rows(ASKED)]


def assert_once_or_told(side: Side, far: Side, *, missing: set[MessageId]) -> None:
    """Everything but these arrived once and in order; of these, and of nothing else, a person knows."""
    assert arrived(far) == [message for message in side.said if message not in missing]
    assert side.those("missed_at IS NOT NULL") == missing
    assert side.those("is_withheld = 1 OR state = 'refused'") == missing
    assert ("not_delivered" in tasks_of(side.node)) == bool(missing)
    assert side.node.rows(WAITS) == [(0,)]
    assert far.node.rows("SELECT count(*) FROM follow_ups WHERE is_asked_by_us = 0") == [
        (len(side.said) - len(missing),)
    ]
    assert side.node.rows("SELECT 1 FROM peers WHERE in_frozen = 1") == []


def assert_sixty_days(story: Story, *, each_day: int, step: int, room: int) -> None:
    """Sixty days in which neither picks anything up: each message arrives once, or is told."""
    story.up_to_dossier()
    sides = sides_of(story, room=room)
    be_silent(story, sides, days=SIXTY, each_day=each_day, step=step)
    meet_again(story, sides)
    for side in sides:
        find_empty(side.node)
        side.look_after()

    for side, far in (sides, sides[::-1]):
        kept = {key for key, end in side.keys.items() if side.node.now <= end + GRACE}
        assert set(side.node.prekeys) == kept < set(side.keys)
        assert len(side.said) >= each_day * SIXTY
        assert_once_or_told(side, far, missing=set(side.said) - set(arrived(far)))


def assert_sixty_six_days(story: Story, *, each_day: int, step: int) -> None:
    """Everything lay on sticks for 66 days; then the line is there again, and nothing on them opens.

    What was sealed on one of the first seven days is over, and nothing else: that is the whole model.
    """
    story.up_to_dossier()
    sides = sides_of(story, room=10**6, kept_seconds=NO_END)
    be_silent(story, sides, days=TOO_LONG, each_day=each_day, step=step)
    houses = Houses(federation=story.federation, off={story.federation["Chautari"].node_id})
    sealed = {}
    for side in sides:
        sealed[side.node.name] = side.those("sequence IS NOT NULL")
        destroy_prekeys(side.node, grace_seconds=limits.PREKEY_GRACE_SECONDS_HIGH_RISK)
        assert set(side.node.take(side.mailbox.take()).refused) == {RefusalCode.E_PREKEY_UNKNOWN}
    for _ in range(4):
        for side in sides:
            houses.work(side.node)

    for side, far in (sides, sides[::-1]):
        early = {message for message in side.said if side.day_of[message] < LAST_SEALED}
        over = {message for message in early if side.day_of[message] + SIXTY <= TOO_LONG}
        assert sealed[side.node.name] == early
        assert over
        assert_once_or_told(side, far, missing=over)
        # Under its first number and signature, to a prekey that the other still has.
        listed = {known.prekey.prekey_id for known in far.node.me.bundle.slices}
        marks = ", ".join(f"x'{prekey.hex()}'" for prekey in listed)
        assert side.those(f"prekey_id IN ({marks})") == set(side.said)
