"""The small values: one legal spelling each, refused without a word of what they hold."""

import hashlib
import unicodedata
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from protocol import limits, values
from protocol.errors import MalformedError, RefusalCode
from protocol.values import Instant, NodeId, plain_text

UUID7: Final = bytes.fromhex("017f22e279b07cc398c4dc0c0c07398f")  # RFC 9562, appendix A.6

SIZES: Final[dict[str, tuple[Callable[..., bytes], int]]] = {
    "node_id": (values.node_id, 32),
    "handle": (values.handle, 16),
    "consent_id": (values.consent_id, 16),
    "pseudonym": (values.pseudonym, 16),
    "key_id": (values.key_id, 8),
    "prekey_id": (values.prekey_id, 16),
    "mailbox_id": (values.mailbox_id, 16),
    "envelope_id": (values.envelope_id, 16),
    "hash": (values.digest, 32),
}


@pytest.mark.parametrize(("place", "check", "size"), [(p, *c) for p, c in SIZES.items()])
def test_an_id_has_exactly_its_size(place: str, check: Callable[..., bytes], size: int) -> None:
    assert check(bytes(range(size))) == bytes(range(size))
    for wrong in (b"", bytes(size - 1), bytes(size + 1)):
        with pytest.raises(MalformedError, match=rf"^not {size} bytes at '{place}'$"):
            check(wrong)


@pytest.mark.parametrize("check", [values.message_id, values.thread_id])
def test_a_uuid_of_version_seven_is_a_message_id(check: Callable[[bytes], bytes]) -> None:
    assert check(UUID7) == UUID7


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        UUID7[:15],
        UUID7 + b"\x00",
        bytes(16),
        UUID7[:6] + b"\x4c" + UUID7[7:],
        UUID7[:6] + b"\x8c" + UUID7[7:],
        UUID7[:8] + b"\x18" + UUID7[9:],
        UUID7[:8] + b"\x58" + UUID7[9:],
        UUID7[:8] + b"\xd8" + UUID7[9:],
    ],
    ids=bytes.hex,
)
def test_another_version_variant_or_length_is_no_message_id(raw: bytes) -> None:
    with pytest.raises(MalformedError, match=r"^not a UUIDv7 at 'message_id'$"):
        values.message_id(raw)
    with pytest.raises(MalformedError, match=r"^not a UUIDv7 at 'thread'$"):
        values.thread_id(raw)


@given(st.integers(0, 253_402_300_799), st.binary(min_size=12, max_size=12))
def test_a_new_message_id_holds_the_second_the_version_and_ten_random_bytes(
    second: int, noise: bytes
) -> None:
    made = values.new_message_id(now=Instant(second), entropy=lambda size: noise[:size])

    assert int.from_bytes(made[:6]) // 1000 == second
    assert (made[6] >> 4, made[8] >> 6) == (7, 2)
    assert (made[6] & 0x0F, made[7]) == (noise[2] & 0x0F, noise[3])
    assert (made[8] & 0x3F, made[9:]) == (noise[4] & 0x3F, noise[5:])
    assert values.message_id(made) == made


def test_message_ids_of_later_seconds_sort_later_whatever_the_noise() -> None:
    first = values.new_message_id(now=Instant(1_767_225_600), entropy=lambda n: b"\xff" * n)
    second = values.new_message_id(now=Instant(1_767_225_601), entropy=bytes)

    assert first < second


@pytest.mark.parametrize("second", [0, 1, limits.INTEGER_MAX])
def test_a_second_an_integer_can_hold_is_an_instant(second: int) -> None:
    assert values.instant(second) == second


@pytest.mark.parametrize("second", [-1, limits.INTEGER_MAX + 1])
def test_a_second_beyond_it_is_not(second: int) -> None:
    with pytest.raises(MalformedError, match=r"^not an instant at 'instant'$"):
        values.instant(second)


@pytest.mark.parametrize(
    ("start", "seconds", "expected"),
    [(100, 50, 150), (100, -50, 50), (100, -100, 0), (100, -101, 0), (0, 0, 0)],
)
def test_time_never_runs_before_1970(start: int, seconds: int, expected: int) -> None:
    assert values.later(Instant(start), seconds) == expected


def test_an_envelope_is_named_by_the_start_of_its_hash() -> None:
    whole = hashlib.sha256(b"sealed").digest()

    assert values.sha256(b"sealed") == whole
    assert values.envelope_id_of(b"sealed") == whole[:16]


def test_a_node_id_is_shown_with_a_prefix_in_base32() -> None:
    node = NodeId(bytes(range(32)))

    assert values.node_id_text(node) == "sn1aaaqeayeaudaocajbifqydiob4ibceqt"


NAMED: Final = "Shirin of Jashore"
CONTROLS: Final = [
    *(chr(c) for c in range(0x20) if chr(c) != "\n"),
    *(chr(c) for c in range(0x7F, 0xA0)),
    "\u2028",
    "\u2029",
    "\ud800",
    "\udfff",
]
DIRECTIONS: Final = [*"\u061c\u200e\u200f", *map(chr, range(0x202A, 0x202F)),
                     *map(chr, range(0x2066, 0x206A))]  # fmt: skip
