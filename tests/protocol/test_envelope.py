"""From bytes to a verified message: each step proves one thing more, and each refusal has one code."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.codec import encode
from protocol.envelope import (
    KnownSender,
    OpenedEnvelope,
    SealedEnvelope,
    VerifiedMessage,
    open_envelope,
    parse,
    plaintext_of,
    seal_message,
)
from protocol.errors import LocalProtocolError, RefusalCode, RemoteProtocolError
from protocol.labels import Kind
from protocol.messages.core import IntroductionRequest
from protocol.messages.union import encode_content, split_payload
from protocol.sealing import seal
from protocol.signing import sign
from protocol.skeleton import Skeleton, encode_skeleton, message_hash
from protocol.values import PlainText, envelope_id_of, sha256
from tests.support.builders import (
    ALO,
    BANDHAN,
    CHAUTARI,
    OFFER,
    Organisation,
    arrive,
    envelope_of,
    payload_of,
    sign_skeleton,
    skeleton_of,
)

PAYLOAD: Final = payload_of(encode_content(OFFER))
SKELETON: Final = skeleton_of(OFFER.TYPE, PAYLOAD)
SIGNED: Final = sign_skeleton(SKELETON)
RAW: Final = envelope_of(SKELETON, PAYLOAD)
PREKEY: Final = BANDHAN.prekeys[0]
PREKEYS: Final = {PREKEY.prekey_id: PREKEY}
HEADER: Final = RAW[:24]
BUCKETS: Final = (4_096, 16_384, 65_536, 262_144, 1_048_576)


def code_of(act: Callable[[], object]) -> RefusalCode:
    with pytest.raises(RemoteProtocolError) as caught:
        act()
    return caught.value.code


def opening(raw: bytes) -> RefusalCode:
    """The code with which an envelope is refused before anybody is asked who sent it."""
    return code_of(lambda: open_envelope(parse(raw), prekeys=PREKEYS))


def sealed(plaintext: bytes) -> bytes:
    """Any plaintext, sealed to Bandhan as it should be."""
    return HEADER + seal(plaintext, recipient=PREKEY.public, header=HEADER)


def plaintext(signed: bytes, payload: bytes, *, padding: int | None = None) -> bytes:
    """A plaintext by the text of the specification."""
    parts = b"".join(len(part).to_bytes(4) + part for part in (signed, payload))
    return parts + bytes(2_936 - len(parts) if padding is None else padding)


# Arriving


def test_an_envelope_arrives_as_the_message_that_was_sent() -> None:
    message = arrive(RAW)

    assert message.skeleton == SKELETON
    assert message.payload == PAYLOAD
    assert message.hash == message_hash(SIGNED.body)
    assert message.signed == SIGNED
    assert (message.guest, message.is_withheld) == (None, False)


@settings(max_examples=30)
@given(st.text(min_size=1, max_size=3_000).filter(lambda text: text.isprintable()))
def test_every_character_arrives_as_it_was_written(text: str) -> None:
    payload = payload_of(encode({0: text}))
    message = arrive(envelope_of(skeleton_of("referral.offer/1", payload), payload))

    assert split_payload(message.payload or b"") == {0: text}


@pytest.mark.parametrize(
    "text",
    ["\u09dc", "\u09a1\u09bc", "\u0958", "\u0915\u093c", "\u09b0\u200d\u09cd\u09af", "মিতা 🙏"],
    ids=["RRA in one", "RRA in two", "QA in one", "QA in two", "with a joiner", "a name"],
)
def test_bengali_and_devanagari_are_not_normalised(text: str) -> None:
    payload = payload_of(encode({0: PlainText(text)}))

    message = arrive(envelope_of(skeleton_of("referral.offer/1", payload), payload))

    assert text.encode() in (message.payload or b"")


def test_a_withheld_message_arrives_with_its_skeleton_and_without_its_payload() -> None:
    message = arrive(envelope_of(SKELETON, b""))

    assert (message.skeleton, message.hash) == (SKELETON, message_hash(SIGNED.body))
    assert (message.payload, message.is_withheld) == (None, True)


def test_an_envelope_is_named_by_its_hash_where_it_waits() -> None:
    assert parse(RAW).envelope_id == envelope_id_of(RAW) == sha256(RAW)[:16]


def test_sealing_again_changes_neither_the_skeleton_nor_its_signature() -> None:
    again = seal_message(SIGNED, payload=PAYLOAD, recipient=BANDHAN.prekeys[1].public)

    assert arrive(again) == arrive(RAW)


def test_nothing_outside_names_the_sender_the_message_or_its_time() -> None:
    names = [ALO.node_id, BANDHAN.node_id, SKELETON.message_id, SKELETON.created.to_bytes(4)]

    assert [name for name in map(bytes, names) if name in RAW] == []


# Steps 1 to 3


@pytest.mark.parametrize("size", [s + d for s in BUCKETS for d in (-1, 1)] + [0, 24, 8_192])
def test_an_envelope_of_another_size_is_refused(size: int) -> None:
    raw = (RAW * (size // len(RAW) + 1))[:size]

    assert code_of(lambda: parse(raw)) is RefusalCode.E_SIZE


@pytest.mark.parametrize(
    ("at", "code"),
    [
        *((at, RefusalCode.E_MAGIC) for at in range(4)),
        (4, RefusalCode.E_VERSION),
        (5, RefusalCode.E_SUITE),
        (6, RefusalCode.E_FLAGS),
        (7, RefusalCode.E_FLAGS),
        *((at, RefusalCode.E_PREKEY_UNKNOWN) for at in range(8, 24)),
        *((at, RefusalCode.E_DECRYPT) for at in range(24, 4_096, 97)),
        (4_095, RefusalCode.E_DECRYPT),
    ],
)
def test_one_changed_bit_is_refused_with_the_code_of_its_place(at: int, code: RefusalCode) -> None:
    changed = bytearray(RAW)
    changed[at] ^= 0x80

    assert opening(bytes(changed)) is code


def test_what_was_sealed_under_another_header_does_not_open() -> None:
    other = HEADER[:6] + b"\x01\x00" + HEADER[8:]
    raw = HEADER + seal(plaintext(SIGNED.raw, PAYLOAD), recipient=PREKEY.public, header=other)

    assert opening(raw) is RefusalCode.E_DECRYPT


# Steps 4 and 5


def test_a_plaintext_by_the_specification_is_the_one_that_is_made() -> None:
    assert plaintext_of(SIGNED, payload=PAYLOAD) == plaintext(SIGNED.raw, PAYLOAD)
    assert arrive(sealed(plaintext(SIGNED.raw, PAYLOAD))).skeleton == SKELETON


@pytest.mark.parametrize("from_end", [1, 2, 500])
def test_padding_that_is_not_zero_is_refused(from_end: int) -> None:
    changed = bytearray(plaintext(SIGNED.raw, PAYLOAD))
    changed[-from_end] = 1

    assert opening(sealed(bytes(changed))) is RefusalCode.E_PADDING


@pytest.mark.parametrize(
    "lengths",
    [
        (2_933, 0),
        (2_932, 0),
        (2_930, 0),
        (0xFFFF_FFFF, 0),
        (len(SIGNED.raw), 2_936 - 8 - len(SIGNED.raw) + 1),
        (len(SIGNED.raw), 0xFFFF_FFFF),
    ],
)
def test_a_length_beyond_the_end_is_refused(lengths: tuple[int, int]) -> None:
    first, second = lengths
    rest = SIGNED.raw + second.to_bytes(4)
    raw = sealed((first.to_bytes(4) + rest).ljust(2_936, b"\x00"))

    assert opening(raw) is RefusalCode.E_PADDING


def test_lengths_that_fill_the_envelope_to_its_end_are_legal() -> None:
    room = 2_936 - 8 - len(SIGNED.raw)
    payload = payload_of(encode({0: bytes(room - 25)}))
    skeleton = skeleton_of("referral.offer/1", payload)
    signed = sign_skeleton(skeleton)

    assert len(signed.raw) + len(payload) + 8 == 2_936
    assert arrive(sealed(plaintext(signed.raw, payload))).payload == payload


@pytest.mark.parametrize(
    ("signed", "code"),
    [
        (b"", RefusalCode.E_ENCODING),
        (b"\xff", RefusalCode.E_ENCODING),
        (encode(7), RefusalCode.E_SCHEMA),
        (BANDHAN.signed_card.raw, RefusalCode.E_KIND),
        (encode(["msg", b"", []]), RefusalCode.E_SCHEMA),
    ],
)
def test_an_outer_form_that_is_not_a_signed_message_is_refused(
    signed: bytes, code: RefusalCode
) -> None:
    assert opening(sealed(plaintext(signed, PAYLOAD))) is code


def test_a_signed_part_over_64_kib_is_refused() -> None:
    raw = HEADER + seal(
        plaintext(bytes(65_537), b"", padding=262_144 - 1_160 - 65_537 - 8),
        recipient=PREKEY.public,
        header=HEADER,
    )

    assert opening(raw) is RefusalCode.E_LIMIT


# Steps 6 to 11


def verifying(
    skeleton: Skeleton,
    payload: bytes = PAYLOAD,
    *,
    by: Organisation = ALO,
    at: Organisation = BANDHAN,
    senders: tuple[KnownSender, ...] | None = None,
) -> RefusalCode:
    raw = envelope_of(skeleton, payload, by=by, to=at)
    return code_of(lambda: arrive(raw, at=at, senders=senders))


def test_a_message_that_is_forwarded_to_another_member_is_not_for_it() -> None:
    assert verifying(SKELETON, at=CHAUTARI) is RefusalCode.E_NOT_FOR_ME


def test_a_message_signed_again_by_another_member_does_not_become_its_own() -> None:
    assert verifying(SKELETON, by=CHAUTARI) is RefusalCode.E_SIG


def test_a_recipient_cannot_forge_a_message_to_itself() -> None:
    assert verifying(SKELETON, by=BANDHAN) is RefusalCode.E_SIG


def test_a_message_from_a_node_we_do_not_know_is_refused() -> None:
    senders = (CHAUTARI.as_sender,)

    assert verifying(SKELETON, senders=senders) is RefusalCode.E_SENDER_UNKNOWN


def test_a_message_under_a_key_the_sender_no_longer_has_is_refused() -> None:
    renewed = (replace(ALO.as_sender, keys=(CHAUTARI.signing.public,)),)

    assert verifying(SKELETON, senders=renewed) is RefusalCode.E_SENDER_UNKNOWN


def test_a_message_under_either_of_two_keys_of_its_sender_is_taken() -> None:
    both = (replace(ALO.as_sender, keys=(CHAUTARI.signing.public, ALO.signing.public)),)

    assert arrive(RAW, senders=both).skeleton == SKELETON


def test_a_signature_over_another_body_is_refused() -> None:
    other = sign(Kind.MESSAGE, encode_skeleton(SKELETON) + b"\x00", secrets=[ALO.signing])
    mixed = encode(["msg", SIGNED.body, [[other.signatures[0].key_id, other.signatures[0].raw]]])

    assert code_of(lambda: arrive(sealed(plaintext(mixed, PAYLOAD)))) is RefusalCode.E_SIG


def test_a_body_that_is_no_skeleton_is_refused_after_its_signature_was_verified() -> None:
    signed = sign(Kind.MESSAGE, encode({0: 1}), secrets=[ALO.signing])

    raw = sealed(plaintext(signed.raw, PAYLOAD))

    assert code_of(lambda: arrive(raw)) is RefusalCode.E_SCHEMA


def test_another_payload_than_the_one_that_was_signed_is_refused() -> None:
    swapped = payload_of(encode_content(OFFER), seed="another salt")

    assert verifying(SKELETON, swapped) is RefusalCode.E_COMMIT


def test_a_payload_nobody_committed_to_is_refused() -> None:
    bare = replace(SKELETON, commitment=None)

    assert verifying(bare) is RefusalCode.E_COMMIT
    assert verifying(bare, b"") is RefusalCode.E_COMMIT


def test_a_skeleton_signed_for_another_suite_is_a_downgrade() -> None:
    assert verifying(replace(SKELETON, suite=2)) is RefusalCode.E_SUITE_MISMATCH


# A guest: the one sender that is not known before


REQUEST: Final = IntroductionRequest(
    card=ALO.signed_card.raw, bundle=ALO.signed_bundle.raw, proof=bytes(32)
)
ASKING: Final = payload_of(encode_content(REQUEST))


def test_an_introduction_takes_its_key_from_the_card_inside_it() -> None:
    skeleton = skeleton_of(REQUEST.TYPE, ASKING)

    message = arrive(envelope_of(skeleton, ASKING), senders=(CHAUTARI.as_sender,))

    assert (message.skeleton, message.guest) == (skeleton, ALO.card)


def test_an_introduction_signed_by_another_than_its_card_is_refused() -> None:
    skeleton = skeleton_of(REQUEST.TYPE, ASKING)

    assert verifying(skeleton, ASKING, by=CHAUTARI, senders=()) is RefusalCode.E_SENDER_UNKNOWN


def test_an_introduction_in_the_name_of_another_node_is_refused() -> None:
    skeleton = replace(skeleton_of(REQUEST.TYPE, ASKING), sender=CHAUTARI.node_id)

    assert verifying(skeleton, ASKING, senders=()) is RefusalCode.E_SIG


def test_an_introduction_for_another_node_is_not_for_us() -> None:
    skeleton = replace(skeleton_of(REQUEST.TYPE, ASKING), recipient=CHAUTARI.node_id)

    assert verifying(skeleton, ASKING, senders=()) is RefusalCode.E_NOT_FOR_ME


def test_a_former_key_of_a_pinned_node_does_not_come_in_as_a_guest() -> None:
    renewed = (replace(ALO.as_sender, keys=(CHAUTARI.signing.public,)),)
    skeleton = skeleton_of(REQUEST.TYPE, ASKING)

    assert verifying(skeleton, ASKING, senders=renewed) is RefusalCode.E_SENDER_UNKNOWN


# Proofs


def test_the_steps_cannot_be_skipped() -> None:
    message = arrive(RAW)
    forged: list[Callable[[], object]] = [
        lambda: SealedEnvelope(object(), raw=RAW, prekey_id=PREKEY.prekey_id),  # type: ignore[arg-type]
        lambda: OpenedEnvelope(object(), signed=SIGNED, payload=PAYLOAD),  # type: ignore[arg-type]
        lambda: VerifiedMessage(
            object(),  # type: ignore[arg-type]  # that is the point
            skeleton=message.skeleton,
            hash=message.hash,
            signed=message.signed,
            payload=message.payload,
            guest=None,
        ),
    ]

    for forge in forged:
        with pytest.raises(LocalProtocolError, match="only where it is earned"):
            forge()
