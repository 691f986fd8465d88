"""What a peer is told of its messages: notes for the next receipt."""

from typing import Final

from node.inbox.batch import Batch
from node.vault.records import ReceiptDue, StoredMessage
from node.vault.tables import messages, receipts_due
from protocol.envelope import VerifiedMessage
from protocol.errors import RefusalCode
from protocol.messages.union import UNRECEIPTED
from protocol.values import instant
from protocol.vocabulary.codes import ReceiptStatus

_STATUS_OF_ROW: Final = {
    "applied": ReceiptStatus.STORED,
    "early": ReceiptStatus.STORED,
    "withheld": ReceiptStatus.WITHHELD,
    "refused": ReceiptStatus.REFUSED,
}


def answer(
    batch: Batch,
    verified: VerifiedMessage,
    *,
    status: ReceiptStatus,
    code: RefusalCode | None,
    in_range: bool,
) -> None:
    """Note that a message is to be answered; receipts themselves never are."""
    skeleton = verified.skeleton
    if skeleton.type in UNRECEIPTED:
        return
    # Past its time is a status of its own, not a refusal.
    if code is RefusalCode.E_EXPIRED:
        status, code = ReceiptStatus.EXPIRED, None
    receipts_due.insert_receipt_due(
        batch.unit.vault,
        skeleton.sender,
        ReceiptDue(
            message_id=skeleton.message_id,
            hash=verified.hash,
            epoch=skeleton.epoch,
            sequence=skeleton.sequence,
            in_range=in_range,
            status=int(status),
            at=batch.now,
            code=None if code is None else code.value,
        ),
    )


def answer_again(batch: Batch, verified: VerifiedMessage) -> None:
    """A duplicate gets the answer of the first one once more."""
    skeleton = verified.skeleton
    stored = messages.find(batch.unit.vault, skeleton.sender, skeleton.message_id)
    if stored is None:
        return
    answer(
        batch,
        verified,
        status=_STATUS_OF_ROW[stored.status],
        code=None if stored.code is None else RefusalCode(stored.code),
        in_range=False,
    )


def answer_withheld_late(batch: Batch, stored: StoredMessage) -> None:
    """An early message was answered as stored, and its content was lost before its turn came."""
    _answer_late(batch, stored, status=ReceiptStatus.WITHHELD, code=None)


def answer_refused_late(batch: Batch, stored: StoredMessage, code: RefusalCode) -> None:
    """An early message was answered as stored, and is refused now that its turn has come."""
    _answer_late(batch, stored, status=ReceiptStatus.REFUSED, code=code)


def _answer_late(
    batch: Batch, stored: StoredMessage, *, status: ReceiptStatus, code: RefusalCode | None
) -> None:
    receipts_due.insert_receipt_due(
        batch.unit.vault,
        stored.peer,
        ReceiptDue(
            message_id=stored.message_id,
            hash=stored.hash,
            epoch=instant(stored.epoch),
            sequence=stored.sequence,
            in_range=False,
            status=int(status),
            at=batch.now,
            code=None if code is None else code.value,
        ),
    )
