"""What takes something away for good asks first, and nothing is done without a yes."""

from pathlib import Path

import pytest

from tests.support.command_line import PASSPHRASE, sathi_here
from tests.support.terminal import on_terminal

pytestmark = pytest.mark.sockets

QUESTION = "Is the record of everything before 2027-02-01 to be destroyed, for good? [y/N]:"
NOBODY_RUNS = "no node runs"


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """Of a node that does not run: whoever is asked to destroy something says so."""
    folder, passphrase = tmp_path / "node", tmp_path / "passphrase"
    folder.mkdir()
    (folder / "federation.toml").touch()
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    passphrase.chmod(0o600)
    return [
        "audit", "truncate",
        "--data", str(folder),
        "--user", "Rina",
        "--passphrase-file", str(passphrase),
        "--before", "2027-02-01",
        "--out", str(tmp_path / "cut"),
    ]  # fmt: skip


def test_without_a_yes_or_somebody_to_ask_the_node_is_not_even_asked(
    arguments: list[str], tmp_path: Path
) -> None:
    ended = sathi_here(*arguments)
    assert (ended.code, ended.data) == (2, "")
    assert "this is missing: --yes" in ended.talk
    assert not (tmp_path / "cut").exists()


def test_with_a_yes_on_the_line_nobody_is_asked_and_the_node_is(
    arguments: list[str], tmp_path: Path
) -> None:
    ended = sathi_here(*arguments, "--yes")
    assert (ended.code, ended.data) == (1, "")
    assert NOBODY_RUNS in ended.talk
    assert not (tmp_path / "cut").exists()


@pytest.mark.parametrize(
    ("typed", "is_asked_of_the_node"), [("y", True), ("n", False), ("", False)]
)
def test_the_question_names_the_day_and_only_y_is_a_yes(
    arguments: list[str], tmp_path: Path, typed: str, *, is_asked_of_the_node: bool
) -> None:
    with on_terminal(*arguments, cwd=tmp_path) as terminal:
        terminal.answer(QUESTION, typed)
        code, shown = terminal.end()
    assert code == 1
    assert (NOBODY_RUNS in shown) is is_asked_of_the_node
    assert not (tmp_path / "cut").exists()
