"""`sathi doctor` on a node that somebody broke: it names what is broken, and what mends it."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from node.cli.doctor import files
from node.cli.doctor.findings import Check
from node.cli.founding import DEMO_MARK
from node.vault.database import KEYS_FILE, VAULT_FILE
from node.vault.pages import PAGE_BYTES
from node.wiring import MAILBOX_FILE, read_own_mailbox, write_own_mailbox
from protocol.values import mailbox_id
from tests.support.command_line import Ended, Founded, founded, sathi_here
from tests.support.ports import free_port

# These follow from the computer on which the test runs.
OF_THE_MACHINE: Final = {"clock", "space", "swap", "hibernation", "core files", "terminal"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    return founded(tmp_path_factory.mktemp("made") / "node", port=free_port())


@pytest.fixture
def folder(made: Founded, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made.folder, tmp_path / "node"))


def examined(folder: Path, *more: str) -> tuple[Ended, dict[str, dict[str, Any]]]:
    """What the command ended with, and each finding by its check."""
    ended = sathi_here("doctor", "--data", str(folder), "--json", *more)
    return ended, {finding["check"]: finding for finding in ended.json()}


def replace_text(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


def remove(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def cut(name: str) -> Callable[[Path], object]:
    return lambda folder: os.truncate(folder / name, 1000)


def overwrite(name: str) -> Callable[[Path], object]:
    """Noise in the middle of a file, which keeps its length."""

    def spoil(folder: Path) -> None:
        size = (folder / name).stat().st_size
        with (folder / name).open("r+b") as file:
            file.seek(PAGE_BYTES)
            file.write(b"\xa5" * (size - PAGE_BYTES))

    return spoil


def name_a_table_in_pieces(folder: Path) -> None:
    """A schema that SQLite cannot read and would quote."""
    with sqlite3.connect(folder / MAILBOX_FILE) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("UPDATE sqlite_master SET sql = 'canary', name = 'canary of a case'")
    connection.close()


def decrypt(folder: Path) -> None:
    (folder / VAULT_FILE).unlink()
    with sqlite3.connect(folder / VAULT_FILE) as connection:
        connection.execute("CREATE TABLE cases (name TEXT)")
    connection.close()
    (folder / VAULT_FILE).chmod(0o600)


def write_tomorrow(folder: Path) -> None:
    tomorrow = time.time() + 86_400
    os.utime(folder / VAULT_FILE, (tomorrow, tomorrow))


def write_a_version_to_come(folder: Path) -> None:
    with sqlite3.connect(folder / MAILBOX_FILE) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


BROKEN: Final[list[tuple[str, Callable[[Path], object], Check, str]]] = [
    ("others enter", lambda folder: folder.chmod(0o755), Check.FOLDER, "chmod -R go= "),
    ("others read", lambda f: (f / "keyring").chmod(0o644), Check.FOLDER, "chmod -R go= "),
    ("no keyring", remove("keyring"), Check.KEYRING, "put it back"),
    ("half a keyring", cut("keyring"), Check.KEYRING, "put it back"),
    ("no vault", remove(VAULT_FILE), Check.DATABASES, "put it back"),
    ("no keys", remove(KEYS_FILE), Check.DATABASES, "put it back"),
    ("half a vault", cut(VAULT_FILE), Check.DATABASES, "put it back"),
    ("an open vault", decrypt, Check.DATABASES, "put it back"),
    ("no mailbox", remove(MAILBOX_FILE), Check.MAILBOX, "put it back"),
    ("half a mailbox", cut(MAILBOX_FILE), Check.MAILBOX, "put it back"),
    ("noise", overwrite(MAILBOX_FILE), Check.MAILBOX, "put it back"),
    ("a schema in pieces", name_a_table_in_pieces, Check.MAILBOX, "put it back"),
    ("a newer mailbox", write_a_version_to_come, Check.MAILBOX, "a newer one"),
    ("nobody's mailbox", remove("own-mailbox"), Check.MAILBOX, "put it back"),
    ("no name", replace_text("own-mailbox", "canary"), Check.MAILBOX, "put it back"),
    ("short name", replace_text("own-mailbox", "ab"), Check.MAILBOX, "put it back"),
    (
        "another's mailbox",
        lambda folder: write_own_mailbox(folder, mailbox_id(bytes(16))),
        Check.MAILBOX,
        "put it back",
    ),
    ("no settings", remove("federation.toml"), Check.CONFIGURATION, "sathi config check"),
    (
        "a wrong line",
        replace_text("federation.toml", '[node]\nlisten = "canary"\n'),
        Check.CONFIGURATION,
        "sathi config check",
    ),
    ("a clock that went back", write_tomorrow, Check.CLOCK, "set date and time"),
]


@pytest.mark.parametrize(
    ("spoil", "check", "fix"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_what_is_broken_is_named_with_what_mends_it_and_nothing_is_quoted(
    folder: Path, spoil: Callable[[Path], object], check: Check, fix: str
) -> None:
    spoil(folder)
    ended, found = examined(folder)
    assert ended.code == 1
    assert found[check]["state"] == "FAIL"
    assert fix in found[check]["fix"]
    others = {c for c, f in found.items() if f["state"] == "FAIL"} - {check} - OF_THE_MACHINE
    assert others == set()
    assert "canary" not in ended.data + ended.talk


def test_a_whole_node_that_does_not_run_is_only_warned_of(folder: Path) -> None:
    ended, found = examined(folder)
    warned = {c for c, f in found.items() if f["state"] != "ok"} - OF_THE_MACHINE
    assert warned == {"node", "demo", "ballast"}
    assert found["node"]["fix"] == "sathi serve"
    assert ended.code == 3
    assert ended.talk == ""


def test_a_wrong_line_of_the_configuration_is_named_and_its_value_is_not(folder: Path) -> None:
    replace_text("federation.toml", '[node]\nlisten = "canary"\n')(folder)
    _, found = examined(folder)
    assert found["configuration"]["detail"].startswith("federation.toml, line 2: 'node.listen' is")


def test_when_the_vault_closes_is_said_to_people_and_to_scripts(folder: Path) -> None:
    file = folder / "federation.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("[profile]", "[profile]\nvault_lock_minutes = 90"), "utf-8")
    said = "risk is normal: the vault closes 90 minutes after the last session,"
    ended, found = examined(folder)
    assert found["configuration"]["state"] == "ok"
    assert found["configuration"]["detail"].startswith(said)
    assert said in sathi_here("doctor", "--data", str(folder)).data
    assert ended.code == 3


def test_a_node_without_the_mark_is_no_demonstration(folder: Path) -> None:
    (folder / DEMO_MARK).unlink()
    assert examined(folder)[1]["demo"]["state"] == "ok"


def test_looking_leaves_the_folder_as_it_was(folder: Path) -> None:
    def state() -> dict[str, tuple[bytes, int]]:
        return {
            path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()
        }

    before = state()
    examined(folder)
    assert state() == before


def test_a_mailbox_is_read_with_the_log_that_lies_beside_it(folder: Path) -> None:
    own = read_own_mailbox(folder)
    running = sqlite3.connect(folder / MAILBOX_FILE, isolation_level=None)
    running.execute("PRAGMA journal_mode=WAL")
    running.execute(
        "INSERT INTO envelope (mailbox_id, envelope_id, size, service_day, content)"
        " VALUES (?, ?, 4096, 0, ?)",
        (own, bytes(16), bytes(4096)),
    )
    _, found = examined(folder)
    running.close()
    assert found["mailbox"]["state"] == "ok"
    assert found["waiting"]["detail"].startswith("1 envelopes came and wait")
    assert found["waiting"]["state"] == "warn"


def test_a_folder_that_is_not_there_leads_to_the_beginning(tmp_path: Path) -> None:
    for missing in (tmp_path, tmp_path / "nothing"):
        ended, found = examined(missing)
        assert (ended.code, found["folder"]["state"]) == (1, "FAIL")
        assert f"sathi init --data {missing}" in found["folder"]["fix"]
        assert set(found) <= {"python", "folder", *OF_THE_MACHINE}


def test_the_node_of_another_user_is_looked_at_as_that_user(folder: Path) -> None:
    owner = folder.stat().st_uid
    assert files.find(folder, uid=owner) is None
    assert files.find(folder, uid=0) is None
    found = files.find(folder, uid=owner + 1)
    assert found is not None
    assert (found.fix or "").startswith(f"sudo -u '#{owner}' sathi doctor --data ")


def test_each_line_is_one_finding_and_the_last_word_goes_to_the_person(folder: Path) -> None:
    lines = sathi_here("doctor", "--data", str(folder))
    found = sathi_here("doctor", "--data", str(folder), "--json").json()
    assert len(lines.data.splitlines()) == len(found)
    assert lines.talk.endswith("docs/doctor.md explains each\n")


def test_a_passphrase_without_a_person_is_misuse(folder: Path) -> None:
    ended = sathi_here("doctor", "--data", str(folder), "--passphrase-file", "x")
    assert (ended.code, ended.data) == (2, "")


def test_partners_of_a_node_that_does_not_run_cannot_be_asked_for(
    folder: Path, made: Founded
) -> None:
    more = ("--user", "Rina", "--passphrase-file", str(made.passphrase_file))
    ended, found = examined(folder, *more)
    assert ended.code == 1
    assert "sathi serve" in found["partner"]["detail"]


def test_the_names_and_sizes_are_those_of_the_parts_themselves() -> None:
    assert files.VAULTS == (VAULT_FILE, KEYS_FILE)
    assert (files.MAILBOX, files.DEMO) == (MAILBOX_FILE, DEMO_MARK)
    assert files.PAGE_BYTES == PAGE_BYTES
