"""SCE: one byte form for each value, and nothing but that form is read."""

import unicodedata
from collections.abc import Callable
from enum import IntEnum, StrEnum
from typing import Any, Final

import cbor2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol import limits
from protocol.codec import Value, decode, encode
from protocol.errors import LocalProtocolError, MalformedError, RefusalCode

KEYS: Final = st.integers(0, limits.INTEGER_MAX) | st.text(max_size=8)
SCALARS: Final = (
    st.none()
    | st.booleans()
    | st.integers(0, limits.INTEGER_MAX)
    | st.integers(0, 70_000)
    | st.binary(max_size=300)
    | st.text(max_size=80)
)


def _level(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return SCALARS | st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4)


VALUES: Final[st.SearchStrategy[Value]] = _level(_level(_level(SCALARS)))

# What Python calls equal is not always one value: True == 1, and a dict forgets its order.
Exact = tuple[str, object]


def exact(value: Value) -> Exact:
    """A value with its type at each place, so that == means the same value."""
    if isinstance(value, list):
        return ("list", tuple(exact(item) for item in value))
    if isinstance(value, dict):
        return ("dict", frozenset((exact(key), exact(item)) for key, item in value.items()))
    return (type(value).__name__, value)


def by_the_oracle(value: Value) -> bytes:
    """The bytes cbor2 writes when each map is handed to it in the order of its encoded keys."""
    return cbor2.dumps(_ordered(value))


def _ordered(value: Value) -> Value:
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=cbor2.dumps)}
    return value


def nested(depth: int, *, innermost: Value = 0) -> Value:
    """`innermost` inside so many arrays."""
    value = innermost
    for _ in range(depth):
        value = [value]
    return value


@given(VALUES)
def test_what_was_written_is_read_back_as_it_was(value: Value) -> None:
    assert exact(decode(encode(value))) == exact(value)


@given(VALUES, VALUES)
@example([1], [True])
@example([0], [False])
@example("a", b"a")
@example({1: None}, {"1": None})
@example({1: 2, 3: 4}, {3: 4, 1: 2})
def test_two_values_are_equal_exactly_when_their_bytes_are(one: Value, other: Value) -> None:
    assert (encode(one) == encode(other)) == (exact(one) == exact(other))


@given(st.dictionaries(KEYS, SCALARS, max_size=6), st.randoms(use_true_random=False))
def test_the_order_in_which_a_map_was_filled_leaves_no_trace(
    value: dict[int | str, Value],
    shuffler: Any,  # noqa: ANN401  Hypothesis names no type for it
) -> None:
    entries = list(value.items())
    shuffler.shuffle(entries)

    assert encode(dict(entries)) == encode(value)


@given(VALUES)
def test_an_independent_encoder_writes_the_same_bytes(value: Value) -> None:
    assert encode(value) == by_the_oracle(value)


@given(VALUES)
def test_an_independent_decoder_reads_the_same_value(value: Value) -> None:
    assert exact(cbor2.loads(encode(value))) == exact(value)


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (0, "00"),
        (23, "17"),
        (24, "1818"),
        (255, "18ff"),
        (256, "190100"),
        (65_535, "19ffff"),
        (65_536, "1a00010000"),
        (2**32 - 1, "1affffffff"),
        (2**32, "1b0000000100000000"),
        (2**53 - 1, "1b001fffffffffffff"),
        (False, "f4"),
        (True, "f5"),
        (None, "f6"),
        (b"", "40"),
        (b"\x00\xff", "4200ff"),
        ("", "60"),
        ("ক", "63e0a695"),
        ([], "80"),
        ([[], {}], "8280a0"),
        ({}, "a0"),
        ({10: 0, 100: 1, "z": 2, "aa": 3}, "a40a0018640161 7a02626161 03"),
    ],
)
def test_each_kind_of_value_has_the_form_of_the_rfc(value: Value, encoded: str) -> None:
    raw = bytes.fromhex(encoded)

    assert (encode(value), exact(decode(raw))) == (raw, exact(value))


@pytest.mark.parametrize("size", [23, 24, 255, 256, 65_535, 65_536])
@pytest.mark.parametrize("make", [bytes, lambda size: "a" * size, lambda size: [0] * size])
def test_a_length_is_written_shortest_on_both_sides_of_each_step(
    make: Callable[[int], Value], size: int
) -> None:
    value = make(size)

    assert decode(encode(value)) == value
    assert encode(value) == by_the_oracle(value)


def test_eight_levels_are_read_and_nine_are_not() -> None:
    eight = nested(limits.ENCODED_DEPTH_MAX)

    assert decode(encode(eight)) == eight
    with pytest.raises(MalformedError, match=r"^an encoding nested too deeply at 'byte 8'$"):
        decode(b"\x81" + encode(eight))
    with pytest.raises(LocalProtocolError):
        encode(nested(limits.ENCODED_DEPTH_MAX + 1))


