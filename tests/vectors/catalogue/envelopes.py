"""Vectors of what can be wrong with an envelope before anybody judges its message."""

from dataclasses import replace

from protocol.codec import encode
from protocol.envelope import plaintext_of
from protocol.keys import signing_secret
from protocol.labels import Kind
from protocol.limits import DAY
from protocol.messages.core import IntroductionRequest
from protocol.signing import sign
from protocol.skeleton import Skeleton, encode_skeleton, payload_commitment
from protocol.values import later
from tests.vectors.cast import (
    ALO,
    BANDHAN,
    CHAUTARI,
    NOW,
    SKELETON,
    changed,
    mapping,
    octets,
    payload_of,
    signed_message,
    skeleton_for,
    without,
)
from tests.vectors.catalogue.contents import OFFER
from tests.vectors.form import Vector, vector
from tests.vectors.sealed import Recipe, envelope, header, message, recipe

PAYLOAD = payload_of(OFFER)
PLAIN = skeleton_for(OFFER, PAYLOAD)
SIGNED = signed_message(PLAIN)
BODY = encode_skeleton(PLAIN)
GOOD = message(SIGNED, PAYLOAD)


def case(
    name: str, expect: str, rule: str, comment: str, artefact: Recipe | bytes, **more: object
) -> Vector:
    """An envelope for Bandhan from Alo, unless the headers say otherwise."""
    usual: dict[str, object] = {
        "now": NOW,
        "me": BANDHAN.node_id,
        "prekey": BANDHAN.prekey.seed,
        "sender": ALO.as_sender,
        "level": 1,
    }
    raw = artefact if isinstance(artefact, bytes) else envelope(name, artefact)
    return vector(name, "envelope", expect, rule, comment, raw, **{**usual, **more})


def vectors() -> list[Vector]:
    """All of them."""
    return [*_outer(), *_plaintexts(), *_senders(), *_skeletons(), *_bindings(), *_guests()]


def _outer() -> list[Vector]:
    # The header is looked at before anything is opened, so what follows it need not be sealed.
    noise = octets("noise", 4_096 - 24)

    def wrong(name: str, expect: str, rule: str, comment: str, at: int, byte: int) -> Vector:
        raw = bytearray(header() + noise)
        raw[at] = byte
        return case(name, expect, rule, comment, bytes(raw))

    good = header() + noise
    other = header(CHAUTARI.prekey) + noise
    return [
        case("envelope_trailing_byte", "E_SIZE", "R-35", "4097 bytes.", good + b"\0"),
        case("envelope_cut_off", "E_SIZE", "R-35", "4095 bytes.", good[:-1]),
        case("envelope_empty", "E_SIZE", "R-35", "No bytes.", b""),
        wrong("envelope_magic", "E_MAGIC", "R-37", "Not SATH.", 3, 0x58),
        wrong("envelope_version", "E_VERSION", "R-37", "Version 2.", 4, 2),
        wrong("envelope_suite", "E_SUITE", "R-37", "Suite 2.", 5, 2),
        wrong("envelope_flags", "E_FLAGS", "R-37", "A flag.", 7, 1),
        case("envelope_prekey_unknown", "E_PREKEY_UNKNOWN", "R-38", "For another node.", other),
        case("envelope_noise", "E_DECRYPT", "R-36", "Nothing was sealed.", good),
        case("envelope_bit_flipped", "E_DECRYPT", "R-36", "One bit of the last byte.",
             replace(GOOD, flip=4_095)),
        case("envelope_header_unbound", "E_DECRYPT", "R-36", "Sealed without its header.",
             replace(GOOD, bound=b"")),
    ]  # fmt: skip


