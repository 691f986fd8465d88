"""A clock that is in doubt destroys nothing, refuses nothing and revives nothing; put right, all goes on."""

from functools import partial

import pytest

from node import trusted_clock
from node.services import consenting, receiving, retaining
from node.vault.tables.quarantine import keep
from node.vault.unit import Unit
from protocol import limits
from protocol.clock import Doubt
from protocol.errors import RefusalCode
from protocol.values import Instant, later
from tests.support.builders import NOON, OFFER
from tests.support.federation import Federation, Node, code_of
from tests.support.forging import forge
from tests.support.story import Story, consent_command

DAY = limits.DAY
YEAR_1970, YEAR_2250 = 0, 8_840_000_000
WRONG = [YEAR_1970, YEAR_2250]


def set_clock(node: Node, wrong: int) -> None:
    """The clock of this node alone says something else."""
    node.ahead = wrong - node.clock.now


def why(node: Node) -> Doubt | None:
    return node.read(lambda unit: trusted_clock.why_in_doubt(unit, now=node.now))


def latest_seen(node: Node) -> int:
    [(seen,)] = node.rows("SELECT latest_seen FROM node_self")
    return int(seen)


def take_again(node: Node) -> receiving.Taken:
    acting = node.acting()
    return node.write(
        lambda unit: receiving.take_again(unit, me=node.me, prekeys=node.prekeys, acting=acting)
    )


def confirm(node: Node) -> None:
    node.write(lambda unit: trusted_clock.confirm(unit, now=node.now))


