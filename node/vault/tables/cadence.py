"""When something last left for a peer, and when cover is to leave."""

from node.vault.driver import Connection
from protocol.cadence import CoverPlan
from protocol.values import Instant, NodeId, instant


def load_plan(vault: Connection, peer: NodeId) -> CoverPlan:
    """What is planned for a peer; of a peer for whom nothing ever left nothing is."""
    row = vault.execute(
        "SELECT left_on, planned_for, cover_at FROM cadence WHERE peer = ?", (peer,)
    ).fetchone()
    if row is None:
        return CoverPlan(left_on=None, planned_for=None, at=instant(0))
    return CoverPlan(left_on=row[0], planned_for=row[1], at=instant(row[2]))


def note_left(vault: Connection, peer: NodeId, *, day: int) -> None:
    """Something left with a batch of this day."""
    vault.execute(
        "INSERT INTO cadence (peer, left_on, cover_at) VALUES (?, ?, 0)"
        " ON CONFLICT DO UPDATE SET left_on = excluded.left_on",
        (peer, day),
    )


def plan(vault: Connection, peer: NodeId, *, day: int, at: Instant) -> None:
    """Cover leaves at this instant, if nothing else does on this day before."""
    vault.execute(
        "INSERT INTO cadence (peer, planned_for, cover_at) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET planned_for = excluded.planned_for,"
        " cover_at = excluded.cover_at",
        (peer, day, at),
    )
