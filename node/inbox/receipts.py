"""One receipt for everything that is to be answered to one peer."""

from collections.abc import Sequence
from dataclasses import replace

from node.effects import Acting, apply
from node.vault.records import ReceiptDue
from node.vault.tables import peers, receipts_due
from node.vault.unit import Unit
from protocol import limits
from protocol.effects import Send, Urgency
from protocol.messages.core import Receipt, ReceiptRange, ReceiptSingle
from protocol.values import NodeId
from protocol.vocabulary.codes import ReceiptStatus


def write(unit: Unit, *, acting: Acting) -> None:
    """Queue a receipt for each peer that is owed one."""
    for node in receipts_due.peers_to_answer(unit.vault):
        write_for(unit, node, acting=acting)


def write_for(unit: Unit, node: NodeId, *, acting: Acting) -> bool:
    """Queue a receipt for one peer; False if it is not known, or owed none."""
    is_known = peers.find_peer(unit.vault, node) is not None
    owed = receipts_due.take_receipts_due(unit.vault, node) if is_known else []
    if not owed:
        return False
    receipt = compose(owed)
    send = Send(message=receipt, to=node, thread=None, reply_to=None, urgency=Urgency.AT_ONCE)
    apply([send], unit, acting=acting)
    return True


def compose(owed: Sequence[ReceiptDue]) -> Receipt:
    """Consecutive stored messages become ranges, everything else stands by itself."""
    ranges: list[ReceiptRange] = []
    singles: list[ReceiptSingle] = []
    for item in owed:
        last = ranges[-1] if ranges else None
        if not item.in_range or item.status != ReceiptStatus.STORED:
            singles.append(_single(item))
        elif last is not None and (item.epoch, item.sequence) == (last.epoch, last.last + 1):
            ranges[-1] = replace(last, last=item.sequence, last_hash=item.hash, at=item.at)
        elif len(ranges) < limits.RECEIPT_RANGES_MAX:
            ranges.append(_range(item))
        else:
            singles.append(_single(item))
    return Receipt(ranges=tuple(ranges), singles=tuple(singles))


def _range(item: ReceiptDue) -> ReceiptRange:
    return ReceiptRange(
        epoch=item.epoch,
        first=item.sequence,
        last=item.sequence,
        last_hash=item.hash,
        at=item.at,
    )


def _single(item: ReceiptDue) -> ReceiptSingle:
    return ReceiptSingle(
        message_id=item.message_id,
        message_hash=item.hash,
        status=ReceiptStatus(item.status),
        at=item.at,
        code=item.code,
    )
