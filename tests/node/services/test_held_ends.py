"""What becomes of a held sending is told to whoever sent it, and nothing is told that nobody knows."""

from node.services.holding import HELD_MAX
from tests.support import sendings
from tests.support.sendings import carry_out, hold, stop
from tests.support.story import Story


def test_who_sent_it_learns_whether_it_left_also_when_it_was_put_away(story: Story) -> None:
    node, command = sendings.offer(story)
    rina, salma = (sendings.hire(node, name) for name in ("Rina", "Salma"))
    stopped = hold(node, command, by=rina)
    while_held = sendings.ended(node, to=rina)
    stop(node, stopped, by=rina)
    put_away = hold(node, command, by=rina)
    stop(node, put_away)
    seen = sendings.ended(node, to=rina)
    stop(node, put_away)
    left = hold(node, command, by=rina)
    carry_out(node, left)

    assert (while_held, seen) == ({}, {stopped: False, put_away: False})
    assert sendings.ended(node, to=rina) == {stopped: False, put_away: False, left: True}
    assert sendings.ended(node, to=salma) == {}


def test_what_was_refused_at_the_end_of_its_seconds_is_told_as_not_left(story: Story) -> None:
    node, command = sendings.dossier(story)
    held_id = hold(node, command)
    story.withdraw()
    carry_out(node, held_id)
    refused = sendings.ended(node)
    stop(node, held_id)
    assert (refused, sendings.ended(node)) == ({held_id: False}, {held_id: False})


def test_what_the_log_no_longer_says_is_not_told_as_left_or_stopped(story: Story) -> None:
    node, command = sendings.offer(story)
    held_id = hold(node, command)
    carry_out(node, held_id)
    before = sendings.ended(node)
    node.write(lambda unit: unit.vault.execute("DELETE FROM audit_details").rowcount)
    assert (before, sendings.ended(node)) == ({held_id: True}, {})


def test_of_many_ends_the_last_ones_are_told(story: Story) -> None:
    node, command = sendings.offer(story)
    names = []
    for _ in range(HELD_MAX + 1):
        names.append(hold(node, command))
        stop(node, names[-1])
    assert list(sendings.ended(node)) == names[1:]
