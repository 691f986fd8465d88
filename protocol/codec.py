"""SCE, Sathi Canonical Encoding: bytes and plain values, one form for each value (SPEC 2).

A strict subset of CBOR (RFC 8949, 4.2.1): unsigned integers to 2**53-1, byte strings, UTF-8 text, arrays,
maps with integer or text keys, false, true and null. The decoder accepts exactly what the encoder writes;
everything else is E_ENCODING. Nothing is normalised: what was signed is what is read.
"""

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


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes((major | argument,))
    if argument < 0x100:
        return bytes((major | 24, argument))
    if argument < 0x10000:
        return bytes((major | 25,)) + argument.to_bytes(2)
    if argument < 0x100000000:
        return bytes((major | 26,)) + argument.to_bytes(4)
    return bytes((major | 27,)) + argument.to_bytes(8)


def _append(parts: list[bytes], value: Value, depth: int) -> None:
    # The order of the branches is the order of frequency in a skeleton; bool is an int to Python.
    if isinstance(value, bytes):
        parts.append(_head(_BYTES, len(value)) + value)
    elif isinstance(value, str):
        raw = _utf8(value)
        parts.append(_head(_TEXT, len(raw)) + raw)
    elif value is None or isinstance(value, bool):
        parts.append(b"\xf6" if value is None else b"\xf5" if value else b"\xf4")
    elif isinstance(value, int):
        parts.append(_integer(value))
    else:
        _append_container(parts, value, depth)


def _append_container(
    parts: list[bytes], value: "list[Value] | dict[int | str, Value]", depth: int
) -> None:
    if depth == 0:
        raise LocalProtocolError("a value nested too deeply to encode")
    if isinstance(value, list):
        parts.append(_head(_ARRAY, len(value)))
        for item in value:
            _append(parts, item, depth - 1)
    elif isinstance(value, dict):
        parts.append(_head(_MAP, len(value)))
        for key, item in _sorted(value):
            parts.append(key)
            _append(parts, item, depth - 1)
    else:
        raise LocalProtocolError("a value of a type that has no encoding")


def _sorted(value: "dict[int | str, Value]") -> "list[tuple[bytes, Value]]":
    entries = [(_key(key), item) for key, item in value.items()]
    entries.sort(key=_first)
    return entries


def _first(entry: "tuple[bytes, Value]") -> bytes:
    return entry[0]


def _key(key: int | str) -> bytes:
    if isinstance(key, bool) or not isinstance(key, int | str):
        raise LocalProtocolError("a map key that is neither an integer nor a text")
    if isinstance(key, int):
        return _integer(key)
    raw = _utf8(key)
    return _head(_TEXT, len(raw)) + raw


def _integer(value: int) -> bytes:
    if not 0 <= value <= limits.INTEGER_MAX:
        raise LocalProtocolError("an integer outside 0 to 2**53-1")
    return _head(_UNSIGNED, value)


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
    initial = data[at]
    major = initial & 0xE0
    if major == 0xE0:
        return _simple(initial, at)
    argument = initial & 0x1F
    after = at + 1
    if argument >= 24:
        argument, after = _argument(data, at, argument)
    if major == _UNSIGNED:
        if argument > limits.INTEGER_MAX:
            raise _bad("an integer over 2**53-1", at)
        return argument, after
    if major in (_BYTES, _TEXT):
        return _string(data, after, argument, is_text=major == _TEXT)
    if major not in (_ARRAY, _MAP):
        raise _bad("a kind of value that is not allowed", at)
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


def _argument(data: bytes, at: int, short: int) -> tuple[int, int]:
    if short > 27:
        raise _bad("a length that is not given", at)
    size = 1 << (short - 24)
    end = at + 1 + size
    if end > len(data):
        raise IndexError
    argument = int.from_bytes(data[at + 1 : end])
    # The smallest argument that needs this many bytes; anything below has a shorter form.
    if argument < (24 if size == 1 else 1 << (4 * size)):
        raise _bad("a head that is not the shortest", at)
    return argument, end


def _string(data: bytes, start: int, size: int, *, is_text: bool) -> tuple[Value, int]:
    end = start + size
    if end > len(data):
        raise IndexError
    raw = data[start:end]
    if not is_text:
        return raw, end
    try:
        return raw.decode("utf-8"), end
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
        if data[at] & 0xE0 not in (_UNSIGNED, _TEXT):
            raise _bad("a map key that is neither an integer nor a text", at)
        key, at = _read(data, at, depth)
        raw = data[start:at]
        if raw <= before:
            raise _bad("a map key out of order or given twice", start)
        before = raw
        # The initial byte was checked above, so the key is an integer or a text.
        entries[key], at = _read(data, at, depth)  # type: ignore[index]
    return entries, at
