"""The two files of a vault: transactions, their order, reading beside writing, and erasing."""

import asyncio
import contextlib
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from node import faults
from node.vault import driver
from node.vault.database import Database, VaultExistsError, VaultMissingError
from node.vault.driver import Connection
from node.vault.unit import NotWrittenError, Unit
from node.writer import GroupLostError, WriterStoppedError

KEY = bytes(range(32))
FILES = {"vault.db", "keys.db"}


def make_tables(vault: Connection, keys: Connection) -> None:
    for connection in (vault, keys):
        connection.execute("CREATE TABLE words (word TEXT NOT NULL UNIQUE) STRICT")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def database(folder: Path) -> Iterator[Database]:
    opened = Database.create(folder, key=KEY)
    opened.maintain(make_tables)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def harmless() -> Iterator[None]:
    yield
    faults.disarm()


def writing(word: str) -> Callable[[Unit], None]:
    def job(unit: Unit) -> None:
        unit.vault.execute("INSERT INTO words (word) VALUES (?)", (word,))

    return job


def writing_both(word: str) -> Callable[[Unit], None]:
    def job(unit: Unit) -> None:
        unit.keys.execute("INSERT INTO words (word) VALUES (?)", (word,))
        unit.vault.execute("INSERT INTO words (word) VALUES (?)", (word,))

    return job


def destroying(word: str) -> Callable[[Unit], None]:
    def job(unit: Unit) -> None:
        unit.keys.execute("DELETE FROM words WHERE word = ?", (word,))
        unit.destroyed()

    return job


def words_of(connection: Connection) -> list[str]:
    rows = connection.execute("SELECT word FROM words ORDER BY word").fetchall()
    return [word for (word,) in rows]


def words(unit: Unit) -> dict[str, list[str]]:
    return {"vault": words_of(unit.vault), "keys": words_of(unit.keys)}


def log_sizes(folder: Path) -> list[int]:
    return [(folder / f"{name}-wal").stat().st_size for name in sorted(FILES)]


def test_a_vault_is_two_files_only_its_user_can_read(folder: Path, database: Database) -> None:
    database.write_now(writing_both("a"))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes.keys() > FILES
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_vault_is_never_made_over_another(folder: Path, database: Database) -> None:
    with pytest.raises(VaultExistsError):
        Database.create(folder, key=KEY)
    database.write_now(writing("a"))


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_vault_that_lacks_a_file_is_not_opened_and_nothing_is_made(
    folder: Path, name: str
) -> None:
    Database.create(folder, key=KEY).close()
    (folder / name).unlink()
    with pytest.raises(VaultMissingError):
        Database.open(folder, key=KEY)
    assert {path.name for path in folder.iterdir()} == FILES - {name}


def test_a_wrong_key_opens_nothing(folder: Path) -> None:
    Database.create(folder, key=KEY).close()
    with pytest.raises(driver.WrongKeyError):
        Database.open(folder, key=bytes(32))


def test_what_was_written_is_there_after_closing(folder: Path) -> None:
    database = Database.create(folder, key=KEY)
    database.maintain(make_tables)
    database.write_now(writing_both("a"))
    database.close()
    database = Database.open(folder, key=KEY)
    found = database.read_now(words)
    database.close()
    assert found == {"vault": ["a"], "keys": ["a"]}


