"""A disk that is full, as SQLite itself finds it: a database file that may not grow by a page.

What was free inside the file is used up too, but for as many pages as a test leaves. Every write that needs
one more is answered with SQLITE_FULL, by the library and not by a fake.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from node.vault import driver
from node.vault.database import Database
from node.vault.driver import Connection
from node.vault.unit import Unit
from tests.support.federation import Node

PAGES_MAX: Final = 1_073_741_823
SQLITE_FULL: Final = 13
_FILLING: Final = "CREATE TABLE filling (page BLOB) STRICT"
# A row takes a page of 4,096 bytes: after the last one that fits no page is left.
_ROW_BYTES: Final = 3_600


@dataclass(slots=True)
class Ballast:
    """What a test gives up: so many pages of each file for each part, as long as there are parts."""

    database: Database
    parts: int
    pages: int = 64
    given: int = 0

    def give_up(self) -> bool:
        if self.given == self.parts:
            return False
        self.given += 1
        self.database.maintain(self._let_grow)
        return True

    def _let_grow(self, vault: Connection, keys: Connection) -> None:
        for connection in (vault, keys):
            [pages] = connection.execute("PRAGMA max_page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count={pages + self.pages}").fetchone()


def with_ballast(database: Database, *, parts: int, pages: int = 64) -> Ballast:
    """Let a database give something up where it has to write surely."""
    ballast = Ballast(database=database, parts=parts, pages=pages)
    database.make_room = ballast.give_up
    return ballast


@contextmanager
def full(database: Database, *, spare: int = 0) -> Iterator[None]:
    """Neither file grows until the end; `spare` pages of each are left."""
    database.maintain(lambda vault, keys: _fill(vault, keys, spare=spare))
    try:
        yield
    finally:
        database.maintain(_empty)


def _fill(vault: Connection, keys: Connection, *, spare: int) -> None:
    for connection in (vault, keys):
        connection.execute(_FILLING)
        [pages] = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages}").fetchone()
        while _takes_a_row(connection):
            pass
        connection.execute(f"PRAGMA max_page_count={pages + spare}").fetchone()


def _takes_a_row(connection: Connection) -> bool:
    try:
        connection.execute("INSERT INTO filling VALUES (zeroblob(?))", (_ROW_BYTES,))
    except driver.OperationalError as error:
        if getattr(error, "sqlite_errorcode", None) != SQLITE_FULL:
            raise
        return False
    return True


def _empty(vault: Connection, keys: Connection) -> None:
    for connection in (vault, keys):
        connection.execute(f"PRAGMA max_page_count={PAGES_MAX}").fetchone()
        connection.execute("DROP TABLE filling")


def content(node: Node) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of both files, but of the index and of what only fills the disk."""

    def read(unit: Unit) -> dict[str, list[tuple[Any, ...]]]:
        return {
            f"{file} {name}": sorted(
                (tuple(row) for row in connection.execute(f"SELECT * FROM {name}")),  # noqa: S608
                key=repr,
            )
            for file, connection in (("vault", unit.vault), ("keys", unit.keys))
            for name in _tables(connection)
        }

    return node.read(read)


def _tables(connection: Connection) -> list[str]:
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%search%'"
        " AND name NOT LIKE 'sqlite_%' AND name <> 'filling' ORDER BY name"
    ).fetchall()
    return [str(row[0]) for row in rows]
