"""One message of each type and class, as our own code would send it."""

from dataclasses import replace
from typing import Final

from protocol.cards import Suspend, sign_suspend
from protocol.messages.consent import ConsentCopy, ConsentWithdrawn, WithdrawnAcknowledgement
from protocol.messages.core import (
    BundleUpdate,
    CardUpdate,
    IntroductionAccept,
    IntroductionRequest,
    Receipt,
    ReceiptRange,
    ReceiptSingle,
)
from protocol.messages.disclosed import Disclosed, Fact, Section
from protocol.messages.files import BlobChunk, FileHead
from protocol.messages.follow_up import (
    FollowUpAccept,
    FollowUpReport,
    FollowUpRequest,
    FollowUpStatus,
    FollowUpUnable,
)
from protocol.messages.membership import CharterUpdate, SuspendNotice
from protocol.messages.recovery import ConsentStates, Hello, ListedConsent, Resync
from protocol.messages.referral import (
    ReferralAccept,
    ReferralAnswer,
    ReferralAnswerPersonal,
    ReferralArrived,
    ReferralAsk,
    ReferralDecline,
    ReferralDossier,
    ReferralOutcome,
    ReferralPrepared,
    ReferralRecall,
)
from protocol.messages.union import Message
from protocol.messages.witness import AuditDiffers, Cover
from protocol.skeleton import NO_HEAD, DayHead, Head
from protocol.values import ConsentId, PlainText, later, new_message_id, sha256
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import (
    AnswerCode,
    DeclineReason,
    FileKind,
    FileLabel,
    FirstStep,
    ListedState,
    NotSeenReason,
    PlanAnswer,
    Question,
    RecallReason,
    ReceiptStatus,
    SeenHow,
    UnableReason,
    WithdrawalStatus,
    WithdrawalWanted,
)
from tests.support import charters
from tests.support.builders import (
    ALO,
    BANDHAN,
    CHAUTARI,
    CONSENT,
    HOPE,
    NOON,
    OFFER,
    WISH,
    entropy,
    signed_consent,
)

DISCLOSED: Final = Disclosed(
    sections=(
        Section(
            category=Category.PLAN_WISHES,
            facts=(Fact(field="wish_about", value=("learning", "work")),),
            sentences=(HOPE, WISH),
        ),
        Section(
            category=Category.LOCATION_CONTACT,
            facts=(Fact(field="safe_phone", value="+000 0000 0001"),),
            sentences=(),
        ),
        Section(
            category=Category.FAMILY,
            facts=(Fact(field="number_of_children", value=2),),
            sentences=(),
        ),
    )
)
SINGLE: Final = ReceiptSingle(
    message_id=new_message_id(now=NOON, entropy=entropy("a message")),
    message_hash=sha256(b"a message"),
    status=ReceiptStatus.SEEN_BY_PERSON,
    at=NOON,
    code=None,
)
RECEIPT: Final = Receipt(
    ranges=(ReceiptRange(epoch=NOON, first=1, last=7, last_hash=sha256(b"seven"), at=NOON),),
    singles=(SINGLE, replace(SINGLE, status=ReceiptStatus.REFUSED, code="E_LEVEL")),
)
WITHDRAWN: Final = ConsentWithdrawn(
    consent_id=CONSENT.consent_id,
    effective=NOON,
    wanted=WithdrawalWanted.ERASE,
    replacement=None,
)
ACKNOWLEDGED: Final = WithdrawnAcknowledgement(
    consent_id=CONSENT.consent_id,
    status=WithdrawalStatus.LOCKED,
    printed_copies=1,
    told=(CHAUTARI.node_id,),
    skeletons=(sha256(b"first"), sha256(b"second")),
    at=NOON,
    legal_hold=None,
)
SEEN: Final = FollowUpReport(disclosed=DISCLOSED, at=NOON, seen=SeenHow.PHONE, not_seen=None)
COPY: Final = ConsentCopy(signed_consent=signed_consent(CONSENT).raw, words=None)
HELLO: Final = Hello(
    epoch=later(NOON, 60),
    received=Head(epoch=NOON, sequence=7, hash=sha256(b"seven")),
    sent=Head(epoch=NOON, sequence=4, hash=sha256(b"four")),
)
LISTED: Final = ConsentStates(
    epoch=later(NOON, 60),
    consents=(
        ListedConsent(consent_id=ConsentId(bytes(16)), state=ListedState.GIVEN, since=NOON),
        ListedConsent(
            consent_id=ConsentId(bytes([1]) * 16), state=ListedState.WITHDRAWN, since=NOON
        ),
    ),
    part=1,
    parts=1,
    receipts=2,
)
DECLINE: Final = ReferralDecline(reason=DeclineReason.NO_CAPACITY, who_else=None)

