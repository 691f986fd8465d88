"""Reactions to receipts and to the head that every message carries: what was stored is settled."""

from typing import Final

from node.effects import Acting
from node.reactions import resuming
from node.reactions.arrival import Arrival, Reaction
from node.vault.records import OutboxItem
from node.vault.tables import (
    desk,
    missed,
    outbox,
    own_files,
    peers,
    referrals,
    resending,
    secrets,
)
from node.vault.tables.missed import Withheld
from node.vault.unit import Unit
from protocol import referral_flow
from protocol.delivery import OutboxEvent, OutboxState, step
from protocol.effects import Effect, Remind, Task
from protocol.errors import RefusalCode
from protocol.limits import DAY
from protocol.messages.core import BundleUpdate, Receipt, ReceiptRange, ReceiptSingle
from protocol.messages.referral import ReferralOffer
from protocol.referral_flow import ReferralEvent
from protocol.skeleton import Head
from protocol.values import Instant, NodeId, ThreadId, instant, later
from protocol.vocabulary.codes import ReceiptStatus

# Who answers so has the message with its payload; a head says nothing of that, and 7 the opposite.
_WHOLE: Final = (ReceiptStatus.STORED, ReceiptStatus.SEEN_BY_PERSON)


def on_receipt(unit: Unit, receipt: Receipt, arrival: Arrival) -> Reaction:
    """Settle everything the receipt names; what it says of messages we do not know is ignored."""
    peer = peers.load_peer(unit.vault, arrival.sender)
    good: list[ReceiptRange] = []
    for told in receipt.ranges:
        if resuming.notice_epoch(unit, peer, told.epoch, acting=arrival.acting):
            return []
        link = outbox.hash_at(unit.vault, arrival.sender, epoch=told.epoch, sequence=told.last)
        # The hash of the last one vouches, through the chain, for all before it.
        if link != told.last_hash:
            continue
        good.append(told)
        _settle_range(
            unit,
            arrival.sender,
            epoch=told.epoch,
            first=told.first,
            last=told.last,
            now=arrival.now,
        )
    refused = [single for single in receipt.singles if _settle_single(unit, single, arrival)]
    for told in good:
        # Last, because a single says of one message what the range around it does not.
        span = missed.withheld_in_range(
            unit.vault, arrival.sender, epoch=told.epoch, first=told.first, last=told.last
        )
        for item in span:
            _take_back(unit, item, arrival)
    return [effect for single in refused for effect in _tell_somebody(unit, single, arrival)]


def _tell_somebody(unit: Unit, single: ReceiptSingle, arrival: Arrival) -> list[Effect]:
    """What the other side would not take, a person must know: nobody else will try again."""
    item = outbox.find(unit.vault, single.message_id)
    if item is not None and item.type == BundleUpdate.TYPE:
        # It came late, and they have a newer one or find it beside our mailbox.
        return []
    if single.status is ReceiptStatus.EXPIRED and missed.is_missed(unit.vault, single.message_id):
        # Somebody was told that its time was over when it left for the last time.
        return []
    thread = None if item is None else item.thread
    due = later(arrival.now, DAY)
    return [Remind(task=Task.MESSAGE_REFUSED, peer=arrival.sender, thread=thread, due=due)]


def on_head(unit: Unit, head: Head, *, sender: NodeId, acting: Acting) -> None:
    """The highest message the peer has without a gap: an implicit receipt."""
    if head.sequence == 0:
        return
    now = acting.now
    peer = peers.load_peer(unit.vault, sender)
    if resuming.notice_epoch(unit, peer, head.epoch, acting=acting):
        return
    epoch = instant(head.epoch)
    link = outbox.hash_at(unit.vault, sender, epoch=epoch, sequence=head.sequence)
    if link == head.hash:
        _settle_range(unit, sender, epoch=epoch, first=1, last=head.sequence, now=now)


def _settle_range(
    unit: Unit, peer: NodeId, *, epoch: Instant, first: int, last: int, now: Instant
) -> None:
    found = outbox.unsettled_in_range(unit.vault, peer, epoch=epoch, first=first, last=last)
    keys = [item.key_id for item in found if item.key_id is not None]
    if keys:
        secrets.destroy_disclosure_keys(unit.keys, keys)
        unit.destroyed()
    # From both states in which an item was sealed and not answered, a receipt leads to the same one.
    outbox.settle_as_stored(unit.vault, [item.message_id for item in found], now=now)
    for item in found:
        if item.type == ReferralOffer.TYPE:
            _offer_delivered(unit, item.thread, now=now)


