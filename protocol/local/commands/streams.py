"""Commands about streams that began anew or contradict themselves: what a person decides after a call."""

from typing import ClassVar

from protocol.local.commands.form import Command


class ConfirmRestored(Command, frozen=True, kw_only=True):
    """Somebody phoned an organisation that began anew, and it is them."""

    NAME: ClassVar[str] = "peer/confirm-restored"
    peer: bytes


class UnfreezePeer(Command, frozen=True, kw_only=True):
    """Somebody phoned about messages that contradict each other: ask for a new stream."""

    NAME: ClassVar[str] = "peer/unfreeze"
    peer: bytes


class ShowStream(Command, frozen=True, kw_only=True):
    """How a peer's stream stands, and the evidence that was kept about it."""

    NAME: ClassVar[str] = "peer/stream"
    peer: bytes


class TakeOver(Command, frozen=True, kw_only=True):
    """Another computer spoke for this organisation, and it is this one that goes on."""

    NAME: ClassVar[str] = "node/take-over"
