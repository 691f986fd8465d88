"""Streams: where a message belongs, and how far a stream has come without a gap."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.streams import Incoming, Link, Placement, advance, place, start
from protocol.values import ZERO_HASH, Hash, Instant, sha256
from tests.support.builders import NOON


def named(number: int) -> Hash:
    """The hash of the honest message with this number; number 0 is the beginning."""
    return ZERO_HASH if number == 0 else sha256(number.to_bytes(4))


def link(number: int, *, previous: Hash | None = None, own: Hash | None = None) -> Link:
    return Link(
        sequence=number,
        previous=named(number - 1) if previous is None else previous,
        hash=named(number) if own is None else own,
    )


def at(number: int) -> Incoming:
    """A stream that came to this number without a gap."""
    return Incoming(epoch=NOON, sequence=number, hash=named(number), is_frozen=False)


FOREIGN: Final = sha256(b"from a second computer")


def test_the_first_message_of_a_peer_begins_its_stream() -> None:
    assert place(None, epoch=NOON, link=link(1), held={}) is Placement.NEXT


def test_a_first_message_with_a_number_above_one_is_early() -> None:
    assert place(None, epoch=NOON, link=link(2), held={}) is Placement.EARLY


@pytest.mark.parametrize(
    ("number", "placement"),
    [
        (0, Placement.PAST),
        (9, Placement.PAST),
        (10, Placement.PAST),
        (11, Placement.NEXT),
        (12, Placement.EARLY),
        (5_000, Placement.EARLY),
    ],
)
def test_a_message_belongs_before_at_or_beyond_the_next_place(
    number: int, placement: Placement
) -> None:
    own = link(max(number, 1)) if number else Link(sequence=0, previous=ZERO_HASH, hash=FOREIGN)

    assert place(at(10), epoch=NOON, link=own, held={}) is placement


@pytest.mark.parametrize(
    ("epoch", "placement"),
    [(NOON - 1, Placement.SUPERSEDED), (NOON, Placement.PAST), (NOON + 1, Placement.NEXT)],
)
def test_a_newer_epoch_begins_again_and_an_older_one_is_superseded(
    epoch: int, placement: Placement
) -> None:
    held = {2: link(2, own=FOREIGN)}

    assert place(at(10), epoch=Instant(epoch), link=link(1), held=held) is placement


def test_nothing_moves_a_frozen_stream_but_a_newer_epoch() -> None:
    frozen = replace(at(10), is_frozen=True)

    placements = [
        place(frozen, epoch=Instant(epoch), link=own, held={})
        for epoch, own in ((NOON, link(11)), (NOON, link(4)), (NOON + 1, link(1)))
    ]

    assert placements == [Placement.FORK, Placement.FORK, Placement.NEXT]


@pytest.mark.parametrize(
    ("number", "held"),
    [(10, {}), (12, {12: link(12)}), (4, {4: link(4)})],
    ids=["at the head", "beyond a gap", "long ago, and still kept"],
)
def test_two_messages_with_one_number_are_a_fork(number: int, held: dict[int, Link]) -> None:
    twin = link(number, own=FOREIGN)

    assert place(at(10), epoch=NOON, link=twin, held=held) is Placement.FORK


def test_a_number_below_the_head_that_is_no_longer_held_was_answered_long_ago() -> None:
    twin = link(4, own=FOREIGN)

    assert place(at(10), epoch=NOON, link=twin, held={}) is Placement.PAST


@pytest.mark.parametrize(
    ("own", "held"),
    [
        (link(11, previous=FOREIGN), {}),
        (link(13, previous=FOREIGN), {12: link(12)}),
        (link(11, own=FOREIGN), {12: link(12)}),
        (link(12, own=FOREIGN), {13: link(13)}),
    ],
    ids=[
        "its predecessor is not the head",
        "its predecessor is not the one that is held",
        "the one held after it names another, next",
        "the one held after it names another, early",
    ],
)
def test_a_message_that_names_another_predecessor_breaks_the_chain(
    own: Link, held: dict[int, Link]
) -> None:
    assert place(at(10), epoch=NOON, link=own, held=held) is Placement.BROKEN_CHAIN


def test_a_message_between_two_that_are_held_fits_if_both_sides_fit() -> None:
    held = {12: link(12), 14: link(14)}

    assert place(at(10), epoch=NOON, link=link(13), held=held) is Placement.EARLY


def test_the_head_moves_over_everything_that_follows_without_a_gap() -> None:
    held = {number: link(number) for number in (9, 11, 12, 14)}

    assert advance(at(10), held=held) == at(12)
    assert advance(at(13), held=held) == at(14)


def test_the_head_stays_before_a_gap_and_stays_frozen() -> None:
    frozen = replace(at(10), is_frozen=True)

    assert advance(at(10), held={12: link(12)}) == at(10)
    assert advance(frozen, held={11: link(11)}) == replace(at(11), is_frozen=True)


def test_a_stream_begins_before_its_first_message() -> None:
    assert start(NOON) == at(0)


@given(st.permutations(range(1, 13)).flatmap(lambda order: st.just([*order, *order[:3]])))
def test_in_whatever_order_an_honest_stream_comes_it_ends_whole(order: list[int]) -> None:
    stream, held = start(NOON), dict[int, Link]()
    for number in order:
        # Only what lies above the head need be held.
        kept = {key: value for key, value in held.items() if key > stream.sequence}
        placement = place(stream, epoch=NOON, link=link(number), held=kept)
        expected = (
            Placement.PAST
            if number <= stream.sequence
            else Placement.NEXT
            if number == stream.sequence + 1
            else Placement.EARLY
        )
        assert placement is expected
        held[number] = link(number)
        stream = advance(stream, held=held)

    assert stream == at(12)


@given(
    order=st.permutations(range(1, 9)),
    twin=st.integers(1, 8),
    again=st.integers(0, 8),
)
def test_a_second_computer_is_noticed_at_the_latest_when_its_twin_arrives(
    order: list[int], twin: int, again: int
) -> None:
    stream, held = start(NOON), dict[int, Link]()
    placements: list[Placement] = []
    arriving = [link(number) for number in order]
    arriving.insert(again, link(twin, own=FOREIGN))
    for one in arriving:
        placement = place(stream, epoch=NOON, link=one, held=held)
        placements.append(placement)
        if placement in (Placement.NEXT, Placement.EARLY):
            held[one.sequence] = one
            stream = advance(stream, held=held)

    # A twin that nothing contradicts is found only when its successor or its double comes.
    assert {Placement.FORK, Placement.BROKEN_CHAIN} & set(placements)
