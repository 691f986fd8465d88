"""Asking terminals for widths, and measuring, cutting and wrapping by the answers."""

import os
import select
import shutil
import subprocess
import sys
import termios
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.segment import Segment
from rich.text import Text
from textual.content import Content
from textual.strip import Strip
from wcwidth import iter_graphemes

from tests.support.answering import (
    like_kitty,
    like_xterm,
    row_of_columns,
    terminal_that,
    without_utf8,
)
from tests.support.command_line import ROOT
from tui.termwidth import (
    Diagnosis,
    Setup,
    cut,
    diagnosis,
    fit,
    install,
    measure,
    probe,
    setup,
    uninstall,
    wrap,
)

ZWJ = "\u200d"
ZWNJ = "\u200c"
WORD = "আশ্রয়কেন্দ্র"
BRIEF = 0.05
TEXTS = st.text(alphabet="কখষর্্িাুংঁযকি नेपाली" + ZWJ + ZWNJ + " ab।\n", max_size=40)
SPACING = [
    chr(c)
    for c in (*range(0x900, 0x980), *range(0x980, 0xA00))
    if unicodedata.category(chr(c)) == "Mc"
]
NONSPACING = [
    chr(c)
    for c in (*range(0x900, 0x980), *range(0x980, 0xA00))
    if unicodedata.category(chr(c)) == "Mn"
]


@pytest.fixture(autouse=True)
def as_most_terminals() -> Iterator[None]:
    install()
    yield
    uninstall()


def as_found(descriptor: int) -> list[object]:
    return list(termios.tcgetattr(descriptor))


# Asking


@pytest.mark.parametrize(("width", "spacing"), [(like_xterm, 1), (like_kitty, 0)])
def test_a_terminal_is_asked_how_wide_its_marks_are(width: object, spacing: int) -> None:
    with terminal_that(like_xterm if width is like_xterm else like_kitty) as terminal:
        before = as_found(terminal.end)
        widths = probe(keyboard=terminal.end, screen=terminal.end)
        assert as_found(terminal.end) == before
    assert widths is not None
    assert {widths[mark] for mark in SPACING} == {spacing}
    assert {widths[mark] for mark in (*NONSPACING, ZWJ, ZWNJ)} == {0}
    assert widths["বাংলা"] == sum(map(width, "বাংলা"))  # type: ignore[call-overload]


def test_a_terminal_shows_nothing_of_what_is_typed_while_it_is_asked_and_ctrl_c_still_works() -> (
    None
):
    with terminal_that(like_xterm) as terminal:
        probe(keyboard=terminal.end, screen=terminal.end)
        assert [flags & (termios.ECHO | termios.ICANON) for flags in terminal.flags] == [0] * len(
            terminal.flags
        )
        assert all(flags & termios.ISIG for flags in terminal.flags)


def silence(_question: int, _column: int) -> bytes:
    return b""


def garbage(_question: int, _column: int) -> bytes:
    return b"\x1b[?62;22c\xff\xfe\x1b[;R\x1b[99999;99999R"


def a_flood(_question: int, _column: int) -> bytes:
    return b"x" * 1000


def half(question: int, column: int) -> bytes:
    if question < 20:
        return row_of_columns([column])
    return b"\x1b[7;" if question == 20 else b""


def wandering(question: int, column: int) -> bytes:
    return f"\x1b[{question + 1};{column}R".encode()


def far_right(question: int, column: int) -> bytes:
    return row_of_columns([column + (3 if question > 2 else 0)])


@pytest.mark.parametrize("answer", [silence, garbage, a_flood, half, wandering, far_right])
def test_a_terminal_without_sense_in_its_answers_counts_as_not_asked(answer: object) -> None:
    assert callable(answer)
    with terminal_that(like_xterm, answer) as terminal:
        before = as_found(terminal.end)
        assert probe(BRIEF, keyboard=terminal.end, screen=terminal.end) is None
        assert as_found(terminal.end) == before


def test_a_terminal_that_shows_bytes_counts_as_not_asked() -> None:
    with terminal_that(without_utf8) as terminal:
        assert probe(keyboard=terminal.end, screen=terminal.end) is None


def test_half_an_answer_is_not_left_to_be_typed_into_the_desk() -> None:
    with terminal_that(like_xterm, half) as terminal:
        probe(BRIEF, keyboard=terminal.end, screen=terminal.end)
        assert select.select([terminal.end], [], [], 0)[0] == []


def test_keys_pressed_meanwhile_are_taken_for_no_answer() -> None:
    def typing(_question: int, column: int) -> bytes:
        return b"q\x1b[A\r" + row_of_columns([column]) + "ক".encode()

    with terminal_that(like_xterm, typing) as terminal:
        widths = probe(keyboard=terminal.end, screen=terminal.end)
    assert widths is not None
    assert {widths[mark] for mark in SPACING} == {1}


