"""`sathi serve` as a process: how it starts, what it refuses, how it ends."""

import signal
import socket
import sqlite3
import stat
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.support.command_line import PASSPHRASE, Founded, founded, sathi, served
from tests.support.ports import free_port

# The command, with somebody in the same process who answers one question; 3 is PR_GET_DUMPABLE.
ASKED_FROM_INSIDE: Final = """
import ctypes, sys, threading
from node.cli.main import main
def answer():
    sys.stdin.readline()
    print("dumpable:", ctypes.CDLL(None).prctl(3), flush=True)
threading.Thread(target=answer, daemon=True).start()
main(prog_name="sathi")
"""

pytestmark = [pytest.mark.sockets, pytest.mark.slow]


@pytest.fixture
def node(tmp_path: Path) -> Founded:
    return founded(tmp_path / "node", port=free_port())


def test_a_node_starts_locked_and_says_so(node: Founded) -> None:
    with served(node.folder) as running:
        status = sathi("status", "--data", node.folder)
        assert (status.code, status.data) == (0, "locked\n")
        socket_file = node.folder / "run" / "api.sock"
        assert stat.S_IMODE(socket_file.stat().st_mode) == 0o600
        assert stat.S_IMODE(socket_file.parent.stat().st_mode) == 0o700
        assert running.stop(signal.SIGTERM) == 0
    assert not socket_file.exists()


def test_an_interrupt_stops_it_as_well(node: Founded) -> None:
    with served(node.folder) as running:
        assert running.stop(signal.SIGINT) == 0
        assert "Traceback" not in running.log.read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc and PR_SET_DUMPABLE")
def test_the_process_leaves_no_core_and_no_door_into_its_memory(node: Founded) -> None:
    with served(node.folder, program=("-c", ASKED_FROM_INSIDE)) as running:
        process = Path("/proc") / str(running.process.pid)
        limits = (process / "limits").read_text(encoding="utf-8")
        line = next(row for row in limits.splitlines() if row.startswith("Max core file size"))
        assert line.split()[4:6] == ["0", "0"]
        # What is not dumpable belongs to root, whoever runs it; what root runs does so in any case.
        assert {(process / name).stat().st_uid for name in ("maps", "mem", "environ")} == {0}
        assert running.process.stdin is not None
        assert running.process.stdout is not None
        running.process.stdin.write("is it dumpable?\n")
        running.process.stdin.flush()
        assert running.process.stdout.readline() == "dumpable: 0\n"


def test_a_second_process_for_the_same_folder_is_refused(node: Founded) -> None:
    with served(node.folder):
        second = sathi("serve", "--data", node.folder)
    assert second.code == 1
    assert "running already" in second.talk


def test_a_taken_port_is_said_in_one_line(node: Founded) -> None:
    with socket.create_server(("127.0.0.1", node.port)):
        ended = sathi("serve", "--data", node.folder)
    assert ended.code == 1
    last = ended.talk.splitlines()[-1]
    assert last.startswith(f"sathi: another program listens on 127.0.0.1:{node.port}")
    assert "Traceback" not in ended.talk


def test_a_folder_without_a_node_is_refused(tmp_path: Path) -> None:
    ended = sathi("serve", "--data", tmp_path)
    assert ended.code == 1
    assert "sathi init" in ended.talk
    assert ended.talk.count("\n") == 1


def test_a_wrong_configuration_starts_nothing_and_names_its_line(node: Founded) -> None:
    file = node.folder / "federation.toml"
    file.write_text('[node]\nlisten = "canary"\n', encoding="utf-8")
    ended = sathi("serve", "--data", node.folder)
    assert ended.code == 1
    assert ended.talk == (
        "sathi: federation.toml, line 2: 'node.listen' is not an IP address and a port such as "
        "127.0.0.1:8470\n"
    )
    assert not (node.folder / "run").exists()


def test_a_demo_node_off_loopback_is_refused_before_anybody_unlocks(node: Founded) -> None:
    file = node.folder / "federation.toml"
    file.write_text(
        f'[node]\nlisten = "0.0.0.0:{node.port}"\n[mailbox]\npublish_address = true\n',
        encoding="utf-8",
    )
    ended = sathi("serve", "--data", node.folder)
    assert ended.code == 1
    assert "from this computer only" in ended.talk


def test_what_is_for_trials_is_refused_where_the_demo_mark_is_not(node: Founded) -> None:
    (node.folder / "demo").unlink()
    ended = sathi("serve", "--cheap-passphrase", "--data", node.folder)
    assert ended.code == 1
    assert "for demo nodes only" in ended.talk


def test_a_demo_node_whose_mark_was_deleted_is_kept_shut_by_its_vault(tmp_path: Path) -> None:
    node = founded(tmp_path / "node", port=free_port(), is_cheap=False)
    with served(node.folder, is_cheap=False) as running:
        assert sathi("user", "list", *node.credentials).code == 0
        running.stop()
    (node.folder / "demo").unlink()
    (node.folder / "federation.toml").write_text(
        f'[node]\nlisten = "127.0.0.1:{node.port}"\n[mailbox]\naddress = "http://invented.onion"\n',
        encoding="utf-8",
    )
    with served(node.folder, is_cheap=False) as running:
        ended = sathi("user", "list", *node.credentials)
        assert sathi("status", "--data", node.folder).data == "locked\n"
        running.stop()
    assert (ended.code, ended.data) == (1, "")
    assert "DemoOffLoopbackError" in running.log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "fault", ["no.such.point", "inbox.after_commit:x", "inbox.after_commit:0"]
)
def test_a_fault_that_does_not_exist_is_misuse(node: Founded, fault: str) -> None:
    ended = sathi("serve", "--data", node.folder, "--fault", fault)
    assert ended.code == 2
    assert ended.talk.count("\n") == 1


def test_a_fault_kills_the_process_where_it_was_asked_to(node: Founded) -> None:
    with served(node.folder, "--fault", "vault.between_commits") as running:
        ended = sathi("peer", "card", *node.credentials, "--out", node.folder.parent / "card")
        code = running.process.wait(30)
    assert code == -signal.SIGKILL
    assert ended.code == 1
    assert ended.talk.count("\n") == 1


def test_nothing_of_a_person_or_a_passphrase_is_in_the_log(node: Founded) -> None:
    with served(node.folder) as running:
        assert sathi("user", "list", *node.credentials).code == 0
        wrong = node.folder.parent / "wrong"
        wrong.write_text("canary canary canary canary", encoding="utf-8")
        denied = sathi(
            "user", "list", "--data", node.folder, "--user", "Rina", "--passphrase-file", wrong
        )
        running.stop()
    log = running.log.read_text(encoding="utf-8")
    assert denied.code == 1
    assert [word for word in ("canary", "Rina", PASSPHRASE, "Alo") if word in log] == []


def test_what_it_leaves_behind_is_for_its_user_only(node: Founded) -> None:
    with served(node.folder) as running:
        assert sathi("user", "list", *node.credentials).code == 0
        running.stop()
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in node.folder.rglob("*")
    }
    assert set(modes.values()) == {0}
    with sqlite3.connect(node.folder / "mailbox.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert list((node.folder / "run").iterdir()) == []
