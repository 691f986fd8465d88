"""Sendings that may still be stopped, and those that were refused when their seconds were over."""

from collections.abc import Sequence
from typing import Any, Final

from node.vault.driver import Connection
from node.vault.records import HeldSending
from protocol.values import NodeId, ThreadId, instant, node_id, pseudonym, thread_id

# A refused one stays until somebody puts it away; of older ones than these the task is left.
REFUSED_MAX: Final = 100
_HELD: Final = """
SELECT held_id, user_id, name, body, peer, thread, case_id, held_at, leaves_at, code FROM held
"""


def insert(vault: Connection, sending: HeldSending) -> None:
    """Hold a sending."""
    vault.execute(
        "INSERT INTO held (held_id, user_id, name, body, peer, thread, case_id, held_at, leaves_at,"
        " code) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            sending.held_id,
            sending.user_id,
            sending.name,
            sending.body,
            sending.peer,
            sending.thread,
            sending.case_id,
            sending.held_at,
            sending.leaves_at,
            sending.code,
        ),
    )


def find(vault: Connection, held_id: bytes) -> HeldSending | None:
    """A sending that is held or was refused."""
    row = vault.execute(f"{_HELD} WHERE held_id = ?", (held_id,)).fetchone()
    return None if row is None else _sending(row)


def waiting(vault: Connection) -> list[HeldSending]:
    """What is held, in the order in which it was sent; `node.services.holding` bounds how much that is."""
    rows = vault.execute(f"{_HELD} WHERE code IS NULL ORDER BY number").fetchall()
    return [_sending(row) for row in rows]


def load_all(vault: Connection) -> list[HeldSending]:
    """What is held and what was refused, in the order in which it was sent."""
    return [_sending(row) for row in vault.execute(f"{_HELD} ORDER BY number").fetchall()]


def waiting_about(vault: Connection, thread: ThreadId) -> list[HeldSending]:
    """What is held in one conversation."""
    rows = vault.execute(
        f"{_HELD} WHERE code IS NULL AND thread = ? ORDER BY number", (thread,)
    ).fetchall()
    return [_sending(row) for row in rows]


def is_refused_about(vault: Connection, *, peer: NodeId, thread: ThreadId | None) -> bool:
    """Is there a refused sending that nobody has put away, about this conversation or organisation?"""
    row = vault.execute(
        "SELECT 1 FROM held WHERE code IS NOT NULL AND peer = ? AND thread IS ? LIMIT 1",
        (peer, thread),
    ).fetchone()
    return row is not None


def drop(vault: Connection, held_id: bytes) -> None:
    """It was stopped, carried out or put away."""
    vault.execute("DELETE FROM held WHERE held_id = ?", (held_id,))


def refuse(vault: Connection, held_id: bytes, *, code: str) -> None:
    """It will not be sent: what it says goes, why stays. Of the refused ones only the newest stay."""
    vault.execute("UPDATE held SET code = ?, body = x'' WHERE held_id = ?", (code, held_id))
    vault.execute(
        "DELETE FROM held WHERE code IS NOT NULL AND number NOT IN"
        " (SELECT number FROM held WHERE code IS NOT NULL ORDER BY number DESC LIMIT ?)",
        (REFUSED_MAX,),
    )


def _sending(row: Sequence[Any]) -> HeldSending:
    return HeldSending(
        held_id=row[0],
        user_id=pseudonym(row[1]),
        name=row[2],
        body=row[3],
        peer=node_id(row[4]),
        thread=None if row[5] is None else thread_id(row[5]),
        case_id=row[6],
        held_at=instant(row[7]),
        leaves_at=instant(row[8]),
        code=row[9],
    )
