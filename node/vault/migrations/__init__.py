"""The vault's schema, step by step: files of SQL, each applied once, in the order of their names.

A step and the record that it was taken are one transaction. A failing step leaves no trace and
stays pending. Steps are only ever added; a released one is never edited.
"""

from collections.abc import Callable, Iterator
from importlib import resources
from typing import Final, Literal

from node.vault import driver
from node.vault.database import Database
from node.vault.driver import Connection, Migrations, Toolkit
from node.vault.migrations.filling import FILLING
from protocol.errors import SathiError

Which = Literal["vault", "keys"]
"""Which of the two database files."""

_RECORDS: Final = "_sqlite_migrations"


class MigrationError(SathiError):
    """A step of the schema cannot be taken; the database is as it was before the step."""


def migrate_all(database: Database) -> None:
    """Bring both files of an open vault to the newest schema.

    Raises:
        MigrationError: if a step fails, or a file was made by a newer version of this program.
    """
    database.maintain(_migrate_both)


def migrate(connection: Connection, *, which: Which) -> None:
    """Bring one file to the newest schema.

    Args:
        connection: with no transaction open.
        which: whose steps to take.

    Raises:
        MigrationError: if a step fails, or the file was made by a newer version of this program.
    """
    apply(connection, which=which, steps=shipped_steps(which))


def shipped_steps(which: Which) -> dict[str, str]:
    """The steps of this version: names in order, each with its SQL."""
    folder = resources.files("node.vault.migrations")
    found = sorted(
        entry.name
        for entry in folder.iterdir()
        if entry.name.startswith(f"{which}_") and entry.name.endswith(".sql")
    )
    return {
        name.removesuffix(".sql"): (folder / name).read_text(encoding="utf-8") for name in found
    }


def apply(connection: Connection, *, which: Which, steps: dict[str, str]) -> None:
    """Take those of the given steps that were not taken yet, in order.

    Raises:
        MigrationError: if a step fails, or one was taken that is not among these.
    """
    migrations = Migrations(which)
    for name, script in steps.items():
        migrations(name=name)(_step(name, script))
    toolkit = Toolkit(connection)
    unknown = {taken.name for taken in migrations.applied(toolkit)} - steps.keys()
    if unknown:
        raise MigrationError(f"'{max(unknown)}' was taken by a newer version of this program")
    try:
        migrations.apply(toolkit)
    except driver.DatabaseError as error:
        raise MigrationError(f"a step of '{which}' failed: {error}") from error


def taken_steps(connection: Connection, *, which: Which) -> list[str]:
    """The names of the steps that a file has taken, in their order."""
    return sorted(taken.name for taken in Migrations(which).applied(Toolkit(connection)))


def is_behind(connection: Connection, *, which: Which) -> bool:
    """Are there steps that this file has not taken yet?"""
    return not shipped_steps(which).keys() <= set(taken_steps(connection, which=which))


def statements(script: str) -> Iterator[str]:
    """Cut a script into its statements; a semicolon inside a trigger or a text does not end one.

    SQLite's own way to run a script commits what is open first, which would tear a step in two.
    """
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if driver.complete_statement(statement):
            yield statement
            statement = ""
    if _says_anything(statement):
        raise MigrationError("the last statement of a step has no end")


def searchable_tables(connection: Connection) -> dict[str, bool]:
    """Every full-text table, and whether a deleted word leaves its segments (`secure-delete`)."""
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND lower(sql) LIKE '%using fts5%'"
    ).fetchall()
    return {name: _deletes_securely(connection, name) for (name,) in rows}


def _migrate_both(vault: Connection, keys: Connection) -> None:
    migrate(keys, which="keys")
    migrate(vault, which="vault")


def _step(name: str, script: str) -> Callable[[Toolkit], None]:
    def take(db: Toolkit) -> None:
        for statement in statements(script):
            db.conn.execute(statement)
        if name in FILLING:
            FILLING[name](db.conn)
        for table, is_secure in searchable_tables(db.conn).items():
            if not is_secure:
                raise MigrationError(f"'{name}' leaves '{table}' without secure-delete")

    return take


def _deletes_securely(connection: Connection, table: str) -> bool:
    # The name comes from this database's own schema.
    query = f"SELECT v FROM \"{table}_config\" WHERE k = 'secure-delete'"  # noqa: S608
    row: tuple[int] | None = connection.execute(query).fetchone()
    return row == (1,)


def _says_anything(text: str) -> bool:
    lines = (line.strip() for line in text.splitlines())
    return any(line and not line.startswith("--") for line in lines)
