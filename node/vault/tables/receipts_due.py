"""What is still to be answered with a receipt."""

from node.vault.driver import Connection
from node.vault.records import ReceiptDue
from protocol import limits
from protocol.values import NodeId, digest, instant, message_id, node_id


def insert_receipt_due(vault: Connection, peer: NodeId, receipt: ReceiptDue) -> None:
    """Something is to be answered."""
    vault.execute(
        "INSERT INTO receipts_due (peer, message_id, hash, epoch, sequence, in_range, status, at,"
        " code) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET at = excluded.at",
        (
            peer,
            receipt.message_id,
            receipt.hash,
            receipt.epoch,
            receipt.sequence,
            receipt.in_range,
            receipt.status,
            receipt.at,
            receipt.code,
        ),
    )


def peers_to_answer(vault: Connection) -> list[NodeId]:
    """Peers to whom a receipt is due."""
    rows = vault.execute(
        "SELECT DISTINCT peer FROM receipts_due LIMIT ?", (limits.PEERS_MAX,)
    ).fetchall()
    return [node_id(row[0]) for row in rows]


def take_receipts_due(vault: Connection, peer: NodeId) -> list[ReceiptDue]:
    """Take what is to be answered to one peer, in the order of the stream, and forget it."""
    rows = vault.execute(
        "SELECT message_id, hash, epoch, sequence, in_range, status, at, code FROM receipts_due"
        " WHERE peer = ? ORDER BY epoch, sequence LIMIT ?",
        (peer, limits.RECEIPT_SINGLES_MAX),
    ).fetchall()
    vault.executemany(
        "DELETE FROM receipts_due WHERE peer = ? AND message_id = ? AND status = ?",
        [(peer, row[0], row[5]) for row in rows],
    )
    return [
        ReceiptDue(
            message_id=message_id(row[0]),
            hash=digest(row[1]),
            epoch=instant(row[2]),
            sequence=row[3],
            in_range=bool(row[4]),
            status=row[5],
            at=instant(row[6]),
            code=row[7],
        )
        for row in rows
    ]
