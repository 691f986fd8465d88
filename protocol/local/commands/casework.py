"""Commands about cases: what she said, what is known, what came about her."""

from typing import ClassVar, Final

import msgspec

from protocol.local.commands.form import Command, FactInput
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import AgeBand, CaseStatus, TextKind

# A draft holds a whole half-filled form, with up to two of the longest texts and the marks around them.
DRAFT_CHARACTERS_MAX: Final = 32_000
# What a draft is about is named by an id; a node's is the longest.
ABOUT_BYTES_MAX: Final = 32
# With the longest line in every field they fit one command.
IMPORTED_CASES_MAX: Final = 16


class OpenCase(Command, frozen=True, kw_only=True):
    """Begin a case."""

    NAME: ClassVar[str] = "case/open"
    case_number: str
    age_band: AgeBand
    language: str


class RecordFacts(Command, frozen=True, kw_only=True):
    """Record facts by field code; `no_longer` are fields of which nothing is so any more."""

    NAME: ClassVar[str] = "case/facts"
    case_id: bytes
    facts: dict[str, FactInput]
    no_longer: list[str] = msgspec.field(default_factory=list)


class ImportedCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One case of a file, with its facts by field code."""

    case_number: str
    status: CaseStatus
    age_band: AgeBand
    language: str
    facts: dict[str, FactInput]


class ImportCases(Command, frozen=True, kw_only=True):
    """Open cases of a file, at most `IMPORTED_CASES_MAX`; one whose number is there already is left alone.

    A dry run answers the same and writes nothing.
    """

    NAME: ClassVar[str] = "case/import"
    cases: list[ImportedCase]
    is_dry_run: bool


class ExportCase(Command, frozen=True, kw_only=True):
    """One case of our own, to be taken out of the node; that it was is written into the audit log."""

    NAME: ClassVar[str] = "case/export"
    case_number: str


class RecordSentence(Command, frozen=True, kw_only=True):
    """Record one text of hers, exactly as she said it."""

    NAME: ClassVar[str] = "case/sentence"
    case_id: bytes
    category: Category
    kind: TextKind
    language: str
    text: str


class ShowCase(Command, frozen=True, kw_only=True):
    """One case: her own words first."""

    NAME: ClassVar[str] = "case/show"
    case_id: bytes


class ListCases(Command, frozen=True, kw_only=True):
    """The newest cases."""

    NAME: ClassVar[str] = "case/list"


class Search(Command, frozen=True, kw_only=True):
    """Cases and received messages with words that begin so."""

    NAME: ClassVar[str] = "search"
    words: str


class ReadMessage(Command, frozen=True, kw_only=True):
    """Open what came about her; the reading, and whether with her name, is written into the audit log."""

    NAME: ClassVar[str] = "message/read"
    peer: bytes
    message_id: bytes
    with_names: bool


class CheckMessage(Command, frozen=True, kw_only=True):
    """May what is open on a screen still be read? Nothing of it is told, so nothing is written down."""

    NAME: ClassVar[str] = "message/check"
    peer: bytes
    message_id: bytes


class SaveDraft(Command, frozen=True, kw_only=True):
    """Keep a half-written text; an empty one is dropped."""

    NAME: ClassVar[str] = "draft/save"
    place: str
    about: bytes
    text: str


class LoadDraft(Command, frozen=True, kw_only=True):
    """A half-written text."""

    NAME: ClassVar[str] = "draft/load"
    place: str
    about: bytes


class ListDrafts(Command, frozen=True, kw_only=True):
    """Where whoever asks has a half-written text."""

    NAME: ClassVar[str] = "draft/list"
