"""What people said about two cases that may be one person."""

from dataclasses import dataclass

from node.vault.driver import Connection
from protocol.values import Instant, Pseudonym, instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An answer about one case beside another."""

    other: bytes
    is_same: bool
    at: Instant


def judge(
    vault: Connection, one: bytes, other: bytes, *, is_same: bool, by: Pseudonym, now: Instant
) -> None:
    """Write an answer down; a later one takes the place of an earlier one."""
    first, second = sorted((one, other))
    vault.execute(
        "INSERT INTO same_persons (one, other, is_same, at, by_user) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET is_same = excluded.is_same, at = excluded.at,"
        " by_user = excluded.by_user",
        (first, second, is_same, now, by),
    )


def judged(vault: Connection, case_id: bytes) -> list[Judged]:
    """Every answer about a case, the newest first."""
    rows = vault.execute(
        "SELECT there, is_same, at FROM (SELECT other AS there, is_same, at FROM same_persons"
        " WHERE one = :case_id UNION ALL SELECT one, is_same, at FROM same_persons"
        " WHERE other = :case_id)"
        # What came from a peer whose list of consents has not come.
        " WHERE there NOT IN (SELECT case_id FROM hidden_cases) ORDER BY at DESC, there",
        {"case_id": case_id},
    ).fetchall()
    return [Judged(other=bytes(row[0]), is_same=bool(row[1]), at=instant(row[2])) for row in rows]
