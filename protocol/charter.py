"""The charter: who belongs to the federation, signed by its stewards, k of n (SPEC 11.4).

It holds keys and no names. It never raises a trust level: only two people who compare a number do that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Final

from protocol import limits
from protocol.codec import Value, encode
from protocol.errors import RefusalCode, RemoteProtocolError
from protocol.fields import MapReader, octets_item, row, schema_error
from protocol.keys import SigningSecret, VerifyingKey, node_id_of, verifying_key
from protocol.labels import Kind
from protocol.signing import Signed, gather, parse, sign, signers
from protocol.values import (
    ZERO_HASH,
    Hash,
    Instant,
    NodeId,
    instant,
    node_id,
    sha256,
)
from protocol.vocabulary.codes import Country

_KEY_BYTES: Final = 32


class MemberState(IntEnum):
    """Where a member stands."""

    ACTIVE = 1
    SUSPENDED = 2
    REMOVED = 3


class RiskProfile(IntEnum):
    """The least careful profile that a member may run with."""

    NORMAL = 1
    HIGH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One organisation's node. `since` is when its state began; `successor` takes up its follow-ups."""

    node_id: NodeId
    root: VerifyingKey
    country: Country
    state: MemberState
    since: Instant
    successor: NodeId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What the members agreed on. What is None was not agreed on, and each node's own setting counts.

    `erase_hours` is the outer limit for carrying out a withdrawal, in hours of open vault;
    `skeleton_months` is how long skeletons are kept; `complaints` are the nodes that complaints go to;
    `storage` are the countries in which her data may lie.
    """

    suite_min: int | None = None
    erase_hours: int | None = None
    skeleton_months: int | None = None
    risk: RiskProfile | None = None
    complaints: tuple[NodeId, ...] = ()
    storage: tuple[Country, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """One version. `previous` is the hash of the body of the version before, zeros in the first one."""

    federation: Hash
    version: int
    previous: Hash
    issued: Instant
    expires: Instant
    threshold: int
    stewards: tuple[VerifyingKey, ...]
    members: tuple[Member, ...]
    parameters: Parameters
    legal_text: Hash

    def member(self, node: NodeId) -> Member | None:
        """What it says of a node, or None if it does not name it."""
        return next((member for member in self.members if member.node_id == node), None)

    def is_over(self, *, now: Instant) -> bool:
        """Does it let nobody new in any more? What was pinned goes on (R-166)."""
        return now >= self.expires


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCharter:
    """A charter as it is held: read, and as it travels."""

    charter: Charter
    signed: Signed

    @property
    def body_hash(self) -> Hash:
        """What the next version cites: of the body, as each may hold it with other signatures."""
        return sha256(self.signed.body)


def encode_charter(charter: Charter) -> bytes:
    """The body that stewards sign; before anybody did, it is a draft."""
    members: list[Value] = [_encode_member(member) for member in charter.members]
    return encode(
        {
            0: 1,
            1: charter.federation,
            2: charter.version,
            3: charter.previous,
            4: charter.issued,
            5: charter.expires,
            6: charter.threshold,
            7: list(charter.stewards),
            8: members,
            9: _encode_parameters(charter.parameters),
            10: charter.legal_text,
        }
    )


def _encode_member(member: Member) -> Value:
    return [
        member.node_id,
        member.root,
        member.country.value,
        int(member.state),
        member.since,
        member.successor,
    ]


def _encode_parameters(parameters: Parameters) -> dict[int | str, Value]:
    numbers = (
        parameters.suite_min,
        parameters.erase_hours,
        parameters.skeleton_months,
        None if parameters.risk is None else int(parameters.risk),
    )
    fields: dict[int | str, Value] = {
        key: number for key, number in enumerate(numbers) if number is not None
    }
    if parameters.complaints:
        fields[4] = list(parameters.complaints)
    if parameters.storage:
        fields[5] = [country.value for country in parameters.storage]
    return fields


def sign_charter(body: bytes, *, by: Sequence[SigningSecret]) -> Signed:
    """Sign a draft with the keys of stewards.

    Raises:
        MalformedError: if the draft is not one; nobody signs what cannot be read.
    """
    parse_charter(body)
    return sign(Kind.CHARTER, body, secrets=by)


def combine(parts: Sequence[Signed]) -> Signed:
    """Bring the signatures under one draft together; one that stands in two parts stands once.

    Raises:
        MalformedError: if the parts are not of one draft, or have over 8 signatures.
    """
    bodies = {part.body for part in parts}
    if len(bodies) != 1:
        raise schema_error("not parts of one charter", place="charter")
    found = {signature for part in parts for signature in part.signatures}
    if len(found) > limits.SIGNATURES_MAX:
        raise schema_error("over 8 signatures", place="charter.sigs")
    ordered = sorted(found, key=lambda signature: (signature.key_id, signature.raw))
    return gather(Kind.CHARTER, bodies.pop(), ordered)


def parse_charter(body: bytes) -> Charter:
    """Read a body. Whether enough stewards signed it is what `read_charter` finds out (R-160).

    Raises:
        MalformedError: if its form is not legal.
    """
    reader = MapReader.of_bytes(body, place="charter")
    reader.exactly(0, "v", number=1)
    charter = Charter(
        federation=reader.digest(1, "federation"),
        version=reader.unsigned(2, "version"),
        previous=reader.digest(3, "prev"),
        issued=reader.instant(4, "issued"),
        expires=reader.instant(5, "expires"),
        threshold=reader.unsigned(6, "k", at_most=limits.STEWARDS_MAX),
        stewards=_stewards(reader.items(7, "stewards", count_max=limits.STEWARDS_MAX)),
        members=_members(reader.items(8, "members", count_max=limits.MEMBERS_MAX)),
        parameters=_parameters(reader.submap(9, "params")),
        legal_text=reader.digest(10, "legal_text"),
    )
    reader.finish()
    _check(charter)
    return charter


def _check(charter: Charter) -> None:
    if not 1 <= charter.threshold <= len(charter.stewards):
        raise schema_error("not 1 to all of the stewards", place="charter.k")
    if charter.version < 1 or (charter.version == 1) != (charter.previous == ZERO_HASH):
        raise schema_error("a version and predecessor that do not fit", place="charter.version")
    if not charter.issued < charter.expires <= charter.issued + limits.CHARTER_LIFE_SECONDS:
        raise schema_error("a life of over 400 days", place="charter.expires")


def _stewards(items: list[Value]) -> tuple[VerifyingKey, ...]:
    place = "charter.stewards"
    raw = [octets_item(item, size=_KEY_BYTES, place=place) for item in items]
    _ascending(raw, place=place)
    return tuple(verifying_key(key, place=place) for key in raw)


def _members(items: list[Value]) -> tuple[Member, ...]:
    members = tuple(_member(item) for item in items)
    _ascending([member.node_id for member in members], place="charter.members")
    return members


def _member(item: Value) -> Member:
    place = "charter.members"
    name, root, country, state, since, successor = row(item, count=6, place=place)
    if type(country) is not str or type(state) is not int or type(since) is not int:
        raise schema_error("not country, state and time", place=place)
    member = Member(
        node_id=node_id(octets_item(name, size=_KEY_BYTES, place=place)),
        root=verifying_key(octets_item(root, size=_KEY_BYTES, place=place), place=place),
        country=_country(country, place=place),
        state=_state(state, place=place),
        since=instant(since),
        successor=None
        if successor is None
        else node_id(octets_item(successor, size=_KEY_BYTES, place=place)),
    )
    if member.node_id != node_id_of(member.root):
        raise schema_error("not the hash of the root key", place=place)
    if member.successor == member.node_id:
        raise schema_error("a node that succeeds itself", place=place)
    return member


def _country(text: str, *, place: str) -> Country:
    try:
        return Country(text)
    except ValueError:
        raise schema_error("a country outside the list", place=place) from None


def _state(number: int, *, place: str) -> MemberState:
    try:
        return MemberState(number)
    except ValueError:
        raise schema_error("a state outside the list", place=place) from None


def _parameters(reader: MapReader) -> Parameters:
    parameters = Parameters(
        suite_min=_number(reader, 0, "min_suite", 1, 255),
        erase_hours=_number(reader, 1, "erase_hours", 1, limits.ERASE_HOURS_MAX),
        skeleton_months=_number(
            reader,
            2,
            "skeleton_months",
            limits.SKELETON_MONTHS_MIN,
            limits.SKELETON_MONTHS_MAX,
        ),
        risk=_risk(_number(reader, 3, "risk", 1, 2)),
        complaints=_complaints(reader),
        storage=_storage(reader),
    )
    reader.finish_allowing_extensions(first=limits.PARAMETER_EXTENSION_FIRST)
    return parameters


def _number(reader: MapReader, key: int, name: str, least: int, most: int) -> int | None:
    if not reader.has(key):
        return None
    number = reader.unsigned(key, name, at_most=most)
    if number < least:
        raise schema_error(f"not at least {least}", place=reader.at(name))
    return number


def _risk(number: int | None) -> RiskProfile | None:
    return None if number is None else RiskProfile(number)


def _complaints(reader: MapReader) -> tuple[NodeId, ...]:
    if not reader.has(4):
        return ()
    place = reader.at("complaints")
    items = reader.items(4, "complaints", count_max=limits.COMPLAINT_NODES_MAX)
    nodes = [node_id(octets_item(item, size=_KEY_BYTES, place=place)) for item in items]
    _ascending(nodes, place=place)
    return tuple(nodes)


def _storage(reader: MapReader) -> tuple[Country, ...]:
    if not reader.has(5):
        return ()
    place = reader.at("storage")
    items = reader.items(5, "storage", count_max=len(Country))
    texts = [item if type(item) is str else "" for item in items]
    if texts != sorted(set(texts)):
        raise schema_error("not in ascending order", place=place)
    return tuple(_country(text, place=place) for text in texts)


def _ascending(items: Sequence[bytes], *, place: str) -> None:
    if any(one >= other for one, other in pairwise(items)):
        raise schema_error("not in ascending order", place=place)


def read_charter(raw: bytes, *, also: HeldCharter | None = None) -> HeldCharter:
    """Read a version and count who signed it (R-161).

    Args:
        raw: the signed object.
        also: the version before, whose stewards must have signed too.

    Raises:
        MalformedError: its form.
        RemoteProtocolError: E_CHARTER_SIGS if fewer than k of its own stewards, or of those of the version
            before, signed. A steward counts once, however often the key stands there.
    """
    signed = parse(raw, kind=Kind.CHARTER)
    charter = parse_charter(signed.body)
    for counted in (charter, charter if also is None else also.charter):
        if len(signers(signed, keys=counted.stewards)) < counted.threshold:
            raise RemoteProtocolError(RefusalCode.E_CHARTER_SIGS, "charter.sigs")
    return HeldCharter(charter=charter, signed=signed)


def held_charter(raw: bytes) -> HeldCharter:
    """A charter we took before: it was verified then."""
    signed = parse(raw, kind=Kind.CHARTER)
    return HeldCharter(charter=parse_charter(signed.body), signed=signed)
