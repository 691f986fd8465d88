"""Envelopes that could not be taken, still sealed."""

from collections.abc import Collection
from typing import Final

from node.vault.driver import Connection
from protocol import limits
from protocol.errors import RefusalCode
from protocol.values import EnvelopeId, Instant, envelope_id, envelope_id_of, instant, later

OF_A_NEWER_PROGRAM: Final = (RefusalCode.E_VERSION, RefusalCode.E_SUITE)
"""Kept until a program runs that knows what they are."""


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


def take_out(vault: Connection, code: str) -> list[tuple[bytes, Instant]]:
    """What was kept for one reason, the oldest first, and since when; it is not kept any longer."""
    rows = vault.execute(
        "SELECT raw, at FROM quarantine WHERE code = ? ORDER BY at", (code,)
    ).fetchall()
    drop(vault, (code,))
    return [(bytes(row[0]), instant(row[1])) for row in rows]


def keep_since(vault: Connection, raw: bytes, *, at: Instant) -> None:
    """It is kept again, and the week in which it may be has begun before."""
    vault.execute("UPDATE quarantine SET at = ? WHERE envelope_id = ?", (at, envelope_id_of(raw)))


def forget_old(vault: Connection, *, now: Instant) -> int:
    """Let go of what was kept for a week; how many that were."""
    gone = vault.execute(
        "DELETE FROM quarantine WHERE at < ?", (later(now, -limits.QUARANTINE_SECONDS),)
    )
    return int(gone.rowcount)


def count_of_a_newer_program(vault: Connection) -> int:
    """How many are kept that this program cannot read."""
    marks = ", ".join("?" * len(OF_A_NEWER_PROGRAM))
    (count,) = vault.execute(
        f"SELECT count(*) FROM quarantine WHERE code IN ({marks})",
        tuple(code.value for code in OF_A_NEWER_PROGRAM),
    ).fetchone()
    return int(count)


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
