"""The mailboxes of a node or relay: rows in `mailbox.db`, and the bell that rings when mail comes.

The node that owns a mailbox uses this directly, in its own process; everybody else comes through
`api`. One writer thread commits for all, reading has a thread of its own, and nothing is answered
before it is durable.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar, final

from node import faults
from node.mailbox import rows
from node.mailbox.database import MailboxGroups, connect, connect_reader
from node.mailbox.judging import name_all
from node.mailbox.records import (
    CreateResult,
    DepositResult,
    DiskFullError,
    Listing,
    Mailbox,
    NewMailbox,
    Quota,
    RevokeResult,
    Taken,
    Totals,
    Waiting,
)
from node.system import free_bytes
from node.writer import GroupLostError, GroupWriter
from protocol import limits
from protocol.values import EnvelopeId, Hash, Instant, MailboxId

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


def _nobody_listens(_mailbox: MailboxId) -> None:
    """Take the news that mail came, and do nothing."""


def _nothing_to_give_up() -> bool:
    return False


@final
class MailboxStore:
    """The mailboxes in one file. Every method may be called for a mailbox that does not exist.

    `make_room` gives something up where the disk is full: all that still comes then is as small as her no.
    """

    def __init__(
        self, path: Path, *, quota: Quota, on_stored: Callable[[MailboxId], None], threads: bool
    ) -> None:
        """Use `open`."""
        self._connection = connect(path)
        self._reader = connect_reader(path)
        # A mailbox is one page that is always in memory: cheaper to look up than to ask a thread.
        self._lookup = connect_reader(path)
        self._groups = MailboxGroups(self._connection)
        self._writer = GroupWriter(self._groups, name="mailbox-writer")
        self._readers: ThreadPoolExecutor | None = None
        self._quota = quota
        self._folder = path.parent
        self._on_stored = on_stored
        self._bells: dict[MailboxId, asyncio.Event] = {}
        self.make_room: Callable[[], bool] = _nothing_to_give_up
        if threads:
            self._readers = ThreadPoolExecutor(1, thread_name_prefix="mailbox-reader")
            self._writer.start()

    @property
    def look_again_seconds(self) -> float:
        """A bell of this process rings for every deposit: nobody has to look before it does."""
        return limits.LONG_POLL_SECONDS_MAX

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        quota: Quota,
        on_stored: Callable[[MailboxId], None] = _nobody_listens,
        threads: bool = True,
    ) -> Self:
        """Open the file, or make it.

        Args:
            path: of `mailbox.db`; its folder must exist.
            quota: of each mailbox.
            on_stored: called in the event loop after new envelopes became durable.
            threads: False runs every job where it is asked for, one commit each: for a simulation.

        Raises:
            UnknownSchemaError: if a newer version wrote the file.
            sqlite3.DatabaseError: if it is damaged or no database.
        """
        return cls(path, quota=quota, on_stored=on_stored, threads=threads)

    async def close(self) -> None:
        """Finish what waits, let all pollers go, empty the log file and close."""
        self.release_waiters()
        if self._readers is not None:
            await asyncio.get_running_loop().run_in_executor(None, self._writer.stop)
            self._readers.shutdown()
        else:
            self._writer.stop()
        for connection in (self._lookup, self._reader, self._connection):
            connection.close()

    # Mailboxes.

    async def find(self, mailbox: MailboxId) -> Mailbox | None:
        """Whose the mailbox is and which tokens open it, if it exists."""
        return rows.find(self._lookup, mailbox)

    async def own(self) -> list[Mailbox]:
        """Every mailbox of a node, which has few; never asked on a relay."""
        return rows.find_few(self._lookup)

    async def add_ticket(self, ticket: Hash) -> None:
        """Let one mailbox be made with the ticket whose SHA-256 this is."""
        await self._write(rows.add_ticket, ticket)

    async def revoke_ticket(self, ticket: Hash) -> RevokeResult:
        """Let no mailbox be made with the ticket whose SHA-256 this is; one that was made stays."""
        return await self._write(rows.revoke_ticket, ticket)

    async def revoke_unused(self) -> int:
        """Let no mailbox be made with any ticket that was given out until now; how many there were."""
        return await self._write(rows.revoke_unused)

    async def create(self, new: NewMailbox, *, ticket: Hash | None) -> CreateResult:
        """Make a mailbox; the same request again is IDENTICAL, another for the same id a CONFLICT.

        On a relay `ticket` is the SHA-256 of the operator's ticket; one's own is made with None.
        """
        return await self._write(rows.create, new, ticket=ticket)

    async def set_deposit_hashes(
        self, mailbox: MailboxId, *, current: Hash, previous: Hash | None
    ) -> None:
        """Change which deposit tokens open the mailbox. Raises: UnknownMailboxError."""
        await self._write(rows.set_deposit_hashes, mailbox, current=current, previous=previous)

    async def delete_mailbox(self, mailbox: MailboxId) -> None:
        """Delete the mailbox with everything in it. Raises: UnknownMailboxError."""
        await self._write(rows.remove, mailbox)
        self._ring(mailbox)

    # Envelopes.

    async def deposit(
        self, mailbox: MailboxId, envelopes: Sequence[bytes]
    ) -> tuple[tuple[EnvelopeId, DepositResult], ...]:
        """Lay envelopes into the mailbox, each on its own; durable when this returns.

        Args:
            mailbox: where to.
            envelopes: as they came; what is no envelope gets NOT_A_BUCKET.

        Returns:
            For each envelope, in order, its name and what became of it.

        Raises:
            UnknownMailboxError: if there is no such mailbox.
            DiskFullError: if nothing could be stored for want of room on the disk.
        """
        named = name_all(envelopes)
        results = await self._write(self._deposit_job, mailbox, named)
        faults.point("deposit.after_commit")
        if DepositResult.STORED in results:
            self._ring(mailbox)
            self._on_stored(mailbox)
        return tuple((name, result) for (name, _), result in zip(named, results, strict=True))

    def _deposit_job(
        self,
        connection: sqlite3.Connection,
        mailbox: MailboxId,
        named: Sequence[tuple[EnvelopeId, bytes]],
    ) -> tuple[DepositResult, ...]:
        quota = self._quota
        if free_bytes(self._folder) < quota.free_bytes_min:
            # Their senders keep the large ones; the disk is for what erases and withdraws.
            quota = quota.for_the_smallest()
        results = rows.deposit(connection, mailbox, named, quota=quota)
        faults.point("deposit.before_commit")
        return results

    async def waiting(self, mailbox: MailboxId) -> Waiting:
        """How much lies in the mailbox."""
        return await self._read(rows.waiting, mailbox)

    async def listing(
        self, mailbox: MailboxId, *, limit: int, after: EnvelopeId | None = None
    ) -> Listing:
        """Names and sizes, oldest first; behind `after`, if that envelope still lies there."""
        return await self._read(rows.listing, mailbox, limit=limit, after=after)

    async def take(
        self, mailbox: MailboxId, *, limit: int, bytes_max: int, after: EnvelopeId | None = None
    ) -> Taken:
        """Read envelopes, oldest first, without deleting them; behind `after`, if that is there.

        `bytes_max` counts envelopes only; a first one that is larger comes alone.
        """
        return await self._read(rows.take, mailbox, limit=limit, bytes_max=bytes_max, after=after)

    async def fetch(self, mailbox: MailboxId, name: EnvelopeId) -> bytes | None:
        """One envelope, if it lies there."""
        return await self._read(rows.fetch, mailbox, name)

    async def delete(self, mailbox: MailboxId, names: Sequence[EnvelopeId]) -> int:
        """Delete envelopes and say how many there were; one that is gone already is no fault."""
        return await self._write(rows.delete, mailbox, names)

    async def purge(self, *, now: Instant) -> int:
        """Delete what has waited for 21 days of service, and say how much that was.

        To be called at start and about every hour; it counts the days (see `rows.turn_day`).
        """
        day = await self._write(rows.turn_day, now=now)
        total = 0
        # In small jobs, so that a deposit never waits for a long one.
        while count := await self._write(rows.purge_some, service_day=day):
            total += count
        if total:
            await self._aside(partial(self._writer.exclusively, self._empty_log))
        return total

    # Bundles.

    async def put_bundle(self, mailbox: MailboxId, content: bytes) -> None:
        """Keep the owner's sealed bundle, at most 64 KiB. Raises: UnknownMailboxError."""
        await self._write(rows.put_bundle, mailbox, content)

    async def get_bundle(self, mailbox: MailboxId) -> bytes | None:
        """The owner's sealed bundle, if there is one."""
        return await self._read(rows.get_bundle, mailbox)

    async def totals(self) -> Totals:
        """How much is kept altogether, naming no mailbox."""
        return await self._read(rows.totals)

    # Waiting.

    def bell(self, mailbox: MailboxId) -> asyncio.Event:
        """An event that is set when the next envelope has come, or nobody shall wait any longer.

        Whoever wants to wait takes the bell first and looks into the mailbox then: in the other
        order a deposit between the two would ring for nobody.
        """
        return self._bells.setdefault(mailbox, asyncio.Event())

    def release_waiters(self) -> None:
        """Ring every bell, so that those who wait come back with what there is."""
        for mailbox in tuple(self._bells):
            self._ring(mailbox)

    def _ring(self, mailbox: MailboxId) -> None:
        bell = self._bells.pop(mailbox, None)
        if bell is not None:
            bell.set()

    # Threads.

    async def _write(
        self,
        job: Callable[Concatenate[sqlite3.Connection, Arguments], Result],
        /,
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Result:
        while True:
            try:
                return await self._writer.write(
                    lambda connection: job(connection, *arguments, **named)
                )
            except (sqlite3.OperationalError, GroupLostError) as error:
                if not _is_full(error.__cause__ if isinstance(error, GroupLostError) else error):
                    raise
                if not await self._aside(self.make_room):
                    raise DiskFullError from error

    async def _read(
        self,
        query: Callable[Concatenate[sqlite3.Connection, Arguments], Result],
        /,
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Result:
        return await self._aside(partial(query, self._reader, *arguments, **named))

    async def _aside(self, work: Callable[[], Result]) -> Result:
        if self._readers is None:
            return work()
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    async def empty_log(self) -> bool:
        """Empty the log file, so that no envelope that was deleted is left in it.

        Returns:
            Whether nothing is left; a reader in the way, or a full disk, leaves it for the next time.
        """
        return await self._aside(partial(self._writer.exclusively, self._empty_log))

    def _empty_log(self) -> bool:
        while True:
            try:
                row = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError as error:
                if not (_is_full(error) and self.make_room()):
                    return False
            else:
                return tuple(row) == (0, 0, 0)


def _is_full(error: BaseException | None) -> bool:
    return isinstance(error, sqlite3.Error) and error.sqlite_errorcode == sqlite3.SQLITE_FULL
