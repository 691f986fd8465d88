"""What becomes of a verified message: steps 12 to 17 of the receive order (SPEC 8.2).

`judge` reads a snapshot of what the node holds and returns a verdict. It changes nothing, and every way to
refuse a message stands in this one file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from protocol import limits
from protocol.consent import Consent, Standing, consent_hash, parse_consent
from protocol.consent_rules import (
    LEVEL_VERIFIED,
    gate_on_arrival,
    gate_on_content,
    gate_on_copy,
)
from protocol.envelope import VerifiedMessage
from protocol.errors import RefusalCode, RemoteProtocolError
from protocol.keys import VerifyingKey
from protocol.labels import Kind
from protocol.messages.consent import ConsentCopy
from protocol.messages.union import (
    OVERTAKING,
    Message,
    MessageClass,
    PersonalMessage,
    message_class,
    parse_content,
    split_payload,
)
from protocol.messages.witness import Cover
from protocol.signing import parse as parse_signed
from protocol.signing import verify
from protocol.streams import Incoming, Link, Placement, place
from protocol.values import ConsentId, Hash, Instant, NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the node holds that bears on one message.

    `now` is the wall clock, `latest_seen` the latest time ever seen; `seen` is the hash under which this
    message id was taken before; `held` are the links of the stream that are still kept, by number; `standing`
    finds a consent by its hash; `is_buried` says whether a consent of this id was withdrawn between the two
    nodes before it was known; `sender_keys` are the keys the sender may sign with now.
    """

    me: NodeId
    now: Instant
    latest_seen: Instant
    level: int
    is_suspended: bool
    seen: Hash | None
    stream: Incoming | None
    held: Mapping[int, Link]
    standing: Callable[[Hash], Standing | None]
    is_buried: Callable[[ConsentId], bool]
    sender_keys: tuple[VerifyingKey, ...]


class Order(StrEnum):
    """Is it the message's turn?"""

    NEXT = "next"
    EARLY = "early"
    OVERTAKES = "overtakes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Take it. An early one is kept, and takes effect when the gap before it is filled."""

    message: Message
    order: Order
    placement: Placement | None
    consent: Consent | None
    """The verified consent inside a `consent.copy`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """It was taken before: no effect, but its receipt goes out again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """The sender took the payload back: it moves the chain and applies nothing."""

    placement: Placement


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Not yet: it is neither counted nor answered, so its sender leaves it again.

    Its time does not fit our clock (E_CLOCK), its stream is frozen after a fork (E_FORK), or the consent
    it cites may lie in the gap before it (E_CONSENT_MISSING).
    """

    code: RefusalCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Only its skeleton and the code are kept (R-80). `counts` says whether it moves the chain.

    `freezes` marks a fork or a broken chain: both operators are shown the evidence.
    """

    code: RefusalCode
    counts: bool
    freezes: bool
    placement: Placement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """It says nothing: it has no place in its stream, is not kept and not answered (R-185)."""


Verdict: TypeAlias = Accepted | Duplicate | Withheld | Held | Refused | Covered

BY_TIME: Final = frozenset({RefusalCode.E_EXPIRED, RefusalCode.E_CONSENT_EXPIRED})
"""What is refused for no other reason than what our clock says."""
BY_TIME_OF_CONTENT: Final = BY_TIME | {
    RefusalCode.E_CLOCK,
    RefusalCode.E_INVITE_EXPIRED,
    RefusalCode.E_CHARTER_EXPIRED,
}
"""The same of a card, an invite, a charter or a suspend inside a message."""
_STREAM_REFUSALS = {
    Placement.SUPERSEDED: RefusalCode.E_EPOCH_SUPERSEDED,
    Placement.FORK: RefusalCode.E_FORK,
    Placement.BROKEN_CHAIN: RefusalCode.E_CHAIN,
    Placement.PAST: RefusalCode.E_EXPIRED,
}


def judge(verified: VerifiedMessage, situation: Situation) -> Verdict:
    """Decide about one message (R-83 to R-92)."""
    skeleton = verified.skeleton
    if skeleton.type in OVERTAKING and verified.payload is not None:
        return _judge_overtaking(verified, situation)
    if situation.is_suspended:
        return _refused(RefusalCode.E_SENDER_SUSPENDED, placement=None)
    if skeleton.type == Cover.TYPE:
        return _judge_cover(verified, situation)
    return _judge_in_stream(verified, situation)


