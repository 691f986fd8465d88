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
    (tmp_path / "federation.toml").write_text(
        '[profile]\nrisk = "normal"\n[[mailbox.relay]]\nurl = "https://relay.example.org"\n'
        'ticket = "canary-ticket"\n',
        encoding="utf-8",
    )
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


def test_every_setting_is_shown_with_its_default_and_no_ticket(folder: Path) -> None:
    result = run(folder, "show")
    assert result.exit_code == 0
    assert 'node.listen = "127.0.0.1:8470"\n' in result.stdout
    assert 'mailbox.relay[0].url = "https://relay.example.org"\n' in result.stdout
    assert "canary" not in result.stdout


def test_the_settings_come_as_json_too(folder: Path) -> None:
    result = run(folder, "show", "--json")
    assert json.loads(result.stdout) == {
        "node": {"listen": "127.0.0.1:8470"},
        "mailbox": {
            "publish_address": False,
            "address": "",
            "relay": [{"url": "https://relay.example.org", "ticket": "(kept secret)"}],
        },
        "profile": {"risk": "normal"},
        "courier": {"poll_seconds": 30},
        "api": {"socket": "run/api.sock"},
    }


def test_a_folder_without_a_configuration_is_said_in_one_line(tmp_path: Path) -> None:
    result = run(tmp_path, "check")
    assert (result.exit_code, result.stderr) == (
        1,
        "sathi: federation.toml: cannot be read (FileNotFoundError)\n",
    )
