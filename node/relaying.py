"""A relay: the mailbox service for mailboxes of many, without a vault and without a node.

It serves, and every hour lets go of what has waited for 21 days of service. It keeps no log of requests and
knows nobody: who may make a mailbox is told by tickets, of which only hashes are kept.
"""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from aiohttp import web

from node import logs
from node.mailbox.api import make_app, make_runner
from node.mailbox.bounds import Bounds
from node.mailbox.mailboxes import Mailboxes
from node.mailbox.rates import OwnBounds
from node.mailbox.records import STANDARD_QUOTA
from node.mailbox.serving import BODY_PATIENCE_SECONDS, Policy
from node.mailbox.store import MailboxStore
from node.relay_settings import RelayServiceSection
from node.system import Clock
from protocol import limits
from protocol.errors import SathiError
from protocol.values import Instant

STORE_FILE: Final = "mailbox.db"

_LOGGER: Final = logging.getLogger(__name__)

Chore = Callable[[], Awaitable[object]]


class NoRelayError(SathiError):
    """This folder holds no relay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An opened store with what goes with it.

    Attributes:
        mailboxes: where they are kept.
        bounds: what is remembered of requests.
        time: the clock by which the days of service are counted.
        attending: what has to run as long as the relay serves.
        minutely: what has to be done about every minute.
    """

    mailboxes: Mailboxes
    bounds: Bounds
    time: Callable[[], Awaitable[Instant]]
    attending: Sequence[Callable[[], Awaitable[None]]]
    minutely: Sequence[Chore]


async def open_file(
    folder: Path, *, clock: Clock, deposits_per_minute: int, is_new: bool = False
) -> Kept:
    """Open the mailboxes that lie in a file of this folder, for the one process that serves them.

    Raises:
        NoRelayError: if there is no file, and it is not to be made. A relay that began anew by itself would
            tell every node that its mailbox is gone.
    """
    path = folder / STORE_FILE
    if not is_new and not path.exists():
        raise NoRelayError(
            f"{STORE_FILE} is missing, and with it every mailbox; put it back, or begin with "
            "`sathi relay init` in another folder"
        )

    async def time() -> Instant:
        return clock.wall()

    return Kept(
        mailboxes=await MailboxStore.open(path, quota=STANDARD_QUOTA),
        bounds=OwnBounds(clock, deposits_per_minute=deposits_per_minute),
        time=time,
        attending=(),
        minutely=(),
    )


@final
class Relay:
    """One process of a relay."""

    def __init__(
        self,
        folder: Path,
        settings: RelayServiceSection,
        kept: Kept,
        *,
        clock: Clock,
        deposits_per_minute: int,
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._kept = kept
        self._clock = clock
        self._deposits_per_minute = deposits_per_minute

    async def run(self, *, ready: asyncio.Event, stop: asyncio.Event) -> None:
        """Serve until `stop` is set; `ready` is set once the door is open.

        Raises:
            OSError: if the address cannot be taken, or a certificate cannot be read.
        """
        minutely = [(chore, limits.MINUTE) for chore in self._kept.minutely]
        chores = [(self._purge, limits.HOUR), *minutely]
        for chore, _ in chores:
            await _tried(chore)
        async with asyncio.TaskGroup() as tasks, contextlib.AsyncExitStack() as closing:
            door = await self._open_door()
            closing.push_async_callback(door.cleanup)
            closing.callback(self._kept.mailboxes.release_waiters)
            for chore, seconds in chores:
                closing.callback(tasks.create_task(_for_ever(chore, seconds=seconds)).cancel)
            for attend in self._kept.attending:
                closing.callback(tasks.create_task(_attending(attend)).cancel)
            ready.set()
            await stop.wait()

    async def _open_door(self) -> web.AppRunner:
        policy = Policy(
            origin=self._settings.address,
            own_mailbox=None,
            deposits_per_minute=self._deposits_per_minute,
            body_patience_seconds=BODY_PATIENCE_SECONDS,
        )
        app = make_app(
            self._kept.mailboxes, clock=self._clock, policy=policy, bounds=self._kept.bounds
        )
        runner = make_runner(app)
        await runner.setup()
        settings = self._settings
        await web.TCPSite(runner, settings.host, settings.port, ssl_context=self._tls()).start()
        return runner

    def _tls(self) -> ssl.SSLContext | None:
        settings = self._settings
        if not settings.certificate:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(self._folder / settings.certificate, self._folder / settings.key)
        return context

    async def _purge(self) -> None:
        mailboxes = self._kept.mailboxes
        await mailboxes.purge(now=await self._kept.time())


async def _for_ever(chore: Chore, *, seconds: int) -> None:
    while True:
        await asyncio.sleep(seconds)
        await _tried(chore)


async def _tried(chore: Chore) -> None:
    try:
        await chore()
    except Exception as error:  # noqa: BLE001 - a database that is away must not end serving
        logs.event(_LOGGER, "relay.chore_failed", level=logging.ERROR, error=error)


async def _attending(attend: Callable[[], Awaitable[None]]) -> None:
    await attend()
