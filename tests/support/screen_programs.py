"""Python programs on a terminal of their own: every byte they write, and how they leave the keyboard."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from dataclasses import dataclass
from typing import Final

from tests.support.command_line import PATIENCE_SECONDS, ROOT, environment

_SILENCE_SECONDS: Final = 0.1
_SILENCES_MAX: Final = int(PATIENCE_SECONDS / _SILENCE_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a program on a terminal of its own ended with, all that it wrote, and how it left the keyboard."""

    code: int
    written: bytes
    has_echo: bool


def on_a_terminal(*arguments: str, **said: str) -> Ended:
    """Run Python on a terminal of 24 lines until it ends; the rest is said in its environment."""
    far, near = pty.openpty()
    fcntl.ioctl(near, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(  # noqa: S603  (our own interpreter and our own program)
        [sys.executable, *arguments],
        stdin=near,
        stdout=near,
        stderr=near,
        cwd=ROOT,
        env=environment() | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"} | said,
        start_new_session=True,
    )
    written = b""
    try:
        silent = 0
        while (silent < _SILENCES_MAX and process.poll() is None) or _has_more(far, seconds=0):
            if _has_more(far, seconds=_SILENCE_SECONDS):
                written, silent = written + os.read(far, 65536), 0
            else:
                silent += 1
        has_echo = bool(termios.tcgetattr(near)[3] & termios.ECHO)
    finally:
        process.kill()
        process.wait(PATIENCE_SECONDS)
        os.close(near)
        os.close(far)
    return Ended(code=process.returncode, written=written, has_echo=has_echo)


def _has_more(far: int, *, seconds: float) -> bool:
    return bool(select.select([far], [], [], seconds)[0])
