"""A terminal of 80 columns and 24 rows for a program, and the bytes it draws there, with their time.

Where the program asks for the cursor (CSI 6n) it is answered as xterm would, which gives a spacing mark one
cell and a mark above or below none. Nothing else is answered: no program waits for it.
"""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, final

from bench.floors.processes import ROOT, FloorError

COLUMNS: Final = 80
ROWS: Final = 24
_PATIENCE_SECONDS: Final = 60.0
_CHUNK_BYTES: Final = 65_536
_ASKED: Final = b"\x1b[6n"
_LINE_BEFORE: Final = re.compile(rb"[^\r\n]*\Z")
_SEQUENCE: Final = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])")
# Whoever measures may have set some. Without compiled modules, every start would compile the product anew.
_SETTINGS: Final = ("PYTHON", "SATHI", "TEXTUAL")
_TERMINAL: Final = {
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
    "LC_ALL": "C.UTF-8",
}
_NO_CELL: Final = frozenset({"Mn", "Me", "Cf"})
_BYTES_PER_KIBIBYTE: Final = 1_024


@final
class Terminal:
    """The far end of the terminal: what a person's keyboard sends, and what her screen is told.

    Attributes:
        pid: the program's process.
        begun: when it was started, by `time.perf_counter`.
        seen: what was drawn until the last thing that was waited for was there.
    """

    def __init__(self, screen: int, *, pid: int, begun: float) -> None:
        self._screen = screen
        self.pid = pid
        self.begun = begun
        self.seen = b""
        self._unseen = b""
        self._unanswered = b""

    def send(self, keys: bytes) -> float:
        """Type; the moment just before."""
        before = time.perf_counter()
        os.write(self._screen, keys)
        return before

    def look_away(self, until: float = 0.0) -> None:
        """Read what was drawn so far, and what is drawn until a moment, without looking at it."""
        while select.select([self._screen], [], [], max(0.0, until - time.perf_counter()))[0]:
            self._read()
        self._unseen = b""

    def wait(self, found: Callable[[bytes], bool]) -> float:
        """Read until something is found in what was drawn and not looked at yet; the moment it was there.

        Raises:
            FloorError: if the program ends, or draws nothing more for a minute.
        """
        while not found(self._unseen):
            if not select.select([self._screen], [], [], _PATIENCE_SECONDS)[0]:
                raise FloorError(f"not drawn; the last was {self._unseen[-2000:]!r}")
            self._read()
        shown = time.perf_counter()
        self.seen, self._unseen = self._unseen, b""
        return shown

    def wait_for(self, text: str) -> float:
        """Read until this text is drawn; the moment it was there. Raises: FloorError."""
        return self.wait(lambda drawn: text.encode() in drawn)

    def _read(self) -> None:
        try:
            more = os.read(self._screen, _CHUNK_BYTES)
        except OSError:
            # The near end is closed.
            more = b""
        if not more:
            raise FloorError(f"the program ended; the last was {self._unseen[-2000:]!r}")
        self._unseen += more
        self._unanswered += more
        *asked, self._unanswered = self._unanswered.split(_ASKED)
        for before in asked:
            os.write(self._screen, f"\x1b[1;{1 + cells_of_line(before)}R".encode())


def cells_of_line(drawn: bytes) -> int:
    """How many cells the last line of what was drawn takes, as xterm counts them."""
    found = _LINE_BEFORE.search(drawn)
    line = b"" if found is None else _SEQUENCE.sub(b"", found[0])
    return sum(map(_cells, line.decode(errors="replace")))


def _cells(character: str) -> int:
    if character < " " or unicodedata.category(character) in _NO_CELL:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


@contextmanager
def on_terminal(command: Sequence[str]) -> Iterator[Terminal]:
    """Run a program on a terminal of its own; it is killed with the block."""
    screen, person = pty.openpty()
    fcntl.ioctl(person, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)
    }
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=person,
        stdout=person,
        stderr=person,
        cwd=ROOT,
        env=environment | _TERMINAL,
        start_new_session=True,
    )
    os.close(person)
    try:
        yield Terminal(screen, pid=process.pid, begun=begun)
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def memory_megabytes(pid: int) -> tuple[float, float]:
    """What a process holds of the memory now, and the most that it ever held, in 2**20 bytes.

    Raises:
        FloorError: where the system does not say it in /proc.
    """
    try:
        told = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        raise FloorError("this system does not say in /proc what a process holds") from None
    now, most = (
        int(line.split()[1]) / _BYTES_PER_KIBIBYTE
        for name in ("VmRSS:", "VmHWM:")
        for line in told.splitlines()
        if line.startswith(name)
    )
    return now, most
