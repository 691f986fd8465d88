"""Where one can go: a closed union, so that screens need not know each other.

A screen posts `Go` with one of these; the application makes the screen. The places on digits are roots: going
there closes what is open above them.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, final

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPlace:
    """One of the places on digits."""

    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCase:
    """One case: her words first."""

    case_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ToNewCase:
    """Begin a case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToWords:
    """Write down what she said."""

    case_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ToFacts:
    """Write down what is known."""

    case_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ToConsents:
    """Every consent of a case; one is taken, ticked or withdrawn from there."""

    case_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ToTakeConsent:
    """Ask her, step by step.

    Attributes:
        case_id: whose case.
        peer: for which organisation; None where it is still to be chosen.
        is_way_back: what they may tell us.
    """

    case_id: bytes
    peer: bytes | None
    is_way_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToWithdraw:
    """She changed her mind: who holds what, and what they answered."""

    case_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ToTickSentences:
    """Read further sentences of hers back to her, for a consent that is there already."""

    case_id: bytes
    consent_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ToThreadConsents:
    """Every consent about the survivor of a referral, also where there is no case of ours."""

    thread: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ToWithdrawThread:
    """She tells the receiving side that she changed her mind."""

    thread: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ToLedger:
    """Who knows what about her."""

    case_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ToOffer:
    """Refer her: the offer, which says nothing about her."""

    case_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ToReferral:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ToAnswer:
    """Say one thing about a referral.

    Attributes:
        thread: of the referral.
        saying: what.
    """

    thread: bytes
    saying: Saying


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDossier:
    """What they get after their yes."""

    thread: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ToMessage:
    """What came about her, opened."""

    peer: bytes
    message_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ToReport:
    """Tell how she is.

    Attributes:
        thread: of the referral.
        follow_up: the one that is answered; None where nobody asked.
    """

    thread: bytes
    follow_up: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPartner:
    """One partner, and the safety number."""

    node_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ToMeet:
    """Read a partner's card, or make ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToOutbox:
    """What waits to leave or to be answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSettings:
    """Language and digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPlainWords:
    """The glossary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPractice:
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
    | ToLedger
    | ToOffer
    | ToReferral
    | ToAnswer
    | ToDossier
    | ToMessage
    | ToReport
    | ToPartner
    | ToMeet
    | ToOutbox
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
