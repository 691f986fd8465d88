"""Commands about the desk itself: sendings that may still be stopped, and how a person likes the screen."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final

from protocol.local.commands.care import (
    AcceptFollowUp,
    AcceptOffer,
    AnswerQuestion,
    AskAboutOffer,
    DeclineFollowUp,
    DeclineOffer,
    RecallOffer,
    ReportArrival,
    ReportFollowUp,
    ReportPrepared,
    RequestFollowUp,
    SendDossier,
    SendOffer,
)
from protocol.local.commands.casework import ReadMessage
from protocol.local.commands.consent import (
    ConfirmConsent,
    RecordConsent,
    RefuseConsent,
    WithdrawConsent,
)
from protocol.local.commands.files import SendFile
from protocol.local.commands.form import Command
from protocol.local.commands.membership import (
    ApplyCharter,
    ApplySuspend,
    ConfirmErasures,
    RemovePeer,
)
from protocol.local.commands.node import AddPeer, VerifyPeer
from protocol.local.commands.streams import ConfirmRestored, TakeOver, UnfreezePeer


class Digits(StrEnum):
    """How numbers are written on a person's screen."""

    LATIN = "latin"
    NATIVE = "native"


class HoldSending(Command, frozen=True, kw_only=True):
    """Send something that may still be stopped for some seconds; until they are over nothing has happened.

    `name` and `body` are another command, one of MAY_BE_HELD, as it would be given by itself.
    """

    NAME: ClassVar[str] = "sending/hold"
    name: str
    body: bytes

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override is 3.12's
        """Without the body, which may hold her words."""
        return f"HoldSending(name={self.name!r})"


class StopSending(Command, frozen=True, kw_only=True):
    """Stop a held sending, or put away one that was refused when its seconds were over."""

    NAME: ClassVar[str] = "sending/stop"
    held_id: bytes


class ListHeld(Command, frozen=True, kw_only=True):
    """What is held: one's own, and for a supervisor everybody's."""

    NAME: ClassVar[str] = "sending/list"


class SaveSettings(Command, frozen=True, kw_only=True):
    """How whoever asks wants the screen; `language` is empty as long as none was chosen."""

    NAME: ClassVar[str] = "settings/save"
    language: str
    digits: Digits
    has_practised: bool


MAY_BE_HELD: Final[frozenset[type[Command]]] = frozenset(
    {
        SendOffer,
        SendDossier,
        AskAboutOffer,
        AnswerQuestion,
        AcceptOffer,
        DeclineOffer,
        ReportPrepared,
        ReportArrival,
        RequestFollowUp,
        AcceptFollowUp,
        DeclineFollowUp,
        ReportFollowUp,
        SendFile,
    }
)
"""Commands that send and may wait for a second thought."""

AT_ONCE: Final[frozenset[type[Command]]] = frozenset(
    {
        # What takes something back must not wait: meanwhile what it takes back could leave.
        WithdrawConsent,
        RecallOffer,
        # What was said or compared face to face is written down then and there; little or nothing leaves.
        RecordConsent,
        ConfirmConsent,
        AddPeer,
        VerifyPeer,
        ConfirmRestored,
        UnfreezePeer,
        TakeOver,
        # That a person has seen it is true from the moment in which it is opened.
        ReadMessage,
        # Who belongs was decided and signed elsewhere, or partners learn that somebody is stopped.
        ApplyCharter,
        ApplySuspend,
        RemovePeer,
        ConfirmErasures,
    }
)
"""Commands that send and are never held."""

ON_A_FULL_DISK: Final = (
    WithdrawConsent,
    RefuseConsent,
    RecallOffer,
    ApplySuspend,
    RemovePeer,
    ConfirmErasures,
)
"""What stops something, or lets it be erased: for it room is made on a disk that takes nothing else."""

ABOUT_AN_ANSWER: Final = "answer"
DRAFT_PLACES: Final[Mapping[type[Command], str]] = {
    SendOffer: "offer",
    AskAboutOffer: f"{ABOUT_AN_ANSWER} ask",
    AnswerQuestion: f"{ABOUT_AN_ANSWER} answer",
    AcceptOffer: f"{ABOUT_AN_ANSWER} accept",
    DeclineOffer: f"{ABOUT_AN_ANSWER} decline",
    ReportPrepared: f"{ABOUT_AN_ANSWER} prepared",
    ReportArrival: f"{ABOUT_AN_ANSWER} arrived",
    RequestFollowUp: f"{ABOUT_AN_ANSWER} follow_up",
    ReportFollowUp: "report",
}
"""Where the form of a sending is kept as a draft: about its conversation, an offer about its case, a report
as `about_a_report` says. Each form has a draft of its own, so that none is written over by another.

Such a draft goes with the sending, when that has left and not before. The others have no form that is kept.
"""
_THREAD_BYTES: Final = 16


def about_a_report(thread: bytes, follow_up: bytes | None) -> bytes:
    """What the draft of a report is about: its conversation, then the follow-up, if it answers one."""
    return thread + (follow_up or b"")


def report_of(about: bytes) -> tuple[bytes, bytes | None]:
    """The conversation and the follow-up, as `about_a_report` put them together."""
    return about[:_THREAD_BYTES], about[_THREAD_BYTES:] or None
