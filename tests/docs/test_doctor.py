"""docs/doctor.md explains every line that `sathi doctor` can print, and no other one."""

import re
from pathlib import Path
from typing import Final

from node.cli.doctor import machine, running
from node.cli.doctor.findings import Check, State
from node.cli.talking import Exit
from protocol import limits

PAGE: Final = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text(encoding="utf-8")


def rows() -> dict[str, str]:
    """Each row of the page's tables, by its first cell."""
    found = re.findall(r"^\| ([^|]+) \| (.+) \|$", PAGE, re.MULTILINE)
    return {name: rest for name, rest in found if name not in {"line", "it says"}}


def test_every_check_and_every_state_has_its_row_and_there_is_no_other() -> None:
    assert set(rows()) == {*Check, *(f"`{state}`" for state in State)}


def test_the_page_names_the_numbers_on_which_the_checks_turn() -> None:
    gib, mib = machine.SPACE_WARN_BYTES // 2**30, machine.SPACE_FAIL_BYTES // 2**20
    assert f"Below {gib} GiB it warns; below {mib} MiB it fails" in rows()["space"]
    assert running.WAITING_SECONDS_MAX == 3 * limits.DAY
    assert all("three days" in rows()[name] for name in ("outbox", "partner"))


def test_the_page_names_what_the_command_ends_with() -> None:
    ends = (
        f"{Exit.DONE} if all is well, {Exit.WARNED} if there are warnings\nonly, {Exit.FAILED} if"
    )
    assert ends in PAGE
