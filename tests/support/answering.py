"""A terminal that answers, or does not: the other end of a pty, with widths of its own."""

import os
import pty
import re
import select
import termios
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

Width = Callable[[str], int]

_TOKEN: Final = re.compile(r"\x1b\[6n|\x1b\[2K|.", re.DOTALL)
_CHUNK: Final = 4096


def like_xterm(character: str) -> int:
    """VTE, Konsole, xterm and tmux give a spacing mark a cell."""
    return 0 if unicodedata.category(character) in ("Mn", "Cf") else 1


def like_kitty(character: str) -> int:
    """Kitty gives no mark a cell."""
    return 0 if unicodedata.category(character) in ("Mn", "Mc", "Cf") else 1


def without_utf8(character: str) -> int:
    """A terminal that shows each byte as a letter."""
    return len(character.encode())


@dataclass(slots=True)
class AnsweringTerminal:
    """What a program has as its keyboard and screen, and what was seen of it from the other side."""

    end: int
    flags: list[int] = field(default_factory=list)
    questions: int = 0
    column: int = 1


def row_of_columns(columns: list[int]) -> bytes:
    """Reports of the cursor at these columns of one row."""
    return b"".join(f"\x1b[7;{column}R".encode() for column in columns)


@contextmanager
def terminal_that(
    width: Width, answer: Callable[[int, int], bytes] = lambda _, column: row_of_columns([column])
) -> Iterator[AnsweringTerminal]:
    """A terminal that draws by `width` and answers `answer(number of the question, column)`."""
    far, near = pty.openpty()
    # A full keyboard drops what is sent to it; nobody waits.
    os.set_blocking(far, False)
    terminal = AnsweringTerminal(end=near)
    drawing = threading.Thread(target=_draw, args=(far, terminal, width, answer))
    drawing.start()
    try:
        yield terminal
    finally:
        # The thread ends when nobody holds the near end.
        os.close(near)
        drawing.join()
        os.close(far)


def _draw(
    far: int, terminal: AnsweringTerminal, width: Width, answer: Callable[[int, int], bytes]
) -> None:
    pending = b""
    while True:
        select.select([far], [], [])
        try:
            pending += os.read(far, _CHUNK)
        except OSError:
            return
        # A chunk may end inside a character or a sequence; the rest comes with the next one.
        if (whole := _whole(pending)) is None:
            continue
        pending = b""
        for drawn in _TOKEN.findall(whole):
            _draw_one(far, terminal, drawn, width, answer)


def _whole(pending: bytes) -> str | None:
    try:
        text = pending.decode()
    except UnicodeDecodeError:
        return None
    return None if re.search(r"\x1b(\[\d*)?\Z", text) else text


def _draw_one(
    far: int,
    terminal: AnsweringTerminal,
    drawn: str,
    width: Width,
    answer: Callable[[int, int], bytes],
) -> None:
    if drawn == "\r":
        terminal.column = 1
    elif drawn == "\x1b[6n":
        terminal.flags.append(termios.tcgetattr(far)[3])
        with suppress(BlockingIOError):
            os.write(far, answer(terminal.questions, terminal.column))
        terminal.questions += 1
    elif not drawn.startswith("\x1b"):
        terminal.column += width(drawn)
