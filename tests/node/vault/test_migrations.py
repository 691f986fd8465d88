"""A schema grows by steps that are taken whole, once, and in order."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.vault import driver, migrations
from node.vault.database import Database
from node.vault.driver import Connection
from node.vault.migrations import MigrationError
from protocol.codec import encode

KEY = bytes(range(32))
FIRST = "CREATE TABLE one (word TEXT) STRICT;\nINSERT INTO one VALUES ('kept');\n"
TRIGGER = """
-- What is added to one is added to two.
CREATE TABLE two (word TEXT) STRICT;
CREATE TRIGGER copy AFTER INSERT ON one BEGIN
    INSERT INTO two VALUES (new.word || ';');
END;
"""


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    opened = driver.connect(tmp_path / "some.db", key=KEY)
    yield opened
    opened.close()


def names_in(connection: Connection) -> set[str]:
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE name NOT LIKE '%migrations%'"
    ).fetchall()
    return {name for (name,) in rows}


def test_both_files_are_brought_to_the_newest_schema(tmp_path: Path) -> None:
    database = Database.create(tmp_path / "vault", key=KEY)
    migrations.migrate_all(database)
    migrations.migrate_all(database)
    tables = database.read_now(lambda unit: names_in(unit.keys))
    database.close()
    assert {"prekeys", "disclosure_keys"} <= tables


@pytest.mark.parametrize("which", ["vault", "keys"])
def test_every_full_text_table_deletes_securely(
    connection: Connection, which: migrations.Which
) -> None:
    migrations.migrate(connection, which=which)
    tables = migrations.searchable_tables(connection)
    shadows = connection.execute(
        "SELECT count(*) FROM sqlite_master WHERE name LIKE '%\\_config' ESCAPE '\\'"
    ).fetchone()
    assert len(tables) == shadows[0]
    assert all(tables.values())


@pytest.mark.parametrize("which", ["vault", "keys"])
def test_every_table_is_strict(connection: Connection, which: migrations.Which) -> None:
    migrations.migrate(connection, which=which)
    rows = connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        " AND NOT strict AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        " AND name NOT LIKE '\\_sqlite%' ESCAPE '\\'"
    ).fetchall()
    assert rows == []


def test_steps_are_taken_once(connection: Connection) -> None:
    for _ in range(2):
        migrations.apply(connection, which="vault", steps={"vault_0001": FIRST})
    assert connection.execute("SELECT word FROM one").fetchall() == [("kept",)]


def test_a_semicolon_inside_a_trigger_or_a_text_ends_no_statement(connection: Connection) -> None:
    migrations.apply(connection, which="vault", steps={"vault_0001": FIRST, "vault_0002": TRIGGER})
    connection.execute("INSERT INTO one VALUES ('a')")
    assert connection.execute("SELECT word FROM two").fetchall() == [("a;",)]


def test_names_from_before_they_were_filed_by_sound_are_filed_with_the_step(
    connection: Connection,
) -> None:
    steps = migrations.shipped_steps("vault")
    before = {name: step for name, step in steps.items() if name < "vault_0021"}
    migrations.apply(connection, which="vault", steps=before)
    case_id = bytes(16)
    connection.execute(
        "INSERT INTO cases (case_id, case_number, status, owner, age_band, language, opened_at)"
        " VALUES (?, 'A-1', 'intake', x'00', 'adult', 'ben', 1)",
        (case_id,),
    )
    for field, value in (("known_as", "রহিমা"), ("present_town", "খুলনা"), ("gender", "x")):
        connection.execute(
            "INSERT INTO case_facts (case_id, field, value, recorded_at, recorded_by)"
            " VALUES (?, ?, ?, 1, x'00')",
            (case_id, field, encode(value)),
        )
    migrations.migrate(connection, which="vault")

    filed = connection.execute("SELECT owner, key, word FROM name_words").fetchall()
    assert filed == [(case_id, "rm", "রহিমা")]


def test_a_failing_step_leaves_no_trace_and_stays_pending(connection: Connection) -> None:
    torn = "CREATE TABLE two (word TEXT);\nINSERT INTO one VALUES ('torn');\nINSERT INTO none;\n"
    with pytest.raises(MigrationError):
        migrations.apply(
            connection, which="vault", steps={"vault_0001": FIRST, "vault_0002": torn}
        )
    assert not connection.in_transaction
    assert names_in(connection) == {"one"}
    assert connection.execute("SELECT word FROM one").fetchall() == [("kept",)]
    migrations.apply(connection, which="vault", steps={"vault_0001": FIRST, "vault_0002": TRIGGER})
    assert names_in(connection) == {"one", "two", "copy"}


def test_a_last_statement_without_an_end_is_refused(connection: Connection) -> None:
    with pytest.raises(MigrationError):
        migrations.apply(
            connection, which="vault", steps={"vault_0001": FIRST + "CREATE TABLE two (word TEXT)"}
        )
    assert names_in(connection) == set()


def test_a_file_of_a_newer_version_is_refused(connection: Connection) -> None:
    migrations.apply(connection, which="vault", steps={"vault_0001": FIRST, "vault_0002": TRIGGER})
    with pytest.raises(MigrationError):
        migrations.apply(connection, which="vault", steps={"vault_0001": FIRST})


def test_a_full_text_table_without_secure_delete_is_refused(connection: Connection) -> None:
    step = "CREATE VIRTUAL TABLE found USING fts5(word);\n"
    with pytest.raises(MigrationError):
        migrations.apply(connection, which="vault", steps={"vault_0001": step})
    assert names_in(connection) == set()
    step += "INSERT INTO found (found, rank) VALUES ('secure-delete', 1);\n"
    migrations.apply(connection, which="vault", steps={"vault_0001": step})
    assert migrations.searchable_tables(connection) == {"found": True}
