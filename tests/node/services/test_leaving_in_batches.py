"""Everything waits for the half hour but what may not wait; on quiet days cover leaves on the same clock."""

from collections import Counter
from typing import Any, Final

import pytest

from node.services import delivering, renewing
from protocol.cadence import Cadence
from protocol.labels import Kind
from protocol.local import commands
from protocol.messages.recovery import Resync
from protocol.messages.witness import Cover
from protocol.signing import sign, verify
from protocol.values import Instant
from tests.support.auditing import DAY, HALF_HOUR, half_hours_go_by, say_something
from tests.support.federation import Federation, Node, done
from tests.support.forging import forge, place_of
from tests.support.story import Story

BATCHES: Final = Cadence(batch_seconds=HALF_HOUR, has_cover=False)
COVERED: Final = Cadence(batch_seconds=HALF_HOUR, has_cover=True)


@pytest.fixture
def alo(federation: Federation) -> Node:
    return federation["Alo Shelter"]


@pytest.fixture
def bandhan(federation: Federation) -> Node:
    return federation["Bandhan"]


def types_to(federation: Federation, node: Node, *, since: int) -> list[str]:
    return [seen.skeleton.type for seen in federation.to(node, since=since)]


def until(federation: Federation, second: int) -> None:
    """It becomes so many seconds after the last half hour."""
    now = federation.clock.now
    federation.clock.forward((second - now) % HALF_HOUR)


# Batches


