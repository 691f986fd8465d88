"""Vectors of the signed consent, and of what may be shared under it."""

from dataclasses import replace

from protocol.codec import Value
from protocol.consent import Consent
from protocol.labels import Kind
from protocol.limits import DAY
from protocol.signing import sign
from protocol.values import consent_id, later, pseudonym
from tests.vectors.cast import (
    ALO,
    BANDHAN,
    CHAUTARI,
    CONSENT,
    NOW,
    SIGNED_CONSENT,
    changed,
    octets,
    signed_by_issuer,
    without,
)
from tests.vectors.form import Vector, vector

ASKED_BY_RECIPIENT = replace(CONSENT, issuer=BANDHAN.node_id)


def vectors() -> list[Vector]:
    """All of them."""
    return [*_forms(), *_rules(), *_shares()]


def _case(name: str, expect: str, rule: str, comment: str, raw: bytes) -> Vector:
    return vector(name, "consent", expect, rule, comment, raw, key=ALO.signing.public)


def _resigned(body: bytes) -> bytes:
    # Signed as it is: what our own code would never sign must still be refused.
    return sign(Kind.CONSENT, body, secrets=[ALO.signing]).raw


def _wrong(name: str, rule: str, comment: str, **fields: Value) -> Vector:
    return _case(
        name, "E_SCHEMA", rule, comment, _resigned(changed(SIGNED_CONSENT.body, **fields))
    )


def _forms() -> list[Vector]:
    body = SIGNED_CONSENT.body
    whole = replace(
        CONSENT,
        witness=pseudonym(octets("witness", 16)),
        supersedes=consent_id(octets("former consent", 16)),
    )
    return [
        _case("consent_good", "ok", "R-50", "Two categories, two conditions.", SIGNED_CONSENT.raw),
        _case("consent_whole", "ok", "R-50", "With a witness and a predecessor.",
              signed_by_issuer(whole).raw),
        _case("consent_by_stranger", "E_SENDER_UNKNOWN", "R-24", "Signed by another node.",
              sign(Kind.CONSENT, body, secrets=[CHAUTARI.signing]).raw),
        _wrong("consent_categories_out_of_order", "R-12", "8 before 2.", k7=[8, 2]),
        _wrong("consent_category_twice", "R-12", "2 twice.", k7=[2, 2]),
        _wrong("consent_onward_out_of_order", "R-12", "A larger node id first.",
               k9=[bytes([2]) * 32, bytes([1]) * 32]),
        _wrong("consent_seventeen_onward", "R-50", "One more than 16.",
               k9=[bytes([n]) * 32 for n in range(17)]),
        _wrong("consent_understood_null", "R-10", "null in place of true or false.", k14=None),
        _wrong("consent_given_by_8", "R-11", "A number outside the list.", k10=8),
        _wrong("consent_unknown_condition", "R-11", "A condition outside the list.", k21=["never"]),
        _wrong("consent_unknown_key", "R-10", "A key 23.", k23=1),
        _case("consent_missing_notice", "E_SCHEMA", "R-10", "No key 13.",
              _resigned(without(body, 13))),
    ]  # fmt: skip


def _rules() -> list[Vector]:
    a_year = 365 * DAY
    begin = CONSENT.valid_from
    return [
        _wrong("consent_issuer_third", "R-51", "Neither the holder nor the recipient.",
               k3=bytes(CHAUTARI.node_id)),
        _wrong("consent_to_itself", "R-51", "The holder is the recipient.",
               k5=bytes(ALO.node_id)),
        _wrong("consent_category_13", "R-52", "A category that no consent can hold.", k7=[2, 13]),
        _wrong("consent_category_0", "R-52", "The handle's category.", k7=[0, 2]),
        _wrong("consent_image_for_referral", "R-52", "Category 12 with care_referral.",
               k7=[2, 12]),
        _case("consent_image_for_papers", "ok", "R-52", "Category 12 with another purpose.",
              _resigned(changed(SIGNED_CONSENT.body, k6="repatriation_papers", k7=[2, 12]))),
        _wrong("consent_excludes_unknown_field", "R-52", "A field that does not exist.",
               k8=["photo_name"]),
        _case("consent_365_days", "ok", "R-53", "The longest life.",
              _resigned(changed(SIGNED_CONSENT.body, k19=begin + a_year))),
        _wrong("consent_365_days_and_a_second", "R-53", "One second too long.",
               k19=begin + a_year + 1),
        _wrong("consent_without_life", "R-53", "It ends as it begins.", k19=int(begin)),
        _wrong("consent_recorded_before_asked", "R-53", "Recorded before she was asked.",
               k17=CONSENT.asked_at - 1),
        _wrong("consent_valid_before_recorded", "R-53", "Valid before it was recorded.",
               k18=CONSENT.recorded_at - 1),
        _wrong("consent_erased_before_valid", "R-53", "To be erased before it begins.",
               k20=begin - 1),
        _wrong("consent_supersedes_itself", "R-51", "Its own predecessor.",
               k22=bytes(CONSENT.consent_id)),
    ]  # fmt: skip


def _share(
    name: str, expect: str, rule: str, comment: str, consent: Consent = CONSENT, **more: object
) -> Vector:
    asked = {
        "now": NOW,
        "level": 2,
        "events": "given",
        "holder": ALO.node_id,
        "recipient": BANDHAN.node_id,
        "purpose": "care_referral",
        "categories": "2,8",
    }
    raw = signed_by_issuer(consent).raw
    return vector(name, "share", expect, rule, comment, raw, **{**asked, **more})


def _shares() -> list[Vector]:
    confirmed = "given,confirmed_by_holder"
    return [
        _share("share_good", "ok", "R-57", "Everything that is asked for is allowed."),
        _share("share_level_1", "E_LEVEL", "R-78", "The recipient is not verified.", level=1),
        _share("share_other_category", "E_CONSENT_SCOPE", "R-57", "Category 5 is not in it.",
               categories="5,8"),
        _share("share_other_purpose", "E_CONSENT_MISSING", "R-57", "For follow-up.",
               purpose="follow_up"),
        _share("share_other_recipient", "E_CONSENT_MISSING", "R-57", "For another node.",
               recipient=CHAUTARI.node_id),
        _share("share_not_given", "E_CONSENT_MISSING", "R-57", "Only asked for so far.",
               events="requested"),
        _share("share_not_yet", "E_CONSENT_MISSING", "R-57", "A second before it begins.",
               now=CONSENT.valid_from - 1),
        _share("share_last_second", "ok", "R-57", "Its last second.", now=CONSENT.expires - 1),
        _share("share_expired", "E_CONSENT_EXPIRED", "R-57", "Its end.", now=CONSENT.expires),
        _share("share_withdrawn", "E_CONSENT_WITHDRAWN", "R-57", "Withdrawn after it was given.",
               events="given,withdrawn"),
        _share("share_superseded", "E_CONSENT_WITHDRAWN", "R-57", "A later one took its place.",
               events="given,superseded"),
        _share("share_unconfirmed", "E_CONSENT_UNCONFIRMED", "R-54", "The recipient asked her.",
               ASKED_BY_RECIPIENT),
        _share("share_confirmed", "ok", "R-54", "The holder's worker heard it from her.",
               ASKED_BY_RECIPIENT, events=confirmed),
        _share("share_expired_unconfirmed", "E_CONSENT_EXPIRED", "R-57", "Expired goes first.",
               replace(ASKED_BY_RECIPIENT, expires=later(NOW, -1))),
    ]  # fmt: skip
