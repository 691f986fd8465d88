"""A reader that consumes a decoded map field by field and names the path of what is wrong.

Every structure from outside is read through it: each key once, by its number or name, with its type and
bound; `finish` refuses what is left over, so an unknown key is never carried along unread.
"""

from typing import Final, TypeVar

from protocol import limits
from protocol.codec import Value, decode
from protocol.errors import MalformedError, RefusalCode
from protocol.values import Hash, Instant, NodeId, PlainText, digest, instant, node_id, plain_text

Code = TypeVar("Code", bound=str)

_ABSENT = object()
_HASH_BYTES: Final = 32


class MapReader:
    """Reads one map. A field is named by its key and by the word that error messages use for it."""

    __slots__ = ("_entries", "_place")

    def __init__(self, value: Value, *, place: str) -> None:
        """Start reading `value`, which must be a map; `place` is its path.

        Raises:
            MalformedError: if it is not a map.
        """
        if not isinstance(value, dict):
            raise MalformedError("not a map", place=place)
        self._entries: dict[int | str, Value] = dict(value)
        self._place = place

    @classmethod
    def of_bytes(cls, data: bytes, *, place: str) -> "MapReader":
        """Decode and start reading in one step. Raises: MalformedError."""
        return cls(decode(data), place=place)

    def at(self, name: str) -> str:
        """The path of a field, for errors that the caller raises."""
        return f"{self._place}.{name}"

    def has(self, key: int | str) -> bool:
        """Is the field there and not yet read?"""
        return key in self._entries

    def take(self, key: int | str, name: str) -> Value:
        """Any value; for what is read further by the caller. Raises: MalformedError if missing."""
        value = self._entries.pop(key, _ABSENT)
        if value is _ABSENT:
            raise MalformedError("a missing field", place=self.at(name))
        return value  # type: ignore[return-value]

    def unsigned(self, key: int | str, name: str, *, at_most: int = limits.INTEGER_MAX) -> int:
        """An integer from 0 to `at_most`. Raises: MalformedError."""
        value = self._entries.pop(key, None)
        if type(value) is not int or value > at_most:
            raise MalformedError(f"not an integer of at most {at_most}", place=self.at(name))
        return value

    def exactly(self, key: int | str, name: str, *, number: int) -> None:
        """A field that has one legal value, such as a version. Raises: MalformedError."""
        value = self._entries.pop(key, None)
        if type(value) is not int or value != number:
            raise MalformedError(f"not {number}", place=self.at(name))

    def boolean(self, key: int | str, name: str) -> bool:
        """True or false. Raises: MalformedError."""
        value = self._entries.pop(key, None)
        if not isinstance(value, bool):
            raise MalformedError("neither true nor false", place=self.at(name))
        return value

    def octets(self, key: int | str, name: str, *, size: int) -> bytes:
        """A byte string of exactly `size`. Raises: MalformedError."""
        value = self._entries.pop(key, None)
        if type(value) is not bytes or len(value) != size:
            raise MalformedError(f"not {size} bytes", place=self.at(name))
        return value

    def octets_up_to(self, key: int | str, name: str, *, size_max: int) -> bytes:
        """A byte string of at most `size_max`. Raises: MalformedError."""
        value = self._entries.pop(key, None)
        if type(value) is not bytes or len(value) > size_max:
            raise MalformedError(f"not at most {size_max} bytes", place=self.at(name))
        return value

    def text(self, key: int | str, name: str, *, characters_max: int) -> PlainText:
        """A text that may be shown (R-15). Raises: MalformedError."""
        value = self._entries.pop(key, None)
        if type(value) is not str:
            raise MalformedError("not a text", place=self.at(name))
        return plain_text(value, characters_max=characters_max, place=self.at(name))

    def word(self, key: int | str, name: str) -> str:
        """A short printable ASCII code, for a closed list of the caller's. Raises: MalformedError."""
        value = self._entries.pop(key, None)
        if type(value) is not str or not 0 < len(value) <= limits.CODES_MAX:
            raise MalformedError("not a code", place=self.at(name))
        if not value.isascii() or not value.isprintable():
            raise MalformedError("not a code", place=self.at(name))
        return value

    def code(self, key: int | str, name: str, codes: "type[Code]") -> Code:
        """One of a closed list. Raises: MalformedError if the list does not have it."""
        value = self.word(key, name)
        try:
            return codes(value)
        except ValueError:
            raise MalformedError("a code that is not in its list", place=self.at(name)) from None

    def instant(self, key: int | str, name: str) -> Instant:
        """A second. Raises: MalformedError."""
        return instant(self.unsigned(key, name))

    def node_id(self, key: int | str, name: str) -> NodeId:
        """A node id. Raises: MalformedError."""
        return node_id(self.octets(key, name, size=32))

    def digest(self, key: int | str, name: str) -> Hash:
        """A SHA-256. Raises: MalformedError."""
        value = self._entries.pop(key, None)
        if type(value) is not bytes or len(value) != _HASH_BYTES:
            raise MalformedError("not 32 bytes", place=self.at(name))
        return digest(value)

    def items(self, key: int | str, name: str, *, count_max: int) -> list[Value]:
        """An array of at most `count_max` items. Raises: MalformedError."""
        value = self._entries.pop(key, None)
        if type(value) is not list or len(value) > count_max:
            raise MalformedError(f"not an array of at most {count_max}", place=self.at(name))
        return value

    def submap(self, key: int | str, name: str) -> "MapReader":
        """A map inside this one. Raises: MalformedError."""
        return MapReader(self.take(key, name), place=self.at(name))

    def finish(self) -> None:
        """Refuse what nobody asked for. Raises: MalformedError."""
        if self._entries:
            raise MalformedError("a field that does not belong here", place=self._place)

    def finish_allowing_extensions(self, *, first: int) -> None:
        """Like `finish`, but leave integer keys from `first` on to later versions. Raises: MalformedError."""
        if self._entries and any(type(key) is not int or key < first for key in self._entries):
            raise MalformedError("a field that does not belong here", place=self._place)


def octets_item(value: Value, *, size: int, place: str) -> bytes:
    """One item of an array that must be bytes of an exact size. Raises: MalformedError."""
    if type(value) is not bytes or len(value) != size:
        raise MalformedError(f"not {size} bytes", place=place)
    return value


def row(value: Value, *, count: int, place: str) -> list[Value]:
    """An array of exactly `count` items, such as a line of a receipt. Raises: MalformedError."""
    if type(value) is not list or len(value) != count:
        raise MalformedError(f"not an array of {count}", place=place)
    return value


def schema_error(reason: str, *, place: str) -> MalformedError:
    """A MalformedError of code E_SCHEMA, for rules that bind several fields."""
    return MalformedError(reason, place=place, code=RefusalCode.E_SCHEMA)
