"""What a mailbox does in PostgreSQL, as functions of one connection; each change is one transaction.

`rows` is the same for SQLite. There one writer comes after the other by itself; here whoever changes
what lies in a mailbox holds the row of that mailbox, so its quota is counted right and its positions
are in the order of the commits.
"""

from collections.abc import Sequence
from typing import Final

import asyncpg

from node.mailbox.judging import Named, judge_all
from node.mailbox.postgres_schema import Connection
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
_POSITION_OF: Final = (
    "coalesce((SELECT position FROM envelope WHERE mailbox_id = $1 AND envelope_id = $2), 0)"
)


async def find(connection: Connection, wanted: MailboxId) -> Mailbox | None:
    """The mailbox of this id, if there is one."""
    row = await connection.fetchrow(
        "SELECT mailbox_id, owner_key, deposit_hash, previous_deposit_hash"
        " FROM mailbox WHERE mailbox_id = $1",
        wanted,
    )
    return None if row is None else _mailbox(row)


def _mailbox(row: "asyncpg.Record") -> Mailbox:
    previous = row["previous_deposit_hash"]
    return Mailbox(
        mailbox_id=mailbox_id(row["mailbox_id"]),
        owner_key=verifying_key(row["owner_key"], place="mailbox.owner_key"),
        deposit_hash=digest(row["deposit_hash"]),
        previous_deposit_hash=None if previous is None else digest(previous),
    )


async def create(connection: Connection, new: NewMailbox, *, ticket: Hash | None) -> CreateResult:
    """Make a mailbox. The same request again changes nothing, also if its first answer was lost."""
    async with connection.transaction():
        if ticket is not None and not await _ticket_is_good(connection, ticket, new.mailbox_id):
            return CreateResult.NO_TICKET
        # Of two requests for one id at once the second waits here for the first.
        made = await connection.execute(
            "INSERT INTO mailbox (mailbox_id, owner_key, deposit_hash, created)"
            " VALUES ($1, $2, $3, $4) ON CONFLICT (mailbox_id) DO NOTHING",
            *(new.mailbox_id, new.owner_key, new.deposit_hash, new.created),
        )
        if _count(made) == 0:
            return await _compare(connection, new)
        if ticket is not None:
            await connection.execute(
                "UPDATE ticket SET mailbox_id = $1 WHERE ticket_hash = $2", new.mailbox_id, ticket
            )
        return CreateResult.CREATED


async def _ticket_is_good(connection: Connection, ticket: Hash, wanted: MailboxId) -> bool:
    row = await connection.fetchrow(
        "SELECT mailbox_id FROM ticket WHERE ticket_hash = $1 FOR UPDATE", ticket
    )
    return row is not None and row["mailbox_id"] in (None, wanted)


async def _compare(connection: Connection, new: NewMailbox) -> CreateResult:
    row = await connection.fetchrow(
        "SELECT owner_key, deposit_hash, created FROM mailbox WHERE mailbox_id = $1",
        new.mailbox_id,
    )
    same = row is not None and tuple(row) == (new.owner_key, new.deposit_hash, new.created)
    return CreateResult.IDENTICAL if same else CreateResult.CONFLICT


async def add_ticket(connection: Connection, ticket: Hash) -> None:
    """Let one mailbox be made with the ticket whose SHA-256 this is."""
    await connection.execute(
        "INSERT INTO ticket (ticket_hash) VALUES ($1) ON CONFLICT DO NOTHING", ticket
    )


async def revoke_ticket(connection: Connection, ticket: Hash) -> RevokeResult:
    """Let no mailbox be made with this ticket; one that is being made with it right now is waited for."""
    async with connection.transaction():
        gone = await connection.execute(
            "DELETE FROM ticket WHERE ticket_hash = $1 AND mailbox_id IS NULL", ticket
        )
        if _count(gone):
            return RevokeResult.REVOKED
        row = await connection.fetchrow("SELECT 1 FROM ticket WHERE ticket_hash = $1", ticket)
        return RevokeResult.UNKNOWN if row is None else RevokeResult.USED


async def revoke_unused(connection: Connection) -> int:
    """Let no mailbox be made with any ticket that was given out until now; how many there were."""
    return _count(await connection.execute("DELETE FROM ticket WHERE mailbox_id IS NULL"))


