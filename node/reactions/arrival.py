"""What a reaction is told about the message beside its content."""

from dataclasses import dataclass
from typing import TypeAlias

from node.effects import Acting
from node.vault.records import Self
from protocol.effects import Effect
from protocol.errors import RefusalCode
from protocol.values import Hash, Instant, MessageId, NodeId, ThreadId

Reaction: TypeAlias = "list[Effect] | RefusalCode"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message that came and was accepted."""

    me: Self
    sender: NodeId
    message_id: MessageId
    hash: Hash
    thread: ThreadId
    reply_to: MessageId | None
    consent: Hash | None
    epoch: Instant
    acting: Acting

    @property
    def now(self) -> Instant:
        """The instant at which it is taken."""
        return self.acting.now
