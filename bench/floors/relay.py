"""The floor of a relay: a bare handler that makes one envelope durable, and one that reads 64 of them.

The commit is the product's: SQLite with `synchronous=FULL`, where one commit serves all who wait for
it, or one INSERT of PostgreSQL for each. There is no token, no signature, no quota and no rate, and
what is read is not framed.
"""

import argparse
import asyncio
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Protocol

import aiohttp
import asyncpg
from aiohttp import web

from bench.floors import databases, http, processes, sizes
from bench.floors.processes import FloorError

_TABLE: Final = (
    "CREATE TABLE envelope(number INTEGER PRIMARY KEY, box INTEGER NOT NULL, content BLOB)",
    "CREATE INDEX envelope_of_box ON envelope(box, number)",
)
_TABLE_OF_POSTGRESQL: Final = """
CREATE TABLE IF NOT EXISTS envelope(number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    box INTEGER NOT NULL, content BYTEA NOT NULL);
ALTER TABLE envelope ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX IF NOT EXISTS envelope_of_box ON envelope(box, number);
"""
_INSERT: Final = "INSERT INTO envelope(box, content) VALUES"
_READ: Final = "SELECT content FROM envelope WHERE box = {} ORDER BY number LIMIT 64"


def per_second(
    *where: str, servers: int = 1, deposits: int = sizes.RELAY_DEPOSITS, pick_ups: int = 0
) -> float:
    """Deposits, or pick-ups, in a second.

    Args:
        where: `sqlite` and a folder, or `postgresql` and an address.
        servers: how many processes answer; more than one of PostgreSQL only.
        deposits: how many envelopes are left, one in each request; not timed if there are pick-ups.
        pick_ups: how many times 64 of them are read.

    Raises:
        FloorError: if an answer is not what it should be.
    """
    with ExitStack() as closing:
        ports = [closing.enter_context(processes.serving("relay", *where)) for _ in range(servers)]
        return asyncio.run(_measure(ports, deposits, pick_ups))


async def _measure(ports: Sequence[int], deposits: int, pick_ups: int) -> float:
    connector = aiohttp.TCPConnector(limit=sizes.POSTS_IN_FLIGHT)
    async with aiohttp.ClientSession(connector=connector) as session:

        def url(number: int) -> str:
            box = number % sizes.RELAY_MAILBOXES
            return f"http://{processes.LOOPBACK}:{ports[number % len(ports)]}/{box}"

        async def leave(number: int) -> None:
            body = number.to_bytes(8) * (sizes.ENVELOPE_BYTES // 8)
            async with session.post(url(number), data=body) as answer:
                await answer.read()
                if answer.status != 201:
                    raise FloorError("an envelope was not stored")

        async def pick_up(number: int) -> None:
            async with session.get(url(number)) as answer:
                if len(await answer.read()) != sizes.BATCH_MESSAGES * sizes.ENVELOPE_BYTES:
                    raise FloorError("something else than 64 envelopes was read")

        left = await timed(leave, deposits)
        return await timed(pick_up, pick_ups) if pick_ups else left


async def timed(work: Callable[[int], Awaitable[None]], count: int) -> float:
    """How many in a second, eight under way at a time."""
    numbers = iter(range(count))

    async def one_after_another() -> None:
        for number in numbers:
            await work(number)

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(sizes.POSTS_IN_FLIGHT):
            tasks.create_task(one_after_another())
    return count / (time.perf_counter() - begun)


class _Store(Protocol):
    """Where envelopes are."""

    async def keep(self, box: int, content: bytes) -> None:
        """Make one durable."""
        ...

    async def read(self, box: int) -> list[bytes]:
        """The oldest 64."""
        ...


class _File:
    """One SQLite file; its writer commits whatever waits."""

    def __init__(self, folder: Path) -> None:
        self._connection = databases.open_plain(folder / "floor.db")
        for statement in _TABLE:
            self._connection.execute(statement)
        self._reader = databases.open_plain(folder / "floor.db")
        self._waiting: deque[tuple[tuple[int, bytes], asyncio.Future[None]]] = deque()
        self._arrived = threading.Condition()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._write, daemon=True).start()

    async def keep(self, box: int, content: bytes) -> None:
        done: asyncio.Future[None] = self._loop.create_future()
        with self._arrived:
            self._waiting.append(((box, content), done))
            self._arrived.notify()
        await done

    async def read(self, box: int) -> list[bytes]:
        return [content for (content,) in self._reader.execute(_READ.format("?"), (box,))]

    def _write(self) -> None:
        while True:
            with self._arrived:
                while not self._waiting:
                    self._arrived.wait()
                group = [self._waiting.popleft() for _ in range(len(self._waiting))]
            databases.commit_rows(self._connection, _INSERT, [row for row, _ in group])
            self._loop.call_soon_threadsafe(_resolve, [done for _, done in group])


def _resolve(promises: Sequence[asyncio.Future[None]]) -> None:
    for promise in promises:
        promise.set_result(None)


class _Server:
    """A table of PostgreSQL, with as many connections as the product has."""

    def __init__(self, pool: "asyncpg.Pool") -> None:
        self._pool = pool

    async def keep(self, box: int, content: bytes) -> None:
        async with self._pool.acquire() as connection:
            await connection.execute(f"{_INSERT} ($1, $2)", box, content)

    async def read(self, box: int) -> list[bytes]:
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(_READ.format("$1"), box)
        return [row["content"] for row in rows]


async def _nothing(_connection: object) -> None:
    """Leave the connection as it is."""


async def _serve(kind: str, where: str) -> None:
    store: _Store
    if kind == "sqlite":
        store = _File(Path(where))
    else:
        pool = await asyncpg.create_pool(where, min_size=1, max_size=10, reset=_nothing)
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(1)")
            await connection.execute(_TABLE_OF_POSTGRESQL)
        store = _Server(pool)

    async def leave(request: web.Request) -> web.Response:
        await store.keep(int(request.match_info["box"]), await request.read())
        return web.Response(status=201)

    async def pick_up(request: web.Request) -> web.Response:
        return web.Response(body=b"".join(await store.read(int(request.match_info["box"]))))

    serving = http.application()
    serving.router.add_post("/{box}", leave)
    serving.router.add_get("/{box}", pick_up)
    await http.listen(serving)


def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=("sqlite", "postgresql"))
    parser.add_argument("where")
    options = parser.parse_args()
    asyncio.run(_serve(options.kind, options.where))


if __name__ == "__main__":
    _main()