def _judge_in_stream(verified: VerifiedMessage, situation: Situation) -> Verdict:
    skeleton = verified.skeleton
    if situation.seen is not None:
        return _seen_before(verified, situation.seen)
    if _is_ahead(max(skeleton.created, skeleton.epoch), situation):
        return Held(code=RefusalCode.E_CLOCK)
    placement = _place(verified, situation)
    if placement is Placement.FORK and _is_frozen(situation.stream):
        # Until people looked at it, its sender keeps what it has: nothing is lost meanwhile.
        return Held(code=RefusalCode.E_FORK)
    if placement in _STREAM_REFUSALS:
        return _stream_refusal(placement)
    if max(situation.now, situation.latest_seen) >= skeleton.expires + limits.CLOCK_SKEW_SECONDS:
        return _refused(RefusalCode.E_EXPIRED, placement=placement)
    return _judge_content(verified, situation, placement)


def judge_in_doubt(verified: VerifiedMessage, situation: Situation) -> Verdict:
    """The same while our own clock is in doubt: what only the time speaks against is held (R-114).

    Refused, it would be lost: its sender would never leave it again.
    """
    verdict = judge(verified, situation)
    if isinstance(verdict, Refused) and verdict.counts and verdict.code in BY_TIME:
        return Held(code=RefusalCode.E_CLOCK)
    return verdict


def _judge_overtaking(verified: VerifiedMessage, situation: Situation) -> Verdict:
    """Only who says it, to whom and of what is looked at: nothing may delay her no or a suspend (R-93)."""
    if situation.seen is not None:
        return _seen_before(verified, situation.seen)
    # It acts in any case; whether it also moves the chain depends on where it belongs. An epoch
    # that lies in the future would make every honest one after it an old one.
    placement: Placement | None = _place(verified, situation)
    is_ahead = _is_ahead(verified.skeleton.epoch, situation)
    if is_ahead or placement not in (Placement.NEXT, Placement.EARLY):
        placement = None
    try:
        of_class = message_class(verified.skeleton.type, cites_consent=False)
        message = _parse(verified, of_class)
    except RemoteProtocolError as error:
        return _refused(error.code, placement=placement)
    return Accepted(message=message, order=Order.OVERTAKES, placement=placement, consent=None)


def _judge_cover(verified: VerifiedMessage, situation: Situation) -> Verdict:
    """Cover that is refused is not answered either, and none is ever held: another one comes tomorrow."""
    skeleton = verified.skeleton
    if _is_ahead(skeleton.created, situation):
        return _refused(RefusalCode.E_CLOCK, placement=None)
    if max(situation.now, situation.latest_seen) >= skeleton.expires + limits.CLOCK_SKEW_SECONDS:
        return _refused(RefusalCode.E_EXPIRED, placement=None)
    if skeleton.sequence != 0 or verified.is_withheld:
        return _refused(RefusalCode.E_SCHEMA, placement=None)
    try:
        of_class = message_class(skeleton.type, cites_consent=skeleton.consent is not None)
        _parse(verified, of_class)
    except RemoteProtocolError as error:
        return _refused(error.code, placement=None)
    return Covered()


def _seen_before(verified: VerifiedMessage, seen: Hash) -> Verdict:
    if seen == verified.hash:
        return Duplicate()
    return Refused(code=RefusalCode.E_FORK, counts=False, freezes=True, placement=None)


def _is_ahead(instant: Instant, situation: Situation) -> bool:
    return instant > situation.now + limits.CLOCK_SKEW_SECONDS


def _place(verified: VerifiedMessage, situation: Situation) -> Placement:
    skeleton = verified.skeleton
    link = Link(sequence=skeleton.sequence, previous=skeleton.previous, hash=verified.hash)
    return place(situation.stream, epoch=skeleton.epoch, link=link, held=situation.held)


def _is_frozen(stream: Incoming | None) -> bool:
    return stream is not None and stream.is_frozen


