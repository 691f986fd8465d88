"""A text from the keyboard of a real terminal to the bytes that are drawn on it."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.command_line import PATIENCE_SECONDS, ROOT, environment

ZWJ = "\u200d"
RAB = f"র{ZWJ}্যাব"
GARYO = f"गर्{ZWJ}यो"

DESK = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from textual.app import App
from tui.termwidth import setup
from tui.widgets.indic_input import IndicInput, IndicTextArea

class Desk(App):
    def compose(self):
        yield IndicInput()
        yield IndicTextArea()
    def on_input_submitted(self, event):
        self.exit(event.value)

setup(forced=1)
print("left with", ascii(Desk().run()), flush=True)
"""


@contextmanager
def desk_on_a_terminal() -> Iterator[int]:
    """The far end of a terminal of 24 lines on which a desk with two fields runs."""
    far, near = pty.openpty()
    fcntl.ioctl(near, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(  # noqa: S603  (our own interpreter and our own lines of code)
        [sys.executable, "-c", DESK],
        stdin=near,
        stdout=near,
        stderr=near,
        cwd=ROOT,
        env=environment() | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"},
        start_new_session=True,
    )
    os.close(near)
    try:
        yield far
    finally:
        process.kill()
        process.wait(PATIENCE_SECONDS)
        os.close(far)


def read_until(far: int, text: str) -> str:
    """What is drawn, until the text is there."""
    drawn = b""
    while text.encode() not in drawn:
        assert select.select([far], [], [], PATIENCE_SECONDS)[0], drawn[-500:]
        drawn += os.read(far, 65536)
    return drawn.decode(errors="replace")


@pytest.mark.sockets
@pytest.mark.parametrize("word", [RAB, GARYO])
def test_a_typed_joiner_is_drawn_on_the_terminal_and_is_in_what_is_read_out(word: str) -> None:
    with desk_on_a_terminal() as far:
        # The desk asks for bracketed paste once it listens.
        read_until(far, "\x1b[?2004h")
        os.write(far, word.encode())
        read_until(far, word)
        os.write(far, b"\r")
        read_until(far, f"left with {word!a}")


@pytest.mark.sockets
def test_a_pasted_joiner_is_kept_and_an_override_is_never_drawn() -> None:
    with desk_on_a_terminal() as far:
        drawn = read_until(far, "\x1b[?2004h")
        os.write(far, b"\x1b[200~" + f"{RAB}\u202e".encode() + b"\x1b[201~")
        drawn += read_until(far, RAB)
        os.write(far, b"\r")
        drawn += read_until(far, f"left with {RAB!a}")
    assert "\u202e" not in drawn
