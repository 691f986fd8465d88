"""A tiny SOCKS 5 server on loopback in the place of Tor: it knows some names, and notes what is asked for."""

import asyncio
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from node.mailbox.ways import Tor

_VERSION: Final = 5
_CONNECT: Final = 1
_BY_NAME: Final = 3
_GIVEN: Final = b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"
_NOT_THERE: Final = b"\x05\x04\x00\x01\x00\x00\x00\x00\x00\x00"


@dataclass(slots=True, kw_only=True)
class Socks:
    """What it was asked for: names and ports, in order."""

    ports: Mapping[str, int]
    asked: list[tuple[str, int]] = field(default_factory=list)
    port: int = 0

    def tor(self, *, is_for_all: bool = False) -> Tor:
        return Tor(host="127.0.0.1", port=self.port, is_for_all=is_for_all)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._greet(reader, writer)
            name, port = await _wanted(reader)
            self.asked.append((name, port))
            if name not in self.ports:
                writer.write(_NOT_THERE)
                return
            there = await asyncio.open_connection("127.0.0.1", self.ports[name])
            writer.write(_GIVEN)
            await asyncio.gather(_pass_on(reader, there[1]), _pass_on(there[0], writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        version, count = await reader.readexactly(2)
        assert version == _VERSION
        await reader.readexactly(count)
        writer.write(b"\x05\x00")


async def _wanted(reader: asyncio.StreamReader) -> tuple[str, int]:
    head = await reader.readexactly(4)
    # By name and not by address: looking a name up here would tell somebody of it.
    assert (head[0], head[1], head[3]) == (_VERSION, _CONNECT, _BY_NAME), head
    (length,) = await reader.readexactly(1)
    name = (await reader.readexactly(length)).decode("ascii")
    (port,) = struct.unpack(">H", await reader.readexactly(2))
    return name, port


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def running(ports: Mapping[str, int]) -> AsyncIterator[Socks]:
    """Serve until the block ends; `ports` says where on loopback each name is."""
    socks = Socks(ports=ports)
    server = await asyncio.start_server(socks.serve, "127.0.0.1", 0)
    socks.port = server.sockets[0].getsockname()[1]
    try:
        yield socks
    finally:
        server.close()
