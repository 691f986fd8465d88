"""Several sendings held at once, in any order: whatever is stopped leaves no mark on what is not."""

import random
from collections.abc import Sequence

import pytest

from protocol.local import commands
from protocol.local.commands import Command
from protocol.values import later
from tests.support import sendings
from tests.support.federation import Node
from tests.support.sendings import SECONDS, at_rest, carry_out, hold, queued, stop
from tests.support.story import Story

COUNT = 6


def requests(story: Story, dice: random.Random) -> tuple[Node, list[Command]]:
    """Requests for follow-ups that differ in their day, in any order."""
    node, first = sendings.request(story)
    assert isinstance(first, commands.RequestFollowUp)
    dues = [later(node.now, day * 86_400) for day in range(1, COUNT + 1)]
    dice.shuffle(dues)
    return node, [commands.RequestFollowUp(thread=first.thread, due=due) for due in dues]


def dues_asked(node: Node) -> list[int]:
    """The days that were asked for, in the order in which the requests were queued."""
    rows = node.rows(
        "SELECT f.due FROM outbox o JOIN follow_ups f ON f.follow_up_id = o.message_id"
        " WHERE o.type = 'followup.request/1' ORDER BY o.number"
    )
    return [due for (due,) in rows]


def dues_of(given: Sequence[Command]) -> list[int]:
    return [one.due for one in given if isinstance(one, commands.RequestFollowUp)]


@pytest.mark.parametrize("seed", range(5))
def test_all_stopped_in_any_order_leave_the_vault_as_it_was(seed: int, story: Story) -> None:
    dice = random.Random(seed)  # noqa: S311  (a test's dice)
    node, given = requests(story, dice)
    before = at_rest(node)
    held = [hold(node, command) for command in given]
    dice.shuffle(held)
    for held_id in held:
        stop(node, held_id)
    story.federation.clock.forward(SECONDS)
    assert [carry_out(node, held_id) for held_id in held] == [False] * COUNT
    assert at_rest(node) == before


@pytest.mark.parametrize("seed", range(5))
def test_what_is_not_stopped_leaves_once_and_in_the_order_in_which_it_was_sent(
    seed: int, story: Story
) -> None:
    dice = random.Random(seed)  # noqa: S311  (a test's dice)
    node, given = requests(story, dice)
    before = len(queued(node))
    held = [hold(node, command) for command in given]
    stopped = set(dice.sample(range(COUNT), dice.randint(1, COUNT - 1)))
    for number in sorted(stopped, key=lambda _: dice.random()):
        stop(node, held[number])
    story.federation.clock.forward(SECONDS)
    for held_id in [*held, *held]:
        carry_out(node, held_id)
    left = [command for number, command in enumerate(given) if number not in stopped]
    assert dues_asked(node) == dues_of(left)
    assert len(queued(node)) == before + len(left)
