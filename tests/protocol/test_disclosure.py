"""Disclosure: what a permit allows of what is known of her, and nothing else."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import Value, decode
from protocol.consent import Consent
from protocol.disclosure import (
    AnswerShape,
    CaseFacts,
    DossierShape,
    OutcomeShape,
    PayloadShape,
    ReportShape,
    build_consent_copy,
    build_offer,
    build_payload,
    content_hash,
)
from protocol.errors import LocalProtocolError
from protocol.messages.disclosed import Disclosed, Fact, FactValue, Sentence
from protocol.messages.referral import ReferralDossier
from protocol.messages.union import MessageClass, encode_content, parse_content
from protocol.permits import Payload
from protocol.values import Hash, Instant, PlainText, later, sha256
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import NotSeenReason, Purpose, Question, SeenHow
from protocol.vocabulary.facts import FACT_FIELDS
from tests.support.builders import (
    CASE,
    CONSENT,
    EVERYTHING,
    FEAR,
    HOPE,
    NOON,
    OFFER,
    WISH,
    permit_for,
    signed_consent,
)
from tests.support.cases import CATEGORY_OF, FIELDS, SHAPE_OF, consents, facts_of, sentences
from tests.support.consent_model import told

WAY_BACK: Final = replace(CONSENT, purpose=Purpose.FOLLOW_UP)
DOSSIER: Final = DossierShape()


def dossier(
    case: CaseFacts = CASE, consent: Consent = CONSENT, ticks: Collection[Hash] = ()
) -> Payload:
    permit = permit_for(consent, ticks=frozenset(ticks), now=consent.valid_from)
    return build_payload(case, permit, shape=DOSSIER)


def disclosed(payload: Payload) -> Disclosed:
    """What the recipient reads."""
    message = parse_content(
        decode(payload.content), type_name=payload.type, of_class=MessageClass.PERSONAL
    )
    assert isinstance(message, ReferralDossier)
    return message.disclosed


def said(payload: Payload) -> set[tuple[int, str, FactValue]]:
    """Everything the recipient learns: category, field or kind, value."""
    found: set[tuple[int, str, FactValue]] = set()
    for section in disclosed(payload).sections:
        number = int(section.category)
        found |= {(number, fact.field, fact.value) for fact in section.facts}
        found |= {(number, text.kind.value, text.text) for text in section.sentences}
    return found


def test_a_dossier_begins_with_her_words_then_how_to_reach_her_then_her_safety() -> None:
    payload = dossier(ticks=[WISH.hash, FEAR.hash])

    content: Value = {
        0: [
            [8, {"wish_about": ["learning", "work"]}, [["wish", "ben", "আমি সেলাই শিখতে চাই।"]]],
            [
                2,
                {
                    "present_town": "খুলনা",
                    "safe_phone": "+000 0000 0001",
                    "contact_never": ["evening", "visit"],
                },
                [],
            ],
            [
                11,
                {"threats": ["by_recruiter"]},
                [["fear", "hin", "मुझे डर है कि वह मेरा पता जान लेगा।"]],
            ],
        ]
    }
    assert decode(payload.content) == content
    assert (payload.type, payload.is_personal) == ("referral.dossier/1", True)
    assert payload.fields == (
        "contact_never",
        "present_town",
        "safe_phone",
        "threats",
        "wish_about",
        "text:wish",
        "text:fear",
    )


def test_a_consent_without_categories_builds_a_dossier_that_says_nothing() -> None:
    payload = dossier(consent=replace(CONSENT, categories=frozenset()))

    assert (decode(payload.content), payload.fields) == ({0: []}, ())


@pytest.mark.slow
@given(
    consent=consents([Purpose.CARE_REFERRAL]),
    facts=facts_of(sorted({*CATEGORY_OF, "suspect_name"})),
    texts=st.lists(st.tuples(st.sampled_from(Category), sentences), max_size=8),
    data=st.data(),
)
def test_a_dossier_says_exactly_what_she_allowed(
    consent: Consent,
    facts: list[Fact],
    texts: list[tuple[Category, Sentence]],
    data: st.DataObject,
) -> None:
    # Each text once: of two with the same words, one is told.
    once = {text.text: (category, text) for category, text in texts}
    case = CaseFacts(facts=tuple(facts), sentences=tuple(once.values()))
    ticks = data.draw(st.sets(st.sampled_from([t.hash for _, t in once.values()]))) if once else ()

    payload = dossier(case, consent, ticks)

    expected = told(case, consent, ticks)
    assert said(payload) == expected
    names = [f"text:{name}" if name not in CATEGORY_OF else name for _, name, _ in expected]
    assert sorted(payload.fields) == sorted(names)


def test_a_fact_is_told_only_under_its_own_category() -> None:
    case = CaseFacts(facts=(Fact(field="medicines", value="ঔষধ"),), sentences=())
    without = EVERYTHING - {Category.HEALTH_BODY}

    assert said(dossier(case, replace(CONSENT, categories=without))) == set()
    assert said(dossier(case, replace(CONSENT, categories=EVERYTHING))) == {
        (5, "medicines", "ঔষধ")
    }


def test_a_field_she_left_out_is_not_told() -> None:
    town_only = replace(CONSENT, excluded_fields=frozenset({"safe_phone", "contact_never"}))
    contact = replace(town_only, categories=frozenset({Category.LOCATION_CONTACT}))

    assert said(dossier(consent=contact)) == {
        (2, "present_town", "খুলনা"),
        (2, "home_district", "সাতক্ষীরা"),
    }


def test_a_field_that_is_not_in_the_allow_list_is_never_told() -> None:
    case = CaseFacts(facts=(Fact(field="suspect_name", value="X"),), sentences=())

    assert said(dossier(case, replace(CONSENT, categories=EVERYTHING))) == set()


def test_a_text_leaves_only_with_its_own_tick() -> None:
    wishes = replace(CONSENT, categories=frozenset({Category.PLAN_WISHES}))

    texts = [
        [text.text for text in disclosed(dossier(consent=wishes, ticks=ticks)).sentences]
        for ticks in ([], [WISH.hash], [WISH.hash, HOPE.hash])
    ]

    assert texts == [[], [WISH.text], [HOPE.text, WISH.text]]


def test_a_ticked_text_stays_where_its_category_was_not_given() -> None:
    wishes = replace(CONSENT, categories=frozenset({Category.PLAN_WISHES}))

    assert disclosed(dossier(consent=wishes, ticks=[FEAR.hash])).sentences == ()


def test_a_tick_dies_with_any_edit_of_its_text() -> None:
    edited = replace(WISH, text=PlainText(WISH.text + " "))
    case = CaseFacts(facts=(), sentences=((Category.PLAN_WISHES, edited),))

    assert disclosed(dossier(case, ticks=[WISH.hash])).sentences == ()


def test_the_allow_list_is_this_one() -> None:
    table = {field: (int(spec.category), str(spec.shape)) for field, spec in FACT_FIELDS.items()}

    assert table == {field: (CATEGORY_OF[field], SHAPE_OF[field]) for field in CATEGORY_OF}
    assert table.keys() == {field for fields in FIELDS.values() for field in fields}


AT: Final = later(NOON, 60)
SHAPES: Final[list[tuple[PayloadShape, Consent, str, dict[int | str, Value]]]] = [
    (DOSSIER, CONSENT, "referral.dossier/1", {}),
    (
        AnswerShape(question=Question.LANGUAGE),
        CONSENT,
        "referral.answer/1",
        {1: "language"},
    ),
    (
        OutcomeShape(seen=SeenHow.PHONE, at=AT),
        WAY_BACK,
        "referral.outcome/1",
        {1: "phone", 2: AT},
    ),
    (
        ReportShape(at=AT, seen=SeenHow.IN_PERSON, not_seen=None),
        WAY_BACK,
        "followup.report/1",
        {2: AT, 3: "in_person"},
    ),
    (
        ReportShape(at=AT, seen=None, not_seen=NotSeenReason.MOVED),
        WAY_BACK,
        "followup.report/1",
        {2: AT, 4: "moved"},
    ),
]


@pytest.mark.parametrize(("shape", "consent", "type_name", "keys"), SHAPES)
def test_each_personal_message_discloses_the_same_and_adds_only_its_own_codes(
    shape: PayloadShape, consent: Consent, type_name: str, keys: dict[int | str, Value]
) -> None:
    payload = build_payload(CASE, permit_for(consent), shape=shape)

    sections = decode(dossier().content)
    assert isinstance(sections, dict)
    assert payload.type == type_name
    assert decode(payload.content) == {0: sections[0], **keys}


@pytest.mark.parametrize(("shape", "consent", "type_name", "keys"), SHAPES)
def test_a_permit_for_another_purpose_builds_no_message(
    shape: PayloadShape, consent: Consent, type_name: str, keys: dict[int | str, Value]
) -> None:
    del type_name, keys
    swapped = WAY_BACK if consent is CONSENT else CONSENT

    with pytest.raises(LocalProtocolError, match="another purpose"):
        build_payload(CASE, permit_for(swapped), shape=shape)


def test_an_offer_cites_no_consent_and_says_the_same_of_any_two_survivors() -> None:
    other = replace(
        CONSENT,
        consent_id=type(CONSENT.consent_id)(b"another consent."),
        handle=type(CONSENT.handle)(b"another survivor"),
        categories=EVERYTHING,
        excluded_fields=frozenset(),
    )

    one, two = (build_offer(OFFER, permit_for(consent)) for consent in (CONSENT, other))

    assert one.content == two.content == encode_content(OFFER)
    assert (one.type, one.is_personal, one.fields) == ("referral.offer/1", False, ())


def test_an_offer_needs_a_permit_to_refer_her() -> None:
    with pytest.raises(LocalProtocolError, match="another purpose"):
        build_offer(OFFER, permit_for(WAY_BACK))


def test_a_copy_of_a_consent_carries_the_signed_object_and_her_words() -> None:
    raw = signed_consent(CONSENT).raw
    words = PlainText("পুলিশকে নয়")

    payload = build_consent_copy(raw, words, permit_for())

    assert decode(payload.content) == {0: raw, 1: words}
    assert (payload.type, payload.is_personal, payload.fields) == ("consent.copy/1", True, ())


def test_a_permit_does_not_cover_a_copy_of_another_consent() -> None:
    other = replace(CONSENT, categories=EVERYTHING)

    with pytest.raises(LocalProtocolError, match="another consent"):
        build_consent_copy(signed_consent(other).raw, None, permit_for())


def test_what_a_preview_shows_is_the_hash_of_exactly_what_is_sent() -> None:
    one, same, other = dossier(), dossier(), dossier(ticks=[WISH.hash])

    assert content_hash(one) == content_hash(same) == sha256(one.content)
    assert content_hash(other) != content_hash(one)


def test_a_permit_is_for_its_instant_and_the_content_does_not_tell_which() -> None:
    contents = {
        build_payload(CASE, permit_for(now=Instant(now)), shape=DOSSIER).content
        for now in (NOON, NOON + 1, NOON + 86_400)
    }

    assert len(contents) == 1
