"""HPKE base mode by the text of RFC 9180, for KEM 0x647a, HKDF-SHA256 and ChaCha20-Poly1305.

It shares only the primitives with `protocol.sealing`, so each can be held against the other.
"""

import hashlib
import hmac
from typing import Final

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

ENC_BYTES: Final = 1_120
_MLKEM_CIPHERTEXT_BYTES: Final = 1_088
_SUITE_ID: Final = b"HPKE" + bytes.fromhex("647a00010003")
_XWING_LABEL: Final = b"\\.//^\\"


def shared_secret(seed: bytes, enc: bytes) -> bytes:
    """Decapsulate with the seed of a prekey, by the combiner of X-Wing."""
    expanded = hashlib.shake_256(seed).digest(96)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    x25519 = X25519PrivateKey.from_private_bytes(expanded[64:])
    ciphertext, point = enc[:_MLKEM_CIPHERTEXT_BYTES], enc[_MLKEM_CIPHERTEXT_BYTES:]
    agreed = x25519.exchange(X25519PublicKey.from_public_bytes(point))
    own = x25519.public_key().public_bytes_raw()
    return hashlib.sha3_256(
        mlkem.decapsulate(ciphertext) + agreed + point + own + _XWING_LABEL
    ).digest()


def key_and_nonce(shared: bytes, info: bytes) -> tuple[bytes, bytes]:
    """The key schedule of RFC 9180, 5.1, in base mode: the AEAD key and the nonce of message 0."""
    context = b"\x00" + _extract(b"", b"psk_id_hash", b"") + _extract(b"", b"info_hash", info)
    secret = _extract(shared, b"secret", b"")
    return _expand(secret, b"key", context, 32), _expand(secret, b"base_nonce", context, 12)


def opened(sealed: bytes, *, seed: bytes, info: bytes) -> bytes:
    """Open `enc` and ciphertext. Raises: InvalidTag."""
    key, nonce = key_and_nonce(shared_secret(seed, sealed[:ENC_BYTES]), info)
    return ChaCha20Poly1305(key).decrypt(nonce, sealed[ENC_BYTES:], None)


def sealed_with(shared: bytes, *, enc: bytes, info: bytes, plaintext: bytes) -> bytes:
    """What a sender whose encapsulation gave `shared` and `enc` would have written."""
    key, nonce = key_and_nonce(shared, info)
    return enc + ChaCha20Poly1305(key).encrypt(nonce, plaintext, None)


def _extract(salt: bytes, label: bytes, material: bytes) -> bytes:
    return hmac.digest(salt, b"HPKE-v1" + _SUITE_ID + label + material, "sha256")


def _expand(secret: bytes, label: bytes, info: bytes, size: int) -> bytes:
    labelled = size.to_bytes(2) + b"HPKE-v1" + _SUITE_ID + label + info
    return hmac.digest(secret, labelled + b"\x01", "sha256")[:size]
