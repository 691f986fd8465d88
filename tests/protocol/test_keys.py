"""Keys: what is accepted as one, what is named after it, and what is never shown of it."""

import hashlib
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import keys
from protocol.errors import MalformedError, RefusalCode
from protocol.labels import Label

P: Final = 2**255 - 19
SEED: Final = bytes(range(32))
SECRET: Final = keys.signing_secret(SEED)
PREKEY: Final = keys.prekey_secret(SEED)
# Small-order points of X25519, among them one encoding above the field prime (RFC 7748, 6.1).
WEAK_X25519: Final = {
    "zero": bytes(32),
    "one": (1).to_bytes(32, "little"),
    "order 8": bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    "other order 8": bytes.fromhex(
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"
    ),
    "p - 1": (P - 1).to_bytes(32, "little"),
    "p": P.to_bytes(32, "little"),
    "p + 1": (P + 1).to_bytes(32, "little"),
}
# The eight small-order points of edwards25519 and every other spelling of them.
SMALL_ORDER: Final = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]
NOT_CANONICAL: Final = [(P + y).to_bytes(32, "little").hex() for y in (2, 3, 18)]


def named(label: str, data: bytes) -> bytes:
    """SPEC 3 in one line: a length byte, the label, the data, hashed."""
    return hashlib.sha256(bytes([len(label)]) + label.encode() + data).digest()


@pytest.mark.parametrize(
    "point", [*SMALL_ORDER, *NOT_CANONICAL, "ff" * 32, "00" * 31, "00" * 33, ""]
)
def test_a_weak_key_is_refused_when_it_is_read(point: str) -> None:
    with pytest.raises(MalformedError) as caught:
        keys.verifying_key(bytes.fromhex(point), place="card.root")

    error = caught.value
    assert (error.code, str(error)) == (RefusalCode.E_KEY_WEAK, "a weak key at 'card.root'")


def test_an_ordinary_key_is_accepted() -> None:
    assert keys.verifying_key(bytes(SECRET.public), place="card.root") == SECRET.public


@pytest.mark.parametrize("y", [2, P - 2])
def test_the_neighbours_of_the_weak_points_are_strong(y: int) -> None:
    assert keys.is_strong_point(y.to_bytes(32, "little"))


def test_the_first_key_of_rfc_8032_signs_as_printed_there() -> None:
    secret = keys.signing_secret(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )

    assert (
        secret.public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    )
    assert secret.signature(b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
        "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


def test_a_signature_is_good_for_its_key_and_message_only() -> None:
    signature = SECRET.signature(b"message")
    other = keys.signing_secret(bytes(32))

    assert keys.signature_is_good(SECRET.public, b"message", signature)
    assert not keys.signature_is_good(SECRET.public, b"massage", signature)
    assert not keys.signature_is_good(other.public, b"message", signature)


@pytest.mark.parametrize("bit", range(0, 512, 7))
def test_a_signature_with_one_bit_changed_is_not_good(bit: int) -> None:
    changed = bytearray(SECRET.signature(b"message"))
    changed[bit // 8] ^= 1 << bit % 8

    assert not keys.signature_is_good(SECRET.public, b"message", bytes(changed))


def test_a_signature_whose_scalar_is_a_whole_order_larger_is_not_good() -> None:
    order = 2**252 + 27742317777372353535851937790883648493
    signature = SECRET.signature(b"message")
    scalar = int.from_bytes(signature[32:], "little") + order

    assert not keys.signature_is_good(
        SECRET.public, b"message", signature[:32] + scalar.to_bytes(32, "little")
    )


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_under_a_small_order_key_no_signature_is_good(point: str) -> None:
    # S = 0 and R = A satisfies the plain equation for some messages: exactly what is to be shut out.
    weak = bytes.fromhex(point)

    assert not any(keys.signature_is_good(weak, bytes([n]), weak + bytes(32)) for n in range(16))


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=80))
def test_any_bytes_are_answered_with_no(key: bytes, message: bytes, signature: bytes) -> None:
    assert keys.signature_is_good(key, message, signature) is False