def _plaintexts() -> list[Vector]:
    plain = GOOD.plaintext
    signed, payload = SIGNED.raw, PAYLOAD
    size = len(plain)

    def framed(signed_length: int, signed: bytes, payload_length: int, payload: bytes) -> Recipe:
        body = signed_length.to_bytes(4) + signed + payload_length.to_bytes(4) + payload
        return recipe(body.ljust(size, b"\0"))

    def inside(signed_raw: bytes) -> Recipe:
        return framed(len(signed_raw), signed_raw, len(payload), payload)

    too_long = size - len(signed) - 8 + 1
    other_kind = sign(Kind.CONSENT, BODY, secrets=[ALO.signing]).raw
    return [
        case("envelope_good", "ok", "R-83", "Alo's first message: an offer.", GOOD, result="next"),
        case("envelope_larger_bucket", "ok", "R-35", "The same in the second size.",
             recipe(plain.ljust(16_384 - 1_160, b"\0")), result="next"),
        case("envelope_padding", "E_PADDING", "R-38", "The last byte of the padding is 1.",
             recipe(plain[:-1] + b"\1")),
        case("envelope_signed_length", "E_PADDING", "R-38", "A signed part of 4 GiB.",
             framed(2**32 - 1, signed, len(payload), payload)),
        case("envelope_payload_length", "E_PADDING", "R-38", "A payload of one byte too many.",
             framed(len(signed), signed, too_long, payload)),
        case("envelope_signed_encoding", "E_ENCODING", "R-22", "The signed part is no SCE.",
             inside(b"\xff" * len(signed))),
        case("envelope_signed_kind", "E_KIND", "R-22", "The signed part is a consent.",
             inside(other_kind)),
        case("envelope_signed_shape", "E_SCHEMA", "R-22", "The signed part is a map.",
             inside(encode({0: 1}))),
    ]  # fmt: skip


def _senders() -> list[Vector]:
    by_chautari = signed_message(PLAIN, by=CHAUTARI.signing)
    forged = replace(SIGNED, raw=SIGNED.raw[:-1] + bytes([SIGNED.raw[-1] ^ 1]))
    everybody = [ALO.as_sender, CHAUTARI.as_sender]
    former = signing_secret(octets("Alo's former key"))
    both = f"{ALO.as_sender} {former.public.hex()}"
    return [
        case("sender_unknown", "E_SENDER_UNKNOWN", "R-24", "Signed by nobody we pinned.",
             message(by_chautari, PAYLOAD)),
        case("sender_bad_signature", "E_SIG", "R-24", "One bit of the signature.",
             message(forged, PAYLOAD)),
        case("sender_other_peer", "E_SIG", "R-83", "Chautari signed as Alo.",
             message(by_chautari, PAYLOAD), sender=everybody),
        case("sender_former_key", "ok", "R-24", "Signed by the key before, in its 28 days.",
             message(signed_message(PLAIN, by=former), PAYLOAD), sender=both, result="next"),
        case("sender_suspended", "E_SENDER_SUSPENDED", "R-84", "Alo is suspended.", GOOD,
             suspended=ALO.node_id),
    ]  # fmt: skip


