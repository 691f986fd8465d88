"""What becomes of a verified message: steps 12 to 17 of the receive order."""

from dataclasses import replace
from typing import Any, Final

import pytest

from protocol.acceptance import (
    Duplicate,
    Held,
    Order,
    Refused,
    Verdict,
    Withheld,
    judge,
    judge_in_doubt,
)
from protocol.consent import ConsentEvent, Standing
from protocol.envelope import VerifiedMessage
from protocol.errors import RefusalCode
from protocol.messages.consent import ConsentCopy
from protocol.messages.core import IntroductionRequest
from protocol.messages.disclosed import Disclosed, Fact, Section
from protocol.messages.referral import ReferralDossier
from protocol.messages.union import encode_content
from protocol.streams import Incoming, Link, Placement
from protocol.values import ZERO_HASH, Hash, Instant, later, sha256
from protocol.vocabulary.categories import Category
from tests.support.builders import (
    ALO,
    BANDHAN,
    CONSENT,
    GIVEN,
    NOON,
    OFFER,
    arrive,
    envelope_of,
    payload_of,
    signed_consent,
    skeleton_of,
    standing,
    verified,
)
from tests.support.situations import accepted, refused, situation

HOUR: Final = 3_600
DAY: Final = 24 * HOUR
SKEW: Final = 48 * HOUR
LIFE: Final = 60 * DAY
WITHDRAWN: Final = GIVEN | {ConsentEvent.WITHDRAWN}
PHONE: Final = Fact(field="safe_phone", value="+000 0000 0001")


def dossier_of(category: Category, *facts: Fact) -> ReferralDossier:
    section = Section(category=category, facts=facts, sentences=())
    return ReferralDossier(disclosed=Disclosed(sections=(section,)))


DOSSIER: Final = dossier_of(Category.LOCATION_CONTACT, PHONE)
COPY: Final = ConsentCopy(signed_consent=signed_consent(CONSENT).raw, words=None)


def withheld(type_name: str, *, consent: Hash | None = None, **changes: Any) -> VerifiedMessage:  # noqa: ANN401  # any field
    """A message whose payload its sender took out again."""
    skeleton = skeleton_of(type_name, b"taken out", consent=consent)
    return arrive(envelope_of(replace(skeleton, **changes), b""))


# Time


@pytest.mark.parametrize("ahead", [0, SKEW])
def test_a_message_made_up_to_48_hours_ahead_of_our_clock_is_taken(ahead: int) -> None:
    made = later(NOON, ahead)
    message = verified(OFFER, created=made, epoch=made)

    assert judge(message, situation()) == accepted(OFFER)


@pytest.mark.parametrize("key", ["created", "epoch"])
def test_a_message_over_48_hours_ahead_of_our_clock_is_held_for_a_person(key: str) -> None:
    ahead: dict[str, Any] = {key: later(NOON, SKEW + 1)}
    message = verified(OFFER, **ahead)

    assert judge(message, situation()) == Held(code=RefusalCode.E_CLOCK)


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (NOON + LIFE + SKEW - 1, accepted(OFFER)),
        (NOON + LIFE + SKEW, refused(RefusalCode.E_EXPIRED)),
    ],
)
def test_a_message_ends_48_hours_after_it_expires_and_counts_in_its_stream(
    now: int, verdict: Verdict
) -> None:
    message = verified(OFFER)

    assert judge(message, situation(now=Instant(now), latest_seen=Instant(now))) == verdict
    assert judge(message, situation(now=NOON, latest_seen=Instant(now))) == verdict


def test_by_a_clock_in_doubt_what_only_the_time_refuses_is_held() -> None:
    late = situation(now=later(NOON, LIFE + SKEW))
    held = Held(code=RefusalCode.E_CLOCK)

    assert judge_in_doubt(verified(OFFER), late) == held
    assert judge_in_doubt(verified(OFFER), situation()) == accepted(OFFER)


def test_by_a_clock_in_doubt_what_was_refused_for_another_reason_is_refused() -> None:
    suspended = situation(is_suspended=True)
    past = situation(stream=TENTH)

    for known in (suspended, past):
        message = verified(OFFER)
        assert judge_in_doubt(message, known) == judge(message, known)
        assert isinstance(judge(message, known), Refused)


# Duplicates and the stream


def test_a_message_that_was_taken_before_has_no_effect_and_is_answered_again() -> None:
    message = verified(OFFER)

    assert judge(message, situation(seen=message.hash)) == Duplicate()


def test_a_duplicate_is_one_also_after_it_expired() -> None:
    message = verified(OFFER)
    late = later(NOON, LIFE + SKEW)

    assert judge(message, situation(seen=message.hash, now=late)) == Duplicate()


