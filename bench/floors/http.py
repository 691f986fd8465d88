"""Fh: how many requests a second two aiohttp processes exchange, 8 in flight, connections kept."""

import asyncio
import time
from typing import Final

import aiohttp
from aiohttp import web

from bench.floors import processes, sizes

_BODY: Final = b"\x5a" * sizes.PAYLOAD_BYTES
_WARM_UP_POSTS: Final = 100
_BYTES_MAX: Final = 1 << 21


def posts_per_second(*, posts: int = 4_000) -> float:
    """Fh: POSTs of 1 KiB answered in a second."""
    with processes.serving("http") as port:
        return asyncio.run(_measure(port, posts))


async def listen(handler: web.Application) -> None:
    """Serve on a free port of loopback, print the port, and go on until the process is ended."""
    runner = web.AppRunner(handler, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, processes.LOOPBACK, 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


def application() -> web.Application:
    """An application that takes a body of up to 2 MiB; routes are the caller's."""
    return web.Application(client_max_size=_BYTES_MAX)


async def _measure(port: int, posts: int) -> float:
    url = f"http://{processes.LOOPBACK}:{port}/"
    connector = aiohttp.TCPConnector(limit=sizes.POSTS_IN_FLIGHT)
    async with aiohttp.ClientSession(connector=connector) as session:
        await _post(session, url, _WARM_UP_POSTS)
        begun = time.perf_counter()
        await _post(session, url, posts)
        return posts / (time.perf_counter() - begun)


async def _post(session: aiohttp.ClientSession, url: str, posts: int) -> None:
    waiting = iter(range(posts))

    async def one_after_another() -> None:
        for _ in waiting:
            async with session.post(url, data=_BODY) as answer:
                await answer.read()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(sizes.POSTS_IN_FLIGHT):
            tasks.create_task(one_after_another())


async def _take(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(status=201, body=b"stored")


def _main() -> None:
    serving = application()
    serving.router.add_post("/", _take)
    asyncio.run(listen(serving))


if __name__ == "__main__":
    _main()
