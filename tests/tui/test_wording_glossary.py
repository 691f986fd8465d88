"""Plain words: each term explained in every language, and jargon noticed while somebody writes."""

import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pytest

import tui.wording
from tui.wording import LANGUAGES, glossary, jargon_in

FILE = Path(tui.wording.__file__).with_name("glossary.toml")

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

# What stands in the code lists and is no everyday word: law, papers, offices, and what was done to her.
OF_THE_LISTS = {
    *("FIR", "charge sheet", "Child Welfare Committee", "production order", "restoration order"),
    *("section 17 order", "NOC", "repatriation order", "exit permit", "travel permit", "FRRO"),
    *("witness hold", "debt bondage", "servitude", "bonded labour", "surrogacy", "handover"),
    *("psychoactive substance", "stateless", "nationality verification", "one-stop centre"),
    *("compensation", "duty bearer", "entitlement", "mediation", "safety planning", "stigma"),
    *("peer supporter", "self-harm", "conflict of interest"),
}
SCRIPTS = {"bn": "[\u0980-\u09ff]", "hi": "[\u0900-\u097f]", "ne": "[\u0900-\u097f]"}


def written() -> dict[str, dict[str, Any]]:
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))["entry"]
    return {entry["term"]: entry for entry in entries}


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


@pytest.mark.parametrize("term", sorted(OF_THE_LISTS))
def test_a_word_of_the_lists_is_explained_in_the_four_languages(term: str) -> None:
    entry = written()[term]
    assert entry["plain"].keys() == {"en", *SCRIPTS}
    assert entry["name"].keys() == SCRIPTS.keys()
    for language, script in SCRIPTS.items():
        for text in (entry["name"][language], entry["plain"][language]):
            assert re.search(script, text)
            assert not re.search("[A-Za-z]", text)
            assert text == unicodedata.normalize("NFC", text)
        assert entry["plain"][language].endswith("।")
    assert not re.search(rf"\b{re.escape(term)}\b", entry["plain"]["en"], re.IGNORECASE)


def test_nobody_is_warned_of_the_name_of_a_paper_or_an_office() -> None:
    for language in LANGUAGES:
        assert jargon_in(", ".join(sorted(OF_THE_LISTS)), glossary(language)) == ()
