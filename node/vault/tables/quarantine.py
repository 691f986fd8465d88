"""Envelopes that could not be taken, still sealed."""

from collections.abc import Collection

from node.vault.driver import Connection
from protocol import limits
from protocol.values import EnvelopeId, Instant, envelope_id, envelope_id_of, later


def keep(vault: Connection, raw: bytes, *, code: str, now: Instant) -> None:
    """Keep an envelope; beyond a hundred the oldest go."""
    vault.execute(
        "INSERT INTO quarantine (envelope_id, raw, code, at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (envelope_id_of(raw), raw, code, now),
    )
    vault.execute(
        "DELETE FROM quarantine WHERE envelope_id IN"
        " (SELECT envelope_id FROM quarantine ORDER BY at DESC LIMIT -1 OFFSET ?)",
        (limits.QUARANTINE_ENVELOPES_MAX,),
    )


def forget_old(vault: Connection, *, now: Instant) -> int:
    """Let go of what was kept for a week; how many that were."""
    gone = vault.execute(
        "DELETE FROM quarantine WHERE at < ?", (later(now, -limits.QUARANTINE_SECONDS),)
    )
    return int(gone.rowcount)


def drop(vault: Connection, codes: Collection[str]) -> None:
    """Let go of everything that was kept for one of these reasons."""
    vault.executemany("DELETE FROM quarantine WHERE code = ?", [(code,) for code in codes])


def load(vault: Connection) -> list[tuple[EnvelopeId, bytes, str]]:
    """What is kept, the oldest first."""
    rows = vault.execute(
        "SELECT envelope_id, raw, code FROM quarantine ORDER BY at LIMIT ?",
        (limits.QUARANTINE_ENVELOPES_MAX,),
    ).fetchall()
    return [(envelope_id(row[0]), bytes(row[1]), row[2]) for row in rows]
