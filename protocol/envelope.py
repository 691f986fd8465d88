"""From bytes to a verified message, and back (SPEC 6 and 8).

    bytes --parse--> SealedEnvelope --open--> OpenedEnvelope --verify--> VerifiedMessage

Each type proves one thing more than the last, and can be made only here. Steps 1 to 10 of the receive order
happen in this file; not one of them causes an answer to the network.
"""

from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from typing import Final

from protocol import limits
from protocol.cards import Card, read_card
from protocol.errors import LocalProtocolError, MalformedError, RefusalCode, RemoteProtocolError
from protocol.fields import MapReader
from protocol.keys import PrekeyPublic, PrekeySecret, VerifyingKey
from protocol.labels import Kind
from protocol.messages.core import IntroductionRequest, parse_introduction_request
from protocol.messages.union import split_payload
from protocol.sealing import SEAL_OVERHEAD_BYTES, seal, unseal
from protocol.signing import Signed, verify
from protocol.signing import parse as parse_signed
from protocol.skeleton import SUITE_ONE, Skeleton, message_hash, parse_skeleton, payload_commitment
from protocol.values import (
    EnvelopeId,
    Hash,
    Instant,
    NodeId,
    PrekeyId,
    envelope_id_of,
    prekey_id,
)

MAGIC: Final = b"SATH"
_VERSION: Final = 1
_HEADER_BYTES: Final = 24
_LENGTH_BYTES: Final = 4
_FIXED: Final = MAGIC + bytes([_VERSION, SUITE_ONE, 0, 0])


class _Token:
    __slots__ = ()


_MADE_HERE: Final = _Token()


def _require(token: object) -> None:
    if token is not _MADE_HERE:
        raise LocalProtocolError("a proof can be made only where it is earned")


@dataclass(frozen=True, slots=True)
class SealedEnvelope:
    """The bytes have the outer form of an envelope; nothing else is known."""

    token: InitVar[_Token]
    raw: bytes = field(repr=False)
    prekey_id: PrekeyId

    def __post_init__(self, token: _Token) -> None:
        """Refuse to exist without the token. Raises: LocalProtocolError."""
        _require(token)

    @property
    def envelope_id(self) -> EnvelopeId:
        """Its name where it waits."""
        return envelope_id_of(self.raw)


@dataclass(frozen=True, slots=True)
class OpenedEnvelope:
    """It was sealed to one of our live prekeys. By whom is not yet known."""

    token: InitVar[_Token]
    signed: Signed = field(repr=False)
    payload: bytes = field(repr=False)

    def __post_init__(self, token: _Token) -> None:
        """Refuse to exist without the token. Raises: LocalProtocolError."""
        _require(token)


@dataclass(frozen=True, slots=True)
class VerifiedMessage:
    """The named, pinned sender signed exactly this skeleton for us, and the payload is the one it commits to.

    `payload` is None for a withheld message. `guest` is the card inside an introduction request: the only
    case in which the sender was not known before.
    """

    token: InitVar[_Token]
    skeleton: Skeleton
    hash: Hash
    signed: Signed = field(repr=False)
    payload: bytes | None = field(repr=False)
    guest: Card | None

    def __post_init__(self, token: _Token) -> None:
        """Refuse to exist without the token. Raises: LocalProtocolError."""
        _require(token)

    @property
    def is_withheld(self) -> bool:
        """Was the payload taken out although the skeleton commits to one?"""
        return self.payload is None and self.skeleton.commitment is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSender:
    """A pinned peer: the keys it may sign with now, and whether it was suspended."""

    node_id: NodeId
    keys: tuple[VerifyingKey, ...]
    is_suspended: bool


def parse(raw: bytes) -> SealedEnvelope:
    """Steps 1: size, magic, version, suite, flags (R-35, R-37).

    Raises:
        MalformedError: E_SIZE, E_MAGIC, E_VERSION, E_SUITE or E_FLAGS.
    """
    if len(raw) not in limits.BUCKETS:
        raise _outer("not one of the five sizes", RefusalCode.E_SIZE)
    if raw[:4] != MAGIC:
        raise _outer("not an envelope", RefusalCode.E_MAGIC)
    if raw[4] != _VERSION:
        raise _outer("another version", RefusalCode.E_VERSION)
    if raw[5] != SUITE_ONE:
        raise _outer("another suite", RefusalCode.E_SUITE)
    if raw[6:8] != b"\x00\x00":
        raise _outer("unknown flags", RefusalCode.E_FLAGS)
    return SealedEnvelope(_MADE_HERE, raw=raw, prekey_id=prekey_id(raw[8:_HEADER_BYTES]))


def _outer(reason: str, code: RefusalCode) -> MalformedError:
    return MalformedError(reason, place="envelope", code=code)


def open_envelope(
    sealed: SealedEnvelope, *, prekeys: Mapping[PrekeyId, PrekeySecret]
) -> OpenedEnvelope:
    """Steps 2 to 5: prekey known, HPKE opens, lengths, zero padding, outer form (R-38).

    Raises:
        MalformedError: E_PREKEY_UNKNOWN, E_DECRYPT, E_PADDING, E_ENCODING, E_KIND, E_SCHEMA or E_LIMIT.
    """
    prekey = prekeys.get(sealed.prekey_id)
    if prekey is None:
        raise _outer("sealed to a prekey we do not have", RefusalCode.E_PREKEY_UNKNOWN)
    plaintext = unseal(
        sealed.raw[_HEADER_BYTES:], prekey=prekey, header=sealed.raw[:_HEADER_BYTES]
    )
    signed_raw, after = _lengthy(plaintext, 0)
    payload, end = _lengthy(plaintext, after)
    if plaintext.count(0, end) != len(plaintext) - end:
        raise MalformedError(
            "padding that is not zero", place="padding", code=RefusalCode.E_PADDING
        )
    return OpenedEnvelope(
        _MADE_HERE, signed=parse_signed(signed_raw, kind=Kind.MESSAGE), payload=payload
    )


