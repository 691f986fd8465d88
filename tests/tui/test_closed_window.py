"""The window is closed without a word: the session at the node ends with it."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import PATIENCE_SECONDS, ROOT, environment

PROGRAM = (
    "import fcntl, runpy, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "runpy.run_module('tests.support.closed_window', run_name='__main__')"
)


def read_on(far: int, *, until: Callable[[], bool]) -> None:
    """Take what is drawn, as a terminal does."""
    while not until():
        assert select.select([far], [], [], PATIENCE_SECONDS)[0]
        os.read(far, 65536)


def asked_after(
    noted: Path, *, end: Callable[[subprocess.Popen[bytes], int], None]
) -> tuple[list[str], int]:
    """What a desk asked of the node after its end began, and with what it ended by itself."""
    far, near = pty.openpty()
    fcntl.ioctl(near, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    noted.touch()
    process = subprocess.Popen(  # noqa: S603  (our own interpreter and our own program)
        [sys.executable, "-c", PROGRAM, str(noted)],
        stdin=near,
        stdout=near,
        stderr=near,
        cwd=ROOT,
        env=environment() | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"},
        start_new_session=True,
    )
    os.close(near)
    try:
        read_on(far, until=lambda: "watch_changes" in noted.read_text(encoding="utf-8"))
        before = noted.read_text(encoding="utf-8").split()
        end(process, far)
        code = process.wait(PATIENCE_SECONDS)
    finally:
        process.kill()
        process.wait(PATIENCE_SECONDS)
    return noted.read_text(encoding="utf-8").split()[len(before) :], code


@pytest.mark.slow
@pytest.mark.sockets
def test_closing_the_terminal_ends_the_session(tmp_path: Path) -> None:
    asked, code = asked_after(tmp_path / "asked", end=lambda _process, far: os.close(far))
    assert "close_session" in asked
    # What hangs on the terminal that is gone is ended by the alarm.
    assert code in {0, -signal.SIGALRM}


@pytest.mark.slow
@pytest.mark.sockets
def test_ending_the_program_ends_the_session_and_leaves_a_whole_terminal(tmp_path: Path) -> None:
    drawn = bytearray()

    def end(process: subprocess.Popen[bytes], far: int) -> None:
        process.send_signal(signal.SIGTERM)
        # The other end of a terminal that was left has an error instead of an end.
        with contextlib.suppress(OSError):
            while process.poll() is None:
                if select.select([far], [], [], 0.1)[0]:
                    drawn.extend(os.read(far, 65536))
        os.close(far)

    asked, code = asked_after(tmp_path / "asked", end=end)
    assert ("close_session" in asked, code) == (True, 0)
    # What is put away after the window, such as the nodes of the demonstration, is not cut off.
    assert asked[-1] == "alarm_in_0"
    assert b"\x1b[?1049l" in drawn
