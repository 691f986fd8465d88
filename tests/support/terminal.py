"""The `sathi` command in front of a person: a real terminal, driven by what it shows."""

import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.support.command_line import PATIENCE_SECONDS, environment

# Makes the terminal this process's own, where hidden input is read from.
_SHIM: Final = (
    "import fcntl, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    # Whoever started the tests may have had Ctrl+C ignored; a person's terminal has not.
    "signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from node.cli.main import main; main(prog_name='sathi')"
)
_CHUNK: Final = 4096
_AGAIN_SECONDS: Final = 1.0


@dataclass(slots=True)
class Terminal:
    """A screen and a keyboard. `shown` is what was not looked at yet, `told` what was."""

    process: "subprocess.Popen[bytes]"
    screen: int
    shown: str = ""
    told: list[str] = field(default_factory=list)

    def wait_for(self, text: str) -> str:
        """Read until the text is shown; what came before it."""
        while text not in self.shown:
            more = self._read()
            assert more, self.shown
            self.shown += more
        before, _, self.shown = self.shown.partition(text)
        self.told.append(before + text)
        return before

    def answer(self, question: str, text: str) -> str:
        """Type a line when the question is shown; what came before it."""
        before = self.wait_for(question)
        os.write(self.screen, (text + "\n").encode())
        return before

    def give_up_until(self, text: str) -> str:
        """Press Ctrl+C, again if nothing comes of it, until the text is shown.

        A key pressed while the program is setting the terminal up may be dropped, as in life.
        """
        while text not in self.shown:
            os.write(self.screen, b"\x03")
            while text not in self.shown and self._is_anything_shown(_AGAIN_SECONDS):
                more = self._read()
                assert more, self.shown
                self.shown += more
        return self.wait_for(text)

    def end(self) -> tuple[int, str]:
        """Read to the end: the exit code and everything that was ever shown."""
        while more := self._read():
            self.shown += more
        return self.process.wait(PATIENCE_SECONDS), "".join(self.told) + self.shown

    def _is_anything_shown(self, seconds: float) -> bool:
        readable, _, _ = select.select([self.screen], [], [], seconds)
        return bool(readable)

    def _read(self) -> str:
        assert self._is_anything_shown(PATIENCE_SECONDS), f"nothing more came after: {self.shown}"
        try:
            return os.read(self.screen, _CHUNK).decode()
        except OSError:
            return ""


@contextmanager
def on_terminal(*arguments: str, cwd: Path) -> Iterator[Terminal]:
    """Run the command on a terminal of its own."""
    screen, person = pty.openpty()
    process = subprocess.Popen(  # noqa: S603  (our own command)
        [sys.executable, "-c", _SHIM, *arguments],
        stdin=person,
        stdout=person,
        stderr=person,
        cwd=cwd,
        env=environment() | {"TERM": "xterm"},
        start_new_session=True,
    )
    os.close(person)
    try:
        yield Terminal(process=process, screen=screen)
    finally:
        process.kill()
        process.wait(PATIENCE_SECONDS)
        os.close(screen)
