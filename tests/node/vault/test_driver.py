"""SQLCipher stands where sqlite_utils looks for SQLite, and opens as it must."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlcipher3  # type: ignore[import-untyped]

from node.vault import driver

KEY = bytes(range(32))
ROOT = Path(__file__).parents[3]


def test_sqlite_utils_works_on_sqlcipher() -> None:
    assert driver.Connection is sqlcipher3.Connection
    assert vars(sys.modules["sqlite_utils.db"])["sqlite3"] is sqlcipher3


@pytest.mark.sockets
def test_a_vault_cannot_be_opened_where_sqlite_utils_came_first() -> None:
    code = "import sqlite_utils; import node.vault.driver"
    done = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 1
    assert "sqlite_utils was imported before the driver" in done.stderr


def test_every_connection_has_these_settings(tmp_path: Path) -> None:
    connection = driver.connect(tmp_path / "some.db", key=KEY)
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "recursive_triggers": 1,
        "temp_store": 2,
        "busy_timeout": 5000,
        "cache_size": -8000,
        "journal_size_limit": 67_108_864,
    }
    found = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted}
    connection.close()
    assert found == wanted


def test_nothing_in_the_file_can_be_read_without_the_key(tmp_path: Path) -> None:
    connection = driver.connect(tmp_path / "some.db", key=KEY)
    connection.execute("CREATE TABLE things (word TEXT)")
    connection.close()
    raw = (tmp_path / "some.db").read_bytes()
    assert b"SQLite format 3" not in raw
    assert b"things" not in raw


@pytest.mark.parametrize("key", [bytes(32), bytes(31), b""], ids=["other", "short", "empty"])
def test_a_wrong_key_has_its_own_error_and_prints_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], key: bytes
) -> None:
    driver.connect(tmp_path / "some.db", key=KEY).close()
    with pytest.raises(driver.WrongKeyError):
        driver.connect(tmp_path / "some.db", key=key)
    assert capfd.readouterr() == ("", "")
