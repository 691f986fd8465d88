"""What a code of a list is called, in every language in which codes have words."""

from typing import Final

from tui.wording.catalogue import CODE_LANGUAGES, LANGUAGES, translations
from tui.wording.labels.lists.catalogue import LABELS, NOT_SAID

LABELLED_IN: Final = (*LANGUAGES, *CODE_LANGUAGES)
"""The codes of these languages; the desk itself speaks the first of them."""


def code_label(language: str, list_name: str, code: str) -> str:
    """The words for a code; one that is not in the list, as a newer form may have it, is shown as it is.

    Raises:
        ValueError: if codes have no words in the language, or there is no such list.
    """
    if language not in LABELLED_IN or list_name not in LABELS:
        raise ValueError("a language or a list that does not exist")
    label = {**NOT_SAID, **LABELS[list_name]}.get(code)
    return code if label is None else translations(language).gettext(label)
