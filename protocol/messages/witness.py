"""Messages that are about the conversation itself: cover, and a word about heads that differ (class N)."""

from dataclasses import dataclass
from typing import ClassVar

from protocol.codec import Value
from protocol.fields import MapReader, octets_item, row, schema_error
from protocol.skeleton import DayHead
from protocol.values import MessageId, digest, message_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Says nothing: it leaves so that nobody sees when there is nothing to say."""

    TYPE: ClassVar = "cover/1"

    def fields(self) -> dict[int | str, Value]:
        """The content's map, which is empty."""
        return {}


def parse_cover(_reader: MapReader) -> Cover:
    """Read the content; whatever stands in it is refused by the caller, as with every content."""
    return Cover()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDiffers:
    """Two heads of your audit log do not fit: the one held, and the one that came, each with its message."""

    TYPE: ClassVar = "audit.differs/1"
    held: DayHead
    held_in: MessageId
    came: DayHead
    came_in: MessageId

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {
            0: [self.held.day, self.held.hash, self.held_in],
            1: [self.came.day, self.came.hash, self.came_in],
        }


def parse_audit_differs(reader: MapReader) -> AuditDiffers:
    """Read the content. Raises: MalformedError."""
    held, held_in = _head(reader.take(0, "held"), place=reader.at("held"))
    came, came_in = _head(reader.take(1, "came"), place=reader.at("came"))
    return AuditDiffers(held=held, held_in=held_in, came=came, came_in=came_in)


def _head(value: Value, *, place: str) -> tuple[DayHead, MessageId]:
    day, link, message = row(value, count=3, place=place)
    if type(day) is not int:
        raise schema_error("not a day", place=place)
    head = DayHead(day=day, hash=digest(octets_item(link, size=32, place=place)))
    return head, message_id(octets_item(message, size=16, place=place), place=place)