async def set_deposit_hashes(
    connection: Connection, wanted: MailboxId, *, current: Hash, previous: Hash | None
) -> None:
    """Change which deposit tokens open a mailbox. Raises: UnknownMailboxError."""
    changed = await connection.execute(
        "UPDATE mailbox SET deposit_hash = $2, previous_deposit_hash = $3 WHERE mailbox_id = $1",
        *(wanted, current, previous),
    )
    if _count(changed) == 0:
        raise UnknownMailboxError


async def remove(connection: Connection, wanted: MailboxId) -> None:
    """Delete a mailbox with everything in it. Its ticket stays used. Raises: UnknownMailboxError."""
    async with connection.transaction():
        await _hold(connection, wanted, "UPDATE")
        await connection.execute("DELETE FROM envelope WHERE mailbox_id = $1", wanted)
        await connection.execute("DELETE FROM bundle WHERE mailbox_id = $1", wanted)
        await connection.execute("DELETE FROM mailbox WHERE mailbox_id = $1", wanted)


async def _hold(connection: Connection, wanted: MailboxId, strength: str) -> None:
    """Let nobody else change what lies in this mailbox until the transaction ends."""
    query = f"SELECT 1 FROM mailbox WHERE mailbox_id = $1 FOR {strength}"  # noqa: S608 - ours
    if await connection.fetchval(query, wanted) is None:
        raise UnknownMailboxError


async def waiting(connection: Connection, wanted: MailboxId) -> Waiting:
    """How much lies in a mailbox; nothing, if there is no such mailbox."""
    # Counted at every use, as in `rows`: a stored counter could one day be wrong.
    [row] = await connection.fetch(
        "SELECT count(*) AS envelopes, coalesce(sum(size), 0)::bigint AS bytes"
        " FROM envelope WHERE mailbox_id = $1",
        wanted,
    )
    return Waiting(envelopes=row["envelopes"], bytes=row["bytes"])


async def totals(connection: Connection) -> Totals:
    """How much lies in all mailboxes, and how many more may be made."""
    [row] = await connection.fetch(
        "SELECT (SELECT count(*) FROM mailbox) AS mailboxes,"
        " (SELECT count(*) FROM ticket WHERE mailbox_id IS NULL) AS tickets,"
        " count(*) AS envelopes, coalesce(sum(size), 0)::bigint AS bytes FROM envelope"
    )
    return Totals(**dict(row))


async def deposit(
    connection: Connection, wanted: MailboxId, named: Sequence[Named], *, quota: Quota
) -> tuple[DepositResult, ...]:
    """Lay envelopes into a mailbox, each on its own; inside somebody's transaction.

    Raises:
        UnknownMailboxError: if there is none.
    """
    # Not UPDATE: a bundle may be laid beside it meanwhile, which refers to the row.
    await _hold(connection, wanted, "NO KEY UPDATE")
    lying = await waiting(connection, wanted)
    rows = await connection.fetch(
        "SELECT envelope_id FROM envelope WHERE mailbox_id = $1 AND envelope_id = ANY($2)",
        *(wanted, [name for name, _ in named]),
    )
    held = {envelope_id(row["envelope_id"]) for row in rows}
    results, stored = judge_all(named, held=held, lying=lying, quota=quota)
    if stored:
        await connection.execute(
            "INSERT INTO envelope (mailbox_id, envelope_id, size, service_day, content)"
            " SELECT $1, name, octet_length(content), (SELECT service_day FROM service), content"
            " FROM unnest($2::bytea[], $3::bytea[]) WITH ORDINALITY AS new (name, content, place)"
            " ORDER BY place",
            *(wanted, [name for name, _ in stored], [content for _, content in stored]),
        )
    return results


async def listing(
    connection: Connection, wanted: MailboxId, *, limit: int, after: EnvelopeId | None
) -> Listing:
    """The oldest envelopes by name and size, behind `after` if that one still lies there."""
    rows = await connection.fetch(
        "SELECT envelope_id, size FROM envelope WHERE mailbox_id = $1"  # noqa: S608 - ours
        f" AND position > {_POSITION_OF} ORDER BY position LIMIT $3",
        *(wanted, after, limit + 1),
    )
    listed = tuple(
        Listed(envelope_id=envelope_id(row["envelope_id"]), size=row["size"])
        for row in rows[:limit]
    )
    return Listing(envelopes=listed, more=len(rows) > limit)


