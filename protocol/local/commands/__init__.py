"""What may be asked of the own node: one structure for each command, read as strictly as the wire.

A body is SCE (SPEC 2), so duplicate keys, floats and trailing bytes cannot occur; then it must fit the
structure exactly. Ids are bytes, times are UTC seconds, codes are those of `protocol.vocabulary`.
"""

from typing import Final

import msgspec

from protocol import codec
from protocol.errors import MalformedError
from protocol.local.commands.auditing import (
    ExportHeads,
    MakeCheckpoint,
    TruncateAudit,
    VerifyAudit,
)
from protocol.local.commands.care import (
    AcceptFollowUp,
    AcceptOffer,
    AnswerQuestion,
    AskAboutOffer,
    DeclineFollowUp,
    DeclineOffer,
    ListReferrals,
    OfferInput,
    PreviewDossier,
    PreviewOffer,
    RecallOffer,
    ReportArrival,
    ReportFollowUp,
    ReportPrepared,
    RequestFollowUp,
    SendDossier,
    SendOffer,
    SentenceInput,
    ShowReferral,
)
from protocol.local.commands.casework import (
    ABOUT_BYTES_MAX,
    DRAFT_CHARACTERS_MAX,
    CheckMessage,
    ListCases,
    ListDrafts,
    LoadDraft,
    OpenCase,
    ReadMessage,
    RecordFacts,
    RecordSentence,
    SaveDraft,
    Search,
    ShowCase,
)
from protocol.local.commands.consent import (
    ConfirmConsent,
    ListConsents,
    RecordConsent,
    RefuseConsent,
    TickTexts,
    WithdrawConsent,
)
from protocol.local.commands.desk import (
    AT_ONCE,
    MAY_BE_HELD,
    Digits,
    HoldSending,
    ListHeld,
    SaveSettings,
    StopSending,
)
from protocol.local.commands.files import (
    BeginFile,
    CloseFile,
    DropFile,
    ExportFilePart,
    KeepFilePart,
    ListFiles,
    SendFile,
    TickFile,
)
from protocol.local.commands.form import Command, FactInput
from protocol.local.commands.membership import (
    ApplyCharter,
    ApplySuspend,
    ConfirmErasures,
    LookAtCharter,
    RemovePeer,
    ShowCharter,
)
from protocol.local.commands.node import (
    AddPeer,
    AddUser,
    CheckAudit,
    CloseSession,
    CreateBackup,
    ListOutbox,
    ListPeers,
    ListTasks,
    ListUsers,
    LockNode,
    MakeIntroduction,
    OpenSession,
    RecoverUser,
    RemoveUser,
    RenewSheet,
    ResetUser,
    ShowStatus,
    SyncNow,
    VerifyPeer,
)
from protocol.local.commands.overview import (
    FinishTask,
    ListFollowUps,
    LookAtCase,
    PageCases,
    ShowLedger,
    ShowSelf,
    ShowToday,
    WatchChanges,
)
from protocol.local.commands.streams import ConfirmRestored, ShowStream, TakeOver, UnfreezePeer
from protocol.local.commands.upkeep import (
    ConfirmClock,
    PrepareCard,
    RenewCard,
    ShowCard,
    ShowClock,
)
from protocol.local.fitting import fit
from protocol.vocabulary.codes import Role

__all__ = [
    "ABOUT_BYTES_MAX",
    "AT_ONCE",
    "BY_NAME",
    "DRAFT_CHARACTERS_MAX",
    "MAY_BE_HELD",
    "WITHOUT_ACTIVITY",
    "WITHOUT_SESSION",
    "AcceptFollowUp",
    "AcceptOffer",
    "AddPeer",
    "AddUser",
    "AnswerQuestion",
    "ApplyCharter",
    "ApplySuspend",
    "AskAboutOffer",
    "BeginFile",
    "CheckAudit",
    "CheckMessage",
    "CloseFile",
    "CloseSession",
    "Command",
    "ConfirmClock",
    "ConfirmConsent",
    "ConfirmErasures",
    "ConfirmRestored",
    "CreateBackup",
    "DeclineFollowUp",
    "DeclineOffer",
    "Digits",
    "DropFile",
    "ExportFilePart",
    "ExportHeads",
    "FactInput",
    "FinishTask",
    "HoldSending",
    "KeepFilePart",
    "ListCases",
    "ListConsents",
    "ListDrafts",
    "ListFiles",
    "ListFollowUps",
    "ListHeld",
    "ListOutbox",
    "ListPeers",
    "ListReferrals",
    "ListTasks",
    "ListUsers",
    "LoadDraft",
    "LockNode",
    "LookAtCase",
    "LookAtCharter",
    "MakeCheckpoint",
    "MakeIntroduction",
    "OfferInput",
    "OpenCase",
    "OpenSession",
    "PageCases",
    "PrepareCard",
    "PreviewDossier",
    "PreviewOffer",
    "ReadMessage",
    "RecallOffer",
    "RecordConsent",
    "RecordFacts",
    "RecordSentence",
    "RecoverUser",
    "RefuseConsent",
    "RemovePeer",
    "RemoveUser",
    "RenewCard",
    "RenewSheet",
    "ReportArrival",
    "ReportFollowUp",
    "ReportPrepared",
    "RequestFollowUp",
    "ResetUser",
    "SaveDraft",
    "SaveSettings",
    "Search",
    "SendDossier",
    "SendFile",
    "SendOffer",
    "SentenceInput",
    "ShowCard",
    "ShowCase",
    "ShowCharter",
    "ShowClock",
    "ShowLedger",
    "ShowReferral",
    "ShowSelf",
    "ShowStatus",
    "ShowStream",
    "ShowToday",
    "StopSending",
    "SyncNow",
    "TakeOver",
    "TickFile",
    "TickTexts",
    "TruncateAudit",
    "UnfreezePeer",
    "VerifyAudit",
    "VerifyPeer",
    "WatchChanges",
    "WithdrawConsent",
    "encode_command",
    "may_use",
    "parse_command",
]

