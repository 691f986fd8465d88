"""Vectors of audit heads: of days, and of checkpoints."""

from typing import Final

from protocol import limits
from protocol.audit import Checkpoint, checkpoint_body, day_hash
from protocol.codec import Value, encode
from protocol.labels import Kind
from protocol.messages.union import Message, encode_content
from protocol.messages.witness import AuditDiffers, Cover
from protocol.signing import sign
from protocol.skeleton import DayHead
from protocol.values import ZERO_HASH, digest
from tests.vectors.cast import (
    ALO,
    NOW,
    changed,
    message_id,
    octets,
    without,
)
from tests.vectors.form import Vector, vector

DAY: Final = NOW // limits.DAY - 1
HEAD: Final = DayHead(day=DAY, hash=digest(octets("head of yesterday")))
DIFFERS: Final = AuditDiffers(
    held=HEAD,
    held_in=message_id("the first message"),
    came=DayHead(day=DAY, hash=digest(octets("another head of yesterday"))),
    came_in=message_id("the second message"),
)
_CHECKPOINT: Final = checkpoint_body(Checkpoint(node=ALO.node_id, head=HEAD, at=NOW))


def vectors() -> list[Vector]:
    """All of them."""
    return [*_days(), *_checkpoints(), *_contents()]


def _days() -> list[Vector]:
    last_entry, previous = digest(octets("last entry")), digest(octets("head of the day before"))

    def head(name: str, comment: str, *, before: bytes, entry: bytes) -> Vector:
        result = day_hash(DAY, previous=digest(before), last_entry=digest(entry)).hex()
        body = encode([DAY, before, entry])
        return vector(
            name, "derive", "ok", "R-180", comment, body, what="audit-day", result=result
        )

    return [
        head("derive_audit_day", "The head of a day.", before=previous, entry=last_entry),
        head("derive_audit_day_first", "The first day of a log.", before=ZERO_HASH, entry=last_entry),
        head("derive_audit_day_empty", "A day of an empty log.", before=ZERO_HASH, entry=ZERO_HASH),
    ]  # fmt: skip


def _checkpoints() -> list[Vector]:
    def made(name: str, expect: str, rule: str, comment: str, body: bytes) -> Vector:
        raw = sign(Kind.CHECKPOINT, body, secrets=[ALO.signing]).raw
        return vector(name, "checkpoint", expect, rule, comment, raw, key=ALO.signing.public)

    return [
        made("checkpoint_good", "ok", "R-183", "The head of yesterday.", _CHECKPOINT),
        made("checkpoint_version_two", "E_SCHEMA", "R-183", "Version 2.", changed(_CHECKPOINT, k0=2)),
        made("checkpoint_short_hash", "E_SCHEMA", "R-183", "31 bytes.",
             changed(_CHECKPOINT, k3=bytes(31))),
        made("checkpoint_without_time", "E_SCHEMA", "R-10", "No key 4.", without(_CHECKPOINT, 4)),
        made("checkpoint_with_a_count", "E_SCHEMA", "R-10", "How many entries there are.",
             changed(_CHECKPOINT, k5=3_000)),
    ]  # fmt: skip


def _contents() -> list[Vector]:
    head: list[Value] = [DAY, octets("a head"), message_id("a message")]

    def wrong(
        name: str, rule: str, comment: str, of: Message = DIFFERS, **fields: Value
    ) -> Vector:
        raw = changed(encode_content(of), **fields)
        more = {"type": of.TYPE, "class": "N"}
        return vector(name, "content", "E_SCHEMA", rule, comment, raw, **more)

    return [
        wrong("cover_with_a_key", "R-185", "It says something.", of=Cover(), k0="a word"),
        wrong("audit_differs_day_as_text", "R-184", "A day in words.", k0=["today", *head[1:]]),
        wrong("audit_differs_short_hash", "R-184", "31 bytes.", k1=[head[0], bytes(31), head[2]]),
        wrong("audit_differs_without_message", "R-184", "Not which message.", k1=head[:2]),
        wrong("audit_differs_count", "R-10", "How many entries there are.", k2=3),
    ]  # fmt: skip
