"""The floor of a day without work: a server that nobody asks, and the least question for mail."""

import argparse
import asyncio
import subprocess
import time
from typing import Final

import aiohttp
from aiohttp import web

from bench.floors import processes
from bench.floors.readings import Reading
from tests.support.ports import free_port
from tests.support.slow_line import Quality, slow_line

_DAY_SECONDS: Final = 86_400
# In base64: who asks, and a signature.
_WHO: Final = "x" * 128
# As fast as this computer is: it only counts.
_COUNTING: Final = Quality(bytes_per_second=1e8, delay_seconds=0.0, cut_after_bytes=None)


def processor_seconds(*, seconds: int) -> Reading:
    """What a server that nobody asks takes of one processor in a day."""
    done = subprocess.run(
        processes.command("idle", str(seconds)),
        cwd=processes.ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Reading(value=float(done.stdout) * _DAY_SECONDS / seconds)


def line_kilobytes(*, exchanges: float) -> Reading:
    """What so many questions take that are answered by nothing, both ways."""
    return Reading(value=asyncio.run(_one_exchange()) * exchanges / 1_000)


async def _one_exchange() -> int:
    port, to = free_port(), free_port()
    runner = web.AppRunner(_app())
    await runner.setup()
    await web.TCPSite(runner, processes.LOOPBACK, to).start()
    async with (
        slow_line(_COUNTING, port=port, to=to) as line,
        aiohttp.ClientSession(headers={"Authorization": _WHO}) as session,
    ):
        async with session.get(f"http://{processes.LOOPBACK}:{port}/") as answer:
            await answer.read()
        moved = line.up.carried + line.down.carried
    await runner.cleanup()
    return moved


def _app() -> web.Application:
    async def nothing(_request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_get("/", nothing)
    return app


async def _stand(seconds: int) -> float:
    runner = web.AppRunner(_app())
    await runner.setup()
    await web.TCPSite(runner, processes.LOOPBACK, free_port()).start()
    begun = time.process_time()
    await asyncio.sleep(seconds)
    used = time.process_time() - begun
    await runner.cleanup()
    return used


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.floors.idle")
    parser.add_argument("seconds", type=int)
    print(asyncio.run(_stand(parser.parse_args().seconds)), flush=True)


if __name__ == "__main__":
    _main()
