"""When a backup was made here, and what this vault was restored from."""

from dataclasses import dataclass

from node.vault.driver import Connection
from protocol.values import Hash, Instant, digest, instant


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupState:
    """The newest backup, if there is one, and the last attempt since then that failed."""

    made_at: Instant | None
    name: str | None
    size: int | None
    failed_at: Instant | None
    failure: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """One restoring of this vault.

    Attributes:
        made_at: of the backup.
        restored_at: when it became this vault.
        audit_head: the hash of the last audit entry that came with it.
        journal_gap_since: since when nobody here knows what was counted and spent; None where all is known.
    """

    made_at: Instant
    restored_at: Instant
    audit_head: Hash
    journal_gap_since: Instant | None


def load_state(vault: Connection) -> BackupState:
    """How the backups of this computer stand."""
    row = vault.execute(
        "SELECT made_at, name, bytes, failed_at, failure FROM backup_state"
    ).fetchone()
    return BackupState(
        made_at=None if row[0] is None else instant(row[0]),
        name=row[1],
        size=row[2],
        failed_at=None if row[3] is None else instant(row[3]),
        failure=row[4],
    )


def note_made(vault: Connection, *, made_at: Instant, name: str, size: int) -> None:
    """A backup was made and read back."""
    vault.execute(
        "UPDATE backup_state SET made_at = ?, name = ?, bytes = ?, failed_at = NULL, failure = NULL",
        (made_at, name, size),
    )


def note_failed(vault: Connection, *, failed_at: Instant, failure: str) -> None:
    """An attempt failed; `failure` names a kind of error and no place."""
    vault.execute("UPDATE backup_state SET failed_at = ?, failure = ?", (failed_at, failure))


def insert_restore(vault: Connection, restore: Restore) -> None:
    """This vault was made of a backup; its first opening is still to come."""
    vault.execute(
        "INSERT INTO restores (made_at, restored_at, audit_head, journal_gap_since)"
        " VALUES (?, ?, ?, ?)",
        (
            restore.made_at,
            restore.restored_at,
            restore.audit_head,
            restore.journal_gap_since,
        ),
    )


def restore_to_begin(vault: Connection) -> Restore | None:
    """The restoring whose first opening is still to come."""
    row = vault.execute(
        "SELECT made_at, restored_at, audit_head, journal_gap_since FROM restores"
        " WHERE begun_at IS NULL ORDER BY number DESC LIMIT 1"
    ).fetchone()
    return None if row is None else _restore(row)


def note_begun(vault: Connection, *, now: Instant) -> None:
    """The first opening did what it has to."""
    vault.execute("UPDATE restores SET begun_at = ? WHERE begun_at IS NULL", (now,))


def load_restores(vault: Connection) -> list[Restore]:
    """Every restoring of this vault, the oldest first."""
    rows = vault.execute(
        "SELECT made_at, restored_at, audit_head, journal_gap_since FROM restores"
        " ORDER BY number LIMIT 1000"
    ).fetchall()
    return [_restore(row) for row in rows]


def _restore(row: tuple[int, int, bytes, int | None]) -> Restore:
    return Restore(
        made_at=instant(row[0]),
        restored_at=instant(row[1]),
        audit_head=digest(row[2]),
        journal_gap_since=None if row[3] is None else instant(row[3]),
    )
