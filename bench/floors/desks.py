"""The floors of the desk: what a bare Textual application takes for the same on the same kind of terminal."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.floors import databases, screens, sizes
from bench.floors.processes import command
from bench.floors.readings import Reading, middle_and_most
from bench.floors.terminals import Terminal, memory_megabytes, on_terminal

DOWN: Final = b"\x1b[B"
PAGE_DOWN: Final = b"\x1b[6~"
ENTER: Final = b"\r"
_HOME: Final = b"\x1b[H"
_MILLISECONDS: Final = 1_000
_SCHEMA: Final = (
    "CREATE TABLE cases(number TEXT PRIMARY KEY, town TEXT, opened INTEGER)",
    "CREATE INDEX by_opened ON cases(opened)",
    "CREATE TABLE counts(status INTEGER PRIMARY KEY, count INTEGER)",
)
_ROWS_AT_ONCE: Final = 1_000


def first_frame_seconds() -> Reading:
    """From the start of the process to the first frame of one line and two fields."""
    with on_terminal(command("screens", "first")) as terminal:
        return Reading(value=terminal.wait_for(screens.FIRST) - terminal.begun)


def key_milliseconds(*, keys: int = sizes.KEYS) -> Reading:
    """From a key to the bytes of the next frame of a list of a hundred rows; of 95 in 100 keys."""
    taken = []
    with on_terminal(command("screens", "list")) as terminal:
        terminal.wait_for(screens.row_text(0, is_chosen=True))
        row = 0
        for number in range(keys):
            is_page = number % (sizes.ROWS_DOWN + 1) == sizes.ROWS_DOWN
            rows = screens.PAGE_ROWS if is_page else 1
            if row + rows >= screens.ROWS:
                row = 0
                _row_after(terminal, _HOME, row)
            row += rows
            taken.append(_row_after(terminal, PAGE_DOWN if is_page else DOWN, row))
    p50, p95 = middle_and_most(taken)
    return Reading(value=p95, beside={"p50": p50})


def _row_after(terminal: Terminal, key: bytes, row: int) -> float:
    text = screens.row_text(row, is_chosen=True).encode()
    return milliseconds_after(terminal, key, lambda drawn: text in drawn)


def milliseconds_after(terminal: Terminal, key: bytes, found: Callable[[bytes], bool]) -> float:
    """Press a key of a row of keys that is held down, and wait until something is drawn.

    It waits for its turn: pressed right after a frame, each key would measure Textual's own pause between two
    frames and little else.
    """
    terminal.look_away(time.perf_counter() + sizes.KEY_PAUSE_SECONDS)
    sent = terminal.send(key)
    return (terminal.wait(found) - sent) * _MILLISECONDS


def opening_milliseconds(folder: Path, *, cases: int = sizes.CASES) -> Reading:
    """From Enter to the frame with what was read from a file that Enter opened."""
    file = folder / f"floor-{cases}.db"
    if not file.exists():
        _fill(file, cases)
    with on_terminal(command("screens", "open", str(file))) as terminal:
        terminal.wait_for(screens.FIRST)
        terminal.look_away()
        sent = terminal.send(ENTER)
        return Reading(value=(terminal.wait_for(screens.SHOWN) - sent) * _MILLISECONDS)


def memory_of_a_list() -> Reading:
    """What the process of a list of a hundred rows holds, in megabytes."""
    with on_terminal(command("screens", "list")) as terminal:
        terminal.wait_for(screens.row_text(0, is_chosen=True))
        now, most = memory_megabytes(terminal.pid)
        return Reading(value=now, beside={"most": most})


def _fill(file: Path, cases: int) -> None:
    connection: sqlite3.Connection = databases.open_encrypted(file)
    for statement in _SCHEMA:
        connection.execute(statement)
    for first in range(0, cases, _ROWS_AT_ONCE):
        numbers = range(first, min(cases, first + _ROWS_AT_ONCE))
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO cases VALUES (?, ?, ?)",
            [(f"K-{number:06}", "Khulna", number) for number in numbers],
        )
        connection.execute("COMMIT")
    connection.execute("INSERT INTO counts VALUES (1, ?)", (cases,))
    connection.close()
