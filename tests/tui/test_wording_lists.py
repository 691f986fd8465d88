"""The codes of the lists in people's words: each has its own, in every language, and none is too wide."""

import gettext
import io
import re
import tomllib
import unicodedata
from typing import Final

import pytest

from protocol.values import plain_text
from protocol.vocabulary.lists.catalogue import LISTS
from protocol.vocabulary.lists.codelist import NOT_SAID as NOT_SAID_CODES
from tests.catalogues.files import (
    CODES_TEMPLATE,
    begin,
    compiled,
    merged,
    read,
    source_of,
    template_of,
    texts_of_codes,
    untranslated,
    written,
)
from tui.termwidth import measure
from tui.wording.catalogue import CODE_LANGUAGES, LANGUAGES, LOCALE, is_reviewed, path_of
from tui.wording.codes import LABELLED_IN, code_label
from tui.wording.labels.lists.catalogue import LABELS, NOT_SAID

CELLS_MAX: Final = 44
SCRIPTS: Final = {"bn": "[\u0980-\u09ff]", "hi": "[\u0900-\u097f]", "ne": "[\u0900-\u097f]"}


def said_in(language: str, name: str) -> dict[str, str]:
    """What each code of a list is called, those of the three that stand beside every list too."""
    return {code: code_label(language, name, code) for code in {*NOT_SAID_CODES, *LABELS[name]}}


def test_every_code_has_a_label_and_no_label_is_without_its_code() -> None:
    assert {name: tuple(labels) for name, labels in LABELS.items()} == {
        name: each.names for name, each in LISTS.items()
    }
    assert tuple(NOT_SAID) == NOT_SAID_CODES


def test_codes_have_words_in_the_four_languages_of_the_programme() -> None:
    assert set(LABELLED_IN) == {"en", *SCRIPTS}
    assert not set(LANGUAGES) & set(CODE_LANGUAGES)


@pytest.mark.parametrize("language", LABELLED_IN)
@pytest.mark.parametrize("name", LISTS)
def test_no_two_codes_of_a_list_say_the_same(name: str, language: str) -> None:
    said = said_in(language, name)
    assert len(set(said.values())) == len(said)


@pytest.mark.parametrize("language", LABELLED_IN)
@pytest.mark.parametrize("name", LISTS)
def test_a_label_fits_into_a_line(name: str, language: str) -> None:
    assert [
        label for label in said_in(language, name).values() if measure(label) > CELLS_MAX
    ] == []


@pytest.mark.parametrize("language", SCRIPTS)
@pytest.mark.parametrize("name", LISTS)
def test_every_label_is_written_in_the_script_of_its_language(name: str, language: str) -> None:
    english = said_in("en", name)
    for code, label in said_in(language, name).items():
        assert label != english[code]
        assert re.search(SCRIPTS[language], label)
        assert not re.search("[A-Za-z]", label)
        assert label == unicodedata.normalize("NFC", label) == plain_text(label, characters_max=80)


def test_hindi_and_nepali_are_not_the_same_words() -> None:
    pairs = [
        (code_label("hi", name, code), code_label("ne", name, code))
        for name, each in LISTS.items()
        for code in each.names
    ]
    assert sum(hindi != nepali for hindi, nepali in pairs) > 0.8 * len(pairs)


def test_a_code_of_a_newer_form_is_shown_as_it_is() -> None:
    assert [code_label(language, "threat", "by_drone") for language in LABELLED_IN] == (
        ["by_drone"] * 4
    )


@pytest.mark.parametrize(("language", "name"), [("ta", "threat"), ("hi", "weather")])
def test_a_language_or_a_list_that_does_not_exist_has_no_words(language: str, name: str) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        code_label(language, name, "other")


def test_the_template_of_the_codes_has_every_label() -> None:
    labels = {*NOT_SAID.values(), *(label for each in LABELS.values() for label in each.values())}
    held = {message.id for message in read(CODES_TEMPLATE) if message.id}
    assert held == labels, "run: make catalogues"
    assert {text.one for text in texts_of_codes()} == labels


@pytest.mark.parametrize("language", CODE_LANGUAGES)
def test_what_is_shown_is_what_the_translators_wrote(language: str) -> None:
    catalog = read(source_of(language))
    assert untranslated(catalog) == []
    assert [message.id for message in catalog if message.id and message.fuzzy] == []
    assert catalog.plural_forms == begin(language).plural_forms
    once = source_of(language).read_bytes()
    assert written(merged(catalog, template_of(texts_of_codes()))) == once
    shown, made = (
        gettext.GNUTranslations(io.BytesIO(raw))
        for raw in (path_of(language).read_bytes(), compiled(read(source_of(language))))
    )
    assert [shown.gettext(text.one) for text in texts_of_codes()] == [
        made.gettext(text.one) for text in texts_of_codes()
    ]


@pytest.mark.parametrize("language", CODE_LANGUAGES)
def test_the_words_of_the_codes_are_drafts_until_somebody_approved_them(language: str) -> None:
    register = tomllib.loads((LOCALE / "reviewed.toml").read_text(encoding="utf-8"))
    assert register[language]["reviewed_by"] == []
    assert not is_reviewed(language)
