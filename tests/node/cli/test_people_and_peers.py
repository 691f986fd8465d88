"""The commands that ask a running node, between two real processes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command_line import PASSPHRASE, Founded, founded, sathi, served
from tests.support.ports import free_port
from tests.support.terminal import on_terminal

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

OTHER_PASSPHRASE = "another invented sentence"  # noqa: S105  (of an invented person)


@pytest.fixture
def alo(tmp_path: Path) -> Iterator[Founded]:
    node = founded(tmp_path / "alo", port=free_port(), name="Alo Shelter", user="Rina")
    with served(node.folder):
        yield node


@pytest.fixture
def bandhan(tmp_path: Path) -> Iterator[Founded]:
    node = founded(tmp_path / "bandhan", port=free_port(), name="Bandhan", user="Salma")
    with served(node.folder):
        yield node


@pytest.fixture
def new_passphrase(tmp_path: Path) -> Path:
    file = tmp_path / "new-passphrase"
    file.write_text(OTHER_PASSPHRASE, encoding="utf-8")
    return file


def add_user(node: Founded, name: str, role: str, passphrase: Path) -> int:
    return sathi(
        "user", "add", *node.credentials,
        "--name", name, "--role", role, "--new-passphrase-file", passphrase,
    ).code  # fmt: skip


def test_a_person_who_was_added_opens_the_node_with_her_own_passphrase(
    alo: Founded, new_passphrase: Path
) -> None:
    assert add_user(alo, "Mitali", "caseworker", new_passphrase) == 0
    assert sathi("lock", *alo.credentials).code == 0
    assert sathi("status", "--data", alo.folder, "--json").json()["is_open"] is False
    hers = ("--data", alo.folder, "--user", "mitali", "--passphrase-file", new_passphrase)
    users = sathi("user", "list", *hers)
    assert (users.code, users.data) == (0, "Mitali\tcaseworker\nRina\tsupervisor\n")
    assert sathi("status", "--data", alo.folder).data.startswith("open\tAlo Shelter\tsn1")
    refused = sathi(
        "user", "add", *hers, "--name", "X", "--role", "caseworker",
        "--new-passphrase-file", new_passphrase,
    )  # fmt: skip
    assert refused.code == 1
    assert "ask a supervisor" in refused.talk


def test_a_name_that_is_taken_is_refused(alo: Founded, new_passphrase: Path) -> None:
    assert add_user(alo, "Rina", "caseworker", new_passphrase) == 1


def test_a_new_passphrase_that_is_too_short_never_reaches_the_node(
    alo: Founded, new_passphrase: Path
) -> None:
    new_passphrase.write_text("brief", encoding="utf-8")
    assert add_user(alo, "Mitali", "caseworker", new_passphrase) == 1
    assert len(sathi("user", "list", *alo.credentials, "--json").json()["users"]) == 1


def test_locking_a_locked_node_asks_nobody(alo: Founded) -> None:
    ended = sathi("lock", "--data", alo.folder)
    assert (ended.code, ended.data) == (0, "")


def test_the_audit_chain_is_whole(alo: Founded) -> None:
    checked = sathi("audit", "check", *alo.credentials, "--json")
    assert checked.code == 0
    assert checked.json()["is_whole"] is True


def test_a_node_that_does_not_run_is_said_in_one_line(tmp_path: Path) -> None:
    node = founded(tmp_path / "node", port=free_port())
    ended = sathi("status", "--data", node.folder)
    assert ended.code == 1
    assert ended.talk == f"sathi: no node runs in '{node.folder}': start it with `sathi serve`\n"


def test_two_organisations_meet_by_a_file_and_twelve_groups(
    alo: Founded, bandhan: Founded, tmp_path: Path
) -> None:
    card = tmp_path / "alo.card"
    assert sathi("peer", "card", *alo.credentials, "--out", card).data == f"{card}\n"
    assert card.stat().st_mode & 0o077 == 0
    assert sathi("peer", "card", *alo.credentials, "--out", card).code == 1
    added = sathi("peer", "add", *bandhan.credentials, card)
    assert "\tAlo Shelter\tIN\tlevel 1\tnot verified\t" in added.data

    (seen,) = sathi("peer", "list", *bandhan.credentials, "--json").json()["peers"]
    number = " ".join(seen["safety_number"])
    other = number[:-1] + str((int(number[-1]) + 1) % 10)
    verify = ("--how", "voice", "--number")
    wrong = sathi("peer", "verify", *bandhan.credentials, "alo shelter", *verify, other)
    assert wrong.code == 1
    assert "the number differs" in wrong.talk
    right = sathi("peer", "verify", *bandhan.credentials, "alo shelter", *verify, number)
    assert (right.code, right.data) == (0, f"{seen['node_id_text']}\n")

    (back,) = sathi("peer", "list", *alo.credentials, "--json").json()["peers"]
    assert (back["name"], back["level"], " ".join(back["safety_number"])) == ("Bandhan", 1, number)
    theirs = sathi("peer", "verify", *alo.credentials, back["node_id_text"], *verify, number)
    assert theirs.code == 0
    (done,) = sathi("peer", "list", *alo.credentials, "--json").json()["peers"]
    assert (done["level"], done["verified_how"]) == (2, "voice")


def test_on_a_terminal_the_number_is_shown_in_twelve_groups_and_asked_about(
    alo: Founded, bandhan: Founded, tmp_path: Path
) -> None:
    card = tmp_path / "alo.card"
    sathi("peer", "card", *alo.credentials, "--out", card)
    sathi("peer", "add", *bandhan.credentials, card)
    verify = ("peer", "verify", "--data", str(bandhan.folder), "Alo Shelter", "--how", "in_person")

    def ask(answer: str) -> tuple[int, list[str]]:
        with on_terminal(*verify, cwd=tmp_path) as terminal:
            terminal.answer("Your name", "Salma")
            terminal.answer("Passphrase", PASSPHRASE)
            shown = terminal.answer("the same on her side?", answer)
            return terminal.end()[0], re.findall(r"\b[0-9]{5}\b", shown)

    def level() -> tuple[int, list[str]]:
        (seen,) = sathi("peer", "list", *bandhan.credentials, "--json").json()["peers"]
        return seen["level"], seen["safety_number"]

    _, number = level()
    assert ask("n") == (1, number)
    assert level() == (1, number)
    assert ask("y") == (0, number)
    assert level() == (2, number)


def test_what_is_no_introduction_is_refused_without_being_quoted(
    alo: Founded, tmp_path: Path
) -> None:
    file = tmp_path / "letter"
    file.write_text("canary canary", encoding="utf-8")
    ended = sathi("peer", "add", *alo.credentials, file)
    assert ended.code == 1
    assert ended.talk.count("\n") == 1
    assert "canary" not in ended.talk
    assert sathi("peer", "list", *alo.credentials).data == ""


def test_our_own_file_is_refused(alo: Founded, tmp_path: Path) -> None:
    card = tmp_path / "own.card"
    sathi("peer", "card", *alo.credentials, "--out", card)
    ended = sathi("peer", "add", *alo.credentials, card)
    assert ended.code == 1
    assert "our own" in ended.talk


def test_a_number_of_another_form_is_misuse(alo: Founded) -> None:
    ended = sathi(
        "peer", "verify", *alo.credentials, "Bandhan", "--how", "voice", "--number", "12345"
    )
    assert ended.code == 2
    assert ended.talk.count("\n") == 1
