"""Every screen has its pictures, and every picture its screen."""

import ast
from pathlib import Path

import pytest

from tests.support.snapshots import FOLDER, LANGUAGES, PICTURES, SIZES, latin_in

SCREENS = Path(__file__).parents[2] / "tui" / "screens"
# What other screens are made of.
BASES = {"DeskScreen", "FormScreen"}
# The libraries' own.
FROM_ELSEWHERE = {"CommandPalette"}


def screens() -> set[str]:
    found = {
        node.name
        for path in SCREENS.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Screen")
    }
    return found - BASES


def test_every_screen_has_a_picture() -> None:
    assert screens() | FROM_ELSEWHERE == set(PICTURES)


def test_every_picture_is_there_in_both_languages_and_both_sizes() -> None:
    named = {
        f"{name}.{language}.{size}.txt"
        for names in PICTURES.values()
        for name in names
        for language in LANGUAGES
        for size in SIZES
    }
    assert named == {path.name for path in FOLDER.glob("*.txt")}


@pytest.mark.parametrize("text", ["Enter দিন", "F9 নাম", "ALO-17 · Bandhan", "^l লক", "Esc: পর্দা"])
def test_keys_codes_and_names_may_stand_in_a_bengali_screen(text: str) -> None:
    assert latin_in([text]) == []


def test_any_other_latin_word_is_found() -> None:
    assert latin_in(["এটা Outbox, F9", "ALO-17 saved"]) == ["Outbox", "saved"]
