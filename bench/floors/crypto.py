"""Fs and Fr: how many messages a second one thread can sign and seal, or open and verify.

Keys are objects made once, sizes are those of the smallest envelope, and nothing is encoded or judged.
"""

import hashlib
import time
from typing import Final

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair

from bench.floors import sizes

SUITE: Final = hpke.Suite(
    hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305
)
# Nobody's keys: the same in both processes of a floor, so that none has to be carried over.
VERIFY_KEY, SIGNING_KEY = crypto_sign_seed_keypair(hashlib.sha256(b"floor signing").digest())
PREKEY: Final = hpke.MLKEM768X25519PrivateKey(
    MLKEM768PrivateKey.from_seed_bytes(hashlib.sha512(b"floor prekey").digest()),
    X25519PrivateKey.from_private_bytes(hashlib.sha256(b"floor prekey").digest()),
)
PREKEY_PUBLIC: Final = PREKEY.public_key()

_HEADER: Final = bytes(sizes.HEADER_BYTES)
_INFO: Final = bytes(13) + _HEADER
_SKELETON_BYTES: Final = sizes.SIGNED_BYTES - sizes.SIGNATURE_BYTES
_REST: Final = (b"\x5a" * sizes.PAYLOAD_BYTES).ljust(
    sizes.PLAINTEXT_BYTES - sizes.SIGNED_BYTES, b"\0"
)
_WARM_UP_MESSAGES: Final = 100


def skeletons(count: int) -> list[bytes]:
    """What is to be signed: each begins with an id of its own, and the rest is one filling."""
    filling = bytes(_SKELETON_BYTES - sizes.MESSAGE_ID_BYTES)
    return [number.to_bytes(sizes.MESSAGE_ID_BYTES, "big") + filling for number in range(count)]


def sign_and_seal(skeleton: bytes) -> tuple[bytes, bytes]:
    """Make one envelope.

    Returns:
        The signed skeleton (383 bytes) and the envelope (4,096 bytes).
    """
    signed = crypto_sign(skeleton, SIGNING_KEY)
    return signed, _HEADER + SUITE.encrypt(signed + _REST, PREKEY_PUBLIC, info=_INFO)


def open_and_verify(envelope: bytes) -> tuple[bytes, bytes]:
    """Read one envelope.

    Returns:
        The skeleton (319 bytes), whose signature was good, and the plaintext (2,936 bytes).
    """
    plaintext = SUITE.decrypt(envelope[sizes.HEADER_BYTES :], PREKEY, info=_INFO)
    return crypto_sign_open(plaintext[: sizes.SIGNED_BYTES], VERIFY_KEY), plaintext


def sent_per_second(*, messages: int = sizes.CRYPTO_MESSAGES) -> float:
    """Fs: messages signed and sealed in a second."""
    for skeleton in skeletons(_WARM_UP_MESSAGES):
        sign_and_seal(skeleton)
    waiting = skeletons(messages)
    begun = time.perf_counter()
    for skeleton in waiting:
        sign_and_seal(skeleton)
    return messages / (time.perf_counter() - begun)


def received_per_second(*, messages: int = sizes.CRYPTO_MESSAGES) -> float:
    """Fr: messages opened and verified in a second, each another one."""
    envelopes = [sign_and_seal(skeleton)[1] for skeleton in skeletons(messages)]
    for envelope in envelopes[:_WARM_UP_MESSAGES]:
        open_and_verify(envelope)
    begun = time.perf_counter()
    for envelope in envelopes:
        open_and_verify(envelope)
    return messages / (time.perf_counter() - begun)