def test_an_empty_container_counts_as_a_level() -> None:
    with pytest.raises(MalformedError):
        decode(b"\x81" * 8 + b"\xa0")


def test_a_mebibyte_is_read_and_a_byte_more_is_not() -> None:
    largest = bytes(limits.ENCODED_BYTES_MAX - 5)
    raw = encode(largest)

    assert (len(raw), decode(raw)) == (limits.ENCODED_BYTES_MAX, largest)
    with pytest.raises(MalformedError, match=r"^more bytes than an encoding may have at"):
        decode(b"\x5a\x00\x0f\xff\xfc" + largest + b"\x00")
    with pytest.raises(LocalProtocolError):
        encode(largest + b"\x00")


NOT_SHORTEST: Final = "a head that is not the shortest"
NOT_ALLOWED: Final = "a kind of value that is not allowed"
NO_LENGTH: Final = "a length that is not given"
TOO_EARLY: Final = "an encoding that ends too early"
BAD_KEY: Final = "a map key that is neither an integer nor a text"
UNSORTED: Final = "a map key out of order or given twice"
NOT_UTF8: Final = "a text that is not UTF-8"

BAD_ENCODINGS: Final = {
    "nothing at all": ("", TOO_EARLY, 0),
    "an integer in two bytes that fits one": ("1817", NOT_SHORTEST, 0),
    "an integer in three bytes that fits two": ("1900ff", NOT_SHORTEST, 0),
    "an integer in five bytes that fits three": ("1a0000ffff", NOT_SHORTEST, 0),
    "an integer in nine bytes that fits five": ("1b00000000ffffffff", NOT_SHORTEST, 0),
    "a byte string with a long head": ("580161", NOT_SHORTEST, 0),
    "a text with a long head": ("780161", NOT_SHORTEST, 0),
    "an array with a long head": ("980100", NOT_SHORTEST, 0),
    "a map with a long head": ("b8010000", NOT_SHORTEST, 0),
    "a map key with a long head": ("a1180000", NOT_SHORTEST, 1),
    "an integer of 2**53": ("1b0020000000000000", "an integer over 2**53-1", 0),
    "an integer of 2**64-1": ("1bffffffffffffffff", "an integer over 2**53-1", 0),
    "a reserved argument of 28": ("1c", NO_LENGTH, 0),
    "a reserved argument of 30": ("1e", NO_LENGTH, 0),
    "an integer without a length": ("1f", NO_LENGTH, 0),
    "a byte string in chunks": ("5f4100ff", NO_LENGTH, 0),
    "a text in chunks": ("7f6161ff", NO_LENGTH, 0),
    "an array without a length": ("9f00ff", NO_LENGTH, 0),
    "a map without a length": ("bf0000ff", NO_LENGTH, 0),
    "a negative integer": ("20", NOT_ALLOWED, 0),
    "a large negative integer": ("3903e7", NOT_ALLOWED, 0),
    "a negative integer at the deepest level": ("8181818181818181" + "20", NOT_ALLOWED, 8),
    "a tag": ("c000", NOT_ALLOWED, 0),
    "a bignum": ("c249010000000000000000", NOT_ALLOWED, 0),
    "a self-describing tag": ("d9d9f700", NOT_ALLOWED, 0),
    "a half float": ("f93c00", NOT_ALLOWED, 0),
    "a float": ("fa47c35000", NOT_ALLOWED, 0),
    "a double": ("fb3ff199999999999a", NOT_ALLOWED, 0),
    "not a number": ("f97e00", NOT_ALLOWED, 0),
    "undefined": ("f7", NOT_ALLOWED, 0),
    "an unassigned simple value": ("f0", NOT_ALLOWED, 0),
    "a simple value in two bytes": ("f8ff", NOT_ALLOWED, 0),
    "false in two bytes": ("f814", NOT_ALLOWED, 0),
    "a break": ("ff", NOT_ALLOWED, 0),
    "map keys in falling order": ("a2020001 00", UNSORTED, 3),
    "map keys ordered by length first": ("a2616100190100 00", UNSORTED, 4),
    "a map key given twice": ("a201000100", UNSORTED, 3),
    "a text key given twice": ("a2616100616101", UNSORTED, 4),
    "a map key of true": ("a1f500", BAD_KEY, 1),
    "a map key of null": ("a1f600", BAD_KEY, 1),
    "a map key of bytes": ("a1410000", BAD_KEY, 1),
    "a map key of an array": ("a18000", BAD_KEY, 1),
    "a map key below zero": ("a12000", BAD_KEY, 1),
    "a byte after the value": ("0000", "bytes after the end of the value", 1),
    "a second value": ("a0a0", "bytes after the end of the value", 1),
    "an integer cut off": ("19ff", TOO_EARLY, 2),
    "a byte string cut off": ("4401", TOO_EARLY, 2),
    "a text cut off": ("6261", TOO_EARLY, 2),
    "an array cut off": ("8200", TOO_EARLY, 2),
    "a map cut off after a key": ("a100", TOO_EARLY, 2),
    "a map cut off inside a value": ("a10044", TOO_EARLY, 3),
    # Their first item is bad too, but a count that cannot be true is refused before any is read.
    "an array of more items than bytes": ("83f7f7", TOO_EARLY, 3),
    "a map of more keys and values than bytes": ("a2f50000", TOO_EARLY, 4),
    "a huge byte string": ("5bffffffffffffffff", TOO_EARLY, 9),
    "a huge text": ("7b7fffffffffffffff", TOO_EARLY, 9),
    "a huge array": ("9bffffffffffffffff", TOO_EARLY, 9),
    "a huge map": ("bbffffffffffffffff", TOO_EARLY, 9),
    "a text of a stray continuation byte": ("6180", NOT_UTF8, 1),
    "a text with an overlong slash": ("62c0af", NOT_UTF8, 1),
    "a text with an unpaired surrogate": ("63eda080", NOT_UTF8, 1),
    "a text beyond U+10FFFF": ("64f4908080", NOT_UTF8, 1),
    "a text that ends inside a character": ("62e0a6", NOT_UTF8, 1),
}


