"""The heads of the audit log's days, and what stands in place of entries that were taken off."""

from dataclasses import dataclass, field
from typing import Final

from node.vault.driver import Connection
from protocol.skeleton import DayHead
from protocol.values import Hash, Instant, digest, instant

_COLUMNS: Final = "day, last_number, last_entry, hash"
_DAYS_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDay:
    """A day that is over: `last_entry` is the last entry so far, under `last_number`."""

    day: int
    last_number: int
    last_entry: Hash
    hash: Hash

    @property
    def head(self) -> DayHead:
        """What of it leaves the node."""
        return DayHead(day=self.day, hash=self.hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The last entry that was taken off, and the signed checkpoint of its day."""

    number: int
    hash: Hash
    day: int
    checkpoint: bytes = field(repr=False)
    at: Instant


def insert(vault: Connection, closed: ClosedDay) -> None:
    """Close a day."""
    vault.execute(
        f"INSERT INTO audit_days ({_COLUMNS}) VALUES (?, ?, ?, ?)",
        (closed.day, closed.last_number, closed.last_entry, closed.hash),
    )


def newest(vault: Connection) -> ClosedDay | None:
    """The last day that was closed."""
    row = vault.execute(f"SELECT {_COLUMNS} FROM audit_days ORDER BY day DESC LIMIT 1").fetchone()
    return None if row is None else _day(row)


def find(vault: Connection, day: int) -> ClosedDay | None:
    """One day."""
    row = vault.execute(f"SELECT {_COLUMNS} FROM audit_days WHERE day = ?", (day,)).fetchone()
    return None if row is None else _day(row)


def after(vault: Connection, day: int) -> list[ClosedDay]:
    """The days that follow a day, some at a time."""
    rows = vault.execute(
        f"SELECT {_COLUMNS} FROM audit_days WHERE day > ? ORDER BY day LIMIT ?",
        (day, _DAYS_AT_ONCE),
    ).fetchall()
    return [_day(row) for row in rows]


def load_cut(vault: Connection) -> Cut | None:
    """What stands in place of the entries that were taken off."""
    row = vault.execute("SELECT number, hash, day, checkpoint, at FROM audit_cut").fetchone()
    if row is None:
        return None
    return Cut(
        number=row[0],
        hash=digest(row[1]),
        day=row[2],
        checkpoint=bytes(row[3]),
        at=instant(row[4]),
    )


def cut(vault: Connection, cut: Cut) -> None:
    """Take off every entry up to one, with what it stood for; this stands in their place."""
    vault.execute(
        "INSERT INTO audit_cut (singleton, number, hash, day, checkpoint, at)"
        " VALUES (1, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET number = excluded.number,"
        " hash = excluded.hash, day = excluded.day, checkpoint = excluded.checkpoint,"
        " at = excluded.at",
        (cut.number, cut.hash, cut.day, cut.checkpoint, cut.at),
    )
    vault.execute("DELETE FROM audit_details WHERE number <= ?", (cut.number,))
    vault.execute("DELETE FROM audit WHERE number <= ?", (cut.number,))


def _day(row: tuple[int, int, bytes, bytes]) -> ClosedDay:
    return ClosedDay(
        day=row[0], last_number=row[1], last_entry=digest(row[2]), hash=digest(row[3])
    )
