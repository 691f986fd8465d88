"""The stick format: what is packed comes back, and every other frame is refused."""

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.mailbox import stick
from protocol import limits
from protocol.errors import LocalProtocolError, MalformedError, RefusalCode
from tests.support.mailboxes import envelope, envelopes

MIB = 1_048_576
SIZES = st.sampled_from(limits.BUCKETS[:3])


def frame(
    parts: list[bytes], *, magic: bytes = b"SATHBNDL\x01\x00\x00\x00", count: int | None = None
) -> bytes:
    """A stick written by the text of the format, apart from the code under test."""
    head = magic + struct.pack(">I", len(parts) if count is None else count)
    body = head + b"".join(struct.pack(">I", len(part)) + part for part in parts)
    return body + hashlib.sha256(body).digest()


def read(data: bytes, *, envelopes_max: int = 64, bytes_max: int = MIB) -> tuple[bytes, ...]:
    return stick.unpack(data, envelopes_max=envelopes_max, bytes_max=bytes_max)


def refusal(data: bytes, *, envelopes_max: int = 64, bytes_max: int = MIB) -> tuple[str, str]:
    with pytest.raises(MalformedError) as caught:
        read(data, envelopes_max=envelopes_max, bytes_max=bytes_max)
    assert caught.value.code is RefusalCode.E_STICKFILE
    return caught.value.place, caught.value.reason


@given(st.lists(st.tuples(st.integers(0, 1_000), SIZES), min_size=1, max_size=6))
def test_what_is_packed_is_unpacked_in_the_same_order(drawn: list[tuple[int, int]]) -> None:
    packed = [envelope(number, size=size) for number, size in drawn]
    assert stick.pack(packed) == frame(packed)
    assert read(frame(packed)) == tuple(packed)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_one_code(data: bytes) -> None:
    refusal(data)


@given(st.integers(0, 7), st.data())
def test_one_flipped_bit_anywhere_refuses_the_whole(bit: int, data: st.DataObject) -> None:
    good = bytearray(frame([envelope(1), envelope(2)]))
    at = data.draw(st.integers(0, len(good) - 1))
    good[at] ^= 1 << bit
    refusal(bytes(good))


@given(st.integers(0, 8_247))
def test_a_stick_cut_off_anywhere_is_refused(length: int) -> None:
    whole = frame([envelope(1), envelope(2)])
    assert len(whole) == 8_248
    refusal(whole[:length])


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_lies_about_count_and_size_never_read_past_the_end(count: int, size: int) -> None:
    body = b"SATHBNDL\x01\x00\x00\x00" + struct.pack(">II", count, size) + envelope(1)
    data = body + hashlib.sha256(body).digest()
    if (count, size) == (1, 4_096):
        assert read(data) == (envelope(1),)
    else:
        refusal(data)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (frame([envelope(1)], magic=b"SATHBNDM\x01\x00\x00\x00"), "stick.magic"),
        (frame([envelope(1)], magic=b"SATHBNDL\x02\x00\x00\x00"), "stick.magic"),
        (frame([envelope(1)], magic=b"SATHBNDL\x01\x00\x00\x01"), "stick.magic"),
        (frame([]), "stick.count"),
        (frame([envelope(1)], count=2), "stick.envelopes"),
        (frame([envelope(1), envelope(2)], count=1), "stick.envelopes"),
        (frame([envelope(1)[:-1]]), stick.SIZE_PLACE),
        (frame([envelope(1) + b"x"]), stick.SIZE_PLACE),
        (frame([b""]), stick.SIZE_PLACE),
        (frame([envelope(1)])[:-1] + b"\x00", "stick.hash"),
        (frame([envelope(1)]) + b"\x00", "stick.hash"),
        (frame(list(envelopes(65))), stick.AMOUNT_PLACE),
        (frame([envelope(1, size=MIB), envelope(2)]), stick.AMOUNT_PLACE),
    ],
)
def test_each_fault_of_the_frame_is_named_by_its_place(data: bytes, place: str) -> None:
    assert refusal(data)[0] == place


def test_a_stick_at_its_bounds_is_read_and_one_beyond_is_not() -> None:
    full = frame(list(envelopes(64, size=16_384)))
    assert len(full) == MIB + stick.frame_bytes(64)
    assert len(read(full, bytes_max=MIB)) == 64
    assert refusal(full, bytes_max=MIB - 1)[0] == stick.AMOUNT_PLACE
    assert refusal(full, envelopes_max=63)[0] == stick.AMOUNT_PLACE


def test_4096_envelopes_make_a_stick_and_4097_do_not() -> None:
    one = envelope(1)
    most = frame([one] * 4_096)
    assert len(read(most, envelopes_max=10_000, bytes_max=64 * MIB)) == 4_096
    place, _ = refusal(frame([one] * 4_097), envelopes_max=10_000, bytes_max=64 * MIB)
    assert place == stick.AMOUNT_PLACE
    with pytest.raises(LocalProtocolError):
        stick.pack([one] * 4_097)


def test_only_the_answer_to_a_pick_up_may_hold_no_envelope() -> None:
    empty = stick.pack([])
    assert stick.unpack(empty, envelopes_min=0, envelopes_max=64, bytes_max=MIB) == ()
    assert refusal(empty)[0] == "stick.count"


def test_what_is_no_bucket_is_not_packed() -> None:
    with pytest.raises(LocalProtocolError):
        stick.pack([envelope(1) + b"x"])
