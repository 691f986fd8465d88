"""The pictures in the papers: words where they stood, and nothing that is fetched from elsewhere."""

import re
from pathlib import Path

import pytest

from tests.walk.picture import picture_of
from tests.walk.screen import Screen

PICTURES = sorted((Path(__file__).parents[2] / "docs" / "pictures").glob("*.svg"))


def test_a_word_stands_where_its_first_cell_stood_and_joined_letters_are_not_stretched() -> None:
    made = picture_of(Screen.of(["\x1b[1mHer\x1b[0m কথা wish <"]), title="a & b")
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


def test_there_are_pictures() -> None:
    assert [path.name for path in PICTURES] == ["desk-bn.svg", "desk.svg"]
