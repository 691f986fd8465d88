"""What heads of audit logs lead to: a peer's own, and a peer's word about ours (SPEC 7.2).

A head that does not fit is no reason to refuse the message it came in, which may be about a survivor. It is
kept as evidence, and people on both sides are told.
"""

from node.effects import Acting, apply, audit
from node.reactions.arrival import Arrival, Reaction
from node.vault.tables import audit_days, heads, outbox
from node.vault.tables.heads import EVIDENCE_MAX, Held
from node.vault.unit import Unit
from protocol.audit import HeadSeen, Witnessed, witness
from protocol.effects import Effect, Remind, Send, Task, Urgency
from protocol.envelope import VerifiedMessage
from protocol.limits import DAY
from protocol.messages.witness import AuditDiffers
from protocol.skeleton import DayHead, Head
from protocol.values import NodeId, instant, later


def on_day_head(unit: Unit, verified: VerifiedMessage, *, acting: Acting) -> None:
    """Compare the head that a message tells with the one we hold of its sender (R-182)."""
    skeleton = verified.skeleton
    if skeleton.day_head is None:
        return
    came = Held(
        seen=HeadSeen(head=skeleton.day_head, epoch=skeleton.epoch, created=skeleton.created),
        message_id=skeleton.message_id,
        skeleton=verified.signed.raw,
        standing="held",
    )
    held = heads.find_held(unit.vault, skeleton.sender)
    found = witness(None if held is None else held.seen, came.seen)
    if found is Witnessed.NEWER:
        heads.hold(unit.vault, skeleton.sender, came, now=acting.now)
    elif held is not None and found in (Witnessed.DIFFERS, Witnessed.RESTORED):
        _contradict(unit, skeleton.sender, held, came, found, acting=acting)


def _contradict(
    unit: Unit, peer: NodeId, held: Held, came: Held, found: Witnessed, *, acting: Acting
) -> None:
    if heads.has_evidence(unit.vault, peer, came.seen.head):
        return
    if heads.count_evidence(unit.vault, peer) >= EVIDENCE_MAX:
        return
    is_restored = found is Witnessed.RESTORED
    evidence = Held(
        seen=came.seen,
        message_id=came.message_id,
        skeleton=came.skeleton,
        standing=found.value,
    )
    heads.keep_evidence(unit.vault, peer, evidence, now=acting.now)
    if is_restored:
        # From here on its log goes on from the backup.
        heads.hold(unit.vault, peer, came, now=acting.now)
    task = Task.AUDIT_RESTORED if is_restored else Task.AUDIT_DIFFERS
    told = AuditDiffers(
        held=held.seen.head,
        held_in=held.message_id,
        came=came.seen.head,
        came_in=came.message_id,
    )
    effects: list[Effect] = [
        Remind(task=task, peer=peer, thread=None, due=later(acting.now, DAY)),
        Send(message=told, to=peer, thread=None, reply_to=None, urgency=Urgency.NORMAL),
    ]
    apply(effects, unit, acting=acting)
    audit(unit, f"peer.audit_{found.value}", peer, acting=acting)


def on_answer(unit: Unit, head: Head, verified: VerifiedMessage) -> None:
    """The peer signed how far it has our messages: that is its word for the heads we told in them (R-188)."""
    sender, epoch = verified.skeleton.sender, instant(head.epoch)
    link = outbox.hash_at(unit.vault, sender, epoch=epoch, sequence=head.sequence)
    if head.sequence and link == head.hash:
        heads.answer_told(
            unit.vault, sender, epoch=epoch, sequence=head.sequence, answer=verified.signed.raw
        )


def on_differs(unit: Unit, message: AuditDiffers, arrival: Arrival) -> Reaction:
    """A peer holds two heads of ours that do not fit: somebody here must know, if one is not ours now."""
    ours = (_is_ours(unit, message.held), _is_ours(unit, message.came))
    details = f"{message.held.day} {message.came.day}"
    audit(unit, "audit.questioned", arrival.message_id, acting=arrival.acting, details=details)
    if all(ours):
        return []
    due = later(arrival.now, DAY)
    return [Remind(task=Task.AUDIT_QUESTIONED, peer=arrival.sender, thread=None, due=due)]


def _is_ours(unit: Unit, head: DayHead) -> bool:
    closed = audit_days.find(unit.vault, head.day)
    return closed is not None and closed.hash == head.hash