def _skeletons() -> list[Vector]:
    long_life = changed(BODY, k8=PLAIN.created + 60 * DAY + 1)
    later_key = changed(BODY, k64="of a later version")

    def body(name: str, expect: str, rule: str, comment: str, raw: bytes, **more: str) -> Vector:
        return vector(name, "skeleton", expect, rule, comment, raw, **more)

    return [
        body("skeleton_good", "ok", "R-42", "Without the optional keys.", BODY),
        body("skeleton_whole", "ok", "R-42", "With every key.",
             changed(BODY, k11=octets("reply", 16)[:6] + b"\x7f" + bytes(1) + b"\x80" + bytes(7),
                     k12=octets("consent hash"), k18=[20_833, octets("day head")])),
        body("skeleton_later_key", "ok", "R-48", "A key 64.", later_key, extended="yes"),
        body("skeleton_unknown_key", "E_SCHEMA", "R-48", "A key 63.", changed(BODY, k63=1)),
        body("skeleton_text_key", "E_SCHEMA", "R-48", "A key that is a text.",
             encode({**mapping(BODY), "x": 1})),
        body("skeleton_missing_head", "E_SCHEMA", "R-42", "No key 14.", without(BODY, 14)),
        body("skeleton_version_two", "E_SCHEMA", "R-42", "Version 2.", changed(BODY, k0=2)),
        body("skeleton_message_id_version_4", "E_SCHEMA", "R-44", "A random UUID.",
             changed(BODY, k1=bytes.fromhex("00112233445546778899aabbccddeeff"))),
        body("skeleton_long_life", "E_SCHEMA", "R-49", "60 days and a second.", long_life),
        body("skeleton_predecessor_of_first", "E_SCHEMA", "R-49", "A predecessor of number 1.",
             changed(BODY, k6=octets("predecessor"))),
        body("skeleton_null_consent", "E_SCHEMA", "R-10", "null for what is absent.",
             changed(BODY, k12=None)),
        body("skeleton_head_of_two", "E_SCHEMA", "R-42", "A head without its hash.",
             changed(BODY, k14=[0, 0])),
        body("skeleton_trailing_byte", "E_ENCODING", "R-42", "A byte behind it.", BODY + b"\0"),
    ]  # fmt: skip


def _bindings() -> list[Vector]:
    def sent(name: str, expect: str, rule: str, comment: str, skeleton: Skeleton) -> Vector:
        return case(name, expect, rule, comment, message(signed_message(skeleton), PAYLOAD))

    empty = replace(PLAIN, commitment=None)
    return [
        sent("binding_forwarded", "E_NOT_FOR_ME", "R-83", "Alo wrote it to Chautari.",
             replace(PLAIN, recipient=CHAUTARI.node_id)),
        sent("binding_other_payload", "E_COMMIT", "R-40", "It commits to another payload.",
             replace(PLAIN, commitment=payload_commitment(payload_of(OFFER, salt="other")))),
        sent("binding_no_commitment", "E_COMMIT", "R-40", "A payload without a commitment.", empty),
        case("binding_nothing", "E_COMMIT", "R-40", "Neither payload nor commitment.",
             recipe(plaintext_of(signed_message(empty), payload=b""))),
        sent("binding_suite", "E_SUITE_MISMATCH", "R-83", "Signed for suite 2, sealed with 1.",
             replace(PLAIN, suite=2)),
    ]  # fmt: skip


def _guests() -> list[Vector]:
    request = IntroductionRequest(
        card=CHAUTARI.signed_card.raw, bundle=CHAUTARI.signed_bundle.raw, proof=octets("proof")
    )
    payload = payload_of(request)
    base = replace(
        SKELETON,
        sender=CHAUTARI.node_id,
        type=request.TYPE,
        commitment=payload_commitment(payload),
    )
    good = message(signed_message(base, by=CHAUTARI.signing), payload)
    as_alo = replace(base, sender=ALO.node_id)
    rolled = f"{CHAUTARI.node_id.hex()} {octets('newer key, of which nothing is known').hex()}"
    expired = later(CHAUTARI.card.expires, 0)
    return [
        case("guest_good", "ok", "R-75", "A stranger shows its card.", good, level=0,
             result="next"),
        case("guest_as_another", "E_SIG", "R-75", "The card is of another node.",
             message(signed_message(as_alo, by=CHAUTARI.signing), payload), level=0),
        case("guest_other_signer", "E_SENDER_UNKNOWN", "R-75", "Signed by another key.",
             message(signed_message(base, by=BANDHAN.signing), payload), level=0),
        case("guest_card_expired", "E_EXPIRED", "R-75", "Its card is over.", good, level=0,
             now=expired),
        case("guest_already_pinned", "E_SENDER_UNKNOWN", "R-75",
             "Its node is pinned, with another key.", good, sender=[ALO.as_sender, rolled]),
    ]  # fmt: skip
