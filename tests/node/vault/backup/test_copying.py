"""A copy that is not what it should be is refused before anything is made of it."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec
import pytest

from node.services import backing_up
from node.vault import driver, journal
from node.vault.backup import copying, restoring
from node.vault.backup.copying import BackupError, Head
from node.vault.database import READERS, Database
from node.vault.driver import Connection
from node.vault.migrations import apply, migrate, shipped_steps
from node.vault.unit import Unit
from protocol.codec import encode
from tests.support.federation import Federation, Node

KEY: Final = bytes(range(32))


@pytest.fixture
def node(federation: Federation) -> Node:
    return federation["Alo Shelter"]


def head_of(unit: Unit, node: Node) -> Head:
    return backing_up.head(
        unit, version="0.test", settings="", journal=journal.EMPTY, now=node.now
    )


def copy_of(node: Node, path: Path, **changes: object) -> Path:
    """A copy of a node's vault, with another head where something of it is named."""

    def job(unit: Unit) -> None:
        head = msgspec.structs.replace(head_of(unit, node), **changes)
        copying.copy_out(unit.vault, path, key=KEY, head=head)

    node.read(job)
    return path


@pytest.fixture
def copy(node: Node, tmp_path: Path) -> Path:
    return copy_of(node, tmp_path / "copy.db")


@pytest.fixture
def change(copy: Path) -> Iterator[Connection]:
    """Write into the copy, as somebody with its key could."""
    connection = driver.connect(copy, key=KEY)
    connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    yield connection
    connection.close()


def test_a_copy_says_what_it_is_of_and_how_many_rows_it_has(node: Node, copy: Path) -> None:
    head, counts = copying.inspect(copy, key=KEY)

    assert head == node.read(lambda unit: head_of(unit, node))
    assert counts["peers"] == len(node.rows("SELECT 1 FROM peers")) > 0
    assert "prekeys" not in counts
    assert copy.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "spoil",
    [
        lambda copy: copy.execute("CREATE TABLE of_a_newer_version (x)"),
        lambda copy: copy.execute("ALTER TABLE cases ADD COLUMN of_a_newer_version TEXT"),
        lambda copy: copy.execute(f"DELETE FROM {copying.HEAD_TABLE}"),  # noqa: S608
        lambda copy: copy.execute(f"DROP TABLE {copying.HEAD_TABLE}"),
        lambda copy: copy.execute(
            f"UPDATE {copying.HEAD_TABLE} SET head = ?",  # noqa: S608
            (encode({"version": "1", "more": 1}),),
        ),
        lambda copy: copy.execute(
            f"UPDATE {copying.HEAD_TABLE} SET head = x'ff'"  # noqa: S608
        ),
    ],
)
def test_what_no_list_of_this_version_knows_is_refused(
    copy: Path, change: Connection, spoil: Callable[[Connection], object]
) -> None:
    spoil(change)

    with pytest.raises(BackupError):
        copying.inspect(copy, key=KEY)


def test_a_damaged_page_is_seen(copy: Path) -> None:
    raw = bytearray(copy.read_bytes())
    raw[len(raw) // 2] ^= 1
    copy.write_bytes(raw)

    with pytest.raises(BackupError):
        copying.inspect(copy, key=KEY)


def test_another_key_opens_nothing(copy: Path) -> None:
    with pytest.raises(BackupError):
        copying.inspect(copy, key=bytes(32))


def test_a_column_that_nobody_decided_about_stops_the_backup(node: Node, tmp_path: Path) -> None:
    node.write(lambda unit: unit.vault.execute("ALTER TABLE cases ADD COLUMN diary TEXT"))

    with pytest.raises(BackupError):
        copy_of(node, tmp_path / "copy.db")


def test_a_backup_of_a_newer_version_becomes_no_vault(node: Node, tmp_path: Path) -> None:
    copy = copy_of(node, tmp_path / "copy.db", steps=["vault_0001", "vault_9999"])
    with pytest.raises(BackupError):
        restoring.build(tmp_path / "again", copy, copy_key=KEY, vault_key=KEY)

    assert not (tmp_path / "again").exists()


def test_rows_that_do_not_fit_the_schema_become_no_vault(
    copy: Path, change: Connection, tmp_path: Path
) -> None:
    change.execute("DROP TABLE retention")
    change.execute("CREATE TABLE retention (singleton, skeleton_months)")
    change.execute("INSERT INTO retention VALUES (1, 9999)")
    with pytest.raises(BackupError):
        restoring.build(tmp_path / "again", copy, copy_key=KEY, vault_key=KEY)


@pytest.mark.parametrize("is_good", [True, False])
def test_after_a_copy_whoever_may_only_read_may_only_read_and_can_copy_again(
    node: Node, tmp_path: Path, *, is_good: bool
) -> None:
    if not is_good:
        node.write(lambda unit: unit.vault.execute("ALTER TABLE cases ADD COLUMN diary TEXT"))

    def reads_only(unit: Unit) -> bool:
        with contextlib.suppress(driver.OperationalError):
            unit.vault.execute("DELETE FROM tasks")
            return False
        return True

    # Each of the readers has its turn, twice.
    for number in range(2 * READERS):
        path = tmp_path / f"copy-{number}.db"
        with contextlib.nullcontext() if is_good else pytest.raises(BackupError):
            copy_of(node, path)

    assert [node.read(reads_only) for _ in range(READERS)] == [True] * READERS
    assert node.rows("SELECT count(*) FROM pragma_database_list") == [(1,)]


def test_a_copy_is_one_moment_whatever_is_written_meanwhile(node: Node, tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    before = len(node.rows("SELECT 1 FROM audit"))
    people = len(node.rows("SELECT 1 FROM users"))

    def job(unit: Unit) -> None:
        head = head_of(unit, node)
        node.write(lambda other: other.vault.execute("DELETE FROM users"))
        copying.copy_out(unit.vault, path, key=KEY, head=head)

    node.read(job)
    counts = copying.inspect(path, key=KEY)[1]

    assert (counts["users"], counts["audit"]) == (people, before)
    assert node.rows("SELECT count(*) FROM users") == [(0,)]


OLD_STEPS: Final = [f"vault_{number:04}" for number in range(1, 7)]


def test_a_backup_of_an_older_version_is_brought_up_to_date(node: Node, tmp_path: Path) -> None:
    head = msgspec.structs.replace(node.read(lambda unit: head_of(unit, node)), steps=OLD_STEPS)
    old = Database.create(tmp_path / "old", key=KEY)
    old.maintain(_old_vault)
    path = tmp_path / "copy.db"
    old.read_now(lambda unit: copying.copy_out(unit.vault, path, key=KEY, head=head))
    old.close()
    database = restoring.build(tmp_path / "again", path, copy_key=KEY, vault_key=KEY)
    try:
        steps = database.read_now(lambda unit: copying.steps_of(unit.vault))
        tasks = database.read_now(
            lambda unit: unit.vault.execute("SELECT task, due FROM tasks").fetchall()
        )
    finally:
        database.close()

    assert steps == sorted(shipped_steps("vault"))
    assert [tuple(row) for row in tasks] == [("of then", 7)]


def _old_vault(vault: Connection, keys: Connection) -> None:
    steps = shipped_steps("vault")
    apply(vault, which="vault", steps={name: steps[name] for name in OLD_STEPS})
    migrate(keys, which="keys")
    vault.execute(
        "INSERT INTO tasks (task, peer, due, made_at) VALUES ('of then', zeroblob(32), 7, 7)"
    )
