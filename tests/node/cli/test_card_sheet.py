"""`sathi card sheet`: the keeper's suspend for the card as it is, against a real process."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from node.cli.sheets import read_suspend
from protocol.cards import held_suspend
from tests.support.command_line import (
    PATIENCE_SECONDS,
    Ended,
    Founded,
    environment,
    founded,
    sathi_here,
    served,
)
from tests.support.ports import free_port

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

KILLED: Final = """
from node import faults
from node.cli.main import main
faults.arm_kill("card.before_sheet")
main(prog_name="sathi")
"""


@pytest.fixture
def alo(tmp_path: Path) -> Iterator[Founded]:
    node = founded(tmp_path / "alo", port=free_port(), name="Alo Shelter", user="Rina")
    with served(node.folder):
        yield node


def typed(node: Founded, act: str, sheet: Path) -> list[str]:
    words = ("--root-words-file", node.root_sheet, "--suspend-sheet", sheet)
    return [str(word) for word in ("card", act, *node.credentials, *words)]


def killed_while_renewing(node: Founded, sheet: Path) -> int:
    """The power goes when the new card counts and its sheet is not written."""
    ended = subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-c", KILLED, *typed(node, "renew", sheet)],
        capture_output=True,
        env=environment(),
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return ended.returncode


def shown_sequence(node: Founded) -> int:
    shown = sathi_here("card", "show", *map(str, node.credentials), "--json")
    return int(shown.json()["sequence"])


def stops_up_to(sheet: Path) -> int:
    return held_suspend(read_suspend(sheet.read_text(encoding="utf-8"))).card_sequence


def test_after_a_renewal_that_was_killed_before_its_sheet_the_sheet_is_printed_without_another_one(
    alo: Founded, tmp_path: Path
) -> None:
    code = killed_while_renewing(alo, tmp_path / "killed.suspend")
    sheet = tmp_path / "new.suspend"
    printed = sathi_here(*typed(alo, "sheet", sheet), "--json")

    assert code < 0
    assert printed.json() == {"sequence": 2, "sheet": str(sheet)}
    assert (stops_up_to(sheet), shown_sequence(alo)) == (2, 2)
    assert sheet.stat().st_mode & 0o077 == 0


def test_the_sheet_that_is_printed_again_is_the_same_and_is_written_over_no_other(
    alo: Founded, tmp_path: Path
) -> None:
    sheet = tmp_path / "again.suspend"
    first = sathi_here(*typed(alo, "sheet", sheet))
    second = sathi_here(*typed(alo, "sheet", sheet))

    assert (first.code, first.data[:8]) == (0, "1\tuntil ")
    assert sheet.read_bytes() == alo.suspend_sheet.read_bytes()
    assert (second.code, "is there already" in second.talk) == (1, True)


def test_words_of_another_node_print_no_sheet(alo: Founded, tmp_path: Path) -> None:
    other = founded(tmp_path / "other", port=free_port(), name="Other", user="Rina")
    sheet = tmp_path / "again.suspend"
    command = typed(alo, "sheet", sheet)
    command[command.index(str(alo.root_sheet))] = str(other.root_sheet)
    said: Ended = sathi_here(*command)

    assert (said.code, "another node's root" in said.talk) == (1, True)
    assert not sheet.exists()
