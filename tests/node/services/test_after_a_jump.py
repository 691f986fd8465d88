"""A clock that was in another century and is put right again: nothing waits until that century."""

from functools import partial

import pytest

from node.services import resuming, retaining
from node.vault.tables import skeletons
from node.vault.tables.quarantine import keep
from node.vault.unit import Unit
from protocol import limits
from protocol.values import Instant
from tests.support.federation import Node
from tests.support.restoring import tasks_of
from tests.support.silence import ask
from tests.support.story import Story

DAY = limits.DAY
WRONG = [0, 8_840_000_000]
FAR = WRONG[1]
MONTH = limits.WITHDRAWAL_REPEAT_SECONDS


def jump(node: Node, wrong: int) -> None:
    """The clock of this node alone says something else."""
    node.ahead = wrong - node.clock.now


def put_right(node: Node) -> None:
    node.ahead = 0
    node.look_at_clock()


@pytest.mark.parametrize("wrong", WRONG)
def test_her_no_is_said_again_each_month_whatever_the_clock_said_meanwhile(
    story: Story, wrong: int
) -> None:
    story.up_to_dossier()
    story.bandhan.is_locked = True
    story.withdraw()
    story.federation.deliver(story.alo)
    jump(story.alo, wrong)
    story.alo.use(retaining.repeat_withdrawals)
    put_right(story.alo)
    said = []
    for day in range(121):
        if story.alo.use(retaining.repeat_withdrawals):
            said.append(day)
        story.federation.clock.forward(DAY)

    # At once, if it was put off; from then on once a month.
    first = said[0]
    assert first in {0, MONTH // DAY}
    assert said == list(range(first, 121, MONTH // DAY))


@pytest.mark.parametrize("wrong", WRONG)
def test_while_the_clock_is_wrong_her_no_is_not_said_each_hour(story: Story, wrong: int) -> None:
    story.up_to_dossier()
    story.bandhan.is_locked = True
    story.withdraw()
    jump(story.alo, wrong)
    said = []
    for _ in range(5):
        said.append(story.alo.use(retaining.repeat_withdrawals))
        story.alo.ahead += limits.HOUR

    assert said == [1, 0, 0, 0, 0]


def test_a_gap_is_asked_for_again_a_day_after_the_clock_was_put_right(story: Story) -> None:
    story.up_to_dossier()
    ask(story.bandhan, story.thread, 1)
    story.federation.deliver(story.bandhan)
    story.federation.box(story.alo).clear()
    ask(story.bandhan, story.thread, 1)
    story.settle()
    jump(story.alo, FAR)
    in_doubt = story.alo.use(resuming.ask_for_gaps)
    put_right(story.alo)
    story.federation.clock.forward(DAY)
    asked = [story.alo.use(resuming.ask_for_gaps) for _ in range(2)]

    assert in_doubt == 1
    assert asked == [1, 0]


def test_a_gap_below_what_came_by_a_clock_that_was_ahead_is_asked_for(story: Story) -> None:
    story.up_to_dossier()
    ask(story.bandhan, story.thread, 1)
    story.federation.deliver(story.bandhan)
    story.federation.box(story.alo).clear()
    ask(story.bandhan, story.thread, 1)
    story.alo.ahead = 50 * DAY
    story.settle()
    put_right(story.alo)
    story.federation.clock.forward(DAY)

    assert story.alo.use(resuming.ask_for_gaps) == 1


def test_what_was_answered_by_a_clock_that_was_ahead_is_kept_for_its_sixty_days_and_no_longer(
    story: Story,
) -> None:
    story.up_to_dossier()
    ask(story.alo, story.thread, 1)
    story.alo.ahead = 20 * DAY
    story.settle()
    put_right(story.alo)
    story.alo.use(retaining.forget_old)
    story.federation.clock.forward(limits.PAYLOAD_KEPT_SECONDS - 1)
    kept = payload_of_request(story.alo)
    story.alo.use(resuming.forget_payloads)
    still = payload_of_request(story.alo)
    story.federation.clock.forward(1)
    story.alo.use(resuming.forget_payloads)

    assert (kept, still, payload_of_request(story.alo)) == (True, True, False)


def payload_of_request(node: Node) -> bool:
    [(is_kept,)] = node.rows(
        "SELECT payload IS NOT NULL FROM outbox WHERE type = 'followup.request/1'"
    )
    return bool(is_kept)


def test_what_could_not_be_opened_in_2250_goes_a_week_after_the_clock_was_put_right(
    alo: Node,
) -> None:
    jump(alo, FAR)
    alo.write(partial(_keep_sealed, now=alo.now))
    put_right(alo)
    counts = []
    for seconds in (0, limits.QUARANTINE_SECONDS, 1):
        alo.clock.forward(seconds)
        alo.use(retaining.forget_old)
        counts.extend(alo.rows("SELECT count(*) FROM quarantine"))

    assert counts == [(1,), (1,), (0,)]


def _keep_sealed(unit: Unit, now: Instant) -> None:
    keep(unit.vault, bytes(4_096), code="E_PREKEY_UNKNOWN", now=now)


def test_a_conversation_whose_last_word_came_in_2250_is_forgotten_in_its_time(
    story: Story,
) -> None:
    story.up_to_dossier()
    story.withdraw(story.way_back)
    story.withdraw()
    story.federation.deliver(story.alo)
    jump(story.bandhan, FAR)
    story.federation.collect(story.bandhan)
    put_right(story.bandhan)
    story.settle()
    [(came,)] = story.bandhan.rows("SELECT max(received_at) FROM messages")
    story.bandhan.write(lambda unit: skeletons.keep_for(unit.vault, months=3))
    story.federation.clock.forward(200 * DAY)
    story.bandhan.write(lambda unit: unit.keys.execute("DELETE FROM prekeys"))
    story.bandhan.use(retaining.forget_skeletons)

    assert came == FAR
    assert story.bandhan.rows("SELECT type FROM messages WHERE consent IS NOT NULL") == []
    assert story.bandhan.rows("SELECT count(*) FROM messages WHERE received_at = ?", FAR) == [(0,)]
    assert "clock_in_doubt" not in tasks_of(story.bandhan)
