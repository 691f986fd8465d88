"""What every message tells beside its content: how far its sender has ours, and the head of its audit log."""

from node.inbox import batch as batches
from node.inbox.batch import Batch
from node.reactions import receipting, witnessing
from protocol.envelope import VerifiedMessage


def hear(batch: Batch, verified: VerifiedMessage) -> None:
    """Settle what the message's own head says, and compare the head of the audit log that it tells."""
    skeleton = verified.skeleton
    if batch.heads.get(skeleton.sender) != skeleton.head:
        receipting.on_head(batch.unit, skeleton.head, sender=skeleton.sender, acting=batch.acting)
        witnessing.on_answer(batch.unit, skeleton.head, verified)
        batch.heads[skeleton.sender] = skeleton.head
    witnessing.on_day_head(batch.unit, verified, acting=batch.acting)


def take_cover(batch: Batch, verified: VerifiedMessage) -> None:
    """Cover is not kept and moves nothing; that its sender lives is heard all the same (R-185)."""
    hear(batch, verified)
    peer = batches.meet(batch, verified.skeleton.sender)
    if peer is not None and peer.incoming is not None:
        batches.move_stream(batch, peer, peer.incoming)
