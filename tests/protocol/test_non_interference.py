"""What she withheld leaves no trace: not in the bytes, not in their number, not in their order.

The observer is whoever reads the whole plaintext of a message. Two cases that differ only outside the
consent must look the same to it; a leak that is planted on purpose must be found within 200 examples.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Final

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from protocol.codec import Value, decode, encode
from protocol.consent import Consent
from protocol.disclosure import (
    AnswerShape,
    CaseFacts,
    DossierShape,
    OutcomeShape,
    PayloadShape,
    ReportShape,
    build_payload,
    content_hash,
)
from protocol.envelope import plaintext_of
from protocol.messages.disclosed import Fact
from protocol.permits import Permit
from protocol.values import Hash
from protocol.vocabulary.categories import SHAREABLE
from protocol.vocabulary.codes import Purpose, Question, SeenHow
from protocol.vocabulary.facts import FACT_FIELDS
from tests.support.builders import NOON, payload_of, permit_for, sign_skeleton, skeleton_of
from tests.support.cases import Pair, consents, facts_of, pairs

EXAMPLES_TO_FIND_A_LEAK: Final = 200
SHAPES: Final[dict[Purpose, list[PayloadShape]]] = {
    Purpose.CARE_REFERRAL: [DossierShape(), AnswerShape(question=Question.SERVICE_DETAIL)],
    Purpose.FOLLOW_UP: [
        OutcomeShape(seen=SeenHow.PHONE, at=NOON),
        ReportShape(at=NOON, seen=SeenHow.IN_PERSON, not_seen=None),
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a builder hands on: the content and the list of fields for the disclosure row."""

    type_name: str
    content: bytes
    fields: tuple[str, ...]
    preview: Hash


Builder = Callable[[CaseFacts, Permit, PayloadShape], Told]


def product(case: CaseFacts, permit: Permit, shape: PayloadShape) -> Told:
    payload = build_payload(case, permit, shape=shape)
    return Told(
        type_name=payload.type,
        content=payload.content,
        fields=payload.fields,
        preview=content_hash(payload),
    )


def plaintext(told: Told, permit: Permit) -> bytes:
    """Everything a recipient could look at, with the same ids, salt and time for any two cases."""
    payload = payload_of(told.content)
    skeleton = skeleton_of(told.type_name, payload, consent=permit.consent_hash)
    return plaintext_of(sign_skeleton(skeleton), payload=payload)


def hold(builder: Builder, *, examples: int, phases: tuple[Phase, ...] = tuple(Phase)) -> None:
    """Raise AssertionError if a pair of cases is found that the observer can tell apart."""

    @settings(max_examples=examples, phases=phases)
    @given(pair=pairs(list(SHAPES)), data=st.data())
    def cannot_be_told_apart(pair: Pair, data: st.DataObject) -> None:
        permit = permit_for(pair.consent, ticks=pair.ticks, now=pair.consent.valid_from)
        shape = data.draw(st.sampled_from(SHAPES[pair.consent.purpose]))
        one, other = (builder(case, permit, shape) for case in (pair.one, pair.other))
        assert one == other
        assert plaintext(one, permit) == plaintext(other, permit)

    cannot_be_told_apart()


@pytest.mark.slow
def test_two_cases_that_differ_only_outside_the_consent_give_the_same_message() -> None:
    hold(product, examples=300)


# Each of these breaks the promise in one way a careless hand could.


def changed(told: Told, change: Callable[[dict[int | str, Value]], None]) -> Told:
    content = decode(told.content)
    assert isinstance(content, dict)
    change(content)
    return replace(told, content=encode(content))


def counts_all_facts(case: CaseFacts, permit: Permit, shape: PayloadShape) -> Told:
    told = product(case, permit, shape)
    return changed(told, lambda content: content.update({9: len(case.facts)}))


def counts_what_is_withheld(case: CaseFacts, permit: Permit, shape: PayloadShape) -> Told:
    told = product(case, permit, shape)
    withheld = sum(text.hash not in permit.texts for _, text in case.sentences)
    return changed(told, lambda content: content.update({9: withheld}))


