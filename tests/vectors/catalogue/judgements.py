"""Vectors of what becomes of a verified message: duplicates, clocks, streams, consents, withdrawals."""

from dataclasses import replace

from protocol.codec import encode
from protocol.consent import Consent
from protocol.messages.consent import ConsentCopy
from protocol.messages.disclosed import Disclosed, Fact, Section
from protocol.messages.files import BlobChunk
from protocol.messages.referral import ReferralDossier
from protocol.messages.union import Message, encode_payload
from protocol.signing import Signed
from protocol.skeleton import Skeleton, encode_skeleton, message_hash, payload_commitment
from protocol.values import digest, later, sha256
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import Purpose
from tests.vectors.cast import (
    ALO,
    BANDHAN,
    CHAUTARI,
    CONSENT,
    CONSENT_HASH,
    EPOCH,
    NOW,
    SIGNED_CONSENT,
    SKEW,
    message_id,
    octets,
    payload_of,
    signed_by_issuer,
    signed_message,
    skeleton_for,
)
from tests.vectors.catalogue.consents import ASKED_BY_RECIPIENT
from tests.vectors.catalogue.contents import COPY, DOSSIER, MESSAGES, WITHDRAWN
from tests.vectors.catalogue.envelopes import GOOD, PAYLOAD, PLAIN, case
from tests.vectors.catalogue.files import CHUNK
from tests.vectors.catalogue.membership import SUSPEND_NOTICE
from tests.vectors.form import Vector
from tests.vectors.sealed import Recipe, message

SECOND = replace(PLAIN, sequence=2, previous=message_hash(encode_skeleton(PLAIN)))
HELD_ALIVE = f"given {SIGNED_CONSENT.raw.hex()}"


def vectors() -> list[Vector]:
    """All of them."""
    return [
        *_duplicates(), *_clocks(), *_streams(), *_classes(),
        *_consents(), *_scopes(), *_copies(), *_withdrawals(), *_notices(),
    ]  # fmt: skip


def _sent(skeleton: Skeleton) -> Recipe:
    """The offer under another skeleton."""
    return message(signed_message(skeleton), PAYLOAD)


def _withheld(skeleton: Skeleton) -> Recipe:
    return message(signed_message(skeleton), b"")


def _personal(content: Message) -> Recipe:
    payload = payload_of(content)
    skeleton = skeleton_for(content, payload, consent=CONSENT_HASH)
    return message(signed_message(skeleton), payload)


def _under(consent: Signed) -> Recipe:
    """The dossier under another consent."""
    payload = payload_of(DOSSIER)
    skeleton = skeleton_for(DOSSIER, payload, consent=sha256(consent.raw))
    return message(signed_message(skeleton), payload)


def _duplicates() -> list[Vector]:
    first = message_hash(encode_skeleton(PLAIN))
    other = replace(PLAIN, created=later(PLAIN.created, 1))
    return [
        case("duplicate", "duplicate", "R-85", "Taken before under the same hash.", GOOD, seen=first),
        case("duplicate_expired", "duplicate", "R-85", "It is expired by now.", GOOD, seen=first,
             now=later(PLAIN.expires, SKEW)),
        case("fork_of_message_id", "E_FORK", "R-85", "The same id, another skeleton.",
             _sent(other), seen=first),
    ]  # fmt: skip


def _clocks() -> list[Vector]:
    end = later(PLAIN.expires, SKEW)
    ahead = replace(PLAIN, created=later(NOW, SKEW + 1), expires=later(NOW, 5_000_000))
    epoch_ahead = replace(PLAIN, epoch=later(NOW, SKEW + 1))
    fits = replace(PLAIN, created=later(NOW, SKEW), expires=later(NOW, 5_000_000))
    return [
        case("clock_created_ahead", "E_CLOCK", "R-86", "48 hours and a second ahead.", _sent(ahead)),
        case("clock_created_just_fits", "ok", "R-86", "48 hours ahead.", _sent(fits), result="next"),
        case("clock_epoch_ahead", "E_CLOCK", "R-69", "An epoch far ahead.", _sent(epoch_ahead)),
        case("expired", "E_EXPIRED", "R-88", "48 hours past its end.", GOOD, now=end),
        case("expired_by_latest_seen", "E_EXPIRED", "R-58 R-88", "The clock was set back.", GOOD,
             latest_seen=end),
        case("expired_in_doubt", "E_CLOCK", "R-114", "By a clock in doubt.", GOOD, now=end,
             clock="in-doubt"),
        case("expired_just_not", "ok", "R-88", "A second earlier.", GOOD, now=later(end, -1),
             result="next"),
        case("expired_withheld", "E_EXPIRED", "R-89", "Withheld, and expired.", _withheld(PLAIN),
             now=end),
    ]  # fmt: skip


