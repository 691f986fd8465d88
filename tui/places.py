"""Where one can go: a closed union, so that screens need not know each other.

A screen posts `Go` with one of these; the application makes the screen. The places on digits are roots: going
there closes what is open above them. They are structs because the desk waits for each of them when it is
loaded: a dataclass with slots takes half a millisecond to make, a struct a fiftieth of that.
"""

from enum import StrEnum
from typing import TypeAlias, final

import msgspec
from textual.message import Message


class Place(StrEnum):
    """The places on digits. 7 is kept for the numbers."""

    TODAY = "1"
    CASES = "2"
    REFER = "3"
    INBOX = "4"
    FOLLOW_UPS = "5"
    PARTNERS = "6"
    SHARING = "8"


class ToPlace(msgspec.Struct, frozen=True, kw_only=True):
    """One of the places on digits."""

    place: Place


class ToCase(msgspec.Struct, frozen=True, kw_only=True):
    """One case: her words first."""

    case_id: bytes


class ToNewCase(msgspec.Struct, frozen=True, kw_only=True):
    """Begin a case."""


class ToWords(msgspec.Struct, frozen=True, kw_only=True):
    """Write down what she said."""

    case_id: bytes


class ToFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Write down what is known."""

    case_id: bytes


class ToConsents(msgspec.Struct, frozen=True, kw_only=True):
    """Every consent of a case; one is taken, ticked or withdrawn from there."""

    case_id: bytes


class ToTakeConsent(msgspec.Struct, frozen=True, kw_only=True):
    """Ask her, step by step.

    Attributes:
        case_id: whose case.
        peer: for which organisation; None where it is still to be chosen.
        is_way_back: what they may tell us.
    """

    case_id: bytes
    peer: bytes | None
    is_way_back: bool = False


class ToWithdraw(msgspec.Struct, frozen=True, kw_only=True):
    """She changed her mind: who holds what, and what they answered.

    `consent_id` or `peer` say about what, or about whom, she was asked: the rest is not ticked then.
    """

    case_id: bytes
    consent_id: bytes | None = None
    peer: bytes | None = None


class ToTickSentences(msgspec.Struct, frozen=True, kw_only=True):
    """Read further sentences of hers back to her, for a consent that is there already."""

    case_id: bytes
    consent_id: bytes


class ToThreadConsents(msgspec.Struct, frozen=True, kw_only=True):
    """Every consent about the survivor of a referral, also where there is no case of ours."""

    thread: bytes


class ToWithdrawThread(msgspec.Struct, frozen=True, kw_only=True):
    """She tells the receiving side that she changed her mind; `consent_id` says about what alone."""

    thread: bytes
    consent_id: bytes | None = None


class ToSame(msgspec.Struct, frozen=True, kw_only=True):
    """Other cases that may be hers."""

    case_id: bytes


class ToLedger(msgspec.Struct, frozen=True, kw_only=True):
    """Who knows what about her."""

    case_id: bytes


class ToOffer(msgspec.Struct, frozen=True, kw_only=True):
    """Refer her: the offer, which says nothing about her."""

    case_id: bytes


class ToReferral(msgspec.Struct, frozen=True, kw_only=True):
    """One referral, ours or theirs, with everything that came and went."""

    thread: bytes


class Saying(StrEnum):
    """What one side of a referral tells the other, each in a small form of its own."""

    ACCEPT = "accept"
    ASK = "ask"
    DECLINE = "decline"
    ANSWER = "answer"
    RECALL = "recall"
    PREPARED = "prepared"
    ARRIVED = "arrived"
    FOLLOW_UP = "follow_up"


class ToAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Say one thing about a referral.

    Attributes:
        thread: of the referral.
        saying: what.
    """

    thread: bytes
    saying: Saying


class ToDossier(msgspec.Struct, frozen=True, kw_only=True):
    """What they get after their yes."""

    thread: bytes


class ToMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What came about her, opened."""

    peer: bytes
    message_id: bytes


class ToFiles(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a referral."""

    thread: bytes


class ToAttach(msgspec.Struct, frozen=True, kw_only=True):
    """Read a file of this computer in."""

    thread: bytes


class ToSendFile(msgspec.Struct, frozen=True, kw_only=True):
    """Her yes to one file of ours, and then it goes."""

    thread: bytes
    file_id: bytes


class ToTakeOut(msgspec.Struct, frozen=True, kw_only=True):
    """Write a file that came to a place outside."""

    thread: bytes
    file_id: bytes


class ToReport(msgspec.Struct, frozen=True, kw_only=True):
    """Tell how she is.

    Attributes:
        thread: of the referral.
        follow_up: the one that is answered; None where nobody asked.
    """

    thread: bytes
    follow_up: bytes | None


class ToPartner(msgspec.Struct, frozen=True, kw_only=True):
    """One partner, and the safety number."""

    node_id: bytes


class ToMeet(msgspec.Struct, frozen=True, kw_only=True):
    """Read a partner's card, or make ours."""


class ToMembership(msgspec.Struct, frozen=True, kw_only=True):
    """The charter, and a sheet that stops a partner."""


class ToOutbox(msgspec.Struct, frozen=True, kw_only=True):
    """What waits to leave or to be answered."""


class ToSticks(msgspec.Struct, frozen=True, kw_only=True):
    """What waits, written onto a stick, and what came on one."""


class ToSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Language and digits."""


class ToPlainWords(msgspec.Struct, frozen=True, kw_only=True):
    """The glossary."""


class ToPractice(msgspec.Struct, frozen=True, kw_only=True):
    """A case that does not exist, to try everything on."""


Destination: TypeAlias = (
    ToPlace
    | ToCase
    | ToNewCase
    | ToWords
    | ToFacts
    | ToConsents
    | ToTakeConsent
    | ToWithdraw
    | ToWithdrawThread
    | ToThreadConsents
    | ToTickSentences
    | ToSame
    | ToLedger
    | ToOffer
    | ToReferral
    | ToAnswer
    | ToDossier
    | ToMessage
    | ToFiles
    | ToAttach
    | ToSendFile
    | ToTakeOut
    | ToReport
    | ToPartner
    | ToMeet
    | ToMembership
    | ToOutbox
    | ToSticks
    | ToSettings
    | ToPlainWords
    | ToPractice
)


@final
class Go(Message):
    """Open another screen above this one.

    Attributes:
        to: which.
        instead: close this one first, as after a form was sent.
    """

    def __init__(self, to: Destination, *, instead: bool = False) -> None:
        super().__init__()
        self.to = to
        self.instead = instead


@final
class Back(Message):
    """Close the screen in front; its draft is kept."""
