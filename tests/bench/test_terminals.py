"""The terminal of the bench: it answers as xterm, and what is drawn on it is seen when it is there."""

import os
import sys
import time
from pathlib import Path

import pytest

from bench.floors.processes import FloorError
from bench.floors.terminals import cells_of_line, memory_megabytes, on_terminal

ECHO = """
import sys, tty
tty.setcbreak(0)
print("begun", flush=True)
while key := sys.stdin.read(1):
    print(f"<{key}>", flush=True)
"""
WHERE = """
import os, tty
tty.setcbreak(0)
os.write(1, "\\r\\N{BENGALI LETTER KA}\\N{BENGALI VOWEL SIGN AA}\\x1b[6n".encode())
answer = b""
while not answer.endswith(b"R"):
    answer += os.read(0, 16)
print("answered", answer, flush=True)
"""
SETTINGS = """
import os
print(sorted(n for n in os.environ if n.startswith(("PYTHON", "SATHI", "TEXTUAL"))), "!", flush=True)
os.read(0, 1)
"""


@pytest.mark.parametrize(
    ("drawn", "cells"),
    [
        ("", 0),
        ("abc", 3),
        ("above\rab", 2),
        ("above\r\nabc", 3),
        ("\x1b[1;31mab\x1b[0m", 2),
        ("\N{DEVANAGARI LETTER KA}\N{DEVANAGARI SIGN VIRAMA}", 1),
        ("\N{DEVANAGARI LETTER KA}\N{DEVANAGARI VOWEL SIGN AA}", 2),
        ("a\N{ZERO WIDTH JOINER}b", 2),
        ("\N{HIRAGANA LETTER A}", 2),
    ],
)
def test_a_line_takes_as_many_cells_as_xterm_gives_it(drawn: str, cells: int) -> None:
    assert cells_of_line(drawn.encode()) == cells


@pytest.mark.slow
@pytest.mark.sockets
def test_a_program_that_asks_where_the_cursor_is_is_answered() -> None:
    with on_terminal((sys.executable, "-c", WHERE)) as terminal:
        terminal.wait_for(r"answered b'\x1b[1;3R'")


@pytest.mark.slow
@pytest.mark.sockets
def test_what_was_drawn_before_one_looked_away_is_not_found() -> None:
    with on_terminal((sys.executable, "-c", ECHO)) as terminal:
        terminal.wait_for("begun")
        terminal.send(b"a")
        terminal.wait_for("<a>")
        terminal.send(b"b")
        terminal.look_away(time.perf_counter() + 0.1)
        before = terminal.send(b"c")
        after = terminal.wait_for(">")
    assert (b"<b>" in terminal.seen, b"<c>" in terminal.seen) == (False, True)
    assert terminal.begun < before < after


@pytest.mark.slow
@pytest.mark.sockets
def test_a_program_that_ends_before_anything_is_found_is_an_error() -> None:
    with (
        on_terminal((sys.executable, "-c", "print('last words')")) as terminal,
        pytest.raises(FloorError, match="last words"),
    ):
        terminal.wait_for("never drawn")


@pytest.mark.slow
@pytest.mark.sockets
def test_a_program_finds_no_setting_that_would_change_how_it_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("PYTHONDONTWRITEBYTECODE", "SATHI_MARK_WIDTH", "TEXTUAL_LOG"):
        monkeypatch.setenv(name, "1")
    with on_terminal((sys.executable, "-c", SETTINGS)) as terminal:
        terminal.wait_for("[] !")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says it in /proc")
def test_a_process_held_at_most_what_it_holds_now_or_more() -> None:
    now, most = memory_megabytes(os.getpid())
    assert 5 < now <= most
