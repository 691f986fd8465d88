"""What a node renews by itself, and when it last did: its bundle, its mailboxes, its periodic jobs."""

from collections.abc import Collection

from node.vault.driver import Connection
from protocol.signing import Signed
from protocol.values import Instant, MailboxId, NodeId, PrekeyId, instant


def save_bundle(vault: Connection, signed: Signed, *, generation: int) -> None:
    """Our bundle, in place of the one before."""
    vault.execute(
        "UPDATE node_self SET bundle = ?, bundle_generation = ?", (signed.raw, generation)
    )


def note_emptied(vault: Connection, mailbox: MailboxId, *, now: Instant) -> None:
    """Nothing was left in this mailbox."""
    vault.execute("UPDATE own_mailboxes SET emptied_at = ? WHERE mailbox_id = ?", (now, mailbox))


def last_full_poll(vault: Connection, *, now: Instant) -> Instant | None:
    """Since when every mailbox has been found empty; None if one never was, or only in our future."""
    count, noted, first, last = vault.execute(
        "SELECT count(*), count(emptied_at), min(emptied_at), max(emptied_at) FROM own_mailboxes"
    ).fetchone()
    if count != noted or first is None or last > now:
        return None
    return instant(first)


def drop_unsent(vault: Connection, peer: NodeId, type_name: str) -> None:
    """Take out what waits for one peer and was never sealed, of a type whose newest says it all."""
    vault.execute(
        "DELETE FROM outbox WHERE peer = ? AND state = 'queued' AND type = ?", (peer, type_name)
    )


def make_unlisted_due(
    vault: Connection, peer: NodeId, listed: Collection[PrekeyId], *, now: Instant
) -> None:
    """What was left for a peer under a prekey that it lists no longer is sealed again now (R-116)."""
    marks = ", ".join("?" * len(listed))
    vault.execute(
        "UPDATE outbox SET due = ? WHERE peer = ? AND state = 'deposited' AND due > ?"
        f" AND prekey_id NOT IN ({marks})",
        (now, peer, now, *listed),
    )


def is_due(vault: Connection, job: str, *, every_seconds: int, now: Instant) -> bool:
    """Was a job last done so long ago, or in a future that our clock has come back from?"""
    row = vault.execute("SELECT done_at FROM jobs_done WHERE job = ?", (job,)).fetchone()
    return row is None or not row[0] <= now < row[0] + every_seconds


def forget_done(vault: Connection, job: str) -> None:
    """A job is due as soon as it may be done."""
    vault.execute("DELETE FROM jobs_done WHERE job = ?", (job,))


def note_done(vault: Connection, job: str, *, now: Instant) -> None:
    """A job was done."""
    vault.execute(
        "INSERT INTO jobs_done (job, done_at) VALUES (?, ?)"
        " ON CONFLICT DO UPDATE SET done_at = excluded.done_at",
        (job, now),
    )
