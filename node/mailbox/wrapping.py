"""The wrap around a stick's file: age with a passphrase, so that whoever finds it sees only that (R-220).

It is written here and not by the library, which takes as much memory for the key as the computer that writes
has to give: what a fast one wrapped, an old laptop could not open. What is opened may come from anybody, so
its head is read here first, because in it stands what deriving the key would cost; the library does the rest.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from typing import Final

import pyrage
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from protocol import limits
from protocol.errors import MalformedError, RefusalCode, SathiError
from protocol.values import Entropy

_MAGIC: Final = b"age-encryption.org/"
_HEAD: Final = re.compile(
    rb"age-encryption\.org/v1\n"
    rb"-> scrypt [A-Za-z0-9+/]{22} (?P<work>[1-9][0-9]?)\n"
    rb"[A-Za-z0-9+/]{43}\n"
    rb"--- [A-Za-z0-9+/]{43}\n"
)
_SALT_LABEL: Final = b"age-encryption.org/v1/scrypt"
_BLOCK_SIZE: Final = 8
_DRAWN_BYTES: Final = 16
_CHUNK_BYTES: Final = 65_536
_COUNTER_BYTES: Final = 11


class NotOpenedError(SathiError):
    """Another passphrase, or the bytes were changed; nothing can tell which."""


def is_wrapped(data: bytes) -> bool:
    """Does it say of itself that it is wrapped?"""
    return data.startswith(_MAGIC)


def wrap(data: bytes, *, passphrase: str, entropy: Entropy) -> bytes:
    """Wrap a stick's file; takes 64 MiB and a moment."""
    file_key, salt, nonce = entropy(_DRAWN_BYTES), entropy(_DRAWN_BYTES), entropy(_DRAWN_BYTES)
    sealed = ChaCha20Poly1305(_key_of(passphrase, salt)).encrypt(bytes(12), file_key, None)
    head = b"".join(
        (
            b"age-encryption.org/v1\n",
            b"-> scrypt %b %d\n" % (_base64(salt), limits.STICK_WORK),
            b"%b\n---" % _base64(sealed),
        )
    )
    mac = hmac.digest(_derive(file_key, salt=None, info=b"header"), head, hashlib.sha256)
    body = ChaCha20Poly1305(_derive(file_key, salt=nonce, info=b"payload"))
    chunks = (body.encrypt(place, chunk, None) for place, chunk in _chunks(data))
    return b"".join((head, b" %b\n" % _base64(mac), nonce, *chunks))


def unwrap(data: bytes, *, passphrase: str) -> bytes:
    """What is inside; takes up to 256 MiB and a second or two.

    Raises:
        MalformedError: (E_STICKFILE) if it is not wrapped in our form, or opening it would cost too much.
        NotOpenedError: if the passphrase is another one, or the file was changed.
    """
    head = _HEAD.match(data)
    if head is None:
        raise MalformedError("not our wrap", place="stick.wrap", code=RefusalCode.E_STICKFILE)
    if int(head["work"]) > limits.STICK_WORK_MAX:
        raise MalformedError("too much work", place="stick.work", code=RefusalCode.E_STICKFILE)
    try:
        return bytes(pyrage.passphrase.decrypt(data, passphrase))
    except pyrage.DecryptError:
        raise NotOpenedError("the stick's wrap was not opened") from None


def _key_of(passphrase: str, salt: bytes) -> bytes:
    cost = 2**limits.STICK_WORK
    return hashlib.scrypt(
        passphrase.encode("utf-8"),
        salt=_SALT_LABEL + salt,
        n=cost,
        r=_BLOCK_SIZE,
        p=1,
        # What it takes, and as much again for the library's own needs.
        maxmem=2 * 128 * _BLOCK_SIZE * cost,
        dklen=32,
    )


def _derive(file_key: bytes, *, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(file_key)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk with its nonce: its number, and whether it is the last."""
    count = max(1, -(-len(data) // _CHUNK_BYTES))
    for number in range(count):
        start = number * _CHUNK_BYTES
        is_last = bytes([number == count - 1])
        yield number.to_bytes(_COUNTER_BYTES) + is_last, data[start : start + _CHUNK_BYTES]


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")
