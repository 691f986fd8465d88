"""The keyring: the vault's key, wrapped once for each person who may open it, in 16 equal slots.

    "SATHKR01" | 16 bytes of salt | 16 x slot
    slot = 32 bytes of a one-time public key | 24 of nonce | 65 of box
    box  = X25519 and XSalsa20-Poly1305 over: slot id (16) | kind (1) | vault key (32)

A passphrase becomes, by Argon2id over the name and the passphrase, the secret half of a key pair.
A slot is sealed to the public half, which the open vault keeps beside the person's name. So a
vault can change its key and write all slots again, with nobody's passphrase.

No name stands here, and a slot nobody has looks like any other: it is sealed to a key that was
thrown away. Opening costs one Argon2id and 16 attempts, whoever asks and whatever comes of it.
"""

import base64
import hashlib
import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Final

from nacl import pwhash
from nacl.exceptions import CryptoError
from nacl.public import Box, PrivateKey, PublicKey

from protocol.errors import SathiError
from protocol.values import Entropy

FILE_NAME: Final = "keyring"
SLOTS: Final = 16
SLOT_ID_BYTES: Final = 16
VAULT_KEY_BYTES: Final = 32
RECOVERY_BYTES: Final = 32
NAME_CHARACTERS_MAX: Final = 64
PASSPHRASE_CHARACTERS_MAX: Final = 256

_MAGIC: Final = b"SATHKR01"
_SALT_BYTES: Final = pwhash.argon2id.SALTBYTES
_PUBLIC_BYTES: Final = 32
_NONCE_BYTES: Final = Box.NONCE_SIZE
_CONTENT_BYTES: Final = SLOT_ID_BYTES + 1 + VAULT_KEY_BYTES
_SLOT_BYTES: Final = _PUBLIC_BYTES + _NONCE_BYTES + _CONTENT_BYTES + 16
_FILE_BYTES: Final = len(_MAGIC) + _SALT_BYTES + SLOTS * _SLOT_BYTES
_CHECK_BYTES: Final = 3
_CHECK_LABEL: Final = b"sathi/1/recovery-check"
# Read aloud or from paper, these are taken for letters that base32 has; it has none of the digits.
_LOOKALIKES: Final = str.maketrans({"0": "O", "1": "I", "8": "B", " ": "", "-": "", "\n": ""})


class KeyringError(SathiError):
    """The keyring file is not there, not whole, or would be overwritten."""


class WrongPassphraseError(SathiError):
    """No slot opens. Nothing is said about whether there is such a person."""


class RecoveryCodeError(SathiError):
    """This is not what stands on a recovery sheet: something was mistyped."""


class Kind(IntEnum):
    """What a slot is for; seen only by whoever opens it."""

    USER = 1
    RECOVERY = 2
    DURESS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one guess of a passphrase costs; one lane, as libsodium has it."""

    memory_bytes: int
    passes: int


PRODUCT_COST: Final = Cost(memory_bytes=128 * 1024 * 1024, passes=3)
"""A quarter of a second on the machines this is made for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What a person types; made by `credential` and `recovery_credential`."""

    name: str = field(repr=False)
    passphrase: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """One who may open the vault, as the open vault remembers it.

    Attributes:
        slot_id: 16 random bytes; what `unlock` answers with.
        kind: what the slot is for.
        public: the public half of what the passphrase becomes.
    """

    slot_id: bytes
    kind: Kind
    public: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlocked:
    """What an opened slot holds."""

    slot_id: bytes
    kind: Kind
    vault_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """The file's content.

    Attributes:
        salt: of Argon2id; one for all slots, so that opening costs one derivation.
        slots: always 16, in an order that says nothing.
    """

    salt: bytes
    slots: tuple[bytes, ...]


def credential(name: str, passphrase: str) -> Credential:
    """What a person types to open the vault.

    Keyboards spell one letter in several ways, so both texts are composed (NFC) first; capitals in
    the name do not count.

    Raises:
        WrongPassphraseError: if one of them is empty or too long.
    """
    if not 0 < len(name) <= NAME_CHARACTERS_MAX:
        raise WrongPassphraseError("no slot opens")
    if not 0 < len(passphrase) <= PASSPHRASE_CHARACTERS_MAX:
        raise WrongPassphraseError("no slot opens")
    return Credential(name=spelled(name), passphrase=unicodedata.normalize("NFC", passphrase))


def spelled(name: str) -> str:
    """A name as the keyring reads it: two names that are spelled alike are one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def new_recovery_code(*, entropy: Entropy) -> str:
    """The secret of a recovery sheet, for people: 14 groups of four letters and digits."""
    secret = entropy(RECOVERY_BYTES)
    text = base64.b32encode(secret + _check(secret)).decode("ascii")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def recovery_credential(code: str) -> Credential:
    """What somebody typed from a recovery sheet; small letters, spaces and hyphens do not matter.

    Raises:
        RecoveryCodeError: if a group is missing or something is mistyped.
    """
    if len(code) > PASSPHRASE_CHARACTERS_MAX:
        raise RecoveryCodeError("not a recovery code")
    try:
        raw = base64.b32decode(code.upper().translate(_LOOKALIKES))
    except ValueError:
        raise RecoveryCodeError("not a recovery code") from None
    secret, check = raw[:RECOVERY_BYTES], raw[RECOVERY_BYTES:]
    if len(secret) != RECOVERY_BYTES or check != _check(secret):
        raise RecoveryCodeError("not a recovery code")
    # No person's name is empty, so a sheet and a person never meet.
    return Credential(name="", passphrase=base64.b32encode(secret).decode("ascii"))


