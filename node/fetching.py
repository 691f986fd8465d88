"""Asks the mailboxes of peers for a newer bundle and for the time; `services.fetching` says what is wanted.

Each peer is asked once an hour at most, and at once when the node was opened.
"""

import asyncio
import contextlib
import logging
from functools import partial
from typing import Final, final

import aiohttp

from node import logs
from node.gate import Gate, OpenVault
from node.mailbox import client
from node.mailbox.client import Told
from node.mailbox.exchange import Refused
from node.services import fetching
from node.services.fetching import Found, Wanted
from protocol import limits
from protocol.errors import RefusalCode
from protocol.prekeys import Route
from protocol.values import Instant, NodeId

PATIENCE_SECONDS: Final = 15.0
"""For how long everything else that is due may wait for one who answers slowly."""

_LOGGER: Final = logging.getLogger("sathi.fetching")


@final
class Fetching:
    """Asks for one node, as long as its vault is open."""

    def __init__(
        self, gate: Gate, session: aiohttp.ClientSession, *, patience_seconds: float
    ) -> None:
        self._gate = gate
        self._session = session
        self._patience_seconds = patience_seconds
        self._asked: dict[NodeId, Instant] = {}
        self._looked: Instant | None = None

    def begin(self) -> None:
        """The vault was opened: nobody was asked yet."""
        self._asked.clear()
        self._looked = None

    async def run(self, opened: OpenVault) -> None:
        """Ask whoever is to be asked, all at the same time; nobody answering, or not in time, is no failure.

        Raises:
            LockedError: if the node was locked meanwhile.
        """
        acting = self._gate.acting()
        # Every bundle is read for it, and this runs after each batch that comes.
        if _is_within(self._looked, acting.now, seconds=limits.MINUTE):
            return
        self._looked = acting.now
        found = await opened.database.read(lambda unit: fetching.wanted(unit, acting=acting))
        due = [one for one in found if self._is_due(one.peer, now=acting.now)]
        # Behind this waits her no, to everybody else.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience_seconds), asyncio.TaskGroup() as tasks:
                for one in due:
                    self._asked[one.peer] = acting.now
                    tasks.create_task(self._ask(opened, one))

    def _is_due(self, peer: NodeId, *, now: Instant) -> bool:
        asked = self._asked.get(peer)
        return not _is_within(asked, now, seconds=limits.BUNDLE_ASK_EVERY_SECONDS)

    async def _ask(self, opened: OpenVault, one: Wanted) -> None:
        for route in one.routes:
            if one.time:
                await self._ask_time(opened, route)
            if one.bundle and await self._ask_bundle(opened, one.peer, route):
                return

    async def _ask_time(self, opened: OpenVault, route: Route) -> None:
        answer = await client.ask_time(self._session, _way(route))
        said = answer.time if isinstance(answer, Told) else _time_of(answer)
        if said is not None:
            job = partial(
                fetching.hear_time, origin=route.origin, said=said, acting=self._gate.acting()
            )
            await opened.database.write(job)

    async def _ask_bundle(self, opened: OpenVault, peer: NodeId, route: Route) -> bool:
        """Whether a newer one lay there: then no other mailbox is asked."""
        answer = await client.get_bundle(self._session, _way(route))
        if not isinstance(answer, client.Found):
            return False
        resting, acting = answer.content, self._gate.acting()
        taken = await opened.database.write(
            lambda unit: fetching.take(unit, peer, resting, route=route, acting=acting)
        )
        if isinstance(taken, RefusalCode):
            # Nothing is believed and nobody is bothered: it may be an old one, or another's.
            logs.event(
                _LOGGER,
                "bundle.refused",
                level=logging.WARNING,
                node_id=peer,
                code=taken.value,
            )
        return taken is Found.NEWER


def _is_within(then: Instant | None, now: Instant, *, seconds: int) -> bool:
    """Was it so short a time ago? A clock that went back begins anew."""
    return then is not None and 0 <= now - then < seconds


def _time_of(failure: object) -> Instant | None:
    return failure.peer_time if isinstance(failure, Refused) else None


def _way(route: Route) -> client.Route:
    return client.Route(
        origin=route.origin,
        mailbox_id=route.mailbox_id,
        deposit_secret=route.deposit_secret,
        pin=route.pin,
    )
