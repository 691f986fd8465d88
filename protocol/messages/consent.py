"""The consent family: the consent itself to the other party, its withdrawal, and the signed answers."""

from dataclasses import dataclass
from typing import ClassVar, Final

from protocol import limits
from protocol.codec import Value
from protocol.fields import MapReader, octets_item, schema_error
from protocol.values import (
    ConsentId,
    Hash,
    Instant,
    NodeId,
    PlainText,
    consent_id,
    digest,
    node_id,
)
from protocol.vocabulary.codes import WithdrawalStatus, WithdrawalWanted

_STATUSES: Final = frozenset(int(status) for status in WithdrawalStatus)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentCopy:
    """The signed consent for its other party, with her own words about her conditions (class P)."""

    TYPE: ClassVar = "consent.copy/1"
    signed_consent: bytes
    words: PlainText | None

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        fields: dict[int | str, Value] = {0: self.signed_consent}
        return fields if self.words is None else {**fields, 1: self.words}


def parse_copy(reader: MapReader) -> ConsentCopy:
    """Read the content. Raises: MalformedError."""
    has_words = reader.has(1)
    return ConsentCopy(
        signed_consent=reader.octets_up_to(0, "consent", size_max=limits.SIGNED_BYTES_MAX),
        words=reader.text(1, "words", characters_max=limits.TEXT_CHARACTERS_MAX)
        if has_words
        else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn:
    """She changed her mind. It overtakes everything; no reason and nothing about her stands in it.

    `replacement` is the narrower signed consent that takes its place, where there is one.
    """

    TYPE: ClassVar = "consent.withdrawn/1"
    consent_id: ConsentId
    effective: Instant
    wanted: WithdrawalWanted
    replacement: bytes | None

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        fields: dict[int | str, Value] = {
            0: self.consent_id,
            1: self.effective,
            2: self.wanted.value,
        }
        return fields if self.replacement is None else {**fields, 3: self.replacement}


def parse_withdrawn(reader: MapReader) -> ConsentWithdrawn:
    """Read the content. Raises: MalformedError."""
    has_replacement = reader.has(3)
    return ConsentWithdrawn(
        consent_id=consent_id(reader.octets(0, "consent_id", size=16)),
        effective=reader.instant(1, "effective"),
        wanted=reader.code(2, "wanted", WithdrawalWanted),
        replacement=reader.octets_up_to(3, "replacement", size_max=limits.SIGNED_BYTES_MAX)
        if has_replacement
        else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawnAcknowledgement:
    """How far a withdrawal is carried out here: a signed claim, not a proof.

    `skeletons` are the hashes of the messages whose content was locked or erased; `legal_hold` is the hash
    of the order where there is one.
    """

    TYPE: ClassVar = "consent.withdrawn_ack/1"
    consent_id: ConsentId
    status: WithdrawalStatus
    printed_copies: int
    told: tuple[NodeId, ...]
    skeletons: tuple[Hash, ...]
    at: Instant
    legal_hold: Hash | None

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        told: list[Value] = [*self.told]
        skeletons: list[Value] = [*self.skeletons]
        fields: dict[int | str, Value] = {
            0: self.consent_id,
            1: int(self.status),
            2: self.printed_copies,
            3: told,
            4: skeletons,
            5: self.at,
        }
        return fields if self.legal_hold is None else {**fields, 6: self.legal_hold}


def parse_withdrawn_ack(reader: MapReader) -> WithdrawnAcknowledgement:
    """Read the content. Raises: MalformedError."""
    told = reader.items(3, "told", count_max=limits.ONWARD_MAX)
    skeletons = reader.items(4, "skeletons", count_max=limits.RECEIPT_SINGLES_MAX)
    return WithdrawnAcknowledgement(
        consent_id=consent_id(reader.octets(0, "consent_id", size=16)),
        status=_status(reader),
        printed_copies=reader.unsigned(2, "printed_copies", at_most=10_000),
        told=tuple(node_id(octets_item(i, size=32, place="ack.told")) for i in told),
        skeletons=tuple(digest(octets_item(i, size=32, place="ack.skeletons")) for i in skeletons),
        at=reader.instant(5, "at"),
        legal_hold=reader.digest(6, "legal_hold") if reader.has(6) else None,
    )


def _status(reader: MapReader) -> WithdrawalStatus:
    number = reader.unsigned(1, "status")
    if number not in _STATUSES:
        raise schema_error("a code that is not in its list", place=reader.at("status"))
    return WithdrawalStatus(number)
