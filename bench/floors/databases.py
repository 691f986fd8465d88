"""Database files as durable as the product's: write-ahead log, `synchronous=FULL`, one writer."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import sqlcipher3.dbapi2  # type: ignore[import-untyped]

Row = Sequence[bytes | int]

# Nobody's key: 32 bytes used as they are, without a derivation.
_KEY: Final = "2b" * 32
_SETTINGS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA cache_size=-8000",
)


def open_encrypted(path: Path) -> sqlite3.Connection:
    """Open an SQLCipher file; for the type checker it is the standard library's connection."""
    connection: sqlite3.Connection = sqlcipher3.dbapi2.connect(
        path, isolation_level=None, check_same_thread=False
    )
    connection.execute(f"PRAGMA key=\"x'{_KEY}'\"")
    return _set_up(connection)


def open_plain(path: Path) -> sqlite3.Connection:
    """Open a file of the standard library's SQLite."""
    return _set_up(sqlite3.connect(path, isolation_level=None, check_same_thread=False))


def _set_up(connection: sqlite3.Connection) -> sqlite3.Connection:
    for setting in _SETTINGS:
        connection.execute(setting).fetchall()
    return connection


def commit_rows(connection: sqlite3.Connection, statement: str, rows: Sequence[Row]) -> None:
    """Insert rows and make them durable together.

    One statement takes them all: the library gives up the interpreter's lock once for each statement, and
    taking it back between two rows would cost more than the row.

    Args:
        connection: the database.
        statement: an INSERT up to and with the word VALUES.
        rows: at least one, all of one length.
    """
    row = f"({', '.join('?' * len(rows[0]))})"
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        f"{statement} {', '.join([row] * len(rows))}", [value for line in rows for value in line]
    )
    connection.execute("COMMIT")