async def test_one_group_keeps_the_good_and_undoes_the_failing_in_both_files(
    database: Database,
) -> None:
    def failing(unit: Unit) -> None:
        writing_both("bad")(unit)
        raise ValueError("bad")

    database.start()
    outcomes = await asyncio.gather(
        database.write(writing_both("before")),
        database.write(failing),
        database.write(writing_both("before")),
        database.write(writing_both("after")),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [
        type(None),
        ValueError,
        driver.IntegrityError,
        type(None),
    ]
    assert database.read_now(words) == {"vault": ["after", "before"], "keys": ["after", "before"]}


def test_a_step_that_fails_inside_a_job_is_undone_in_both_files_and_the_job_goes_on(
    database: Database,
) -> None:
    def job(unit: Unit) -> None:
        writing_both("before")(unit)
        with contextlib.suppress(ValueError), unit.savepoint():
            writing_both("bad")(unit)
            raise ValueError("bad")
        with unit.savepoint():
            writing_both("after")(unit)

    database.write_now(job)
    assert database.read_now(words) == {"vault": ["after", "before"], "keys": ["after", "before"]}


def test_keys_are_not_locked_by_a_job_that_does_not_ask_for_them(database: Database) -> None:
    states: list[tuple[bool, bool]] = []

    def job(unit: Unit) -> None:
        def state(vault: Connection, keys: Connection) -> None:
            states.append((vault.in_transaction, keys.in_transaction))

        state(database._files.vault, database._files.keys)
        writing_both("a")(unit)
        state(database._files.vault, database._files.keys)

    database.write_now(job)
    assert states == [(True, False), (True, True)]


def test_a_crash_between_the_commits_leaves_the_key_and_not_the_row(folder: Path) -> None:
    database = Database.create(folder, key=KEY)
    database.maintain(make_tables)
    faults.arm("vault.between_commits")
    with pytest.raises(faults.InjectedCrash):
        database.write_now(writing_both("a"))
    database.close()
    database = Database.open(folder, key=KEY)
    found = database.read_now(words)
    database.close()
    assert found == {"vault": [], "keys": ["a"]}


def test_a_job_that_ends_the_transaction_itself_loses_the_group(database: Database) -> None:
    def job(unit: Unit) -> None:
        unit.vault.execute("ROLLBACK")
        raise ValueError("bad")

    with pytest.raises(GroupLostError) as caught:
        database.write_now(job)
    database.write_now(writing("next"))
    assert isinstance(caught.value.__cause__, ValueError)
    assert database.read_now(words)["vault"] == ["next"]


def test_a_full_disk_fails_the_write_and_not_the_next_one(database: Database) -> None:
    def limit(vault: Connection, _keys: Connection) -> None:
        [pages] = vault.execute("PRAGMA page_count").fetchone()
        vault.execute(f"PRAGMA max_page_count={pages + 2}")

    database.maintain(limit)
    with pytest.raises((NotWrittenError, GroupLostError)):
        database.write_now(writing("x" * 100_000))
    database.write_now(writing("small"))
    assert database.read_now(words)["vault"] == ["small"]


@pytest.mark.parametrize("size", [100, 3_000, 100_000])
def test_a_job_does_not_go_on_after_a_step_that_the_disk_did_not_take(
    database: Database, size: int
) -> None:
    def limit(vault: Connection, _keys: Connection) -> None:
        [pages] = vault.execute("PRAGMA page_count").fetchone()
        vault.execute(f"PRAGMA max_page_count={pages}")

    def job(unit: Unit) -> None:
        writing("before")(unit)
        for number in range(1_000):
            try:
                with unit.savepoint():
                    writing(f"{number} " + "x" * size)(unit)
            except NotWrittenError:
                raise
            except Exception:  # noqa: BLE001  (what a job may do with a fault of its own)
                writing("instead")(unit)

    database.maintain(limit)
    with pytest.raises((NotWrittenError, GroupLostError)):
        database.write_now(job)
    assert database.read_now(words)["vault"] == []


async def test_a_read_sees_a_snapshot_beside_the_writer(database: Database) -> None:
    def twice(unit: Unit) -> list[list[str]]:
        first = words_of(unit.vault)
        database.write_now(writing("b"))
        return [first, words_of(unit.vault)]

    database.write_now(writing("a"))
    database.start()
    assert await database.read(twice) == [["a"], ["a"]]
    assert await database.read(lambda unit: words_of(unit.vault)) == ["a", "b"]


def test_a_read_can_change_nothing(database: Database) -> None:
    for job in (writing("a"), writing_both("a"), lambda unit: unit.destroyed()):
        with pytest.raises(driver.OperationalError):
            database.read_now(job)
    assert database.read_now(words) == {"vault": [], "keys": []}


async def test_a_cancelled_read_is_interrupted(database: Database) -> None:
    begun = threading.Event()

    def endless(unit: Unit) -> None:
        begun.set()
        unit.vault.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        ).fetchone()

    database.start()
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(database.read(endless))
        await asyncio.to_thread(begun.wait)
        task.cancel()
    # Both readers answer again, so none is still at the endless query.
    found = await asyncio.gather(*(database.read(words) for _ in range(4)))
    assert found == [{"vault": [], "keys": []}] * 4


async def test_a_closed_vault_takes_nothing(folder: Path) -> None:
    database = Database.create(folder, key=KEY)
    database.start()
    database.close()
    with pytest.raises(WriterStoppedError):
        await database.write(writing("a"))


def test_an_ordinary_write_leaves_the_logs_as_they_are(folder: Path, database: Database) -> None:
    database.write_now(writing_both("a"))
    assert 0 not in log_sizes(folder)


async def test_after_destroying_both_logs_are_empty_before_the_caller_hears_of_it(
    folder: Path, database: Database
) -> None:
    database.start()
    await database.write(writing_both("a"))
    await database.write(destroying("a"))
    assert log_sizes(folder) == [0, 0]
    assert not database.is_erasure_pending


def test_a_job_that_failed_destroyed_nothing(folder: Path, database: Database) -> None:
    def failing(unit: Unit) -> None:
        unit.destroyed()
        raise ValueError("bad")

    database.write_now(writing_both("a"))
    with pytest.raises(ValueError, match="bad"):
        database.write_now(failing)
    assert 0 not in log_sizes(folder)


def test_while_somebody_reads_an_erasure_is_pending_and_the_next_write_finishes_it(
    folder: Path, database: Database
) -> None:
    def destroy_meanwhile(unit: Unit) -> bool:
        words_of(unit.vault)
        words_of(unit.keys)
        database.write_now(destroying("a"))
        return database.is_erasure_pending

    database.write_now(writing_both("a"))
    pending = [database.read_now(destroy_meanwhile)]
    database.write_now(writing("b"))
    pending.append(database.is_erasure_pending)
    assert pending == [True, False]
    assert log_sizes(folder) == [0, 0]


def test_a_pending_erasure_can_be_finished_without_a_write(
    folder: Path, database: Database
) -> None:
    def destroy_meanwhile(unit: Unit) -> bool:
        words_of(unit.vault)
        database.write_now(destroying("a"))
        return database.checkpoint()

    database.write_now(writing_both("a"))
    assert not database.read_now(destroy_meanwhile)
    assert database.checkpoint()
    assert log_sizes(folder) == [0, 0]


def test_a_crash_before_the_logs_are_emptied_is_mended_when_the_vault_opens(
    folder: Path, database: Database
) -> None:
    database.write_now(writing_both("a"))
    faults.arm("erase.before_checkpoint")
    with pytest.raises(faults.InjectedCrash):
        database.write_now(destroying("a"))
    assert database.is_erasure_pending
    assert 0 not in log_sizes(folder)
    after_the_crash = Database.open(folder, key=KEY)
    assert log_sizes(folder) == [0, 0]
    after_the_crash.close()


def test_a_crash_after_the_logs_were_emptied_finds_nothing_left(
    folder: Path, database: Database
) -> None:
    database.write_now(writing_both("a"))
    faults.arm("erase.after_checkpoint")
    with pytest.raises(faults.InjectedCrash):
        database.write_now(destroying("a"))
    assert log_sizes(folder) == [0, 0]