def test_two_messages_with_one_id_are_a_fork() -> None:
    verdict = judge(verified(OFFER), situation(seen=sha256(b"another")))

    assert verdict == Refused(code=RefusalCode.E_FORK, counts=False, freezes=True, placement=None)


TENTH: Final = Incoming(epoch=NOON, sequence=10, hash=sha256(b"ten"), is_frozen=False)
TWELFTH: Final = Link(sequence=12, previous=sha256(b"eleven"), hash=sha256(b"twelve"))


def test_the_next_message_of_a_stream_is_taken() -> None:
    message = verified(OFFER, sequence=11, previous=TENTH.hash)

    assert judge(message, situation(stream=TENTH)) == accepted(OFFER)


def test_a_message_after_a_gap_is_taken_and_waits() -> None:
    message = verified(OFFER, sequence=12, previous=sha256(b"eleven"))

    assert judge(message, situation(stream=TENTH)) == accepted(OFFER, Order.EARLY)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        (
            {"epoch": Instant(NOON - 1), "sequence": 11, "previous": TENTH.hash},
            Refused(
                code=RefusalCode.E_EPOCH_SUPERSEDED,
                counts=False,
                freezes=False,
                placement=Placement.SUPERSEDED,
            ),
        ),
        (
            {"sequence": 12, "previous": sha256(b"eleven")},
            Refused(code=RefusalCode.E_FORK, counts=False, freezes=True, placement=Placement.FORK),
        ),
        (
            {"sequence": 11, "previous": sha256(b"not ten")},
            Refused(
                code=RefusalCode.E_CHAIN,
                counts=False,
                freezes=True,
                placement=Placement.BROKEN_CHAIN,
            ),
        ),
        (
            {"sequence": 4, "previous": sha256(b"three")},
            Refused(
                code=RefusalCode.E_EXPIRED,
                counts=False,
                freezes=False,
                placement=Placement.PAST,
            ),
        ),
    ],
    ids=["an older epoch", "a fork", "a broken chain", "long ago"],
)
def test_a_message_that_does_not_fit_its_stream_is_refused_and_does_not_count(
    changes: dict[str, Any], verdict: Refused
) -> None:
    message = verified(OFFER, **changes)

    assert judge(message, situation(stream=TENTH, held={12: TWELFTH})) == verdict


def test_nothing_is_taken_from_a_suspended_member() -> None:
    verdict = judge(verified(OFFER), situation(is_suspended=True))

    assert verdict == refused(RefusalCode.E_SENDER_SUSPENDED, None)


# Type, class and schema. A refusal counts: it tears no hole into the stream.


def test_a_type_we_do_not_have_is_refused() -> None:
    message = arrive(envelope_of(skeleton_of("pathway.open/1", b"?"), b"?"))

    assert judge(message, situation()) == refused(RefusalCode.E_TYPE)


def test_a_personal_message_without_a_consent_is_refused() -> None:
    assert judge(verified(DOSSIER), situation()) == refused(RefusalCode.E_CONSENT_MISSING)


def test_a_message_that_says_nothing_of_her_may_not_cite_a_consent() -> None:
    message = verified(OFFER, consent=CONSENT)

    assert judge(message, situation(standing(CONSENT))) == refused(RefusalCode.E_SCHEMA)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"\xff", RefusalCode.E_ENCODING),
        (payload_of(b"\xa0"), RefusalCode.E_SCHEMA),
        (payload_of(b"\x00"), RefusalCode.E_SCHEMA),
        (b"\xa1\x01\xa0", RefusalCode.E_SCHEMA),
    ],
    ids=["no encoding", "an empty content", "no map", "no salt"],
)
def test_a_payload_without_the_schema_of_its_type_is_refused(
    payload: bytes, code: RefusalCode
) -> None:
    message = arrive(envelope_of(skeleton_of(OFFER.TYPE, payload), payload))

    assert judge(message, situation()) == refused(code)


def test_a_message_after_a_gap_is_refused_with_its_place_kept() -> None:
    message = verified(DOSSIER, sequence=12, previous=sha256(b"eleven"), consent=CONSENT)

    assert judge(message, situation(standing(CONSENT, WITHDRAWN), stream=TENTH)) == refused(
        RefusalCode.E_CONSENT_WITHDRAWN, Placement.EARLY
    )


def test_a_message_after_a_gap_waits_if_its_consent_may_lie_in_the_gap() -> None:
    message = verified(DOSSIER, sequence=12, previous=sha256(b"eleven"), consent=CONSENT)

    assert judge(message, situation(stream=TENTH)) == Held(code=RefusalCode.E_CONSENT_MISSING)


# Withheld


