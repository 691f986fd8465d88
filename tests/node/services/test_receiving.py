"""Whatever comes, in whatever order and however often: one effect, one answer, and nobody is stopped."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from node.reactions import dispatch
from node.services import answering, reading, receiving, referring
from protocol import limits
from protocol.errors import RefusalCode
from protocol.local import commands
from protocol.messages.core import BundleUpdate, CardUpdate, Receipt, ReceiptRange, ReceiptSingle
from protocol.messages.follow_up import FollowUpRequest
from protocol.messages.referral import ReferralAccept, ReferralAsk
from protocol.messages.union import MessageClass, parse_content
from protocol.skeleton import Head
from protocol.values import Hash, Instant, PlainText, later
from protocol.vocabulary.codes import AnswerCode, FirstStep, Question, ReceiptStatus
from tests.support.builders import OFFER
from tests.support.federation import Federation, Node, Seen, done, rough, straight
from tests.support.forging import forge, place_of
from tests.support.story import Story

ASK = ReferralAsk(question=Question.LANGUAGE)
HELD = ReferralAccept(
    worker=PlainText("Rehana"), first_step=FirstStep.ROOM_READY, from_date=Instant(1_800_000_000)
)


def receipts(federation: Federation, node: Node, *, since: int = 0) -> list[Receipt]:
    """Every receipt that left for a node."""
    return [
        _receipt(one)
        for one in federation.to(node, since=since)
        if one.skeleton.type == Receipt.TYPE
    ]


def _receipt(seen: Seen) -> Receipt:
    parsed = parse_content(seen.content, type_name=Receipt.TYPE, of_class=MessageClass.NONE)
    assert isinstance(parsed, Receipt)
    return parsed


def referrals_at(node: Node) -> list[tuple[Any, ...]]:
    return node.rows("SELECT state FROM referrals ORDER BY made_at, thread")


def head_of(node: Node, peer: Node) -> tuple[int, bool]:
    """How far the peer's stream was taken, and whether it is frozen."""
    [(sequence, frozen)] = node.rows(
        "SELECT in_sequence, in_frozen FROM peers WHERE node_id = ?", peer.node_id
    )
    return sequence, bool(frozen)


def offers(alo: Node, bandhan: Node, count: int) -> list[bytes]:
    """So many offers, one after the other in Alo's stream."""
    return [forge(OFFER, sender=alo, recipient=bandhan, advance=True) for _ in range(count)]


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


# Forks


