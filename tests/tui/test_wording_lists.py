"""The codes of the lists in people's words: each has its own, in every language, and none is too wide."""

import re
from typing import Final

import pytest

from protocol.vocabulary.lists.catalogue import LISTS
from protocol.vocabulary.lists.codelist import NOT_SAID as NOT_SAID_CODES
from tui.termwidth import measure
from tui.wording import LANGUAGES, Words
from tui.wording.labels.lists.catalogue import LABELS, NOT_SAID

CELLS_MAX: Final = 44
SCRIPTS: Final = {"bn": r"[\u0980-\u09FF]"}


def said_in(language: str, name: str) -> dict[str, str]:
    """What each code of a list is called, those of the three that stand beside every list too."""
    words = Words(language=language, digits="native")
    labels = {**NOT_SAID, **LABELS[name]}
    return {code: words.say(label) for code, label in labels.items()}


def test_every_code_has_a_label_and_no_label_is_without_its_code() -> None:
    assert {name: tuple(labels) for name, labels in LABELS.items()} == {
        name: each.names for name, each in LISTS.items()
    }
    assert tuple(NOT_SAID) == NOT_SAID_CODES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LISTS)
def test_no_two_codes_of_a_list_say_the_same(name: str, language: str) -> None:
    said = said_in(language, name)
    assert len(set(said.values())) == len(said)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LISTS)
def test_a_label_fits_into_a_line(name: str, language: str) -> None:
    assert [
        label for label in said_in(language, name).values() if measure(label) > CELLS_MAX
    ] == []


@pytest.mark.parametrize("language", SCRIPTS)
@pytest.mark.parametrize("name", LISTS)
def test_every_label_is_translated(name: str, language: str) -> None:
    english = said_in("en", name)
    for code, label in said_in(language, name).items():
        assert label != english[code]
        assert re.search(SCRIPTS[language], label)
