"""Messages that say nothing about a survivor: introductions, receipts, a new card or bundle (class N)."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from protocol import limits
from protocol.codec import Value
from protocol.fields import MapReader, octets_item, row, schema_error
from protocol.values import Hash, Instant, MessageId, digest, instant, message_id
from protocol.vocabulary.codes import ReceiptStatus

_STATUSES: Final = frozenset(int(status) for status in ReceiptStatus)
# By its form, not from our list: a later version may know more codes than we do.
_CODE: Final = re.compile(r"E_[A-Z][A-Z_]{0,30}")


@dataclass(frozen=True, slots=True, kw_only=True)
class IntroductionRequest:
    """We read your introduction: our card, our bundle, and the proof that we held the file."""

    TYPE: ClassVar = "intro.request/1"
    card: bytes
    bundle: bytes
    proof: bytes

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {0: self.card, 1: self.bundle, 2: self.proof}


def parse_introduction_request(reader: MapReader) -> IntroductionRequest:
    """Read the content. Raises: MalformedError."""
    return IntroductionRequest(
        card=reader.octets_up_to(0, "card", size_max=limits.CARD_BYTES_MAX),
        bundle=reader.octets_up_to(1, "bundle", size_max=limits.BUNDLE_BYTES_MAX),
        proof=reader.octets(2, "proof", size=32),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class IntroductionAccept:
    """The inviter's answer, with its own proof."""

    TYPE: ClassVar = "intro.accept/1"
    proof: bytes

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {0: self.proof}


def parse_introduction_accept(reader: MapReader) -> IntroductionAccept:
    """Read the content. Raises: MalformedError."""
    return IntroductionAccept(proof=reader.octets(0, "proof", size=32))


@dataclass(frozen=True, slots=True, kw_only=True)
class CardUpdate:
    """A newer card of the sender."""

    TYPE: ClassVar = "card/1"
    card: bytes

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {0: self.card}


def parse_card_update(reader: MapReader) -> CardUpdate:
    """Read the content. Raises: MalformedError."""
    return CardUpdate(card=reader.octets_up_to(0, "card", size_max=limits.CARD_BYTES_MAX))


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleUpdate:
    """A newer bundle of the sender."""

    TYPE: ClassVar = "bundle/1"
    bundle: bytes

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {0: self.bundle}


def parse_bundle_update(reader: MapReader) -> BundleUpdate:
    """Read the content. Raises: MalformedError."""
    return BundleUpdate(bundle=reader.octets_up_to(0, "bundle", size_max=limits.BUNDLE_BYTES_MAX))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRange:
    """Stored, every message from `first` to `last`; the last one's hash signs them all."""

    epoch: Instant
    first: int
    last: int
    last_hash: Hash
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptSingle:
    """What became of one message; `code` only where it was refused."""

    message_id: MessageId
    message_hash: Hash
    status: ReceiptStatus
    at: Instant
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One answer for everything taken in one commit; never receipted itself."""

    TYPE: ClassVar = "receipt/1"
    ranges: tuple[ReceiptRange, ...]
    singles: tuple[ReceiptSingle, ...]

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        ranges: list[Value] = [[r.epoch, r.first, r.last, r.last_hash, r.at] for r in self.ranges]
        return {0: ranges, 1: [_encode_single(single) for single in self.singles]}


def _encode_single(single: ReceiptSingle) -> Value:
    fields: list[Value] = [
        single.message_id,
        single.message_hash,
        int(single.status),
        single.at,
    ]
    return fields if single.code is None else [*fields, single.code]


def parse_receipt(reader: MapReader) -> Receipt:
    """Read the content. Raises: MalformedError."""
    ranges = reader.items(0, "ranges", count_max=limits.RECEIPT_RANGES_MAX)
    singles = reader.items(1, "singles", count_max=limits.RECEIPT_SINGLES_MAX)
    return Receipt(
        ranges=tuple(_range(item) for item in ranges),
        singles=tuple(_single(item) for item in singles),
    )


def _range(value: Value) -> ReceiptRange:
    place = "receipt.ranges"
    epoch, first, last, link, at = row(value, count=5, place=place)
    if type(epoch) is not int or type(first) is not int or type(last) is not int:
        raise schema_error("not epoch, first and last", place=place)
    if type(at) is not int or not 1 <= first <= last:
        raise schema_error("not a range", place=place)
    return ReceiptRange(
        epoch=instant(epoch),
        first=first,
        last=last,
        last_hash=digest(octets_item(link, size=32, place=place)),
        at=instant(at),
    )


def _single(value: Value) -> ReceiptSingle:
    place = "receipt.singles"
    count = 5 if isinstance(value, list) and len(value) == 5 else 4
    items = row(value, count=count, place=place)
    status, at = items[2], items[3]
    code = items[4] if count == 5 else None
    if type(status) is not int or type(at) is not int or not isinstance(code, str | None):
        raise schema_error("not status, time and code", place=place)
    if status not in _STATUSES or (code is not None) != (status == ReceiptStatus.REFUSED):
        raise schema_error("a status and code that do not go together", place=place)
    if code is not None and not _CODE.fullmatch(code):
        raise schema_error("not a code", place=place)
    return ReceiptSingle(
        message_id=message_id(octets_item(items[0], size=16, place=place), place=place),
        message_hash=digest(octets_item(items[1], size=32, place=place)),
        status=ReceiptStatus(status),
        at=instant(at),
        code=code,
    )
