"""The keys of a node: root, signing, mailbox (Ed25519) and prekeys (MLKEM768-X25519) (SPEC 3).

Secrets are made from entropy that the caller brings, never appear in `repr`, and leave this file only as
the seed the keyring stores.
"""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NewType

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

from protocol.errors import MalformedError, RefusalCode
from protocol.labels import Label, labelled_hash
from protocol.values import (
    Entropy,
    Handle,
    KeyId,
    MailboxId,
    NodeId,
    PrekeyId,
    handle,
    key_id,
    mailbox_id,
    node_id,
    prekey_id,
)

VerifyingKey = NewType("VerifyingKey", bytes)
"""A 32-byte Ed25519 public key that is canonical and not of small order."""

SEED_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
PREKEY_PUBLIC_BYTES: Final = 1216
_MLKEM_PUBLIC_BYTES: Final = 1184
_FIELD_PRIME: Final = 2**255 - 19
# The y coordinates of the eight small-order points (SPEC R-26): a key among them would verify one
# signature for many messages, and every receipt under it could be denied.
_SMALL_ORDER_Y: Final = frozenset({
    0,
    1,
    _FIELD_PRIME - 1,
    int.from_bytes(
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
    ),
    int.from_bytes(
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"
    ),
})  # fmt: skip

# Any secret shows whether a public X25519 key is of small order; this one is nobody's.
_PROBE: Final = X25519PrivateKey.from_private_bytes(bytes(32))


def is_strong_point(encoded: bytes) -> bool:
    """Is this 32-byte point canonical (y < p) and none of the small-order ones (R-26)?"""
    y = int.from_bytes(encoded, "little") & ((1 << 255) - 1)
    return y < _FIELD_PRIME and y not in _SMALL_ORDER_Y


def verifying_key(raw: bytes, *, place: str) -> VerifyingKey:
    """Accept a public key that was read from outside.

    Raises:
        MalformedError: (E_KEY_WEAK) if its length is wrong, or it is not canonical or of small order.
    """
    if len(raw) != SEED_BYTES or not is_strong_point(raw):
        raise MalformedError("a weak key", place=place, code=RefusalCode.E_KEY_WEAK)
    return VerifyingKey(raw)


def signature_is_good(key: bytes, message: bytes, signature: bytes) -> bool:
    """Does `signature` verify under the rule of SPEC R-26 and RFC 8032 5.1.7, cofactorless?

    A total function: any bytes are answered with True or False.
    """
    if len(key) != SEED_BYTES or len(signature) != _SIGNATURE_BYTES:
        return False
    if not is_strong_point(key) or not is_strong_point(signature[:32]):
        return False
    try:
        crypto_sign_open(signature + message, key)
    except BadSignatureError:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningSecret:
    """An Ed25519 secret: a root, signing or mailbox key. `seed` is the 32 bytes of RFC 8032."""

    seed: bytes = field(repr=False)
    public: VerifyingKey

    def signature(self, message: bytes) -> bytes:
        """The 64-byte signature of a message."""
        # libsodium's form of a secret: the seed and, so that it need not be computed again, the public key.
        return crypto_sign(message, self.seed + self.public)[:_SIGNATURE_BYTES]


def signing_secret(seed: bytes) -> SigningSecret:
    """The secret whose seed this is. `seed` comes from `entropy(32)`, the words or the vault."""
    public, _ = crypto_sign_seed_keypair(seed)
    return SigningSecret(seed=seed, public=VerifyingKey(public))


def new_signing_secret(*, entropy: Entropy) -> SigningSecret:
    """Make a new Ed25519 key."""
    return signing_secret(entropy(SEED_BYTES))


def node_id_of(root: VerifyingKey) -> NodeId:
    """An organisation's id is the hash of its root key; nothing else can change it (R-27)."""
    return node_id(labelled_hash(Label.NODE_ID, root))


@lru_cache(maxsize=1_024)
def key_id_of(public: bytes) -> KeyId:
    """The 8-byte hint under which a signature names its key (R-25)."""
    return key_id(labelled_hash(Label.KEY_ID, public)[:8])


def mailbox_id_of(public: VerifyingKey) -> MailboxId:
    """A mailbox is named by its own key, which nothing links to the node (R-28)."""
    return mailbox_id(labelled_hash(Label.MAILBOX_ID, public)[:16])


def prekey_id_of(public: bytes) -> PrekeyId:
    """The name of a prekey in the envelope header (R-29)."""
    return prekey_id(labelled_hash(Label.PREKEY_ID, public)[:16])


def fresh_handle(*, entropy: Entropy) -> Handle:
    """A random name for one survivor between two nodes."""
    return handle(entropy(16))


@dataclass(frozen=True, slots=True, kw_only=True)
class PrekeyPublic:
    """The public half of a prekey: 1184 bytes ML-KEM-768, then 32 bytes X25519."""

    prekey_id: PrekeyId
    raw: bytes = field(repr=False)
    key: hpke.MLKEM768X25519PublicKey = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrekeySecret:
    """The secret half: a 32-byte seed, expanded as in hpke-pq 0x647a."""

    prekey_id: PrekeyId
    seed: bytes = field(repr=False)
    public: PrekeyPublic
    key: hpke.MLKEM768X25519PrivateKey = field(repr=False, compare=False)


def prekey_public(raw: bytes, *, place: str) -> PrekeyPublic:
    """Read a public prekey.

    Raises:
        MalformedError: if it is not 1216 bytes, not an ML-KEM-768 key, or its X25519 half is weak.
    """
    if len(raw) != PREKEY_PUBLIC_BYTES:
        raise MalformedError(f"not {PREKEY_PUBLIC_BYTES} bytes", place=place)
    try:
        return _read_prekey(raw)
    except ValueError:
        raise MalformedError("not a prekey", place=place) from None


# A peer's bundle is read for each parcel, and holds the keys of eight weeks: all of 200 peers.
@lru_cache(maxsize=2_048)
def _read_prekey(raw: bytes) -> PrekeyPublic:
    mlkem = MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC_BYTES])
    x25519 = X25519PublicKey.from_public_bytes(raw[_MLKEM_PUBLIC_BYTES:])
    # With a point of small order no secret can be agreed on: sealing to it would fail later.
    _PROBE.exchange(x25519)
    key = hpke.MLKEM768X25519PublicKey(mlkem, x25519)
    return PrekeyPublic(prekey_id=prekey_id_of(raw), raw=raw, key=key)


def prekey_secret(seed: bytes) -> PrekeySecret:
    """Rebuild a prekey from its seed: SHAKE256(seed, 96) = 64 bytes ML-KEM seed, 32 bytes X25519 (R-30)."""
    expanded = hashlib.shake_256(seed).digest(96)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    x25519 = X25519PrivateKey.from_private_bytes(expanded[64:])
    raw = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
    public = prekey_public(raw, place="prekey")
    key = hpke.MLKEM768X25519PrivateKey(mlkem, x25519)
    return PrekeySecret(prekey_id=public.prekey_id, seed=seed, public=public, key=key)


def new_prekey_secret(*, entropy: Entropy) -> PrekeySecret:
    """Make a new prekey."""
    return prekey_secret(entropy(SEED_BYTES))
