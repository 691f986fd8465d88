"""Envelopes of others that are carried along to a partner; nobody here can open them."""

from node.vault.driver import Connection
from protocol import limits
from protocol.values import Instant, NodeId, envelope_id_of, later


def keep(vault: Connection, peer: NodeId, raw: bytes, *, now: Instant) -> bool:
    """Carry an envelope along, once; False if there is no room for it."""
    name = envelope_id_of(raw)
    if vault.execute("SELECT 1 FROM ferried WHERE envelope_id = ?", (name,)).fetchone():
        return True
    (size,) = vault.execute("SELECT coalesce(sum(size), 0) FROM ferried").fetchone()
    if int(size) + len(raw) > limits.FERRIED_BYTES_MAX:
        return False
    vault.execute(
        "INSERT INTO ferried (envelope_id, peer, size, came_at, raw) VALUES (?, ?, ?, ?, ?)",
        (name, peer, len(raw), now, raw),
    )
    return True


def load(vault: Connection, peer: NodeId, *, count: int) -> list[bytes]:
    """What is carried along for one partner, the oldest first."""
    rows = vault.execute(
        "SELECT raw FROM ferried WHERE peer = ? ORDER BY came_at, envelope_id LIMIT ?",
        (peer, count),
    ).fetchall()
    return [bytes(row[0]) for row in rows]


def forget_old(vault: Connection, *, now: Instant) -> int:
    """Let go of what was carried for as long as it may be; how many that were."""
    gone = vault.execute(
        "DELETE FROM ferried WHERE came_at < ?", (later(now, -limits.FERRIED_SECONDS),)
    )
    return int(gone.rowcount)
