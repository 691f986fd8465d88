"""Signed objects: a signature holds for one kind, one body and one key."""

import itertools
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import limits
from protocol.codec import Value, encode
from protocol.errors import MalformedError, RefusalCode, RemoteProtocolError
from protocol.keys import SigningSecret, VerifyingKey, key_id_of, signing_secret
from protocol.labels import Kind
from protocol.signing import Signature, Signed, parse, sign, verify, verify_all

ROOT: Final = signing_secret(b"r" * 32)
SIGNING: Final = signing_secret(b"s" * 32)
STRANGER: Final = signing_secret(b"x" * 32)
BODY: Final = encode({0: 1, 1: "কার্ড"})


def resigned(secret: SigningSecret, message: bytes) -> Value:
    """A signature row over bytes the test chose, not over what `sign` would have signed."""
    return [bytes(key_id_of(secret.public)), secret.signature(message)]


def object_of(*parts: Value) -> bytes:
    """A signed object with whatever parts the test wants."""
    return encode(list(parts))


def refusal(signed: Signed, *keys: VerifyingKey) -> RefusalCode:
    """The code with which `verify` refuses."""
    with pytest.raises(RemoteProtocolError) as caught:
        verify(signed, keys=keys)
    assert caught.value.place == f"{signed.kind}.sigs"
    return caught.value.code


def refusal_of_all(signed: Signed, *keys: VerifyingKey) -> RefusalCode:
    """The code with which `verify_all` refuses."""
    with pytest.raises(RemoteProtocolError) as caught:
        verify_all(signed, keys=keys)
    return caught.value.code


@pytest.mark.parametrize("kind", Kind)
def test_what_was_signed_is_parsed_as_the_same_object(kind: Kind) -> None:
    signed = sign(kind, BODY, secrets=[ROOT, SIGNING])

    assert parse(signed.raw, kind=kind) == signed
    assert verify(signed, keys=[SIGNING.public]) == SIGNING.public


def test_the_bytes_signed_are_the_length_and_name_of_the_label_then_the_body() -> None:
    signed = sign(Kind.CARD, BODY, secrets=[ROOT])

    assert signed.signatures == (
        Signature(key_id=key_id_of(ROOT.public), raw=ROOT.signature(b"\x0csathi/1/card" + BODY)),
    )
    assert signed.raw == object_of("card", BODY, [resigned(ROOT, b"\x0csathi/1/card" + BODY)])


ROW: Final[Value] = [bytes(8), bytes(64)]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", RefusalCode.E_ENCODING),
        (object_of("card", BODY, [ROW]) + b"\x00", RefusalCode.E_ENCODING),
        (encode({0: "card"}), RefusalCode.E_SCHEMA),
        (object_of("card", BODY), RefusalCode.E_SCHEMA),
        (object_of("card", BODY, [ROW], None), RefusalCode.E_SCHEMA),
        (object_of("invite", BODY, [ROW]), RefusalCode.E_KIND),
        (object_of("Card", BODY, [ROW]), RefusalCode.E_KIND),
        (object_of(b"card", BODY, [ROW]), RefusalCode.E_KIND),
        (object_of(None, BODY, [ROW]), RefusalCode.E_KIND),
        (object_of("card", "body", [ROW]), RefusalCode.E_SCHEMA),
        (object_of("card", {0: 1}, [ROW]), RefusalCode.E_SCHEMA),
        (object_of("card", BODY, []), RefusalCode.E_SCHEMA),
        (object_of("card", BODY, [ROW] * 9), RefusalCode.E_SCHEMA),
        (object_of("card", BODY, {0: ROW}), RefusalCode.E_SCHEMA),
        (object_of("card", BODY, [[bytes(8)]]), RefusalCode.E_SCHEMA),
        (object_of("card", BODY, [[bytes(7), bytes(64)]]), RefusalCode.E_SCHEMA),
        (object_of("card", BODY, [[bytes(9), bytes(64)]]), RefusalCode.E_SCHEMA),
        (object_of("card", BODY, [[bytes(8), bytes(63)]]), RefusalCode.E_SCHEMA),
        (object_of("card", BODY, [[bytes(8), bytes(65)]]), RefusalCode.E_SCHEMA),
        (object_of("card", BODY, [[bytes(64), bytes(8)]]), RefusalCode.E_SCHEMA),
        (object_of("card", BODY, [ROW, None]), RefusalCode.E_SCHEMA),
        (bytes(limits.SIGNED_BYTES_MAX + 1), RefusalCode.E_LIMIT),
    ],
)
def test_an_object_of_another_form_is_refused_with_its_code(raw: bytes, code: RefusalCode) -> None:
    with pytest.raises(MalformedError) as caught:
        parse(raw, kind=Kind.CARD)

    assert caught.value.code is code


def test_an_object_may_fill_its_limit_and_have_eight_signatures() -> None:
    rows: list[Value] = [ROW] * limits.SIGNATURES_MAX
    room = limits.SIGNED_BYTES_MAX - len(object_of("card", bytes(256), rows)) + 256
    raw = object_of("card", bytes(room), rows)

    assert len(raw) == limits.SIGNED_BYTES_MAX
    assert len(parse(raw, kind=Kind.CARD).signatures) == limits.SIGNATURES_MAX


