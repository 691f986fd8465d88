"""The closed union of all messages, their classes, and the one way from bytes to a message (SPEC 8).

Class N says nothing about a survivor, class 0 holds C0 only, class P is personal and cites a consent. Where
a type has two classes, the presence of the consent's hash decides which schema applies.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final, TypeAlias

from protocol.codec import Value, decode, encode
from protocol.errors import MalformedError, RefusalCode, RemoteProtocolError
from protocol.fields import MapReader
from protocol.messages import (
    consent,
    core,
    files,
    follow_up,
    membership,
    recovery,
    referral,
    witness,
)
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
from protocol.messages.witness import AuditDiffers, Cover
from protocol.vocabulary.codes import Purpose

PersonalMessage: TypeAlias = (
    ReferralAnswerPersonal
    | ReferralDossier
    | ReferralOutcome
    | FollowUpReport
    | ConsentCopy
    | BlobChunk
)
PublicMessage: TypeAlias = (
    IntroductionRequest
    | IntroductionAccept
    | Receipt
    | CardUpdate
    | BundleUpdate
    | CharterUpdate
    | SuspendNotice
    | Hello
    | Resync
    | AuditDiffers
    | ReferralAsk
    | ReferralAnswer
    | ReferralAccept
    | ReferralDecline
    | ReferralPrepared
    | ReferralArrived
    | ReferralRecall
    | FollowUpRequest
    | FollowUpAccept
    | FollowUpStatus
    | FollowUpUnable
    | ConsentWithdrawn
    | WithdrawnAcknowledgement
    | ConsentStates
)
"""What may leave without a permit. An offer is not among them: it says that there is a survivor."""
Message: TypeAlias = PublicMessage | ReferralOffer | PersonalMessage | Cover
"""Cover is in no effect: nobody can queue it."""


class MessageClass(StrEnum):
    """What a message may say."""

    NONE = "N"
    C0 = "0"
    PERSONAL = "P"


_Parser: TypeAlias = Callable[[MapReader], Message]

_PARSERS: Final[dict[tuple[str, MessageClass], _Parser]] = {
    (IntroductionRequest.TYPE, MessageClass.NONE): core.parse_introduction_request,
    (IntroductionAccept.TYPE, MessageClass.NONE): core.parse_introduction_accept,
    (Receipt.TYPE, MessageClass.NONE): core.parse_receipt,
    (CardUpdate.TYPE, MessageClass.NONE): core.parse_card_update,
    (BundleUpdate.TYPE, MessageClass.NONE): core.parse_bundle_update,
    (CharterUpdate.TYPE, MessageClass.NONE): membership.parse_charter_update,
    (SuspendNotice.TYPE, MessageClass.NONE): membership.parse_suspend_notice,
    (Hello.TYPE, MessageClass.NONE): recovery.parse_hello,
    (Resync.TYPE, MessageClass.NONE): recovery.parse_resync,
    (AuditDiffers.TYPE, MessageClass.NONE): witness.parse_audit_differs,
    (Cover.TYPE, MessageClass.NONE): witness.parse_cover,
    (ReferralOffer.TYPE, MessageClass.C0): referral.parse_offer,
    (ReferralAsk.TYPE, MessageClass.C0): referral.parse_ask,
    (ReferralAnswer.TYPE, MessageClass.C0): referral.parse_answer,
    (ReferralAnswerPersonal.TYPE, MessageClass.PERSONAL): referral.parse_answer_personal,
    (ReferralAccept.TYPE, MessageClass.C0): referral.parse_accept,
    (ReferralDecline.TYPE, MessageClass.C0): referral.parse_decline,
    (ReferralDossier.TYPE, MessageClass.PERSONAL): referral.parse_dossier,
    (ReferralPrepared.TYPE, MessageClass.C0): referral.parse_prepared,
    (ReferralArrived.TYPE, MessageClass.C0): referral.parse_arrived,
    (ReferralOutcome.TYPE, MessageClass.PERSONAL): referral.parse_outcome,
    (ReferralRecall.TYPE, MessageClass.C0): referral.parse_recall,
    (FollowUpRequest.TYPE, MessageClass.C0): follow_up.parse_request,
    (FollowUpAccept.TYPE, MessageClass.C0): follow_up.parse_accept,
    (FollowUpStatus.TYPE, MessageClass.C0): follow_up.parse_status,
    (FollowUpReport.TYPE, MessageClass.PERSONAL): follow_up.parse_report,
    (FollowUpUnable.TYPE, MessageClass.C0): follow_up.parse_unable,
    (ConsentCopy.TYPE, MessageClass.PERSONAL): consent.parse_copy,
    (BlobChunk.TYPE, MessageClass.PERSONAL): files.parse_chunk,
    (ConsentWithdrawn.TYPE, MessageClass.C0): consent.parse_withdrawn,
    (WithdrawnAcknowledgement.TYPE, MessageClass.C0): consent.parse_withdrawn_ack,
    (ConsentStates.TYPE, MessageClass.C0): recovery.parse_consent_states,
}
# The purpose of each personal message; another purpose would need another consent. A copy of a
# consent has no purpose of its own.
PURPOSE_OF_TYPE: Final = {
    ReferralDossier.TYPE: Purpose.CARE_REFERRAL,
    ReferralAnswerPersonal.TYPE: Purpose.CARE_REFERRAL,
    ReferralOutcome.TYPE: Purpose.FOLLOW_UP,
    FollowUpReport.TYPE: Purpose.FOLLOW_UP,
}
# A part of a file goes where the message went that it follows.
FILE_PURPOSES: Final = frozenset(PURPOSE_OF_TYPE.values())
TYPES: Final = frozenset(name for name, _ in _PARSERS)
# These act before gaps, order, expiry and trust level are looked at.
OVERTAKING: Final = frozenset({ConsentWithdrawn.TYPE, SuspendNotice.TYPE})
# All that goes to a node, or from one, of which it is not known yet what she took back meanwhile.
# A new type is not among them until it is put here by its class or by its name.
GOES_MEANWHILE: Final = frozenset(
    name for name, of_class in _PARSERS if of_class is MessageClass.NONE
) | {ConsentWithdrawn.TYPE, WithdrawnAcknowledgement.TYPE, ConsentStates.TYPE}
# Receipts are acknowledged by the head alone, never by a receipt; cover is by nothing.
UNRECEIPTED: Final = frozenset({Receipt.TYPE, Cover.TYPE})


def message_class(type_name: str, *, cites_consent: bool) -> MessageClass:
    """The class of a message of this type, with or without a consent's hash in its skeleton (R-90).

    Raises:
        RemoteProtocolError: E_TYPE if we do not have the type; E_CONSENT_MISSING if it is personal and
            cites none; E_SCHEMA if it cites one and is not personal.
    """
    if type_name not in TYPES:
        raise RemoteProtocolError(RefusalCode.E_TYPE, "msg.type")
    if cites_consent:
        if (type_name, MessageClass.PERSONAL) in _PARSERS:
            return MessageClass.PERSONAL
        raise MalformedError("a consent where none belongs", place="msg.consent")
    for found in (MessageClass.NONE, MessageClass.C0):
        if (type_name, found) in _PARSERS:
            return found
    raise RemoteProtocolError(RefusalCode.E_CONSENT_MISSING, "msg.consent")


def fits_purpose(type_name: str, purpose: Purpose) -> bool:
    """May a personal message of this type go under a consent for this purpose (R-91, R-193)?"""
    if type_name == BlobChunk.TYPE:
        return purpose in FILE_PURPOSES
    return PURPOSE_OF_TYPE.get(type_name) is purpose


def encode_content(message: Message) -> bytes:
    """The canonical bytes of a message's content: what is previewed and what is sent."""
    return encode(message.fields())


def encode_payload(content: bytes, *, salt: bytes) -> bytes:
    """The payload: salt under key 0, content under key 1 (R-39).

    `content` is already canonical, so it is set in place without decoding it: A2 is a map of two, 00 50
    the key 0 and a string of 16 bytes, 01 the key 1.
    """
    return b"\xa2\x00\x50" + salt + b"\x01" + content


def split_payload(payload: bytes) -> Value:
    """The content inside a payload.

    Raises:
        MalformedError: if it is not a map of salt and content.
    """
    reader = MapReader(decode(payload), place="payload")
    reader.octets(0, "salt", size=16)
    content = reader.take(1, "content")
    reader.finish()
    return content


def parse_content(content: Value, *, type_name: str, of_class: MessageClass) -> Message:
    """Read a message of a type and class that `message_class` found to go together.

    Raises:
        MalformedError: if the content does not have the schema.
    """
    reader = MapReader(content, place=type_name.removesuffix("/1"))
    message = _PARSERS[type_name, of_class](reader)
    reader.finish()
    return message
