"""What is shown of cases, of her words, and of messages about her."""

from protocol.local.fitting import View


class FactView(View, frozen=True, kw_only=True):
    """One fact by its field code."""

    field: str
    category: int
    value: str | int | list[str]


class SentenceView(View, frozen=True, kw_only=True):
    """One text of hers. `hash` is what a tick names."""

    category: int
    kind: str
    language: str
    text: str
    hash: bytes


class CaseLine(View, frozen=True, kw_only=True):
    """A case in a list: no name."""

    case_id: bytes
    case_number: str
    status: str
    opened_at: int


class Cases(View, frozen=True, kw_only=True):
    """The newest cases and how many there are."""

    cases: list[CaseLine]
    count: int


class CaseExport(View, frozen=True, kw_only=True):
    """What we know of one case ourselves: nothing that a partner told. Her `texts` are only counted."""

    case_number: str
    status: str
    age_band: str
    language: str
    facts: list[FactView]
    texts: int


class ImportView(View, frozen=True, kw_only=True):
    """What became of some cases of a file: how many were opened, or would be; which were there already."""

    opened: int
    already_there: list[str]


class DisclosureView(View, frozen=True, kw_only=True):
    """One leaving of data: to whom, when, which categories and fields."""

    peer: bytes
    at: int
    categories: str
    fields: str


class CaseView(View, frozen=True, kw_only=True):
    """One case; her sentences come first."""

    case: CaseLine
    age_band: str
    language: str
    sentences: list[SentenceView]
    facts: list[FactView]
    disclosures: list[DisclosureView]
    threads: list[bytes]


class MessageView(View, frozen=True, kw_only=True):
    """What a message says about her, and the hash of its content.

    What says who she is and was not asked for is left out; `hidden_fields` and `hidden_texts` name the
    fields and the kinds of text, in their order. `conditions` and `words` are those of the consent under
    which it came: who reads about her reads first what she wants kept to.
    """

    type: str
    thread: bytes
    content_hash: bytes
    conditions: list[str]
    words: str | None
    sentences: list[SentenceView]
    facts: list[FactView]
    hidden_fields: list[str]
    hidden_texts: list[str]


class Found(View, frozen=True, kw_only=True):
    """Where words were found: cases, and messages that may still be read."""

    cases: list[bytes]
    messages: list[bytes]


class DraftLine(View, frozen=True, kw_only=True):
    """Where there is a half-written text; not a word of it."""

    place: str
    about: bytes
    changed_at: int


class Drafts(View, frozen=True, kw_only=True):
    """One's own drafts, the newest first, and how many there are."""

    drafts: list[DraftLine]
    count: int


class Draft(View, frozen=True, kw_only=True):
    """A half-written text; empty where there is none."""

    text: str
