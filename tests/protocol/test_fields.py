"""MapReader: each field once, with its type and bound, and nothing left over."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import limits
from protocol.codec import Value, encode
from protocol.errors import MalformedError, RefusalCode
from protocol.fields import MapReader, octets_item, row, schema_error

NAMED: Final = "Ruksana"


class Urgency(StrEnum):
    """A closed list for these tests."""

    TODAY = "today"
    WEEK = "week"


def reader(value: Value, *, key: int | str = 1) -> MapReader:
    """A reader of a map whose only field is `value`."""
    return MapReader({key: value}, place="offer")


Read = Callable[[MapReader], object]

READS: Final[dict[str, tuple[Read, list[Value]]]] = {
    "unsigned": (lambda r: r.unsigned(1, "f"), [0, 1, limits.INTEGER_MAX]),
    "unsigned at most 5": (lambda r: r.unsigned(1, "f", at_most=5), [0, 5]),
    "boolean": (lambda r: r.boolean(1, "f"), [True, False]),
    "octets": (lambda r: r.octets(1, "f", size=3), [b"abc"]),
    "octets up to": (lambda r: r.octets_up_to(1, "f", size_max=3), [b"", b"abc"]),
    "text": (lambda r: r.text(1, "f", characters_max=4), ["a", "বাড়ি"[:4]]),
    "word": (lambda r: r.word(1, "f"), ["a", "referral.offer/1", "w" * limits.CODES_MAX]),
    "code": (lambda r: r.code(1, "f", Urgency), [Urgency.TODAY.value]),
    "instant": (lambda r: r.instant(1, "f"), [0, 1_767_225_600]),
    "node id": (lambda r: r.node_id(1, "f"), [bytes(range(32))]),
    "digest": (lambda r: r.digest(1, "f"), [bytes(range(32))]),
    "items": (lambda r: r.items(1, "f", count_max=2), [[], [1, "b"]]),
    "anything": (lambda r: r.take(1, "f"), [None, [], {}, 0]),
}

REFUSED: Final[dict[str, tuple[Read, list[Value], str]]] = {
    "unsigned": (
        READS["unsigned"][0],
        [None, True, False, NAMED, b"", [], {}],
        f"not an integer of at most {limits.INTEGER_MAX}",
    ),
    "unsigned at most 5": (READS["unsigned at most 5"][0], [6], "not an integer of at most 5"),
    "exactly": (lambda r: r.exactly(1, "f", number=1), [0, 2, True, NAMED, None], "not 1"),
    "boolean": (READS["boolean"][0], [0, 1, None, NAMED], "neither true nor false"),
    "octets": (READS["octets"][0], [b"ab", b"abcd", "abc", None, [1, 2, 3]], "not 3 bytes"),
    "octets up to": (
        READS["octets up to"][0],
        [b"abcd", "abc", None],
        "not at most 3 bytes",
    ),
    "text": (READS["text"][0], [b"a", 1, None, [NAMED]], "not a text"),
    "text too long": (READS["text"][0], [NAMED], "a text of over 4 characters"),
    "text without a character": (READS["text"][0], [""], "an empty text"),
    "text that drives a terminal": (READS["text"][0], ["a\x1b["], "a control character"),
    "word": (
        READS["word"][0],
        ["", "w" * (limits.CODES_MAX + 1), "é", "a\n", "\x1b", "\x7f", b"a", 1, None],
        "not a code",
    ),
    "code": (READS["code"][0], ["Today", "today ", "month"], "a code that is not in its list"),
    "instant": (
        READS["instant"][0],
        [None, "2026", True],
        f"not an integer of at most {limits.INTEGER_MAX}",
    ),
    "node id": (READS["node id"][0], [bytes(31), bytes(33), None], "not 32 bytes"),
    "digest": (READS["digest"][0], [bytes(31), bytes(33), None], "not 32 bytes"),
    "items": (READS["items"][0], [[1, 2, 3], {}, None, b"ab"], "not an array of at most 2"),
    "submap": (lambda r: r.submap(1, "f"), [[], None, 1, NAMED], "not a map"),
}


@pytest.mark.parametrize(
    ("read", "value"),
    [(read, value) for read, values in READS.values() for value in values],
)
def test_a_legal_field_is_read_as_it_is_and_only_once(read: Read, value: Value) -> None:
    fields = reader(value)

    assert read(fields) == value
    assert not fields.has(1)
    fields.finish()


@pytest.mark.parametrize(
    ("read", "value", "reason"),
    [(read, value, reason) for read, values, reason in REFUSED.values() for value in values],
)
def test_an_illegal_field_is_named_by_its_place_and_never_by_its_content(
    read: Read, value: Value, reason: str
) -> None:
    with pytest.raises(MalformedError) as caught:
        read(reader(value))

    error = caught.value
    assert (error.code, str(error)) == (RefusalCode.E_SCHEMA, f"{reason} at 'offer.f'")
    assert NAMED not in repr(error)


@pytest.mark.parametrize("read", [read for read, _, _ in REFUSED.values()], ids=REFUSED)
def test_a_missing_field_is_refused_by_every_reader(read: Read) -> None:
    with pytest.raises(MalformedError) as caught:
        read(MapReader({}, place="offer"))

    assert caught.value.place == "offer.f"


def test_a_field_may_be_taken_once_only() -> None:
    fields = reader(7)
    fields.take(1, "urgency")

    with pytest.raises(MalformedError, match=r"^a missing field at 'offer.urgency'$"):
        fields.take(1, "urgency")


def test_a_version_is_read_when_it_is_the_one_known() -> None:
    fields = reader(1)
    fields.exactly(1, "v", number=1)

    fields.finish()


def test_a_code_becomes_a_member_of_its_list() -> None:
    assert reader("week").code(1, "urgency", Urgency) is Urgency.WEEK


@pytest.mark.parametrize("value", [[], None, 1, "a", b"a", True])
def test_only_a_map_is_read_as_a_map(value: Value) -> None:
    with pytest.raises(MalformedError, match=r"^not a map at 'offer'$"):
        MapReader.of_bytes(encode(value), place="offer")


def test_bytes_that_are_no_encoding_are_refused_as_such() -> None:
    with pytest.raises(MalformedError) as caught:
        MapReader.of_bytes(b"\xa1", place="offer")

    assert caught.value.code is RefusalCode.E_ENCODING


def test_a_map_inside_a_map_has_the_path_of_both() -> None:
    inner = MapReader.of_bytes(encode({1: {2: "x"}}), place="offer").submap(1, "person")

    assert (inner.at("name"), inner.text(2, "name", characters_max=1)) == (
        "offer.person.name",
        "x",
    )
    inner.finish()


def test_a_text_key_is_another_key_than_its_number() -> None:
    fields = reader(5, key="1")

    assert (fields.has(1), fields.has("1")) == (False, True)


def test_a_field_nobody_asked_for_is_refused_without_naming_it() -> None:
    fields = MapReader({1: 1, NAMED: 2}, place="offer")
    fields.unsigned(1, "count")

    with pytest.raises(MalformedError) as caught:
        fields.finish()

    assert str(caught.value) == "a field that does not belong here at 'offer'"


@pytest.mark.parametrize("left", [{}, {64: 1}, {64: NAMED, 9_999: None}])
def test_a_key_of_a_later_version_is_passed_over(left: dict[int | str, Value]) -> None:
    MapReader(left, place="skeleton").finish_allowing_extensions(first=64)


@pytest.mark.parametrize("left", [{63: 1}, {"64": 1}, {0: 1, 64: 1}])
def test_a_key_below_the_room_for_extensions_is_refused(left: dict[int | str, Value]) -> None:
    with pytest.raises(MalformedError, match=r"^a field that does not belong here at 'skeleton'$"):
        MapReader(left, place="skeleton").finish_allowing_extensions(first=64)


def test_reading_leaves_the_callers_map_as_it_was() -> None:
    entries: dict[int | str, Value] = {1: 1}
    MapReader(entries, place="offer").take(1, "f")

    assert entries == {1: 1}


@pytest.mark.parametrize("value", [b"ab", b"abcd", "abc", None, 3])
def test_an_item_that_is_not_so_many_bytes_is_refused(value: Value) -> None:
    with pytest.raises(MalformedError, match=r"^not 3 bytes at 'receipt'$"):
        octets_item(value, size=3, place="receipt")


@pytest.mark.parametrize("value", [[], [1], [1, 2, 3], {1: 1, 2: 2}, b"ab", None])
def test_a_row_of_another_length_is_refused(value: Value) -> None:
    with pytest.raises(MalformedError, match=r"^not an array of 2 at 'receipt'$"):
        row(value, count=2, place="receipt")


def test_an_item_and_a_row_of_the_right_size_are_given_back() -> None:
    assert octets_item(b"abc", size=3, place="receipt") == b"abc"
    assert row([1, 2], count=2, place="receipt") == [1, 2]


def test_a_rule_over_several_fields_is_told_as_a_schema_error() -> None:
    error = schema_error("an end before its start", place="offer")

    assert (error.code, str(error)) == (
        RefusalCode.E_SCHEMA,
        "an end before its start at 'offer'",
    )


ANY_SCALAR: Final = st.none() | st.booleans() | st.integers(0, 2**53 - 1) | st.binary() | st.text()


@given(ANY_SCALAR | st.lists(ANY_SCALAR) | st.dictionaries(st.integers(0, 9), ANY_SCALAR))
def test_only_a_malformed_error_leaves_a_reader_whatever_the_value(value: Value) -> None:
    reads = [read for read, _ in READS.values()] + [read for read, _, _ in REFUSED.values()]
    for read in reads:
        try:
            read(reader(value))
        except MalformedError as error:
            assert error.place == "offer.f"  # noqa: PT017  both outcomes are legal here
