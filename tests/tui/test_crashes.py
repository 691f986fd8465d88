"""A mistake in the desk tells where it is, and nothing of what was on the screen."""

import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.support.command_line import PATIENCE_SECONDS, ROOT, environment
from tests.support.crashing import PARTS, PLACES
from tests.support.screen_programs import Ended, on_a_terminal

CANARY: Final = "-".join(PARTS)
REPORT: Final = re.compile(rb"Sathi stopped\. Report (?P<code>[0-9a-f]{8}), (?P<places>[^(\r]*)")
# What breaks where nobody waits for it does not stop the desk.
UNHEARD: Final = frozenset({"task", "coroutine", "system"})
# On the other screen and with the mouse when it begins, and as it was when it ends.
BEGINS: Final = (b"\x1b[?1049h", b"\x1b[?1000h", b"\x1b[?2004h")
ENDS: Final = (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?2004l", b"\x1b[?25h")


def crashed(place: str, *flags: str) -> Ended:
    return on_a_terminal(*flags, "-m", "tests.support.crashing", place)


@pytest.mark.slow
@pytest.mark.sockets
@pytest.mark.parametrize("place", PLACES)
def test_whatever_breaks_nothing_of_hers_is_written_and_the_terminal_is_as_it_was(
    place: str,
) -> None:
    ended = crashed(place, "-X", "dev")
    assert CANARY.encode() not in ended.written
    for part in (b"Traceback", b"locals", b"never retrieved", b"never awaited"):
        assert part not in ended.written
    for begun, over in zip(BEGINS, ENDS, strict=False):
        assert ended.written.rfind(begun) < ended.written.rfind(over)
    assert ENDS[-1] in ended.written
    assert ended.has_echo
    assert (ended.code == 0) == (place in UNHEARD)
    assert (REPORT.search(ended.written) is None) == (place in UNHEARD)


@pytest.mark.slow
@pytest.mark.sockets
def test_a_report_names_the_line_and_has_the_same_code_for_the_same_mistake() -> None:
    first, second = (REPORT.search(crashed("load").written) for _ in range(2))
    other = REPORT.search(crashed("handler").written)
    assert first is not None
    assert second is not None
    assert other is not None
    assert first["code"] == second["code"] != other["code"]
    assert re.search(rb"desk_screen\.py:\d+", first["places"])


@pytest.mark.slow
@pytest.mark.sockets
def test_no_setting_of_the_library_makes_a_picture_or_a_log_of_the_desk(tmp_path: Path) -> None:
    folder = tmp_path / "node"
    folder.mkdir()
    (folder / "federation.toml").write_text(
        (ROOT / "federation.toml.example").read_text(encoding="utf-8"), encoding="utf-8"
    )
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    settings = {
        "TEXTUAL_SCREENSHOT": "0",
        "TEXTUAL_SCREENSHOT_LOCATION": str(pictures),
        "TEXTUAL_SCREENSHOT_FILENAME": "taken.svg",
        "TEXTUAL_LOG": str(pictures / "log"),
        "TEXTUAL": "devtools,debug",
        "TEXTUAL_PRESS": "ctrl+q",
        "TEXTUAL_DEBUG": "1",
    }
    with pytest.raises(TimeoutError):
        _until_it_ends_by_itself(folder, settings)
    assert [*pictures.iterdir()] == []


def _until_it_ends_by_itself(folder: Path, settings: Mapping[str, str]) -> None:
    """Run `sathi tui` on a terminal; with any of the settings in force it would end, and at once."""
    far, near = pty.openpty()
    process = subprocess.Popen(  # noqa: S603  (our own command)
        [sys.executable, "-m", "node.cli", "tui", "--data", str(folder)],
        stdin=near,
        stdout=near,
        stderr=near,
        env=environment() | {"TERM": "xterm-256color"} | dict(settings),
        start_new_session=True,
    )
    os.close(near)
    written = b""
    try:
        while b"Locked" not in written:
            assert select.select([far], [], [], PATIENCE_SECONDS)[0], written
            written += os.read(far, 65536)
        # The lock screen stands: by now a setting would have taken its picture and closed the window.
        try:
            process.wait(1)
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
    finally:
        process.kill()
        process.wait(PATIENCE_SECONDS)
        os.close(far)
