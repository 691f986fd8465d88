"""The catalogue files: the template, the translations of each language, and what they compile to."""

import io
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.catalogues.extraction import Text
from tui.wording.catalogue import (
    CODES_DOMAIN,
    DOMAIN,
    LANGUAGES,
    LOCALE,
    SOURCE_LANGUAGE,
    domain_of,
)
from tui.wording.labels.lists.catalogue import LABELS, NOT_SAID

TEMPLATE: Final = LOCALE / f"{DOMAIN}.pot"
CODES_TEMPLATE: Final = LOCALE / f"{CODES_DOMAIN}.pot"
TRANSLATED: Final = tuple(code for code in LANGUAGES if code != SOURCE_LANGUAGE)

# A language needs its rule of plurals before its first catalogue is made: Bengali and Hindi say 0 and
# 1 in the singular, Nepali only 1. The tables of the library say otherwise.
PLURALS: Final = {
    "bn": "nplurals=2; plural=(n > 1);",
    "hi": "nplurals=2; plural=(n > 1);",
    "ne": "nplurals=2; plural=(n != 1);",
}
_BUTTON_PERCENT_MAX: Final = 140
_BUTTON_CELLS_FREE: Final = 10
# A date of the day would change the files each time they are written.
_EPOCH: Final = datetime(2026, 11, 1, tzinfo=UTC)
_HEADER: Final = """\
msgid ""
msgstr ""
"Project-Id-Version: sathi\\n"
"POT-Creation-Date: 2026-11-01 00:00+0000\\n"
"PO-Revision-Date: 2026-11-01 00:00+0000\\n"
"Last-Translator: \\n"
"Language: {language}\\n"
"Language-Team: \\n"
"Plural-Forms: {plurals}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


def source_of(language: str) -> Path:
    """Where the translations of a language are written."""
    return LOCALE / language / "LC_MESSAGES" / f"{domain_of(language)}.po"


def texts_of_codes() -> list[Text]:
    """The labels of all code lists, each once: what the languages of the codes have."""
    labels = dict.fromkeys(
        [*NOT_SAID.values(), *(label for labels in LABELS.values() for label in labels.values())]
    )
    file = "tui/wording/labels/lists/catalogue.py"
    return [Text(one=label, many=None, context=None, file=file) for label in labels]


def template_of(texts: Iterable[Text]) -> Catalog:
    """A catalogue of texts without translations."""
    template = Catalog(
        header_comment="# Texts of the desk. Written by `make catalogues`; do not change it by hand.",
        project="sathi",
        version="1",
        msgid_bugs_address="",
        creation_date=_EPOCH,
        revision_date=_EPOCH,
        last_translator="",
        language_team="",
        charset="utf-8",
        fuzzy=False,
    )
    for text in texts:
        key = text.one if text.many is None else (text.one, text.many)
        template.add(key, locations=[(text.file, 0)], context=text.context)
    return template


def read(path: Path) -> Catalog:
    """A catalogue file."""
    return read_po(io.BytesIO(path.read_bytes()))


def begin(language: str) -> Catalog:
    """A catalogue without any text for a language, with its rule of plurals."""
    header = _HEADER.format(language=language, plurals=PLURALS[language])
    return read_po(io.BytesIO(header.encode("utf-8")))


def merged(catalog: Catalog, template: Catalog) -> Catalog:
    """The translations that still have a text, and the texts that have none yet. Nothing is guessed."""
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    return catalog


def written(catalog: Catalog) -> bytes:
    """A catalogue as its file holds it; translations of texts that are gone stay at the end."""
    sink = io.BytesIO()
    write_po(sink, catalog, width=99, include_lineno=False, omit_header=False)
    return sink.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """What the desk reads."""
    sink = io.BytesIO()
    write_mo(sink, catalog)
    return sink.getvalue()


def strings(message: Message) -> list[str]:
    """The translations of one text: one, or one for each form of the plural."""
    if isinstance(message.string, str):
        return [message.string]
    return list(message.string or [""])


def untranslated(catalog: Catalog) -> list[Message]:
    """The texts that have no translation, or not in every form."""
    return [message for message in catalog if message.id and not all(strings(message))]


def long_buttons(catalog: Catalog, labels: Iterable[str]) -> list[str]:
    """The button words that take over 1.4 times the room of the English, and more than a short word."""
    translations = {
        message.id: strings(message)[0] for message in catalog if isinstance(message.id, str)
    }
    return [
        label
        for label in sorted(labels)
        if _cells(translations.get(label, ""))
        > max(_BUTTON_CELLS_FREE, len(label) * _BUTTON_PERCENT_MAX // 100)
    ]


def _cells(text: str) -> int:
    # As the terminals draw it: a mark that stands beside its letter has a cell, one above or below has none.
    return sum(unicodedata.category(character) not in ("Mn", "Cf") for character in text)