def _streams() -> list[Vector]:
    first = message_hash(encode_skeleton(PLAIN)).hex()
    after_first = f"{EPOCH} 1 {first} open"
    other = octets("another message").hex()
    third = replace(PLAIN, sequence=3, previous=message_hash(encode_skeleton(SECOND)))
    zero = bytes(32).hex()
    return [
        case("stream_second", "ok", "R-65", "Number 2 after 1.", _sent(SECOND), stream=after_first,
             result="next"),
        case("stream_early", "ok", "R-65", "Number 3, while 2 is missing.", _sent(third),
             stream=after_first, result="early"),
        case("stream_new_epoch", "ok", "R-68", "Number 1 of a later epoch.",
             _sent(replace(PLAIN, epoch=later(EPOCH, 60))), stream=after_first, result="next"),
        case("stream_old_epoch", "E_EPOCH_SUPERSEDED", "R-68", "An epoch before the one we know.",
             _sent(replace(PLAIN, epoch=later(EPOCH, -60))), stream=after_first),
        case("stream_past", "E_EXPIRED", "R-70", "Number 1 again, no longer held.", GOOD,
             stream=f"{EPOCH} 4 {other} open"),
        case("stream_zero", "E_EXPIRED", "R-70", "Number 0.", _sent(replace(PLAIN, sequence=0))),
        case("stream_fork", "E_FORK", "R-66", "Another number 1 is held.", GOOD,
             stream=f"{EPOCH} 1 {other} open", held=f"1 {zero} {other}"),
        case("stream_fork_above", "E_FORK", "R-66", "Another number 3 is held.", _sent(third),
             stream=after_first, held=f"3 {other} {other}"),
        case("stream_frozen", "E_FORK", "R-66", "Frozen after a fork.", _sent(SECOND),
             stream=f"{EPOCH} 1 {first} frozen"),
        case("chain_broken", "E_CHAIN", "R-67", "Number 2 follows another number 1.", _sent(SECOND),
             stream=f"{EPOCH} 1 {other} open"),
        case("chain_broken_ahead", "E_CHAIN", "R-67", "The number 3 we hold follows another 2.",
             _sent(SECOND), stream=after_first, held=f"3 {other} {other}"),
        case("chain_broken_behind", "E_CHAIN", "R-67", "The number 2 we hold is another one.",
             _sent(third), stream=after_first, held=f"2 {first} {other}"),
    ]  # fmt: skip


def _classes() -> list[Vector]:
    newer = replace(PLAIN, type="referral.offer/2")
    cites = replace(PLAIN, consent=CONSENT_HASH)
    payload = payload_of(DOSSIER)
    silent = message(signed_message(skeleton_for(DOSSIER, payload)), payload)
    bad = encode_payload(encode({0: "place_to_stay"}), salt=octets("salt", 16))
    incomplete = replace(PLAIN, commitment=payload_commitment(bad))
    return [
        case("type_unknown", "E_TYPE", "R-90", "Version 2 of an offer.", _sent(newer)),
        case("type_unknown_withheld", "E_TYPE", "R-89", "The same, withheld.", _withheld(newer)),
        case("offer_cites_consent", "E_SCHEMA", "R-90", "Key 12 in a message of class 0.",
             _sent(cites)),
        case("dossier_cites_none", "E_CONSENT_MISSING", "R-90", "No key 12.", silent, level=2),
        case("content_incomplete", "E_SCHEMA", "R-99", "An offer of one field.",
             message(signed_message(incomplete), bad)),
        case("withheld", "withheld", "R-41 R-89", "An offer without its payload.",
             _withheld(PLAIN)),
        case("withheld_personal", "withheld", "R-89", "A dossier of a consent withdrawn since.",
             _withheld(skeleton_for(DOSSIER, payload, consent=CONSENT_HASH)), level=2,
             consent=f"given,withdrawn {SIGNED_CONSENT.raw.hex()}"),
    ]  # fmt: skip