def test_what_is_sent_between_two_batches_waits_for_the_next(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    federation.cadence = BATCHES
    until(federation, 600)
    say_something(alo, bandhan.node_id)
    counts = []
    for second in (600, HALF_HOUR - 1, 0):
        until(federation, second)
        counts.append(federation.deliver(alo))

    assert counts == [0, 0, 1]


def test_what_is_sent_while_a_batch_is_open_does_not_leave_by_itself(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    federation.cadence = BATCHES
    until(federation, 60)
    say_something(alo, bandhan.node_id)

    assert federation.deliver(alo) == 0


def test_her_withdrawal_waits_for_no_batch(story: Story) -> None:
    federation = story.federation
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    story.settle()
    federation.cadence = BATCHES
    until(federation, 600)
    since = len(federation.sent)
    say_something(story.alo, story.bandhan.node_id)
    story.withdraw()
    federation.deliver(story.alo)

    assert types_to(federation, story.bandhan, since=since) == ["consent.withdrawn/1"]


def test_one_receipt_answers_everything_that_came_since_the_last_batch(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    for _ in range(3):
        say_something(alo, bandhan.node_id)
        federation.deliver(alo)
        federation.collect(bandhan)
    federation.cadence = BATCHES
    until(federation, 900)
    between = federation.deliver(bandhan)
    until(federation, 30)

    assert (between, federation.deliver(bandhan)) == (0, 1)


def test_an_attempt_that_failed_is_tried_again_with_a_batch(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    federation.cadence = BATCHES
    until(federation, 0)
    say_something(alo, bandhan.node_id)
    acting = alo.acting()
    [parcel] = alo.write(
        lambda unit: delivering.due(
            unit, me=alo.me, acting=acting, cadence=BATCHES, lines=delivering.FREE
        )
    )
    failed = frozenset(message for message, _ in parcel.envelopes)
    settled = delivering.Settled(peer=parcel.peer, deposited=frozenset(), failed=failed)
    alo.write(lambda unit: delivering.settle(unit, settled, acting=acting))
    counts = []
    for second in (120, 600, 0):
        until(federation, second)
        counts.append(federation.deliver(alo))

    assert counts == [0, 0, 1]


def test_a_clock_that_went_back_keeps_nothing_waiting_and_breaks_no_batch(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    federation.cadence = BATCHES
    alo.ahead = 5 * DAY
    say_something(alo, bandhan.node_id)
    alo.ahead = 0
    until(federation, 600)
    between = federation.deliver(alo)
    until(federation, 0)

    assert (between, federation.deliver(alo)) == (0, 1)


# Cover


def test_on_a_quiet_day_one_envelope_of_cover_leaves_for_each_active_peer(
    federation: Federation, alo: Node
) -> None:
    federation.cadence = COVERED
    until(federation, 0)
    left = half_hours_go_by(federation, alo, 18)
    to = Counter(one.recipient for one in federation.sent[-len(left) :])

    assert sorted(to.values()) == [1, 1]
    assert {federation.seen(one).skeleton.type for one in federation.sent[-2:]} == {"cover/1"}
    assert {moment % HALF_HOUR for moment in left} == {0}


def test_cover_leaves_at_the_half_hour_however_often_somebody_looks(
    federation: Federation, alo: Node
) -> None:
    federation.cadence = COVERED
    until(federation, 0)
    left: list[Instant] = []
    for _ in range(3 * 18):
        before = len(federation.sent)
        federation.deliver(alo)
        left += [alo.now] * (len(federation.sent) - before)
        federation.clock.forward(600)

    assert len(left) == 2
    assert {moment % HALF_HOUR for moment in left} == {0}


def test_without_cover_nothing_leaves_on_a_quiet_day(federation: Federation, alo: Node) -> None:
    federation.cadence = BATCHES
    until(federation, 0)

    assert half_hours_go_by(federation, alo, 50) == []


def test_cover_comes_every_day_and_at_another_hour(federation: Federation, alo: Node) -> None:
    federation.cadence = COVERED
    until(federation, 0)
    left = half_hours_go_by(federation, alo, 48 * 6)
    days = Counter(moment // DAY for moment in left)
    hours = {moment % DAY for moment in left}

    # The first and the last day are not whole.
    assert set([*days.values()][1:-1]) == {2}
    assert len(hours) > 4


def test_no_cover_leaves_on_a_day_on_which_something_else_did(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    federation.cadence = COVERED
    until(federation, 0)
    federation.clock.forward(DAY - federation.clock.now % DAY)
    since = len(federation.sent)
    say_something(alo, bandhan.node_id)
    half_hours_go_by(federation, alo, 40)

    assert types_to(federation, bandhan, since=since) == ["card/1"]


@pytest.mark.parametrize("status", ["invited", "suspended"])
def test_cover_leaves_for_nobody_who_is_not_active(
    federation: Federation, alo: Node, status: str
) -> None:
    alo.write(lambda unit: unit.vault.execute("UPDATE peers SET status = ?", (status,)))
    federation.cadence = COVERED
    until(federation, 0)

    assert half_hours_go_by(federation, alo, 20) == []


def test_no_cover_leaves_while_the_clock_is_in_doubt(federation: Federation, alo: Node) -> None:
    federation.cadence = COVERED
    until(federation, 0)
    alo.ahead = 300 * DAY

    assert half_hours_go_by(federation, alo, 20) == []


def test_no_cover_leaves_a_computer_that_was_replaced(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    epoch, _, _ = place_of(alo, bandhan)
    newer = Resync(epoch=Instant(epoch + 60), ranges=())
    alo.take([forge(newer, sender=bandhan, recipient=alo)])
    federation.cadence = COVERED
    until(federation, 0)

    assert half_hours_go_by(federation, alo, 20) == []


def test_cover_is_signed_by_the_key_by_which_its_partner_knows_us(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    former = alo.me.signing
    draft = done(alo.use(renewing.prepare_card, commands.PrepareCard()))
    [signature] = sign(Kind.CARD, draft.body, secrets=[alo.root]).signatures
    done(alo.use(renewing.renew_card, commands.RenewCard(signature=signature.raw)))
    alo.refresh()
    # The card is still on its way to Bandhan, and nothing else is.
    alo.write(lambda unit: unit.vault.execute("UPDATE outbox SET due = due + 129600"))
    federation.cadence = COVERED
    until(federation, 0)
    since = len(federation.sent)
    half_hours_go_by(federation, alo, 20)
    signed = [one.opened.signed for one in federation.to(bandhan, since=since)]

    assert types_to(federation, bandhan, since=since) == ["cover/1"]
    assert [verify(one, keys=[former.public, alo.me.signing.public]) for one in signed] == [
        former.public
    ]


def test_cover_is_not_kept_not_answered_and_moves_no_stream(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    federation.cadence = COVERED
    until(federation, 0)
    stream = "SELECT in_epoch, in_sequence, in_hash FROM peers WHERE node_id = ?"
    kept = "SELECT count(*) FROM messages"
    before = (bandhan.rows(stream, alo.node_id), bandhan.rows(kept))
    half_hours_go_by(federation, alo, 18)
    waiting = len(federation.box(bandhan))
    federation.collect(bandhan)

    assert waiting == 1
    assert federation.refused == []
    assert (bandhan.rows(stream, alo.node_id), bandhan.rows(kept)) == before
    assert bandhan.rows("SELECT count(*) FROM receipts_due") == [(0,)]
    assert alo.rows("SELECT count(*) FROM outbox WHERE type = 'cover/1'") == [(0,)]
    assert bandhan.rows("SELECT last_heard FROM peers WHERE node_id = ?", alo.node_id) == [
        (bandhan.now,)
    ]


def test_cover_tells_the_head_of_yesterday_and_how_far_we_have_read(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    say_something(alo, bandhan.node_id)
    federation.deliver(alo)
    federation.collect(bandhan)
    federation.clock.forward(DAY)
    bandhan.write(lambda unit: unit.vault.execute("DELETE FROM receipts_due"))
    federation.cadence = COVERED
    until(federation, 0)
    half_hours_go_by(federation, bandhan, 18)
    federation.collect(alo)

    assert alo.rows("SELECT peer, standing FROM witnessed_heads") == [(bandhan.node_id, "held")]
    assert alo.rows("SELECT DISTINCT state FROM outbox WHERE type = 'card/1'") == [("stored",)]


@pytest.mark.parametrize(
    "changes",
    [{"sequence": 7}, {"consent": bytes(32)}, {"commitment": None}],
    ids=["number", "consent", "nothing to commit to"],
)
def test_cover_that_is_more_than_cover_is_refused_without_an_answer(
    federation: Federation, alo: Node, bandhan: Node, changes: dict[str, Any]
) -> None:
    raw = forge(
        Cover(), sender=alo, recipient=bandhan, **{"sequence": 0, "previous": bytes(32), **changes}
    )
    federation.box(bandhan).append(raw)
    federation.collect(bandhan)

    assert len(federation.refused) == 1
    assert bandhan.rows("SELECT count(*) FROM receipts_due") == [(0,)]


def test_cover_a_receipt_and_an_offer_have_the_same_number_of_bytes(story: Story) -> None:
    federation = story.federation
    story.open_case()
    story.agree()
    since = len(federation.sent)
    story.offer()
    story.settle()
    federation.cadence = COVERED
    federation.clock.forward(DAY - federation.clock.now % DAY)
    half_hours_go_by(federation, story.alo, 18)
    sizes = {federation.seen(one).skeleton.type: len(one.raw) for one in federation.sent[since:]}

    assert sizes == {"referral.offer/1": 4_096, "receipt/1": 4_096, "cover/1": 4_096}
