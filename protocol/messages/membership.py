"""Messages about who belongs: the charter, and that a node is to be talked to no more (class N)."""

from dataclasses import dataclass
from typing import ClassVar

from protocol import limits
from protocol.charter_chain import chain_of
from protocol.codec import Value
from protocol.fields import MapReader


@dataclass(frozen=True, slots=True, kw_only=True)
class CharterUpdate:
    """A newer charter, with the versions before it that the other side may not have."""

    TYPE: ClassVar = "charter/1"
    chain: tuple[bytes, ...]

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {0: list(self.chain)}


def parse_charter_update(reader: MapReader) -> CharterUpdate:
    """Read the content. Raises: MalformedError."""
    items = reader.items(0, "chain", count_max=limits.CHARTER_CHAIN_MAX)
    return CharterUpdate(chain=chain_of(items))


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendNotice:
    """Stop talking to a node; whoever carries it says nothing of its own. It overtakes (R-93)."""

    TYPE: ClassVar = "suspend/1"
    suspend: bytes

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {0: self.suspend}


def parse_suspend_notice(reader: MapReader) -> SuspendNotice:
    """Read the content. Raises: MalformedError."""
    return SuspendNotice(
        suspend=reader.octets_up_to(0, "suspend", size_max=limits.SUSPEND_BYTES_MAX)
    )
