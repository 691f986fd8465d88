"""Sealing: opened by its prekey under its header, and by nothing else."""

import hmac
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import sealing
from protocol.errors import MalformedError, RefusalCode
from protocol.keys import prekey_secret
from tests.support import hpke_oracle

SEED: Final = b"p" * 32
PREKEY: Final = prekey_secret(SEED)
HEADER: Final = b"SATH\x01\x01\x00\x00" + bytes(PREKEY.prekey_id)
INFO: Final = b"\x0csathi/1/hpke" + HEADER
PLAINTEXT: Final = "পরামর্শ এবং নিরাপদ আবাস".encode() * 40
KEY: Final = b"k" * 32


def flipped(data: bytes, bit: int) -> bytes:
    """The same bytes with one bit changed."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def assert_not_opened(sealed: bytes, *, seed: bytes = SEED, header: bytes = HEADER) -> None:
    """`unseal` refuses, with one code and one sentence for every cause."""
    with pytest.raises(MalformedError) as caught:
        sealing.unseal(sealed, prekey=prekey_secret(seed), header=header)
    assert caught.value.code is RefusalCode.E_DECRYPT
    assert str(caught.value) == "not sealed to this prekey at 'envelope'"


SEALED: Final = sealing.seal(PLAINTEXT, recipient=PREKEY.public, header=HEADER)


@pytest.mark.parametrize("plaintext", [b"", b"\x00", PLAINTEXT, bytes(65_536)], ids=len)
def test_what_is_sealed_is_opened_by_its_prekey(plaintext: bytes) -> None:
    sealed = sealing.seal(plaintext, recipient=PREKEY.public, header=HEADER)

    assert sealing.unseal(sealed, prekey=PREKEY, header=HEADER) == plaintext
    assert len(sealed) == len(plaintext) + sealing.SEAL_OVERHEAD_BYTES


def test_what_is_sealed_opens_by_the_text_of_rfc_9180() -> None:
    assert hpke_oracle.opened(SEALED, seed=SEED, info=INFO) == PLAINTEXT


@pytest.mark.parametrize("bit", range(24 * 8))
def test_no_bit_of_the_header_may_change(bit: int) -> None:
    assert_not_opened(SEALED, header=flipped(HEADER, bit))


@pytest.mark.parametrize("header", [b"", HEADER[:-1], HEADER + b"\x00"], ids=len)
def test_the_header_may_not_lose_or_gain_a_byte(header: bytes) -> None:
    assert_not_opened(SEALED, header=header)


@pytest.mark.parametrize("at", [0, 1, 543, 1087, 1088, 1119, 1120, 1121, -17, -16, -1])
def test_no_byte_of_the_sealed_part_may_change(at: int) -> None:
    for bit in (0, 6):
        assert_not_opened(flipped(SEALED, (at % len(SEALED)) * 8 + bit))


@pytest.mark.parametrize("size", [0, 1, 1119, 1120, 1121, 1135, 1136, len(SEALED) - 1])
def test_what_is_cut_short_is_not_opened(size: int) -> None:
    assert_not_opened(SEALED[:size])


def test_what_has_a_byte_too_many_is_not_opened() -> None:
    assert_not_opened(SEALED + b"\x00")


def test_another_prekey_does_not_open() -> None:
    assert_not_opened(SEALED, seed=b"q" * 32)


@given(st.binary(max_size=1_300))
def test_any_bytes_are_refused_with_one_code(sealed: bytes) -> None:
    assert_not_opened(sealed)


def test_a_sealed_part_with_a_point_of_small_order_is_refused_like_any_other() -> None:
    assert_not_opened(SEALED[:1088] + bytes(32) + SEALED[1120:])


def test_two_seals_of_one_message_share_no_block_of_sixteen_bytes() -> None:
    plaintext = bytes(4_096)
    one, other = (
        HEADER + sealing.seal(plaintext, recipient=PREKEY.public, header=HEADER) for _ in range(2)
    )
    blocks = {one[at : at + 16] for at in range(24, len(one) - 15)}

    assert one[:24] == other[:24]
    assert blocks.isdisjoint(other[at : at + 16] for at in range(24, len(other) - 15))
    # Nor does one seal repeat itself, though the plaintext does nothing else.
    assert len(blocks) == len(one) - 24 - 15


def test_a_payload_at_rest_is_read_back_under_its_key() -> None:
    stored = sealing.encrypt_at_rest(PLAINTEXT, key=KEY, entropy=lambda size: b"n" * size)

    assert sealing.decrypt_at_rest(stored, key=KEY) == PLAINTEXT
    assert (stored[:12], len(stored)) == (b"n" * 12, len(PLAINTEXT) + 12 + 16)


@pytest.mark.parametrize("at", [0, 11, 12, 500, -16, -1])
def test_a_payload_at_rest_with_a_bit_changed_is_refused(at: int) -> None:
    stored = sealing.encrypt_at_rest(PLAINTEXT, key=KEY, entropy=bytes)

    with pytest.raises(MalformedError, match=r"^not encrypted under this key at 'payload'$"):
        sealing.decrypt_at_rest(flipped(stored, (at % len(stored)) * 8), key=KEY)


@pytest.mark.parametrize("key", [b"j" * 32, b"k" * 31, b""], ids=len)
def test_a_payload_at_rest_is_not_read_under_another_key(key: bytes) -> None:
    stored = sealing.encrypt_at_rest(PLAINTEXT, key=KEY, entropy=bytes)

    with pytest.raises(MalformedError) as caught:
        sealing.decrypt_at_rest(stored, key=key)
    assert caught.value.code is RefusalCode.E_DECRYPT


@given(st.binary(max_size=64))
def test_any_bytes_at_rest_are_refused(stored: bytes) -> None:
    with pytest.raises(MalformedError):
        sealing.decrypt_at_rest(stored, key=KEY)


def hkdf(secret: bytes, info: bytes) -> bytes:
    """RFC 5869 with an empty salt and one block of output."""
    return hmac.digest(hmac.digest(bytes(32), secret, "sha256"), info + b"\x01", "sha256")


def test_the_token_and_the_bundle_key_are_derived_apart_from_one_secret() -> None:
    assert sealing.deposit_token(KEY) == hkdf(KEY, b"sathi/1/deposit")
    assert sealing.bundle_key(KEY) == hkdf(KEY, b"sathi/1/bundle-key")


def test_the_authenticator_is_the_second_case_of_rfc_4231() -> None:
    assert sealing.authenticator(b"Jefe", b"what do ya want for nothing?").hex() == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


@pytest.mark.parametrize(
    ("other", "same"), [(KEY, True), (b"k" * 31 + b"j", False), (b"k" * 31, False), (b"", False)]
)
def test_two_secrets_are_the_same_when_every_byte_is(other: bytes, *, same: bool) -> None:
    assert sealing.same_secret(KEY, other) is same
