"""Plain words: each term explained in every language, and jargon noticed while somebody writes."""

import unicodedata

import pytest

from tui.wording import LANGUAGES, glossary, jargon_in

ASKED_FOR = {
    "custodial",
    "passive-aggressive",
    "manic-depressive tendencies",
    "rehabilitation",
    "reintegration",
    "home assessment",
    "restorative",
    "offer",
    "dossier",
    "consent",
    "assent",
    "withdraw",
    "safety number",
    "follow-up",
    "way back",
    "holder",
    "receipt",
}


def test_the_words_that_people_stumbled_over_are_explained() -> None:
    terms = [entry.term for entry in glossary("en")]
    assert set(terms) >= ASKED_FOR
    assert len(set(terms)) == len(terms)


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_entry_is_written_in_every_language(language: str) -> None:
    for own, english in zip(glossary(language), glossary("en"), strict=True):
        texts = (own.name, own.plain, own.ask_instead)
        assert own.term == english.term
        assert own.name != english.name
        assert own.plain != english.plain
        assert bool(own.ask_instead) == bool(english.ask_instead)
        assert texts == tuple(unicodedata.normalize("NFC", text) for text in texts)


def test_an_entry_that_nobody_reviewed_says_so() -> None:
    assert not any(entry.is_reviewed for entry in glossary("bn"))


def test_a_language_that_the_desk_does_not_speak_has_no_glossary() -> None:
    with pytest.raises(ValueError, match="does not speak"):
        glossary("xx")


@pytest.mark.parametrize(
    ("written", "terms"),
    [
        ("She shows Passive-Aggressive behaviour.", ["passive-aggressive"]),
        ("Her rehabilitation and reintegration", ["rehabilitation", "reintegration"]),
        ("She wants to learn tailoring.", []),
        ("A noncustodial home", []),
        ("With her consent", []),
        ("তাঁর পুনর্বাসনের জন্য", ["rehabilitation"]),
    ],
)
def test_jargon_is_noticed_and_the_words_of_the_desk_are_not(
    written: str, terms: list[str]
) -> None:
    assert [entry.term for entry in jargon_in(written, glossary("bn"))] == terms
