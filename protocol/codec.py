"""SCE, Sathi Canonical Encoding: bytes and plain values, one form for each value (SPEC 2).

A strict subset of CBOR (RFC 8949, 4.2.1): unsigned integers to 2**53-1, byte strings, UTF-8 text, arrays,
maps with integer or text keys, false, true and null. The decoder accepts exactly what the encoder writes;
everything else is E_ENCODING. Nothing is normalised: what was signed is what is read.
"""

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


def encode(value: Value) -> bytes:
    """The one byte form of a value.

    Raises:
        LocalProtocolError: if the value is outside the subset, or over 1 MiB when encoded; values
            come from our own code.
    """
    parts: list[bytes] = []
    _append(parts, value, limits.ENCODED_DEPTH_MAX)
    encoded = b"".join(parts)
    if len(encoded) > limits.ENCODED_BYTES_MAX:
        raise LocalProtocolError("a value of more bytes than an encoding may have")
    return encoded


def _append(parts: list[bytes], value: Value, depth: int) -> None:
    # The order of the branches is the order of frequency. Exact types first: they are nearly all.
    kind = type(value)
    if kind is str:
        raw = _utf8(value)  # type: ignore[arg-type]
        parts += (_head(_TEXT_HEADS, len(raw)), raw)
    elif kind is bytes:
        parts += (_head(_BYTES_HEADS, len(value)), value)  # type: ignore[arg-type]
    elif kind is int:
        parts.append(_integer(value))  # type: ignore[arg-type]
    else:
        _append_other(parts, value, depth)


def _append_other(parts: list[bytes], value: Value, depth: int) -> None:
    if value is None or isinstance(value, bool):
        parts.append(b"\xf6" if value is None else b"\xf5" if value else b"\xf4")
    elif isinstance(value, list):
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
    if len(data) > limits.ENCODED_BYTES_MAX:
        raise _bad("more bytes than an encoding may have", len(data))
    try:
        value, end = _read(data, 0, limits.ENCODED_DEPTH_MAX)
    except IndexError:
        raise _bad("an encoding that ends too early", len(data)) from None
    if end != len(data):
        raise _bad("bytes after the end of the value", end)
    return value


def _bad(reason: str, at: int) -> MalformedError:
    return MalformedError(reason, place=f"byte {at}", code=RefusalCode.E_ENCODING)


def _read(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    # The branches are those of RFC 8949's major types, the frequent ones first.
    initial = data[at]
    argument, after = initial & 0x1F, at + 1
    if argument > 23:
        argument, after = _argument(data, at, initial)
    major = initial & 0xE0
    if major == _TEXT:
        return _text(data, after, argument)
    if major == _BYTES:
        end = after + argument
        if end > len(data):
            raise IndexError
        return data[after:end], end
    if major == _UNSIGNED:
        if argument > limits.INTEGER_MAX:
            raise _bad("an integer over 2**53-1", at)
        return argument, after
    return _read_other(data, at, after, argument, depth)


def _read_other(data: bytes, at: int, after: int, argument: int, depth: int) -> tuple[Value, int]:
    major = data[at] & 0xE0
    if major not in (_ARRAY, _MAP):
        return _simple(data[at], at)
    if depth == 0:
        raise _bad("an encoding nested too deeply", at)
    read_items = _array if major == _ARRAY else _map
    return read_items(data, after, argument, depth - 1)


def _simple(initial: int, at: int) -> tuple[Value, int]:
    if initial == _NULL:
        return None, at + 1
    if initial in (_TRUE, _FALSE):
        return initial == _TRUE, at + 1
    raise _bad("a kind of value that is not allowed", at)


def _argument(data: bytes, at: int, initial: int) -> tuple[int, int]:
    short = initial & 0x1F
    if initial >= _FIRST_SIMPLE:
        raise _bad("a kind of value that is not allowed", at)
    if short > 27:
        raise _bad("a length that is not given", at)
    if short == 24:
        # The most frequent one, in its own short way.
        argument = data[at + 1]
        if argument < 24:
            raise _bad("a head that is not the shortest", at)
        return argument, at + 2
    size = 1 << (short - 24)
    end = at + 1 + size
    if end > len(data):
        raise IndexError
    argument = int.from_bytes(data[at + 1 : end])
    # The smallest argument that needs this many bytes; anything below has a shorter form.
    if argument < 1 << (4 * size):
        raise _bad("a head that is not the shortest", at)
    return argument, end


def _text(data: bytes, start: int, size: int) -> tuple[str, int]:
    end = start + size
    if end > len(data):
        raise IndexError
    try:
        return data[start:end].decode(), end
    except UnicodeDecodeError:
        raise _bad("a text that is not UTF-8", start) from None


def _array(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    # Every item takes a byte at least, so a huge count cannot make a huge list.
    if count > len(data) - at:
        raise IndexError
    items: list[Value] = []
    for _ in range(count):
        item, at = _read(data, at, depth)
        items.append(item)
    return items, at


def _map(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    if count * 2 > len(data) - at:
        raise IndexError
    entries: dict[int | str, Value] = {}
    before = b""
    for _ in range(count):
        start = at
        if data[at] & 0xE0 not in _KEY_KINDS:
            raise _bad("a map key that is neither an integer nor a text", at)
        key, at = _read(data, at, depth)
        raw = data[start:at]
        if raw <= before:
            raise _bad("a map key out of order or given twice", start)
        before = raw
        # The initial byte was checked above, so the key is an integer or a text.
        entries[key], at = _read(data, at, depth)  # type: ignore[index]
    return entries, at
