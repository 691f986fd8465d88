"""Plain words (F2): what a term means, in the reader's language, and what to write or ask instead."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from tui.wording.catalogue import LANGUAGES, SOURCE_LANGUAGE

_FILE: Final = Path(__file__).with_name("glossary.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class GlossaryEntry:
    """One term.

    Attributes:
        term: as it stands in English reports.
        name: the same in the reader's language, as a heading.
        plain: what it means.
        ask_instead: what to write or ask in its place; empty for words of Sathi itself.
        source: where the term or the advice comes from.
        is_jargon: should a writer be warned of it?
        is_reviewed: did people who speak the language approve this entry?
    """

    term: str
    name: str
    plain: str
    ask_instead: str
    source: str
    is_jargon: bool
    is_reviewed: bool


@cache
def glossary(language: str) -> tuple[GlossaryEntry, ...]:
    """All terms in the order of the file; English stands in where the language has no text yet.

    Raises:
        ValueError: if the desk does not speak the language.
    """
    if language not in LANGUAGES:
        raise ValueError("a language that the desk does not speak")
    read = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(_entry(raw, language) for raw in read["entry"])


# Any: one table of a file of our own, whose form the tests hold.
def _entry(raw: dict[str, Any], language: str) -> GlossaryEntry:
    instead = raw.get("ask_instead", {})
    return GlossaryEntry(
        term=raw["term"],
        name=raw.get("name", {}).get(language, raw["term"]),
        plain=raw["plain"].get(language, raw["plain"][SOURCE_LANGUAGE]),
        ask_instead=instead.get(language, instead.get(SOURCE_LANGUAGE, "")),
        source=raw["source"],
        is_jargon=bool(instead),
        is_reviewed=bool(raw["reviewed_by"].get(language)),
    )


def jargon_in(text: str, entries: Iterable[GlossaryEntry]) -> tuple[GlossaryEntry, ...]:
    """The entries whose term, or name in the reader's language, somebody wrote, for a word of advice."""
    return tuple(
        entry
        for entry in entries
        if entry.is_jargon and any(_stands_in(word, text) for word in (entry.term, entry.name))
    )


def _stands_in(word: str, text: str) -> bool:
    # Bengali and Hindi hang their endings onto the word, so only its beginning is a boundary.
    return re.search(rf"(?<!\w){re.escape(word)}", text, re.IGNORECASE) is not None
