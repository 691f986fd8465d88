"""The signed consent: everything the other side must enforce, and nothing else (SPEC 9).

One consent has one holder, one recipient, one purpose and a set of categories. Its state is derived from
events and the clock and never stands in the signed object.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import pairwise
from typing import Final, TypeVar

from protocol import limits
from protocol.codec import Value, encode
from protocol.fields import MapReader, octets_item, schema_error
from protocol.keys import SigningSecret
from protocol.labels import Kind
from protocol.signing import Signed, sign
from protocol.values import (
    ConsentId,
    Handle,
    Hash,
    Instant,
    LanguageTag,
    NodeId,
    Pseudonym,
    consent_id,
    handle,
    language_tag,
    node_id,
    pseudonym,
    sha256,
)
from protocol.vocabulary.categories import SHAREABLE, Category
from protocol.vocabulary.codes import Condition, ConsentMethod, GivenBy, Purpose
from protocol.vocabulary.facts import FACT_FIELDS

NumberedCode = TypeVar("NumberedCode", bound=IntEnum)

_CATEGORY_MAX: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What she allowed. `erase_at` is when the recipient erases without being asked."""

    consent_id: ConsentId
    handle: Handle
    issuer: NodeId
    holder: NodeId
    recipient: NodeId
    purpose: Purpose
    categories: frozenset[Category]
    excluded_fields: frozenset[str]
    onward: frozenset[NodeId]
    given_by: GivenBy
    method: ConsentMethod
    language: LanguageTag
    notice: Hash
    understood: bool
    witness: Pseudonym | None
    asked_at: Instant
    recorded_at: Instant
    valid_from: Instant
    expires: Instant
    erase_at: Instant
    conditions: frozenset[Condition]
    supersedes: ConsentId | None

    @property
    def needs_confirmation(self) -> bool:
        """Did the recipient ask her? Then the holder's own worker hears it from her first (R-54)."""
        return self.issuer == self.recipient

    def other_party(self, node: NodeId) -> NodeId | None:
        """The other of holder and recipient, or None if `node` is neither."""
        if node == self.holder:
            return self.recipient
        return self.holder if node == self.recipient else None


def sign_consent(consent: Consent, *, signing: SigningSecret) -> Signed:
    """Check the rules of the object and sign it as its issuer.

    Raises:
        MalformedError: if the consent breaks a rule (R-51 to R-53); nothing is signed then.
    """
    _check(consent)
    return sign(Kind.CONSENT, encode(_fields(consent)), secrets=[signing])


def consent_hash(signed: Signed) -> Hash:
    """What skeletons cite (key 12): SHA-256 of the signed consent as it travels (R-55)."""
    return sha256(signed.raw)


def _fields(consent: Consent) -> dict[int | str, Value]:
    fields: dict[int | str, Value] = {
        0: 1,
        1: consent.consent_id,
        2: consent.handle,
        3: consent.issuer,
        4: consent.holder,
        5: consent.recipient,
        6: consent.purpose.value,
        7: _sorted_numbers(consent.categories),
        8: _sorted_words(consent.excluded_fields),
        9: [*sorted(consent.onward)],
        10: int(consent.given_by),
        11: int(consent.method),
        12: consent.language,
        13: consent.notice,
        14: consent.understood,
        16: consent.asked_at,
        17: consent.recorded_at,
        18: consent.valid_from,
        19: consent.expires,
        20: consent.erase_at,
        21: _sorted_words(condition.value for condition in consent.conditions),
    }
    if consent.witness is not None:
        fields[15] = consent.witness
    if consent.supersedes is not None:
        fields[22] = consent.supersedes
    return fields


def _sorted_numbers(numbers: Iterable[int]) -> list[Value]:
    return [int(number) for number in sorted(numbers)]


def _sorted_words(words: Iterable[str]) -> list[Value]:
    return [*sorted(words)]


def parse_consent(body: bytes) -> Consent:
    """Read a consent whose issuer's signature was verified.

    Raises:
        MalformedError: if its form or one of its rules is broken (R-50 to R-53).
    """
    reader = MapReader.of_bytes(body, place="consent")
    reader.exactly(0, "v", number=1)
    consent = Consent(
        consent_id=consent_id(reader.octets(1, "consent_id", size=16)),
        handle=handle(reader.octets(2, "handle", size=16)),
        issuer=reader.node_id(3, "issuer"),
        holder=reader.node_id(4, "holder"),
        recipient=reader.node_id(5, "recipient"),
        purpose=reader.code(6, "purpose", Purpose),
        categories=_categories(reader.items(7, "categories", count_max=_CATEGORY_MAX)),
        excluded_fields=_words(reader, 8, "excluded_fields"),
        onward=_onward(reader.items(9, "onward", count_max=limits.ONWARD_MAX)),
        given_by=_number(reader, 10, "given_by", GivenBy),
        method=_number(reader, 11, "method", ConsentMethod),
        language=language_tag(reader.word(12, "language"), place="consent.language"),
        notice=reader.digest(13, "notice"),
        understood=reader.boolean(14, "understood"),
        witness=_witness(reader),
        asked_at=reader.instant(16, "asked_at"),
        recorded_at=reader.instant(17, "recorded_at"),
        valid_from=reader.instant(18, "valid_from"),
        expires=reader.instant(19, "expires"),
        erase_at=reader.instant(20, "erase_at"),
        conditions=_conditions(reader),
        supersedes=_supersedes(reader),
    )
    reader.finish()
    _check(consent)
    return consent


def _number(reader: MapReader, key: int, name: str, codes: type[NumberedCode]) -> NumberedCode:
    number = reader.unsigned(key, name)
    try:
        return codes(number)
    except ValueError:
        raise schema_error("a code that is not in its list", place=reader.at(name)) from None


