"""One receipt answers everything that was taken at once, and only the recipient can answer."""

from dataclasses import replace
from typing import Any

from node.services import reading, referring
from protocol.local import commands
from protocol.messages.core import Receipt, ReceiptRange, ReceiptSingle
from protocol.messages.referral import ReferralAccept, ReferralAsk
from protocol.skeleton import Head
from protocol.values import Hash, Instant, PlainText
from protocol.vocabulary.codes import AnswerCode, FirstStep, Question, ReceiptStatus
from tests.support.builders import OFFER
from tests.support.federation import Federation, Node, done
from tests.support.forging import forge, place_of
from tests.support.story import Story
from tests.support.streams import head_of, offers, receipts

ASK = ReferralAsk(question=Question.LANGUAGE)
HELD = ReferralAccept(
    worker=PlainText("Rehana"), first_step=FirstStep.ROOM_READY, from_date=Instant(1_800_000_000)
)


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


def test_what_was_answered_as_stored_can_be_opened(story: Story) -> None:
    story.up_to_dossier()
    peer, message = story.bandhan.rows(
        "SELECT peer, message_id FROM messages WHERE type = 'referral.dossier/1'"
    )[0]
    command = commands.ReadMessage(peer=peer, message_id=message, with_names=True)
    shown = story.bandhan.use(reading.read_message, command)

    assert state_of(story.alo, "referral.dossier/1") == "stored"
    assert len(done(shown).facts) == 8


def test_a_receipt_that_comes_early_settles_at_once_and_is_not_answered(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.federation.deliver(story.alo)
    epoch, sequence, link = place_of(story.alo, story.bandhan)
    told = ReceiptRange(epoch=epoch, first=1, last=sequence, last_hash=link, at=story.alo.now)
    gap = forge(OFFER, sender=story.bandhan, recipient=story.alo, advance=True)
    early = forge(
        Receipt(ranges=(told,), singles=()),
        sender=story.bandhan,
        recipient=story.alo,
        advance=True,
    )
    story.alo.take([early])
    settled = state_of(story.alo, "referral.offer/1")
    story.alo.take([gap])

    assert settled == "stored"
    assert head_of(story.alo, story.bandhan)[0] == place_of(story.bandhan, story.alo)[1]
    assert story.alo.rows("SELECT status, code FROM receipts_due") == [(1, None)]
