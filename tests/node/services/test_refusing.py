"""What is not taken: forks, what is too old or too new, and what does not fit."""

from dataclasses import replace
from typing import Any

import pytest

from node.services import reading
from protocol import limits
from protocol.errors import RefusalCode
from protocol.messages.core import BundleUpdate, CardUpdate
from protocol.messages.follow_up import FollowUpRequest
from protocol.messages.referral import ReferralAccept, ReferralAsk
from protocol.values import Hash, Instant, PlainText, later
from protocol.vocabulary.codes import FirstStep, Question
from tests.support.builders import OFFER
from tests.support.federation import Federation, Node
from tests.support.forging import forge, place_of
from tests.support.story import Story
from tests.support.streams import head_of, offers, referrals_at

ASK = ReferralAsk(question=Question.LANGUAGE)
HELD = ReferralAccept(
    worker=PlainText("Rehana"), first_step=FirstStep.ROOM_READY, from_date=Instant(1_800_000_000)
)


# Forks


def test_a_fork_is_refused_frozen_and_shown(alo: Node, bandhan: Node) -> None:
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


def test_a_message_from_our_future_waits_sealed_without_an_answer_and_is_taken_later(
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
    message: Any,  # noqa: ANN401  # one of many types
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