def _ascending(values: list[Value], *, place: str) -> None:
    # One spelling for a set: ascending, each once.
    if any(not one < other for one, other in pairwise(values)):  # type: ignore[operator]
        raise schema_error("a set that is not in order", place=place)


def _categories(items: list[Value]) -> frozenset[Category]:
    if any(type(item) is not int for item in items):
        raise schema_error("not a category", place="consent.categories")
    _ascending(items, place="consent.categories")
    try:
        chosen = frozenset(Category(item) for item in items)  # type: ignore[arg-type]
    except ValueError:
        raise schema_error("a category no consent can hold", place="consent.categories") from None
    return chosen


def _words(reader: MapReader, key: int, name: str) -> frozenset[str]:
    items = reader.items(key, name, count_max=limits.CODES_MAX)
    words = [item for item in items if isinstance(item, str)]
    if len(words) != len(items):
        raise schema_error("not a code", place=reader.at(name))
    _ascending(items, place=reader.at(name))
    return frozenset(words)


def _onward(items: list[Value]) -> frozenset[NodeId]:
    nodes = [node_id(octets_item(i, size=32, place="consent.onward")) for i in items]
    _ascending(items, place="consent.onward")
    return frozenset(nodes)


def _conditions(reader: MapReader) -> frozenset[Condition]:
    try:
        return frozenset(Condition(word) for word in _words(reader, 21, "conditions"))
    except ValueError:
        raise schema_error("a code that is not in its list", place="consent.conditions") from None


def _witness(reader: MapReader) -> Pseudonym | None:
    return pseudonym(reader.octets(15, "witness", size=16)) if reader.has(15) else None


def _supersedes(reader: MapReader) -> ConsentId | None:
    return consent_id(reader.octets(22, "supersedes", size=16)) if reader.has(22) else None


def _check(consent: Consent) -> None:
    _check_parties(consent)
    _check_scope(consent)
    _check_times(consent)
    if consent.supersedes == consent.consent_id:
        raise schema_error("its own id", place="consent.supersedes")


def _check_parties(consent: Consent) -> None:
    if consent.issuer not in (consent.holder, consent.recipient):
        raise schema_error("neither the holder nor the recipient", place="consent.issuer")
    if consent.holder == consent.recipient:
        raise schema_error("the holder itself", place="consent.recipient")
    if len(consent.onward) > limits.ONWARD_MAX:
        raise schema_error("too many nodes", place="consent.onward")


def _check_scope(consent: Consent) -> None:
    if not consent.categories <= SHAREABLE:
        raise schema_error("a category no consent can hold", place="consent.categories")
    if consent.purpose is Purpose.CARE_REFERRAL and Category.IMAGE_BIOMETRIC in consent.categories:
        raise schema_error("an image for a referral", place="consent.categories")
    if not consent.excluded_fields <= FACT_FIELDS.keys():
        raise schema_error("a field that does not exist", place="consent.excluded_fields")


def _check_times(consent: Consent) -> None:
    longest = consent.valid_from + limits.CONSENT_LIFE_SECONDS_MAX
    if not consent.valid_from < consent.expires <= longest:
        raise schema_error("not between one second and 365 days", place="consent.expires")
    if consent.erase_at < consent.valid_from:
        raise schema_error("before its beginning", place="consent.erase_at")
    if consent.recorded_at < consent.asked_at:
        raise schema_error("before she was asked", place="consent.recorded_at")
    # Entered after the event, it allows nothing for the time before its entry.
    if consent.valid_from < consent.recorded_at:
        raise schema_error("before it was recorded", place="consent.valid_from")


class ConsentEvent(StrEnum):
    """What happened to a consent; events are only ever added."""

    REQUESTED = "requested"
    DEFERRED = "deferred"
    GIVEN = "given"
    CONFIRMED_BY_HOLDER = "confirmed_by_holder"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    INVALIDATED = "invalidated"
    UNKNOWN = "unknown"


class ConsentState(StrEnum):
    """What the events and the clock amount to."""

    NOT_GIVEN = "not_given"
    UNCONFIRMED = "unconfirmed"
    NOT_YET = "not_yet"
    LIVE = "live"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


# Monotonic: whatever comes later, and in whatever order it came, one of these ends it for good.
_ENDED: Final = frozenset({
    ConsentEvent.WITHDRAWN, ConsentEvent.INVALIDATED, ConsentEvent.REFUSED, ConsentEvent.SUPERSEDED,
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A consent and everything that is recorded of it here.

    `ticks` are the SHA-256 of the sentences she ticked one by one for this very consent.
    """

    consent: Consent
    consent_hash: Hash
    events: frozenset[ConsentEvent]
    ticks: frozenset[Hash]

    def state(self, *, now: Instant) -> ConsentState:
        """What it amounts to at `now`, which must be the later of the clock and any time ever seen."""
        if self.events & _ENDED:
            return ConsentState.WITHDRAWN
        # A peer that was asked no longer names it: as if it had never come.
        if ConsentEvent.GIVEN not in self.events or ConsentEvent.UNKNOWN in self.events:
            return ConsentState.NOT_GIVEN
        # An event may end it before its date ("until I reach home"); no clock begins it again.
        if ConsentEvent.EXPIRED in self.events or now >= self.consent.expires:
            return ConsentState.EXPIRED
        if now < self.consent.valid_from:
            return ConsentState.NOT_YET
        is_confirmed = ConsentEvent.CONFIRMED_BY_HOLDER in self.events
        if self.consent.needs_confirmation and not is_confirmed:
            return ConsentState.UNCONFIRMED
        return ConsentState.LIVE

    def is_live(self, *, now: Instant) -> bool:
        """May something be told under it at `now`, which is as in `state`?"""
        return self.state(now=now) is ConsentState.LIVE
