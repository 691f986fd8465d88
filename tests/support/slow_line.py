"""A line between two loopback ports that is slow, answers late, and breaks.

What goes over it in one direction shares its rate, however many connections there are. It takes no more from
a sender than it can carry, so that the sender sees it as slow as it is.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

_HOST: Final = "127.0.0.1"
_PIECE_BYTES: Final = 2_048
_BUFFER_BYTES: Final = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How bad a line is.

    Attributes:
        bytes_per_second: in each direction.
        delay_seconds: from one end to the other; a round trip takes twice as long.
        cut_after_bytes: each connection breaks once so much was sent over it; None never breaks any.
    """

    bytes_per_second: float
    delay_seconds: float
    cut_after_bytes: int | None


GPRS: Final = Quality(bytes_per_second=8_000, delay_seconds=0.35, cut_after_bytes=None)
"""64 kbit/s, and 700 ms for a round trip."""


@dataclass(slots=True)
class _Direction:
    """What went one way, and when the next byte may."""

    carried: int = 0
    free_at: float = 0.0


@dataclass(slots=True, kw_only=True)
class SlowLine:
    """An open line; `cuts` counts how often it broke."""

    quality: Quality
    port: int
    to: int
    up: _Direction = field(default_factory=_Direction)
    down: _Direction = field(default_factory=_Direction)
    cuts: int = 0
    connections: set[asyncio.Task[object]] = field(default_factory=set)

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until one side ends it, or the line does."""
        connection = asyncio.current_task()
        assert connection is not None
        self.connections.add(connection)
        # Whoever ends the line ends it quietly.
        with contextlib.suppress(asyncio.CancelledError):
            await self._connect(reader, writer)
        self.connections.discard(connection)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(
            _HOST, self.to, limit=_BUFFER_BYTES
        )
        ways = (
            self._carry(reader, there_writer, self.up, self.quality.cut_after_bytes),
            self._carry(there_reader, writer, self.down, None),
        )
        tasks = [asyncio.ensure_future(way) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for end in (writer, there_writer):
                end.transport.abort()

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        way: _Direction,
        bytes_max: int | None,
    ) -> None:
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        async with asyncio.TaskGroup() as tasks:
            arriving = tasks.create_task(_arrive(pieces, writer))
            left = bytes_max
            while piece := await reader.read(_PIECE_BYTES):
                if left is not None and len(piece) > left:
                    self.cuts += 1
                    break
                left = None if left is None else left - len(piece)
                gone_at = await self._send(piece, way)
                pieces.put_nowait((gone_at + self.quality.delay_seconds, piece))
            else:
                # What is still on its way arrives.
                await pieces.join()
            arriving.cancel()

    async def _send(self, piece: bytes, way: _Direction) -> float:
        """When the last byte of it has gone."""
        now = asyncio.get_running_loop().time()
        way.carried += len(piece)
        way.free_at = max(now, way.free_at) + len(piece) / self.quality.bytes_per_second
        gone_at = way.free_at
        await asyncio.sleep(gone_at - now)
        return gone_at


async def _arrive(
    pieces: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter
) -> None:
    now = asyncio.get_running_loop().time
    while True:
        at, piece = await pieces.get()
        await asyncio.sleep(max(0.0, at - now()))
        writer.write(piece)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        pieces.task_done()


@asynccontextmanager
async def slow_line(quality: Quality, *, port: int, to: int) -> AsyncIterator[SlowLine]:
    """A line from one loopback port to another."""
    line = SlowLine(quality=quality, port=port, to=to)
    listening = socket.socket()
    # Before it listens: otherwise the system takes a megabyte from whoever connects.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((_HOST, port))
    server = await asyncio.start_server(line.connect, sock=listening, limit=_BUFFER_BYTES)
    try:
        yield line
    finally:
        server.close()
        ending = list(line.connections)
        for connection in ending:
            connection.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        # Its end is told to the loop in the next turn.
        await asyncio.sleep(0)