@given(
    st.binary(min_size=32, max_size=32), st.binary(max_size=8), st.binary(min_size=64, max_size=64)
)
def test_any_bytes_of_the_right_sizes_are_answered_with_no(
    key: bytes, message: bytes, signature: bytes
) -> None:
    assert keys.signature_is_good(key, message, signature) is False


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_or_signature_of_another_size_is_not_good(size: int) -> None:
    signature = SECRET.signature(b"message")

    assert not keys.signature_is_good(bytes(SECRET.public * 2)[:size], b"message", signature)
    assert not keys.signature_is_good(SECRET.public, b"message", (signature * 2)[: 2 * size])


def test_each_name_is_the_labelled_hash_of_its_key() -> None:
    public = SECRET.public

    assert keys.node_id_of(public) == named("sathi/1/node-id", public)
    assert keys.key_id_of(public) == named("sathi/1/key-id", public)[:8]
    assert keys.mailbox_id_of(public) == named("sathi/1/mailbox-id", public)[:16]
    assert keys.prekey_id_of(public) == named("sathi/1/prekey-id", public)[:16]


def test_no_label_is_a_prefix_of_another_once_its_length_stands_before_it() -> None:
    prefixes = [bytes([len(label)]) + label.encode() for label in Label]

    assert not [
        (one, other)
        for one in prefixes
        for other in prefixes
        if one != other and other.startswith(one)
    ]


def test_a_prekey_is_rebuilt_from_its_seed() -> None:
    again = keys.prekey_secret(SEED)

    assert (again, again.public.raw) == (PREKEY, PREKEY.public.raw)
    assert len(PREKEY.public.raw) == keys.PREKEY_PUBLIC_BYTES
    assert PREKEY.prekey_id == PREKEY.public.prekey_id == keys.prekey_id_of(PREKEY.public.raw)


def test_a_public_prekey_is_read_back_from_its_bytes() -> None:
    assert keys.prekey_public(PREKEY.public.raw, place="bundle") == PREKEY.public


@pytest.mark.parametrize("size", [0, 1184, 1215, 1217])
def test_a_public_prekey_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(MalformedError, match=r"^not 1216 bytes at 'bundle'$"):
        keys.prekey_public((PREKEY.public.raw * 2)[:size], place="bundle")


def test_a_public_prekey_with_a_coefficient_over_the_modulus_is_refused() -> None:
    raw = b"\xff\xff\xff" + PREKEY.public.raw[3:]

    with pytest.raises(MalformedError, match=r"^not a prekey at 'bundle'$"):
        keys.prekey_public(raw, place="bundle")


@pytest.mark.parametrize("point", WEAK_X25519.values(), ids=WEAK_X25519)
def test_a_public_prekey_with_a_point_of_small_order_is_refused(point: bytes) -> None:
    with pytest.raises(MalformedError, match=r"^not a prekey at 'bundle'$"):
        keys.prekey_public(PREKEY.public.raw[:1184] + point, place="bundle")


def test_new_keys_are_made_of_nothing_but_the_entropy_given() -> None:
    asked: list[int] = []

    def entropy(size: int) -> bytes:
        asked.append(size)
        return SEED[:size]

    assert keys.new_signing_secret(entropy=entropy) == SECRET
    assert keys.new_prekey_secret(entropy=entropy) == PREKEY
    assert keys.fresh_handle(entropy=entropy) == SEED[:16]
    assert asked == [32, 32, 16]


def test_no_secret_is_shown_when_a_key_is_printed() -> None:
    shown = repr(SECRET) + repr(PREKEY)

    assert "seed" not in shown
    assert repr(SEED)[2:-1] not in shown
    assert SEED.hex() not in shown
