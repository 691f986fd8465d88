"""`sathi` itself: its list of subcommands, and how little is loaded before one is used."""

import json
import subprocess
import sys
from typing import Final

import click
import pytest
from click.testing import CliRunner

from node.cli.main import SUBCOMMANDS, main
from tests.support.command_line import ROOT, environment

# What takes long to load, and what a command that only looks has no business with.
HEAVY: Final = {"aiohttp", "asyncio", "nacl", "node.wiring", "sqlcipher3", "sqlite3", "textual"}
LOADED: Final = """
import json, sys
from click.testing import CliRunner
from node.cli.main import main
result = CliRunner().invoke(main, sys.argv[1:])
print(json.dumps([result.exit_code, sorted(sys.modules)]))
"""


def after(*arguments: str) -> tuple[int, set[str]]:
    """The exit code of a command in a fresh interpreter, and every module it has loaded by then."""
    done = subprocess.run(  # noqa: S603  (our own interpreter and text)
        [sys.executable, "-c", LOADED, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment(),
    )
    code, modules = json.loads(done.stdout)
    return code, set(modules)


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_the_list_says_of_a_subcommand_what_it_says_of_itself(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str(limit=200) == SUBCOMMANDS[name][1]


@pytest.mark.sockets
@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["no-such-command"]])
def test_nothing_heavy_is_loaded_where_no_subcommand_is_used(arguments: list[str]) -> None:
    code, modules = after(*arguments)
    assert code == (2 if arguments == ["no-such-command"] else 0)
    assert modules & HEAVY == set()


@pytest.mark.sockets
def test_a_subcommand_loads_its_own_file_and_no_other() -> None:
    code, modules = after("config", "show", "--help")
    assert code == 0
    own = {place.partition(":")[0] for place, _ in SUBCOMMANDS.values()}
    assert modules & own == {"node.cli.configuring"}
    assert modules & {"node.wiring", "sqlcipher3", "aiohttp"} == set()


def test_the_help_lists_every_subcommand_in_the_order_of_need() -> None:
    shown = CliRunner().invoke(main, ["--help"]).stdout.partition("Commands:\n")[2]
    named = [line.split()[0] for line in shown.splitlines() if line[2:3] not in {"", " "}]
    assert named == list(SUBCOMMANDS)