def _lengthy(plaintext: bytes, at: int) -> tuple[bytes, int]:
    start = at + _LENGTH_BYTES
    end = start + int.from_bytes(plaintext[at:start])
    if end > len(plaintext):
        raise MalformedError("a length too large", place="plaintext", code=RefusalCode.E_PADDING)
    return plaintext[start:end], end


def verify_message(
    opened: OpenedEnvelope, *, senders: Sequence[KnownSender], me: NodeId, now: Instant
) -> VerifiedMessage:
    """Steps 6 to 11: a pinned key signed it, for us, with this payload, under this suite.

    Raises:
        RemoteProtocolError: E_SENDER_UNKNOWN, E_SIG, E_SCHEMA, E_NOT_FOR_ME, E_COMMIT, E_SUITE_MISMATCH,
            and for an introduction whatever is wrong with the card inside.
    """
    by_key = {key: sender for sender in senders for key in sender.keys}
    try:
        key = verify(opened.signed, keys=by_key)
    except RemoteProtocolError as error:
        if error.code is not RefusalCode.E_SENDER_UNKNOWN:
            raise
        return _verify_guest(opened, senders=senders, me=me, now=now)
    skeleton = parse_skeleton(opened.signed.body)
    if by_key[key].node_id != skeleton.sender:
        raise RemoteProtocolError(RefusalCode.E_SIG, "msg.from")
    return _finish(opened, skeleton, me=me, guest=None)


def _verify_guest(
    opened: OpenedEnvelope, *, senders: Sequence[KnownSender], me: NodeId, now: Instant
) -> VerifiedMessage:
    """An introduction request takes its key from the card in its payload (R-75)."""
    skeleton = parse_skeleton(opened.signed.body)
    if skeleton.type != IntroductionRequest.TYPE:
        raise RemoteProtocolError(RefusalCode.E_SENDER_UNKNOWN, "msg.sigs")
    request = parse_introduction_request(
        MapReader(split_payload(opened.payload), place="intro.request")
    )
    card, _ = read_card(request.card, now=now)
    # Who is pinned signs with a pinned key: a stolen former key must not speak for its node again.
    if any(sender.node_id == card.node_id for sender in senders):
        raise RemoteProtocolError(RefusalCode.E_SENDER_UNKNOWN, "msg.sigs")
    verify(opened.signed, keys=[card.signing])
    if card.node_id != skeleton.sender:
        raise RemoteProtocolError(RefusalCode.E_SIG, "msg.from")
    return _finish(opened, skeleton, me=me, guest=card)


def _finish(
    opened: OpenedEnvelope, skeleton: Skeleton, *, me: NodeId, guest: Card | None
) -> VerifiedMessage:
    if skeleton.recipient != me:
        raise RemoteProtocolError(RefusalCode.E_NOT_FOR_ME, "msg.to")
    payload = opened.payload or None
    if payload is not None and skeleton.commitment != payload_commitment(payload):
        raise RemoteProtocolError(RefusalCode.E_COMMIT, "msg.commit")
    if payload is None and skeleton.commitment is None:
        raise RemoteProtocolError(RefusalCode.E_COMMIT, "msg.commit")
    if skeleton.suite != SUITE_ONE:
        raise RemoteProtocolError(RefusalCode.E_SUITE_MISMATCH, "msg.suite")
    return VerifiedMessage(
        _MADE_HERE,
        skeleton=skeleton,
        hash=message_hash(opened.signed.body),
        signed=opened.signed,
        payload=payload,
        guest=guest,
    )


def bucket_for(*, signed_bytes: int, payload_bytes: int) -> int:
    """The smallest of the five sizes that holds both parts.

    Raises:
        LocalProtocolError: if none does; the content should have been refused before.
    """
    needed = _HEADER_BYTES + SEAL_OVERHEAD_BYTES + 2 * _LENGTH_BYTES + signed_bytes + payload_bytes
    for size in limits.BUCKETS:
        if needed <= size:
            return size
    raise LocalProtocolError("a message larger than the largest envelope")


def plaintext_of(signed: Signed, *, payload: bytes) -> bytes:
    """The padded plaintext of a message; an empty payload makes it a withheld one (R-39, R-41)."""
    size = bucket_for(signed_bytes=len(signed.raw), payload_bytes=len(payload))
    body = b"".join(
        (
            len(signed.raw).to_bytes(_LENGTH_BYTES),
            signed.raw,
            len(payload).to_bytes(_LENGTH_BYTES),
            payload,
        )
    )
    return body.ljust(size - _HEADER_BYTES - SEAL_OVERHEAD_BYTES, b"\x00")


def seal_message(signed: Signed, *, payload: bytes, recipient: PrekeyPublic) -> bytes:
    """The envelope of a signed message for one prekey: 4096 bytes to 1 MiB."""
    header = _FIXED + recipient.prekey_id
    return header + seal(plaintext_of(signed, payload=payload), recipient=recipient, header=header)
