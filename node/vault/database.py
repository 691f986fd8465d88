"""The vault's two database files: one writer, two readers, and erasing that can be checked.

`vault.db` holds what the node remembers, `keys.db` what must never come back once destroyed. In a
group `keys.db` is committed first: a key is there before the row that needs it, and gone before
the row that says so. This module knows SQLite and no table.
"""

import asyncio
import contextlib
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Self, TypeVar, final

from node import faults
from node.changes import Changes
from node.vault import driver
from node.vault.driver import Connection
from node.vault.unit import NotWrittenError, Unit, is_of_a_full_disk
from node.writer import GroupLostError, GroupWriter
from protocol.errors import SathiError

VAULT_FILE: Final = "vault.db"
KEYS_FILE: Final = "keys.db"
READERS: Final = 2
WAITING_READS_MAX: Final = 1_024
# A reader takes milliseconds; the writer waits for it no longer than this, and tries again later.
CHECKPOINT_MILLISECONDS: Final = 100
# A running query looks this often, about each millisecond, whether anybody still wants it.
PROGRESS_STEPS: Final = 10_000

ResultT = TypeVar("ResultT")


class VaultMissingError(SathiError):
    """There is no vault in this folder."""


class VaultExistsError(SathiError):
    """There already is a vault in this folder; it was left alone."""


class ReadersBusyError(SathiError):
    """Too many reads are waiting; nothing was read."""