@pytest.mark.parametrize(("encoded", "reason", "at"), BAD_ENCODINGS.values(), ids=BAD_ENCODINGS)
def test_a_bad_encoding_is_refused_with_its_reason_and_place(
    encoded: str, reason: str, at: int
) -> None:
    with pytest.raises(MalformedError) as caught:
        decode(bytes.fromhex(encoded))

    error = caught.value
    assert (error.code, str(error)) == (RefusalCode.E_ENCODING, f"{reason} at 'byte {at}'")


@given(VALUES)
def test_every_cut_of_an_encoding_is_refused(value: Value) -> None:
    raw = encode(value)

    for end in range(0, len(raw), max(1, len(raw) // 16)):
        with pytest.raises(MalformedError):
            decode(raw[:end])


@pytest.mark.parametrize(
    "value",
    [
        -1,
        2**53,
        1.0,
        (1, 2),
        {1},
        bytearray(b"a"),
        object(),
        "\ud800",
        {True: 1},
        {None: 1},
        {b"a": 1},
        {-1: 1},
        {2**53: 1},
        {"\udfff": 1},
        [[{1: [0.5]}]],
    ],
    ids=repr,
)
def test_a_value_outside_the_subset_is_our_own_bug(value: Any) -> None:  # noqa: ANN401  any value
    with pytest.raises(LocalProtocolError):
        encode(value)


def canonical_or_refused(data: bytes) -> bool:
    """Whether `data` was accepted; fails if it was accepted and is not canonical."""
    try:
        value = decode(data)
    except MalformedError as error:
        assert error.code is RefusalCode.E_ENCODING  # noqa: PT017  both outcomes are legal here
        return False
    assert encode(value) == data
    assert exact(cbor2.loads(data)) == exact(value)
    return True


@given(st.binary(max_size=64))
def test_any_bytes_are_canonical_or_refused(data: bytes) -> None:
    canonical_or_refused(data)


@given(VALUES, st.data())
def test_a_changed_encoding_is_canonical_or_refused(value: Value, data: st.DataObject) -> None:
    raw = bytearray(encode(value))
    at = data.draw(st.integers(0, len(raw) - 1))
    end = data.draw(st.integers(at, min(len(raw), at + 4)))
    raw[at:end] = data.draw(st.binary(max_size=4))

    canonical_or_refused(bytes(raw))


# The first three change under NFC, the others hold joiners or stacked marks.
INDIC: Final = [
    "বাড়ি যাওয়া",
    "ঢ়য়ড়",
    "क़ख़ग़",
    "র\u200d্যাব",
    "क्\u200cष",
    "ক্ষ্ম্য",
    "नेपालमा सुरक्षित आवास",
]


@pytest.mark.parametrize("text", [*INDIC, *(unicodedata.normalize("NFC", t) for t in INDIC)])
def test_bengali_and_devanagari_are_left_untouched(text: str) -> None:
    head = bytes((0x78, len(text.encode()))) if len(text.encode()) > 23 else None
    raw = (head or bytes((0x60 | len(text.encode()),))) + text.encode()

    assert (encode(text), decode(raw)) == (raw, text)


def test_two_spellings_of_a_letter_are_two_values() -> None:
    composed, decomposed = "\u09dc", "\u09a1\u09bc"

    assert unicodedata.normalize("NFC", composed) == decomposed
    assert encode(composed) != encode(decomposed)


class _Word(StrEnum):
    YES = "yes"


class _Number(IntEnum):
    TWELVE = 12


@pytest.mark.parametrize(("named", "plain"), [(_Word.YES, "yes"), (_Number.TWELVE, 12)])
def test_a_code_of_a_list_is_written_as_the_word_or_number_it_is(
    named: str | int, plain: str | int
) -> None:
    assert encode({0: named, 1: [named]}) == encode({0: plain, 1: [plain]})