NO_CHARACTERS: Final = [*map(chr, range(0xFDD0, 0xFDF0)),
                        *(chr(p << 16 | e) for p in range(17) for e in (0xFFFE, 0xFFFF))]  # fmt: skip

HOSTILE: Final = [
    *((character, "a control character") for character in CONTROLS),
    *((character, "a direction-override character") for character in DIRECTIONS),
    *((character, "a code point that is no character") for character in NO_CHARACTERS),
]


@pytest.mark.parametrize(("character", "reason"), HOSTILE, ids=lambda part: ascii(part)[:40])
def test_a_text_with_a_hostile_character_is_refused_without_a_word_of_it(
    character: str, reason: str
) -> None:
    for text in (character, NAMED + character, character + NAMED, f"শিরিন {character} {NAMED}"):
        with pytest.raises(MalformedError) as caught:
            plain_text(text, characters_max=80, place="offer.note")
        assert str(caught.value) == f"{reason} at 'offer.note'"
        assert caught.value.code is RefusalCode.E_SCHEMA


@pytest.mark.parametrize(
    "text",
    [
        "a",
        " ",
        "a line\nand another",
        "[b]not markup[/b] [@click=app.quit]x[/]",
        "র\u200d্যাব",
        "क्\u200cष",
        "ড়\u09dc",
        "e\u0301 and \u00e9",
        "اردو",
        "👩🏽\u200d⚕️",
        "\ue000",
    ],
    ids=ascii,
)
def test_every_other_text_is_kept_to_the_code_point(text: str) -> None:
    assert plain_text(text, characters_max=80) == text


def test_a_text_may_be_as_long_as_its_bound_and_no_longer() -> None:
    assert plain_text("কখগ", characters_max=3) == "কখগ"
    with pytest.raises(MalformedError, match=r"^a text of over 3 characters at 'text'$"):
        plain_text("কখগঘ", characters_max=3)


def test_an_empty_text_is_not_a_text() -> None:
    with pytest.raises(MalformedError, match=r"^an empty text at 'text'$"):
        plain_text("", characters_max=3)


@given(st.text(min_size=1, max_size=40))
def test_a_text_comes_back_unchanged_or_not_at_all(text: str) -> None:
    hostile = any(
        unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} and c != "\n" for c in text
    ) or not set(text).isdisjoint([*DIRECTIONS, *NO_CHARACTERS])
    try:
        assert plain_text(text, characters_max=40) == text
    except MalformedError:
        assert hostile
    else:
        assert not hostile


@pytest.mark.parametrize("tag", ["ben", "hin", "nep", "eng"])
def test_three_lower_case_letters_are_a_language(tag: str) -> None:
    assert values.language_tag(tag) == tag


@pytest.mark.parametrize("tag", ["", "bn", "beng", "Ben", "be1", "ben\n", " ben", "ব্ন"])
def test_anything_else_is_no_language(tag: str) -> None:
    with pytest.raises(MalformedError, match=r"^not a language code of three letters at"):
        values.language_tag(tag)


@pytest.mark.parametrize(
    "origin",
    [
        "https://relay.example.org",
        "https://relay.example.org:8443",
        "http://" + "a" * 56 + ".onion",
        "http://127.0.0.1:8765",
        "https://localhost:65535",
        "https://[::1]",
        "https://[2001:db8::7]:443",
        "https://" + "a" * (limits.ADDRESS_CHARACTERS_MAX - 8),
    ],
)
def test_an_origin_is_an_address(origin: str) -> None:
    assert values.address(origin) == origin


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "relay.example.org",
        "ftp://relay.example.org",
        "HTTPS://relay.example.org",
        "https://",
        "https://relay.example.org/",
        "https://relay.example.org/box",
        "https://relay.example.org?x=1",
        "https://relay.example.org#x",
        "https://user@relay.example.org",
        "https://user:word@relay.example.org",
        "https://relay.example.org\n",
        " https://relay.example.org",
        "https://relay example.org",
        "https://রিলে.example.org",
        "https://relay..example.org",
        "https://.",
        "https://relay.example.org:",
        "https://relay.example.org:0",
        "https://relay.example.org:080",
        "https://relay.example.org:65536",
        "https://relay.example.org:999999",
        "https://relay:80:80",
        "https://[",
        "https://[]",
        "https://[::::]",
        "https://[1]",
        "https://[::1",
        "https://::1",
        "https://[fe80::1%eth0]",
        "https://[relay]",
        "https://" + "a" * (limits.ADDRESS_CHARACTERS_MAX - 7),
    ],
)
def test_anything_but_an_origin_is_no_address(origin: str) -> None:
    with pytest.raises(MalformedError, match=r"^not an origin such as https://host:port at"):
        values.address(origin)


@given(st.text("htps:/[].0123456789abf-%@\n", max_size=30))
def test_an_address_is_judged_whatever_the_text(tail: str) -> None:
    origin = "https://" + tail
    try:
        values.address(origin)
    except MalformedError as error:
        assume(tail)
        assert tail not in str(error).removeprefix("not an origin such as https://host:port")  # noqa: PT017