_COMMANDS: Final[tuple[type[Command], ...]] = (
    OpenSession,
    CloseSession,
    LockNode,
    ShowStatus,
    SyncNow,
    CheckAudit,
    VerifyAudit,
    MakeCheckpoint,
    ExportHeads,
    TruncateAudit,
    CreateBackup,
    AddUser,
    RemoveUser,
    ResetUser,
    RecoverUser,
    RenewSheet,
    ListUsers,
    MakeIntroduction,
    AddPeer,
    ListPeers,
    VerifyPeer,
    ShowStream,
    ConfirmRestored,
    UnfreezePeer,
    TakeOver,
    LookAtCharter,
    ApplyCharter,
    ShowCharter,
    ApplySuspend,
    RemovePeer,
    ConfirmErasures,
    ListTasks,
    ListOutbox,
    ShowToday,
    FinishTask,
    PageCases,
    LookAtCase,
    ShowLedger,
    ListFollowUps,
    ShowSelf,
    WatchChanges,
    ShowClock,
    ConfirmClock,
    ShowCard,
    PrepareCard,
    RenewCard,
    OpenCase,
    RecordFacts,
    RecordSentence,
    ShowCase,
    ListCases,
    Search,
    ReadMessage,
    CheckMessage,
    SaveDraft,
    LoadDraft,
    ListDrafts,
    SaveSettings,
    HoldSending,
    StopSending,
    ListHeld,
    RecordConsent,
    ConfirmConsent,
    RefuseConsent,
    TickTexts,
    WithdrawConsent,
    ListConsents,
    PreviewOffer,
    SendOffer,
    PreviewDossier,
    SendDossier,
    AskAboutOffer,
    AnswerQuestion,
    AcceptOffer,
    DeclineOffer,
    RecallOffer,
    ReportPrepared,
    ReportArrival,
    ShowReferral,
    ListReferrals,
    RequestFollowUp,
    AcceptFollowUp,
    DeclineFollowUp,
    ReportFollowUp,
    BeginFile,
    KeepFilePart,
    CloseFile,
    TickFile,
    SendFile,
    DropFile,
    ListFiles,
    ExportFilePart,
)
BY_NAME: Final = {command.NAME: command for command in _COMMANDS}
WITHOUT_SESSION: Final = frozenset({OpenSession.NAME, RecoverUser.NAME, ShowStatus.NAME})

WITHOUT_ACTIVITY: Final = frozenset({WatchChanges.NAME, CheckMessage.NAME})
"""What a screen asks by itself: it keeps no session alive."""

_CASEWORK: Final = frozenset({Role.CASEWORKER, Role.COUNSELLOR, Role.SUPERVISOR})
_EVERYBODY: Final = frozenset(Role)
_SUPERVISOR: Final = frozenset({Role.SUPERVISOR})
_FOR_EVERYBODY: Final = (
    CloseSession.NAME, LockNode.NAME, ListUsers.NAME, ListPeers.NAME, ShowStream.NAME,
    LookAtCharter.NAME, ShowCharter.NAME, ApplySuspend.NAME, MakeIntroduction.NAME,
    ListOutbox.NAME, CheckAudit.NAME, VerifyAudit.NAME, MakeCheckpoint.NAME, ExportHeads.NAME,
    CreateBackup.NAME, SyncNow.NAME, ShowSelf.NAME, ShowClock.NAME, ShowCard.NAME,
    WatchChanges.NAME, SaveSettings.NAME,
)  # fmt: skip
_ROLES: Final = {
    AddUser.NAME: _SUPERVISOR,
    RemoveUser.NAME: _SUPERVISOR,
    ResetUser.NAME: _SUPERVISOR,
    RenewSheet.NAME: _SUPERVISOR,
    TakeOver.NAME: _SUPERVISOR,
    TruncateAudit.NAME: _SUPERVISOR,
    ConfirmClock.NAME: _SUPERVISOR,
    PrepareCard.NAME: _SUPERVISOR,
    RenewCard.NAME: _SUPERVISOR,
    ApplyCharter.NAME: _SUPERVISOR,
    RemovePeer.NAME: _SUPERVISOR,
    **dict.fromkeys(_FOR_EVERYBODY, _EVERYBODY),
}


def may_use(role: Role, command: Command | type[Command]) -> bool:
    """May a person of this role give this command? Casework is for those who do casework."""
    return role in _ROLES.get(command.NAME, _CASEWORK)


def parse_command(name: str, body: bytes) -> Command:
    """Read a command.

    Raises:
        MalformedError: if there is no such command, or the body does not fit it; the place is named, the
            content never.
    """
    command = BY_NAME.get(name)
    if command is None:
        raise MalformedError("no such command", place="command")
    return fit(codec.decode(body), command)


def encode_command(command: Command) -> bytes:
    """The body of a command."""
    return codec.encode(msgspec.to_builtins(command, builtin_types=(bytes,)))
