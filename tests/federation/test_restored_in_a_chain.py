"""One computer is lost, then the partner's, to before the stream that the first one began: nothing is lost.

What a partner had of a stream that is over cannot come again under its numbers, and under other numbers only
what its backup does not hold.
"""

from pathlib import Path
from typing import Final

from protocol import limits
from tests.support import backups
from tests.support.federation import Node
from tests.support.restored import HOUR, lose_and_restore
from tests.support.restoring import confirm, waits
from tests.support.silence import Houses, ask
from tests.support.story import Story

HOURS: Final = 4
ASKED: Final = (
    "SELECT message_id, status FROM messages WHERE type = 'followup.request/1' ORDER BY 1"
)
FROZEN: Final = "SELECT in_frozen FROM peers WHERE in_frozen = 1"
UNANSWERED: Final = (
    "SELECT type FROM outbox WHERE state IN ('queued', 'sealed', 'deposited')"
    " AND type != 'receipt/1' AND peer = ?"
)


def keep(node: Node, folder: Path, name: str) -> backups.Taken:
    return backups.take(node.database, folder, now=node.now, name=name)


def restore(story: Story, node: Node, taken: backups.Taken) -> None:
    """The computer is gone, with all that lay for it; there is a new one, and both sides phone."""
    story.federation.clock.forward(HOUR)
    story.federation.box(node).clear()
    lose_and_restore(node, taken)
    houses = Houses(federation=story.federation)
    houses.off.add(story.federation["Chautari"].node_id)
    work(story, houses)
    for one, other in ((story.alo, story.bandhan), (story.bandhan, story.alo)):
        if waits(one, other)[1]:
            confirm(one, other)
    for _ in range(2):
        work(story, houses)
        # What was left for a day without an answer is left again.
        story.federation.clock.forward(limits.DAY + 1)
    work(story, houses)


def work(story: Story, houses: Houses) -> None:
    """Some hours in which both computers are on."""
    for node in (story.alo, story.bandhan):
        houses.lay(node)
    for _ in range(HOURS):
        for node in (story.alo, story.bandhan):
            houses.work(node)
        story.federation.clock.forward(HOUR)


def assert_whole(story: Story) -> None:
    """Both go on: nothing is frozen, nobody waits, and all is answered."""
    assert story.alo.rows(FROZEN) == story.bandhan.rows(FROZEN) == []
    assert waits(story.alo, story.bandhan) == waits(story.bandhan, story.alo) == (False, False)
    for one, other in ((story.alo, story.bandhan), (story.bandhan, story.alo)):
        assert one.rows(UNANSWERED, other.node_id) == []


def test_what_a_partner_had_of_a_stream_before_our_loss_comes_again_after_its_own(
    story: Story, tmp_path: Path
) -> None:
    story.up_to_dossier()
    early = keep(story.bandhan, tmp_path, "bandhan")
    asked = ask(story.alo, story.thread, 2)
    story.settle()
    restore(story, story.alo, keep(story.alo, tmp_path, "alo"))
    asked += ask(story.alo, story.thread, 1)
    story.settle()
    restore(story, story.bandhan, early)

    assert story.bandhan.rows(ASKED) == sorted((bytes(one), "applied") for one in asked)
    assert_whole(story)


def test_what_a_backup_holds_before_its_turn_is_no_fork_when_the_rest_comes_under_new_numbers(
    story: Story, tmp_path: Path
) -> None:
    story.up_to_dossier()
    asked = ask(story.alo, story.thread, 1)
    story.federation.deliver(story.alo)
    story.federation.box(story.bandhan).clear()
    asked += ask(story.alo, story.thread, 1)
    story.federation.deliver(story.alo)
    story.federation.collect(story.bandhan)
    assert story.bandhan.rows(ASKED) == [(bytes(asked[1]), "early")]
    early = keep(story.bandhan, tmp_path, "bandhan")
    story.federation.clock.forward(limits.DAY + 1)
    story.settle()
    restore(story, story.alo, keep(story.alo, tmp_path, "alo"))
    restore(story, story.bandhan, early)

    assert story.bandhan.rows(ASKED) == sorted((bytes(one), "applied") for one in asked)
    assert_whole(story)


def test_what_left_in_a_stream_that_the_backup_does_not_know_is_no_fork_when_it_waits_there_still(
    story: Story, tmp_path: Path
) -> None:
    story.up_to_dossier()
    asked = ask(story.alo, story.thread, 1)
    taken = keep(story.alo, tmp_path, "alo")
    restore(story, story.alo, taken)
    assert story.bandhan.rows(ASKED) == [(bytes(asked[0]), "applied")]
    restore(story, story.alo, taken)

    assert story.bandhan.rows(ASKED) == [(bytes(asked[0]), "applied")]
    assert_whole(story)


def test_partners_that_lose_their_computers_in_turn_have_everything_at_the_end(
    story: Story, tmp_path: Path
) -> None:
    story.up_to_dossier()
    asked = []
    for turn in range(3):
        early = keep(story.bandhan, tmp_path, f"bandhan {turn}")
        asked += ask(story.alo, story.thread, 1)
        story.settle()
        restore(story, story.alo, keep(story.alo, tmp_path, f"alo {turn}"))
        asked += ask(story.alo, story.thread, 1)
        story.settle()
        restore(story, story.bandhan, early)

    assert story.bandhan.rows(ASKED) == sorted((bytes(one), "applied") for one in asked)
    assert_whole(story)
