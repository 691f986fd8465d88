"""Copies what a backup holds out of a vault, and into a new one.

The copy is a database of its own, under its own random key, with the listed tables and no other. Constraints,
indexes and triggers stay behind: the vault that comes of it has its own. Its head says what it is a copy of,
so that a later version can read it.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from node.vault import driver, durable
from node.vault.backup.lists import COPIED
from node.vault.driver import Connection
from node.vault.migrations import taken_steps
from protocol import codec
from protocol.errors import RemoteProtocolError, SathiError
from protocol.local.fitting import fit

ROWS_AT_ONCE: Final = 5_000
HEAD_TABLE: Final = "backup_head"
_HEAD_FORM: Final = f"CREATE TABLE {driver.BESIDE}.{HEAD_TABLE} (head BLOB NOT NULL) STRICT"


class BackupError(SathiError):
    """A backup that cannot be made, or is not what it should be; nothing was changed by it."""


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a backup is a copy of.

    Attributes:
        version: of the program that made it.
        made_at: when, in UTC seconds.
        node_id: whose it is.
        name: what the organisation is called.
        is_demo: are the people in it invented?
        steps: of the schema, that the vault had taken.
        settings: the text of `federation.toml`.
        audit_head: the hash of the audit log's last entry.
        journal_chain: the chain of the journal's last record.
    """

    version: str
    made_at: int
    node_id: bytes
    name: str
    is_demo: bool
    steps: list[str]
    settings: str
    audit_head: bytes
    journal_chain: bytes


def copy_out(vault: Connection, target: Path, *, key: bytes, head: Head) -> dict[str, int]:
    """Write the listed tables into a new encrypted file, as they stand in one transaction.

    Args:
        vault: inside a transaction that reads; it is over afterwards.
        target: a file that is not there yet; left behind half-written if this fails.
        key: of the new file, 32 bytes.
        head: what stands in it besides.

    Returns:
        How many rows of each table it has.

    Raises:
        BackupError: if the disk does not take it, or what was written is not right.
        OSError: if the disk does not take it.
    """
    try:
        counts = _write(vault, target, key=key, head=head)
    except driver.DatabaseError as error:
        raise BackupError("the vault could not be copied") from error
    durable.make_durable(target)
    if inspect(target, key=key) != (head, counts):
        raise BackupError("the copy of the vault is not what was written")
    return counts


def inspect(path: Path, *, key: bytes) -> tuple[Head, dict[str, int]]:
    """Open a copy, look at every page, and count its rows.

    Raises:
        BackupError: if a page is damaged, it has no head, or a table that no list of this version names.
    """
    try:
        with _file(path, key) as copy:
            _refuse_unsound(copy)
            head = _read_head(copy)
            tables = _tables(copy)
            return head, count(copy, tables)
    except (driver.DatabaseError, driver.WrongKeyError) as error:
        raise BackupError("the copy of the vault in this backup cannot be read") from error


def copy_in(path: Path, vault: Connection, *, key: bytes) -> None:
    """Fill a new vault, which has taken the steps of the head and no others, from a copy.

    Raises:
        BackupError: if what came does not fit together.
        DatabaseError: if it does not fit the schema.
    """
    with _file(path, key) as copy:
        vault.execute("PRAGMA foreign_keys=OFF")
        vault.execute("BEGIN IMMEDIATE")
        for table in _tables(copy):
            columns = _columns(copy, table)
            # Some steps put a first row in; what comes is instead of it.
            vault.execute(f"DELETE FROM {table}")  # noqa: S608
            _move(copy, vault, table, columns)
        if vault.execute("PRAGMA foreign_key_check").fetchall():
            vault.execute("ROLLBACK")
            raise BackupError("rows of this backup do not belong together")
        vault.execute("COMMIT")
        vault.execute("PRAGMA foreign_keys=ON")


def count(connection: Connection, tables: Iterable[str]) -> dict[str, int]:
    """How many rows each of these tables has."""
    # Names come from our own lists.
    query = "SELECT count(*) FROM "
    return {table: int(connection.execute(f"{query}{table}").fetchone()[0]) for table in tables}


def steps_of(vault: Connection) -> list[str]:
    """The steps of the schema that stand in a head."""
    return taken_steps(vault, which="vault")


