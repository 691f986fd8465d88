"""The small values everything else is made of: one legal spelling each.

The types are names over `bytes`, `int` and `str` without cost at run time. They are made only by the
checking functions in this file (held by `tests/tidy`), so whoever holds one need not check again.
"""

import base64
import hashlib
import ipaddress
import re
import unicodedata
from collections.abc import Callable
from typing import Final, NewType

from protocol import limits
from protocol.errors import MalformedError

NodeId = NewType("NodeId", bytes)
"""32 bytes: the hash of an organisation's root key."""
MessageId = NewType("MessageId", bytes)
"""16 bytes, UUIDv7 (RFC 9562): stays the same when a message is sealed again."""
ThreadId = NewType("ThreadId", bytes)
"""16 bytes: the id of the first message of a conversation."""
Handle = NewType("Handle", bytes)
"""16 random bytes: one survivor between two nodes, and nowhere else."""
ConsentId = NewType("ConsentId", bytes)
"""16 random bytes."""
Pseudonym = NewType("Pseudonym", bytes)
"""16 random bytes that stand for a person of this node."""
KeyId = NewType("KeyId", bytes)
"""8 bytes: a hint which key signed; never a proof."""
PrekeyId = NewType("PrekeyId", bytes)
"""16 bytes."""
MailboxId = NewType("MailboxId", bytes)
"""16 bytes."""
EnvelopeId = NewType("EnvelopeId", bytes)
"""16 bytes: the start of the envelope's SHA-256."""
Hash = NewType("Hash", bytes)
"""32 bytes of SHA-256."""
Instant = NewType("Instant", int)
"""Whole seconds since 1970-01-01 UTC."""
PlainText = NewType("PlainText", str)
"""Text of bounded length without control or direction-override characters."""
LanguageTag = NewType("LanguageTag", str)
"""ISO 639-2, three lower-case letters: `ben`, `hin`, `nep`, `eng`."""

Entropy = Callable[[int], bytes]
"""A source of randomness: `entropy(n)` gives n bytes nobody could foresee."""

ZERO_HASH: Final = Hash(bytes(32))

_LANGUAGE: Final = re.compile(r"[a-z]{3}")
_ADDRESS: Final = re.compile(
    r"https?://([A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*|\[(?P<ipv6>[0-9A-Fa-f:.]+)\])(:(?P<port>[1-9][0-9]{0,4}))?"
)
_PORT_MAX: Final = 65_535
_NODE_ID_PREFIX: Final = "sn1"
# Left-to-right and right-to-left marks, embeddings, overrides and isolates: they can make a sentence
# read as another one. ZWNJ and ZWJ (U+200C, U+200D) stay: Bengali and Devanagari need them.
_DIRECTION: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
# Controls but the newline, the two separators, surrogates, and what Unicode keeps for no character at all:
# 32 code points and the last two of every plane.
_NONCHARACTERS: Final = "".join(
    chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
_UNSHOWABLE: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef"
    + "".join(sorted(_DIRECTION))
    + _NONCHARACTERS
    + "]"
)


def _exact(raw: bytes, size: int, place: str) -> bytes:
    if len(raw) != size:
        raise MalformedError(f"not {size} bytes", place=place)
    return raw


def node_id(raw: bytes, *, place: str = "node_id") -> NodeId:
    """Check that these are 32 bytes. Raises: MalformedError."""
    return NodeId(_exact(raw, 32, place))


def message_id(raw: bytes, *, place: str = "message_id") -> MessageId:
    """Check that this is a UUIDv7: 16 bytes with version and variant in place (R-44).

    Raises:
        MalformedError: if it is not.
    """
    if len(raw) != 16 or raw[6] >> 4 != 7 or raw[8] >> 6 != 2:
        raise MalformedError("not a UUIDv7", place=place)
    return MessageId(raw)


def new_message_id(*, now: Instant, entropy: Entropy) -> MessageId:
    """Make a UUIDv7 from the second and ten random bytes (RFC 9562, 5.7).

    The milliseconds are random: inside a second nothing may be read off the id.
    """
    noise = entropy(12)
    milliseconds = now * 1000 + int.from_bytes(noise[:2]) % 1000
    body = bytearray(milliseconds.to_bytes(6) + noise[2:])
    body[6] = 0x70 | (body[6] & 0x0F)
    body[8] = 0x80 | (body[8] & 0x3F)
    return MessageId(bytes(body))


def thread_id(raw: bytes, *, place: str = "thread") -> ThreadId:
    """A thread is named by its first message. Raises: MalformedError."""
    return ThreadId(bytes(message_id(raw, place=place)))


