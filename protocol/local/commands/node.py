"""Commands about the node itself, its people and its peers."""

from typing import ClassVar

from protocol.local.commands.form import Command
from protocol.vocabulary.codes import Role, VerifiedHow


class OpenSession(Command, frozen=True, kw_only=True):
    """Unlock: who, typed, and the passphrase."""

    NAME: ClassVar[str] = "session/open"
    name: str
    passphrase: str

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override is 3.12's
        """Without the passphrase."""
        return "OpenSession(...)"


class CloseSession(Command, frozen=True, kw_only=True):
    """End this session; the node stays open for the courier."""

    NAME: ClassVar[str] = "session/close"


class LockNode(Command, frozen=True, kw_only=True):
    """Drop the vault's key: nothing is sent and nothing can be read until somebody unlocks."""

    NAME: ClassVar[str] = "node/lock"


class ShowStatus(Command, frozen=True, kw_only=True):
    """Is the node open? Needs no session and says nothing else while it is locked."""

    NAME: ClassVar[str] = "node/status"


class SyncNow(Command, frozen=True, kw_only=True):
    """Collect and deliver now; answers when the round is over."""

    NAME: ClassVar[str] = "node/sync"


class CheckAudit(Command, frozen=True, kw_only=True):
    """Is the audit chain whole?"""

    NAME: ClassVar[str] = "audit/check"


class CreateBackup(Command, frozen=True, kw_only=True):
    """Make a backup now; answers when it was read back."""

    NAME: ClassVar[str] = "backup/create"


class AddUser(Command, frozen=True, kw_only=True):
    """Give a person of this node a key slot of their own."""

    NAME: ClassVar[str] = "user/add"
    name: str
    role: Role
    passphrase: str

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override is 3.12's
        """Without the passphrase."""
        return "AddUser(...)"


class RemoveUser(Command, frozen=True, kw_only=True):
    """Take a person's key slot away: the vault gets a new key, and everybody unlocks anew."""

    NAME: ClassVar[str] = "user/remove"
    user: bytes


class ResetUser(Command, frozen=True, kw_only=True):
    """Give a person who forgot hers a new passphrase, and another role where one is named."""

    NAME: ClassVar[str] = "user/reset"
    user: bytes
    passphrase: str
    role: Role | None

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override is 3.12's
        """Without the passphrase."""
        return "ResetUser(...)"


class RecoverUser(Command, frozen=True, kw_only=True):
    """Give a supervisor a new passphrase with the code of the recovery sheet; needs no session."""

    NAME: ClassVar[str] = "user/recover"
    code: str
    name: str
    passphrase: str

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override is 3.12's
        """Without the code and the passphrase."""
        return "RecoverUser(...)"


class RenewSheet(Command, frozen=True, kw_only=True):
    """Make a new recovery sheet and a new vault key: the old sheet opens nothing any more."""

    NAME: ClassVar[str] = "sheet/renew"


class ListUsers(Command, frozen=True, kw_only=True):
    """Who may open this node."""

    NAME: ClassVar[str] = "user/list"


class MakeIntroduction(Command, frozen=True, kw_only=True):
    """Make an introduction file: our card, an invite good once for seven days, our bundle."""

    NAME: ClassVar[str] = "peer/introduce"


class AddPeer(Command, frozen=True, kw_only=True):
    """Read another organisation's introduction file and introduce ourselves."""

    NAME: ClassVar[str] = "peer/add"
    introduction: bytes


class ListPeers(Command, frozen=True, kw_only=True):
    """The organisations we know."""

    NAME: ClassVar[str] = "peer/list"


class VerifyPeer(Command, frozen=True, kw_only=True):
    """A person compared the safety number; `groups` are the twelve groups that were compared."""

    NAME: ClassVar[str] = "peer/verify"
    peer: bytes
    how: VerifiedHow
    groups: list[str]


class ListTasks(Command, frozen=True, kw_only=True):
    """What needs a person."""

    NAME: ClassVar[str] = "task/list"


class ListOutbox(Command, frozen=True, kw_only=True):
    """What is waiting to leave or to be answered."""

    NAME: ClassVar[str] = "outbox/list"