@final
class Database:
    """The open vault of one node. `make_room` gives something up for what `write_surely` has to write."""

    def __init__(self, folder: Path, *, key: bytes) -> None:
        self._key = key
        self._changes = Changes()
        self._files = _Files(*_connect(folder, key), changed=self._changes.note)
        # A crash may have left what an erasure had destroyed in a log file.
        self._files.checkpoint()
        self._writer = GroupWriter(self._files, name="vault-writer")
        self._readers: queue.SimpleQueue[_Reader] = queue.SimpleQueue()
        for _ in range(READERS):
            self._readers.put(_Reader(*_connect(folder, key)))
        self._executor: ThreadPoolExecutor | None = None
        self._waiting_reads = 0
        self.make_room: Callable[[], bool] = _nothing_to_give_up

    @classmethod
    def create(cls, folder: Path, *, key: bytes) -> Self:
        """Make an empty vault, readable by this user only, and open it.

        Raises:
            VaultExistsError: if there is one.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any((folder / name).exists() for name in (VAULT_FILE, KEYS_FILE)):
            raise VaultExistsError(f"there is a vault in '{folder.name}'")
        for name in (VAULT_FILE, KEYS_FILE):
            # SQLite gives its log files the mode of the database.
            os.close(os.open(folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return cls(folder, key=key)

    @classmethod
    def open(cls, folder: Path, *, key: bytes) -> Self:
        """Open the vault in a folder; migrations are the caller's next step.

        Raises:
            VaultMissingError: if one of its files is not there.
            WrongKeyError: if the key does not fit.
        """
        for name in (VAULT_FILE, KEYS_FILE):
            if not (folder / name).is_file():
                raise VaultMissingError(f"there is no '{name}' in '{folder.name}'")
        return cls(folder, key=key)

    def start(self) -> None:
        """Start the threads; without them each job runs in the thread that asks for it."""
        self._writer.start()
        self._executor = ThreadPoolExecutor(READERS, thread_name_prefix="vault-reader")

    def close(self) -> None:
        """Finish the writes that wait, empty the log files and close both databases."""
        self._changes.close()
        self._writer.stop()
        if self._executor is not None:
            self._executor.shutdown()
            self._executor = None
        for _ in range(READERS):
            self._readers.get().close()
        self._files.checkpoint()
        self._files.close()

    @property
    def key(self) -> bytes:
        """The raw key of both files, for sealing the keyring anew."""
        return self._key

    @property
    def changes(self) -> Changes:
        """Grows with each group of writes that changed what somebody could see."""
        return self._changes

    @property
    def is_erasure_pending(self) -> bool:
        """Is something destroyed still in a log file, because a reader or the disk was in the way?

        It is tried again after each commit and by `checkpoint`; nobody may be told "erased"
        before.
        """
        return self._files.is_checkpoint_owed

    async def write(self, job: Callable[[Unit], ResultT]) -> ResultT:
        """Run a use case in a transaction and wait until it is durable.

        Raises:
            GroupLostError: if the commit failed (disk full, input/output error); nothing was done.
            NotWrittenError: if the disk did not take what the job wrote; nothing was done.
            WriterBusyError: if too many writes wait; nothing was done.
            WriterStoppedError: if the vault was closed; nothing was done.
            Exception: whatever the job raised; what it had done was undone.
        """
        return await self._writer.write(job)

    async def write_surely(self, job: Callable[[Unit], ResultT]) -> ResultT:
        """As `write`, for her no and for what erases: on a full disk something is given up for it.

        The log files too are emptied then, if it was the disk that kept them from it.
        """
        result = await self._write_with_room(job)
        while self._files.lacks_room and await self._has_made_room():
            self.checkpoint()
        return result

    async def _write_with_room(self, job: Callable[[Unit], ResultT]) -> ResultT:
        while True:
            try:
                return await self.write(job)
            except (GroupLostError, NotWrittenError) as error:
                if not (is_of_a_full_disk(error) and await self._has_made_room()):
                    raise

    async def _has_made_room(self) -> bool:
        return await asyncio.get_running_loop().run_in_executor(None, self.make_room)

    def write_now(self, job: Callable[[Unit], ResultT]) -> ResultT:
        """As `write`, in this thread."""
        return self._writer.write_now(job)

    async def read(self, job: Callable[[Unit], ResultT]) -> ResultT:
        """Run a query on a snapshot, beside the writer; a cancelled one is interrupted.

        Raises:
            ReadersBusyError: if too many reads wait.
            Exception: whatever the job raised.
        """
        if self._executor is None:
            return self.read_now(job)
        if self._waiting_reads >= WAITING_READS_MAX:
            raise ReadersBusyError("too many reads are waiting")
        given_up = threading.Event()
        self._waiting_reads += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, self._read, job, given_up)
        except asyncio.CancelledError:
            given_up.set()
            raise
        finally:
            self._waiting_reads -= 1

    def read_now(self, job: Callable[[Unit], ResultT]) -> ResultT:
        """As `read`, in this thread; waits for a reader."""
        return self._read(job, threading.Event())

    def checkpoint(self) -> bool:
        """Empty both log files now, in this thread.

        Returns:
            Whether nothing is left in them.
        """
        return self._writer.exclusively(self._files.checkpoint)

    def maintain(self, work: Callable[[Connection, Connection], ResultT]) -> ResultT:
        """Run something outside any group on the writer's connections to `vault.db` and `keys.db`.

        For migrations and whole-file work. No group is written meanwhile; the work ends its own
        transactions.
        """
        return self._writer.exclusively(lambda: work(self._files.vault, self._files.keys))

    def _read(self, job: Callable[[Unit], ResultT], given_up: threading.Event) -> ResultT:
        reader = self._readers.get()
        try:
            return reader.run(job, given_up)
        finally:
            self._readers.put(reader)


@final
class _Files:
    """The writer's side of both files; the `Store` of the vault's GroupWriter."""

    def __init__(
        self, vault: Connection, keys: Connection, *, changed: Callable[[], None]
    ) -> None:
        self.vault = vault
        self.keys = keys
        self.is_checkpoint_owed = False
        self.lacks_room = False
        self._changed = changed
        self._group_changed = False
        self._group_has_keys = False
        self._group_destroyed = False
        self._job_has_keys = False
        self._job_destroyed = False

    def begin(self) -> None:
        self._group_has_keys = False
        self._group_destroyed = False
        self._group_changed = False
        self.vault.execute("BEGIN IMMEDIATE")

    def run(self, job: Callable[[Unit], ResultT], /) -> ResultT:
        self._job_has_keys = False
        self._job_destroyed = False
        before = self.vault.total_changes
        self.vault.execute("SAVEPOINT job")
        try:
            unit = Unit(self.vault, self._keys, self._mark_destroyed, self._has_keys)
            result = job(unit)
            self.vault.execute("RELEASE job")
            if self._job_has_keys:
                self.keys.execute("RELEASE job")
        except BaseException as error:
            self._undo_job(error)
            raise
        self._group_destroyed |= self._job_destroyed
        self._group_changed |= unit.changed_since(before)
        return result

    def commit(self) -> None:
        if self._group_has_keys:
            self.keys.execute("COMMIT")
            faults.point("vault.between_commits")
        self.vault.execute("COMMIT")

    def rollback(self) -> None:
        for connection in (self.vault, self.keys):
            if connection.in_transaction:
                # A rollback that fails leaves the transaction open: then no later group can begin,
                # and closing the file drops it.
                with contextlib.suppress(driver.DatabaseError):
                    connection.execute("ROLLBACK")

    def after_commit(self) -> None:
        if self._group_changed:
            self._changed()
        if self._group_destroyed:
            self.is_checkpoint_owed = True
            faults.point("erase.before_checkpoint")
            self.checkpoint()
            faults.point("erase.after_checkpoint")
        elif self.is_checkpoint_owed:
            self.checkpoint()

    def checkpoint(self) -> bool:
        """Move both logs into their databases and empty them, or remember that it is owed."""
        self.is_checkpoint_owed = True
        self.lacks_room = False
        emptied = [self._is_emptied(connection) for connection in (self.keys, self.vault)]
        self.is_checkpoint_owed = not all(emptied)
        return not self.is_checkpoint_owed

    def _is_emptied(self, connection: Connection) -> bool:
        try:
            return _empty_log(connection)
        except driver.DatabaseError as error:
            # A disk that is full or failing: what was committed stays so, and the debt is remembered.
            self.lacks_room |= driver.is_of_the_disk(error)
            return False

    def close(self) -> None:
        self.vault.close()
        self.keys.close()

    def _keys(self) -> Connection:
        if not self._group_has_keys:
            self.keys.execute("BEGIN IMMEDIATE")
            self._group_has_keys = True
        if not self._job_has_keys:
            self.keys.execute("SAVEPOINT job")
            self._job_has_keys = True
        return self.keys

    def _has_keys(self) -> bool:
        return self._job_has_keys

    def _mark_destroyed(self) -> None:
        self._job_destroyed = True

    def _undo_job(self, error: BaseException) -> None:
        touched = [self.vault, self.keys] if self._job_has_keys else [self.vault]
        # After a full disk SQLite may have rolled the whole transaction back by itself.
        if not all(connection.in_transaction for connection in touched):
            raise GroupLostError("the transaction ended inside a job") from error
        try:
            for connection in touched:
                connection.execute("ROLLBACK TO job")
                connection.execute("RELEASE job")
        except driver.DatabaseError:
            raise GroupLostError("a job could not be undone by itself") from error
        if driver.is_of_the_disk(error):
            raise NotWrittenError("the disk did not take a job") from error


@final
class _Reader:
    """One read-only connection to each file."""

    def __init__(self, vault: Connection, keys: Connection) -> None:
        self.vault = vault
        self.keys = keys
        for connection in (vault, keys):
            connection.execute("PRAGMA query_only=ON")

    def run(self, job: Callable[[Unit], ResultT], given_up: threading.Event) -> ResultT:
        # A connection that is interrupted between two statements does not notice; this it notices.
        for connection in (self.vault, self.keys):
            connection.set_progress_handler(given_up.is_set, PROGRESS_STEPS)
        self.vault.execute("BEGIN")
        try:
            return job(Unit(self.vault, self._keys, _refuse_destroyed, self._has_keys))
        finally:
            for connection in (self.vault, self.keys):
                connection.set_progress_handler(None, 0)
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def close(self) -> None:
        self.vault.close()
        self.keys.close()

    def _keys(self) -> Connection:
        if not self._has_keys():
            self.keys.execute("BEGIN")
        return self.keys

    def _has_keys(self) -> bool:
        return self.keys.in_transaction


def _connect(folder: Path, key: bytes) -> tuple[Connection, Connection]:
    vault = driver.connect(folder / VAULT_FILE, key=key)
    return vault, driver.connect(folder / KEYS_FILE, key=key)


def _refuse_destroyed() -> None:
    raise driver.OperationalError("a reading job destroys nothing")


def _empty_log(connection: Connection) -> bool:
    """Empty the log of one file; the pragma's row says whether it is. Raises: DatabaseError."""
    connection.execute(f"PRAGMA busy_timeout={CHECKPOINT_MILLISECONDS}")
    try:
        row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout={driver.BUSY_MILLISECONDS}")
    return tuple(row) == (0, 0, 0)


def _nothing_to_give_up() -> bool:
    return False
