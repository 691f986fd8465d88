"""Safety numbers: the same for both sides, and another one as soon as anyone stands between."""

import hashlib
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.keys import VerifyingKey, signing_secret
from protocol.safety import safety_number

ASHA: Final = signing_secret(b"a" * 32).public
BANDHU: Final = signing_secret(b"b" * 32).public
KEYS: Final = st.binary(min_size=32, max_size=32).map(VerifyingKey)


def thirty_digits(root: bytes) -> str:
    """SPEC 11 by another road: hexadecimal digits, cut in tens, the remainder printed."""
    digest = hashlib.new("sha512", b"\x0esathi/1/safety" + root).hexdigest()
    numbers = (int(digest[at : at + 10], 16) for at in range(0, 60, 10))
    return "".join(str(number)[-5:].zfill(5) for number in numbers)


@pytest.mark.parametrize(("one", "other"), [(ASHA, BANDHU), (BANDHU, ASHA)])
def test_the_number_is_the_one_the_specification_describes(
    one: VerifyingKey, other: VerifyingKey
) -> None:
    first, second = (ASHA, BANDHU) if ASHA < BANDHU else (BANDHU, ASHA)

    assert "".join(safety_number(one, other)) == thirty_digits(first) + thirty_digits(second)


def test_the_number_of_two_known_keys_never_changes() -> None:
    one, other = VerifyingKey(bytes(range(32))), VerifyingKey(bytes(range(32, 64)))

    assert " ".join(safety_number(one, other)) == (
        "64456 39958 66340 11662 78967 83408 94918 42495 51038 53124 11611 43230"
    )


@given(KEYS, KEYS)
def test_both_sides_read_the_same_twelve_groups_of_five_digits(
    one: VerifyingKey, other: VerifyingKey
) -> None:
    number = safety_number(one, other)

    assert number == safety_number(other, one)
    assert [(len(group), group.isdecimal(), group.isascii()) for group in number] == [
        (5, True, True)
    ] * 12


@given(st.integers(0, 255))
def test_one_bit_of_a_root_key_changes_its_half_of_the_number(bit: int) -> None:
    changed = bytearray(ASHA)
    changed[bit // 8] ^= 1 << bit % 8
    between = VerifyingKey(bytes(changed))

    assert set(safety_number(ASHA, BANDHU)) != set(safety_number(between, BANDHU))
