"""The gate at the receiving end: which personal messages and copies of consents are taken."""

from dataclasses import replace
from typing import Final

import pytest

from protocol.consent import Consent, ConsentEvent, Standing
from protocol.consent_rules import gate_on_arrival, gate_on_content, gate_on_copy
from protocol.errors import RefusalCode
from protocol.messages.consent import ConsentCopy
from protocol.messages.disclosed import Disclosed, Fact, Section
from protocol.messages.referral import ReferralDossier
from protocol.values import Instant, NodeId
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import Purpose
from tests.support.builders import (
    ALO,
    BANDHAN,
    CHAUTARI,
    CONSENT,
    GIVEN,
    NOON,
    Organisation,
    standing,
)

END: Final = NOON + 90 * 86_400
WITHDRAWN: Final = GIVEN | {ConsentEvent.WITHDRAWN}
# She walked in at Bandhan, and Bandhan asked her.
ASKED_THERE: Final = replace(CONSENT, issuer=BANDHAN.node_id)


def gate(
    known: Standing | None,
    *,
    sender: NodeId = ALO.node_id,
    me: NodeId = BANDHAN.node_id,
    type_name: str = "referral.dossier/1",
    now: int = NOON,
) -> RefusalCode | None:
    return gate_on_arrival(known, sender=sender, me=me, type_name=type_name, now=Instant(now))


def test_a_personal_message_under_a_living_consent_is_taken() -> None:
    assert gate(standing(CONSENT)) is None


def test_a_personal_message_that_cites_an_unknown_consent_is_refused() -> None:
    assert gate(None) is RefusalCode.E_CONSENT_MISSING


def test_a_personal_message_is_taken_only_from_the_holder_and_only_by_the_recipient() -> None:
    known = standing(CONSENT)

    codes = [
        gate(known, sender=CHAUTARI.node_id),
        gate(known, me=CHAUTARI.node_id),
        gate(known, sender=BANDHAN.node_id, me=ALO.node_id),
    ]

    assert codes == [RefusalCode.E_CONSENT_SCOPE] * 3


@pytest.mark.parametrize(
    ("purpose", "types"),
    [
        (Purpose.CARE_REFERRAL, {"referral.dossier/1", "referral.answer/1"}),
        (Purpose.FOLLOW_UP, {"referral.outcome/1", "followup.report/1"}),
        (Purpose.JUSTICE, set()),
    ],
)
def test_each_type_of_personal_message_has_its_one_purpose(
    purpose: Purpose, types: set[str]
) -> None:
    every = ["referral.dossier/1", "referral.answer/1", "referral.outcome/1", "followup.report/1"]
    known = standing(replace(CONSENT, purpose=purpose))

    codes = {name: gate(known, type_name=name) for name in [*every, "referral.offer/1"]}

    assert codes == {
        name: None if name in types else RefusalCode.E_CONSENT_SCOPE for name in codes
    }


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (NOON - 601, RefusalCode.E_CONSENT_MISSING),
        (NOON - 600, None),
        (NOON, None),
        (END - 1, None),
        (END, RefusalCode.E_CONSENT_EXPIRED),
    ],
)
def test_two_clocks_may_differ_by_ten_minutes_but_never_beyond_the_end(
    second: int, code: RefusalCode | None
) -> None:
    assert gate(standing(CONSENT), now=second) is code


def test_the_ten_minutes_do_not_open_a_consent_that_was_withdrawn_before_it_began() -> None:
    assert gate(standing(CONSENT, WITHDRAWN), now=NOON - 1) is RefusalCode.E_CONSENT_WITHDRAWN


def test_a_personal_message_that_was_under_way_when_she_withdrew_is_refused() -> None:
    assert gate(standing(CONSENT, WITHDRAWN)) is RefusalCode.E_CONSENT_WITHDRAWN


def test_the_recipient_cannot_know_and_does_not_judge_whether_the_holder_heard_it() -> None:
    assert gate(standing(ASKED_THERE)) is None


def dossier_with(category: Category, *facts: Fact) -> ReferralDossier:
    section = Section(category=category, facts=facts, sentences=())
    return ReferralDossier(disclosed=Disclosed(sections=(section,)))


def test_a_content_that_keeps_to_the_consent_is_taken() -> None:
    phone = Fact(field="safe_phone", value="+000 0000 0001")

    assert gate_on_content(CONSENT, dossier_with(Category.LOCATION_CONTACT, phone)) is None


def test_a_content_with_a_category_she_did_not_name_is_refused() -> None:
    message = dossier_with(Category.LEGAL)

    assert gate_on_content(CONSENT, message) is RefusalCode.E_CONSENT_SCOPE


def test_a_content_with_a_field_she_left_out_is_refused() -> None:
    home = Fact(field="home_district", value="সাতক্ষীরা")

    code = gate_on_content(CONSENT, dossier_with(Category.LOCATION_CONTACT, home))

    assert code is RefusalCode.E_CONSENT_SCOPE


def test_a_copy_of_a_consent_holds_nothing_that_could_go_beyond_it() -> None:
    assert gate_on_content(CONSENT, ConsentCopy(signed_consent=b"", words=None)) is None


def copy_code(
    consent: Consent, *, sender: NodeId, me: NodeId, level: int = 2, is_buried: bool = False
) -> RefusalCode | None:
    return gate_on_copy(consent, sender=sender, me=me, level=level, is_buried=is_buried)


def test_a_copy_of_a_consent_is_taken_from_its_issuer_by_its_other_party() -> None:
    alo, bandhan = ALO.node_id, BANDHAN.node_id

    assert copy_code(CONSENT, sender=alo, me=bandhan) is None
    assert copy_code(ASKED_THERE, sender=bandhan, me=alo) is None


@pytest.mark.parametrize(
    ("consent", "sender", "me"),
    [
        (CONSENT, BANDHAN, ALO),
        (ASKED_THERE, ALO, BANDHAN),
        (CONSENT, CHAUTARI, BANDHAN),
        (CONSENT, ALO, CHAUTARI),
        (CONSENT, ALO, ALO),
    ],
)
def test_a_copy_of_a_consent_is_not_taken_from_or_by_anybody_else(
    consent: Consent, sender: Organisation, me: Organisation
) -> None:
    code = copy_code(consent, sender=sender.node_id, me=me.node_id)

    assert code is RefusalCode.E_CONSENT_SCOPE


def test_a_copy_of_a_consent_from_a_peer_below_level_two_is_refused() -> None:
    code = copy_code(CONSENT, sender=ALO.node_id, me=BANDHAN.node_id, level=1)

    assert code is RefusalCode.E_LEVEL


def test_a_tombstone_refuses_the_grant_that_comes_after_it() -> None:
    code = copy_code(CONSENT, sender=ALO.node_id, me=BANDHAN.node_id, is_buried=True)

    assert code is RefusalCode.E_CONSENT_WITHDRAWN
