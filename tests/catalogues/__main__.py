"""Brings the catalogues up to date: `python -m tests.catalogues`. Translations are kept."""

import sys

from babel.messages.catalog import Catalog

from tests.catalogues.extraction import buttons, found, hidden, sources
from tests.catalogues.files import (
    CODES_TEMPLATE,
    TEMPLATE,
    TRANSLATED,
    begin,
    compiled,
    long_buttons,
    merged,
    read,
    source_of,
    template_of,
    texts_of_codes,
    untranslated,
    written,
)
from tui.wording.catalogue import CODE_LANGUAGES, path_of


def main() -> int:
    """Write the template, each language's file and what it compiles to; say what is not translated yet."""
    paths = sources()
    for call in hidden(paths):
        _say(f"{call.file}:{call.line}: {call.reason}")
    template = template_of(found(paths))
    TEMPLATE.write_bytes(written(template))
    for language in TRANSLATED:
        catalog = _translated(language, template)
        for label in long_buttons(catalog, buttons(paths)):
            _say(f"{language}: longer than a button should be: {label}")
    template = template_of(texts_of_codes())
    CODES_TEMPLATE.write_bytes(written(template))
    for language in CODE_LANGUAGES:
        _translated(language, template)
    return 1 if hidden(paths) else 0


def _translated(language: str, template: Catalog) -> Catalog:
    source = source_of(language)
    source.parent.mkdir(parents=True, exist_ok=True)
    catalog = merged(read(source) if source.exists() else begin(language), template)
    source.write_bytes(written(catalog))
    path_of(language).write_bytes(compiled(catalog))
    missing = len(untranslated(catalog))
    _say(f"{language}: {missing} of {len(catalog)} texts have no translation")
    return catalog


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
