"""A backup holds the tables of one closed list; every table and column of the vault was decided about."""

from collections.abc import Iterator

import pytest

from node.vault.backup.lists import COPIED, LEFT_OUT, SHADOWS
from node.vault.database import Database
from node.vault.migrations import migrate_all

Columns = dict[str, set[str]]


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Columns, Columns]]:
    """Tables and columns of vault.db and of keys.db, as SQLite itself tells them."""
    database = Database.create(tmp_path_factory.mktemp("schema") / "vault", key=bytes(32))
    migrate_all(database)
    yield database.maintain(lambda vault, keys: (_columns(vault), _columns(keys)))
    database.close()


def _columns(connection: object) -> Columns:
    rows = connection.execute(  # type: ignore[attr-defined]
        "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c"
        " WHERE m.type = 'table'"
    ).fetchall()
    tables = {table for table, _ in rows if not table.startswith("sqlite_")}
    return {table: {column for name, column in rows if name == table} for table in tables}


def test_every_table_is_backed_up_or_left_out_for_a_reason(
    schemas: tuple[Columns, Columns],
) -> None:
    vault, keys = schemas
    tables = (vault.keys() | keys.keys()) - SHADOWS

    assert tables - COPIED.keys() - LEFT_OUT.keys() == set()
    assert COPIED.keys() & LEFT_OUT.keys() == set()
    assert (COPIED.keys() | LEFT_OUT.keys()) - tables == set()


def test_every_column_of_a_copied_table_stands_in_its_line(
    schemas: tuple[Columns, Columns],
) -> None:
    vault, _ = schemas
    listed = {table: set(copied.names) for table, copied in COPIED.items()}

    assert listed == {table: vault[table] for table in COPIED}
    assert all(len(copied.names) == len(listed[table]) for table, copied in COPIED.items())


def test_no_table_of_the_keys_is_in_a_backup(schemas: tuple[Columns, Columns]) -> None:
    _, keys = schemas

    assert COPIED.keys() & keys.keys() == set()


def test_a_column_that_names_a_key_of_the_other_file_is_never_copied() -> None:
    named = {table for table, copied in COPIED.items() if "key_id" in copied.names}

    assert named == {"messages", "outbox", "own_files"}
    assert {COPIED[table].instead["key_id"] for table in named} == {"NULL"}
