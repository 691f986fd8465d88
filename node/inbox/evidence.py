"""What people are shown when one node speaks with two voices: signed skeletons side by side, no content."""

from node.effects import NODE_ITSELF, Acting, apply
from node.inbox import batch as batches
from node.inbox.batch import Batch
from node.vault.tables import desk, quarantine, skeletons_held, streams
from node.vault.unit import Unit
from protocol.effects import Remind, Task
from protocol.envelope import OpenedEnvelope, VerifiedMessage
from protocol.errors import RefusalCode
from protocol.limits import DAY
from protocol.skeleton import parse_skeleton
from protocol.streams import Incoming, start
from protocol.values import NodeId, later


def _keep_contradiction(batch: Batch, verified: VerifiedMessage, *, code: str) -> None:
    """Two skeletons with one id or one number, or one that does not follow the other (R-142)."""
    skeleton = verified.skeleton
    vault = batch.unit.vault
    held = skeletons_held.skeleton_of(vault, skeleton.sender, skeleton.message_id)
    for sequence in (skeleton.sequence, skeleton.sequence - 1, skeleton.sequence + 1):
        if held is None:
            held = skeletons_held.skeleton_at(
                vault, skeleton.sender, epoch=skeleton.epoch, sequence=sequence
            )
    streams.insert_evidence(
        vault, skeleton.sender, code=code, held=held, came=verified.signed.raw, now=batch.now
    )


def show_old_computer(batch: Batch, verified: VerifiedMessage) -> None:
    """A message of a stream that is over: somebody may have switched on a computer that was replaced."""
    skeleton = verified.skeleton
    held = skeletons_held.newest_skeleton(
        batch.unit.vault, skeleton.sender, before=later(batch.now, 2 * DAY)
    )
    streams.insert_evidence(
        batch.unit.vault,
        skeleton.sender,
        code=RefusalCode.E_EPOCH_SUPERSEDED.value,
        held=held,
        came=verified.signed.raw,
        now=batch.now,
    )
    due = later(batch.now, DAY)
    apply(
        [Remind(task=Task.OLD_COMPUTER, peer=skeleton.sender, thread=None, due=due)],
        batch.unit,
        acting=batch.acting,
    )


def show_misused(batch: Batch, opened: OpenedEnvelope, code: RefusalCode) -> None:
    """A partner signed it, and it is not for us, not whole, or sealed otherwise than was signed (R-40, R-83).

    Whoever passed it on or changed it may read what was meant for others; the partner has to know.
    """
    sender = parse_skeleton(opened.signed.body).sender
    if batches.meet(batch, sender) is None:
        return
    streams.insert_evidence(
        batch.unit.vault, sender, code=code.value, held=None, came=opened.signed.raw, now=batch.now
    )
    due = later(batch.now, DAY)
    apply(
        [Remind(task=Task.MESSAGE_MISUSED, peer=sender, thread=None, due=due)],
        batch.unit,
        acting=batch.acting,
    )


def ask_for_update(batch: Batch) -> None:
    """A version or a suite that this program does not know: it stays sealed, and nobody knows whose it is."""
    due = later(batch.now, DAY)
    apply(
        [Remind(task=Task.UPDATE_NEEDED, peer=batch.me.node_id, thread=None, due=due)],
        batch.unit,
        acting=batch.acting,
    )


def end_asking_for_update(unit: Unit, *, me: NodeId, acting: Acting) -> None:
    """This program reads all that was kept for a newer one."""
    desk.finish_peer_tasks(
        unit.vault, task=Task.UPDATE_NEEDED.value, peer=me, by=NODE_ITSELF, now=acting.now
    )


def freeze(batch: Batch, verified: VerifiedMessage, raw: bytes, code: RefusalCode) -> None:
    """A fork or a broken chain: nothing more moves this stream until people looked at it."""
    sender = verified.skeleton.sender
    quarantine.keep(batch.unit.vault, raw, code=code.value, now=batch.now)
    peer = batches.meet(batch, sender)
    if peer is None:
        return
    _keep_contradiction(batch, verified, code=code.value)
    stream = peer.incoming or start(verified.skeleton.epoch)
    frozen = Incoming(
        epoch=stream.epoch, sequence=stream.sequence, hash=stream.hash, is_frozen=True
    )
    batches.move_stream(batch, peer, frozen)
    due = later(batch.now, DAY)
    apply(
        [Remind(task=Task.STREAM_FROZEN, peer=sender, thread=None, due=due)],
        batch.unit,
        acting=batch.acting,
    )
