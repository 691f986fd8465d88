"""SCE at length: a hundred thousand values against cbor2, and as many changed encodings."""

from collections.abc import Iterator
from random import Random
from typing import Final

import cbor2
import pytest

from protocol import limits
from protocol.codec import Value, decode, encode
from protocol.errors import MalformedError

pytestmark = pytest.mark.slow

VALUES: Final = 100_000
ALPHABET: Final = "az09 \n\u0000\u0995\u09dc\u200d\u0915\u093c\u00e9\U0001f33f"
STEPS: Final = (0, 23, 24, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, limits.INTEGER_MAX)


def encodings(chance: Random, count: int) -> Iterator[tuple[Value, bytes]]:
    """So many values, no two alike, each with its encoding; the same ones for the same seed."""
    seen: set[bytes] = set()
    while len(seen) < count:
        value = _value(chance, depth=chance.choice((1, 2, 3, 8)), least=5)
        raw = encode(value)
        if raw not in seen:
            seen.add(raw)
            yield value, raw


def _value(chance: Random, *, depth: int, least: int = 0) -> Value:
    # Shapes from 5 on hold others; the outermost is one of them, as in all the protocol signs.
    shape = chance.randrange(least, 8) if depth else chance.randrange(5)
    if shape == 0:
        return chance.choice((None, True, False))
    if shape == 1:
        return _integer(chance)
    if shape == 2:
        return chance.randbytes(chance.choice((0, 1, 16, 23, 24, 32, 64, 255, 256)))
    if shape in (3, 4):
        return _text(chance)
    if shape == 5:
        return [_value(chance, depth=depth - 1) for _ in range(chance.randrange(5))]
    return {
        (_integer(chance) if chance.random() < 0.7 else _text(chance)): _value(
            chance, depth=depth - 1
        )
        for _ in range(chance.randrange(6))
    }


def _integer(chance: Random) -> int:
    near = chance.choice(STEPS) + chance.randrange(-2, 3)
    return (
        min(max(near, 0), limits.INTEGER_MAX) if chance.random() < 0.7 else chance.getrandbits(53)
    )


def _text(chance: Random) -> str:
    return "".join(chance.choices(ALPHABET, k=chance.choice((0, 1, 2, 5, 8, 30))))


def _ordered(value: Value) -> Value:
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=cbor2.dumps)}
    return value


def test_a_hundred_thousand_values_have_the_bytes_and_the_meaning_cbor2_gives_them() -> None:
    chance = Random(8949)  # noqa: S311  a repeatable choice of examples, not a secret

    for value, raw in encodings(chance, VALUES):
        # repr tells True from 1, and _ordered gives both the order of the encoding.
        meaning = repr(_ordered(value))
        assert raw == cbor2.dumps(_ordered(value))
        assert repr(decode(raw)) == meaning
        assert repr(cbor2.loads(raw)) == meaning


def test_a_hundred_thousand_changed_encodings_are_canonical_or_refused() -> None:
    chance = Random(4212)  # noqa: S311  a repeatable choice of examples, not a secret
    accepted = 0

    for _, raw in encodings(chance, VALUES):
        changed = _changed(chance, raw)
        while changed == raw:
            changed = _changed(chance, raw)
        try:
            read = decode(changed)
        except MalformedError:
            continue
        assert encode(read) == changed
        accepted += 1

    # Enough of them must pass the decoder for the property to have been tested at all.
    assert accepted > VALUES // 20


def _changed(chance: Random, raw: bytes) -> bytes:
    at = chance.randrange(len(raw))
    match chance.randrange(5):
        case 0:
            return raw[:at] + bytes((raw[at] ^ 1 << chance.randrange(8),)) + raw[at + 1 :]
        case 1:
            return raw[:at] + chance.randbytes(1) + raw[at + 1 :]
        case 2:
            return raw[:at] + chance.randbytes(chance.randrange(1, 4)) + raw[at:]
        case 3:
            return raw[:at] + raw[at + chance.randrange(1, 4) :]
        case _:
            return raw + raw[at:]
