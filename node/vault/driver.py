"""SQLCipher as the only SQLite of this process's vault.

sqlite_utils looks for `pysqlite3` before the standard library's module. Here sqlcipher3 is put in
that place first: without it sqlite_utils catches the wrong exception classes, and some of its
calls leave a transaction open whose later writes vanish silently when the file is closed. So
nothing else imports sqlcipher3 or sqlite_utils.

For the type checker a connection looks like the standard library's, which has the same methods; at
run time everything here is sqlcipher3's own, and its exceptions are *not* subclasses of
`sqlite3.Error`.
"""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlcipher3  # type: ignore[import-untyped]
import sqlcipher3.dbapi2  # type: ignore[import-untyped]

sys.modules["pysqlite3"] = sqlcipher3
sys.modules["pysqlite3.dbapi2"] = sqlcipher3.dbapi2

# After the two lines above and not before them.
from sqlite_utils import Database as Toolkit  # noqa: E402
from sqlite_utils.migrations import Migrations  # noqa: E402

if vars(sys.modules["sqlite_utils.db"])["sqlite3"] is not sqlcipher3:
    raise ImportError("sqlite_utils was imported before the driver, so it would lose writes")

if TYPE_CHECKING:
    from sqlite3 import (
        Connection,
        DatabaseError,
        IntegrityError,
        OperationalError,
        Row,
        complete_statement,
    )
else:
    Connection = sqlcipher3.dbapi2.Connection
    DatabaseError = sqlcipher3.dbapi2.DatabaseError
    IntegrityError = sqlcipher3.dbapi2.IntegrityError
    OperationalError = sqlcipher3.dbapi2.OperationalError
    Row = sqlcipher3.dbapi2.Row
    complete_statement = sqlcipher3.dbapi2.complete_statement

__all__ = [
    "BESIDE",
    "KEY_BYTES",
    "Connection",
    "DatabaseError",
    "IntegrityError",
    "Migrations",
    "OperationalError",
    "Row",
    "Toolkit",
    "WrongKeyError",
    "beside",
    "complete_statement",
    "connect",
    "is_of_the_disk",
    "rekey",
]

KEY_BYTES: Final = 32
BESIDE: Final = "beside"
_NOT_A_DATABASE: Final = 26
# SQLITE_IOERR and SQLITE_FULL; what stands above the lowest byte says more exactly which.
_OF_THE_DISK: Final = frozenset({10, 13})
_CODE_MASK: Final = 0xFF

_SETTINGS: Final = (
    "PRAGMA journal_mode=WAL",
    # FULL and nothing less: under NORMAL a power cut loses rows that were already acknowledged.
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA recursive_triggers=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-8000",
    "PRAGMA journal_size_limit=67108864",
)
BUSY_MILLISECONDS: Final = 5_000


class WrongKeyError(Exception):
    """The key does not open this file, or the file is damaged from its first page on."""


def is_of_the_disk(error: BaseException) -> bool:
    """Was it the disk that did not take or give something, and nothing that was written to it?"""
    code = getattr(error, "sqlite_errorcode", None)
    return (
        isinstance(error, DatabaseError) and code is not None and code & _CODE_MASK in _OF_THE_DISK
    )


def connect(path: Path, *, key: bytes) -> Connection:
    """Open one encrypted database file with its raw key; an empty file becomes a database.

    Args:
        path: the file.
        key: 32 bytes, used as they are, without a key derivation.

    Returns:
        A connection without transactions of its own making, usable from any one thread at a time.

    Raises:
        WrongKeyError: if the key does not fit.
    """
    if len(key) != KEY_BYTES:
        raise WrongKeyError(f"not a key of {KEY_BYTES} bytes for '{path.name}'")
    connection = _open(path, key)
    try:
        for setting in _SETTINGS:
            connection.execute(setting).fetchall()
    except DatabaseError:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def beside(connection: Connection, path: Path, *, key: bytes) -> Iterator[None]:
    """Have another encrypted file beside an open one, as `BESIDE`, to be filled from it.

    What the block reads is one snapshot, that of a transaction that is open already; what it writes is
    committed with the end of that transaction, or not at all if it raises. A connection that may only read
    may write until then: the block writes to `BESIDE` and to nothing else.

    Args:
        connection: of the open file.
        path: the other file; an empty one becomes a database.
        key: of the other file, 32 bytes.
    """
    (may_only_read,) = connection.execute("PRAGMA query_only").fetchone()
    connection.execute("PRAGMA query_only=OFF")
    try:
        connection.execute(f"ATTACH ? AS {BESIDE} KEY \"x'{key.hex()}'\"", (str(path),))
        try:
            if not connection.in_transaction:
                connection.execute("BEGIN")
            yield
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            connection.execute(f"DETACH {BESIDE}")
    finally:
        connection.execute(f"PRAGMA query_only={may_only_read}")


def rekey(path: Path, *, key: bytes, new_key: bytes) -> None:
    """Write every page of a database file anew under another key, and check each of them.

    Only for a copy that nobody has open: it is written over in place, and no journal is kept, so a
    crash or a full disk leaves it useless.

    Raises:
        WrongKeyError: if the old key does not fit, or the new one is of another length.
        DatabaseError: if it could not be written, or a page is not right afterwards.
    """
    if len(new_key) != KEY_BYTES:
        raise WrongKeyError(f"not a key of {KEY_BYTES} bytes for '{path.name}'")
    connection = _open(path, key)
    try:
        # With a log beside it the file alone would not be the database.
        connection.execute("PRAGMA journal_mode=OFF").fetchall()
        connection.execute(f"PRAGMA rekey=\"x'{new_key.hex()}'\"").fetchall()
        if connection.execute("PRAGMA cipher_integrity_check").fetchall():
            raise DatabaseError(f"a page of '{path.name}' is not right under its new key")
    finally:
        connection.close()


def _open(path: Path, key: bytes) -> Connection:
    connection: Connection = sqlcipher3.dbapi2.connect(
        path, isolation_level=None, check_same_thread=False
    )
    try:
        # Without this a wrong key prints to standard error, across whatever the terminal shows.
        connection.execute("PRAGMA cipher_log_level=NONE")
        connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
        connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        # A wrong key shows with the first page that is read.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except DatabaseError as error:
        connection.close()
        if getattr(error, "sqlite_errorcode", None) == _NOT_A_DATABASE:
            raise WrongKeyError(f"the key does not open '{path.name}', or it is damaged") from None
        raise
    return connection
