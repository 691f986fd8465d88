"""Relays as a test uses them: processes of `sathi relay serve`, and a mailbox at one of them."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

import aiohttp

from node.mailbox import client
from node.mailbox.access import from_base64url
from node.mailbox.client import Collected, Done, Home, PickUp, Route
from node.mailbox.exchange import Failure
from node.system import SystemClock, entropy
from protocol import limits
from protocol.keys import signing_secret
from protocol.values import EnvelopeId
from tests.support.certificates import CERTIFICATE, KEY, Identity
from tests.support.command_line import environment, sathi_here
from tests.support.ports import free_port

DEPOSIT_SECRET: Final = b"d" * 32
_START_SECONDS: Final = 30
_MANY_DEPOSITS: Final = "1000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The folder of one process of a relay, as `sathi relay init` made it."""

    folder: Path
    address: str
    listen: str
    pin: str = ""
    """Of its key, if it speaks TLS itself."""

    @property
    def origin(self) -> str:
        """Where this very process answers; its mailboxes' owners sign `address`."""
        return f"http://{self.listen}"


def make(
    folder: Path,
    *,
    database: str = "",
    address: str | None = None,
    identity: Identity | None = None,
) -> Made:
    """Make a relay, or one more process of the one with this address; with an identity it speaks TLS."""
    listen = f"127.0.0.1:{free_port()}"
    address = address or f"http{'s' if identity else ''}://{listen}"
    more = ("--database", database) if database else ()
    ended = sathi_here(
        *("relay", "init", "--data", str(folder), "--address", address, "--listen", listen, *more)
    )
    assert ended.code == 0, ended.talk
    if identity is None:
        return Made(folder=folder, address=address, listen=listen)
    identity.write(folder)
    with (folder / "relay.toml").open("a", encoding="utf-8") as file:
        file.write(f'certificate = "{CERTIFICATE}"\nkey = "{KEY}"\n')
    return Made(folder=folder, address=address, listen=listen, pin=identity.pin.hex())


def ticket_of(made: Made) -> bytes:
    """A new ticket of this relay."""
    told = sathi_here("relay", "invite", "--data", str(made.folder), "--json").json()
    assert told["url"] == made.address
    return from_base64url(told["ticket"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A mailbox of somebody at a relay, asked over real HTTP."""

    session: aiohttp.ClientSession
    home: Home

    @property
    def route(self) -> Route:
        """What its depositors know."""
        return Route(
            origin=self.home.origin,
            mailbox_id=self.home.mailbox_id,
            deposit_secret=DEPOSIT_SECRET,
            pin=None,
        )

    async def make(self, ticket: bytes) -> None:
        """Make the mailbox."""
        made = await client.create(
            self.session,
            self.home,
            deposit_secret=DEPOSIT_SECRET,
            ticket=ticket,
            created=SystemClock().wall(),
        )
        assert made == Done(), made

    async def collect(self, *, wait_seconds: int = 0) -> Collected | Failure:
        """Read what waits."""
        return await client.collect(
            self.session,
            self.home,
            PickUp(limit=limits.BATCH_ENVELOPES_MAX, wait_seconds=wait_seconds, after=None),
            now=SystemClock().wall(),
            entropy=entropy,
        )

    async def delete(self, names: Sequence[EnvelopeId]) -> Done | Failure:
        """Delete what was read."""
        return await client.delete(
            self.session, self.home, names, now=SystemClock().wall(), entropy=entropy
        )


def owner(session: aiohttp.ClientSession, origin: str, *, number: int = 1) -> Owner:
    """Each number has another key."""
    secret = signing_secret(bytes([number]) * 32)
    return Owner(session=session, home=Home(origin=origin, pin=None, secret=secret))


@final
class Process:
    """One process of a relay, which a test may kill."""

    def __init__(self, made: Made) -> None:
        self.made = made
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it, until it says that it is ready."""
        log = self.made.folder.parent / f"{self.made.folder.name}.log"
        with log.open("ab") as written:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "node.cli", "relay", "serve"),
                *("--data", str(self.made.folder), "--deposits-per-minute", _MANY_DEPOSITS),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=written,
                env=environment(),
            )
        assert self._process.stdout is not None
        async with asyncio.timeout(_START_SECONDS):
            line = await self._process.stdout.readline()
        assert line.startswith(b"ready"), log.read_text(encoding="utf-8")

    async def kill(self) -> None:
        """`kill -9` by its id."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> int:
        """Stop it in order, if it runs; the code it ended with."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.terminate()
        async with asyncio.timeout(_START_SECONDS):
            return await self._process.wait()


@asynccontextmanager
async def running(*relays: Made) -> AsyncIterator[list[Process]]:
    """Run these processes until the block ends, however it ends."""
    processes = [Process(made) for made in relays]
    try:
        for process in processes:
            await process.start()
        yield processes
    finally:
        for process in processes:
            if process._process is not None:
                await process.stop()


@final
class Balancer:
    """What stands before several processes: each connection goes to the next one that takes it."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = list(ports)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        for _ in self._ports:
            self._ports.append(self._ports.pop(0))
            try:
                back_reader, back_writer = await asyncio.open_connection(
                    "127.0.0.1", self._ports[-1]
                )
            except OSError:
                continue
            await asyncio.gather(_pass_on(reader, back_writer), _pass_on(back_reader, writer))
            return
        writer.close()


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
async def balanced(port: int, *backs: Made) -> AsyncIterator[None]:
    """Spread the connections to this port over these processes, until the block ends."""
    balancer = Balancer([int(back.listen.rpartition(":")[2]) for back in backs])
    server = await asyncio.start_server(balancer.carry, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
