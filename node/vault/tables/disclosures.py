"""The ledger of what left, under which consent, to whom."""

from collections.abc import Sequence

from node.vault.driver import Connection
from protocol import limits
from protocol.permits import Payload
from protocol.values import (
    ConsentId,
    Hash,
    Instant,
    MessageId,
    NodeId,
    ThreadId,
    consent_id,
    instant,
    node_id,
)


def insert(
    vault: Connection,
    payload: Payload,
    *,
    message: MessageId,
    to: NodeId,
    content_hash: Hash,
    now: Instant,
) -> None:
    """Something about a survivor is to leave; written with its outbox row or not at all."""
    categories = ",".join(str(int(category)) for category in sorted(payload.categories))
    vault.execute(
        "INSERT INTO disclosures (message_id, consent_id, peer, categories, fields, content_hash, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            message,
            payload.permit.consent_id,
            to,
            categories,
            ",".join(payload.fields),
            content_hash,
            now,
        ),
    )


def drop(vault: Connection, message: MessageId) -> None:
    """It never left."""
    vault.execute("DELETE FROM disclosures WHERE message_id = ?", (message,))


def categories_of(vault: Connection, peer: NodeId, *, content_hash: bytes) -> list[int]:
    """The categories of what once left for a peer with exactly this content."""
    row = vault.execute(
        "SELECT categories FROM disclosures WHERE peer = ? AND content_hash = ?"
        " ORDER BY at DESC LIMIT 1",
        (peer, content_hash),
    ).fetchone()
    return [] if row is None else [int(number) for number in row[0].split(",") if number]


def consents_in_thread(
    vault: Connection, thread: ThreadId, *, besides: Sequence[str]
) -> list[ConsentId]:
    """The consents under which something personal left in one conversation, besides these types."""
    marks = ", ".join("?" * len(besides))
    rows = vault.execute(
        "SELECT DISTINCT d.consent_id FROM disclosures d JOIN outbox o"
        " ON o.message_id = d.message_id WHERE o.thread = ? AND o.consent IS NOT NULL"
        f" AND o.type NOT IN ({marks}) LIMIT ?",
        (thread, *besides, limits.FACTS_MAX),
    ).fetchall()
    return [consent_id(row[0]) for row in rows]


def of_case(vault: Connection, case_id: bytes) -> Sequence[tuple[NodeId, Instant, str, str]]:
    """To whom, when, which categories, which fields: her ledger."""
    rows = vault.execute(
        "SELECT d.peer, d.at, d.categories, d.fields FROM disclosures d"
        " JOIN consents c ON c.consent_id = d.consent_id WHERE c.case_id = ?"
        " AND d.fields NOT LIKE 'file_part:%'"
        " ORDER BY d.at LIMIT ?",
        (case_id, limits.MAILBOX_ENVELOPES_MAX),
    ).fetchall()
    return [(node_id(row[0]), instant(row[1]), row[2], row[3]) for row in rows]
