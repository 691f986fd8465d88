"""Which roles may give which command: one table, for the node and for the desk."""

from typing import Final

from protocol.local.commands.auditing import (
    ExportHeads,
    MakeCheckpoint,
    TruncateAudit,
    VerifyAudit,
)
from protocol.local.commands.desk import (
    SaveSettings,
)
from protocol.local.commands.form import Command
from protocol.local.commands.membership import (
    ApplyCharter,
    ApplySuspend,
    LookAtCharter,
    RemovePeer,
    ShowCharter,
)
from protocol.local.commands.node import (
    AddUser,
    CheckAudit,
    CloseSession,
    CreateBackup,
    ListOutbox,
    ListPeers,
    ListUsers,
    LockNode,
    MakeIntroduction,
    RemoveUser,
    RenewSheet,
    ResetUser,
    SyncNow,
)
from protocol.local.commands.overview import (
    ShowSelf,
    WatchChanges,
)
from protocol.local.commands.sticks import (
    BeginStick,
    CloseStick,
    KeepStickPart,
    MakeStick,
    ReadStickPart,
    TakeStick,
)
from protocol.local.commands.streams import (
    ShowStream,
    TakeOver,
)
from protocol.local.commands.upkeep import (
    ConfirmClock,
    PrepareCard,
    RenewCard,
    ShowCard,
    ShowClock,
)
from protocol.vocabulary.codes import Role

_CASEWORK: Final = frozenset({Role.CASEWORKER, Role.COUNSELLOR, Role.SUPERVISOR})
_EVERYBODY: Final = frozenset(Role)
_SUPERVISOR: Final = frozenset({Role.SUPERVISOR})
_FOR_EVERYBODY: Final = (
    CloseSession.NAME, LockNode.NAME, ListUsers.NAME, ListPeers.NAME, ShowStream.NAME,
    LookAtCharter.NAME, ShowCharter.NAME, ApplySuspend.NAME, MakeIntroduction.NAME,
    ListOutbox.NAME, CheckAudit.NAME, VerifyAudit.NAME, MakeCheckpoint.NAME, ExportHeads.NAME,
    CreateBackup.NAME, SyncNow.NAME, ShowSelf.NAME, ShowClock.NAME, ShowCard.NAME,
    WatchChanges.NAME, SaveSettings.NAME, BeginStick.NAME, KeepStickPart.NAME, TakeStick.NAME,
    MakeStick.NAME, ReadStickPart.NAME, CloseStick.NAME,
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