def names_a_category_she_kept(case: CaseFacts, permit: Permit, shape: PayloadShape) -> Told:
    told = product(case, permit, shape)
    known = {FACT_FIELDS[fact.field].category for fact in case.facts if fact.field in FACT_FIELDS}
    kept = sorted(known - permit.categories)
    return changed(told, lambda content: content.update({9: [int(number) for number in kept]}))


def adds_a_field_beyond_the_list(case: CaseFacts, permit: Permit, shape: PayloadShape) -> Told:
    told = product(case, permit, shape)
    extra: dict[int | str, Value] = {
        fact.field: str(fact.value) for fact in case.facts if fact.field not in FACT_FIELDS
    }
    return changed(told, lambda content: content.update({9: extra}))


def forgets_what_she_left_out(case: CaseFacts, permit: Permit, shape: PayloadShape) -> Told:
    told = product(case, permit, shape)
    all_of_them = sorted({fact.field for fact in case.facts} & permit.excluded_fields)
    return replace(told, fields=(*told.fields, *all_of_them))


def keeps_the_order_of_the_case(case: CaseFacts, permit: Permit, shape: PayloadShape) -> Told:
    told = product(case, permit, shape)
    order = [fact.field for fact in case.facts if fact.field in told.fields]
    return replace(told, fields=tuple(order))


def pads_by_the_size_of_the_case(case: CaseFacts, permit: Permit, shape: PayloadShape) -> Told:
    told = product(case, permit, shape)
    rough = bytes(len(case.facts) // 4 * 1_024)
    return changed(told, lambda content: content.update({9: rough}))


@pytest.mark.slow
@pytest.mark.parametrize(
    "leak",
    [
        counts_all_facts,
        counts_what_is_withheld,
        names_a_category_she_kept,
        adds_a_field_beyond_the_list,
        forgets_what_she_left_out,
        keeps_the_order_of_the_case,
        pads_by_the_size_of_the_case,
    ],
)
def test_a_planted_leak_is_found(leak: Builder) -> None:
    with pytest.raises(AssertionError):
        hold(leak, examples=EXAMPLES_TO_FIND_A_LEAK, phases=(Phase.generate,))


# Of the 23 keys of a consent, these alone decide what a content says.
DECIDING: Final = frozenset({"holder", "recipient", "purpose", "categories", "excluded_fields"})


@pytest.mark.slow
@given(
    consent=consents([Purpose.CARE_REFERRAL]),
    other=consents([Purpose.CARE_REFERRAL]),
    facts=facts_of(sorted(FACT_FIELDS)),
)
def test_only_the_scope_of_a_consent_decides_what_is_said(
    consent: Consent, other: Consent, facts: list[Fact]
) -> None:
    same_scope = replace(
        other, categories=consent.categories, excluded_fields=consent.excluded_fields
    )
    case = CaseFacts(facts=tuple(facts), sentences=())

    contents = {
        product(case, permit_for(one, now=one.valid_from), DossierShape()).content
        for one in (consent, same_scope)
    }

    assert len(contents) == 1
    varied = {field.name for field in fields(Consent)} - DECIDING
    assert len(varied) + len(DECIDING) == 22


@pytest.mark.slow
@given(consent=consents([Purpose.CARE_REFERRAL]), facts=facts_of(sorted(FACT_FIELDS)))
def test_a_category_she_named_and_nobody_wrote_about_looks_like_one_she_kept(
    consent: Consent, facts: list[Fact]
) -> None:
    written = {FACT_FIELDS[fact.field].category for fact in facts}
    wide = replace(consent, categories=SHAREABLE - {12}, excluded_fields=frozenset())
    exact = replace(wide, categories=frozenset(written))
    case = CaseFacts(facts=tuple(facts), sentences=())

    one, other = (
        product(case, permit_for(each, now=each.valid_from), DossierShape())
        for each in (wide, exact)
    )

    assert one == other
