"""How one charter follows another, and how several travel together (SPEC 11.4).

Version N + 1 needs k stewards of N and k of its own; nothing is left out in between.
"""

from collections.abc import Sequence
from typing import Final

from protocol import limits
from protocol.charter import Charter, HeldCharter, parse_charter, read_charter
from protocol.codec import Value, decode, encode
from protocol.errors import MalformedError, RefusalCode, RemoteProtocolError
from protocol.fields import schema_error
from protocol.labels import Kind
from protocol.signing import parse
from protocol.values import Hash, Instant, sha256

_GROUPS: Final = 6
_GROUP_BYTES: Final = 5
_SUITE_HERE: Final = 1


def encode_chain(chain: Sequence[bytes]) -> bytes:
    """Charters as one file: each version after the one before."""
    return encode(list(chain))


def parse_chain(data: bytes) -> tuple[bytes, ...]:
    """The charters in a file, none of them read yet. Raises: MalformedError."""
    value = decode(data)
    if not isinstance(value, list):
        raise schema_error("not a chain of charters", place="charter")
    return chain_of(value)


def chain_of(items: list[Value]) -> tuple[bytes, ...]:
    """The charters in a chain. Raises: MalformedError."""
    if not 1 <= len(items) <= limits.CHARTER_CHAIN_MAX:
        raise schema_error("not 1 to 16 charters", place="charter")
    for item in items:
        if type(item) is not bytes or len(item) > limits.CHARTER_BYTES_MAX:
            raise MalformedError("not a charter", place="charter", code=RefusalCode.E_LIMIT)
    return tuple(item for item in items if type(item) is bytes)


def follow(
    chain: Sequence[bytes], *, held: HeldCharter | None, now: Instant
) -> tuple[HeldCharter, ...]:
    """The versions that a chain adds to what is held, in order; none if it ends with the held one.

    With nothing held, the first of the chain is taken on the word of its own stewards: whoever
    calls must have shown it to a person (R-165).

    Raises:
        MalformedError: the form of one of them.
        RemoteProtocolError: E_CHARTER_SIGS; E_CHARTER_VERSION for a gap, a rollback, another federation or
            another charter under a version that is held; E_CLOCK if one was issued over 48 hours ahead;
            E_CHARTER_EXPIRED if the last one is over; E_SUITE if it asks for a suite we do not have.
    """
    taken: list[HeldCharter] = []
    last: HeldCharter | None = held
    for raw in chain:
        found = _next(raw, last=last, is_first=not taken, now=now)
        if found is not None:
            taken.append(found)
            last = found
    if taken:
        _check_last(taken[-1].charter, now=now)
    elif last is None or read_charter(chain[-1]).body_hash != last.body_hash:
        raise RemoteProtocolError(RefusalCode.E_CHARTER_VERSION, "charter.version")
    return tuple(taken)


def _next(
    raw: bytes, *, last: HeldCharter | None, is_first: bool, now: Instant
) -> HeldCharter | None:
    found = (
        _successor(raw, last=last, is_first=is_first) if last is not None else read_charter(raw)
    )
    if found is not None and found.charter.issued > now + limits.CLOCK_SKEW_SECONDS:
        raise RemoteProtocolError(RefusalCode.E_CLOCK, "charter.issued")
    return found


def _successor(raw: bytes, *, last: HeldCharter, is_first: bool) -> HeldCharter | None:
    body = parse(raw, kind=Kind.CHARTER).body
    charter = parse_charter(body)
    same = charter.federation == last.charter.federation
    if same and is_first and charter.version < last.charter.version:
        # What came before the one that is held is history; it is neither believed nor looked at.
        return None
    if same and sha256(body) == last.body_hash:
        return None
    is_next = same and charter.version == last.charter.version + 1
    if is_next and charter.previous == last.body_hash:
        return read_charter(raw, also=last)
    raise RemoteProtocolError(RefusalCode.E_CHARTER_VERSION, "charter.version")


def _check_last(charter: Charter, *, now: Instant) -> None:
    if charter.is_over(now=now):
        raise RemoteProtocolError(RefusalCode.E_CHARTER_EXPIRED, "charter.expires")
    if (charter.parameters.suite_min or _SUITE_HERE) > _SUITE_HERE:
        raise RemoteProtocolError(RefusalCode.E_SUITE, "charter.params.min_suite")


def charter_number(body_hash: Hash) -> tuple[str, ...]:
    """Six groups of five digits that people read to each other before they believe a first charter."""
    return tuple(
        f"{int.from_bytes(body_hash[_GROUP_BYTES * i : _GROUP_BYTES * (i + 1)]) % 100_000:05}"
        for i in range(_GROUPS)
    )
