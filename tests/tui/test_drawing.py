"""The pictures in the papers: the desk as it is, and nothing that is fetched from elsewhere."""

import re
from html import unescape
from pathlib import Path
from typing import Final

import pytest
from rich.segment import Segment
from rich.style import Style

from tests.support import drawing
from tests.support.snapshots import FOLDER
from tests.walk.screen import cells
from tui import termwidth

PICTURES: Final = sorted(drawing.FOLDER.glob("*.svg"))
TEXT: Final = re.compile(r'<text x="(\d+)" y="(\d+)" [^>]*>([^<]+)</text>')


def words_drawn(drawn: str) -> set[tuple[int, int, str]]:
    """Each word of a picture with its row and its column."""
    return {
        (
            (int(y) - drawing.MARGIN - drawing.BASELINE) // drawing.CELL_HEIGHT,
            (int(x) - drawing.MARGIN) // drawing.CELL_WIDTH,
            unescape(word),
        )
        for x, y, word in TEXT.findall(drawn)
    }


def words_seen(rows: list[str]) -> set[tuple[int, int, str]]:
    """Each word of a snapshot with its row and its column."""
    return {
        (number, cells(row[: word.start()]), word[0])
        for number, row in enumerate(rows)
        for word in re.finditer(r"\S+", row)
    }


@pytest.mark.parametrize("language", drawing.DRAWN)
def test_a_picture_in_the_papers_shows_the_desk_as_it_is(language: str) -> None:
    name, _ = drawing.DRAWN[language]
    snapshot = FOLDER / f"{drawing.SNAPSHOT}.{language}.80x24.txt"
    seen = words_seen(snapshot.read_text(encoding="utf-8").splitlines())
    assert words_drawn((drawing.FOLDER / name).read_text(encoding="utf-8")) == seen


def test_a_word_stands_where_its_first_cell_stood_and_joined_letters_are_not_stretched() -> None:
    termwidth.install()
    row = [Segment("Her", Style(bold=True)), Segment(" কথা wish <")]
    made = drawing.picture_of([row], title="a & b")
    # Ten to a cell, after a margin of ten; the Bengali word takes three cells.
    placed = re.findall(r'<text x="(\d+)" [^>]*?(textLength="\d+")?>([^<]+)</text>', made)
    assert placed == [
        ("10", 'textLength="30"', "Her"),
        ("50", "", "কথা"),
        ("90", 'textLength="40"', "wish"),
        ("140", 'textLength="10"', "&lt;"),
    ]
    assert "<title>a &amp; b</title>" in made


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_whoever_opens_a_picture_asks_nobody_for_anything(path: Path) -> None:
    drawn = path.read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "", 1)
    for asks in ("http", "url(", "@import", "@font-face", "href", "<script", "<image"):
        assert asks not in drawn


def test_every_picture_is_one_of_the_desk() -> None:
    assert {path.name for path in PICTURES} == {name for name, _ in drawing.DRAWN.values()}