SUSPEND: Final = sign_suspend(
    Suspend(node_id=ALO.node_id, card_sequence=1, at=None, reason=0), by=ALO.root
)
CHUNK: Final = BlobChunk(
    head=FileHead(
        hash=sha256(b"%PDF-1.7"),
        category=Category.PLAN_WISHES,
        kind=FileKind.PDF,
        label=FileLabel.LETTER,
        size=8,
    ),
    index=0,
    content=b"%PDF-1.7",
)

MESSAGES: Final[tuple[Message, ...]] = (
    IntroductionRequest(card=ALO.signed_card.raw, bundle=ALO.signed_bundle.raw, proof=bytes(32)),
    IntroductionAccept(proof=bytes(32)),
    RECEIPT,
    CardUpdate(card=ALO.signed_card.raw),
    BundleUpdate(bundle=BANDHAN.signed_bundle.raw),
    CharterUpdate(chain=(charters.signed(charters.FIRST),)),
    SuspendNotice(suspend=SUSPEND.raw),
    OFFER,
    ReferralAsk(question=Question.LANGUAGE),
    ReferralAnswer(question=Question.LANGUAGE, answer=AnswerCode.YES),
    ReferralAnswerPersonal(disclosed=DISCLOSED, question=Question.SERVICE_DETAIL),
    ReferralAccept(worker=PlainText("রুবিনা"), first_step=FirstStep.ROOM_READY, from_date=NOON),
    DECLINE,
    replace(DECLINE, who_else=PlainText("Chautari")),
    ReferralDossier(disclosed=DISCLOSED),
    ReferralPrepared(plan=PlanAnswer.ADAPT),
    ReferralArrived(at=NOON),
    ReferralOutcome(disclosed=DISCLOSED, seen=SeenHow.IN_PERSON, at=NOON),
    ReferralRecall(reason=RecallReason.HER_CHOICE),
    CHUNK,
    FollowUpRequest(due=NOON),
    FollowUpAccept(due=NOON),
    FollowUpStatus(seen=False, at=NOON),
    SEEN,
    replace(SEEN, seen=None, not_seen=NotSeenReason.MOVED),
    FollowUpUnable(reason=UnableReason.NOT_IN_CONTACT),
    COPY,
    replace(COPY, words=PlainText("পুলিশকে নয়")),
    WITHDRAWN,
    replace(WITHDRAWN, replacement=signed_consent(CONSENT).raw),
    ACKNOWLEDGED,
    replace(ACKNOWLEDGED, status=WithdrawalStatus.LEGAL_HOLD, legal_hold=sha256(b"an order")),
    Cover(),
    AuditDiffers(
        held=DayHead(day=20_833, hash=sha256(b"a head")),
        held_in=new_message_id(now=NOON, entropy=bytes),
        came=DayHead(day=20_833, hash=sha256(b"another head")),
        came_in=new_message_id(now=NOON, entropy=bytes),
    ),
    HELLO,
    replace(HELLO, received=NO_HEAD),
    Resync(epoch=NOON, ranges=((2, 2), (5, 9))),
    Resync(epoch=NOON, ranges=()),
    LISTED,
    replace(LISTED, consents=(), part=2, parts=2),
)
"""Every type in every class it has, with and without its optional keys."""