def secret_of(person: Credential, *, salt: bytes, cost: Cost = PRODUCT_COST) -> bytes:
    """What a credential becomes: the secret half of a key pair, whose public half the open vault keeps."""
    return _secret(person, salt=salt, cost=cost)


def new_salt(*, entropy: Entropy) -> bytes:
    """The salt of a new keyring; it stays when the slots are written again."""
    return entropy(_SALT_BYTES)


def enrol(
    person: Credential, *, kind: Kind, salt: bytes, entropy: Entropy, cost: Cost = PRODUCT_COST
) -> Owner:
    """Turn a credential into an owner, whom the vault keeps and `seal` gives a slot."""
    secret = _secret(person, salt=salt, cost=cost)
    return Owner(
        slot_id=entropy(SLOT_ID_BYTES), kind=kind, public=bytes(PrivateKey(secret).public_key)
    )


def seal(owners: Sequence[Owner], *, vault_key: bytes, salt: bytes, entropy: Entropy) -> Keyring:
    """Write all slots anew: one for each owner, the others for nobody.

    Adding, removing and replacing somebody is this, with another list; who is not in it opens
    nothing.

    Raises:
        KeyringError: if there are more owners than slots, or the key is not of 32 bytes.
    """
    if len(owners) > SLOTS:
        raise KeyringError(f"a keyring has {SLOTS} slots")
    if len(vault_key) != VAULT_KEY_BYTES:
        raise KeyringError(f"not a vault key of {VAULT_KEY_BYTES} bytes")
    slots = [_seal_slot(owner, vault_key=vault_key, entropy=entropy) for owner in owners]
    slots += [_seal_for_nobody(entropy=entropy) for _ in range(SLOTS - len(owners))]
    # Each slot begins with a one-time public key, so this order is random.
    return Keyring(salt=salt, slots=tuple(sorted(slots)))


def unlock(keyring: Keyring, person: Credential, *, cost: Cost = PRODUCT_COST) -> Unlocked:
    """Open the slot of this person; takes the same time whether there is one.

    Raises:
        WrongPassphraseError: if no slot opens.
    """
    secret = PrivateKey(_secret(person, salt=keyring.salt, cost=cost))
    # All slots are tried: stopping at the right one would tell which it is.
    opened = [content for slot in keyring.slots if (content := _open_slot(slot, secret))]
    if not opened:
        raise WrongPassphraseError("no slot opens")
    content = opened[0]
    return Unlocked(
        slot_id=content[:SLOT_ID_BYTES],
        kind=Kind(content[SLOT_ID_BYTES]),
        vault_key=content[SLOT_ID_BYTES + 1 :],
    )


def load(folder: Path) -> Keyring:
    """Read the keyring of a data folder.

    Raises:
        KeyringError: if it is not there or not whole.
    """
    try:
        with (folder / FILE_NAME).open("rb") as file:
            raw = file.read(_FILE_BYTES + 1)
    except FileNotFoundError:
        raise KeyringError(f"there is no keyring in '{folder.name}'") from None
    if len(raw) != _FILE_BYTES or not raw.startswith(_MAGIC):
        raise KeyringError(f"the keyring in '{folder.name}' is damaged")
    first = len(_MAGIC) + _SALT_BYTES
    return Keyring(
        salt=raw[len(_MAGIC) : first],
        slots=tuple(
            raw[start : start + _SLOT_BYTES] for start in range(first, _FILE_BYTES, _SLOT_BYTES)
        ),
    )


def save(folder: Path, keyring: Keyring) -> None:
    """Put the keyring in its place, durably and all at once; readable by this user only."""
    part = folder / f"{FILE_NAME}.part"
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(_MAGIC + keyring.salt + b"".join(keyring.slots))
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / FILE_NAME)
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _secret(person: Credential, *, salt: bytes, cost: Cost) -> bytes:
    name = person.name.encode("utf-8", errors="surrogatepass")
    passphrase = person.passphrase.encode("utf-8", errors="surrogatepass")
    # The length of the name keeps "an|na" and "anna|" apart.
    return pwhash.argon2id.kdf(
        PrivateKey.SIZE,
        len(name).to_bytes(2) + name + passphrase,
        salt,
        opslimit=cost.passes,
        memlimit=cost.memory_bytes,
    )


def _seal_slot(owner: Owner, *, vault_key: bytes, entropy: Entropy) -> bytes:
    once = PrivateKey(entropy(PrivateKey.SIZE))
    nonce = entropy(_NONCE_BYTES)
    content = owner.slot_id + bytes([owner.kind]) + vault_key
    # PyNaCl puts the nonce before the box.
    sealed = Box(once, PublicKey(owner.public)).encrypt(content, nonce)
    return bytes(once.public_key) + bytes(sealed)


def _seal_for_nobody(*, entropy: Entropy) -> bytes:
    nobody = Owner(
        slot_id=bytes(SLOT_ID_BYTES),
        kind=Kind.USER,
        public=bytes(PrivateKey(entropy(PrivateKey.SIZE)).public_key),
    )
    return _seal_slot(nobody, vault_key=bytes(VAULT_KEY_BYTES), entropy=entropy)


def _open_slot(slot: bytes, secret: PrivateKey) -> bytes:
    """The content of a slot, or nothing."""
    once, sealed = slot[:_PUBLIC_BYTES], slot[_PUBLIC_BYTES:]
    try:
        return Box(secret, PublicKey(once)).decrypt(sealed)
    except CryptoError:
        return b""


def _check(secret: bytes) -> bytes:
    return hashlib.sha256(_CHECK_LABEL + secret).digest()[:_CHECK_BYTES]