def _write(vault: Connection, target: Path, *, key: bytes, head: Head) -> dict[str, int]:
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    tables = _present(vault)
    with driver.beside(vault, target, key=key):
        for table in tables:
            _copy_table(vault, table)
        vault.execute(_HEAD_FORM)
        raw = codec.encode(msgspec.to_builtins(head, builtin_types=(bytes,)))
        vault.execute(f"INSERT INTO {driver.BESIDE}.{HEAD_TABLE} (head) VALUES (?)", (raw,))  # noqa: S608
        names = {table: f"{driver.BESIDE}.{table}" for table in tables}
        found = count(vault, names.values())
        return {table: found[name] for table, name in names.items()}


@contextlib.contextmanager
def _file(path: Path, key: bytes) -> Iterator[Connection]:
    """A copy's only connection; nobody else has it open, and a crash leaves it to be thrown away."""
    copy = driver.connect(path, key=key)
    try:
        # Alone it needs no log, and at the end the file by itself is the database.
        copy.execute("PRAGMA journal_mode=OFF").fetchall()
        copy.execute("PRAGMA synchronous=OFF")
        copy.execute("PRAGMA foreign_keys=OFF")
        yield copy
    finally:
        copy.close()


def _present(vault: Connection) -> list[str]:
    """The listed tables that this vault has; one that was not brought up to date yet may lack some."""
    return [table for table in COPIED if _columns(vault, table)]


def _copy_table(vault: Connection, table: str) -> None:
    columns = _columns(vault, table)
    listed = COPIED[table]
    if missing := set(columns) - set(listed.names):
        raise BackupError(f"no list says whether '{min(missing)}' of '{table}' is backed up")
    # Names come from our own lists. In one statement, because to hand each row over takes six times as long.
    wanted = ", ".join(f"{listed.instead.get(column, column)} AS {column}" for column in columns)
    where = f" WHERE {listed.where}" if listed.where else ""
    order = f" ORDER BY {listed.order}" if listed.order else ""
    vault.execute(
        f"CREATE TABLE {driver.BESIDE}.{table} AS SELECT {wanted} FROM main.{table}{where}{order}"  # noqa: S608
    )


def _move(source: Connection, target: Connection, table: str, columns: Sequence[str]) -> None:
    marks = ", ".join("?" * len(columns))
    names = ", ".join(columns)
    order = f" ORDER BY {COPIED[table].order}" if COPIED[table].order else ""
    # Names come from our own lists.
    insert = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
    rows = source.execute(f"SELECT {names} FROM {table}{order}")  # noqa: S608
    try:
        while batch := rows.fetchmany(ROWS_AT_ONCE):
            target.executemany(insert, batch)
    finally:
        rows.close()


def _columns(connection: Connection, table: str) -> list[str]:
    return [
        str(row[0])
        for row in connection.execute(
            "SELECT name FROM pragma_table_info(?) ORDER BY cid", (table,)
        ).fetchall()
    ]


def _tables(copy: Connection) -> list[str]:
    """The copied tables, in the order of the list. Raises: BackupError."""
    rows = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    found = {str(row[0]) for row in rows} - {HEAD_TABLE}
    if unknown := found - COPIED.keys():
        raise BackupError(f"a newer version of this program made this backup: '{min(unknown)}'")
    tables = [table for table in COPIED if table in found]
    for table in tables:
        if set(_columns(copy, table)) - set(COPIED[table].names):
            raise BackupError(f"a newer version of this program made this backup: '{table}'")
    return tables


def _read_head(copy: Connection) -> Head:
    rows = copy.execute(f"SELECT head FROM {HEAD_TABLE} LIMIT 2").fetchall()  # noqa: S608
    if len(rows) != 1:
        raise BackupError("this backup does not have one head")
    try:
        return fit(codec.decode(bytes(rows[0][0])), Head)
    except RemoteProtocolError as error:
        raise BackupError("the head of this backup is not one of this version") from error


def _refuse_unsound(copy: Connection) -> None:
    if copy.execute("PRAGMA cipher_integrity_check").fetchall():
        raise BackupError("a page of the copy is damaged")
    if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
        raise BackupError("the copy is damaged")
