"""Commands about who belongs: the charter, suspends, and ending it with a partner."""

from typing import ClassVar

from protocol.local.commands.form import Command


class LookAtCharter(Command, frozen=True, kw_only=True):
    """What a file of charters says and would change; nothing is changed."""

    NAME: ClassVar[str] = "charter/look"
    chain: bytes


class ApplyCharter(Command, frozen=True, kw_only=True):
    """Hold a charter and do what it says; `number` are the six groups that were looked at and compared."""

    NAME: ClassVar[str] = "charter/apply"
    chain: bytes
    number: list[str]


class ShowCharter(Command, frozen=True, kw_only=True):
    """The charter that is held, and those that partners sent."""

    NAME: ClassVar[str] = "charter/show"


class ApplySuspend(Command, frozen=True, kw_only=True):
    """Stop talking to a node: its own sheet, or the word of one steward."""

    NAME: ClassVar[str] = "peer/suspend"
    suspend: bytes


class RemovePeer(Command, frozen=True, kw_only=True):
    """End it with a partner: what waits for it goes, and it no longer knows where we pick up."""

    NAME: ClassVar[str] = "peer/remove"
    peer: bytes


class ConfirmErasures(Command, frozen=True, kw_only=True):
    """It was she who withdrew, as a partner says that is suspended: what is locked may be erased."""

    NAME: ClassVar[str] = "peer/confirm-erasures"
    peer: bytes
