"""Whatever comes, in whatever order and however often: one effect and one answer."""

import pytest

from node.services import answering, reading
from protocol import limits
from protocol.errors import RefusalCode
from protocol.local import commands
from protocol.messages.referral import ReferralAccept, ReferralAsk
from protocol.values import Instant, PlainText
from protocol.vocabulary.codes import FirstStep, Question, ReceiptStatus
from tests.support.builders import OFFER
from tests.support.federation import Federation, Node, done, rough, straight
from tests.support.forging import forge, place_of
from tests.support.story import Story
from tests.support.streams import head_of, offers, receipts, referrals_at

ASK = ReferralAsk(question=Question.LANGUAGE)
HELD = ReferralAccept(
    worker=PlainText("Rehana"), first_step=FirstStep.ROOM_READY, from_date=Instant(1_800_000_000)
)


# Duplicates


def test_a_message_that_comes_three_times_acts_once_and_is_answered_each_time(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    (offer,) = offers(alo, bandhan, 1)
    before = len(federation.sent)
    for _ in range(3):
        assert bandhan.take([offer]).refused == ()
        federation.deliver(bandhan)

    answers = receipts(federation, alo, since=before)

    assert referrals_at(bandhan) == [("offered",)]
    assert bandhan.rows("SELECT count(*) FROM tasks WHERE task = 'offer_to_answer'") == [(1,)]
    assert len(answers) == 3
    assert [len(answer.ranges) for answer in answers] == [1, 0, 0]
    assert [[one.status for one in answer.singles] for answer in answers] == [
        [],
        [ReceiptStatus.STORED],
        [ReceiptStatus.STORED],
    ]


def test_three_copies_in_one_batch_act_once_and_get_one_receipt(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    (offer,) = offers(alo, bandhan, 1)
    before = len(federation.sent)
    bandhan.take([offer] * 3)
    federation.deliver(bandhan)

    assert referrals_at(bandhan) == [("offered",)]
    assert len(receipts(federation, alo, since=before)) == 1


def test_a_refused_message_that_comes_again_gets_the_same_code(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    stray = forge(ASK, sender=alo, recipient=bandhan)
    before = len(federation.sent)
    for _ in range(2):
        bandhan.take([stray])
        federation.deliver(bandhan)

    codes = [
        [(one.status, one.code) for one in answer.singles]
        for answer in receipts(federation, alo, since=before)
    ]

    assert codes == [[(ReceiptStatus.REFUSED, "E_STATE")]] * 2


# Order


def test_an_early_message_acts_when_the_gap_before_it_is_filled(alo: Node, bandhan: Node) -> None:
    first, second, third = offers(alo, bandhan, 3)
    counts = []
    for raw in (third, second, first):
        assert bandhan.take([raw]).refused == ()
        counts.append(len(referrals_at(bandhan)))

    assert counts == [0, 0, 3]
    assert head_of(bandhan, alo)[0] == place_of(alo, bandhan)[1]
    assert bandhan.rows("SELECT DISTINCT status FROM messages WHERE type = ?", OFFER.TYPE) == [
        ("applied",)
    ]


def test_one_batch_is_taken_in_the_order_of_its_numbers(alo: Node, bandhan: Node) -> None:
    made = offers(alo, bandhan, 5)

    assert bandhan.take(list(reversed(made))).refused == ()
    assert len(referrals_at(bandhan)) == 5


def test_an_early_message_that_does_not_fit_when_its_turn_comes_is_told_to_its_sender(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    first = forge(OFFER, sender=alo, recipient=bandhan, advance=True)
    stray = forge(ASK, sender=alo, recipient=bandhan, advance=True)
    before = len(federation.sent)
    bandhan.take([stray])
    federation.deliver(bandhan)
    bandhan.take([first])
    federation.deliver(bandhan)

    told = [
        [(one.status, one.code) for one in answer.singles]
        for answer in receipts(federation, alo, since=before)
    ]

    assert told == [[(ReceiptStatus.STORED, None)], [(ReceiptStatus.REFUSED, "E_STATE")]]
    assert bandhan.rows("SELECT status, code, payload FROM messages WHERE type = ?", ASK.TYPE) == [
        ("refused", "E_STATE", None)
    ]


def test_a_dossier_that_is_faster_than_its_consent_waits_and_leaves_no_byte(
    story: Story,
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    story.federation.deliver(story.alo)
    box = story.federation.box(story.bandhan)
    copy, dossier = box[-2:]
    box[:] = [raw for raw in box if raw not in (copy, dossier)]
    early = story.bandhan.take([dossier]).refused
    kept = story.bandhan.rows("SELECT count(*) FROM messages WHERE consent IS NOT NULL")
    quarantined = story.bandhan.rows("SELECT count(*) FROM quarantine")
    answers = story.bandhan.rows("SELECT count(*) FROM receipts_due")
    story.bandhan.take([copy])
    story.settle()
    story.federation.clock.forward(limits.DAY)
    story.settle()

    assert early == (RefusalCode.E_CONSENT_MISSING,)
    assert (kept, quarantined, answers) == ([(0,)], [(0,)], [(0,)])
    assert referrals_at(story.bandhan) == [("dossier_sent",)]


@pytest.mark.parametrize("seed", range(6))
def test_many_messages_over_a_rough_road_converge(story: Story, seed: int) -> None:
    federation = story.federation
    federation.road = rough(seed)
    federation.batch = 3
    story.open_case()
    story.agree()
    story.agree_way_back()
    threads = [story.offer() for _ in range(8)]
    for _ in range(12):
        _answer_what_came(story)
        story.settle()
        federation.clock.forward(limits.DAY)
    federation.road = straight
    # What was lost at the end of a stream is noticed with the next word in it.
    threads.append(story.offer())
    for _ in range(3):
        story.settle()
        _answer_what_came(story)
        federation.clock.forward(limits.DAY)

    assert federation.refused == []
    assert referrals_at(story.alo) == [("accepted",)] * len(threads)
    assert referrals_at(story.bandhan) == [("accepted",)] * len(threads)
    for node in (story.alo, story.bandhan):
        assert (
            node.rows(
                "SELECT type, state FROM outbox WHERE state NOT IN ('stored')"
                " AND type != 'receipt/1'"
            )
            == []
        )
        assert node.use(reading.check_audit).is_whole
    assert head_of(story.alo, story.bandhan) == (place_of(story.bandhan, story.alo)[1], False)
    assert head_of(story.bandhan, story.alo) == (place_of(story.alo, story.bandhan)[1], False)


def _answer_what_came(story: Story) -> None:
    for (thread,) in story.bandhan.rows("SELECT thread FROM referrals WHERE state = 'offered'"):
        command = commands.AcceptOffer(
            thread=thread,
            worker="Rehana",
            first_step=FirstStep.ROOM_READY,
            from_date=story.bandhan.now,
        )
        done(story.bandhan.use(answering.accept, command))


@pytest.mark.parametrize("seed", range(6))
def test_the_whole_story_over_a_rough_road_comes_to_the_same_end(story: Story, seed: int) -> None:
    federation = story.federation
    federation.road = rough(seed)
    federation.batch = 2

    def until(node: Node, sql: str) -> None:
        for _ in range(20):
            story.settle()
            if node.rows(sql) != [(0,)]:
                return
            federation.clock.forward(limits.DAY)
        raise AssertionError(sql)

    story.open_case()
    story.agree()
    story.agree_way_back()
    story.offer()
    until(story.bandhan, "SELECT count(*) FROM referrals WHERE state = 'offered'")
    story.accept()
    until(story.alo, "SELECT count(*) FROM referrals WHERE state = 'accepted'")
    story.dossier()
    until(story.bandhan, "SELECT count(*) FROM referrals WHERE state = 'dossier_sent'")
    story.arrive()
    story.confirm()
    story.report()
    until(story.alo, "SELECT count(*) FROM follow_ups WHERE state = 'done'")
    story.withdraw()
    story.withdraw(story.way_back)
    until(story.alo, "SELECT count(*) = 2 FROM withdrawals_told WHERE status = 2")

    assert set(federation.refused) <= {RefusalCode.E_CONSENT_MISSING}
    for node in (story.alo, story.bandhan):
        assert node.rows("SELECT state FROM referrals") == [("withdrawn",)]
        # The last words of a stream may wait behind a receipt that was lost.
        assert (
            node.rows("SELECT code FROM messages WHERE status NOT IN ('applied', 'early')") == []
        )
        assert node.rows(
            "SELECT count(*) FROM messages WHERE consent IS NOT NULL AND payload IS NOT NULL"
        ) == [(0,)]
        assert node.use(reading.check_audit).is_whole
