"""The file of a backup: a copy of the vault, encrypted with age to the recovery sheet.

    "SATHBK01" | salt of the keyring (16) | age file | SHA-256 of all before (32)
    in the age file: key of the copy (32) | the copy, which is encrypted under that key already

What the sheet's code becomes is an X25519 key. Its public half is known to the open vault and to nobody else:
it stands neither in the keyring nor in an age file. So the node can make a backup by itself and read none,
and whoever has only the file has nothing to attack, with whatever computer.

Each backup is sealed to a second key too, which is drawn for it, reads it back once, and is forgotten.
"""

import hashlib
from pathlib import Path
from typing import IO, Final, final

import pyrage

from node.vault import durable
from node.vault.backup.copying import BackupError
from protocol.values import Entropy

KEY_BYTES: Final = 32
SALT_BYTES: Final = 16
FILE_BYTES_MAX: Final = 64 * 1_073_741_824
_MAGIC: Final = b"SATHBK01"
_HASH_BYTES: Final = 32
_HEAD_BYTES: Final = len(_MAGIC) + SALT_BYTES
_CHUNK_BYTES: Final = 1_048_576
_SECRET_PREFIX: Final = "age-secret-key-"  # noqa: S105  (what age itself writes before one)
_PUBLIC_PREFIX: Final = "age"


class NotThisSheetError(BackupError):
    """The code is that of another recovery sheet."""


def pack(
    copy: Path, target: Path, *, key: bytes, sheet: bytes, salt: bytes, entropy: Entropy
) -> None:
    """Make the file of a backup from a finished copy, and read it back.

    Args:
        copy: the copy of the vault.
        target: a file that is not there yet; left behind half-written if this fails.
        key: of the copy.
        sheet: the public half of what the sheet's code becomes.
        salt: the keyring's, without which the code becomes something else.
        entropy: for the key that reads it back.

    Raises:
        BackupError: if what was read back is not what was written.
        OSError: if the disk does not take it.
    """
    once = pyrage.x25519.Identity.from_str(_bech32(_SECRET_PREFIX, entropy(KEY_BYTES)).upper())
    reader = pyrage.x25519.Recipient.from_str(_bech32(_PUBLIC_PREFIX, sheet))
    durable.write_new(target, _MAGIC + salt)
    with copy.open("rb") as plain, target.open("ab") as file:
        whole = _Hashed(file, begun=_MAGIC + salt)
        source = _Joined(key, plain)
        pyrage.encrypt_io(source, whole, [reader, once.to_public()])
        file.write(whole.digest())
    durable.make_durable(target)
    read_back = _Hashed(None)
    _decrypt(target, once, read_back)
    if read_back.digest() != source.digest():
        raise BackupError("the backup that was written does not read back")


