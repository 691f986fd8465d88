"""SCE, Sathi Canonical Encoding: bytes and plain values, one form for each value (SPEC 2).

A strict subset of CBOR (RFC 8949, 4.2.1): unsigned integers to 2**53-1, byte strings, UTF-8 text, arrays,
maps with integer or text keys, false, true and null. The decoder accepts exactly what the encoder writes;
everything else is E_ENCODING. Nothing is normalised: what was signed is what is read.
"""

from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import Final, TypeAlias

from protocol import limits
from protocol.errors import LocalProtocolError, MalformedError, RefusalCode

Value: TypeAlias = "int | bytes | str | bool | list[Value] | dict[int | str, Value] | None"

_UNSIGNED: Final = 0x00
_BYTES: Final = 0x40
_TEXT: Final = 0x60
_ARRAY: Final = 0x80
_MAP: Final = 0xA0
_FALSE: Final = 0xF4
_TRUE: Final = 0xF5
_NULL: Final = 0xF6
_FIRST_SIMPLE: Final = 0xE0
_KEY_KINDS: Final = (_UNSIGNED, _TEXT)
# The parts of a first byte: what kind of value it is, and its argument or how many bytes that has.
_MAJOR: Final = 0xE0
_SHORT_ARGUMENT: Final = 0x1F
_LONG: Final = 24
_LONGEST: Final = 27


def encode(value: Value) -> bytes:
    """The one byte form of a value, as it goes to another node.

    Raises:
        LocalProtocolError: if the value is outside the subset, or over 1 MiB when encoded; values
            come from our own code.
    """
    return encode_within(value, bytes_max=limits.ENCODED_BYTES_MAX)


def encode_within(value: Value, *, bytes_max: int) -> bytes:
    """The one byte form of a value that may be larger than what goes to another node.

    Raises:
        LocalProtocolError: if the value is outside the subset, or too large when encoded.
    """
    parts: list[bytes] = []
    _append(parts, value, limits.ENCODED_DEPTH_MAX)
    encoded = b"".join(parts)
    if len(encoded) > bytes_max:
        raise LocalProtocolError("a value of more bytes than an encoding may have")
    return encoded


def _append(parts: list[bytes], value: Value, depth: int) -> None:
    # The order of the branches is the order of frequency. Exact types first: they are nearly all.
    kind = type(value)
    if kind is bytes:
        parts += (_head(_BYTES_HEADS, len(value)), value)  # type: ignore[arg-type]
    elif kind is str:
        raw = _utf8(value)  # type: ignore[arg-type]
        parts += (_head(_TEXT_HEADS, len(raw)), raw)
    elif kind is int:
        parts.append(_integer(value))  # type: ignore[arg-type]
    else:
        _append_other(parts, value, depth)


def _append_other(parts: list[bytes], value: Value, depth: int) -> None:
    if isinstance(value, list):
        inside = _deeper(depth)
        parts.append(_head(_ARRAY_HEADS, len(value)))
        for item in value:
            _append(parts, item, inside)
    elif isinstance(value, dict):
        inside = _deeper(depth)
        parts.append(_head(_MAP_HEADS, len(value)))
        for key, item in sorted([(_key(key), item) for key, item in value.items()], key=_first):
            parts.append(key)
            _append(parts, item, inside)
    elif value is None or isinstance(value, bool):
        parts.append(b"\xf6" if value is None else b"\xf5" if value else b"\xf4")
    else:
        # A word or number of a code list, or the bytes of a named type.
        _append(parts, _plain(value), depth)


def _deeper(depth: int) -> int:
    if depth == 0:
        raise LocalProtocolError("a value nested too deeply to encode")
    return depth - 1


def _plain(value: Value) -> Value:
    for kind in (str, int, bytes):
        if isinstance(value, kind):
            return kind(value)  # type: ignore[arg-type]
    raise LocalProtocolError("a value of a type that has no encoding")


def _make_head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes((major | argument,))
    if argument < 0x100:
        return bytes((major | 24, argument))
    if argument < 0x10000:
        return bytes((major | 25,)) + argument.to_bytes(2)
    if argument < 0x100000000:
        return bytes((major | 26,)) + argument.to_bytes(4)
    return bytes((major | 27,)) + argument.to_bytes(8)


