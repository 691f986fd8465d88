"""What a mailbox does in SQLite, as functions of one connection; each runs inside somebody's transaction."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from node.mailbox.judging import judge_all
from node.mailbox.records import (
    CreateResult,
    DepositResult,
    Listed,
    Listing,
    Mailbox,
    NewMailbox,
    Quota,
    RevokeResult,
    Taken,
    Totals,
    UnknownMailboxError,
    Waiting,
)
from protocol import limits
from protocol.keys import verifying_key
from protocol.values import (
    EnvelopeId,
    Hash,
    Instant,
    MailboxId,
    digest,
    envelope_id,
    mailbox_id,
)

_PURGE_ROWS: Final = 256
_FEW: Final = 32


def find(connection: sqlite3.Connection, wanted: MailboxId) -> Mailbox | None:
    """The mailbox of this id, if there is one."""
    row = connection.execute(
        "SELECT mailbox_id, owner_key, deposit_hash, previous_deposit_hash"
        " FROM mailbox WHERE mailbox_id = ?",
        (wanted,),
    ).fetchone()
    return None if row is None else _mailbox(row)


def find_few(connection: sqlite3.Connection) -> list[Mailbox]:
    """The mailboxes of a file that holds few."""
    rows = connection.execute(
        "SELECT mailbox_id, owner_key, deposit_hash, previous_deposit_hash FROM mailbox LIMIT ?",
        (_FEW,),
    ).fetchall()
    return [_mailbox(row) for row in rows]


def _mailbox(row: tuple[bytes, bytes, bytes, bytes | None]) -> Mailbox:
    return Mailbox(
        mailbox_id=mailbox_id(row[0]),
        owner_key=verifying_key(row[1], place="mailbox.owner_key"),
        deposit_hash=digest(row[2]),
        previous_deposit_hash=None if row[3] is None else digest(row[3]),
    )


def create(
    connection: sqlite3.Connection, new: NewMailbox, *, ticket: Hash | None
) -> CreateResult:
    """Make a mailbox. The same request again changes nothing, also if its first answer was lost.

    Args:
        connection: inside a transaction.
        new: what to make.
        ticket: the SHA-256 of the ticket that pays for it on a relay; None on one's own node.
    """
    if ticket is not None and not _ticket_is_good(connection, ticket, new.mailbox_id):
        return CreateResult.NO_TICKET
    row = connection.execute(
        "SELECT owner_key, deposit_hash, created FROM mailbox WHERE mailbox_id = ?",
        (new.mailbox_id,),
    ).fetchone()
    if row is not None:
        same = row == (new.owner_key, new.deposit_hash, new.created)
        return CreateResult.IDENTICAL if same else CreateResult.CONFLICT
    connection.execute(
        "INSERT INTO mailbox (mailbox_id, owner_key, deposit_hash, created) VALUES (?, ?, ?, ?)",
        (new.mailbox_id, new.owner_key, new.deposit_hash, new.created),
    )
    if ticket is not None:
        connection.execute(
            "UPDATE ticket SET mailbox_id = ? WHERE ticket_hash = ?", (new.mailbox_id, ticket)
        )
    return CreateResult.CREATED


def _ticket_is_good(connection: sqlite3.Connection, ticket: Hash, wanted: MailboxId) -> bool:
    row = connection.execute(
        "SELECT mailbox_id FROM ticket WHERE ticket_hash = ?", (ticket,)
    ).fetchone()
    return row is not None and row[0] in (None, wanted)


def add_ticket(connection: sqlite3.Connection, ticket: Hash) -> None:
    """Let one mailbox be made with the ticket whose SHA-256 this is."""
    connection.execute(
        "INSERT INTO ticket (ticket_hash) VALUES (?) ON CONFLICT DO NOTHING", (ticket,)
    )


def revoke_ticket(connection: sqlite3.Connection, ticket: Hash) -> RevokeResult:
    """Let no mailbox be made with this ticket; one that was made with it stays."""
    gone = connection.execute(
        "DELETE FROM ticket WHERE ticket_hash = ? AND mailbox_id IS NULL", (ticket,)
    )
    if gone.rowcount:
        return RevokeResult.REVOKED
    row = connection.execute("SELECT 1 FROM ticket WHERE ticket_hash = ?", (ticket,)).fetchone()
    return RevokeResult.UNKNOWN if row is None else RevokeResult.USED


def revoke_unused(connection: sqlite3.Connection) -> int:
    """Let no mailbox be made with any ticket that was given out until now; how many there were."""
    return connection.execute("DELETE FROM ticket WHERE mailbox_id IS NULL").rowcount


def set_deposit_hashes(
    connection: sqlite3.Connection, wanted: MailboxId, *, current: Hash, previous: Hash | None
) -> None:
    """Change which deposit tokens open a mailbox.

    Raises:
        UnknownMailboxError: if there is none.
    """
    cursor = connection.execute(
        "UPDATE mailbox SET deposit_hash = ?, previous_deposit_hash = ? WHERE mailbox_id = ?",
        (current, previous, wanted),
    )
    if cursor.rowcount == 0:
        raise UnknownMailboxError


def remove(connection: sqlite3.Connection, wanted: MailboxId) -> None:
    """Delete a mailbox with everything in it. Its ticket stays used.

    Raises:
        UnknownMailboxError: if there is none.
    """
    connection.execute("DELETE FROM envelope WHERE mailbox_id = ?", (wanted,))
    connection.execute("DELETE FROM bundle WHERE mailbox_id = ?", (wanted,))
    cursor = connection.execute("DELETE FROM mailbox WHERE mailbox_id = ?", (wanted,))
    if cursor.rowcount == 0:
        raise UnknownMailboxError


def waiting(connection: sqlite3.Connection, wanted: MailboxId) -> Waiting:
    """How much lies in a mailbox; nothing, if there is no such mailbox."""
    # Counted from the index at every use: a stored counter could one day be wrong, a scan of at
    # most 4,096 index entries cannot.
    count, size = connection.execute(
        "SELECT count(*), coalesce(sum(size), 0) FROM envelope WHERE mailbox_id = ?", (wanted,)
    ).fetchone()
    return Waiting(envelopes=count, bytes=size)


def totals(connection: sqlite3.Connection) -> Totals:
    """How much lies in all mailboxes, and how many more may be made."""
    mailboxes, tickets, envelopes, size = connection.execute(
        "SELECT (SELECT count(*) FROM mailbox),"
        " (SELECT count(*) FROM ticket WHERE mailbox_id IS NULL),"
        " count(*), coalesce(sum(size), 0) FROM envelope"
    ).fetchone()
    return Totals(mailboxes=mailboxes, tickets=tickets, envelopes=envelopes, bytes=size)


def deposit(
    connection: sqlite3.Connection,
    wanted: MailboxId,
    named: Sequence[tuple[EnvelopeId, bytes]],
    *,
    quota: Quota,
) -> tuple[DepositResult, ...]:
    """Lay envelopes into a mailbox, each on its own; one that is refused never stops the next.

    Raises:
        UnknownMailboxError: if there is none.
    """
    if find(connection, wanted) is None:
        raise UnknownMailboxError
    held = _held(connection, wanted, [name for name, _ in named])
    results, stored = judge_all(named, held=held, lying=waiting(connection, wanted), quota=quota)
    _insert(connection, wanted, stored)
    return results


def _held(
    connection: sqlite3.Connection, wanted: MailboxId, names: Sequence[EnvelopeId]
) -> set[EnvelopeId]:
    found: set[EnvelopeId] = set()
    for name in names:
        query = "SELECT 1 FROM envelope WHERE mailbox_id = ? AND envelope_id = ?"
        if connection.execute(query, (wanted, name)).fetchone() is not None:
            found.add(name)
    return found


def _insert(
    connection: sqlite3.Connection, wanted: MailboxId, named: Sequence[tuple[EnvelopeId, bytes]]
) -> None:
    day = connection.execute("SELECT service_day FROM service").fetchone()[0]
    connection.executemany(
        "INSERT INTO envelope (mailbox_id, envelope_id, size, service_day, content)"
        " VALUES (?, ?, ?, ?, ?)",
        [(wanted, name, len(envelope), day, envelope) for name, envelope in named],
    )


def listing(
    connection: sqlite3.Connection, wanted: MailboxId, *, limit: int, after: EnvelopeId | None
) -> Listing:
    """The oldest envelopes by name and size, behind `after` if that one still lies there."""
    rows = connection.execute(
        "SELECT envelope_id, size FROM envelope WHERE mailbox_id = ? AND position > ?"
        " ORDER BY position LIMIT ?",
        (wanted, _position(connection, wanted, after), limit + 1),
    ).fetchall()
    listed = tuple(Listed(envelope_id=envelope_id(row[0]), size=row[1]) for row in rows[:limit])
    return Listing(envelopes=listed, more=len(rows) > limit)


def take(
    connection: sqlite3.Connection,
    wanted: MailboxId,
    *,
    limit: int,
    bytes_max: int,
    after: EnvelopeId | None,
) -> Taken:
    """Read the oldest envelopes, behind `after` if that one still lies there; none is deleted.

    At most `limit` of them and `bytes_max` bytes; the first comes in any case.
    """
    cursor = connection.execute(
        "SELECT content FROM envelope WHERE mailbox_id = ? AND position > ?"
        " ORDER BY position LIMIT ?",
        (wanted, _position(connection, wanted, after), limit + 1),
    )
    taken: list[bytes] = []
    room, more = bytes_max, False
    for (content,) in cursor:
        if taken and (len(taken) == limit or len(content) > room):
            more = True
            break
        taken.append(content)
        room -= len(content)
    # An unfinished cursor would keep the log file from being emptied.
    cursor.close()
    return Taken(envelopes=tuple(taken), more=more)


def _position(connection: sqlite3.Connection, wanted: MailboxId, after: EnvelopeId | None) -> int:
    if after is None:
        return 0
    row = connection.execute(
        "SELECT position FROM envelope WHERE mailbox_id = ? AND envelope_id = ?", (wanted, after)
    ).fetchone()
    return 0 if row is None else int(row[0])


def fetch(connection: sqlite3.Connection, wanted: MailboxId, name: EnvelopeId) -> bytes | None:
    """One envelope, if it lies there."""
    row = connection.execute(
        "SELECT content FROM envelope WHERE mailbox_id = ? AND envelope_id = ?", (wanted, name)
    ).fetchone()
    return None if row is None else bytes(row[0])


def delete(connection: sqlite3.Connection, wanted: MailboxId, names: Sequence[EnvelopeId]) -> int:
    """Delete envelopes and say how many of them there were; gone already is as good."""
    cursor = connection.executemany(
        "DELETE FROM envelope WHERE mailbox_id = ? AND envelope_id = ?",
        [(wanted, name) for name in names],
    )
    return cursor.rowcount


def put_bundle(connection: sqlite3.Connection, wanted: MailboxId, content: bytes) -> None:
    """Keep the owner's sealed bundle in place of the one before.

    Raises:
        UnknownMailboxError: if there is no such mailbox.
    """
    if find(connection, wanted) is None:
        raise UnknownMailboxError
    connection.execute(
        "INSERT INTO bundle (mailbox_id, content) VALUES (?, ?)"
        " ON CONFLICT (mailbox_id) DO UPDATE SET content = excluded.content",
        (wanted, content),
    )


def get_bundle(connection: sqlite3.Connection, wanted: MailboxId) -> bytes | None:
    """The owner's sealed bundle, if there is one."""
    row = connection.execute(
        "SELECT content FROM bundle WHERE mailbox_id = ?", (wanted,)
    ).fetchone()
    return None if row is None else bytes(row[0])


def turn_day(connection: sqlite3.Connection, *, now: Instant) -> int:
    """Count one more day of service if the date is another than last time, and say which it is.

    The age of an envelope is counted in these days and not in seconds of the clock: a clock that
    jumps from 1970 to 2250 is worth a day, and nothing that waits is lost by it.
    """
    connection.execute(
        "UPDATE service SET calendar = ?1, service_day = service_day + 1 WHERE calendar <> ?1",
        (now // limits.DAY,),
    )
    return int(connection.execute("SELECT service_day FROM service").fetchone()[0])


def purge_some(connection: sqlite3.Connection, *, service_day: int) -> int:
    """Delete up to 256 envelopes whose time is over, and say how many: 0 means that none is left.

    An envelope lies for 21 full days of service: it goes on the 22nd day after that of its coming.
    """
    cursor = connection.execute(
        "DELETE FROM envelope WHERE position IN"
        " (SELECT position FROM (SELECT position, service_day FROM envelope"
        " ORDER BY position LIMIT ?) WHERE service_day < ?)",
        (_PURGE_ROWS, service_day - limits.MAILBOX_TTL_SECONDS // limits.DAY),
    )
    return cursor.rowcount
