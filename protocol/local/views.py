"""What the own node shows: one structure for each answer, and what it says when it does not do a thing.

Ids are bytes, times are UTC seconds. Names of fields are the glossary's.
"""

from enum import StrEnum
from typing import Final, TypeVar

import msgspec

from protocol import codec
from protocol.local.fitting import SHOWN_BYTES_MAX, View, fit

ViewT = TypeVar("ViewT", bound=View)


class Done(View, frozen=True, kw_only=True):
    """It was done. `ref` is the id of what was made, where something was."""

    ref: bytes | None = None


class Session(View, frozen=True, kw_only=True):
    """An open session; `token` lives in memory only."""

    token: bytes
    user_id: bytes
    name: str
    role: str

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override is 3.12's
        """Without the token."""
        return f"Session(role={self.role!r})"


class NodeStatus(View, frozen=True, kw_only=True):
    """`name` and `node_id` are empty while the node is locked."""

    is_open: bool
    name: str
    node_id: str
    is_erasure_pending: bool


class UserView(View, frozen=True, kw_only=True):
    """A person of this node."""

    user_id: bytes
    name: str
    role: str


class Users(View, frozen=True, kw_only=True):
    """Who may open this node."""

    users: list[UserView]


class IntroductionFile(View, frozen=True, kw_only=True):
    """An introduction file and the instant after which it no longer lets anybody in."""

    introduction: bytes
    expires: int


class PeerView(View, frozen=True, kw_only=True):
    """Another organisation. `safety_number` is the twelve groups both sides read to each other."""

    node_id: bytes
    node_id_text: str
    name: str
    country: str
    level: int
    status: str
    verified_how: str | None
    verified_at: int | None
    safety_number: list[str]
    last_heard: int | None


class Peers(View, frozen=True, kw_only=True):
    """The organisations we know."""

    peers: list[PeerView]


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


class HolderView(View, frozen=True, kw_only=True):
    """How far one holder has carried a withdrawal out: 0 asked, 1 locked, 2 erased, 3 legal hold."""

    peer: bytes
    status: int
    told_at: int
    locked_at: int | None
    erased_at: int | None


class ConsentView(View, frozen=True, kw_only=True):
    """A consent and what it amounts to now."""

    consent_id: bytes
    holder: bytes
    recipient: bytes
    purpose: str
    categories: list[int]
    excluded_fields: list[str]
    texts: list[bytes]
    state: str
    is_confirmed: bool
    needs_confirmation: bool
    valid_from: int
    expires: int
    receipt_id: bytes | None
    holders: list[HolderView]


class Consents(View, frozen=True, kw_only=True):
    """Every consent of a case or a conversation."""

    consents: list[ConsentView]


class Preview(View, frozen=True, kw_only=True):
    """Exactly what would leave: its canonical bytes, their SHA-256, and how they read."""

    content: bytes
    hash: bytes
    sentences: list[SentenceView]
    facts: list[FactView]
    offer: "OfferView | None" = None


class OfferView(View, frozen=True, kw_only=True):
    """The C0 body."""

    service_group: str
    area: str
    priority: str
    language: str
    age_band: str
    month: str
    answer_by: int
    asks_about_needs: bool


class HistoryLine(View, frozen=True, kw_only=True):
    """One thing that happened to a referral."""

    event: str
    state: str
    is_heard: bool
    at: int
    detail: str | None


class MessageLine(View, frozen=True, kw_only=True):
    """One message that came in a conversation."""

    peer: bytes
    message_id: bytes
    type: str
    received_at: int
    status: str
    code: str | None
    is_personal: bool
    is_locked: bool
    is_erased: bool


class FollowUpView(View, frozen=True, kw_only=True):
    """One follow-up."""

    follow_up: bytes
    is_asked_by_us: bool
    due: int
    state: str
    was_seen: bool | None
    report: bytes | None


class ReferralLine(View, frozen=True, kw_only=True):
    """A referral in a list."""

    thread: bytes
    peer: bytes
    is_ours: bool
    state: str
    offer: OfferView


