"""From a message to its reaction. A new type of message breaks the build here until it has one."""

from typing import assert_never

from node.reactions import (
    caring,
    consenting,
    filing,
    introducing,
    membership,
    receipting,
    resuming,
    witnessing,
)
from node.reactions.arrival import Arrival, Reaction
from node.vault.unit import Unit
from protocol.messages.consent import ConsentCopy, ConsentWithdrawn, WithdrawnAcknowledgement
from protocol.messages.core import (
    BundleUpdate,
    CardUpdate,
    IntroductionAccept,
    IntroductionRequest,
    Receipt,
)
from protocol.messages.files import BlobChunk
from protocol.messages.follow_up import (
    FollowUpAccept,
    FollowUpReport,
    FollowUpRequest,
    FollowUpStatus,
    FollowUpUnable,
)
from protocol.messages.membership import CharterUpdate, SuspendNotice
from protocol.messages.recovery import ConsentStates, Hello, Resync
from protocol.messages.referral import (
    ReferralAccept,
    ReferralAnswer,
    ReferralAnswerPersonal,
    ReferralArrived,
    ReferralAsk,
    ReferralDecline,
    ReferralDossier,
    ReferralOffer,
    ReferralOutcome,
    ReferralPrepared,
    ReferralRecall,
)
from protocol.messages.union import Message
from protocol.messages.witness import AuditDiffers, Cover
from protocol.referral_flow import ReferralEvent


def react(unit: Unit, message: Message, arrival: Arrival) -> Reaction:
    """Let an accepted message take effect."""
    match message:
        case Receipt():
            return receipting.on_receipt(unit, message, arrival)
        case IntroductionRequest():
            return introducing.on_introduction(unit, message, arrival)
        case IntroductionAccept():
            return introducing.on_introduction_accepted(unit, message, arrival)
        case CardUpdate():
            return introducing.on_card(unit, message, arrival)
        case BundleUpdate():
            return introducing.on_bundle(unit, message, arrival)
        case CharterUpdate():
            return membership.on_charter(unit, message, arrival)
        case SuspendNotice():
            return membership.on_suspend(unit, message, arrival)
        case ConsentCopy():
            return consenting.on_copy(unit, message, arrival)
        case ConsentWithdrawn():
            return consenting.on_withdrawn(unit, message, arrival)
        case WithdrawnAcknowledgement():
            return consenting.on_withdrawn_answer(unit, message, arrival)
        case FollowUpRequest() | FollowUpAccept() | FollowUpUnable():
            return _follow_up(unit, message, arrival)
        case Hello() | Resync() | ConsentStates():
            return resuming.react(unit, message, arrival)
        case FollowUpStatus():
            return caring.on_status(unit, message, arrival)
        case FollowUpReport():
            return caring.on_report(unit, message, arrival)
        case BlobChunk():
            return filing.on_chunk(unit, message, arrival)
        case AuditDiffers():
            return witnessing.on_differs(unit, message, arrival)
        case Cover():
            # It is told apart before anything could act.
            return []
        case _:
            return _referral(unit, message, arrival)


def _follow_up(
    unit: Unit, message: FollowUpRequest | FollowUpAccept | FollowUpUnable, arrival: Arrival
) -> Reaction:
    match message:
        case FollowUpRequest():
            return caring.on_follow_up_request(unit, message, arrival)
        case FollowUpAccept():
            return caring.on_follow_up_accept(unit, message, arrival)
        case FollowUpUnable():
            return caring.on_follow_up_unable(unit, arrival)
        case _:
            assert_never(message)


def _referral(
    unit: Unit,
    message: ReferralOffer
    | ReferralAsk
    | ReferralAnswer
    | ReferralAnswerPersonal
    | ReferralAccept
    | ReferralDecline
    | ReferralDossier
    | ReferralPrepared
    | ReferralArrived
    | ReferralOutcome
    | ReferralRecall,
    arrival: Arrival,
) -> Reaction:
    match message:
        case ReferralOffer():
            return caring.on_offer(unit, message, arrival)
        case ReferralAccept():
            return caring.on_accept(unit, message, arrival)
        case ReferralDossier():
            return caring.on_dossier(unit, message, arrival)
        case ReferralAnswerPersonal():
            return caring.on_answer_personal(unit, message, arrival)
        case ReferralArrived():
            return caring.on_arrived(unit, message, arrival)
        case ReferralOutcome():
            return caring.on_outcome(unit, message, arrival)
        case ReferralAsk(question=code):
            return caring.move(
                unit, arrival, ReferralEvent.ASK, expects_ours=True, detail=code.value
            )
        case ReferralAnswer(answer=code):
            return caring.move(
                unit, arrival, ReferralEvent.ANSWER, expects_ours=False, detail=code.value
            )
        case ReferralDecline(reason=code):
            return caring.move(
                unit, arrival, ReferralEvent.DECLINE, expects_ours=True, detail=code.value
            )
        case ReferralPrepared(plan=code):
            return caring.move(
                unit, arrival, ReferralEvent.PREPARE, expects_ours=True, detail=code.value
            )
        case ReferralRecall(reason=code):
            return caring.move(
                unit, arrival, ReferralEvent.RECALL, expects_ours=False, detail=code.value
            )
        case _:
            assert_never(message)