def _settle_single(unit: Unit, single: ReceiptSingle, arrival: Arrival) -> bool:
    """Settle one message; True if it was refused, and we did not know that before."""
    item = outbox.find(unit.vault, single.message_id)
    if item is None or item.peer != arrival.sender:
        return False
    if item.state is OutboxState.QUEUED:
        _settle_unnumbered(unit, item, single, arrival)
        return False
    if item.hash != single.message_hash:
        return False
    if single.code == RefusalCode.E_EPOCH_SUPERSEDED.value:
        return _superseded(unit, item, arrival)
    refused = single.status in (ReceiptStatus.REFUSED, ReceiptStatus.EXPIRED)
    event = OutboxEvent.REFUSAL if refused else OutboxEvent.RECEIPT
    code = single.code or (single.status.name.lower() if refused else None)
    is_settled = _settle(unit, item, event=event, code=code, now=arrival.now)
    if single.status is ReceiptStatus.SEEN_BY_PERSON:
        # Of what they refused nobody there has seen anything, whatever they say.
        outbox.mark_seen(unit.vault, item.message_id, now=arrival.now)
    _note_whole(unit, single, arrival)
    return is_settled and refused


def _note_whole(unit: Unit, single: ReceiptSingle, arrival: Arrival) -> None:
    """Of what we withheld: whether it had come before, or came without its payload."""
    if single.status is ReceiptStatus.WITHHELD:
        missed.confirm(unit.vault, single.message_id)
    elif single.status in _WHOLE:
        withheld = missed.find_withheld(unit.vault, single.message_id)
        if withheld is not None:
            _take_back(unit, withheld, arrival)


def _take_back(unit: Unit, withheld: Withheld, arrival: Arrival) -> None:
    """It went as withheld, and an earlier copy had come whole: what people were told of it is untrue."""
    missed.take_back(unit.vault, withheld.message_id)
    own_files.note_came_after_all(unit.vault, withheld.message_id, now=arrival.now)
    if not withheld.is_missed or missed.is_any_missed(unit.vault, arrival.sender, withheld.thread):
        return
    desk.finish_task_about(
        unit.vault,
        task=Task.NOT_DELIVERED.value,
        peer=arrival.sender,
        thread=withheld.thread,
        by=arrival.acting.actor,
        now=arrival.now,
    )


def _settle_unnumbered(
    unit: Unit, item: OutboxItem, single: ReceiptSingle, arrival: Arrival
) -> None:
    """The lost computer sent what our backup only knew as queued (R-132)."""
    peer = peers.load_peer(unit.vault, arrival.sender)
    if peer.state_awaited is None:
        return
    if item.key_id is not None:
        secrets.destroy_disclosure_key(unit.keys, item.key_id)
        unit.destroyed()
    is_refused = single.status in (ReceiptStatus.REFUSED, ReceiptStatus.EXPIRED)
    resending.settle_unnumbered(
        unit.vault,
        item.message_id,
        state=OutboxState.REFUSED if is_refused else OutboxState.STORED,
        link=single.message_hash,
        code=single.code,
        now=arrival.now,
    )
    # It left from the lost computer, with a key that is in no backup.
    _note_whole(unit, single, arrival)
    if item.type == ReferralOffer.TYPE and not is_refused:
        _offer_delivered(unit, item.thread, now=arrival.now)


def _superseded(unit: Unit, item: OutboxItem, arrival: Arrival) -> bool:
    """It came after our own new stream, and gets a number there; or the newer stream is none of ours."""
    peer = peers.load_peer(unit.vault, arrival.sender)
    if item.epoch == peer.outgoing.epoch:
        resuming.supersede(unit, arrival.sender, acting=arrival.acting)
    else:
        resending.number_one_again(unit.vault, item.message_id, now=arrival.now)
    return False


def _settle(
    unit: Unit, item: OutboxItem, *, event: OutboxEvent, code: str | None, now: Instant
) -> bool:
    state = step(item.state, event)
    if state is None:
        return False
    if item.key_id is not None:
        secrets.destroy_disclosure_key(unit.keys, item.key_id)
        unit.destroyed()
    outbox.settle(unit.vault, item.message_id, state=state, code=code, now=now)
    if item.type == ReferralOffer.TYPE and state is OutboxState.STORED:
        _offer_delivered(unit, item.thread, now=now)
    return True


def _offer_delivered(unit: Unit, thread: ThreadId, *, now: Instant) -> None:
    referral = referrals.find_referral(unit.vault, thread)
    if referral is None:
        return
    moved = referral_flow.step(referral.state, ReferralEvent.DELIVER, heard=None)
    if moved is not None:
        referrals.move_referral(
            unit.vault,
            thread,
            event=ReferralEvent.DELIVER,
            state=moved[0],
            is_heard=True,
            detail=None,
            now=now,
        )
