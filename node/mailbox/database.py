"""The mailbox file: how `mailbox.db` is opened, and how a group of jobs is written to it.

Plain SQLite: nothing in it can be read by whoever holds it. `synchronous=FULL`, because a deposit
that was answered must survive a power cut; `secure_delete=ON`, because what was collected must not
lie about.
"""

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from node.writer import GroupLostError

Result = TypeVar("Result")

SCHEMA_VERSION: Final = 1
_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-8000",
    # A checkpoint costs two fsyncs; at 16 MiB a burst of batches pays for them now and then only.
    "PRAGMA wal_autocheckpoint=4096",
    "PRAGMA journal_size_limit=67108864",
)
# `service_day` counts the days on which the mailbox was tended (see `rows.turn_day`): so the file
# says of no envelope when it came, and no jump of the clock can end a life of 21 days.
_SCHEMA: Final = """
BEGIN IMMEDIATE;
CREATE TABLE service (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    calendar    INTEGER NOT NULL CHECK (calendar >= 0),
    service_day INTEGER NOT NULL CHECK (service_day >= 0)
) STRICT;
INSERT INTO service (id, calendar, service_day) VALUES (1, 0, 0);
CREATE TABLE mailbox (
    mailbox_id            BLOB PRIMARY KEY NOT NULL CHECK (length(mailbox_id) = 16),
    owner_key             BLOB NOT NULL CHECK (length(owner_key) = 32),
    deposit_hash          BLOB NOT NULL CHECK (length(deposit_hash) = 32),
    previous_deposit_hash BLOB CHECK (length(previous_deposit_hash) = 32),
    created               INTEGER NOT NULL CHECK (created >= 0)
) STRICT, WITHOUT ROWID;
CREATE TABLE bundle (
    mailbox_id BLOB PRIMARY KEY NOT NULL REFERENCES mailbox (mailbox_id),
    content    BLOB NOT NULL CHECK (length(content) <= 65536)
) STRICT;
CREATE TABLE ticket (
    ticket_hash BLOB PRIMARY KEY NOT NULL CHECK (length(ticket_hash) = 32),
    mailbox_id  BLOB CHECK (length(mailbox_id) = 16)
) STRICT, WITHOUT ROWID;
CREATE TABLE envelope (
    position    INTEGER PRIMARY KEY,
    mailbox_id  BLOB NOT NULL REFERENCES mailbox (mailbox_id),
    envelope_id BLOB NOT NULL CHECK (length(envelope_id) = 16),
    size        INTEGER NOT NULL CHECK (size IN (4096, 16384, 65536, 262144, 1048576)),
    service_day INTEGER NOT NULL CHECK (service_day >= 0),
    content     BLOB NOT NULL CHECK (length(content) = size),
    UNIQUE (mailbox_id, envelope_id)
) STRICT;
CREATE INDEX envelope_waiting ON envelope (mailbox_id, position, size);
PRAGMA user_version = 1;
COMMIT;
"""


class UnknownSchemaError(Exception):
    """The file was written by a newer version, or is no mailbox."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file for writing, and make it (readable by its owner only) if there is none.

    Raises:
        UnknownSchemaError: if the file is not of this version.
        sqlite3.DatabaseError: if it is no database, or damaged.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = _connection(path)
    version = _number(connection, "PRAGMA user_version")
    if version == 0 and _number(connection, "SELECT count(*) FROM sqlite_master") == 0:
        connection.executescript(_SCHEMA)
    elif version != SCHEMA_VERSION:
        connection.close()
        raise UnknownSchemaError(f"a mailbox file of version {version}")
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open one more connection to a file that `connect` has opened; it cannot write."""
    connection = _connection(path)
    connection.execute("PRAGMA query_only=ON")
    return connection


def _connection(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in _PRAGMAS:
        connection.execute(pragma).fetchall()
    return connection


def _number(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


@dataclass(frozen=True, slots=True)
class MailboxGroups:
    """How `GroupWriter` writes to the mailbox file: a savepoint for each job, a commit for all."""

    connection: sqlite3.Connection

    def begin(self) -> None:
        """Open a transaction for a group."""
        self.connection.execute("BEGIN IMMEDIATE")

    def run(self, job: Callable[[sqlite3.Connection], Result], /) -> Result:
        """Run one job; if it raises, exactly its own changes are undone.

        Raises:
            GroupLostError: if SQLite itself rolled the whole group back (a full disk does that).
        """
        self.connection.execute("SAVEPOINT job")
        try:
            result = job(self.connection)
        except BaseException as error:
            if not self.connection.in_transaction:
                raise GroupLostError from error
            self.connection.execute("ROLLBACK TO job")
            self.connection.execute("RELEASE job")
            raise
        self.connection.execute("RELEASE job")
        return result

    def commit(self) -> None:
        """Make the group durable."""
        self.connection.execute("COMMIT")

    def rollback(self) -> None:
        """Drop the group, if there is one."""
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def after_commit(self) -> None:
        """Nothing: no key and no readable word is ever in this file."""
