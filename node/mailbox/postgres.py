"""The mailboxes of a relay in PostgreSQL, for any number of processes on any number of machines.

No process knows anything that another one has to know: quotas, order, deletions and the day of service
are in the database. Who waits for mail is woken by a notification, and looks by itself every few
seconds in case none came.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from typing import Final, Self, final

import asyncpg

from node import faults, logs
from node.mailbox import postgres_rows as rows
from node.mailbox.judging import name_all
from node.mailbox.postgres_schema import Connection, check, insist_on_durability, make
from node.mailbox.records import (
    CreateResult,
    DepositResult,
    DiskFullError,
    Listing,
    Mailbox,
    NewMailbox,
    Quota,
    RevokeResult,
    StoreAwayError,
    Taken,
    Totals,
    Waiting,
)
from protocol.values import EnvelopeId, Hash, Instant, MailboxId, instant, mailbox_id

CONNECTIONS_MAX: Final = 10
LOOK_AGAIN_SECONDS: Final = 5.0

_CONNECT_SECONDS: Final = 10.0
_QUERY_SECONDS: Final = 20.0
_CLOSE_SECONDS: Final = 5.0
_REST_SECONDS: Final = 2.0
_SIGN_OF_LIFE_SECONDS: Final = 30.0
_CHANNEL: Final = "sathi_mail"
_MAILBOX: Final = re.compile(r"[0-9a-f]{32}")
_TELL: Final = "SELECT pg_notify($1, mailbox) FROM unnest($2::text[]) AS told (mailbox)"
_LOGGER: Final = logging.getLogger(__name__)
# The server is gone, is going, is not up yet, has no connection left, or has become a copy that only reads.
_AWAY: Final = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresConnectionError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TransactionRollbackError,
)


@final
class PostgresStore:
    """The mailboxes in one database. Every method may be called for one that does not exist."""

    def __init__(self, address: str, pool: "asyncpg.Pool", *, quota: Quota) -> None:
        """Use `open`."""
        self._address = address
        self._pool = pool
        self._quota = quota
        # A notification can be lost with its connection or its process; the mail cannot.
        self.look_again_seconds = LOOK_AGAIN_SECONDS
        self._bells: dict[MailboxId, asyncio.Event] = {}
        self._to_tell: set[MailboxId] = set()
        self._news = asyncio.Event()

    @classmethod
    async def open(cls, address: str, *, quota: Quota, is_new: bool = False) -> Self:
        """Connect to the database; with `is_new` the tables are made if there are none.

        Args:
            address: `postgresql://user:password@host:port/database`; a password may stand in it.
            quota: of each mailbox.
            is_new: False refuses a database without a relay's tables.

        Raises:
            UnfitDatabaseError: if the tables are missing or of another version, or nothing would be durable.
            StoreAwayError: if the server cannot be reached.
        """
        with _told():
            pool = await asyncpg.create_pool(
                address,
                min_size=1,
                max_size=CONNECTIONS_MAX,
                timeout=_CONNECT_SECONDS,
                command_timeout=_QUERY_SECONDS,
                init=insist_on_durability,
                reset=_keep_as_it_is,
                server_settings={"jit": "off"},
            )
        store = cls(address, pool, quota=quota)
        try:
            async with store.connection() as connection:
                await (make(connection) if is_new else check(connection))
        except BaseException:
            pool.terminate()
            raise
        return store

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Hold one connection. Raises: StoreAwayError, DiskFullError."""
        with _told():
            async with self._pool.acquire(timeout=_CONNECT_SECONDS) as connection:
                yield connection

    async def close(self) -> None:
        """Let all pollers go, finish what is under way, and close."""
        self.release_waiters()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    # Mailboxes.

    async def find(self, mailbox: MailboxId) -> Mailbox | None:
        """Whose the mailbox is and which tokens open it, if it exists."""
        async with self.connection() as connection:
            return await rows.find(connection, mailbox)

    async def own(self) -> list[Mailbox]:
        """None: a relay has no mailbox of its own."""
        return []

    async def add_ticket(self, ticket: Hash) -> None:
        """Let one mailbox be made with the ticket whose SHA-256 this is."""
        async with self.connection() as connection:
            await rows.add_ticket(connection, ticket)

    async def revoke_ticket(self, ticket: Hash) -> RevokeResult:
        """Let no mailbox be made with the ticket whose SHA-256 this is; one that was made stays."""
        async with self.connection() as connection:
            return await rows.revoke_ticket(connection, ticket)

    async def revoke_unused(self) -> int:
        """Let no mailbox be made with any ticket that was given out until now; how many there were."""
        async with self.connection() as connection:
            return await rows.revoke_unused(connection)

    async def create(self, new: NewMailbox, *, ticket: Hash | None) -> CreateResult:
        """Make a mailbox; the same request again is IDENTICAL, another for the same id a CONFLICT."""
        async with self.connection() as connection:
            return await rows.create(connection, new, ticket=ticket)

    async def set_deposit_hashes(
        self, mailbox: MailboxId, *, current: Hash, previous: Hash | None
    ) -> None:
        """Change which deposit tokens open the mailbox. Raises: UnknownMailboxError."""
        async with self.connection() as connection:
            await rows.set_deposit_hashes(connection, mailbox, current=current, previous=previous)

    async def delete_mailbox(self, mailbox: MailboxId) -> None:
        """Delete the mailbox with everything in it. Raises: UnknownMailboxError."""
        async with self.connection() as connection:
            await rows.remove(connection, mailbox)
        self._spread(mailbox)

    # Envelopes.

    async def deposit(
        self, mailbox: MailboxId, envelopes: Sequence[bytes]
    ) -> tuple[tuple[EnvelopeId, DepositResult], ...]:
        """Lay envelopes into the mailbox, each on its own; durable when this returns.

        Raises:
            UnknownMailboxError: if there is no such mailbox.
            DiskFullError: if nothing could be stored for want of room on the disk.
        """
        named = name_all(envelopes)
        async with self.connection() as connection, connection.transaction():
            results = await rows.deposit(connection, mailbox, named, quota=self._quota)
            faults.point("deposit.before_commit")
        faults.point("deposit.after_commit")
        if DepositResult.STORED in results:
            self._spread(mailbox)
        return tuple((name, result) for (name, _), result in zip(named, results, strict=True))

    async def waiting(self, mailbox: MailboxId) -> Waiting:
        """How much lies in the mailbox."""
        async with self.connection() as connection:
            return await rows.waiting(connection, mailbox)

    async def listing(
        self, mailbox: MailboxId, *, limit: int, after: EnvelopeId | None = None
    ) -> Listing:
        """Names and sizes, oldest first; behind `after`, if that envelope still lies there."""
        async with self.connection() as connection:
            return await rows.listing(connection, mailbox, limit=limit, after=after)

    async def take(
        self, mailbox: MailboxId, *, limit: int, bytes_max: int, after: EnvelopeId | None = None
    ) -> Taken:
        """Read envelopes, oldest first, without deleting them; a first one that is larger comes alone."""
        async with self.connection() as connection:
            return await rows.take(
                connection, mailbox, limit=limit, bytes_max=bytes_max, after=after
            )

    async def fetch(self, mailbox: MailboxId, name: EnvelopeId) -> bytes | None:
        """One envelope, if it lies there."""
        async with self.connection() as connection:
            return await rows.fetch(connection, mailbox, name)

    async def delete(self, mailbox: MailboxId, names: Sequence[EnvelopeId]) -> int:
        """Delete envelopes and say how many there were; one that is gone already is no fault."""
        async with self.connection() as connection:
            return await rows.delete(connection, mailbox, names)

    async def time(self) -> Instant:
        """What the server's clock says, which counts the days for all processes."""
        async with self.connection() as connection:
            return instant(await rows.now_of(connection))

    async def purge(self, *, now: Instant) -> int:
        """Delete what has waited for 21 days of service, and say how much that was.

        To be called at start and about every hour, with the time that `time` says: with clocks of
        their own, two processes that do not agree about the date would count a day each.
        """
        async with self.connection() as connection:
            day = await rows.turn_day(connection, now=now)
            total = 0
            while count := await rows.purge_some(connection, service_day=day):
                total += count
        return total

    # Bundles.

    async def put_bundle(self, mailbox: MailboxId, content: bytes) -> None:
        """Keep the owner's sealed bundle, at most 64 KiB. Raises: UnknownMailboxError."""
        async with self.connection() as connection:
            await rows.put_bundle(connection, mailbox, content)

    async def get_bundle(self, mailbox: MailboxId) -> bytes | None:
        """The owner's sealed bundle, if there is one."""
        async with self.connection() as connection:
            return await rows.get_bundle(connection, mailbox)

    async def totals(self) -> Totals:
        """How much is kept altogether, naming no mailbox."""
        async with self.connection() as connection:
            return await rows.totals(connection)

    # Waiting.

    def bell(self, mailbox: MailboxId) -> asyncio.Event:
        """An event that is set when mail has come, or nobody shall wait any longer."""
        return self._bells.setdefault(mailbox, asyncio.Event())

    def release_waiters(self) -> None:
        """Ring every bell, so that those who wait come back with what there is."""
        for mailbox in tuple(self._bells):
            self._ring(mailbox)

    def _ring(self, mailbox: MailboxId) -> None:
        bell = self._bells.pop(mailbox, None)
        if bell is not None:
            bell.set()

    def _spread(self, mailbox: MailboxId) -> None:
        self._ring(mailbox)
        self._to_tell.add(mailbox)
        self._news.set()

    async def attend(self) -> None:
        """Hear of mail that other processes took, and tell them of ours; until it is cancelled.

        Told by a connection of its own, after the commit and not with it: the server lets only one
        transaction at a time commit that notifies, and every deposit would wait in that line.
        """
        while True:
            try:
                await self._attend_once()
            except _AWAY as error:
                logs.event(_LOGGER, "relay.store_away", level=logging.WARNING, error=error)
            await asyncio.sleep(_REST_SECONDS)

    async def _attend_once(self) -> None:
        connection = await asyncpg.connect(
            self._address, timeout=_CONNECT_SECONDS, command_timeout=_QUERY_SECONDS
        )
        try:
            own = connection.get_server_pid()
            await connection.add_listener(_CHANNEL, partial(self._hear, own))
            connection.add_termination_listener(lambda _: self._news.set())
            while not connection.is_closed():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_SIGN_OF_LIFE_SECONDS):
                        await self._news.wait()
                self._news.clear()
                told, self._to_tell = self._to_tell, set()
                await connection.execute(_TELL, _CHANNEL, [mailbox.hex() for mailbox in told])
        finally:
            connection.terminate()

    def _hear(self, own: int, _by: object, sender: int, _channel: str, said: object) -> None:
        """Ring for what another process tells; what this one told rang at once."""
        if sender != own and isinstance(said, str) and _MAILBOX.fullmatch(said):
            self._ring(mailbox_id(bytes.fromhex(said)))


async def _keep_as_it_is(connection: "asyncpg.Connection") -> None:
    """Nobody changes the settings of a connection; resetting it would cost as much as a query."""
    if connection.is_in_transaction():
        connection.terminate()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn what the driver says into what our callers know; a defect of ours stays what it is."""
    try:
        yield
    except asyncpg.DiskFullError as error:
        raise DiskFullError from error
    except asyncpg.DataError:
        raise
    except _AWAY as error:
        raise StoreAwayError from error
