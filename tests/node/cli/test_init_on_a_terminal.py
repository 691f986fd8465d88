"""`sathi init` in front of a person: a real terminal, driven by what it shows."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.command_line import PASSPHRASE, PATIENCE_SECONDS, environment

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

SHIM = (
    "import fcntl, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "from node.cli.main import main; main(prog_name='sathi')"
)
ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"


@dataclass(slots=True)
class Terminal:
    process: "subprocess.Popen[bytes]"
    screen: int
    shown: str = ""
    told: list[str] = field(default_factory=list)

    def wait_for(self, text: str) -> str:
        """Read until the text is shown; what came up to it."""
        while text not in self.shown:
            more = self._read()
            assert more, self.shown
            self.shown += more
        before, _, self.shown = self.shown.partition(text)
        self.told.append(before + text)
        return before

    def answer(self, question: str, text: str) -> str:
        before = self.wait_for(question)
        os.write(self.screen, (text + "\n").encode())
        return before

    def end(self) -> tuple[int, str]:
        while more := self._read():
            self.shown += more
        return self.process.wait(PATIENCE_SECONDS), "".join(self.told) + self.shown

    def _read(self) -> str:
        try:
            return os.read(self.screen, 4096).decode()
        except OSError:
            return ""


@contextmanager
def init(folder: Path) -> Iterator[Terminal]:
    screen, person = pty.openpty()
    process = subprocess.Popen(  # noqa: S603  (our own command)
        [sys.executable, "-c", SHIM, "init", "--data", str(folder), "--demo"],
        stdin=person,
        stdout=person,
        stderr=person,
        cwd=folder.parent,
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


def answer_the_questions(terminal: Terminal) -> None:
    terminal.answer("name, as partners see it", "Alo Shelter")
    terminal.answer("Country", "IN")
    terminal.answer("Your own name", "Rina")
    terminal.answer("Might somebody come", "")
    terminal.answer("recovery sheet", "")
    terminal.answer("suspend sheet", "")
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
    assert [word for word in words.values() if f" {word} " in after] == []
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
        os.write(terminal.screen, b"\x03")
        terminal.wait_for(LEAVE)
        code, shown = terminal.end()
    assert code == 1
    assert "Traceback" not in shown
    assert list(tmp_path.iterdir()) == []
