"""What really lies in the files: every page and every log frame, decrypted one by one.

A query cannot prove an erasure, nor can a copy: both leave out the pages that are free. So this
reads the bytes of the files with the raw key and knows nothing of SQL. Each page's HMAC is
checked: a search through what was not decrypted rightly would find nothing, and look like a proof.

SQLCipher 4, as far as it is needed here: pages of 4096 bytes, whose last 80 are a 16-byte IV and
an HMAC-SHA512 over the encrypted part, the IV and the page's number (4 bytes, little-endian);
AES-256-CBC; the first 16 bytes of page 1 are the salt of the HMAC's key. A log (`-wal`) has a
header of 32 bytes, and 24 bytes before each page, of which the first four are the page's number.
"""

import base64
import contextlib
import hashlib
import hmac
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from protocol.errors import SathiError

PAGE_BYTES: Final = 4096
UNREADABLE: Final = "unreadable"
"""The form of a finding that is a log frame nobody can read: no proof can pass over it."""

_PLAIN_START: Final = b"SQLite format 3\0"
_RESERVED: Final = 80
_HMAC_BYTES: Final = 64
_SALT_BYTES: Final = 16
_SALT_MASK: Final = 0x3A
_LOG_HEADER: Final = 32
_FRAME_HEADER: Final = 24
# Of a word in an index only what differs from the word before it is stored.
_SHARED_BYTES: Final = 4
_TAIL_BYTES_MIN: Final = 8


class PageError(SathiError):
    """A page does not decrypt: a wrong key or a damaged file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One decrypted page.

    Attributes:
        number: the page's number in the database, from 1.
        frame: where it lies in the log, from 1; 0 in the database file itself.
        content: the bytes; the part that holds IV and HMAC is left out.
    """

    number: int
    frame: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A canary that is still there, or a place where nobody can look.

    Attributes:
        file: the file's path below the folder that was searched.
        page: the page, 0 in a file that has none.
        frame: the log frame, 0 if it is in no log.
        canary: which of the canaries that were looked for, from 0; -1 with UNREADABLE.
        form: in which of its forms.
    """

    file: str
    page: int
    frame: int
    canary: int
    form: str


def pages(path: Path, *, key: bytes) -> Iterator[Page]:
    """Every page of a database file, then every frame of its log, also those past the last commit.

    A frame that does not decrypt, such as one a crash has torn, is left out; `unreadable_frames`
    names them. Nothing may write the files meanwhile.

    Args:
        path: the database; its log is looked for beside it.
        key: the raw key of 32 bytes.

    Raises:
        PageError: if a page of the database itself does not decrypt.
    """
    if not path.stat().st_size:
        return
    cipher = _cipher_of(path, key)
    for number, sealed in _sealed_pages(path):
        content = cipher.open(sealed, number)
        if content is None:
            raise PageError(f"page {number} of '{path.name}' does not decrypt")
        yield Page(number=number, frame=0, content=content)
    for frame, number, sealed in _sealed_frames(path):
        content = cipher.open(sealed, number)
        if content is not None:
            yield Page(number=number, frame=frame, content=content)


def unreadable_frames(path: Path, *, key: bytes) -> list[int]:
    """The frames of a database's log that do not decrypt, so that nobody can search them."""
    if not path.stat().st_size:
        return [frame for frame, _, _ in _sealed_frames(path)]
    cipher = _cipher_of(path, key)
    return [
        frame
        for frame, number, sealed in _sealed_frames(path)
        if cipher.open(sealed, number) is None
    ]


def find(folder: Path, *, key: bytes, canaries: Sequence[bytes]) -> list[Finding]:
    """Look for canaries in every file below a folder; an empty answer is the proof.

    Encrypted databases and their logs are searched decrypted, page by page; every other file is
    searched as it is. A canary that was cut at the end of a page is not seen, so look for several,
    and look first while they must be there.

    Args:
        folder: usually a data folder; nothing may write in it meanwhile.
        key: the vault's raw key.
        canaries: bytes that stand nowhere else, best of 12 or more.

    Raises:
        PageError: if a page of a database does not decrypt.
    """
    wanted = _Wanted.of(canaries)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    encrypted = [path for path in files if path.suffix == ".db" and _is_encrypted(path)]
    decrypted = {*encrypted, *(_log_path(path) for path in encrypted)}
    found: list[Finding] = []
    for path in encrypted:
        name = str(path.relative_to(folder))
        for page in pages(path, key=key):
            found += _search(name, page, wanted)
        found += [
            Finding(file=name, page=0, frame=frame, canary=-1, form=UNREADABLE)
            for frame in unreadable_frames(path, key=key)
        ]
    for path in files:
        if path not in decrypted:
            whole = Page(number=0, frame=0, content=path.read_bytes())
            found += _search(str(path.relative_to(folder)), whole, wanted)
    return found