def test_a_withheld_message_moves_the_chain_and_applies_nothing() -> None:
    cited = standing(CONSENT).consent_hash
    message = withheld(DOSSIER.TYPE, consent=cited)

    assert judge(message, situation()) == Withheld(placement=Placement.NEXT)


@pytest.mark.parametrize(
    ("message", "changes", "code"),
    [
        (withheld("pathway.open/1"), {}, RefusalCode.E_TYPE),
        (withheld(DOSSIER.TYPE), {}, RefusalCode.E_CONSENT_MISSING),
        (withheld(OFFER.TYPE, consent=ZERO_HASH), {}, RefusalCode.E_SCHEMA),
        (
            withheld(OFFER.TYPE),
            {"latest_seen": later(NOON, LIFE + SKEW)},
            RefusalCode.E_EXPIRED,
        ),
    ],
)
def test_a_withheld_message_with_any_other_fault_gets_the_code_of_that_fault(
    message: VerifiedMessage, changes: dict[str, Any], code: RefusalCode
) -> None:
    assert judge(message, situation(**changes)) == refused(code)


# Level and consent


@pytest.mark.parametrize("level", [1, 2])
def test_a_message_that_says_nothing_of_her_is_taken_from_level_one_on(level: int) -> None:
    assert judge(verified(OFFER), situation(level=level)) == accepted(OFFER)


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("message", [DOSSIER, COPY])
def test_a_personal_message_from_below_level_two_is_refused(
    message: ReferralDossier | ConsentCopy, level: int
) -> None:
    verdict = judge(verified(message, consent=CONSENT), situation(standing(CONSENT), level=level))

    assert verdict == refused(RefusalCode.E_LEVEL)


def test_a_personal_message_under_a_living_consent_is_taken() -> None:
    message = verified(DOSSIER, consent=CONSENT)

    assert judge(message, situation(standing(CONSENT))) == accepted(DOSSIER)


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ([], RefusalCode.E_CONSENT_MISSING),
        ([standing(CONSENT, WITHDRAWN)], RefusalCode.E_CONSENT_WITHDRAWN),
        ([standing(CONSENT, frozenset())], RefusalCode.E_CONSENT_MISSING),
    ],
    ids=["unknown", "withdrawn while it was under way", "never given"],
)
def test_a_personal_message_under_a_consent_that_does_not_live_is_refused(
    known: list[Standing], code: RefusalCode
) -> None:
    message = verified(DOSSIER, consent=CONSENT)

    assert judge(message, situation(*known)) == refused(code)


def test_a_clock_set_back_opens_nothing_under_a_consent_that_has_ended() -> None:
    short = replace(CONSENT, expires=later(NOON, HOUR))
    message = verified(DOSSIER, consent=short)
    just_before, at_its_end = later(NOON, HOUR - 1), later(NOON, HOUR)

    verdicts = [
        judge(message, situation(standing(short), now=NOON, latest_seen=latest))
        for latest in (just_before, at_its_end)
    ]

    assert verdicts == [accepted(DOSSIER), refused(RefusalCode.E_CONSENT_EXPIRED)]


def test_a_personal_message_is_held_against_the_consent_it_cites() -> None:
    back = replace(CONSENT, holder=BANDHAN.node_id, recipient=ALO.node_id)
    message = verified(DOSSIER, consent=back)

    assert judge(message, situation(standing(back))) == refused(RefusalCode.E_CONSENT_SCOPE)


@pytest.mark.parametrize(
    "message",
    [
        dossier_of(Category.LEGAL),
        dossier_of(Category.LOCATION_CONTACT, Fact(field="home_district", value="সাতক্ষীরা")),
    ],
    ids=["a category she did not name", "a field she left out"],
)
def test_a_content_beyond_the_consent_is_refused(message: ReferralDossier) -> None:
    verdict = judge(verified(message, consent=CONSENT), situation(standing(CONSENT)))

    assert verdict == refused(RefusalCode.E_CONSENT_SCOPE)


def test_a_consent_that_is_gone_when_the_content_is_read_permits_nothing() -> None:
    answers = iter([standing(CONSENT), None])
    message = verified(DOSSIER, consent=CONSENT)

    verdict = judge(message, situation(standing=lambda _: next(answers)))

    assert verdict == refused(RefusalCode.E_CONSENT_MISSING)


def test_an_introduction_from_a_node_we_do_not_know_is_judged_like_any_message() -> None:
    request = IntroductionRequest(
        card=ALO.signed_card.raw, bundle=ALO.signed_bundle.raw, proof=bytes(32)
    )
    payload = payload_of(encode_content(request))
    message = arrive(envelope_of(skeleton_of(request.TYPE, payload), payload), senders=())

    assert message.guest == ALO.card
    assert judge(message, situation(level=0)) == accepted(request)