def _consents() -> list[Vector]:
    sealed = _personal(DOSSIER)
    raw = SIGNED_CONSENT.raw.hex()
    # The message itself expires before the consent does; so here the consent is a shorter one.
    brief = signed_by_issuer(replace(CONSENT, expires=later(NOW, 60)))
    future = signed_by_issuer(replace(CONSENT, valid_from=later(NOW, 600)))

    def brief_at(name: str, expect: str, comment: str, now: int, **more: object) -> Vector:
        held = f"given {brief.raw.hex()}"
        return case(name, expect, "R-91", comment, _under(brief), level=2, consent=held, now=now,
                    **more)  # fmt: skip

    def future_at(name: str, expect: str, comment: str, now: int, **more: object) -> Vector:
        held = f"given {future.raw.hex()}"
        return case(name, expect, "R-91", comment, _under(future), level=2, consent=held, now=now,
                    **more)  # fmt: skip

    return [
        case("gate_good", "ok", "R-91 R-92", "A dossier within its consent.", sealed, level=2,
             consent=HELD_ALIVE, result="next"),
        case("gate_level_1", "E_LEVEL", "R-78", "The sender is not verified.", sealed, level=1,
             consent=HELD_ALIVE),
        case("gate_unknown_consent", "E_CONSENT_MISSING", "R-91", "We do not hold it.", sealed,
             level=2),
        case("gate_withdrawn", "E_CONSENT_WITHDRAWN", "R-91", "Withdrawn.", sealed, level=2,
             consent=f"given,withdrawn {raw}"),
        brief_at("gate_last_second", "ok", "The consent's last second.", NOW + 59, result="next"),
        brief_at("gate_expired", "E_CONSENT_EXPIRED", "The consent's end.", NOW + 60),
        brief_at("gate_expired_by_latest_seen", "E_CONSENT_EXPIRED", "The clock was set back.", NOW,
                 latest_seen=NOW + 60),
        brief_at("gate_expired_in_doubt", "E_CLOCK", "By a clock in doubt.", NOW + 60,
                 clock="in-doubt"),
        future_at("gate_ten_minutes_early", "ok", "Ten minutes before it begins.", NOW,
                  result="next"),
        future_at("gate_too_early", "E_CONSENT_MISSING", "A second more.", NOW - 1),
    ]  # fmt: skip


def _scopes() -> list[Vector]:
    def told(category: Category, field: str, value: str) -> Recipe:
        section = Section(category=category, facts=(Fact(field=field, value=value),), sentences=())
        return _personal(ReferralDossier(disclosed=Disclosed(sections=(section,))))

    def wrong(name: str, comment: str, sealed: Recipe) -> Vector:
        return case(name, "E_CONSENT_SCOPE", "R-92", comment, sealed, level=2, consent=HELD_ALIVE)

    def cited(name: str, comment: str, other: Consent) -> Vector:
        consent = signed_by_issuer(other)
        held = f"given {consent.raw.hex()}"
        return case(
            name, "E_CONSENT_SCOPE", "R-91", comment, _under(consent), level=2, consent=held
        )

    _, outcome = MESSAGES["outcome"]
    elsewhere = BlobChunk(
        head=replace(CHUNK.head, category=Category.LEGAL), index=0, content=CHUNK.content
    )
    tracing = signed_by_issuer(replace(CONSENT, purpose=Purpose.FAMILY_TRACING))
    payload = payload_of(CHUNK)
    for_tracing = skeleton_for(CHUNK, payload, consent=sha256(tracing.raw))
    return [
        case("gate_file_good", "ok", "R-192 R-193", "A file within its consent.",
             _personal(CHUNK), level=2, consent=HELD_ALIVE, result="next"),
        case("gate_file_other_category", "E_CONSENT_SCOPE", "R-192", "Category 7 is not in it.",
             _personal(elsewhere), level=2, consent=HELD_ALIVE),
        case("gate_file_other_purpose", "E_CONSENT_SCOPE", "R-193", "A consent for family_tracing.",
             message(signed_message(for_tracing), payload), level=2,
             consent=f"given {tracing.raw.hex()}"),
        wrong("scope_other_category", "A name, and category 1 is not in it.",
              told(Category.IDENTITY, "given_name", "Shirin")),
        wrong("scope_excluded_field", "The one field she left out.",
              told(Category.LOCATION_CONTACT, "home_district", "Khulna")),
        case("scope_other_purpose", "E_CONSENT_SCOPE", "R-91", "An outcome under care_referral.",
             _personal(outcome), level=2, consent=HELD_ALIVE),
        cited("scope_other_recipient", "A consent for another node.",
              replace(CONSENT, recipient=CHAUTARI.node_id)),
        cited("scope_other_holder", "Another node is the holder.",
              replace(CONSENT, holder=CHAUTARI.node_id, issuer=BANDHAN.node_id)),
    ]  # fmt: skip