def forms(canary: bytes) -> dict[str, frozenset[bytes]]:
    """Everything a canary may look like in a file: as it is, in an index, or encoded."""
    found = {
        "raw": frozenset({canary}),
        "folded": frozenset({canary.lower()}),
        "hex": frozenset({canary.hex().encode(), canary.hex().upper().encode()}),
        "base32": _encoded(canary, base64.b32encode, bits=5)
        | _encoded(canary, _base32_small, bits=5),
        "base64": _encoded(canary, base64.b64encode, bits=6)
        | _encoded(canary, base64.urlsafe_b64encode, bits=6),
    }
    tail = canary.lower()[_SHARED_BYTES:]
    if len(tail) >= _TAIL_BYTES_MIN:
        found["index tail"] = frozenset({tail})
    with contextlib.suppress(UnicodeDecodeError):
        text = canary.decode("utf-8")
        found["utf-16"] = frozenset({text.encode("utf-16-le"), text.encode("utf-16-be")})
    return found


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What every canary looks like, and how all these looks begin, each in so many bytes."""

    looks: Sequence[Mapping[str, frozenset[bytes]]]
    beginnings: frozenset[bytes]
    width: int

    @classmethod
    def of(cls, canaries: Sequence[bytes]) -> "_Wanted":
        """Of these canaries."""
        looks = [forms(canary) for canary in canaries]
        patterns = [one for each in looks for many in each.values() for one in many]
        width = min(map(len, patterns), default=0)
        return cls(looks, frozenset(pattern[:width] for pattern in patterns), width)

    def may_stand_in(self, content: bytes) -> bool:
        """Does any look begin anywhere here? Asked first: most pages hold none, and there are many looks."""
        last = len(content) - self.width
        starts = (content[at : at + self.width] for at in range(last + 1))
        return not self.beginnings.isdisjoint(starts)


class _PageCipher:
    """Decrypts the pages of one file."""

    def __init__(self, key: bytes, *, salt: bytes) -> None:
        mask = bytes(byte ^ _SALT_MASK for byte in salt)
        self._key = key
        # Two rounds are enough here: the key is already random.
        self._hmac_key = hashlib.pbkdf2_hmac("sha512", key, mask, 2, dklen=len(key))

    def open(self, sealed: bytes, number: int) -> bytes | None:
        """The content of a page, or None if its HMAC is not right."""
        if len(sealed) != PAGE_BYTES:
            return None
        if not any(sealed):
            # SQLite has grown the file, but nothing was written here yet.
            return sealed
        start = _SALT_BYTES if number == 1 else 0
        body, check = sealed[start:-_HMAC_BYTES], sealed[-_HMAC_BYTES:]
        expected = hmac.digest(self._hmac_key, body + struct.pack("<I", number), "sha512")
        if not hmac.compare_digest(expected, check):
            return None
        encrypted, vector = body[: -(_RESERVED - _HMAC_BYTES)], body[-(_RESERVED - _HMAC_BYTES) :]
        decryptor = Cipher(algorithms.AES(self._key), modes.CBC(vector)).decryptor()
        return decryptor.update(encrypted) + decryptor.finalize()


def _cipher_of(path: Path, key: bytes) -> _PageCipher:
    with path.open("rb") as file:
        return _PageCipher(key, salt=file.read(_SALT_BYTES))


def _sealed_pages(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        number = 1
        while sealed := file.read(PAGE_BYTES):
            yield number, sealed
            number += 1


def _sealed_frames(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """The number of each frame, the number of its page, and the page as it lies there."""
    log = _log_path(path)
    if not log.exists():
        return
    with log.open("rb") as file:
        file.seek(_LOG_HEADER)
        frame = 1
        while header := file.read(_FRAME_HEADER):
            yield frame, int.from_bytes(header[:4]), file.read(PAGE_BYTES)
            frame += 1


def _log_path(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _is_encrypted(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_PLAIN_START)) not in {_PLAIN_START, b""}


def _search(name: str, page: Page, wanted: _Wanted) -> list[Finding]:
    if not wanted.may_stand_in(page.content):
        return []
    return [
        Finding(file=name, page=page.number, frame=page.frame, canary=number, form=form)
        for number, looks in enumerate(wanted.looks)
        for form, patterns in looks.items()
        if any(pattern in page.content for pattern in patterns)
    ]


def _base32_small(data: bytes) -> bytes:
    return base64.b32encode(data).lower()


def _encoded(canary: bytes, encode: Callable[[bytes], bytes], *, bits: int) -> frozenset[bytes]:
    """What of an encoding does not depend on the bytes before and after, at each alignment."""
    found: set[bytes] = set()
    for before in range(bits):
        text = encode(bytes(before) + canary)
        first, last = -(-8 * before // bits), 8 * (before + len(canary)) // bits
        found.add(text[first:last])
    return frozenset(found)
