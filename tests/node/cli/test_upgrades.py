"""`sathi upgrade back`: the vault as the version before left it, without a passphrase."""

from pathlib import Path

import pytest

from node.cli.founding import CHEAP_COST
from node.gate import Gate
from node.system import SystemClock, entropy
from node.vault import keyring, upgrading
from node.vault.database import Database
from node.vault.driver import Connection
from tests.support.command_line import PASSPHRASE, Founded, founded, sathi_here, served
from tests.support.ports import free_port


@pytest.fixture
def node(tmp_path: Path) -> Founded:
    return founded(tmp_path / "node", port=free_port())


def key_of(node: Founded) -> bytes:
    person = keyring.credential(node.user, PASSPHRASE)
    return keyring.unlock(keyring.load(node.folder), person, cost=CHEAP_COST).vault_key


def forget_a_step(node: Founded) -> None:
    """The vault as a version left it that did not know the last table yet."""

    def forget(vault: Connection, _keys: Connection) -> None:
        vault.execute("DROP TABLE restores")
        vault.execute("DROP TABLE backup_state")
        vault.execute("ALTER TABLE notices RENAME TO notices_then")
        vault.execute(
            "CREATE TABLE notices (notice_id INTEGER PRIMARY KEY, user_id BLOB NOT NULL,"
            " code TEXT NOT NULL, at INTEGER NOT NULL) STRICT"
        )
        vault.execute("DROP TABLE notices_then")
        vault.execute("DELETE FROM _sqlite_migrations WHERE name = 'vault_0009'")

    database = Database.open(node.folder, key=key_of(node))
    database.maintain(forget)
    database.close()


def tables(node: Founded) -> set[str]:
    database = Database.open(node.folder, key=key_of(node))
    rows = database.read_now(
        lambda unit: unit.vault.execute("SELECT name FROM sqlite_master").fetchall()
    )
    database.close()
    return {str(row[0]) for row in rows}


def back(node: Founded) -> tuple[int, str, str]:
    ended = sathi_here("upgrade", "back", "--data", str(node.folder))
    return ended.code, ended.data, ended.talk


def test_where_nothing_was_updated_nothing_goes_back(node: Founded) -> None:
    code, data, talk = back(node)

    assert (code, data) == (1, "")
    assert "nothing was done" in talk


def test_back_undoes_an_update_that_nobody_opened(node: Founded) -> None:
    forget_a_step(node)
    upgrading.open_upgraded(node.folder, key=key_of(node)).close()
    assert "restores" in tables(node)

    assert back(node)[:2] == (0, "back\n")
    assert "restores" not in tables(node)
    assert back(node)[0] == 1


async def test_unlocking_brings_the_vault_up_to_date_and_takes_the_copy_away(
    node: Founded,
) -> None:
    forget_a_step(node)
    gate = Gate(node.folder, clock=SystemClock(), entropy=entropy, cost=CHEAP_COST)
    await gate.unlock(node.user, PASSPHRASE)
    await gate.lock()

    assert "restores" in tables(node)
    assert not (node.folder / upgrading.ASIDE).exists()
    assert sathi_here("upgrade", "back", "--data", str(node.folder)).code == 1


@pytest.mark.sockets
def test_a_running_node_is_left_alone(node: Founded) -> None:
    with served(node.folder):
        code, _, talk = back(node)

    assert code == 1
    assert "running already" in talk