def test_a_fork_is_refused_frozen_and_shown(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    one = forge(OFFER, sender=alo, recipient=bandhan)
    other = forge(OFFER, sender=alo, recipient=bandhan)
    first = bandhan.take([one])
    second = bandhan.take([other])

    assert (first.refused, second.refused) == ((), (RefusalCode.E_FORK,))
    assert head_of(bandhan, alo)[1]
    assert referrals_at(bandhan) == [("offered",)]
    assert [task.task for task in bandhan.use(reading.list_tasks).tasks].count(
        "stream_frozen"
    ) == 1
    assert bandhan.rows("SELECT code FROM quarantine") == [("E_FORK",)]


def test_one_id_with_two_contents_is_a_fork(alo: Node, bandhan: Node) -> None:
    one = forge(OFFER, sender=alo, recipient=bandhan, advance=True)
    bandhan.take([one])
    [(same,)] = bandhan.rows("SELECT message_id FROM messages WHERE type = ?", OFFER.TYPE)
    other = forge(OFFER, sender=alo, recipient=bandhan, message_id=same)

    assert bandhan.take([other]).refused == (RefusalCode.E_FORK,)
    assert head_of(bandhan, alo)[1]


def test_a_broken_chain_freezes_the_stream(alo: Node, bandhan: Node) -> None:
    broken = forge(OFFER, sender=alo, recipient=bandhan, previous=Hash(bytes(31) + b"\x01"))

    assert bandhan.take([broken]).refused == (RefusalCode.E_CHAIN,)
    assert head_of(bandhan, alo)[1]


def test_an_older_epoch_is_refused(alo: Node, bandhan: Node) -> None:
    bandhan.take(offers(alo, bandhan, 1))
    epoch, sequence, _ = place_of(alo, bandhan)
    old = forge(
        OFFER, sender=alo, recipient=bandhan, epoch=later(epoch, -1), sequence=sequence + 1
    )

    assert bandhan.take([old]).refused == (RefusalCode.E_EPOCH_SUPERSEDED,)
    assert not head_of(bandhan, alo)[1]


# Time


def test_an_expired_message_counts_and_gets_a_status_of_its_own(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    (offer,) = offers(alo, bandhan, 1)
    federation.clock.forward(limits.MESSAGE_LIFE_SECONDS + limits.CLOCK_SKEW_SECONDS)
    taken = bandhan.take([offer])

    assert taken.refused == (RefusalCode.E_EXPIRED,)
    assert referrals_at(bandhan) == []
    assert bandhan.rows(
        "SELECT status, code, payload FROM messages WHERE type = ?", OFFER.TYPE
    ) == [("refused", "E_EXPIRED", None)]
    assert bandhan.rows("SELECT status, code FROM receipts_due") == [(6, None)]
    assert head_of(bandhan, alo)[0] == place_of(alo, bandhan)[1]


def test_a_message_one_second_before_its_end_is_taken(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    (offer,) = offers(alo, bandhan, 1)
    federation.clock.forward(limits.MESSAGE_LIFE_SECONDS + limits.CLOCK_SKEW_SECONDS - 1)

    assert bandhan.take([offer]).refused == ()


def test_a_message_from_our_future_is_held_sealed_unanswered_and_taken_later(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    ahead = later(alo.now, limits.CLOCK_SKEW_SECONDS + 1)
    future = forge(
        OFFER,
        sender=alo,
        recipient=bandhan,
        created=ahead,
        expires=later(ahead, limits.DAY),
        advance=True,
    )
    held = bandhan.take([future])
    answered = bandhan.rows("SELECT count(*) FROM receipts_due")
    kept = bandhan.rows("SELECT code FROM quarantine")
    federation.clock.forward(1)
    taken = bandhan.take([future])

    assert (held.refused, taken.refused) == ((RefusalCode.E_CLOCK,), ())
    assert (answered, kept) == ([(0,)], [("E_CLOCK",)])
    assert referrals_at(bandhan) == [("offered",)]


# Refusals


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (ASK, RefusalCode.E_STATE),
        (HELD, RefusalCode.E_STATE),
        (FollowUpRequest(due=Instant(1_800_000_000)), RefusalCode.E_STATE),
        (CardUpdate(card=b"not a card"), RefusalCode.E_ENCODING),
        (BundleUpdate(bundle=b"not a bundle"), RefusalCode.E_ENCODING),
    ],
)
def test_a_message_that_does_not_fit_leaves_its_skeleton_and_the_code(
    alo: Node,
    bandhan: Node,
    message: Any,
    code: RefusalCode,
) -> None:
    taken = bandhan.take([forge(message, sender=alo, recipient=bandhan, advance=True)])

    assert taken.refused == (code,)
    assert bandhan.rows(
        "SELECT status, code, payload, key_id FROM messages WHERE type = ?", message.TYPE
    ) == [("refused", code.value, None, None)]
    assert head_of(bandhan, alo)[0] == place_of(alo, bandhan)[1]


def test_an_offer_in_somebody_elses_thread_is_refused(story: Story) -> None:
    story.open_case()
    story.agree()
    thread = story.offer()
    story.settle()
    again = forge(OFFER, sender=story.alo, recipient=story.bandhan, thread=thread)

    assert story.bandhan.take([again]).refused == (RefusalCode.E_STATE,)


def test_a_third_organisation_cannot_move_a_referral(story: Story) -> None:
    story.open_case()
    story.agree()
    thread = story.offer()
    story.settle()
    chautari = story.federation["Chautari"]
    forged = forge(HELD, sender=chautari, recipient=story.alo, thread=thread)

    assert story.alo.take([forged]).refused == (RefusalCode.E_STATE,)
    assert referrals_at(story.alo) == [("delivered",)]


def test_bytes_that_are_no_envelope_are_written_down_and_stop_nobody(
    alo: Node, bandhan: Node
) -> None:
    (offer,) = offers(alo, bandhan, 1)
    spoiled = bytearray(offer)
    spoiled[2_000] ^= 1
    foreign = forge(OFFER, sender=alo, recipient=alo_to_itself(alo, bandhan))

    taken = bandhan.take([b"", bytes(4_096), bytes(spoiled), foreign, offer])

    assert sorted(code.value for code in taken.refused) == sorted(
        ["E_SIZE", "E_MAGIC", "E_DECRYPT", "E_PREKEY_UNKNOWN"]
    )
    assert referrals_at(bandhan) == [("offered",)]
    assert bandhan.rows("SELECT code FROM quarantine") == [("E_PREKEY_UNKNOWN",)]


def alo_to_itself(alo: Node, bandhan: Node) -> Node:
    """Bandhan as Alo knows it, but with another node's prekeys."""
    return replace(bandhan, me=replace(bandhan.me, bundle=alo.me.bundle))


def test_a_message_for_another_node_is_refused(alo: Node, bandhan: Node, chautari: Node) -> None:
    # Sealed to Bandhan, written to Chautari: as if a member had passed a message on.
    misled = replace(bandhan, me=replace(bandhan.me, node_id=chautari.node_id))

    taken = bandhan.take([forge(OFFER, sender=alo, recipient=misled)])

    assert taken.refused == (RefusalCode.E_NOT_FOR_ME,)
    assert referrals_at(bandhan) == []


# Defects of ours


@pytest.fixture
def defective(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A reaction that fails for the types named in the list."""
    failing: list[str] = []
    real = dispatch.react

    def react(unit: Any, message: Any, arrival: Any) -> Any:  # noqa: ANN401
        if message.TYPE in failing:
            raise ZeroDivisionError
        return real(unit, message, arrival)

    monkeypatch.setattr(receiving, "react", react)
    yield failing


def test_a_defect_in_one_message_keeps_it_sealed_and_stops_nobody_else(
    federation: Federation, defective: list[str], alo: Node, bandhan: Node, chautari: Node
) -> None:
    (from_alo,) = offers(alo, bandhan, 1)
    (to_alo,) = [forge(OFFER, sender=chautari, recipient=alo, advance=True)]
    defective.append(ASK.TYPE)
    stray = forge(ASK, sender=bandhan, recipient=alo, advance=True)

    taken = alo.take([stray, to_alo])
    bandhan.take([from_alo])

    assert taken.refused == (RefusalCode.E_SCHEMA,)
    assert referrals_at(alo) == [("offered",)]
    assert alo.rows("SELECT code FROM quarantine") == [("defect",)]
    assert alo.rows("SELECT count(*) FROM messages WHERE type = ?", ASK.TYPE) == [(0,)]
    assert alo.use(reading.check_audit).is_whole
    assert federation.refused == []


def test_after_the_defect_is_mended_the_message_acts_when_it_comes_again(
    defective: list[str], alo: Node, bandhan: Node
) -> None:
    first, second = offers(alo, bandhan, 2)
    defective.append(OFFER.TYPE)
    bandhan.take([first, second])
    before = referrals_at(bandhan)
    defective.clear()
    bandhan.take([first])

    assert (before, len(referrals_at(bandhan))) == ([], 2)


def test_a_defect_in_an_early_message_does_not_undo_the_one_before_it(
    defective: list[str], alo: Node, bandhan: Node
) -> None:
    first = forge(OFFER, sender=alo, recipient=bandhan, advance=True)
    stray = forge(ASK, sender=alo, recipient=bandhan, advance=True)
    third = forge(OFFER, sender=alo, recipient=bandhan, advance=True)
    last = forge(OFFER, sender=alo, recipient=bandhan, advance=True)
    defective.append(ASK.TYPE)
    bandhan.take([stray])
    bandhan.take([first])
    bandhan.take([third])
    stuck = len(referrals_at(bandhan))
    defective.clear()
    bandhan.take([last])

    assert stuck == 1
    assert len(referrals_at(bandhan)) == 3
    assert head_of(bandhan, alo)[0] == place_of(alo, bandhan)[1]


# Receipts


def test_one_receipt_answers_a_whole_batch_with_a_duplicate_a_refusal_and_a_gap_inside(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    made = offers(alo, bandhan, 3)
    stray = forge(ASK, sender=alo, recipient=bandhan, advance=True)
    made += offers(alo, bandhan, 2)
    last = place_of(alo, bandhan)[1]
    offers(alo, bandhan, 1)
    early = offers(alo, bandhan, 1)
    bandhan.take(made[:1])
    federation.deliver(bandhan)
    before = len(federation.sent)
    bandhan.take([*early, *made, stray, made[0]])
    federation.deliver(bandhan)

    (answer,) = receipts(federation, alo, since=before)

    assert [(told.first, told.last) for told in answer.ranges] == [
        (last - 4, last - 3),
        (last - 1, last),
    ]
    assert sorted((one.status, one.code) for one in answer.singles) == [
        (ReceiptStatus.STORED, None),
        (ReceiptStatus.STORED, None),
        (ReceiptStatus.REFUSED, "E_STATE"),
    ]


def test_a_range_with_another_hash_settles_nothing(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.federation.deliver(story.alo)
    epoch, sequence, link = place_of(story.alo, story.bandhan)
    told = ReceiptRange(
        epoch=epoch, first=1, last=sequence, last_hash=Hash(bytes(32)), at=story.alo.now
    )
    wrong = forge(
        Receipt(ranges=(told,), singles=()),
        sender=story.bandhan,
        recipient=story.alo,
        advance=True,
    )
    right = forge(
        Receipt(ranges=(replace(told, last_hash=link),), singles=()),
        sender=story.bandhan,
        recipient=story.alo,
        advance=True,
    )
    story.alo.take([wrong])
    before = state_of(story.alo, "referral.offer/1")
    story.alo.take([right])

    assert (before, state_of(story.alo, "referral.offer/1")) == ("deposited", "stored")


def test_another_organisation_cannot_answer_for_the_recipient(story: Story) -> None:
    story.open_case()
    story.agree()
    thread = story.offer()
    story.federation.deliver(story.alo)
    [(link,)] = story.alo.rows("SELECT hash FROM outbox WHERE message_id = ?", thread)
    single = ReceiptSingle(
        message_id=_id_of(story),
        message_hash=link,
        status=ReceiptStatus.STORED,
        at=story.alo.now,
        code=None,
    )
    chautari = story.federation["Chautari"]
    forged = forge(Receipt(ranges=(), singles=(single,)), sender=chautari, recipient=story.alo)
    story.alo.take([forged])

    assert state_of(story.alo, "referral.offer/1") == "deposited"


def _id_of(story: Story) -> Any:  # noqa: ANN401  # a message id is its thread's
    return story.thread


def state_of(node: Node, type_name: str) -> str:
    [(state,)] = node.rows("SELECT state FROM outbox WHERE type = ?", type_name)
    return str(state)


def test_a_refusal_stands_against_a_head_that_came_first(
    federation: Federation, alo: Node, bandhan: Node, story: Story
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    # Bandhan's referral goes another way than Alo knows of, so what Alo says next does not fit.
    bandhan.write(lambda unit: unit.vault.execute("UPDATE referrals SET state = 'ended'"))
    story.alo.write(lambda unit: unit.vault.execute("UPDATE referrals SET state = 'needs_info'"))
    _answer(story)
    federation.deliver(alo)
    federation.collect(bandhan)
    federation.deliver(bandhan)
    receipt = federation.box(alo).pop()
    later_one = forge(OFFER, sender=bandhan, recipient=alo, head=_head(bandhan, alo))
    alo.take([later_one])
    by_head = state_of(alo, "referral.answer/1")
    alo.take([receipt])

    assert (by_head, state_of(alo, "referral.answer/1")) == ("stored", "refused")
    assert alo.rows("SELECT code FROM outbox WHERE state = 'refused'") == [("E_STATE",)]


def _answer(story: Story) -> None:
    command = commands.AnswerQuestion(
        thread=story.thread, question=Question.LANGUAGE, answer=AnswerCode.YES
    )
    done(story.alo.use(referring.answer_question, command))


def _head(node: Node, peer: Node) -> Head:
    [(epoch, sequence, link)] = node.rows(
        "SELECT in_epoch, in_sequence, in_hash FROM peers WHERE node_id = ?", peer.node_id
    )
    return Head(epoch=epoch, sequence=sequence, hash=link)