def _copies() -> list[Vector]:
    def copy(
        name: str, expect: str, rule: str, comment: str, raw: bytes, **more: object
    ) -> Vector:
        content = ConsentCopy(signed_consent=raw, words=None)
        payload = payload_of(content)
        skeleton = skeleton_for(content, payload, consent=sha256(raw))
        return case(name, expect, rule, comment, message(signed_message(skeleton), payload),
                    **{"level": 2, **more})  # fmt: skip

    good = SIGNED_CONSENT.raw
    mismatched = payload_of(COPY)
    wrong_hash = replace(skeleton_for(COPY, mismatched), consent=digest(octets("other consent")))
    by_recipient = signed_by_issuer(ASKED_BY_RECIPIENT).raw
    not_for_us = signed_by_issuer(replace(CONSENT, recipient=CHAUTARI.node_id)).raw
    return [
        copy("copy_good", "ok", "R-56", "From its issuer, to its recipient.", good, result="next"),
        copy("copy_level_1", "E_LEVEL", "R-78", "The sender is not verified.", good, level=1),
        copy("copy_buried", "E_CONSENT_WITHDRAWN", "R-79", "Withdrawn before it came.", good,
             buried=CONSENT.consent_id),
        copy("copy_by_other_issuer", "E_SENDER_UNKNOWN", "R-56", "Signed by the recipient.",
             by_recipient),
        copy("copy_for_third_node", "E_CONSENT_SCOPE", "R-56", "Its recipient is a third node.",
             not_for_us),
        case("copy_of_another", "E_CONSENT_SCOPE", "R-55", "Key 12 is not the hash of the copy.",
             message(signed_message(wrong_hash), mismatched), level=2),
        copy("copy_is_no_consent", "E_KIND", "R-56", "A card in place of it.",
             ALO.signed_card.raw),
    ]  # fmt: skip


def _withdrawals() -> list[Vector]:
    payload = payload_of(WITHDRAWN)
    base = skeleton_for(WITHDRAWN, payload)

    def case_of(name: str, comment: str, skeleton: Skeleton = base, **more: object) -> Vector:
        sealed = message(signed_message(skeleton), payload)
        return case(name, "ok", "R-93", comment, sealed, **{"result": "overtakes", **more})

    ahead = replace(base, message_id=message_id("ahead"), sequence=40,
                    previous=digest(octets("39")))  # fmt: skip
    bad = encode_payload(encode({0: bytes(16)}), salt=octets("salt", 16))
    malformed = replace(base, commitment=payload_commitment(bad))
    seen = message_hash(encode_skeleton(base))
    return [
        case_of("withdrawn_unknown_consent", "Nobody here knows the consent."),
        case_of("withdrawn_before_gap", "Number 40, and 1 to 39 are missing.", ahead),
        case_of("withdrawn_expired", "Long after its end.", now=later(base.expires, 9_000_000)),
        case_of("withdrawn_level_0", "The sender is not even at level 1.", level=0),
        case_of("withdrawn_suspended", "The sender is suspended.", suspended=ALO.node_id),
        case_of("withdrawn_frozen", "The stream is frozen.",
                stream=f"{EPOCH} 1 {octets('other').hex()} frozen"),
        case_of("withdrawn_clock", "Made years ahead of our clock.", now=1_000_000),
        case("withdrawn_duplicate", "duplicate", "R-85", "Taken before.",
             message(signed_message(base), payload), seen=seen),
        case("withdrawn_malformed", "E_SCHEMA", "R-93", "No instant and no wish.",
             message(signed_message(malformed), bad)),
    ]  # fmt: skip


def _notices() -> list[Vector]:
    payload = payload_of(SUSPEND_NOTICE)
    base = skeleton_for(SUSPEND_NOTICE, payload)

    def case_of(name: str, comment: str, skeleton: Skeleton = base, **more: object) -> Vector:
        sealed = message(signed_message(skeleton), payload)
        return case(name, "ok", "R-93", comment, sealed, **{"result": "overtakes", **more})

    ahead = replace(base, message_id=message_id("ahead"), sequence=40,
                    previous=digest(octets("39")))  # fmt: skip
    return [
        case_of("suspend_before_gap", "Number 40, and 1 to 39 are missing.", ahead),
        case_of("suspend_expired", "Long after its end.", now=later(base.expires, 9_000_000)),
        case_of("suspend_of_a_suspended", "Its carrier is suspended.", suspended=ALO.node_id),
    ]  # fmt: skip
