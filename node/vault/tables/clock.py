"""What is known of our own clock: when it was last trusted, and what others said the time is."""

from typing import Final

from node.vault.driver import Connection
from protocol import limits
from protocol.clock import Evidence, Sample
from protocol.values import Instant, instant

_READ_MAX: Final = (limits.PEERS_MAX + limits.RELAYS_MAX) * limits.CLOCK_SAMPLES_MAX

# By these it is decided when something that is kept for so many days may go.
_AGES: Final = (
    ("outbox", "settled_at"),
    ("quarantine", "at"),
    ("own_files", "changed_at"),
    ("received_files", "changed_at"),
)


def load(vault: Connection) -> Evidence:
    """Everything that is known."""
    trusted, seen = vault.execute(
        "SELECT (SELECT trusted_at FROM clock), (SELECT latest_seen FROM node_self)"
    ).fetchone()
    rows = vault.execute(
        "SELECT source, said, heard_at FROM clock_samples ORDER BY number DESC LIMIT ?",
        (_READ_MAX,),
    ).fetchall()
    return Evidence(
        trusted_at=None if trusted is None else instant(trusted),
        latest_seen=instant(seen or 0),
        samples=[
            Sample(source=bytes(row[0]), said=instant(row[1]), heard_at=instant(row[2]))
            for row in rows
        ],
    )


def trust(vault: Connection, *, now: Instant) -> None:
    """The clock is trusted now; a reading is noted at most once an hour, but at once when it went back."""
    vault.execute(
        "UPDATE clock SET trusted_at = ?1 WHERE trusted_at IS NULL"
        " OR ?1 NOT BETWEEN trusted_at AND trusted_at + ?2",
        (now, limits.HOUR),
    )


def set_back(vault: Connection, *, now: Instant) -> None:
    """What a wrong clock wrote in our future happened now at the latest: what waits for its age goes on.

    For a clock that is trusted. History stays as it was written.
    """
    for table, column in _AGES:
        vault.execute(f"UPDATE {table} SET {column} = ?1 WHERE {column} > ?1", (now,))


def add_sample(vault: Connection, sample: Sample) -> None:
    """Keep what somebody said, and of each source only the newest few."""
    vault.execute(
        "INSERT INTO clock_samples (source, said, heard_at) VALUES (?, ?, ?)",
        (sample.source, sample.said, sample.heard_at),
    )
    vault.execute(
        "DELETE FROM clock_samples WHERE source = ?1 AND number NOT IN (SELECT number"
        " FROM clock_samples WHERE source = ?1 ORDER BY number DESC LIMIT ?2)",
        (sample.source, limits.CLOCK_SAMPLES_MAX),
    )


def forget_samples(vault: Connection) -> None:
    """A person said that the clock is right: what was said before counts no longer."""
    vault.execute("DELETE FROM clock_samples")


def overrule(vault: Connection, source: bytes, *, until: Instant) -> None:
    """What this source says is not counted until then, unless it agrees."""
    vault.execute(
        "INSERT INTO clock_overruled (source, until) VALUES (?, ?)"
        " ON CONFLICT DO UPDATE SET until = excluded.until",
        (source, until),
    )


def is_overruled(vault: Connection, source: bytes, *, now: Instant) -> bool:
    """Is what this source says not counted now?"""
    row = vault.execute(
        "SELECT 1 FROM clock_overruled WHERE source = ? AND until > ?", (source, now)
    ).fetchone()
    return row is not None


def restore_source(vault: Connection, source: bytes) -> None:
    """It agrees again: it is counted as before."""
    vault.execute("DELETE FROM clock_overruled WHERE source = ?", (source,))
