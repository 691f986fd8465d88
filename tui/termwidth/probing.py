"""Asking the terminal how many cells it gives to each mark: one round trip, before the desk starts.

Each text is written from the first column and followed by CSI 6n, and the terminal answers with the column
it is at. A terminal that says nothing, or anything that cannot be, is one that was not asked.
"""

import asyncio
import os
import re
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from tui.clusters import ZWJ
from tui.termwidth.marks import CONJUNCTS, MARKS, SHOWN, WORDS

TIMEOUT_SECONDS: Final = 0.5
"""Longer than a satellite's echo for one answer; what comes later, the desk takes for nothing."""
KEYBOARD: Final = 0
SCREEN: Final = 2
"""The desk is drawn on the standard error output: the same terminal is asked."""

_WHERE: Final = "\x1b[6n"
_ERASE: Final = "\r\x1b[2K"
_REPORT: Final = re.compile(rb"\x1b\[(\d{1,5});(\d{1,5})R")
_CHUNK_BYTES: Final = 4096
# Twice what every answer takes; a flood is not listened to for the whole time.
_ANSWER_BYTES_MAX: Final = 32 * 1024
_LETTERS: Final = ("\u0995", "\u0915")


def probe(
    timeout_seconds: float = TIMEOUT_SECONDS, *, keyboard: int = KEYBOARD, screen: int = SCREEN
) -> dict[str, int] | None:
    """The cells this terminal gives to each mark and to each word it is known by.

    For ZWJ it is -1 where a joiner takes away the cell of the letter after it.

    None is for no terminal, or none that answers as a terminal would. What a person types meanwhile is read
    and dropped: no key of hers is taken for an answer, and none acts. The terminal is left as it was found.
    """
    if not (_is_terminal(keyboard) and _is_terminal(screen)):
        return None
    texts = ("", *_LETTERS, *SHOWN.values(), *CONJUNCTS, *WORDS)
    with _listening(keyboard):
        reports = asyncio.run(_ask(texts, keyboard, screen, timeout_seconds))
    return None if reports is None else _understood(reports, letters=len(_LETTERS))


def _is_terminal(descriptor: int) -> bool:
    # A closed descriptor is no terminal either.
    return os.isatty(descriptor)


@contextmanager
def _listening(keyboard: int) -> Iterator[None]:
    """No echo and no lines, but Ctrl+C still ends the program; afterwards everything as before."""
    before = termios.tcgetattr(keyboard)
    try:
        tty.setcbreak(keyboard, termios.TCSADRAIN)
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


async def _ask(
    texts: tuple[str, ...], keyboard: int, screen: int, timeout_seconds: float
) -> list[tuple[int, int]] | None:
    """Where the terminal stood after each text, as row and column."""
    is_over = asyncio.Event()
    heard = bytearray()

    def hear() -> None:
        # Read where the loop has just seen something: anywhere else the read might wait for ever.
        more = _read(keyboard)
        heard.extend(more)
        are_all_in = len(_REPORT.findall(heard)) >= len(texts)
        if not more or are_all_in or len(heard) >= _ANSWER_BYTES_MAX:
            is_over.set()

    loop = asyncio.get_running_loop()
    loop.add_reader(keyboard, hear)
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                os.write(screen, "".join(f"\r{text}{_WHERE}" for text in texts).encode())
                await is_over.wait()
    finally:
        loop.remove_reader(keyboard)
        os.write(screen, _ERASE.encode())
    found = [(int(row), int(column)) for row, column in _REPORT.findall(heard)]
    if len(found) != len(texts):
        # The rest of half an answer would be typed into the desk.
        termios.tcflush(keyboard, termios.TCIFLUSH)
        return None
    return found


def _read(keyboard: int) -> bytes:
    try:
        return os.read(keyboard, _CHUNK_BYTES)
    except OSError:
        # The terminal was closed.
        return b""


def _understood(reports: list[tuple[int, int]], *, letters: int) -> dict[str, int] | None:
    """The widths the reports tell of, unless they cannot be those of a terminal that shows our letters."""
    cells = [column - 1 for _, column in reports]
    rows = {row for row, _ in reports}
    start, plain, rest = cells[0], set(cells[1 : 1 + letters]), cells[1 + letters :]
    marks = {
        mark: width - (len(shown) - 1)
        for (mark, shown), width in zip(SHOWN.items(), rest[: len(MARKS)], strict=True)
    }
    is_sound = all(width in ((0, -1) if mark == ZWJ else (0, 1)) for mark, width in marks.items())
    if len(rows) != 1 or start != 0 or plain != {1} or not is_sound:
        return None
    return marks | dict(zip((*CONJUNCTS, *WORDS), rest[len(MARKS) :], strict=True))
