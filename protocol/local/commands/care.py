"""Commands about referrals and follow-ups, on both sides."""

from typing import ClassVar

import msgspec

from protocol.local.commands.form import Command, FactInput
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import (
    AnswerCode,
    DeclineReason,
    FirstStep,
    NotSeenReason,
    PlanAnswer,
    Priority,
    Question,
    RecallReason,
    SeenHow,
    ServiceGroup,
    TextKind,
    UnableReason,
)


class OfferInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The C0 body as a worker fills it in.

    `answer_by` is left out in a preview, which fixes it, and given back when the offer is sent; a planned
    offer names it from the start.
    """

    service_group: ServiceGroup
    area: str
    priority: Priority
    month: str
    answer_by: int | None
    asks_about_needs: bool


class PreviewOffer(Command, frozen=True, kw_only=True):
    """Exactly what they will see first.

    `categories` are what is meant to be told after acceptance: nobody is promised what she did not
    allow. Not a word of it is in the offer.
    """

    NAME: ClassVar[str] = "referral/preview-offer"
    case_id: bytes
    peer: bytes
    offer: OfferInput
    categories: list[Category]


class SendOffer(Command, frozen=True, kw_only=True):
    """Send what was previewed; `preview` cites its hash."""

    NAME: ClassVar[str] = "referral/offer"
    case_id: bytes
    peer: bytes
    offer: OfferInput
    categories: list[Category]
    preview: bytes


class PreviewDossier(Command, frozen=True, kw_only=True):
    """Exactly what they will see after they accepted.

    What says who she is comes only where `with_names` asks for it, and that is written into the audit log.
    """

    NAME: ClassVar[str] = "referral/preview-dossier"
    thread: bytes
    categories: list[Category]
    with_names: bool


class SendDossier(Command, frozen=True, kw_only=True):
    """Send what was previewed; `preview` cites its hash."""

    NAME: ClassVar[str] = "referral/dossier"
    thread: bytes
    categories: list[Category]
    preview: bytes


class AskAboutOffer(Command, frozen=True, kw_only=True):
    """A question about an offer."""

    NAME: ClassVar[str] = "referral/ask"
    thread: bytes
    question: Question


class AnswerQuestion(Command, frozen=True, kw_only=True):
    """An answer by code; it tells nothing beyond C0."""

    NAME: ClassVar[str] = "referral/answer"
    thread: bytes
    question: Question
    answer: AnswerCode


class AcceptOffer(Command, frozen=True, kw_only=True):
    """A place is held: who will be there, what first, from when."""

    NAME: ClassVar[str] = "referral/accept"
    thread: bytes
    worker: str
    first_step: FirstStep
    from_date: int


class DeclineOffer(Command, frozen=True, kw_only=True):
    """No, why, and who else could."""

    NAME: ClassVar[str] = "referral/decline"
    thread: bytes
    reason: DeclineReason
    who_else: str | None


class RecallOffer(Command, frozen=True, kw_only=True):
    """Take an offer back."""

    NAME: ClassVar[str] = "referral/recall"
    thread: bytes
    reason: RecallReason


class ReportPrepared(Command, frozen=True, kw_only=True):
    """A person read the dossier and got ready."""

    NAME: ClassVar[str] = "referral/prepared"
    thread: bytes
    plan: PlanAnswer


class ReportArrival(Command, frozen=True, kw_only=True):
    """She is here, and the first private contact was made."""

    NAME: ClassVar[str] = "referral/arrived"
    thread: bytes
    at: int


class ShowReferral(Command, frozen=True, kw_only=True):
    """One referral with everything that came and went."""

    NAME: ClassVar[str] = "referral/show"
    thread: bytes


class ListReferrals(Command, frozen=True, kw_only=True):
    """The referrals that changed last: made by us (`is_ours`), made to us, or both."""

    NAME: ClassVar[str] = "referral/list"
    is_ours: bool | None


class RequestFollowUp(Command, frozen=True, kw_only=True):
    """Ask the other side to see her."""

    NAME: ClassVar[str] = "followup/request"
    thread: bytes
    due: int


class AcceptFollowUp(Command, frozen=True, kw_only=True):
    """Take a follow-up on."""

    NAME: ClassVar[str] = "followup/accept"
    follow_up: bytes
    due: int


class DeclineFollowUp(Command, frozen=True, kw_only=True):
    """We cannot do it."""

    NAME: ClassVar[str] = "followup/unable"
    follow_up: bytes
    reason: UnableReason


class SentenceInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text of hers for a report. It leaves only if it was read back to her as it stands here."""

    kind: TextKind
    language: str
    text: str
    read_back: bool


class ReportFollowUp(Command, frozen=True, kw_only=True):
    """How she is. Without her confirmed way-back consent only seen or not seen leaves.

    With it leaves what it names of the facts, and each text that was read back to her. `follow_up` is
    the request it answers, or None. One of `seen` and `not_seen`.
    """

    NAME: ClassVar[str] = "followup/report"
    thread: bytes
    follow_up: bytes | None
    at: int
    seen: SeenHow | None
    not_seen: NotSeenReason | None
    facts: dict[str, FactInput]
    sentences: list[SentenceInput]
