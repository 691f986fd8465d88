"""Conversations that are over: what is left of them, and for how long."""

from typing import Final

from node.vault.driver import Connection
from protocol import limits
from protocol.values import ZERO_HASH, Instant, ThreadId, instant, later, thread_id

_AT_ONCE: Final = 1_000
# A receipt is answered by nobody: once it was left, it waits for nothing.
_WAITS: Final = (
    "state IN ('queued', 'sealed', 'deposited')"
    " AND NOT (type = 'receipt/1' AND state = 'deposited')"
)
# What came while the clock was far ahead came when it was sealed.
# A thread is held as a whole: by what waits to leave, and by what came and may still be read. What is left
# of one that was forgotten has no skeleton any more.
_ENDED: Final = (
    "SELECT thread, max(at) FROM ("
    "SELECT thread, CASE WHEN received_at > ?1 THEN created ELSE max(received_at, created) END AS at,"
    " key_id IS NOT NULL AND EXISTS (SELECT 1"
    " FROM consents c WHERE c.hash = messages.consent AND c.expires > ?1) AS is_held FROM messages"
    " UNION ALL SELECT thread, coalesce(settled_at, queued_at), "
    f"{_WAITS} FROM outbox WHERE {_WAITS} OR skeleton IS NOT NULL"
    ") GROUP BY thread HAVING max(at) < ?2 AND max(is_held) = 0 LIMIT ?3"
)


def months_kept(vault: Connection) -> int:
    """For how many months after the last message of a thread its skeletons are kept."""
    (months,) = vault.execute("SELECT skeleton_months FROM retention").fetchone()
    return int(months)


def keep_for(vault: Connection, *, months: int) -> None:
    """The charter says for how many months. Raises the driver's IntegrityError outside 3 to 84."""
    vault.execute("UPDATE retention SET skeleton_months = ?", (months,))


def ended_threads(
    vault: Connection, *, before: Instant, now: Instant
) -> list[tuple[ThreadId, Instant]]:
    """Threads in which nothing happened since, and when the last thing did; a thousand at once."""
    rows = vault.execute(_ENDED, (now, before, _AT_ONCE)).fetchall()
    return [(thread_id(row[0]), instant(row[1])) for row in rows]


def newest_that_may_come_again(keys: Connection, *, now: Instant) -> Instant:
    """What came before this can neither be opened nor be taken once more (R-85).

    It is over, and every prekey under which it may have come is destroyed.
    """
    (oldest,) = keys.execute("SELECT min(not_before) FROM prekeys").fetchone()
    expired = later(now, -limits.MESSAGE_LIFE_SECONDS - limits.CLOCK_SKEW_SECONDS)
    if oldest is None:
        return expired
    return min(expired, later(instant(oldest), -limits.CLOCK_SKEW_SECONDS))


def forget_thread(vault: Connection, thread: ThreadId) -> None:
    """Skeletons, hashes and receipts of a thread go.

    That something about her left, under which consent, and what came of it, stays: whom to tell when she
    takes it back is decided by it. It says nothing that the ledger of her case does not say. Zeros stand for
    the hash, which is how the outbox knows what was ever sealed.
    """
    for table in ("messages", "outbox"):
        vault.execute(
            "DELETE FROM receipts_due WHERE message_id IN"
            f" (SELECT message_id FROM {table} WHERE thread = ?)",
            (thread,),
        )
    vault.execute("DELETE FROM messages WHERE thread = ?", (thread,))
    vault.execute("DELETE FROM outbox WHERE thread = ? AND consent_id IS NULL", (thread,))
    vault.execute(
        "UPDATE outbox SET skeleton = NULL, hash = ?, payload = NULL, prekey_id = NULL"
        " WHERE thread = ? AND hash IS NOT NULL",
        (ZERO_HASH, thread),
    )
