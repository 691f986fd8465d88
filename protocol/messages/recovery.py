"""Messages by which two nodes find together again: after a restore, a gap, a fork (SPEC 8.9).

A node that lost something says `hello`; the other side answers with every consent there ever was between
the two. `resync` asks for numbers that never came.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Final

from protocol import limits
from protocol.codec import Value
from protocol.fields import MapReader, octets_item, row, schema_error
from protocol.skeleton import Head
from protocol.values import ConsentId, Instant, consent_id, digest, instant
from protocol.vocabulary.codes import ListedState

_STATES: Final = frozenset(int(state) for state in ListedState)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """A new stream begins. `received` is how far we have yours, `sent` how far we know to have sent ours.

    `epoch` is the instant at which the new stream begins; `sent` is of the stream before it.
    """

    TYPE: ClassVar = "hello/1"
    epoch: Instant
    received: Head
    sent: Head

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {0: self.epoch, 1: _encode_head(self.received), 2: _encode_head(self.sent)}


def parse_hello(reader: MapReader) -> Hello:
    """Read the content. Raises: MalformedError."""
    return Hello(
        epoch=reader.instant(0, "epoch"),
        received=_head(reader.take(1, "received"), place=reader.at("received")),
        sent=_head(reader.take(2, "sent"), place=reader.at("sent")),
    )


def _encode_head(head: Head) -> list[Value]:
    return [head.epoch, head.sequence, head.hash]


def _head(value: Value, *, place: str) -> Head:
    epoch, sequence, link = row(value, count=3, place=place)
    if type(epoch) is not int or type(sequence) is not int:
        raise schema_error("not epoch, number and hash", place=place)
    link_hash = digest(octets_item(link, size=32, place=place))
    return Head(epoch=instant(epoch), sequence=sequence, hash=link_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resync:
    """These numbers of your stream never came. Without any it asks for a new stream."""

    TYPE: ClassVar = "resync/1"
    epoch: Instant
    ranges: tuple[tuple[int, int], ...]

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        ranges: list[Value] = [[first, last] for first, last in self.ranges]
        return {0: self.epoch, 1: ranges}


def parse_resync(reader: MapReader) -> Resync:
    """Read the content. Raises: MalformedError."""
    epoch = reader.instant(0, "epoch")
    items = reader.items(1, "ranges", count_max=limits.RESYNC_RANGES_MAX)
    ranges = tuple(_range(item, place=reader.at("ranges")) for item in items)
    if any(last >= first for (_, last), (first, _) in pairwise(ranges)):
        raise schema_error("ranges that are not in order", place=reader.at("ranges"))
    return Resync(epoch=epoch, ranges=ranges)


def _range(value: Value, *, place: str) -> tuple[int, int]:
    first, last = row(value, count=2, place=place)
    if type(first) is not int or type(last) is not int or not 1 <= first <= last:
        raise schema_error("not a range", place=place)
    return first, last


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedConsent:
    """One line of the list: that there was this consent, what became of it, and since when."""

    consent_id: ConsentId
    state: ListedState
    since: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentStates:
    """Every consent there ever was between the two: the answer to `hello`, whose epoch it names.

    A long list comes in `parts` messages, of which this is the `part`-th. Before it went `receipts` receipts
    that answer the same hello; until each of them has come, nobody knows what was received.
    """

    TYPE: ClassVar = "consent.state/1"
    epoch: Instant
    consents: tuple[ListedConsent, ...]
    part: int
    parts: int
    receipts: int

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        consents: list[Value] = [
            [one.consent_id, int(one.state), one.since] for one in self.consents
        ]
        return {0: self.epoch, 1: consents, 2: self.part, 3: self.parts, 4: self.receipts}


def parse_consent_states(reader: MapReader) -> ConsentStates:
    """Read the content. Raises: MalformedError."""
    epoch = reader.instant(0, "epoch")
    items = reader.items(1, "consents", count_max=limits.LISTED_CONSENTS_MAX)
    consents = tuple(_listed(item, place=reader.at("consents")) for item in items)
    if any(one.consent_id >= other.consent_id for one, other in pairwise(consents)):
        raise schema_error("a set that is not in order", place=reader.at("consents"))
    part = reader.unsigned(2, "part", at_most=limits.LISTED_PARTS_MAX)
    parts = reader.unsigned(3, "parts", at_most=limits.LISTED_PARTS_MAX)
    if not 1 <= part <= parts:
        raise schema_error("not a part of them", place=reader.at("part"))
    receipts = reader.unsigned(4, "receipts", at_most=limits.ANSWERING_RECEIPTS_MAX)
    return ConsentStates(epoch=epoch, consents=consents, part=part, parts=parts, receipts=receipts)


def _listed(value: Value, *, place: str) -> ListedConsent:
    name, state, since = row(value, count=3, place=place)
    if type(state) is not int or state not in _STATES or type(since) is not int:
        raise schema_error("not an id, a state and an instant", place=place)
    return ListedConsent(
        consent_id=consent_id(octets_item(name, size=16, place=place)),
        state=ListedState(state),
        since=instant(since),
    )
