"""The head of an audit log's day, what a witness makes of one, and the printable checkpoint (SPEC 7.2).

Only a head leaves the node: how much was written on a day, and what, stays inside.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from protocol import limits
from protocol.codec import encode
from protocol.fields import MapReader
from protocol.labels import Kind, Label, labelled_hash
from protocol.signing import Signed
from protocol.skeleton import DayHead
from protocol.values import ZERO_HASH, Hash, Instant, NodeId, digest, instant

NOTHING_YET: Final = ZERO_HASH
"""Stands for the head before the first day, and for the last entry of a log that has none."""


def day_of(at: Instant) -> int:
    """The number of the day an instant lies in: whole days since 1970, in UTC."""
    return at // limits.DAY


def first_instant(day: int) -> Instant:
    """The instant a day begins."""
    return instant(day * limits.DAY)


def day_hash(day: int, *, previous: Hash, last_entry: Hash) -> Hash:
    """The head of a day (R-180).

    Args:
        day: its number.
        previous: the head of the day before, or NOTHING_YET.
        last_entry: the hash of the last entry so far, also where the day itself has none.
    """
    return digest(labelled_hash(Label.AUDIT_DAY, encode([day, previous, last_entry])))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadSeen:
    """A head as it came: in which epoch of its sender's stream, and when that message was made."""

    head: DayHead
    epoch: Instant
    created: Instant


class Witnessed(StrEnum):
    """What a head is to whoever holds an earlier one."""

    NEWER = "newer"
    """The day grew: this is the head to hold from now on."""
    KNOWN = "known"
    """It is the one that is held."""
    OLDER = "older"
    """An honest head that was long on its way."""
    RESTORED = "restored"
    """It does not fit, and its sender's stream began anew: a backup was restored. People are shown it."""
    DIFFERS = "differs"
    """It does not fit: the log behind it was changed. People on both sides look."""


def witness(held: HeadSeen | None, came: HeadSeen) -> Witnessed:
    """Compare a head with the one that is held (R-182): the day grows, and a day has one head."""
    if held is None:
        return Witnessed.NEWER
    if came.epoch < held.epoch:
        return Witnessed.OLDER
    if came.head == held.head:
        return Witnessed.KNOWN
    is_newer = came.head.day > held.head.day
    if came.epoch > held.epoch:
        return Witnessed.NEWER if is_newer else Witnessed.RESTORED
    # What was made later tells the later day, however the two were mixed on the road.
    is_mixed_up = came.created != held.created and (came.created > held.created) is not is_newer
    if came.head.day == held.head.day or is_mixed_up:
        return Witnessed.DIFFERS
    return Witnessed.NEWER if is_newer else Witnessed.OLDER


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The head of a day, to be printed or handed to an auditor; `at` is when it was signed."""

    node: NodeId
    head: DayHead
    at: Instant


def checkpoint_body(checkpoint: Checkpoint) -> bytes:
    """The body that is signed (R-183)."""
    return encode(
        {
            0: 1,
            1: checkpoint.node,
            2: checkpoint.head.day,
            3: checkpoint.head.hash,
            4: checkpoint.at,
        }
    )


def parse_checkpoint(signed: Signed) -> Checkpoint:
    """Read a checkpoint whose signature was verified.

    Raises:
        MalformedError: E_ENCODING or E_SCHEMA.
    """
    place = Kind.CHECKPOINT.value
    reader = MapReader.of_bytes(signed.body, place=place)
    reader.exactly(0, "v", number=1)
    checkpoint = Checkpoint(
        node=reader.node_id(1, "node_id"),
        head=DayHead(day=reader.unsigned(2, "day"), hash=reader.digest(3, "hash")),
        at=reader.instant(4, "at"),
    )
    reader.finish()
    return checkpoint
