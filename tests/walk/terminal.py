"""A terminal for one desk: a tmux server of its own, written to and read through tmux's control mode.

Control mode tells of everything that is drawn, so nothing here waits by the clock alone: the pane is read
again when something was drawn on it.
"""

import os
import re
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from tests.walk.screen import COLUMNS, ROWS, Screen

FoundT = TypeVar("FoundT")

PATIENCE_SECONDS: Final = 20.0
TMUX: Final = shutil.which("tmux")
# Longer than one drawing of a screen takes, shorter than a cursor blinks.
_STILL_SECONDS: Final = 0.05
_CHUNK: Final = 65536
# The server's own answers come between these; everything else is told unasked.
_BEGIN: Final = re.compile(rb"%begin \d+ \d+ \d+\n")
_END: Final = re.compile(rb"^%(end|error) \d+ \d+ \d+\n", re.MULTILINE)


class NotShownError(AssertionError):
    """What was waited for did not come; the message ends with the screen as it stood."""


class Terminal:
    """A screen of 80 columns and 24 rows, and a keyboard."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._keyboard = process.stdin
        self._told = process.stdout.fileno()
        self._unread = b""

    def begin(self) -> None:
        """Wait until the server listens."""
        self._answer()
        self._ask("set-option -g status off")
        self._ask("set-option -g escape-time 0")

    def press(self, key: str) -> None:
        """One key, as tmux names it."""
        self._ask(f"send-keys -t desk {_quoted(key)}")

    def type(self, text: str) -> None:
        """Each character of a text, as a keyboard sends it."""
        self._ask(f"send-keys -t desk -l {_quoted(text)}")

    def look(self) -> Screen:
        """What stands on the screen now."""
        drawn = self._ask("capture-pane -p -e -t desk")
        return Screen.of(drawn.decode().split("\n")[:ROWS])

    def has_run_over(self) -> bool:
        """Did a row not fit, as the terminal itself counts cells? It joins what it had to wrap."""
        rows = self._ask("capture-pane -p -t desk").count(b"\n")
        return self._ask("capture-pane -p -J -t desk").count(b"\n") != rows

    def wait(self, found: Callable[[Screen], FoundT | None], what: str) -> FoundT:
        """Look until something is found there."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            screen = self.look()
            result = found(screen)
            if result is not None:
                return result
            if not self._is_more_drawn(deadline - time.monotonic()):
                raise NotShownError(f"not shown: {what}\n{screen}")

    def settle(self) -> Screen:
        """What stands there once nothing more is being drawn."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        screen = self.look()
        while self._is_more_drawn(min(_STILL_SECONDS, deadline - time.monotonic())):
            screen = self.look()
        return screen

    def has_ended(self) -> bool:
        """Has the window closed?"""
        return self._process.poll() is not None

    def wait_for_end(self) -> None:
        """Read until the window has closed."""
        while os.read(self._told, _CHUNK):
            pass
        self._process.wait(PATIENCE_SECONDS)

    def _ask(self, command: str) -> bytes:
        self._keyboard.write(command.encode() + b"\n")
        self._keyboard.flush()
        return self._answer()

    def _answer(self) -> bytes:
        while True:
            begin = _BEGIN.search(self._unread)
            end = None if begin is None else _END.search(self._unread, begin.end())
            if begin is not None and end is not None:
                answer = self._unread[begin.end() : end.start()]
                self._unread = self._unread[end.end() :]
                assert end[1] == b"end", answer
                return answer
            self._read()

    def _is_more_drawn(self, seconds: float) -> bool:
        """Wait until something is drawn; no longer than so."""
        if seconds <= 0:
            return False
        if b"%output" in self._unread:
            self._unread = b""
            return True
        readable, _, _ = select.select([self._told], [], [], seconds)
        if readable:
            self._read()
        return bool(readable)

    def _read(self) -> None:
        readable, _, _ = select.select([self._told], [], [], PATIENCE_SECONDS)
        assert readable, "the terminal does not answer"
        more = os.read(self._told, _CHUNK)
        assert more, "the window has closed"
        self._unread += more


@contextmanager
def on_terminal(
    arguments: Sequence[str], *, socket: Path, environment: Mapping[str, str]
) -> Iterator[Terminal]:
    """Run a command on a terminal of its own; the server ends with the block."""
    assert TMUX is not None
    process = subprocess.Popen(  # noqa: S603  (tmux, and our own command in it)
        [
            *(TMUX, "-u", "-S", str(socket), "-f", "/dev/null", "-C"),
            *("new-session", "-s", "desk", "-x", str(COLUMNS), "-y", str(ROWS), *arguments),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=dict(environment),
    )
    terminal = Terminal(process)
    try:
        terminal.begin()
        yield terminal
    finally:
        subprocess.run(  # noqa: S603  (tmux)
            [TMUX, "-S", str(socket), "kill-server"], stderr=subprocess.DEVNULL, check=False
        )
        process.communicate(timeout=PATIENCE_SECONDS)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
