"""A copy of a consent: verified when it is taken, held against who sent it and what it cites."""

from dataclasses import replace
from typing import Any, Final

import pytest

from protocol.acceptance import Verdict, judge
from protocol.consent import Consent
from protocol.errors import RefusalCode
from protocol.messages.consent import ConsentCopy
from protocol.messages.disclosed import Disclosed
from protocol.messages.referral import ReferralDossier
from protocol.vocabulary.categories import Category
from tests.support.builders import (
    ALO,
    BANDHAN,
    CONSENT,
    Organisation,
    signed_consent,
    standing,
    verified,
)
from tests.support.situations import accepted, refused, situation

COPY: Final = ConsentCopy(signed_consent=signed_consent(CONSENT).raw, words=None)
DOSSIER: Final = ReferralDossier(disclosed=Disclosed(sections=()))


def copy_verdict(
    consent: Consent = CONSENT,
    *,
    cites: Consent = CONSENT,
    raw: bytes | None = None,
    by: Organisation = ALO,
    to: Organisation = BANDHAN,
    **changes: Any,  # noqa: ANN401  # any field of the situation
) -> Verdict:
    signed = signed_consent(consent).raw if raw is None else raw
    message = verified(ConsentCopy(signed_consent=signed, words=None), consent=cites, by=by, to=to)
    usual = {"me": to.node_id, "sender_keys": (by.signing.public,)}
    return judge(message, situation(**{**usual, **changes}))


def test_a_copy_of_a_consent_is_taken_with_the_consent_inside_it() -> None:
    assert copy_verdict() == replace(accepted(COPY), consent=CONSENT)


def test_the_holder_takes_a_copy_from_the_recipient_who_asked_her() -> None:
    asked = replace(CONSENT, issuer=BANDHAN.node_id)

    verdict = copy_verdict(asked, cites=asked, by=BANDHAN, to=ALO)

    copy = ConsentCopy(signed_consent=signed_consent(asked).raw, words=None)
    assert verdict == replace(accepted(copy), consent=asked)


OTHER: Final = replace(CONSENT, categories=frozenset({Category.LEGAL}))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"raw": b"\x80"}, RefusalCode.E_SCHEMA),
        ({"raw": ALO.signed_card.raw}, RefusalCode.E_KIND),
        ({"sender_keys": (BANDHAN.signing.public,)}, RefusalCode.E_SENDER_UNKNOWN),
        ({"consent": replace(CONSENT, issuer=BANDHAN.node_id)}, RefusalCode.E_SENDER_UNKNOWN),
        ({"by": BANDHAN, "to": ALO}, RefusalCode.E_SENDER_UNKNOWN),
        ({"cites": OTHER}, RefusalCode.E_CONSENT_SCOPE),
        ({"is_buried": CONSENT.consent_id.__eq__}, RefusalCode.E_CONSENT_WITHDRAWN),
    ],
)
def test_a_copy_that_is_not_the_senders_own_living_consent_is_refused(
    given: dict[str, Any], code: RefusalCode
) -> None:
    assert copy_verdict(**given) == refused(code)


def test_a_consent_taken_under_a_former_key_still_permits_after_the_key_changed() -> None:
    message = verified(DOSSIER, consent=CONSENT)
    new_keys = (BANDHAN.signing.public,)

    assert copy_verdict() == replace(accepted(COPY), consent=CONSENT)
    assert judge(message, situation(standing(CONSENT), sender_keys=new_keys)) == accepted(DOSSIER)