async def take(
    connection: Connection,
    wanted: MailboxId,
    *,
    limit: int,
    bytes_max: int,
    after: EnvelopeId | None,
) -> Taken:
    """Read the oldest envelopes, behind `after` if that one still lies there; none is deleted.

    At most `limit` of them and `bytes_max` bytes; the first comes in any case.
    """
    rows = await connection.fetch(
        "WITH few AS (SELECT position, size FROM envelope WHERE mailbox_id = $1"  # noqa: S608 - ours
        f" AND position > {_POSITION_OF} ORDER BY position LIMIT $3 + 1),"
        " sums AS (SELECT position, sum(size) OVER (ORDER BY position) AS total,"
        " row_number() OVER (ORDER BY position) AS place, count(*) OVER () AS listed FROM few)"
        " SELECT content, listed FROM sums JOIN envelope USING (position)"
        " WHERE place = 1 OR (place <= $3 AND total <= $4) ORDER BY position",
        *(wanted, after, limit, bytes_max),
    )
    more = bool(rows) and rows[0]["listed"] > len(rows)
    return Taken(envelopes=tuple(bytes(row["content"]) for row in rows), more=more)


async def fetch(connection: Connection, wanted: MailboxId, name: EnvelopeId) -> bytes | None:
    """One envelope, if it lies there."""
    query = "SELECT content FROM envelope WHERE mailbox_id = $1 AND envelope_id = $2"
    content = await connection.fetchval(query, wanted, name)
    return None if content is None else bytes(content)


async def delete(connection: Connection, wanted: MailboxId, names: Sequence[EnvelopeId]) -> int:
    """Delete envelopes and say how many of them there were; gone already is as good."""
    gone = await connection.execute(
        "DELETE FROM envelope WHERE mailbox_id = $1 AND envelope_id = ANY($2)",
        *(wanted, list(names)),
    )
    return _count(gone)


async def put_bundle(connection: Connection, wanted: MailboxId, content: bytes) -> None:
    """Keep the owner's sealed bundle in place of the one before. Raises: UnknownMailboxError."""
    try:
        await connection.execute(
            "INSERT INTO bundle (mailbox_id, content) VALUES ($1, $2)"
            " ON CONFLICT (mailbox_id) DO UPDATE SET content = excluded.content",
            *(wanted, content),
        )
    except asyncpg.ForeignKeyViolationError:
        raise UnknownMailboxError from None


async def get_bundle(connection: Connection, wanted: MailboxId) -> bytes | None:
    """The owner's sealed bundle, if there is one."""
    query = "SELECT content FROM bundle WHERE mailbox_id = $1"
    content = await connection.fetchval(query, wanted)
    return None if content is None else bytes(content)


async def now_of(connection: Connection) -> int:
    """The server's clock, in whole seconds since 1970: the one clock that all processes have."""
    query = "SELECT floor(extract(epoch FROM clock_timestamp()))::bigint"
    return int(await connection.fetchval(query))


async def turn_day(connection: Connection, *, now: Instant) -> int:
    """Count one more day of service if the date is another than last time, and say which it is."""
    await connection.execute(
        "UPDATE service SET calendar = $1, service_day = service_day + 1 WHERE calendar <> $1",
        now // limits.DAY,
    )
    return int(await connection.fetchval("SELECT service_day FROM service"))


async def purge_some(connection: Connection, *, service_day: int) -> int:
    """Delete up to 256 envelopes whose time is over, and say how many: 0 means that none is left."""
    gone = await connection.execute(
        "DELETE FROM envelope WHERE position IN (SELECT position FROM envelope"
        " WHERE service_day < $1 ORDER BY position LIMIT $2 FOR UPDATE SKIP LOCKED)",
        *(service_day - limits.MAILBOX_TTL_SECONDS // limits.DAY, _PURGE_ROWS),
    )
    return _count(gone)


def _count(status: str) -> int:
    """How many rows a command touched, as the server says it: `DELETE 3`, `INSERT 0 3`."""
    return int(status.rpartition(" ")[2])