class Referrals(View, frozen=True, kw_only=True):
    """The referrals that changed last."""

    referrals: list[ReferralLine]


class ReferralView(View, frozen=True, kw_only=True):
    """One referral with its path of care."""

    referral: ReferralLine
    worker: str | None
    first_step: str | None
    from_date: int | None
    dossier_hash: bytes | None
    arrived_at: int | None
    history: list[HistoryLine]
    messages: list[MessageLine]
    follow_ups: list[FollowUpView]
    consents: list[ConsentView]


class MessageView(View, frozen=True, kw_only=True):
    """What a message says about her, and the hash of its content."""

    type: str
    content_hash: bytes
    sentences: list[SentenceView]
    facts: list[FactView]


class TaskView(View, frozen=True, kw_only=True):
    """What needs a person."""

    task: str
    peer: bytes
    thread: bytes | None
    due: int


class Tasks(View, frozen=True, kw_only=True):
    """What needs a person, the most pressing first."""

    tasks: list[TaskView]


class OutboxLine(View, frozen=True, kw_only=True):
    """One message that was not answered yet."""

    message_id: bytes
    peer: bytes
    type: str
    state: str
    queued_at: int
    attempts: int


class Outbox(View, frozen=True, kw_only=True):
    """What is waiting to leave or to be answered."""

    items: list[OutboxLine]


class Found(View, frozen=True, kw_only=True):
    """Where words were found: cases, and messages that may still be read."""

    cases: list[bytes]
    messages: list[bytes]


class Draft(View, frozen=True, kw_only=True):
    """A half-written text; empty where there is none."""

    text: str


class AuditState(View, frozen=True, kw_only=True):
    """Is every entry bound to the one before it, and how many are there?"""

    is_whole: bool
    entries: int


class ReportSent(View, frozen=True, kw_only=True):
    """How a follow-up report left: as her consent allows, or as seen / not seen because of `refusal`.

    `left_out` are the categories of the facts that stayed here. The other side learns nothing of it.
    """

    follow_up: bytes
    with_her_words: bool
    refusal: str | None
    left_out: list[int]
    texts_left_out: bool


class No(StrEnum):
    """Why a thing was not done, besides the refusal codes of the protocol."""

    NOT_FOUND = "not_found"
    CHANGED_SINCE_PREVIEW = "changed_since_preview"
    WRONG_STATE = "wrong_state"
    NOT_ALLOWED = "not_allowed"
    ALREADY_THERE = "already_there"
    NUMBER_DIFFERS = "number_differs"
    LOCKED = "locked"
    WRONG_PASSPHRASE = "wrong_passphrase"  # noqa: S105  (a code, not a secret)
    NO_SESSION = "no_session"
    ERASED = "erased"
    POSITION_NOT_RECORDED = "position_not_recorded"
    NAMES_NO_DAY = "names_no_day"
    GIVEN_BY_DOES_NOT_FIT = "given_by_does_not_fit"
    NO_ROOM = "no_room"


class Refused(View, frozen=True, kw_only=True):
    """An expected no. `code` is one of `No` or a refusal code; the rest says which consent is missing."""

    code: str
    purpose: str | None = None
    peer: bytes | None = None
    missing: list[int] = msgspec.field(default_factory=list)


def refused(code: No) -> Refused:
    """A no that needs no further word."""
    return Refused(code=code.value)


def encode_view(view: View) -> bytes:
    """The body of an answer."""
    shown = msgspec.to_builtins(view, builtin_types=(bytes,))
    return codec.encode_within(shown, bytes_max=SHOWN_BYTES_MAX)


def parse_view(body: bytes, view: type[ViewT]) -> ViewT:
    """Read an answer.

    Raises:
        MalformedError: if the body is not this view.
    """
    return fit(codec.decode_within(body, bytes_max=SHOWN_BYTES_MAX), view)


CONTENT_TYPE: Final = "application/cbor"
