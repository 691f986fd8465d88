"""Removing people, new passphrases and the recovery sheet, as they are typed at a running node."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command_line import Ended, Founded, founded, sathi, served
from tests.support.ports import free_port
from tests.support.terminal import on_terminal

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

HERS = "another invented sentence"
NEW = "four more invented words"


@pytest.fixture
def alo(tmp_path: Path) -> Iterator[Founded]:
    node = founded(tmp_path / "alo", port=free_port(), name="Alo Shelter", user="Rina")
    with served(node.folder):
        yield node


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def add_mitali(node: Founded, tmp_path: Path) -> None:
    ended = sathi(
        "user", "add", *node.credentials, "--name", "Mitali", "--role", "caseworker",
        "--new-passphrase-file", written(tmp_path / "hers", HERS),
    )  # fmt: skip
    assert ended.code == 0, ended.talk


def listed(node: Founded, name: str, passphrase: str) -> Ended:
    """`sathi user list`, as somebody with this passphrase."""
    file = written(node.folder.parent / "typed", passphrase)
    return sathi("user", "list", "--data", node.folder, "--user", name, "--passphrase-file", file)


def recover(node: Founded, code_file: Path, sheet: Path, name: str = "Rina") -> Ended:
    file = written(node.folder.parent / "chosen", NEW)
    return sathi(
        "user", "recover", "--data", node.folder, "--name", name, "--code-file", code_file,
        "--new-passphrase-file", file, "--recovery-sheet", sheet,
    )  # fmt: skip


def test_a_person_is_removed_and_the_new_sheet_is_a_file_of_its_own(
    alo: Founded, tmp_path: Path
) -> None:
    add_mitali(alo, tmp_path)
    sheet = tmp_path / "sheet"
    ended = sathi("user", "remove", *alo.credentials, "mitali", "--recovery-sheet", sheet)
    assert (ended.code, ended.data) == (0, f"{sheet}\n")
    assert "keep the old key" in ended.talk
    assert "may know what she has read" in ended.talk
    assert "named in writing" in ended.talk
    assert sheet.stat().st_mode & 0o777 == 0o600
    assert listed(alo, "Mitali", HERS).code == 1
    stays = sathi("user", "list", *alo.credentials)
    assert (stays.code, stays.data) == (0, "Rina\tsupervisor\n")
    assert "a person was removed" in stays.talk
    assert recover(alo, alo.recovery_sheet, tmp_path / "next").code == 1
    assert not (tmp_path / "next").exists()
    assert recover(alo, sheet, tmp_path / "next").code == 0


def test_without_a_place_for_the_sheet_nobody_is_removed(alo: Founded, tmp_path: Path) -> None:
    add_mitali(alo, tmp_path)
    taken = written(tmp_path / "taken", "something else")
    for sheet in (taken, alo.folder / "sheet", tmp_path / "nowhere" / "sheet"):
        ended = sathi("user", "remove", *alo.credentials, "Mitali", "--recovery-sheet", sheet)
        assert (ended.code, ended.talk.count("\n")) == (1, 1)
    assert taken.read_text(encoding="utf-8") == "something else"
    assert listed(alo, "Mitali", HERS).code == 0


@pytest.mark.parametrize(
    ("name", "why"), [("Rina", "nobody removes herself"), ("Nobody", "there is nobody")]
)
def test_whom_it_cannot_remove_it_says_and_leaves_no_sheet(
    alo: Founded, tmp_path: Path, name: str, why: str
) -> None:
    sheet = tmp_path / "sheet"
    ended = sathi("user", "remove", *alo.credentials, name, "--recovery-sheet", sheet)
    assert ended.code == 1
    assert why in ended.talk
    assert not sheet.exists()


def test_a_new_passphrase_and_another_role_are_given_by_a_supervisor(
    alo: Founded, tmp_path: Path
) -> None:
    add_mitali(alo, tmp_path)
    ended = sathi(
        "user", "reset", *alo.credentials, "MITALI", "--role", "counsellor",
        "--new-passphrase-file", written(tmp_path / "new", NEW),
    )  # fmt: skip
    assert ended.code == 0, ended.talk
    assert listed(alo, "Mitali", HERS).code == 1
    hers = listed(alo, "Mitali", NEW)
    assert "Mitali\tcounsellor" in hers.data
    assert "somebody else gave you a new passphrase" in hers.talk
    refused = sathi(
        "user", "reset", *alo.credentials, "Rina", "--role", "counsellor",
        "--new-passphrase-file", tmp_path / "new",
    )  # fmt: skip
    assert refused.code == 1
    assert "the last supervisor" in refused.talk


def test_she_types_her_new_passphrase_twice_and_nobody_sees_it(
    alo: Founded, tmp_path: Path
) -> None:
    add_mitali(alo, tmp_path)
    with on_terminal(
        "user", "reset", *map(str, alo.credentials), "Mitali", cwd=tmp_path
    ) as terminal:
        terminal.answer("Passphrase", NEW)
        terminal.answer("Again", NEW)
        code, shown = terminal.end()
    assert (code, NEW in shown) == (0, False)
    assert listed(alo, "Mitali", NEW).code == 0


def test_the_sheet_lets_a_supervisor_in_who_has_lost_her_passphrase(
    alo: Founded, tmp_path: Path
) -> None:
    ended = recover(alo, alo.recovery_sheet, tmp_path / "next")
    assert (ended.code, ended.data) == (0, f"{tmp_path / 'next'}\n")
    assert sathi("user", "list", *alo.credentials).code == 1
    hers = listed(alo, "Rina", NEW)
    assert hers.code == 0
    assert "the recovery sheet was used" in hers.talk
    assert "the recovery sheet was used" not in listed(alo, "Rina", NEW).talk
    again = recover(alo, alo.recovery_sheet, tmp_path / "more")
    assert again.code == 1
    assert "made it void" in again.talk


def test_the_code_of_the_sheet_is_typed_unseen(alo: Founded, tmp_path: Path) -> None:
    text = alo.recovery_sheet.read_text(encoding="utf-8").partition("\n\n")[2]
    code = " ".join(text.split())
    chosen = written(tmp_path / "chosen", NEW)
    with on_terminal(
        "user", "recover", "--data", str(alo.folder), "--recovery-sheet", str(tmp_path / "next"),
        "--new-passphrase-file", str(chosen), cwd=tmp_path,
    ) as terminal:  # fmt: skip
        terminal.answer("The supervisor's name", "Rina")
        terminal.answer("The code of the recovery sheet", code)
        ended, shown = terminal.end()
    assert (ended, code in shown) == (0, False)
    assert listed(alo, "Rina", NEW).code == 0


def test_what_is_no_code_is_said_without_being_quoted(alo: Founded, tmp_path: Path) -> None:
    ended = recover(alo, written(tmp_path / "letter", "canary canary"), tmp_path / "next")
    assert (ended.code, ended.talk.count("\n"), "canary" in ended.talk) == (1, 1, False)
    assert "mistyped" in ended.talk
    assert not (tmp_path / "next").exists()
    absent = recover(alo, tmp_path / "absent", tmp_path / "next")
    assert (absent.code, absent.talk.count("\n")) == (1, 1)


def test_a_name_that_is_no_supervisors_leaves_the_sheet_as_it_was(
    alo: Founded, tmp_path: Path
) -> None:
    refused = recover(alo, alo.recovery_sheet, tmp_path / "next", name="Salma")
    assert refused.code == 1
    assert "still counts" in refused.talk
    assert recover(alo, alo.recovery_sheet, tmp_path / "next").code == 0


def test_a_lost_sheet_is_replaced(alo: Founded, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet"
    made = sathi("user", "sheet", *alo.credentials, "--recovery-sheet", sheet)
    assert (made.code, made.data) == (0, f"{sheet}\n")
    assert recover(alo, alo.recovery_sheet, tmp_path / "next").code == 1
    assert recover(alo, sheet, tmp_path / "next").code == 0


@pytest.mark.parametrize("command", ["add", "reset"])
def test_an_it_volunteer_cannot_be_given_a_slot(
    alo: Founded, tmp_path: Path, command: str
) -> None:
    named = ("--name", "Dev") if command == "add" else ("Rina",)
    ended = sathi(
        "user", command, *alo.credentials, *named, "--role", "it_volunteer",
        "--new-passphrase-file", written(tmp_path / "new", NEW),
    )  # fmt: skip
    assert ended.code == 2
    assert "it_volunteer" in ended.talk


def test_a_node_that_is_told_to_stop_closes_its_vault_first(tmp_path: Path) -> None:
    node = founded(tmp_path / "alo", port=free_port(), user="Rina")
    with served(node.folder) as running:
        assert sathi("user", "list", *node.credentials).code == 0
        assert (node.folder / "vault.db-wal").exists()
        assert running.stop() == 0
    assert not [path.name for path in node.folder.iterdir() if path.name.endswith("-wal")]
