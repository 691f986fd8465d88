"""What a backup costs at least: rows copied into another encrypted file, sealed with age, and read back.

By bare libraries, as durable as the product's: what is finished was written to the disk, every page was
looked at, and the sealed file was opened once more.
"""

import hashlib
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pyrage
import sqlcipher3.dbapi2  # type: ignore[import-untyped]

from bench.floors import databases, sizes
from bench.floors.readings import Reading

MEGABYTE: Final = 1_000_000
_MILLISECONDS: Final = 1_000
# A case is a row, and so is what is known of her: both together take about 200 bytes of a file.
_ROWS_OF_A_CASE: Final = 2
_ROW: Final = b"\x5a" * 60
_KEY: Final = "3c" * 32
_SCHEMA: Final = "CREATE TABLE row(id INTEGER PRIMARY KEY, owner BLOB, body BLOB)"
_INDEX: Final = "CREATE INDEX row_owner ON row(owner)"


class _Hash:
    """Takes what age decrypts, and keeps its hash alone."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def write(self, chunk: bytes) -> int:
        self._hash.update(chunk)
        return len(chunk)

    def flush(self) -> None:
        """Nothing waits in it."""

    def digest(self) -> bytes:
        return self._hash.digest()


def making_per_megabyte(folder: Path, *, cases: int = sizes.CASES) -> Reading:
    """Milliseconds for each megabyte of a sealed copy."""
    source = _source(folder, cases)
    identity = pyrage.x25519.Identity.generate()
    with TemporaryDirectory(dir=folder) as place:
        copy, sealed = Path(place) / "copy.db", Path(place) / "copy.age"
        begun = time.perf_counter()
        _copy(source, copy)
        _seal(copy, sealed, identity)
        read_back = _Hash()
        with sealed.open("rb") as file:
            pyrage.decrypt_io(file, read_back, [identity])
        seconds = time.perf_counter() - begun
        return _reading(seconds, sealed)


def checking_per_megabyte(folder: Path, *, cases: int = sizes.CASES) -> Reading:
    """Milliseconds for each megabyte of a sealed copy that becomes a database again, with its index."""
    source = _source(folder, cases)
    identity = pyrage.x25519.Identity.generate()
    with TemporaryDirectory(dir=folder) as place:
        copy, sealed = Path(place) / "copy.db", Path(place) / "copy.age"
        _copy(source, copy)
        _seal(copy, sealed, identity)
        opened = Path(place) / "opened.db"
        begun = time.perf_counter()
        with sealed.open("rb") as file, opened.open("wb") as plain:
            pyrage.decrypt_io(file, plain, [identity])
            _make_durable(plain.fileno())
        _become_a_vault(opened, Path(place) / "vault.db")
        return _reading(time.perf_counter() - begun, sealed)


def _reading(seconds: float, sealed: Path) -> Reading:
    megabytes = sealed.stat().st_size / MEGABYTE
    return Reading(value=seconds * _MILLISECONDS / megabytes, beside={"megabytes": megabytes})


@cache
def _source(folder: Path, cases: int) -> Path:
    """The file that is copied; it is filled once."""
    path = folder / f"floor-backup-{cases}.db"
    connection = databases.open_encrypted(path)
    connection.execute(_SCHEMA)
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO row(owner, body) VALUES (?, ?)",
        ((number.to_bytes(16, "big"), _ROW) for number in range(cases * _ROWS_OF_A_CASE)),
    )
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    return path


def _copy(source: Path, target: Path) -> None:
    connection = databases.open_encrypted(source)
    connection.execute(f"ATTACH ? AS copy KEY \"x'{_KEY}'\"", (str(target),))
    connection.execute("PRAGMA copy.journal_mode=OFF").fetchall()
    connection.execute("PRAGMA copy.synchronous=OFF")
    connection.execute(_SCHEMA.replace("row(", "copy.row(", 1))
    connection.execute("INSERT INTO copy.row SELECT id, owner, body FROM main.row")
    connection.close()
    with target.open("rb") as file:
        _make_durable(file.fileno())
    with _opened(target) as copy:
        _look_at_all(copy)


def _seal(copy: Path, sealed: Path, identity: pyrage.x25519.Identity) -> None:
    with copy.open("rb") as plain, sealed.open("wb") as file:
        pyrage.encrypt_io(plain, file, [identity.to_public()])
        file.flush()
        _make_durable(file.fileno())


def _become_a_vault(copy: Path, target: Path) -> None:
    with _opened(copy) as read:
        _look_at_all(read)
        read.execute(f"ATTACH ? AS vault KEY \"x'{_KEY}'\"", (str(target),))
        read.execute("PRAGMA vault.journal_mode=WAL").fetchall()
        read.execute("PRAGMA vault.synchronous=FULL")
        read.execute(_SCHEMA.replace("row(", "vault.row(", 1))
        read.execute(_INDEX.replace("row_owner", "vault.row_owner", 1))
        read.execute("BEGIN IMMEDIATE")
        read.execute("INSERT INTO vault.row SELECT id, owner, body FROM main.row")
        read.execute("COMMIT")


def _look_at_all(connection: sqlite3.Connection) -> None:
    for pragma in ("cipher_integrity_check", "integrity_check"):
        connection.execute(f"PRAGMA {pragma}").fetchall()


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    connection: sqlite3.Connection = sqlcipher3.dbapi2.connect(path, isolation_level=None)
    try:
        connection.execute(f"PRAGMA key=\"x'{_KEY}'\"")
        yield connection
    finally:
        connection.close()


def _make_durable(descriptor: int) -> None:
    os.fsync(descriptor)
