"""The languages of the desk and their compiled catalogues.

A language is one entry of `LANGUAGES` and one folder of `tui/locale/`; nothing else names languages. In
those of `CODE_LANGUAGES` only the codes of the lists have words, in a catalogue of their own.
"""

import gettext
import hashlib
import io
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

LOCALE: Final = Path(__file__).parents[1] / "locale"
DOMAIN: Final = "desk"
CODES_DOMAIN: Final = "codes"

_REVIEWED: Final = LOCALE / "reviewed.toml"
_BENGALI: Final = "০১২৩৪৫৬৭৮৯"
_DEVANAGARI: Final = "०१२३४५६७८९"


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language the desk speaks.

    Attributes:
        code: names the folder of the catalogue, and the language in settings.
        tag: ISO 639-2, as consents and texts carry it.
        name: what its readers call it.
        digits: its ten digits, or nothing where they are 0 to 9.
    """

    code: str
    tag: str
    name: str
    digits: str = ""


LANGUAGES: Final = {
    language.code: language
    for language in (
        Language(code="en", tag="eng", name="English"),
        Language(code="bn", tag="ben", name="বাংলা", digits=_BENGALI),
    )
}
CODE_LANGUAGES: Final = {
    language.code: language
    for language in (
        Language(code="hi", tag="hin", name="हिन्दी", digits=_DEVANAGARI),
        Language(code="ne", tag="nep", name="नेपाली", digits=_DEVANAGARI),
    )
}
"""Languages that the desk does not speak yet, but in which every code has its words."""
SOURCE_LANGUAGE: Final = "en"
"""The language the texts are written in; it has no catalogue."""


def domain_of(language: str) -> str:
    """Which texts a language has: all of the desk, or those of the codes alone."""
    return CODES_DOMAIN if language in CODE_LANGUAGES else DOMAIN


def path_of(language: str) -> Path:
    """Where the compiled catalogue of a language lies."""
    return LOCALE / language / "LC_MESSAGES" / f"{domain_of(language)}.mo"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; a text that it does not have stays English."""
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    return gettext.GNUTranslations(io.BytesIO(path_of(language).read_bytes()))


@cache
def is_reviewed(language: str) -> bool:
    """Did people who speak the language approve exactly this catalogue? A change makes it a draft again."""
    if language == SOURCE_LANGUAGE:
        return True
    register = tomllib.loads(_REVIEWED.read_text(encoding="utf-8"))
    return is_approved(register.get(language), path_of(language).read_bytes())


def is_approved(entry: object, catalogue: bytes) -> bool:
    """Does this entry of the register stand for these bytes, and does it name somebody?"""
    match entry:
        case {"reviewed_by": [_, *_], "catalogue": str(approved)}:
            return approved == hashlib.sha256(catalogue).hexdigest()
        case _:
            return False