def _stream_refusal(placement: Placement) -> Refused:
    freezes = placement in (Placement.FORK, Placement.BROKEN_CHAIN)
    code = _STREAM_REFUSALS[placement]
    return Refused(code=code, counts=False, freezes=freezes, placement=placement)


def _refused(code: RefusalCode, *, placement: Placement | None) -> Refused:
    return Refused(code=code, counts=placement is not None, freezes=False, placement=placement)


def _judge_content(
    verified: VerifiedMessage, situation: Situation, placement: Placement
) -> Verdict:
    skeleton = verified.skeleton
    try:
        of_class = message_class(skeleton.type, cites_consent=skeleton.consent is not None)
    except RemoteProtocolError as error:
        return _refused(error.code, placement=placement)
    if verified.is_withheld:
        return Withheld(placement=placement)
    refusal = _gate(verified, situation, of_class)
    if refusal is RefusalCode.E_CONSENT_MISSING and placement is Placement.EARLY:
        # What is lost on the way comes again a day later: a refusal now would be for good.
        return Held(code=refusal)
    if refusal is not None:
        return _refused(refusal, placement=placement)
    try:
        message = _parse(verified, of_class)
    except RemoteProtocolError as error:
        return _refused(error.code, placement=placement)
    order = Order.NEXT if placement is Placement.NEXT else Order.EARLY
    if isinstance(message, ConsentCopy):
        return _judge_copy(message, verified, situation, order=order, placement=placement)
    refusal = _gate_content(message, verified, situation)
    if refusal is not None:
        return _refused(refusal, placement=placement)
    return Accepted(message=message, order=order, placement=placement, consent=None)


def _parse(verified: VerifiedMessage, of_class: MessageClass) -> Message:
    # Withheld messages were judged before; what comes here has its payload.
    content = split_payload(verified.payload or b"")
    return parse_content(content, type_name=verified.skeleton.type, of_class=of_class)


def _gate(
    verified: VerifiedMessage, situation: Situation, of_class: MessageClass
) -> RefusalCode | None:
    """Step 16: level 2, then consent. A copy of a consent is judged when it was read."""
    if of_class is not MessageClass.PERSONAL:
        return None
    if situation.level < LEVEL_VERIFIED:
        return RefusalCode.E_LEVEL
    skeleton = verified.skeleton
    if skeleton.type == ConsentCopy.TYPE or skeleton.consent is None:
        return None
    return gate_on_arrival(
        situation.standing(skeleton.consent),
        sender=skeleton.sender,
        me=situation.me,
        type_name=skeleton.type,
        now=max(situation.now, situation.latest_seen),
    )


def _gate_content(
    message: Message, verified: VerifiedMessage, situation: Situation
) -> RefusalCode | None:
    cited = verified.skeleton.consent
    if cited is None or not isinstance(message, PersonalMessage):
        return None
    standing = situation.standing(cited)
    if standing is None:
        return RefusalCode.E_CONSENT_MISSING
    return gate_on_content(standing.consent, message)


def _judge_copy(
    copy: ConsentCopy,
    verified: VerifiedMessage,
    situation: Situation,
    *,
    order: Order,
    placement: Placement,
) -> Verdict:
    """A consent is verified when it is taken; a later change of its issuer's key does not end it (R-56)."""
    try:
        signed = parse_signed(copy.signed_consent, kind=Kind.CONSENT)
        verify(signed, keys=situation.sender_keys)
        consent = parse_consent(signed.body)
    except RemoteProtocolError as error:
        if error.code is RefusalCode.E_SENDER_UNKNOWN and order is Order.EARLY:
            # The card with the key that signed it may lie in the gap before it.
            return Held(code=error.code)
        return _refused(error.code, placement=placement)
    refusal = gate_on_copy(
        consent,
        sender=verified.skeleton.sender,
        me=situation.me,
        level=situation.level,
        is_buried=situation.is_buried(consent.consent_id),
    )
    if refusal is None and consent_hash(signed) != verified.skeleton.consent:
        refusal = RefusalCode.E_CONSENT_SCOPE
    if refusal is not None:
        return _refused(refusal, placement=placement)
    return Accepted(message=copy, order=order, placement=placement, consent=consent)
