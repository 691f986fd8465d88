"""The skeleton: the signed part of a message that outlives its content (SPEC 7).

It holds ids, the chain, the consent's hash and a commitment to the payload. After the payload is erased it
still verifies, and says nothing about the survivor.
"""

from dataclasses import dataclass
from typing import Final

from protocol import limits
from protocol.codec import Value, encode
from protocol.fields import MapReader, row, schema_error
from protocol.labels import Label, labelled_hash
from protocol.values import (
    ZERO_HASH,
    Hash,
    Instant,
    MessageId,
    NodeId,
    ThreadId,
    digest,
    instant,
    message_id,
    thread_id,
)

SUITE_ONE: Final = 1
_EXTENSIONS_FROM: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The highest message of the other side that came without a gap: an implicit receipt."""

    epoch: int
    sequence: int
    hash: Hash


NO_HEAD: Final = Head(epoch=0, sequence=0, hash=ZERO_HASH)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHead:
    """The sender's audit head of a day, witnessed by whoever receives it."""

    day: int
    hash: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """All fields of SPEC 7.1, parsed. Times are instants, `epoch` is the instant its stream began."""

    message_id: MessageId
    sender: NodeId
    recipient: NodeId
    epoch: Instant
    sequence: int
    previous: Hash
    created: Instant
    expires: Instant
    type: str
    thread: ThreadId
    reply_to: MessageId | None
    consent: Hash | None
    commitment: Hash | None
    head: Head
    bundle_generation: int
    suite: int
    card_sequence: int
    day_head: DayHead | None


def encode_skeleton(skeleton: Skeleton) -> bytes:
    """The body that is signed (R-42). Absent fields are left out, never null."""
    fields: dict[int | str, Value] = {
        0: 1,
        1: skeleton.message_id,
        2: skeleton.sender,
        3: skeleton.recipient,
        4: skeleton.epoch,
        5: skeleton.sequence,
        6: skeleton.previous,
        7: skeleton.created,
        8: skeleton.expires,
        9: skeleton.type,
        10: skeleton.thread,
        14: [skeleton.head.epoch, skeleton.head.sequence, skeleton.head.hash],
        15: skeleton.bundle_generation,
        16: skeleton.suite,
        17: skeleton.card_sequence,
    }
    if skeleton.reply_to is not None:
        fields[11] = skeleton.reply_to
    if skeleton.consent is not None:
        fields[12] = skeleton.consent
    if skeleton.commitment is not None:
        fields[13] = skeleton.commitment
    if skeleton.day_head is not None:
        fields[18] = [skeleton.day_head.day, skeleton.day_head.hash]
    return encode(fields)


def parse_skeleton(body: bytes) -> Skeleton:
    """Read a body whose signature was verified.

    Raises:
        MalformedError: (E_ENCODING, E_SCHEMA) if a field is missing, unknown below 64, or out of its bounds.
    """
    reader = MapReader.of_bytes(body, place="msg")
    reader.exactly(0, "v", number=1)
    created = reader.instant(7, "created")
    expires = reader.instant(8, "expires")
    if expires > created + limits.MESSAGE_LIFE_SECONDS:
        raise schema_error("a life of over 60 days", place="msg.expires")
    skeleton = Skeleton(
        message_id=message_id(reader.octets(1, "mid", size=16), place="msg.mid"),
        sender=reader.node_id(2, "from"),
        recipient=reader.node_id(3, "to"),
        epoch=reader.instant(4, "epoch"),
        sequence=reader.unsigned(5, "seq"),
        previous=reader.digest(6, "prev"),
        created=created,
        expires=expires,
        type=reader.word(9, "type"),
        thread=thread_id(reader.octets(10, "thread", size=16), place="msg.thread"),
        reply_to=_optional_message_id(reader),
        consent=reader.digest(12, "consent") if reader.has(12) else None,
        commitment=reader.digest(13, "commit") if reader.has(13) else None,
        head=_head(reader.take(14, "head")),
        bundle_generation=reader.unsigned(15, "bgen"),
        suite=reader.unsigned(16, "suite"),
        card_sequence=reader.unsigned(17, "cseq"),
        day_head=_day_head(reader.take(18, "chk")) if reader.has(18) else None,
    )
    reader.finish_allowing_extensions(first=_EXTENSIONS_FROM)
    if skeleton.sequence <= 1 and skeleton.previous != ZERO_HASH:
        raise schema_error("a predecessor where there is none", place="msg.prev")
    return skeleton


def _optional_message_id(reader: MapReader) -> MessageId | None:
    if not reader.has(11):
        return None
    return message_id(reader.octets(11, "reply_to", size=16), place="msg.reply_to")


def _head(value: Value) -> Head:
    epoch, sequence, link = row(value, count=3, place="msg.head")
    if type(epoch) is not int or type(sequence) is not int or type(link) is not bytes:
        raise schema_error("not epoch, sequence and hash", place="msg.head")
    return Head(epoch=epoch, sequence=sequence, hash=digest(link, place="msg.head"))


def _day_head(value: Value) -> DayHead:
    day, link = row(value, count=2, place="msg.chk")
    if type(day) is not int or type(link) is not bytes:
        raise schema_error("not a day and a hash", place="msg.chk")
    return DayHead(day=instant(day, place="msg.chk"), hash=digest(link, place="msg.chk"))


def message_hash(body: bytes) -> Hash:
    """The link of the chain: what the next message cites as its predecessor (R-43)."""
    return digest(labelled_hash(Label.MESSAGE_HASH, body))


def payload_commitment(payload: bytes) -> Hash:
    """What the skeleton says of the payload; without the salt inside, it reveals nothing (R-40)."""
    return digest(labelled_hash(Label.PAYLOAD, payload))
