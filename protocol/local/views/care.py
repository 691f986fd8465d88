"""What is shown of referrals and follow-ups, on both sides."""

from protocol.local.fitting import View
from protocol.local.views.casework import FactView, SentenceView
from protocol.local.views.consent import ConsentView


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


class Preview(View, frozen=True, kw_only=True):
    """Exactly what would leave: its canonical bytes, their SHA-256, and how they read.

    What says who she is and was not asked for is left out, and `content` with it; `hidden_fields` and
    `hidden_texts` name the fields and the kinds of text, in their order.
    """

    content: bytes
    hash: bytes
    sentences: list[SentenceView]
    facts: list[FactView]
    hidden_fields: list[str]
    hidden_texts: list[str]
    offer: OfferView | None = None


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
    """A referral in a list. The case is ours, where there is one; `waits_for_us`: it is our turn."""

    thread: bytes
    peer: bytes
    peer_name: str
    is_ours: bool
    case_id: bytes | None
    case_number: str | None
    state: str
    waits_for_us: bool
    answer_by: int
    made_at: int
    changed_at: int
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


class ReportSent(View, frozen=True, kw_only=True):
    """How a follow-up report left: as her consent allows, or as seen / not seen because of `refusal`.

    `left_out` are the categories of the facts that stayed here. The other side learns nothing of it.
    """

    follow_up: bytes
    with_her_words: bool
    refusal: str | None
    left_out: list[int]
    texts_left_out: bool
