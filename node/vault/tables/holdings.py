"""Who holds what about her: every leaving with what became of it, and what came about her from others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from node.vault.driver import Connection
from protocol.local import bounds
from protocol.values import (
    ConsentId,
    Hash,
    Instant,
    MessageId,
    NodeId,
    consent_id,
    digest,
    instant,
    message_id,
    node_id,
)

# Her consents are those of the case, and those between us and a peer of one of its referrals: a case that
# began with a dossier has no consents of its own.
_LEFT: Final = (
    "SELECT d.message_id, d.consent_id, d.peer, d.at, d.categories, d.fields, o.state,"
    " o.is_withheld, o.settled_at, o.seen_at, o.is_withheld = 1 AND o.code = 'withheld'"
    " FROM disclosures d LEFT JOIN outbox o ON o.message_id = d.message_id WHERE d.consent_id IN ("
    "SELECT consent_id FROM consents WHERE case_id = :case_id"
    " UNION SELECT consent_id FROM consents WHERE handle IN ("
    "SELECT n.handle FROM referrals r JOIN consents n ON n.consent_id = r.consent_id"
    " WHERE r.case_id = :case_id))"
    # A file is one leaving, however many messages carry it.
    " AND d.fields NOT LIKE 'file_part:%' ORDER BY d.at DESC, d.message_id DESC LIMIT :shown"
)
_CAME: Final = (
    "SELECT m.message_id, m.peer, m.type, m.received_at, m.seen_at, m.is_locked,"
    " m.payload IS NOT NULL, m.consent FROM referrals r JOIN messages m ON m.thread = r.thread"
    " WHERE r.case_id = ? AND m.consent IS NOT NULL AND (m.type != 'blob.chunk/1' OR EXISTS"
    " (SELECT 1 FROM received_file_parts p WHERE p.message_id = m.message_id AND p.part = 0))"
    # What came from a peer whose list of consents has not come.
    " AND m.peer NOT IN (SELECT node_id FROM peers WHERE state_awaited IS NOT NULL)"
    " ORDER BY m.received_at DESC, m.message_id DESC LIMIT ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One leaving, and what its message came to.

    `is_confirmed`: it went without its payload, and the peer says that no earlier copy had come.
    """

    message_id: MessageId
    consent_id: ConsentId
    peer: NodeId
    at: Instant
    categories: tuple[int, ...]
    fields: tuple[str, ...]
    state: str
    is_withheld: bool
    is_confirmed: bool
    settled_at: Instant | None
    seen_at: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """One message about her that came."""

    message_id: MessageId
    peer: NodeId
    type: str
    received_at: Instant
    seen_at: Instant | None
    is_locked: bool
    is_there: bool
    consent: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalItem:
    """One message that tells a peer of a withdrawal: its payload says of which."""

    payload: bytes
    state: str
    settled_at: Instant | None
    attempts: int
    due: Instant


def left_about(vault: Connection, case_id: bytes) -> list[Left]:
    """Every leaving about one of our cases, the newest first."""
    given = {"case_id": case_id, "shown": bounds.LEDGER_LINES_MAX}
    return [_left(row) for row in vault.execute(_LEFT, given).fetchall()]


def came_about(vault: Connection, case_id: bytes) -> list[Came]:
    """Everything personal that came about one of our cases, the newest first."""
    rows = vault.execute(_CAME, (case_id, bounds.LEDGER_LINES_MAX)).fetchall()
    return [_came(row) for row in rows]


def withdrawal_items(vault: Connection, peer: NodeId) -> list[WithdrawalItem]:
    """Every message that told one peer of a withdrawal, the newest first."""
    rows = vault.execute(
        "SELECT payload, state, settled_at, attempts, due FROM outbox"
        " WHERE peer = ? AND type = 'consent.withdrawn/1' AND payload IS NOT NULL"
        " ORDER BY number DESC LIMIT ?",
        (peer, bounds.LEDGER_LINES_MAX),
    ).fetchall()
    return [
        WithdrawalItem(
            payload=bytes(row[0]),
            state=row[1],
            settled_at=None if row[2] is None else instant(row[2]),
            attempts=row[3],
            due=instant(row[4]),
        )
        for row in rows
    ]


def _left(row: Sequence[Any]) -> Left:
    return Left(
        message_id=message_id(row[0]),
        consent_id=consent_id(row[1]),
        peer=node_id(row[2]),
        at=instant(row[3]),
        categories=tuple(int(number) for number in row[4].split(",") if number),
        fields=tuple(field for field in row[5].split(",") if field),
        state=row[6] or "",
        is_withheld=bool(row[7]),
        settled_at=None if row[8] is None else instant(row[8]),
        seen_at=None if row[9] is None else instant(row[9]),
        is_confirmed=bool(row[10]),
    )


def _came(row: Sequence[Any]) -> Came:
    return Came(
        message_id=message_id(row[0]),
        peer=node_id(row[1]),
        type=row[2],
        received_at=instant(row[3]),
        seen_at=None if row[4] is None else instant(row[4]),
        is_locked=bool(row[5]),
        is_there=bool(row[6]),
        consent=digest(row[7]),
    )
