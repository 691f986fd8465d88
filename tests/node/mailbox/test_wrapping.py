"""The wrap around a stick's file: read strictly, bounded before it costs anything, opened by one word."""

import hashlib
import re

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.mailbox import wrapping
from node.mailbox.wrapping import NotOpenedError
from protocol import limits
from protocol.errors import MalformedError, RefusalCode
from tests.support.builders import entropy

WORD = "four invented words here"
INSIDE = b"what is inside" * 100


@pytest.fixture(scope="module")
def wrapped() -> bytes:
    return wrapping.wrap(INSIDE, passphrase=WORD, entropy=entropy("wrap"))


def place_of(data: bytes) -> str:
    with pytest.raises(MalformedError) as caught:
        wrapping.unwrap(data, passphrase=WORD)
    assert caught.value.code is RefusalCode.E_STICKFILE
    return caught.value.place


def test_what_is_wrapped_is_opened_by_its_word_and_by_any_other_program_for_age(
    wrapped: bytes,
) -> None:
    assert wrapping.unwrap(wrapped, passphrase=WORD) == INSIDE
    assert pyrage.passphrase.decrypt(wrapped, WORD) == INSIDE


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 131_072])
def test_any_length_is_opened_by_another_program_for_age(size: int) -> None:
    inside = hashlib.shake_256(b"inside").digest(size)
    data = wrapping.wrap(inside, passphrase=WORD, entropy=entropy(f"{size}"))
    assert pyrage.passphrase.decrypt(data, WORD) == inside
    assert len(data) <= len(inside) + limits.STICK_FILE_BYTES_MAX - limits.STICK_BYTES_MAX


def test_a_wrap_costs_what_an_old_laptop_has(wrapped: bytes) -> None:
    (work,) = re.findall(rb"-> scrypt \S+ (\d+)\n", wrapped)
    assert 128 * 8 * 2 ** int(work) == 64 * 1_048_576


def test_a_wrap_shows_nothing_of_what_is_inside(wrapped: bytes) -> None:
    assert INSIDE[:14] not in wrapped
    assert b"SATH" not in wrapped
    assert wrapping.is_wrapped(wrapped)


def test_another_word_and_a_changed_byte_are_told_alike(wrapped: bytes) -> None:
    changed = wrapped[:-1] + bytes([wrapped[-1] ^ 1])
    for data, word in ((wrapped, "another invented word"), (changed, WORD)):
        with pytest.raises(NotOpenedError):
            wrapping.unwrap(data, passphrase=word)


def test_a_wrap_that_would_cost_too_much_is_refused_before_anything_is_derived(
    wrapped: bytes,
) -> None:
    (work,) = re.findall(rb"-> scrypt \S+ (\d+)\n", wrapped)
    assert int(work) <= limits.STICK_WORK_MAX
    dear = wrapped.replace(b" %b\n" % work, b" %d\n" % (limits.STICK_WORK_MAX + 1), 1)
    assert place_of(dear) == "stick.work"


@pytest.mark.parametrize(
    "change",
    [
        (b"-> scrypt", b"-> X25519"),
        (b"age-encryption.org/v1\n", b"age-encryption.org/v2\n"),
        (b"\n--- ", b"\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 10\n" + b"A" * 43 + b"\n--- "),
        (b"scrypt ", b"scrypt  "),
    ],
    ids=["for a key", "another version", "for two", "a space too many"],
)
def test_another_form_of_the_head_is_refused(wrapped: bytes, change: tuple[bytes, bytes]) -> None:
    other = wrapped.replace(*change, 1)
    assert other != wrapped
    assert place_of(other) == "stick.wrap"


@given(st.binary(max_size=300))
def test_whatever_follows_the_first_word_is_refused_plainly(rest: bytes) -> None:
    assert place_of(b"age-encryption.org/v1\n" + rest) == "stick.wrap"