@pytest.mark.parametrize("wrong", WRONG)
def test_what_waits_under_her_consent_neither_leaves_nor_vanishes_by_a_wrong_clock(
    story: Story, wrong: int
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    set_clock(story.alo, wrong)
    story.settle()
    waiting = story.alo.rows("SELECT state FROM outbox WHERE type = 'referral.offer/1'")
    story.alo.ahead = 0
    story.settle()

    assert waiting == [("queued",)]
    assert story.bandhan.rows("SELECT state FROM referrals") == [("offered",)]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_sealed_already_is_not_withheld_for_its_age_by_a_wrong_clock(
    story: Story, wrong: int
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.federation.deliver(story.alo)
    story.federation.box(story.bandhan).clear()
    set_clock(story.alo, wrong)
    story.federation.deliver(story.alo)

    assert story.alo.rows(
        "SELECT is_withheld, payload IS NOT NULL FROM outbox WHERE type = 'referral.offer/1'"
    ) == [(0, 1)]


@pytest.mark.parametrize("wrong", WRONG)
def test_her_withdrawal_leaves_at_any_time_of_the_clock_and_acts_there(
    story: Story, wrong: int
) -> None:
    story.up_to_dossier()
    set_clock(story.alo, wrong)
    story.withdraw()
    story.settle()

    assert story.bandhan.rows(
        "SELECT payload FROM messages WHERE type = 'referral.dossier/1'"
    ) == [(None,)]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_a_wrong_clock_signs_is_taken_by_a_clock_that_is_right(
    story: Story, wrong: int
) -> None:
    story.up_to_dossier()
    set_clock(story.alo, wrong)
    story.withdraw()
    story.settle()

    [(created,)] = story.bandhan.rows(
        "SELECT created FROM messages WHERE type = 'consent.withdrawn/1'"
    )
    assert created == NOON


@pytest.mark.parametrize("wrong", WRONG)
def test_what_comes_to_a_wrong_clock_is_held_and_taken_once_it_is_right(
    story: Story, wrong: int
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.federation.deliver(story.alo)
    set_clock(story.bandhan, wrong)
    story.federation.collect(story.bandhan)
    held = story.federation.refused[:]
    answered = story.bandhan.rows("SELECT count(*) FROM receipts_due")
    story.bandhan.ahead = 0
    taken = take_again(story.bandhan)
    story.settle()

    assert (held, answered) == ([RefusalCode.E_CLOCK], [(0,)])
    assert taken == receiving.Taken(taken=1, refused=())
    assert story.alo.rows("SELECT state FROM outbox WHERE type = 'referral.offer/1'") == [
        ("stored",)
    ]
    assert story.bandhan.rows("SELECT count(*) FROM quarantine") == [(0,)]


def test_what_is_still_held_keeps_the_day_on_which_it_came(alo: Node, bandhan: Node) -> None:
    ahead = later(alo.now, 30 * DAY)
    future = forge(OFFER, sender=alo, recipient=bandhan, created=ahead, expires=ahead)
    bandhan.take([future])
    alo.clock.forward(DAY)
    taken = take_again(bandhan)

    assert taken.refused == (RefusalCode.E_CLOCK,)
    assert bandhan.rows("SELECT code, at FROM quarantine") == [("E_CLOCK", NOON)]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_could_not_be_opened_is_not_let_go_by_a_wrong_clock(alo: Node, wrong: int) -> None:
    alo.write(partial(_keep_sealed, now=alo.now))
    set_clock(alo, wrong)
    alo.use(retaining.forget_old)
    kept = alo.rows("SELECT count(*) FROM quarantine")
    alo.ahead = 0
    alo.clock.forward(limits.QUARANTINE_SECONDS + 1)
    alo.use(retaining.forget_old)

    assert (kept, alo.rows("SELECT count(*) FROM quarantine")) == ([(1,)], [(0,)])


def _keep_sealed(unit: Unit, now: Instant) -> None:
    keep(unit.vault, bytes(4_096), code="E_PREKEY_UNKNOWN", now=now)


def test_a_jump_that_is_corrected_leaves_no_trace_in_the_latest_time_ever_seen(
    alo: Node,
) -> None:
    alo.look_at_clock()
    set_clock(alo, YEAR_2250)
    alo.look_at_clock()
    at_the_jump = latest_seen(alo)
    alo.ahead = 60
    alo.look_at_clock()

    assert (at_the_jump, latest_seen(alo)) == (NOON, NOON + 60)
    assert why(alo) is None


def test_time_that_goes_by_moves_the_latest_time_ever_seen_and_nothing_sets_it_back(
    alo: Node,
) -> None:
    alo.clock.forward(60 * DAY)
    alo.look_at_clock()
    alo.ahead = -DAY
    alo.look_at_clock()

    assert latest_seen(alo) == NOON + 60 * DAY


def test_after_weeks_off_the_clock_is_trusted_by_the_first_message_of_today(
    story: Story,
) -> None:
    story.federation.clock.jump(20 * DAY)
    doubts = [why(node) for node in (story.alo, story.bandhan)]
    story.bandhan.look_at_clock()
    fresh = forge(OFFER, sender=story.alo, recipient=story.bandhan)
    story.bandhan.take([fresh])

    assert doubts == [Doubt.MOVED, Doubt.MOVED]
    assert why(story.bandhan) is None
    assert latest_seen(story.bandhan) == NOON + 20 * DAY


def test_messages_from_a_day_we_have_not_reached_put_our_clock_in_doubt(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    created = later(NOON, limits.CLOCK_SKEW_SECONDS + 1)
    bandhan.take([forge(OFFER, sender=alo, recipient=bandhan, created=created)])

    assert why(bandhan) is Doubt.DISAGREES
    assert why(federation["Chautari"]) is None


def test_a_mailbox_that_says_another_day_puts_our_clock_in_doubt(strangers: Federation) -> None:
    alo = strangers["Alo Shelter"]
    said = later(alo.now, -limits.CLOCK_SKEW_SECONDS - 1)
    alo.write(
        lambda unit: trusted_clock.hear_mailbox(
            unit, origin="https://bandhan.example", said=said, now=alo.now
        )
    )

    assert why(alo) is Doubt.DISAGREES


def test_a_person_who_says_that_the_clock_is_right_is_believed(alo: Node) -> None:
    alo.clock.jump(300 * DAY)
    before = why(alo)
    confirm(alo)

    assert (before, why(alo)) == (Doubt.MOVED, None)
    assert latest_seen(alo) == NOON + 300 * DAY


def test_whom_a_person_overruled_is_not_heard_for_a_week_unless_it_agrees_again(
    alo: Node, bandhan: Node
) -> None:
    def say(seconds: int) -> None:
        said = later(bandhan.now, seconds)
        bandhan.write(
            lambda unit: trusted_clock.hear_peers(unit, {alo.node_id: said}, now=bandhan.now)
        )

    say(30 * DAY)
    doubts = [why(bandhan)]
    confirm(bandhan)
    for seconds in (30 * DAY, 0, 30 * DAY):
        say(seconds)
        doubts.append(why(bandhan))
    confirm(bandhan)
    bandhan.clock.forward(limits.CLOCK_MOVE_SECONDS)
    say(30 * DAY)

    assert doubts[:3] == [Doubt.DISAGREES, None, None]
    assert why(bandhan) is Doubt.DISAGREES


@pytest.mark.parametrize("ahead", [-20 * DAY, 400 * DAY])
def test_her_yes_is_recorded_only_by_a_clock_that_is_trusted_and_then_counts_at_once(
    story: Story, ahead: int
) -> None:
    story.open_case()
    story.alo.ahead = ahead
    command = consent_command(story.case_id, story.bandhan)
    in_doubt = story.alo.use(consenting.record_consent, command)
    kept = story.alo.rows("SELECT count(*) FROM consents")
    story.alo.ahead = 0
    story.agree()
    story.offer()
    story.settle()

    assert code_of(in_doubt) == "clock_in_doubt"
    assert kept == [(0,)]
    assert story.bandhan.rows("SELECT state FROM referrals") == [("offered",)]


@pytest.mark.parametrize("wrong", WRONG)
def test_her_no_is_recorded_by_any_clock(story: Story, wrong: int) -> None:
    story.up_to_dossier()
    set_clock(story.alo, wrong)
    story.withdraw()

    assert story.alo.rows(
        "SELECT count(*) FROM consent_events WHERE event = 'withdrawn' AND consent_id = ?",
        story.consent,
    ) == [(1,)]
