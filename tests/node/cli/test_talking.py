"""What the command says when something goes wrong."""

import click
import pytest
from click.testing import CliRunner, Result

from node.cli.main import main
from node.cli.talking import failing_in_one_line, one_line
from protocol.errors import SathiError


def run(error: BaseException) -> Result:
    @click.command()
    @click.pass_context
    def failing(context: click.Context) -> None:
        context.with_resource(failing_in_one_line())
        raise error

    return CliRunner().invoke(failing)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (SathiError("not a date at 'offer.at'"), "sathi: not a date at 'offer.at'\n"),
        (
            FileNotFoundError(2, "No such file or directory", "there"),
            "sathi: the system refused 'there': No such file or directory\n",
        ),
        (
            ExceptionGroup("all", [ExceptionGroup("some", [SathiError("a place")])]),
            "sathi: a place\n",
        ),
    ],
)
def test_what_goes_wrong_is_one_line(error: Exception, line: str) -> None:
    result = run(error)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", line)


def test_a_mistake_of_ours_is_told_by_its_place_and_never_by_its_content() -> None:
    result = run(ValueError("canary of a case"))
    assert result.exit_code == 1
    assert result.stderr.startswith("sathi: this is a mistake in Sathi itself (ValueError at ")
    assert result.stderr.count("\n") == 1
    assert "canary" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["status", "--no-such-option"],
        ["peer", "verify"],
        ["peer", "verify", "x", "--how", "canary"],
        ["user", "add", "--role", "canary"],
    ],
)
def test_misuse_is_one_line_and_ends_with_2(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "--help`" in result.stderr


def test_a_name_cannot_look_like_a_line_of_ours() -> None:
    assert one_line("Bandhan\nlevel 2") == "Bandhan level 2"
