"""`sathi config`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from node.cli.main import main


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["config", *arguments, "--data", str(folder)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "federation.toml").write_text('[profile]\nrisk = "normal"\n', encoding="utf-8")
    return tmp_path


def test_a_good_configuration_is_said_to_be_good(folder: Path) -> None:
    result = run(folder, "check")
    assert (result.exit_code, result.stdout) == (0, "federation.toml can be used\n")


def test_a_wrong_line_is_named_and_not_quoted(folder: Path) -> None:
    (folder / "federation.toml").write_text("[node]\nlisten = 13\ncanary = 1\n", encoding="utf-8")
    result = run(folder, "check")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("sathi: federation.toml, line ")
    assert result.stderr.count("\n") == 1


def test_a_ticket_that_is_none_is_named_by_its_line_and_not_quoted(folder: Path) -> None:
    path = folder / "federation.toml"
    path.write_text(
        '\n[[mailbox.relay]]\nurl = "https://relay.example.org"\nticket = "canary"\n',
        encoding="utf-8",
    )
    result = run(folder, "check")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "sathi: federation.toml, line 4: 'mailbox.relay[0].ticket' is no ticket: 43 letters, as the"
        " operator of the relay gave them\n"
    )


def test_every_setting_is_shown_with_its_default(folder: Path) -> None:
    result = run(folder, "show")
    assert result.exit_code == 0
    assert 'node.listen = "127.0.0.1:8470"\n' in result.stdout
    assert "courier.poll_seconds = 30\n" in result.stdout


def test_the_settings_come_as_json_too(folder: Path) -> None:
    result = run(folder, "show", "--json")
    assert json.loads(result.stdout) == {
        "node": {"listen": "127.0.0.1:8470"},
        "mailbox": {"publish_address": False, "address": "", "pin": "", "relay": []},
        "profile": {"risk": "normal", "vault_lock_minutes": 60},
        "courier": {
            "poll_seconds": 30,
            "visit_minutes": 15,
            "batch_minutes": 30,
            "cover": False,
        },
        "stick": {"ferry": False},
        "tor": {"socks": "", "everything": False},
        "api": {"socket": "run/api.sock"},
        "desk": {"lock_minutes": 5, "unfocused_seconds": 60, "undo_seconds": 10},
        "backup": {
            "folder": "backups",
            "every_hours": 24,
            "keep_daily": 7,
            "keep_weekly": 4,
            "keep_monthly": 12,
        },
    }


@pytest.mark.parametrize(("risk", "in_force"), [("normal", 45), ("high", 0)])
def test_what_is_shown_of_the_vault_is_what_is_in_force(
    folder: Path, risk: str, in_force: int
) -> None:
    (folder / "federation.toml").write_text(
        f'[profile]\nrisk = "{risk}"\nvault_lock_minutes = 45\n', encoding="utf-8"
    )
    shown = run(folder, "show", "--json")
    assert json.loads(shown.stdout)["profile"] == {"risk": risk, "vault_lock_minutes": in_force}
    assert f"profile.vault_lock_minutes = {in_force}\n" in run(folder, "show").stdout


def test_a_time_for_the_vault_that_cannot_be_is_named_by_its_line(folder: Path) -> None:
    (folder / "federation.toml").write_text(
        "[profile]\nvault_lock_minutes = 721\n", encoding="utf-8"
    )
    result = run(folder, "check")
    assert (result.exit_code, result.stdout, result.stderr) == (
        1,
        "",
        "sathi: federation.toml, line 2: 'profile.vault_lock_minutes' is not from 0 to 720\n",
    )


def test_a_folder_without_a_configuration_is_said_in_one_line(tmp_path: Path) -> None:
    result = run(tmp_path, "check")
    assert (result.exit_code, result.stderr) == (
        1,
        "sathi: federation.toml: cannot be read (FileNotFoundError)\n",
    )
