"""The charter that is held, suspends, and what a removal leaves to do."""

from dataclasses import dataclass
from typing import Final

from node.vault.driver import Connection
from protocol import limits
from protocol.cards import Suspend
from protocol.charter import HeldCharter, held_charter
from protocol.values import (
    Hash,
    Instant,
    MessageId,
    NodeId,
    Pseudonym,
    instant,
    message_id,
    node_id,
)

# What fits one message with room to spare; older versions are history for whoever has none of them.
_CHAIN_BYTES_MAX: Final = 900_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSuspend:
    """A suspend that holds: up to which card, and since when."""

    card_sequence: int
    since: Instant


def insert_charter(
    vault: Connection, held: HeldCharter, *, by: Pseudonym | None, now: Instant
) -> None:
    """Hold a version."""
    vault.execute(
        "INSERT INTO charters (version, signed, applied_at, applied_by) VALUES (?, ?, ?, ?)",
        (held.charter.version, held.signed.raw, now, by),
    )


def find_charter(vault: Connection) -> HeldCharter | None:
    """The charter that is held."""
    row = vault.execute("SELECT signed FROM charters ORDER BY version DESC LIMIT 1").fetchone()
    return None if row is None else held_charter(row[0])


def load_chain(vault: Connection) -> tuple[bytes, ...]:
    """The newest versions, oldest first, as many as travel in one message."""
    rows = vault.execute(
        "SELECT signed FROM charters ORDER BY version DESC LIMIT ?", (limits.CHARTER_CHAIN_MAX,)
    ).fetchall()
    chain: list[bytes] = []
    room = _CHAIN_BYTES_MAX
    for (raw,) in rows:
        room -= len(raw)
        if room < 0:
            break
        chain.append(bytes(raw))
    return tuple(reversed(chain))


def keep_offered(vault: Connection, peer: NodeId, chain: bytes, *, now: Instant) -> None:
    """Keep a first charter until a person has looked at it; the newest of each partner."""
    vault.execute(
        "INSERT OR REPLACE INTO charters_offered (peer, chain, at) VALUES (?, ?, ?)",
        (peer, chain, now),
    )


def load_offered(vault: Connection) -> list[tuple[NodeId, bytes]]:
    """The first charters that partners sent, the latest first."""
    rows = vault.execute(
        "SELECT peer, chain FROM charters_offered ORDER BY at DESC LIMIT ?", (limits.PEERS_MAX,)
    ).fetchall()
    return [(node_id(row[0]), bytes(row[1])) for row in rows]


def drop_offered(vault: Connection) -> None:
    """A charter is held: what was offered before does not count."""
    vault.execute("DELETE FROM charters_offered")


def is_suspend_known(vault: Connection, body_hash: Hash) -> bool:
    """Was this suspend taken before, whether it still holds or not?"""
    row = vault.execute("SELECT 1 FROM suspends WHERE body_hash = ?", (body_hash,)).fetchone()
    return row is not None


def insert_suspend(
    vault: Connection, suspend: Suspend, *, body_hash: Hash, signed: bytes, now: Instant
) -> None:
    """Hold a suspend."""
    since = now if suspend.at is None else suspend.at
    vault.execute(
        "INSERT INTO suspends (body_hash, node_id, card_sequence, signed, since, came_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (body_hash, suspend.node_id, suspend.card_sequence, signed, since, now),
    )


def live_suspends(vault: Connection, node: NodeId) -> list[LiveSuspend]:
    """The suspends that hold for a node."""
    rows = vault.execute(
        "SELECT card_sequence, since FROM suspends WHERE node_id = ? AND ended_at IS NULL"
        " LIMIT 1000",
        (node,),
    ).fetchall()
    return [LiveSuspend(card_sequence=row[0], since=instant(row[1])) for row in rows]


def end_suspends(
    vault: Connection, node: NodeId, *, below: int | None, how: str, now: Instant
) -> None:
    """Suspends of a node hold no more: those of a card below a number, or all."""
    vault.execute(
        "UPDATE suspends SET ended_at = ?, ended_by = ?"
        " WHERE node_id = ? AND ended_at IS NULL AND card_sequence < ?",
        (now, how, node, limits.INTEGER_MAX if below is None else below),
    )


def insert_removal(vault: Connection, node: NodeId, *, by: Pseudonym, now: Instant) -> None:
    """Somebody was removed, and still knows where we pick up."""
    vault.execute(
        "INSERT INTO removals (node_id, at, removed_by, is_moved) VALUES (?, ?, ?, 0)"
        " ON CONFLICT DO NOTHING",
        (node, now, by),
    )


def unsent_to(vault: Connection, node: NodeId) -> list[MessageId]:
    """What waits for a peer, or is on its way to it."""
    rows = vault.execute(
        "SELECT message_id FROM outbox WHERE peer = ? AND state IN ('queued', 'sealed', 'deposited')"
        " LIMIT ?",
        (node, limits.MAILBOX_ENVELOPES_MAX),
    ).fetchall()
    return [message_id(row[0]) for row in rows]


def is_move_due(vault: Connection) -> bool:
    """Does somebody who was removed still know where we pick up?"""
    row = vault.execute("SELECT 1 FROM removals WHERE is_moved = 0 LIMIT 1").fetchone()
    return row is not None


def mark_moved(vault: Connection) -> None:
    """We pick up elsewhere, and nobody who was removed knows where."""
    vault.execute("UPDATE removals SET is_moved = 1 WHERE is_moved = 0")
