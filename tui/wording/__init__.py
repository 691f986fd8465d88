"""The words of the desk: what a screen says, in the language and the digits of the person who reads it.

A screen marks its English text and has it said; the catalogues in `tui/locale/` hold the other languages,
and `make catalogues` carries new texts into them. Nothing here knows Textual, a clock or the environment.
"""

from tui.wording.catalogue import LANGUAGES, Language
from tui.wording.glossary import GlossaryEntry, glossary, jargon_in
from tui.wording.marking import N_, mark_in
from tui.wording.numbers import Digits
from tui.wording.troubles import (
    CONNECTION_LOST,
    DRAFT,
    FAULT,
    LOCKED,
    NO_SESSION,
    NOT_LEGAL,
    NOT_RUNNING,
)
from tui.wording.words import Words

__all__ = [
    "CONNECTION_LOST",
    "DRAFT",
    "FAULT",
    "LANGUAGES",
    "LOCKED",
    "NOT_LEGAL",
    "NOT_RUNNING",
    "NO_SESSION",
    "N_",
    "Digits",
    "GlossaryEntry",
    "Language",
    "Words",
    "glossary",
    "jargon_in",
    "mark_in",
]