def _head(short: tuple[bytes, ...], argument: int) -> bytes:
    # Nearly every head is a short one: those are made once.
    if argument < _SHORT:
        return short[argument]
    return _make_head(short[0][0], argument)


_SHORT: Final = 0x100
_UNSIGNED_HEADS, _BYTES_HEADS, _TEXT_HEADS, _ARRAY_HEADS, _MAP_HEADS = (
    tuple(_make_head(major, argument) for argument in range(_SHORT))
    for major in (_UNSIGNED, _BYTES, _TEXT, _ARRAY, _MAP)
)
_first: Final = itemgetter(0)


@lru_cache(maxsize=1_024, typed=True)
def _key(key: int | str) -> bytes:
    # The keys of our own structures: few, and encoded over and over.
    if isinstance(key, bool) or not isinstance(key, int | str):
        raise LocalProtocolError("a map key that is neither an integer nor a text")
    if isinstance(key, int):
        return _integer(key)
    raw = _utf8(key)
    return _head(_TEXT_HEADS, len(raw)) + raw


def _integer(value: int) -> bytes:
    if not 0 <= value <= limits.INTEGER_MAX:
        raise LocalProtocolError("an integer outside 0 to 2**53-1")
    return _head(_UNSIGNED_HEADS, value)


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise LocalProtocolError("a text with an unpaired surrogate") from None


def decode(data: bytes) -> Value:
    """Read the one value that these bytes are.

    Raises:
        MalformedError: (E_ENCODING) if the bytes are not exactly what `encode` would have written.
    """
    return decode_within(data, bytes_max=limits.ENCODED_BYTES_MAX)


def decode_within(data: bytes, *, bytes_max: int) -> Value:
    """As `decode`, for what stays on this machine and may be larger than a message.

    Raises:
        MalformedError: (E_ENCODING) if the bytes are not exactly what `encode_within` would have written.
    """
    size = len(data)
    if size > bytes_max:
        raise _bad("more bytes than an encoding may have", size)
    try:
        value, end = _READERS[data[0]](data, 0, limits.ENCODED_DEPTH_MAX)
    except IndexError:
        raise _too_early(data) from None
    # A string that is cut off leaves the end behind the last byte, wherever it stands: checked here once.
    if end > size:
        raise _too_early(data)
    if end != size:
        raise _bad("bytes after the end of the value", end)
    return value


def _bad(reason: str, at: int) -> MalformedError:
    return MalformedError(reason, place=f"byte {at}", code=RefusalCode.E_ENCODING)


def _too_early(data: bytes) -> MalformedError:
    return _bad("an encoding that ends too early", len(data))


# Readers: each takes the bytes, where its value begins and how many levels may follow, and gives the value
# and where it ends. Which one reads a value is said by the value's first byte (`_READERS`).


def _small(data: bytes, at: int, _depth: int) -> tuple[Value, int]:
    return data[at], at + 1


def _number(data: bytes, at: int, _depth: int) -> tuple[Value, int]:
    value, end = _argument(data, at)
    if value > limits.INTEGER_MAX:
        raise _bad("an integer over 2**53-1", at)
    return value, end


def _instant_like(data: bytes, at: int, _depth: int) -> tuple[Value, int]:
    # Instants: the most frequent of the long numbers.
    end = at + 5
    if end > len(data):
        raise IndexError
    value = int.from_bytes(data[at + 1 : end])
    if value < 0x10000:
        raise _bad("a head that is not the shortest", at)
    return value, end


def _short_bytes(data: bytes, at: int, _depth: int) -> tuple[Value, int]:
    start = at + 1
    end = start + data[at] - _BYTES
    return data[start:end], end


def _bytes(data: bytes, at: int, _depth: int) -> tuple[Value, int]:
    size, start = _argument(data, at)
    end = start + size
    return data[start:end], end


def _hash_like(data: bytes, at: int, _depth: int) -> tuple[Value, int]:
    # Hashes, keys and signatures: the most frequent strings, so the one byte of their size is read here.
    size, start = data[at + 1], at + 2
    if size < _LONG:
        raise _bad("a head that is not the shortest", at)
    end = start + size
    return data[start:end], end


def _short_text(data: bytes, at: int, _depth: int) -> tuple[Value, int]:
    start = at + 1
    return _utf8_at(data, start, start + data[at] - _TEXT)


def _text(data: bytes, at: int, _depth: int) -> tuple[Value, int]:
    size, start = _argument(data, at)
    return _utf8_at(data, start, start + size)


