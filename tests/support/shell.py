"""A person at a terminal with a shell: types lines, and answers what is asked, as the screen shows it."""

import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.support.command_line import PATIENCE_SECONDS, environment

# The shell says it when a line is done, with the code it ended with; no command of ours prints it.
_PROMPT: Final = re.compile(r"\[done ([0-9]+)\]")
_SHIM: Final = (
    "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    # Whoever started the tests may have had Ctrl+C ignored; a person's terminal has not.
    "signal.signal(signal.SIGINT, signal.SIG_DFL);"
    "os.execvp('bash', ['bash', '--noprofile', '--norc', '--noediting', '-i'])"
)
_CHUNK: Final = 4096
_END_OF_FILE: Final = "\x04"
_STOP: Final = b"\x03"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is typed when the screen ends with this question; `is_file` ends with Ctrl+D, as a file does."""

    question: str
    text: str = field(repr=False)
    is_file: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One line that was typed: the code it ended with, and what was shown meanwhile."""

    code: int
    shown: str


def make_home(home: Path) -> Path:
    """A person's folder on one computer, in which `sathi` is this very checkout."""
    place = home / "bin"
    place.mkdir(parents=True)
    command = place / "sathi"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m node.cli "$@"\n', encoding="utf-8")
    command.chmod(0o700)
    return home


@dataclass(slots=True, kw_only=True)
class Shell:
    """A screen and a keyboard; `shown` is what was not looked at yet."""

    process: "subprocess.Popen[bytes]"
    screen: int
    shown: str = ""

    def run(self, line: str, *, answers: Sequence[Answer] = ()) -> Done:
        """Type a line, answer what is asked until it is done.

        A question that nobody has an answer to ends the test: nothing more is shown then.
        """
        self._type(line + "\n")
        told = ""
        while (ended := _PROMPT.search(self.shown)) is None:
            asked = next((each for each in answers if self._ends_with(each.question)), None)
            if asked is None:
                self.shown += self._read()
                continue
            told, self.shown = told + self.shown, ""
            self._type(asked.text + (_END_OF_FILE if asked.is_file else "\n"))
        told += self.shown[: ended.start()]
        self.shown = self.shown[ended.end() :]
        return Done(code=int(ended[1]), shown=told.replace("\r\n", "\n"))

    def begin(self, line: str, *, until: str) -> str:
        """Type a line that goes on, and wait for a line that begins with a text; what was shown so far."""
        self._type(line + "\n")
        while f"\n{until}" not in self.shown or not self.shown.endswith("\n"):
            assert _PROMPT.search(self.shown) is None, f"it ended: {self.shown}"
            self.shown += self._read()
        told, self.shown = self.shown, ""
        return told.replace("\r\n", "\n")

    def stop(self) -> None:
        """Press Ctrl+C, and wait until the line is done."""
        os.write(self.screen, _STOP)
        while _PROMPT.search(self.shown) is None:
            self.shown += self._read()
        self.shown = ""

    def _ends_with(self, question: str) -> bool:
        return self.shown.replace("\r\n", "\n").endswith(question)

    def _type(self, text: str) -> None:
        os.write(self.screen, text.encode())

    def _read(self) -> str:
        readable, _, _ = select.select([self.screen], [], [], PATIENCE_SECONDS)
        assert readable, f"nothing more came after: {self.shown}"
        try:
            more = os.read(self.screen, _CHUNK).decode()
        except OSError:
            more = ""
        assert more, f"the shell ended after: {self.shown}"
        return more


@contextmanager
def shell(home: Path) -> Iterator[Shell]:
    """Open a terminal on the computer whose person has this home; whatever still runs in it ends with it."""
    screen, person = pty.openpty()
    place = {"HOME": str(home), "PATH": f"{home / 'bin'}:{os.environ['PATH']}"}
    looks = {"TERM": "dumb", "PS1": "[done $?]", "PS2": "", "COLUMNS": "200", "HISTFILE": ""}
    process = subprocess.Popen(  # noqa: S603  (our own command)
        [sys.executable, "-c", _SHIM],
        stdin=person,
        stdout=person,
        stderr=person,
        cwd=home,
        env=environment() | place | looks,
        start_new_session=True,
    )
    os.close(person)
    opened = Shell(process=process, screen=screen)
    try:
        while _PROMPT.search(opened.shown) is None:
            opened.shown += opened._read()
        opened.shown = ""
        yield opened
    finally:
        # The terminal is taken away: whoever reads from it or belongs to it is told to end.
        os.close(screen)
        process.kill()
        process.wait(PATIENCE_SECONDS)