def salt_of(path: Path) -> bytes:
    """The salt that a sheet's code needs for this file. Raises: BackupError, OSError."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if len(head) != _HEAD_BYTES or not head.startswith(_MAGIC):
        raise BackupError(f"'{path.name}' is no backup")
    return head[len(_MAGIC) :]


def unpack(path: Path, target: Path, *, secret: bytes) -> bytes:
    """Decrypt a backup into a copy of the vault.

    Args:
        path: the file of the backup.
        target: where the copy goes; not there yet, and left half-written if this fails.
        secret: what the sheet's code becomes.

    Returns:
        The key of the copy.

    Raises:
        NotThisSheetError: if it is the code of another sheet.
        BackupError: if the file is damaged.
        OSError: if the disk does not take it.
    """
    if not is_whole(path):
        raise BackupError(f"'{path.name}' is damaged or was cut off")
    identity = pyrage.x25519.Identity.from_str(_bech32(_SECRET_PREFIX, secret).upper())
    durable.write_new(target, b"")
    with target.open("ab") as file:
        parts = _Parted(file)
        _decrypt(path, identity, parts)
    if len(parts.key) != KEY_BYTES:
        raise BackupError(f"'{path.name}' holds no copy of a vault")
    durable.make_durable(target)
    return parts.key


def is_whole(path: Path) -> bool:
    """Is every byte what was written? Needs no key. Raises: OSError."""
    size = path.stat().st_size
    if not _HEAD_BYTES + _HASH_BYTES < size <= FILE_BYTES_MAX:
        return False
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        left = size - _HASH_BYTES
        while left > 0 and (chunk := file.read(min(_CHUNK_BYTES, left))):
            hashed.update(chunk)
            left -= len(chunk)
        return file.read() == hashed.digest()


def _decrypt(path: Path, identity: object, sink: "_Hashed | _Parted") -> None:
    with path.open("rb") as file:
        file.seek(_HEAD_BYTES)
        sealed = _Bounded(file, path.stat().st_size - _HEAD_BYTES - _HASH_BYTES)
        try:
            pyrage.decrypt_io(sealed, sink, [identity])
        except pyrage.DecryptError as error:
            if "matching keys" in str(error):
                raise NotThisSheetError("this is the code of another recovery sheet") from None
            raise BackupError(f"'{path.name}' is damaged") from None
        except OSError as error:
            if error.errno is None:
                # How the library says that a part of the file is not what was sealed.
                raise BackupError(f"'{path.name}' is damaged") from None
            raise


@final
class _Joined:
    """The copy's key and then the copy, read as one file and hashed on the way."""

    def __init__(self, first: bytes, file: IO[bytes]) -> None:
        self._first = first
        self._file = file
        self._hash = hashlib.sha256()

    def read(self, count: int = -1) -> bytes:
        chunk, self._first = (self._first, b"") if self._first else (self._file.read(count), b"")
        self._hash.update(chunk)
        return chunk

    def digest(self) -> bytes:
        return self._hash.digest()


@final
class _Bounded:
    """A part of a file, read as a whole one."""

    def __init__(self, file: IO[bytes], left: int) -> None:
        self._file = file
        self._left = left

    def read(self, count: int = -1) -> bytes:
        wanted = self._left if count < 0 else min(count, self._left)
        chunk = self._file.read(wanted)
        self._left -= len(chunk)
        return chunk


@final
class _Hashed:
    """Hashes what is written, and passes it on where there is a file."""

    def __init__(self, file: IO[bytes] | None, *, begun: bytes = b"") -> None:
        self._file = file
        self._hash = hashlib.sha256(begun)

    def write(self, chunk: bytes) -> int:
        self._hash.update(chunk)
        if self._file is not None:
            self._file.write(chunk)
        return len(chunk)

    def flush(self) -> None:
        if self._file is not None:
            self._file.flush()

    def digest(self) -> bytes:
        return self._hash.digest()


@final
class _Parted:
    """Keeps the key that comes first, and writes the rest into a file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.key = b""

    def write(self, chunk: bytes) -> int:
        missing = KEY_BYTES - len(self.key)
        self.key += chunk[:missing]
        self._file.write(chunk[missing:])
        return len(chunk)

    def flush(self) -> None:
        self._file.flush()


_LETTERS: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _bech32(prefix: str, raw: bytes) -> str:
    """32 bytes as age spells a key: BIP 173's Bech32."""
    padded = int.from_bytes(raw) << (-len(raw) * 8 % 5)
    count = -(-len(raw) * 8 // 5)
    groups = [padded >> 5 * place & 31 for place in reversed(range(count))]
    spread = (
        [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    )
    check = _polymod([*spread, *groups, *(0,) * 6]) ^ 1
    groups += [check >> 5 * place & 31 for place in reversed(range(6))]
    return f"{prefix}1{''.join(_LETTERS[group] for group in groups)}"


def _polymod(groups: list[int]) -> int:
    check = 1
    for group in groups:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ group
        for place, generator in enumerate(_GENERATORS):
            check ^= generator if top >> place & 1 else 0
    return check