def handle(raw: bytes, *, place: str = "handle") -> Handle:
    """Check that these are 16 bytes. Raises: MalformedError."""
    return Handle(_exact(raw, 16, place))


def consent_id(raw: bytes, *, place: str = "consent_id") -> ConsentId:
    """Check that these are 16 bytes. Raises: MalformedError."""
    return ConsentId(_exact(raw, 16, place))


def pseudonym(raw: bytes, *, place: str = "pseudonym") -> Pseudonym:
    """Check that these are 16 bytes. Raises: MalformedError."""
    return Pseudonym(_exact(raw, 16, place))


def key_id(raw: bytes, *, place: str = "key_id") -> KeyId:
    """Check that these are 8 bytes. Raises: MalformedError."""
    return KeyId(_exact(raw, 8, place))


def prekey_id(raw: bytes, *, place: str = "prekey_id") -> PrekeyId:
    """Check that these are 16 bytes. Raises: MalformedError."""
    return PrekeyId(_exact(raw, 16, place))


def mailbox_id(raw: bytes, *, place: str = "mailbox_id") -> MailboxId:
    """Check that these are 16 bytes. Raises: MalformedError."""
    return MailboxId(_exact(raw, 16, place))


def envelope_id(raw: bytes, *, place: str = "envelope_id") -> EnvelopeId:
    """Check that these are 16 bytes. Raises: MalformedError."""
    return EnvelopeId(_exact(raw, 16, place))


def envelope_id_of(envelope: bytes) -> EnvelopeId:
    """The name of an envelope where it waits: the first 16 bytes of its SHA-256."""
    return EnvelopeId(hashlib.sha256(envelope).digest()[:16])


def digest(raw: bytes, *, place: str = "hash") -> Hash:
    """Check that these are 32 bytes. Raises: MalformedError."""
    if len(raw) != 32:
        raise MalformedError("not 32 bytes", place=place)
    return Hash(raw)


def sha256(data: bytes) -> Hash:
    """Plain SHA-256 of some bytes."""
    return Hash(hashlib.sha256(data).digest())


def instant(raw: int, *, place: str = "instant") -> Instant:
    """Check that this is a second an SCE integer can hold. Raises: MalformedError."""
    if not 0 <= raw <= limits.INTEGER_MAX:
        raise MalformedError("not an instant", place=place)
    return Instant(raw)


def later(start: Instant, seconds: int) -> Instant:
    """The instant so many seconds after `start` (before it, if negative), never before 1970."""
    return Instant(max(0, start + seconds))


def plain_text(raw: str, *, characters_max: int, place: str = "text") -> PlainText:
    """Check that a text holds nothing that could drive a terminal or hide what it says (R-15).

    The characters themselves stay exactly as they came: no normalisation, no stripping.

    Raises:
        MalformedError: if it is empty, too long, or has a character that may not be shown.
    """
    if not raw:
        raise MalformedError("an empty text", place=place)
    if len(raw) > characters_max:
        raise MalformedError(f"a text of over {characters_max} characters", place=place)
    # What Python calls printable has none of them; joiners and newlines, which it does not, are looked at.
    found = None if raw.isprintable() else _UNSHOWABLE.search(raw)
    if found is not None:
        raise MalformedError(_why(found[0]), place=place)
    return PlainText(raw)


def _why(character: str) -> str:
    if character in _DIRECTION:
        return "a direction-override character"
    if unicodedata.category(character) == "Cn":
        return "a code point that is no character"
    return "a control character"


def language_tag(raw: str, *, place: str = "language") -> LanguageTag:
    """Check that this is an ISO 639-2 code by its form. Raises: MalformedError."""
    if not _LANGUAGE.fullmatch(raw):
        raise MalformedError("not a language code of three letters", place=place)
    return LanguageTag(raw)


def address(raw: str, *, place: str = "address") -> str:
    """Check that this is the origin of a mailbox service: scheme, host, port, and nothing else.

    Raises:
        MalformedError: if it has a path, a query, user data or capital letters in the scheme, or a
            port or an IPv6 address that cannot be.
    """
    found = _ADDRESS.fullmatch(raw) if len(raw) <= limits.ADDRESS_CHARACTERS_MAX else None
    if found is None or int(found["port"] or 1) > _PORT_MAX or not _is_ipv6(found["ipv6"]):
        raise MalformedError("not an origin such as https://host:port", place=place)
    return raw


def _is_ipv6(text: str | None) -> bool:
    if text is None:
        return True
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def node_id_text(node: NodeId) -> str:
    """How people see a node id: `sn1` and the base32 of its first 20 bytes."""
    return _NODE_ID_PREFIX + base64.b32encode(node[:20]).decode("ascii").lower()
