"""Sealing for one recipient (HPKE) and encryption of what rests in the vault (SPEC 6).

HPKE base mode, KEM MLKEM768-X25519, HKDF-SHA256, ChaCha20-Poly1305, empty associated data, context in
`info`. There is no session: the same message can be sealed again to a newer prekey at any time.
"""

import base64
import hashlib
import hmac
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from protocol.errors import MalformedError, RefusalCode
from protocol.keys import PrekeyPublic, PrekeySecret
from protocol.labels import Label, tbs
from protocol.values import Entropy

SEAL_OVERHEAD_BYTES: Final = 1_136
_SUITE: Final = hpke.Suite(
    hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305
)
_NONCE_BYTES: Final = 12


def seal(plaintext: bytes, *, recipient: PrekeyPublic, header: bytes) -> bytes:
    """Seal to one prekey; the 24 header bytes are bound through `info` (R-36).

    The library draws its own randomness, so two seals of one message differ everywhere.
    """
    return _SUITE.encrypt(plaintext, recipient.key, info=tbs(Label.HPKE, header))


def unseal(sealed: bytes, *, prekey: PrekeySecret, header: bytes) -> bytes:
    """Open what was sealed to one of our prekeys.

    Raises:
        MalformedError: (E_DECRYPT) if it was not, or one bit of it or of the header changed.
    """
    try:
        return _SUITE.decrypt(sealed, prekey.key, info=tbs(Label.HPKE, header))
    except (InvalidTag, ValueError):
        raise MalformedError(
            "not sealed to this prekey", place="envelope", code=RefusalCode.E_DECRYPT
        ) from None


def encrypt_at_rest(plaintext: bytes, *, key: bytes, entropy: Entropy) -> bytes:
    """Encrypt a payload under its own 32-byte disclosure key: 12 bytes nonce, then the ciphertext.

    Destroying the key erases the payload wherever its ciphertext may still lie.
    """
    nonce = entropy(_NONCE_BYTES)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, plaintext, None)


def decrypt_at_rest(stored: bytes, *, key: bytes) -> bytes:
    """Read a payload back.

    Raises:
        MalformedError: (E_DECRYPT) if the key is another one or the bytes were changed.
    """
    try:
        return ChaCha20Poly1305(key).decrypt(stored[:_NONCE_BYTES], stored[_NONCE_BYTES:], None)
    except (InvalidTag, ValueError):
        raise MalformedError(
            "not encrypted under this key", place="payload", code=RefusalCode.E_DECRYPT
        ) from None


def _derive(secret: bytes, label: Label) -> bytes:
    hkdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=label.value.encode("ascii"))
    return hkdf.derive(secret)


def deposit_token(deposit_secret: bytes) -> bytes:
    """What a peer shows to a mailbox to leave something there: derived from the shared secret D (R-61)."""
    return _derive(deposit_secret, Label.DEPOSIT)


def bundle_key(deposit_secret: bytes) -> bytes:
    """The key under which a mailbox keeps its owner's bundle, unreadable to the mailbox (R-62)."""
    return _derive(deposit_secret, Label.BUNDLE_KEY)


def stick_passphrase(deposit_secret: bytes) -> str:
    """What a stick for one organisation alone is wrapped with; nobody has to agree on a word (R-221)."""
    drawn = base64.b32encode(_derive(deposit_secret, Label.STICK))
    return drawn.decode("ascii").lower().rstrip("=")


def authenticator(secret: bytes, message: bytes) -> bytes:
    """HMAC-SHA256, 32 bytes: the proof of an introduction."""
    return hmac.digest(secret, message, hashlib.sha256)


def same_secret(one: bytes, other: bytes) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one, other)