@given(st.binary(max_size=200))
def test_only_a_malformed_error_leaves_the_parser(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        parse(raw, kind=Kind.CARD)


@pytest.mark.parametrize(("made", "claimed"), list(itertools.permutations(Kind, 2)))
def test_a_signature_of_one_kind_is_not_valid_as_another(made: Kind, claimed: Kind) -> None:
    signed = sign(made, BODY, secrets=[SIGNING])
    renamed = object_of(claimed.value, BODY, [resigned_row(signed)])

    assert refusal(parse(renamed, kind=claimed), SIGNING.public) is RefusalCode.E_SIG
    with pytest.raises(MalformedError) as caught:
        parse(signed.raw, kind=claimed)
    assert caught.value.code is RefusalCode.E_KIND


def resigned_row(signed: Signed) -> Value:
    """The first signature of an object as it stands in its bytes."""
    return [bytes(signed.signatures[0].key_id), signed.signatures[0].raw]


def test_every_bit_of_a_signed_object_matters() -> None:
    raw = sign(Kind.CARD, BODY, secrets=[SIGNING]).raw
    codes = set()

    for bit in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(RemoteProtocolError) as caught:
            verify(parse(bytes(changed), kind=Kind.CARD), keys=[SIGNING.public])
        codes.add(caught.value.code)

    # Heads, the kind, the hint, and the body or the signature: each is refused in its own way.
    assert codes == {
        RefusalCode.E_ENCODING,
        RefusalCode.E_SCHEMA,
        RefusalCode.E_KIND,
        RefusalCode.E_SENDER_UNKNOWN,
        RefusalCode.E_SIG,
    }


def test_a_body_signed_without_its_label_is_not_signed() -> None:
    raw = object_of("card", BODY, [resigned(SIGNING, BODY)])

    assert refusal(parse(raw, kind=Kind.CARD), SIGNING.public) is RefusalCode.E_SIG


def test_an_object_of_a_stranger_names_nobody_we_know() -> None:
    signed = sign(Kind.CARD, BODY, secrets=[STRANGER])

    assert refusal(signed, ROOT.public, SIGNING.public) is RefusalCode.E_SENDER_UNKNOWN
    assert refusal(signed) is RefusalCode.E_SENDER_UNKNOWN


def test_a_strangers_signature_under_our_hint_is_a_bad_signature() -> None:
    row: Value = [bytes(key_id_of(SIGNING.public)), STRANGER.signature(b"\x0csathi/1/card" + BODY)]
    signed = parse(object_of("card", BODY, [row]), kind=Kind.CARD)

    assert refusal(signed, SIGNING.public) is RefusalCode.E_SIG


def test_the_first_known_key_with_a_good_signature_is_named() -> None:
    signed = sign(Kind.CARD, BODY, secrets=[STRANGER, SIGNING, ROOT])

    assert verify(signed, keys=[ROOT.public, SIGNING.public]) == SIGNING.public


def test_a_bad_signature_before_a_good_one_does_not_hide_it() -> None:
    rows: list[Value] = [
        [bytes(key_id_of(SIGNING.public)), bytes(64)],
        resigned(SIGNING, b"\x0csathi/1/card" + BODY),
    ]
    signed = parse(object_of("card", BODY, rows), kind=Kind.CARD)

    assert verify(signed, keys=[SIGNING.public]) == SIGNING.public


def test_a_body_is_verified_as_it_came_though_it_is_no_encoding() -> None:
    body = b"\x9f\x00\xff not canonical"
    signed = parse(sign(Kind.CARD, body, secrets=[SIGNING]).raw, kind=Kind.CARD)

    assert (verify(signed, keys=[SIGNING.public]), signed.body) == (SIGNING.public, body)


@pytest.mark.parametrize("secrets", [[ROOT, SIGNING], [SIGNING, ROOT]])
def test_an_object_of_two_keys_holds_in_either_order(secrets: list[SigningSecret]) -> None:
    verify_all(sign(Kind.CARD, BODY, secrets=secrets), keys=[ROOT.public, SIGNING.public])


@pytest.mark.parametrize(
    "secrets",
    [
        [ROOT],
        [SIGNING],
        [STRANGER],
        [ROOT, STRANGER],
        [ROOT, SIGNING, STRANGER],
        [ROOT, ROOT],
        [ROOT, SIGNING, SIGNING],
    ],
)
def test_a_signature_missing_too_many_or_given_twice_is_refused(
    secrets: list[SigningSecret],
) -> None:
    signed = sign(Kind.CARD, BODY, secrets=secrets)

    assert refusal_of_all(signed, ROOT.public, SIGNING.public) is RefusalCode.E_SIG


@pytest.mark.parametrize("bad", [0, 1])
def test_one_bad_signature_of_two_is_refused(bad: int) -> None:
    rows = [
        resigned(secret, b"\x0csathi/1/card" + BODY + b"!" * (position == bad))
        for position, secret in enumerate((ROOT, SIGNING))
    ]
    signed = parse(object_of("card", BODY, rows), kind=Kind.CARD)

    assert refusal_of_all(signed, ROOT.public, SIGNING.public) is RefusalCode.E_SIG


def test_two_signatures_swapped_under_each_others_hint_are_refused() -> None:
    one, other = sign(Kind.CARD, BODY, secrets=[ROOT, SIGNING]).signatures
    rows: list[Value] = [[bytes(one.key_id), other.raw], [bytes(other.key_id), one.raw]]
    signed = parse(object_of("card", BODY, rows), kind=Kind.CARD)

    assert refusal_of_all(signed, ROOT.public, SIGNING.public) is RefusalCode.E_SIG