def test_what_is_no_terminal_is_not_asked() -> None:
    reading, writing = os.pipe()
    try:
        assert probe(keyboard=reading, screen=writing) is None
        assert select.select([reading], [], [], 0)[0] == []
    finally:
        os.close(reading)
        os.close(writing)


TMUX = shutil.which("tmux")


@pytest.mark.sockets
@pytest.mark.skipif(TMUX is None, reason="needs tmux")
def test_tmux_is_asked_and_is_drawn_on_in_line(tmp_path: Path) -> None:
    told = tmp_path / "told"
    code = (
        "from tui.termwidth import setup; from pathlib import Path;"
        f"Path({str(told)!r}).write_text(repr(setup(forced=None)))"
    )
    server = [str(TMUX), "-L", f"sathi-test-{os.getpid()}", "-u", "-f", "/dev/null"]
    inside = (
        f"{sys.executable} -c '{code.replace(chr(39), chr(34))}'; {server[0]} wait-for -S done"
    )
    environment = os.environ | {"LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    try:
        subprocess.run(  # noqa: S603  (our own server, and our own line of code)
            [
                *server,
                "new-session",
                "-d",
                "-x",
                "80",
                "-y",
                "24",
                inside,
                ";",
                "wait-for",
                "done",
            ],
            env=environment,
            timeout=30,
            check=True,
        )
    finally:
        subprocess.run([*server, "kill-server"], check=False, capture_output=True)  # noqa: S603
    expected = Setup(how="probed", diagnosis=Diagnosis(aligned=True, conjuncts="split"))
    assert told.read_text() == repr(expected)


# Setting up


def test_a_width_that_a_person_names_is_taken_without_asking() -> None:
    with terminal_that(like_xterm) as terminal:
        told = [
            setup(forced=forced, keyboard=terminal.end, screen=terminal.end).how
            for forced in (0, 1)
        ]
        assert terminal.questions == 0
    assert told == ["forced", "forced"]
    assert measure("বাংলা") == 5


def test_a_forced_nought_gives_no_mark_a_cell() -> None:
    setup(forced=0)
    assert measure("বাংলা") == 2


@pytest.mark.parametrize(("terminal_like", "cells"), [(like_xterm, 5), (like_kitty, 2)])
def test_texts_are_measured_as_the_terminal_answered(terminal_like: object, cells: int) -> None:
    with terminal_that(like_xterm if terminal_like is like_xterm else like_kitty) as terminal:
        done = setup(forced=None, keyboard=terminal.end, screen=terminal.end)
    assert done == Setup(how="probed", diagnosis={"aligned": True, "conjuncts": "split"})
    assert measure("বাংলা") == cells


def test_a_terminal_that_cannot_be_asked_is_taken_for_one_like_most() -> None:
    with open(os.devnull) as nothing:  # noqa: PTH123  (its descriptor is wanted)
        done = setup(forced=None, keyboard=nothing.fileno(), screen=nothing.fileno())
    assert done == Setup(how="assumed", diagnosis={"aligned": False, "conjuncts": "unknown"})
    assert measure("বাংলা") == 5


def test_a_terminal_that_draws_a_conjunct_as_one_letter_is_told_of_and_is_not_aligned() -> None:
    # The second consonant of ক্ষ or क्ष takes no cell of its own there.
    with terminal_that(
        lambda character: 0 if character in "ষष" else like_xterm(character)
    ) as joined:
        widths = probe(keyboard=joined.end, screen=joined.end)
    install(widths)
    assert diagnosis(widths) == {"aligned": False, "conjuncts": "joined"}


def test_a_terminal_whose_marks_add_up_otherwise_is_not_aligned() -> None:
    widths = dict.fromkeys(SPACING, 1)
    install(widths)
    words = {"বাংলা": 4, "হিন্দি": 5, "नेपाली": 5, f"गर्{ZWJ}यो": 4, f"র{ZWJ}্যাব": 4}
    conjuncts = {"ক্ষ": 2, "क्ष": 2}
    assert diagnosis(widths | words | conjuncts)["aligned"] is False
    assert diagnosis(widths | words | conjuncts | {"বাংলা": 5})["aligned"] is True


# Measuring


def test_widths_may_be_installed_again_and_taken_back() -> None:
    seen = []
    for widths in (None, dict.fromkeys(SPACING, 0), None):
        install(widths)
        seen.append(measure("বাংলা"))
    uninstall()
    assert [*seen, measure("বাংলা")] == [5, 2, 5, 2]


@given(TEXTS.filter(lambda text: "\n" not in text))
def test_a_text_takes_the_cells_of_its_characters(text: str) -> None:
    assert measure(text) == sum(map(like_xterm, text))


def test_a_joiner_between_letters_hides_no_letter() -> None:
    assert [measure(text) for text in (f"गर्{ZWJ}यो", f"হঠাত্{ZWJ} করে", f"র{ZWJ}্যাব")] == [4, 8, 4]


def test_a_joiner_takes_the_next_cell_away_where_the_terminal_says_so() -> None:
    install({ZWJ: -1})
    assert [measure(text) for text in (f"गर्{ZWJ}यो", f"হঠাত্{ZWJ} করে", f"র{ZWJ}্যাব")] == [3, 7, 4]
    spans = Segment(f"গর্{ZWJ}যো").split_cells(1)
    assert [half.text for half in spans] == ["গ", f"র্{ZWJ}যো"]


def test_an_emoji_of_two_is_measured_as_rich_measures_it() -> None:
    assert measure(f"👩{ZWJ}👩") == 2
    assert measure(f"ক👩{ZWJ}👩") == 3


def test_textual_and_rich_measure_by_the_same_widths() -> None:
    # Each of these asks the place that is replaced by another way.
    widths = [
        cell_len(WORD),
        Content(WORD).cell_length,
        Text(WORD).cell_len,
        Segment(WORD).cell_length,
        Strip([Segment(WORD)]).cell_length,
    ]
    assert widths == [9] * 5


# Cutting and wrapping


@given(TEXTS, st.integers(min_value=0, max_value=30))
def test_a_cut_text_fits_and_ends_with_a_whole_cluster(text: str, cells: int) -> None:
    kept = cut(text, cells)
    assert measure(kept) <= cells
    line = text.split("\n", maxsplit=1)[0]
    if kept not in (text, ""):
        assert kept.endswith("…")
        starts = ["".join(list(iter_graphemes(line))[:n]) for n in range(len(line) + 1)]
        assert kept[:-1] in starts


@given(TEXTS, st.integers(min_value=0, max_value=30))
def test_a_fitted_text_is_as_wide_as_its_column(text: str, cells: int) -> None:
    assert measure(fit(text, cells)) == cells


def test_only_what_is_too_wide_is_cut() -> None:
    assert [cut(WORD, cells) for cells in (9, 8, 2, 1, 0)] == [WORD, "আশ্রয়কে…", "আ…", "…", ""]
    assert cut("ক\nখ", 9) == "ক…"


@given(TEXTS, st.integers(min_value=4, max_value=20))
def test_wrapped_lines_fit_begin_with_whole_clusters_and_lose_only_spaces(
    text: str, cells: int
) -> None:
    lines = wrap(text, cells)
    assert all(measure(line) <= cells or len(list(iter_graphemes(line))) == 1 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
    pieces = [p.strip() for line in lines for p in iter_graphemes(line) if p.strip()]
    words = [p for word in text.split() for p in iter_graphemes(word)]
    assert pieces == words


def test_a_line_breaks_at_a_space_where_it_can() -> None:
    assert wrap("আমি  যাব কাল\n\nক", 8) == ["আমি  যাব", "কাল", "", "ক"]
    assert wrap("কোলকাতা", 4) == ["কোল", "কাতা"]


def test_textual_and_rich_break_no_line_inside_a_cluster() -> None:
    # Without this, a word wider than its column goes on with a vowel sign on the next line.
    lines = ["কোল", "কাতা"]
    assert [line.plain for line in Content("কোলকাতা").wrap(4)] == lines
    assert [line.plain for line in Text("কোলকাতা").wrap(_console(), 4)] == lines


def test_a_text_cropped_inside_a_cluster_shows_blanks_and_keeps_its_width() -> None:
    assert set_cell_size("কোলকাতা", 1) == " "
    assert set_cell_size("কোলকাতা", 5) == "কোলকা"
    left, middle, right = Strip([Segment("কোলকাতা")]).divide([1, 4, 7])
    assert [left.text, middle.text, right.text] == [" ", " ল ", " তা"]


@given(TEXTS.filter(lambda text: "\n" not in text), st.integers(min_value=0, max_value=40))
def test_a_strip_is_divided_into_exact_widths(text: str, at: int) -> None:
    segment = Segment(text)
    left, right = segment.split_cells(min(at, segment.cell_length))
    assert left.cell_length == min(at, segment.cell_length)
    assert left.cell_length + right.cell_length == segment.cell_length


def test_other_scripts_are_cut_as_rich_cuts_them() -> None:
    texts = ["plain text", "日本語の文字", f"👩{ZWJ}👩 ok", "é"]
    ours = [(set_cell_size(text, 3), Segment(text).split_cells(3)) for text in texts]
    uninstall()
    assert [(set_cell_size(text, 3), Segment(text).split_cells(3)) for text in texts] == ours


def test_measuring_needs_no_textual() -> None:
    code = "import sys, tui.termwidth; print('textual' in sys.modules)"
    done = subprocess.run(  # noqa: S603  (our own interpreter and our own line of code)
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "False"


def _console() -> Console:
    return Console(width=80)
