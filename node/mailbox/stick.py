"""The stick format: many envelopes as one body of a request, or as one file (SPEC 10).

    "SATHBNDL" | 01 | 00 00 00 | u32 count | count x (u32 size, envelope) | SHA-256 of all before

The frame is read strictly: a wrong byte anywhere refuses the whole, because a frame that is not
ours says nothing about where its envelopes begin. What stands *inside* an envelope is not looked
at here; each is judged on its own afterwards, so that one bad envelope never stops the rest.

A file and a deposit hold 1 to 4096 envelopes. Only the answer to a pick-up may hold none (an empty
mailbox): its reader says so with `envelopes_min=0`.
"""

import hashlib
import struct
from collections.abc import Sequence
from typing import Final

from protocol import limits
from protocol.errors import LocalProtocolError, MalformedError, RefusalCode

SIZE_PLACE: Final = "stick.size"
"""The place that an error names if an envelope has none of the five sizes."""
AMOUNT_PLACE: Final = "stick.amount"
"""The place that an error names if there is more than the reader wanted to take."""

_MAGIC: Final = b"SATHBNDL\x01\x00\x00\x00"
_COUNT_AT: Final = len(_MAGIC)
_FIRST_AT: Final = _COUNT_AT + 4
_DIGEST_BYTES: Final = 32
_U32: Final = struct.Struct(">I")
_BUCKETS: Final = frozenset(limits.BUCKETS)


def frame_bytes(envelopes: int) -> int:
    """How many bytes the frame adds to so many envelopes."""
    return _FIRST_AT + _U32.size * envelopes + _DIGEST_BYTES


def pack(envelopes: Sequence[bytes]) -> bytes:
    """The bytes of 0 to 4096 envelopes, in the order given.

    Raises:
        LocalProtocolError: if there are more, or one has none of the five sizes.
    """
    if len(envelopes) > limits.STICK_ENVELOPES_MAX:
        raise LocalProtocolError("more envelopes than a stick may hold")
    parts = [_MAGIC, _U32.pack(len(envelopes))]
    for envelope in envelopes:
        if len(envelope) not in _BUCKETS:
            raise LocalProtocolError("an envelope of none of the five sizes")
        parts.append(_U32.pack(len(envelope)))
        parts.append(envelope)
    body = b"".join(parts)
    return body + hashlib.sha256(body).digest()


def unpack(
    data: bytes, *, envelopes_min: int = 1, envelopes_max: int, bytes_max: int
) -> tuple[bytes, ...]:
    """The envelopes in these bytes, in their order.

    Args:
        data: the whole stick; the caller has bounded its length before reading it.
        envelopes_min: 0 for the answer to a pick-up, else 1.
        envelopes_max: at most 4096, or less for a request.
        bytes_max: how many bytes the envelopes may have together, without the frame.

    Raises:
        MalformedError: (E_STICKFILE) if the frame is not exactly right. The place is SIZE_PLACE or
            AMOUNT_PLACE if it is only that.
    """
    count = _count(data, envelopes_min=envelopes_min, envelopes_max=envelopes_max)
    # The hash first: after it a wrong size is the writer's doing and not the carrier's.
    if hashlib.sha256(memoryview(data)[:-_DIGEST_BYTES]).digest() != data[-_DIGEST_BYTES:]:
        raise _bad("the hash is not that of the bytes before it", "stick.hash")
    envelopes: list[bytes] = []
    position, end, room = _FIRST_AT, len(data) - _DIGEST_BYTES, bytes_max
    for _ in range(count):
        if end - position < _U32.size:
            raise _bad("cut off", "stick.envelopes")
        (size,) = _U32.unpack_from(data, position)
        position += _U32.size
        _check_size(size, left=end - position, room=room)
        envelopes.append(data[position : position + size])
        position += size
        room -= size
    if position != end:
        raise _bad("bytes after the last envelope", "stick.envelopes")
    return tuple(envelopes)


def _count(data: bytes, *, envelopes_min: int, envelopes_max: int) -> int:
    if len(data) < _FIRST_AT + _DIGEST_BYTES:
        raise _bad("cut off", "stick")
    if data[:_COUNT_AT] != _MAGIC:
        raise _bad("not a stick of version 1", "stick.magic")
    (count,) = _U32.unpack_from(data, _COUNT_AT)
    if count < envelopes_min:
        raise _bad("no envelope", "stick.count")
    if count > min(envelopes_max, limits.STICK_ENVELOPES_MAX):
        raise _bad("more envelopes than may stand here", AMOUNT_PLACE)
    return int(count)


def _check_size(size: int, *, left: int, room: int) -> None:
    if size not in _BUCKETS:
        raise _bad("none of the five sizes", SIZE_PLACE)
    if size > left:
        raise _bad("cut off", "stick.envelopes")
    if size > room:
        raise _bad("more bytes than may stand here", AMOUNT_PLACE)


def _bad(reason: str, place: str) -> MalformedError:
    return MalformedError(reason, place=place, code=RefusalCode.E_STICKFILE)
