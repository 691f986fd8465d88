"""`sathi init` in front of a person: a real terminal, driven by what it shows."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.command_line import PASSPHRASE
from tests.support.terminal import Terminal, on_terminal

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"


@contextmanager
def init(folder: Path) -> Iterator[Terminal]:
    arguments = ("init", "--data", str(folder), "--demo", "--cheap-passphrase")
    with on_terminal(*arguments, cwd=folder.parent) as terminal:
        yield terminal


def answer_the_questions(terminal: Terminal) -> None:
    terminal.answer("name, as partners see it", "Alo Shelter")
    terminal.answer("Country", "IN")
    terminal.answer("Your own name", "Rina")
    terminal.answer("Where partners reach it", "")
    terminal.answer("Might somebody come", "")
    terminal.answer("Passphrase:", "brief")
    terminal.answer("Again:", "brief")
    terminal.wait_for("Too short")
    terminal.answer("Passphrase:", PASSPHRASE)
    terminal.answer("Again:", PASSPHRASE)


def read_words(terminal: Terminal) -> dict[int, str]:
    page = terminal.answer("then press Enter", "")
    return {
        int(n): word for n, word in re.findall(r"([0-9]+) ([a-z]+)", page.rpartition("\n\r\n")[0])
    }


def give_back(terminal: Terminal, words: dict[int, str], *, wrong: bool = False) -> set[int]:
    asked = set()
    for _ in range(3):
        terminal.wait_for("Word ")
        place = int(terminal.wait_for(":"))
        asked.add(place)
        os.write(terminal.screen, (("zebra" if wrong else words[place]) + "\n").encode())
    return asked


def test_the_words_are_shown_on_a_screen_of_their_own_and_three_are_asked_back(
    tmp_path: Path,
) -> None:
    with init(tmp_path / "node") as terminal:
        answer_the_questions(terminal)
        terminal.wait_for(ENTER)
        words = read_words(terminal)
        assert sorted(words) == list(range(1, 25))
        asked = give_back(terminal, words)
        assert len(asked) == 3
        terminal.wait_for(LEAVE)
        code, _shown = terminal.end()
    after = terminal.shown
    assert code == 0
    assert re.search(r"sn1[a-z2-7]{32}", after)
    # One word may be one that we say too; two that follow each other in the key are not.
    assert [n for n in range(1, 24) if f"{words[n]} {words[n + 1]}" in after] == []
    assert [n for n in words if f"{n} {words[n]}" in after] == []
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "node",
        "sathi-recovery-sheet.txt",
        "sathi-suspend-sheet.txt",
    ]
    spelled = " ".join(words[place] for place in range(1, 25)).encode()
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert [raw for raw in files if spelled[:40] in raw] == []


def test_a_wrong_word_shows_them_again(tmp_path: Path) -> None:
    with init(tmp_path / "node") as terminal:
        answer_the_questions(terminal)
        terminal.wait_for(ENTER)
        words = read_words(terminal)
        give_back(terminal, words, wrong=True)
        terminal.wait_for("another word")
        assert read_words(terminal) == words
        give_back(terminal, words)
        terminal.wait_for(LEAVE)
        code, _shown = terminal.end()
    assert code == 0


def test_giving_up_at_the_words_clears_the_screen_and_makes_nothing(tmp_path: Path) -> None:
    with init(tmp_path / "node") as terminal:
        answer_the_questions(terminal)
        terminal.wait_for(ENTER)
        read_words(terminal)
        terminal.wait_for("Word ")
        terminal.give_up_until(LEAVE)
        code, shown = terminal.end()
    assert code == 1
    assert "Traceback" not in shown
    assert list(tmp_path.iterdir()) == []