def _utf8_at(data: bytes, start: int, end: int) -> tuple[str, int]:
    try:
        return data[start:end].decode(), end
    except UnicodeDecodeError:
        if end > len(data):
            raise IndexError from None
        raise _bad("a text that is not UTF-8", start) from None


def _array(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    count, at = _count(data, at, depth)
    # Every item takes a byte at least, so a huge count cannot make a huge list.
    if count > len(data) - at:
        raise IndexError
    inside = depth - 1
    items: list[Value] = []
    for _ in range(count):
        item, at = _READERS[data[at]](data, at, inside)
        items.append(item)
    return items, at


def _map(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    count, at = _count(data, at, depth)
    if count * 2 > len(data) - at:
        raise IndexError
    inside = depth - 1
    entries: dict[int | str, Value] = {}
    before = b""
    for _ in range(count):
        start, first = at, data[at]
        key: int | str
        # The keys of our own structures are numbers of one byte.
        if first < _LONG:
            key, at = first, at + 1
        else:
            key, at = _long_key(data, at, first)
        raw = data[start:at]
        if raw <= before:
            raise _bad("a map key out of order or given twice", start)
        before = raw
        entries[key], at = _READERS[data[at]](data, at, inside)
    return entries, at


def _long_key(data: bytes, at: int, first: int) -> tuple[int | str, int]:
    if first & _MAJOR not in _KEY_KINDS:
        raise _bad("a map key that is neither an integer nor a text", at)
    # By its first byte it is an integer or a text.
    return _READERS[first](data, at, 0)  # type: ignore[return-value]


def _count(data: bytes, at: int, depth: int) -> tuple[int, int]:
    if depth == 0:
        raise _bad("an encoding nested too deeply", at)
    short = data[at] & _SHORT_ARGUMENT
    return (short, at + 1) if short < _LONG else _argument(data, at)


def _simple(data: bytes, at: int, _depth: int) -> tuple[Value, int]:
    first = data[at]
    return None if first == _NULL else first == _TRUE, at + 1


def _not_allowed(_data: bytes, at: int, _depth: int) -> tuple[Value, int]:
    raise _bad("a kind of value that is not allowed", at)


def _not_given(_data: bytes, at: int, _depth: int) -> tuple[Value, int]:
    raise _bad("a length that is not given", at)


def _argument(data: bytes, at: int) -> tuple[int, int]:
    """The number behind a first byte that says how many bytes it has: 1, 2, 4 or 8."""
    short = data[at] & _SHORT_ARGUMENT
    if short == _LONG:
        # Frequent enough for its own short way.
        argument, end = data[at + 1], at + 2
        if argument < _LONG:
            raise _bad("a head that is not the shortest", at)
        return argument, end
    size = 1 << (short - _LONG)
    end = at + 1 + size
    if end > len(data):
        raise IndexError
    argument = int.from_bytes(data[at + 1 : end])
    # The smallest argument that needs this many bytes; anything below has a shorter form.
    if argument < 1 << (4 * size):
        raise _bad("a head that is not the shortest", at)
    return argument, end


_Reader: TypeAlias = Callable[[bytes, int, int], tuple[Value, int]]
# The major types of RFC 8949: what stands in the first byte itself, and what needs more bytes for it.
_BY_MAJOR: Final[dict[int, tuple[_Reader, _Reader]]] = {
    _UNSIGNED: (_small, _number),
    _BYTES: (_short_bytes, _bytes),
    _TEXT: (_short_text, _text),
    _ARRAY: (_array, _array),
    _MAP: (_map, _map),
}

_FREQUENT: Final[dict[int, _Reader]] = {
    _UNSIGNED | _LONG + 2: _instant_like,
    _BYTES | _LONG: _hash_like,
    _FALSE: _simple,
    _TRUE: _simple,
    _NULL: _simple,
}


def _reader(first: int) -> _Reader:
    if first in _FREQUENT:
        return _FREQUENT[first]
    short = first & _SHORT_ARGUMENT
    if short > _LONGEST and first < _FIRST_SIMPLE:
        return _not_given
    small, large = _BY_MAJOR.get(first & _MAJOR, (_not_allowed, _not_allowed))
    return small if short < _LONG else large


_READERS: Final = tuple(_reader(first) for first in range(0x100))
