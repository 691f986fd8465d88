"""When what waits is tried again: after a failure, after a sign of life, and after a start."""

from typing import Final

from node.vault.driver import Connection
from protocol.messages.union import OVERTAKING
from protocol.values import Instant, NodeId

# Written as the partial index of the outbox says it, so that the index is used.
_UNANSWERED: Final = "state IN ('queued', 'sealed', 'deposited')"
_AT_ONCE: Final = ", ".join(f"'{name}'" for name in sorted(OVERTAKING))


def put_off(vault: Connection, peer: NodeId, *, due: Instant, now: Instant) -> None:
    """An attempt that reached nobody counts for all that would be next, but not for what overtakes."""
    vault.execute(
        f"UPDATE outbox SET due = ?, attempts = attempts + 1 WHERE peer = ? AND {_UNANSWERED}"
        f" AND type NOT IN ({_AT_ONCE}) AND due <= ?",
        (due, peer, now),
    )


def make_due(vault: Connection, peer: NodeId, *, now: Instant) -> None:
    """A sign of life: nothing that failed waits any longer for a later attempt.

    What was sealed and has not failed is on its way at this moment, and would only leave twice.
    """
    vault.execute(
        f"UPDATE outbox SET due = ?, attempts = 0 WHERE peer = ? AND {_UNANSWERED}"
        " AND (state = 'queued' OR state = 'sealed' AND attempts > 0) AND due > ?",
        (now, peer, now),
    )


def take_up_again(vault: Connection, *, now: Instant) -> None:
    """The node was just opened: nothing is on its way any more, and nothing waits for a later attempt."""
    vault.execute(
        f"UPDATE outbox SET due = ? WHERE {_UNANSWERED}"
        " AND (state = 'sealed' OR state = 'queued' AND attempts > 0) AND due > ?",
        (now, now),
    )


def try_all(vault: Connection, *, now: Instant) -> None:
    """Our own line was down: no failure until now says anything about a peer."""
    vault.execute(
        f"UPDATE outbox SET due = ? WHERE {_UNANSWERED} AND state != 'deposited'"
        " AND attempts > 0 AND due > ?",
        (now, now),
    )
