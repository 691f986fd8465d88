"""What all processes of a relay remember together of requests: rates, and signatures seen.

An allowance is one number, the moment at which it will be whole again: each request moves it on, and
one that would move it further than a whole allowance ahead is refused. Of a signature only a hash is
kept, with the five minutes in which it came; nothing says whose it was. A moment further ahead than can
be comes from a clock that was set back since, and counts for nothing.
"""

import math
from typing import Final, final

from node.mailbox.bounds import CREATIONS_PER_MINUTE, OWNER_REQUESTS_REMEMBERED_MAX, Note
from node.mailbox.postgres import PostgresStore
from node.mailbox.postgres_schema import Connection
from node.system import Clock
from protocol import limits
from protocol.values import MailboxId, sha256

_SLOT_SECONDS: Final = 300
# In the third slot after its own, every mark is older than the 600 seconds.
_SLOTS_KEPT: Final = limits.MAILBOX_NONCE_SECONDS // _SLOT_SECONDS
_NOW: Final = "coalesce($1::float8, extract(epoch FROM clock_timestamp())::float8)"
_TAKE: Final = f"""
WITH clock AS (SELECT {_NOW} AS now)
INSERT INTO allowance AS held (key, full_at) VALUES ($2, (SELECT now FROM clock) + $3)
ON CONFLICT (key) DO UPDATE SET full_at = $3 + CASE
    WHEN held.full_at > (SELECT now FROM clock) + $4 + $3 THEN (SELECT now FROM clock)
    ELSE greatest(held.full_at, (SELECT now FROM clock)) END
WHERE held.full_at + $3 <= (SELECT now FROM clock) + $4 + 1e-6
    OR held.full_at > (SELECT now FROM clock) + $4 + $3
RETURNING full_at
"""  # noqa: S608 - only our own words are put in
_WAIT: Final = f"SELECT full_at + $3 - $4 - {_NOW} FROM allowance WHERE key = $2"  # noqa: S608
_NOTE: Final = f"""
INSERT INTO seen (mark, slot) VALUES ($2, floor({_NOW} / {_SLOT_SECONDS})::bigint)
ON CONFLICT (mark) DO NOTHING RETURNING 1
"""  # noqa: S608
_SWEEP_SEEN: Final = f"DELETE FROM seen WHERE slot < floor({_NOW} / {_SLOT_SECONDS}) - $2"  # noqa: S608
_SWEEP_ALLOWANCE: Final = f"DELETE FROM allowance WHERE full_at < {_NOW}"  # noqa: S608


@final
class SharedBounds:
    """What is remembered of requests in the database of the mailboxes."""

    def __init__(
        self, store: PostgresStore, *, deposits_per_minute: int, clock: Clock | None
    ) -> None:
        """Count with the server's clock if `clock` is None, else (in a test) with this one."""
        self._store = store
        self._deposits_per_minute = deposits_per_minute
        self._clock = clock

    async def deposit_wait_seconds(self, mailbox: MailboxId) -> int:
        """Count a deposit to an existing mailbox; 0 if it may be, else in how many seconds it may."""
        async with self._store.connection() as connection:
            return await self._wait_seconds(
                connection, b"d" + mailbox, many=self._deposits_per_minute, seconds=limits.MINUTE
            )

    async def creation_wait_seconds(self) -> int:
        """Count a request for a new mailbox; 0 if it may be, else in how many seconds it may."""
        async with self._store.connection() as connection:
            return await self._wait_seconds(
                connection, b"c", many=CREATIONS_PER_MINUTE, seconds=limits.MINUTE
            )

    async def note(self, mailbox: MailboxId, nonce: bytes) -> Note:
        """Was this nonce of an owner seen in the last 600 s? If not, it is remembered from now on."""
        mark = sha256(mailbox + nonce)
        async with self._store.connection() as connection:
            if await connection.fetchval(_NOTE, self._now(), mark) is None:
                return Note.SEEN
            if await self._wait_seconds(
                connection,
                b"o" + mailbox,
                many=OWNER_REQUESTS_REMEMBERED_MAX,
                seconds=limits.MAILBOX_NONCE_SECONDS,
            ):
                # Who is refused is not remembered, or refusals would fill the memory.
                await connection.execute("DELETE FROM seen WHERE mark = $1", mark)
                return Note.CROWDED
        return Note.NEW

    async def sweep(self) -> None:
        """Forget what is over; to be called about every minute."""
        async with self._store.connection() as connection:
            await connection.execute(_SWEEP_SEEN, self._now(), _SLOTS_KEPT)
            await connection.execute(_SWEEP_ALLOWANCE, self._now())

    async def _wait_seconds(
        self, connection: Connection, key: bytes, *, many: int, seconds: int
    ) -> int:
        given = (self._now(), key, seconds / many, float(seconds))
        if await connection.fetchval(_TAKE, *given) is not None:
            return 0
        wait = await connection.fetchval(_WAIT, *given)
        # None: it was swept out meanwhile, so it is whole again.
        return 0 if wait is None else max(1, math.ceil(wait - 1e-6))

    def _now(self) -> float | None:
        return None if self._clock is None else self._clock.monotonic()
