"""The tables of a relay in PostgreSQL: how they are made, and whether those that are there are ours.

`envelope` says of none when it came, as in the file (see `database`). What is remembered of requests lies
in two tables that are not logged: they never reach the server's log files, a copy of it, or a standby, and
what is over is swept out each minute. After a crash of the server they are empty, as a process's own memory
would be.
"""

from typing import Final

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from protocol.errors import SathiError

Connection = PoolConnectionProxy
"""One connection of the pool, as long as somebody holds it."""

SCHEMA_VERSION: Final = 1
# Two processes that begin at once make the tables one after the other. Any number, the same for both.
_MAKING: Final = 7_283_104_501
_SCHEMA: Final = """
CREATE TABLE service (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    version     INTEGER NOT NULL,
    calendar    BIGINT NOT NULL CHECK (calendar >= 0),
    service_day BIGINT NOT NULL CHECK (service_day >= 0)
);
INSERT INTO service (id, version, calendar, service_day) VALUES (1, 1, 0, 0);
CREATE TABLE mailbox (
    mailbox_id            BYTEA PRIMARY KEY CHECK (octet_length(mailbox_id) = 16),
    owner_key             BYTEA NOT NULL CHECK (octet_length(owner_key) = 32),
    deposit_hash          BYTEA NOT NULL CHECK (octet_length(deposit_hash) = 32),
    previous_deposit_hash BYTEA CHECK (octet_length(previous_deposit_hash) = 32),
    created               BIGINT NOT NULL CHECK (created >= 0)
);
CREATE TABLE bundle (
    mailbox_id BYTEA PRIMARY KEY REFERENCES mailbox (mailbox_id),
    content    BYTEA NOT NULL CHECK (octet_length(content) <= 65536)
);
CREATE TABLE ticket (
    ticket_hash BYTEA PRIMARY KEY CHECK (octet_length(ticket_hash) = 32),
    mailbox_id  BYTEA CHECK (octet_length(mailbox_id) = 16)
);
CREATE TABLE envelope (
    position    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mailbox_id  BYTEA NOT NULL REFERENCES mailbox (mailbox_id),
    envelope_id BYTEA NOT NULL CHECK (octet_length(envelope_id) = 16),
    size        INTEGER NOT NULL CHECK (size IN (4096, 16384, 65536, 262144, 1048576)),
    service_day BIGINT NOT NULL CHECK (service_day >= 0),
    content     BYTEA NOT NULL CHECK (octet_length(content) = size),
    UNIQUE (mailbox_id, envelope_id)
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000);
-- What is sealed cannot be made smaller, so nobody tries.
ALTER TABLE envelope ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX envelope_waiting ON envelope (mailbox_id, position) INCLUDE (size);
CREATE UNLOGGED TABLE allowance (
    key     BYTEA PRIMARY KEY,
    full_at DOUBLE PRECISION NOT NULL
);
CREATE UNLOGGED TABLE seen (
    mark BYTEA PRIMARY KEY CHECK (octet_length(mark) = 32),
    slot BIGINT NOT NULL
);
"""


class UnfitDatabaseError(SathiError):
    """The database cannot serve as a relay's store; the text says why, and quotes nothing."""


async def make(connection: Connection) -> None:
    """Make the tables, if there are none.

    Raises:
        UnfitDatabaseError: as `check` does.
    """
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _MAKING)
            if await connection.fetchval("SELECT to_regclass('service')") is None:
                await connection.execute(_SCHEMA)
    except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidSchemaNameError):
        raise UnfitDatabaseError(
            "the database lets this user make no tables; make the user its owner"
        ) from None
    await check(connection)


async def check(connection: Connection) -> None:
    """Are the tables there and of this version, and is what was committed on the disk?

    Raises:
        UnfitDatabaseError: if not.
    """
    try:
        version = await connection.fetchval("SELECT version FROM service WHERE id = 1")
    except (
        asyncpg.UndefinedTableError,
        asyncpg.UndefinedColumnError,
        asyncpg.InsufficientPrivilegeError,
    ):
        raise UnfitDatabaseError(
            "the database has no tables of a relay; begin with `sathi relay init`"
        ) from None
    if version != SCHEMA_VERSION:
        raise UnfitDatabaseError("the tables in the database are of another version of Sathi")
    # 201 is answered after a durable commit only, and without it there is none.
    if await connection.fetchval("SHOW fsync") != "on":
        raise UnfitDatabaseError("the database server runs with fsync = off; turn it on")


async def insist_on_durability(connection: "asyncpg.Connection") -> None:
    """Let no commit of this connection be answered before it is on the disk."""
    if await connection.fetchval("SHOW synchronous_commit") == "off":
        await connection.execute("SET synchronous_commit = on")
