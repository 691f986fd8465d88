"""Files: what a part is, which may be taken, what may be told, and how much is under way at a time."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import limits
from protocol.codec import Value, decode, encode
from protocol.consent_rules import gate_on_arrival, gate_on_content
from protocol.disclosure import build_file_part, may_tell_file
from protocol.errors import LocalProtocolError, MalformedError, RefusalCode
from protocol.file_rules import (
    FREE_BYTES_MIN,
    PARTS_UNDER_WAY_MAX,
    KnownFile,
    has_room,
    is_given_up,
    judge_part,
    kind_of,
    next_parts,
)
from protocol.messages.files import BlobChunk, FileHead, count_parts, part_bytes
from protocol.messages.union import MessageClass, encode_content, fits_purpose, parse_content
from protocol.values import Instant, ThreadId, sha256
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import FileKind, FileLabel, Purpose
from tests.support.builders import ALO, BANDHAN, CONSENT, NOON, permit_for, standing

MILLION: Final = 1_000_000
LARGEST: Final = 16 * 1_048_576
PAPER: Final = b"%PDF-1.7 a school certificate"
HEAD: Final = FileHead(
    hash=sha256(PAPER),
    category=Category.PLAN_WISHES,
    kind=FileKind.PDF,
    label=FileLabel.SCHOOL_PAPER,
    size=len(PAPER),
)
PART: Final = BlobChunk(head=HEAD, index=0, content=PAPER)
THREAD: Final = ThreadId(b"t" * 16)
KNOWN: Final = KnownFile(head=HEAD, thread=THREAD, is_arriving=True, part=None)


def read(content: Value) -> BlobChunk:
    message = parse_content(content, type_name="blob.chunk/1", of_class=MessageClass.PERSONAL)
    assert isinstance(message, BlobChunk)
    return message


def content_of(size: int, index: int, length: int) -> Value:
    """A part as it would stand in a message, whether or not it is legal."""
    return {
        0: bytes(32),
        1: 8,
        2: "pdf",
        3: "letter",
        4: size,
        5: index,
        6: bytes(length),
    }


@pytest.mark.parametrize(
    ("size", "parts"),
    [(1, 1), (MILLION, 1), (MILLION + 1, 2), (16 * MILLION, 16), (LARGEST, 17)],
)
def test_a_file_has_as_many_parts_as_it_has_begun_millions(size: int, parts: int) -> None:
    assert count_parts(size) == parts
    assert sum(part_bytes(size, index) for index in range(parts)) == size


@given(size=st.integers(0, LARGEST + 1), index=st.integers(0, 18), length=st.integers(0, 40))
def test_a_part_has_one_legal_length(size: int, index: int, length: int) -> None:
    starts = range(0, size, MILLION) if size <= LARGEST else range(0)
    legal = {place: min(MILLION, size - start) for place, start in enumerate(starts)}

    content = content_of(size, index, length)
    if legal.get(index) == length:
        taken = read(content)
        assert (taken.index, taken.head.size, len(taken.content)) == (index, size, length)
    else:
        with pytest.raises(MalformedError) as caught:
            read(content)
        assert caught.value.code is RefusalCode.E_SCHEMA


def test_the_largest_part_fits_the_largest_envelope_with_room_to_spare() -> None:
    whole = BlobChunk(head=replace(HEAD, size=LARGEST), index=3, content=bytes(MILLION))

    assert len(encode_content(whole)) < 1_047_025 - 64


@pytest.mark.parametrize("key", range(7))
def test_every_field_of_a_part_is_needed(key: int) -> None:
    fields = PART.fields()
    del fields[key]

    with pytest.raises(MalformedError):
        read(fields)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (0, bytes(31)), (1, 0), (1, 13), (1, "8"), (2, "exe"), (3, "her certificate.pdf"),
        (4, 0), (4, LARGEST + 1), (4, "29"), (5, 1), (5, -1), (6, "text"), (6, PAPER + b"x"),
        (7, "certificate.pdf"),
    ],
)  # fmt: skip
def test_a_part_says_nothing_but_what_its_table_allows(key: int, value: Value) -> None:
    with pytest.raises(MalformedError):
        read({**PART.fields(), key: value})


def test_a_part_is_read_back_as_it_was_written() -> None:
    assert read(decode(encode(PART.fields()))) == PART


# Consent


def test_a_part_within_its_consent_may_be_taken() -> None:
    assert gate_on_content(CONSENT, PART) is None
    assert gate_on_arrival(
        standing(CONSENT), sender=ALO.node_id, me=BANDHAN.node_id, type_name=PART.TYPE, now=NOON
    ) is None  # fmt: skip


def test_a_part_of_a_category_that_is_not_in_the_consent_is_refused() -> None:
    without = replace(CONSENT, categories=CONSENT.categories - {HEAD.category})

    assert gate_on_content(without, PART) is RefusalCode.E_CONSENT_SCOPE


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_file_goes_where_something_about_her_goes(purpose: Purpose) -> None:
    fits = purpose in (Purpose.CARE_REFERRAL, Purpose.FOLLOW_UP)

    assert fits_purpose("blob.chunk/1", purpose) is fits


def test_a_file_that_she_ticked_may_be_told() -> None:
    payload = build_file_part(PART, permit_for(CONSENT, ticks=frozenset({HEAD.hash}), now=NOON))

    assert payload.content == encode_content(PART)
    assert (payload.type, payload.is_personal) == ("blob.chunk/1", True)
    assert payload.fields == ("file:school_paper",)


def test_every_part_but_the_first_stands_beside_it_in_the_ledger() -> None:
    long = replace(HEAD, size=MILLION + 1)
    last = BlobChunk(head=long, index=1, content=b"x")
    given_permit = permit_for(CONSENT, ticks=frozenset({HEAD.hash}), now=NOON)

    assert build_file_part(last, given_permit).fields == ("file_part:school_paper",)


def test_a_file_that_she_did_not_tick_is_told_to_nobody() -> None:
    other = permit_for(CONSENT, ticks=frozenset({sha256(PAPER + b" ")}), now=NOON)

    assert not may_tell_file(HEAD, other)
    with pytest.raises(LocalProtocolError):
        build_file_part(PART, other)


def test_a_tick_does_not_reach_beyond_the_categories() -> None:
    elsewhere = replace(PART, head=replace(HEAD, category=Category.IMAGE_BIOMETRIC))
    ticked = permit_for(CONSENT, ticks=frozenset({HEAD.hash}), now=NOON)

    with pytest.raises(LocalProtocolError):
        build_file_part(elsewhere, ticked)


def test_a_permit_for_another_purpose_lets_no_file_go() -> None:
    tracing = replace(CONSENT, purpose=Purpose.FAMILY_TRACING)
    ticked = permit_for(tracing, ticks=frozenset({HEAD.hash}), now=NOON)

    with pytest.raises(LocalProtocolError):
        build_file_part(PART, ticked)


# What may be read in


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        (b"%PDF-1.4\n", FileKind.PDF),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", FileKind.JPEG),
        (b"\x89PNG\r\n\x1a\n\x00", FileKind.PNG),
        (b"OggS\x00\x02", FileKind.OGG),
        (b"PK\x03\x04 a document with macros", None),
        (b"MZ\x90\x00", None),
        (b"#!/bin/sh\n", None),
        (b"<html><script>", None),
        (b" %PDF-1.4", None),
        (b"\xff\xd8", None),
        (b"", None),
    ],
)
def test_what_a_file_is_shows_in_its_first_bytes(first: bytes, kind: FileKind | None) -> None:
    assert kind_of(first) is kind


@pytest.mark.parametrize(
    ("free", "kept", "fits"),
    [
        (FREE_BYTES_MIN + 3_000, 0, True),
        (FREE_BYTES_MIN + 2_999, 0, False),
        (FREE_BYTES_MIN * 9, limits.FILES_UNDER_WAY_BYTES_MAX - 1_000, True),
        (FREE_BYTES_MIN * 9, limits.FILES_UNDER_WAY_BYTES_MAX - 999, False),
    ],
)
def test_a_file_is_read_in_only_where_the_disk_keeps_room(
    free: int,
    kept: int,
    fits: bool,  # noqa: FBT001  (a parameter of the table above)
) -> None:
    assert has_room(1_000, free=free, kept=kept) is fits


# What may be taken


def judge(part: BlobChunk = PART, **changes: object) -> RefusalCode | None:
    usual: dict[str, object] = {"thread": THREAD, "known": None, "under_way": 0, "held": 0}
    return judge_part(part, **{**usual, **changes})  # type: ignore[arg-type]  # each as above


def test_the_first_part_of_a_file_is_taken_and_so_is_another_one() -> None:
    assert judge() is None
    assert judge(known=KNOWN) is None


@pytest.mark.parametrize(
    "known",
    [
        replace(KNOWN, head=replace(HEAD, size=HEAD.size + 1)),
        replace(KNOWN, head=replace(HEAD, category=Category.LEGAL)),
        replace(KNOWN, head=replace(HEAD, kind=FileKind.PNG)),
        replace(KNOWN, head=replace(HEAD, label=FileLabel.LETTER)),
        replace(KNOWN, thread=ThreadId(b"o" * 16)),
        replace(KNOWN, is_arriving=False),
        replace(KNOWN, part=PAPER[:-1]),
        replace(KNOWN, part=PAPER[:-1], is_arriving=False),
        replace(KNOWN, part=b""),
    ],
)
def test_a_part_that_does_not_agree_with_those_before_it_is_refused(known: KnownFile) -> None:
    assert judge(known=known) is RefusalCode.E_STATE


@pytest.mark.parametrize("is_arriving", [True, False])
def test_a_part_that_is_held_with_the_same_bytes_is_taken_again(
    is_arriving: bool,  # noqa: FBT001  (a parameter of the table above)
) -> None:
    known = replace(KNOWN, part=PAPER, is_arriving=is_arriving)

    assert judge(known=known) is None
    assert judge(known=replace(known, thread=ThreadId(b"o" * 16))) is RefusalCode.E_STATE


@pytest.mark.parametrize(
    ("under_way", "held", "refusal"),
    [
        (limits.FILES_UNDER_WAY_BYTES_MAX - len(PAPER), 0, None),
        (limits.FILES_UNDER_WAY_BYTES_MAX - len(PAPER) + 1, 0, RefusalCode.E_LIMIT),
        (0, limits.FILES_HELD_BYTES_MAX - len(PAPER), None),
        (0, limits.FILES_HELD_BYTES_MAX - len(PAPER) + 1, RefusalCode.E_LIMIT),
    ],
)
def test_a_peer_has_bounds_to_the_byte(
    under_way: int, held: int, refusal: RefusalCode | None
) -> None:
    assert judge(under_way=under_way, held=held) is refusal


def test_a_file_that_is_known_is_finished_whatever_else_is_under_way() -> None:
    assert judge(known=KNOWN, under_way=limits.FILES_UNDER_WAY_BYTES_MAX) is None


def test_a_file_is_given_up_on_the_second_on_which_60_days_are_over() -> None:
    end = Instant(NOON + 60 * limits.DAY)

    assert not is_given_up(NOON, now=Instant(end - 1))
    assert is_given_up(NOON, now=end)


@given(queued=st.lists(st.booleans(), max_size=17), unanswered=st.integers(0, 20))
def test_what_goes_next_is_in_order_and_never_too_much(
    queued: list[bool], unanswered: int
) -> None:
    chosen = next_parts(queued, unanswered=unanswered)
    missing = [part for part, was_queued in enumerate(queued) if not was_queued]

    assert chosen == missing[: len(chosen)]
    assert len(chosen) == min(len(missing), max(0, PARTS_UNDER_WAY_MAX - unanswered))
