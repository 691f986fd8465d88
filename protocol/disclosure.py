"""The only way in which any fact about a survivor becomes the content of a message.

Every payload starts empty. A fact is copied if the permit names its category, the allow-list names its
field and she did not leave it out; a sentence is copied if she ticked exactly this text. What is not copied
leaves no trace: not in the bytes, not in their number, not in their order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from protocol.errors import LocalProtocolError
from protocol.messages.consent import ConsentCopy
from protocol.messages.disclosed import Disclosed, Fact, Section, Sentence
from protocol.messages.files import BlobChunk, FileHead
from protocol.messages.follow_up import FollowUpReport
from protocol.messages.referral import (
    ReferralAnswerPersonal,
    ReferralDossier,
    ReferralOffer,
    ReferralOutcome,
)
from protocol.messages.union import PURPOSE_OF_TYPE, encode_content, fits_purpose
from protocol.permits import _TOKEN, Payload, Permit
from protocol.values import Hash, Instant, PlainText, sha256
from protocol.vocabulary.categories import DOSSIER_ORDER, Category
from protocol.vocabulary.codes import NotSeenReason, Purpose, Question, SeenHow
from protocol.vocabulary.facts import FACT_FIELDS


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """Everything this node knows of her: facts, and each sentence with its category. Never sent as it is."""

    facts: tuple[Fact, ...]
    sentences: tuple[tuple[Category, Sentence], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierShape:
    """A dossier after acceptance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerShape:
    """An answer to a question about an offer."""

    question: Question


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeShape:
    """How it goes, back to the sender."""

    seen: SeenHow
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportShape:
    """A follow-up report; one of `seen` and `not_seen`."""

    at: Instant
    seen: SeenHow | None
    not_seen: NotSeenReason | None


FILE: Final = "file"
FILE_PART: Final = "file_part"
"""How a leaving of a file stands in her ledger: its first part for the whole, the rest beside it."""
PayloadShape = DossierShape | AnswerShape | OutcomeShape | ReportShape


def build_payload(facts: CaseFacts, permit: Permit, *, shape: PayloadShape) -> Payload:
    """Build the content of a personal message: what the permit allows of these facts, and nothing else.

    Raises:
        LocalProtocolError: if the permit is for another purpose than the message.
    """
    disclosed = _disclose(facts, permit)
    message: ReferralDossier | ReferralAnswerPersonal | ReferralOutcome | FollowUpReport
    match shape:
        case DossierShape():
            message = ReferralDossier(disclosed=disclosed)
        case AnswerShape(question=question):
            message = ReferralAnswerPersonal(disclosed=disclosed, question=question)
        case OutcomeShape(seen=seen, at=at):
            message = ReferralOutcome(disclosed=disclosed, seen=seen, at=at)
        case ReportShape(at=at, seen=how, not_seen=reason):
            message = FollowUpReport(disclosed=disclosed, at=at, seen=how, not_seen=reason)
        case _:
            assert_never(shape)
    _require_purpose(permit, PURPOSE_OF_TYPE[message.TYPE])
    return Payload(
        _TOKEN,
        type=message.TYPE,
        content=encode_content(message),
        is_personal=True,
        permit=permit,
        fields=_field_list(disclosed),
    )


def _require_purpose(permit: Permit, purpose: Purpose) -> None:
    if permit.purpose is not purpose:
        raise LocalProtocolError("a permit for another purpose")


def build_offer(offer: ReferralOffer, permit: Permit) -> Payload:
    """An offer: the C0 body and nothing else. The permit shows that she said yes to being referred.

    Raises:
        LocalProtocolError: if the permit is for another purpose.
    """
    _require_purpose(permit, Purpose.CARE_REFERRAL)
    return Payload(
        _TOKEN,
        type=offer.TYPE,
        content=encode_content(offer),
        is_personal=False,
        permit=permit,
        fields=(),
    )


def build_consent_copy(signed_consent: bytes, words: PlainText | None, permit: Permit) -> Payload:
    """The copy of a consent for its other party.

    Raises:
        LocalProtocolError: if it is not the consent the permit was given under.
    """
    if sha256(signed_consent) != permit.consent_hash:
        raise LocalProtocolError("a copy of another consent than the permit's")
    message = ConsentCopy(signed_consent=signed_consent, words=words)
    return Payload(
        _TOKEN,
        type=message.TYPE,
        content=encode_content(message),
        is_personal=True,
        permit=permit,
        fields=(),
    )


def may_tell_file(head: FileHead, permit: Permit) -> bool:
    """Did she allow this very file: its category, and by a tick of its own these very bytes (R-192)?"""
    return head.category in permit.categories and head.hash in permit.texts


def build_file_part(part: BlobChunk, permit: Permit) -> Payload:
    """One part of a file that she allowed.

    Raises:
        LocalProtocolError: if she did not, or if the permit is for another purpose.
    """
    if not may_tell_file(part.head, permit):
        raise LocalProtocolError("a file that she did not tick")
    if not fits_purpose(part.TYPE, permit.purpose):
        raise LocalProtocolError("a permit for another purpose")
    return Payload(
        _TOKEN,
        type=part.TYPE,
        content=encode_content(part),
        is_personal=True,
        permit=permit,
        fields=(f"{FILE if part.index == 0 else FILE_PART}:{part.head.label.value}",),
    )


def content_hash(payload: Payload) -> Hash:
    """What a preview shows and a send command cites: the SHA-256 of the content, without the salt."""
    return sha256(payload.content)


def _disclose(facts: CaseFacts, permit: Permit) -> Disclosed:
    sections = (
        _section(category, facts, permit)
        for category in DOSSIER_ORDER
        if category in permit.categories
    )
    return Disclosed(
        sections=tuple(section for section in sections if section.facts or section.sentences)
    )


def _section(category: Category, facts: CaseFacts, permit: Permit) -> Section:
    chosen = [fact for fact in facts.facts if _may_copy(fact, category, permit)]
    return Section(
        category=category,
        facts=tuple(sorted(chosen, key=_by_field)),
        sentences=_ticked(facts.sentences, category, permit),
    )


def _may_copy(fact: Fact, category: Category, permit: Permit) -> bool:
    spec = FACT_FIELDS.get(fact.field)
    return (
        spec is not None and spec.category == category and fact.field not in permit.excluded_fields
    )


def _by_field(fact: Fact) -> tuple[int, str]:
    # The order of the encoding, so that what is built equals what is read back.
    return len(fact.field), fact.field


def _ticked(
    sentences: Sequence[tuple[Category, Sentence]], category: Category, permit: Permit
) -> tuple[Sentence, ...]:
    hashed = ((text.hash, text) for of_category, text in sentences if of_category == category)
    chosen = {link: text for link, text in hashed if link in permit.texts}
    # By kind and then by hash: the order must not tell how many sentences lie between two of them.
    order = sorted((text.kind.value, link) for link, text in chosen.items())
    return tuple(chosen[link] for _, link in order)


def _field_list(disclosed: Disclosed) -> tuple[str, ...]:
    texts = (f"text:{sentence.kind.value}" for sentence in disclosed.sentences)
    return (*sorted(disclosed.fields), *texts)
