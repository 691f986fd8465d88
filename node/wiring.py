"""Builds every part of a node once, starts them in order and stops them in the opposite order."""

import asyncio
import contextlib
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, final

import aiohttp
from aiohttp import web

from node.backups import Backups
from node.config import NodeConfig
from node.courier import Courier, Patience
from node.gate import Gate, OpenVault
from node.local_api.api import LocalApi
from node.local_api.desk import Desk
from node.mailbox.api import make_app, make_runner
from node.mailbox.exchange import new_session
from node.mailbox.records import STANDARD_QUOTA
from node.mailbox.serving import BODY_PATIENCE_SECONDS, Policy
from node.mailbox.store import MailboxStore
from node.moves import MOVES_SECONDS, Moves
from node.schedule import Schedule
from node.system import Clock
from node.upkeep import UPKEEP_SECONDS, Upkeep
from node.vault.keyring import PRODUCT_COST, Cost
from protocol import limits
from protocol.errors import SathiError
from protocol.local import views
from protocol.values import Entropy, MailboxId, mailbox_id

MAILBOX_FILE: Final = "mailbox.db"
_OWN_FILE: Final = "own-mailbox"
# A vault that is locked with each last session may be open for minutes only.
_BACKUP_LOOK_SECONDS: Final = limits.MINUTE


class NotInitialisedError(SathiError):
    """This folder holds no node."""


class DemoOffLoopbackError(SathiError):
    """A demo node may be reached from this machine only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What a demo, a test or a bench sets differently; the product uses the defaults."""

    cost: Cost = PRODUCT_COST
    deposits_per_minute: int = limits.DEPOSITS_PER_MINUTE


@final
class Node:
    """One running node."""

    def __init__(
        self,
        folder: Path,
        config: NodeConfig,
        *,
        clock: Clock,
        entropy: Entropy,
        tuning: Tuning,
    ) -> None:
        self._folder = folder
        self._config = config
        self._clock = clock
        self._entropy = entropy
        self._tuning = tuning

    async def run(self, *, ready: asyncio.Event, stop: asyncio.Event) -> None:
        """Serve until `stop` is set; `ready` is set once both doors are open.

        Raises:
            NotInitialisedError: if the folder holds no node.
            OSError: if an address or the socket cannot be taken.
        """
        own = read_own_mailbox(self._folder)
        store = await MailboxStore.open(self._folder / MAILBOX_FILE, quota=STANDARD_QUOTA)
        try:
            async with new_session() as session, asyncio.TaskGroup() as tasks:
                await self._serve(store, own, session, tasks, ready=ready, stop=stop)
        finally:
            await store.close()

    async def _serve(
        self,
        store: MailboxStore,
        own: MailboxId,
        session: aiohttp.ClientSession,
        tasks: asyncio.TaskGroup,
        *,
        ready: asyncio.Event,
        stop: asyncio.Event,
    ) -> None:
        gate = Gate(self._folder, clock=self._clock, entropy=self._entropy, cost=self._tuning.cost)
        patience = Patience(poll_seconds=self._config.courier.poll_seconds)
        cadence = self._config.cadence
        courier = Courier(gate, store, session, patience=patience, cadence=cadence)
        schedule = Schedule(gate, store, clock=self._clock, tend=courier.tend, wake=courier.wake)
        grace = self._config.profile.prekey_grace_seconds
        upkeep = Upkeep(gate, wake=courier.wake, grace_seconds=grace)
        desk = Desk(
            gate,
            courier,
            clock=self._clock,
            entropy=self._entropy,
            vault_lock_seconds=self._config.profile.vault_lock_seconds,
            settings=_desk_settings(self._config),
        )
        local = LocalApi(desk, clock=self._clock, allowed_uids=frozenset({os.getuid()}))
        backups = Backups(gate, self._folder, self._config.backup, entropy=self._entropy)
        desk.make_backup = backups.make
        schedule.add(backups.make_if_due, seconds=_BACKUP_LOOK_SECONDS)
        moves = Moves(
            gate, store, name=partial(write_own_mailbox, self._folder), wake=courier.wake
        )
        self._join(gate, courier, desk, tasks, backups, moves)
        async with contextlib.AsyncExitStack() as closing:
            closing.push_async_callback(gate.lock)
            door = await self._open_mailbox(store, own)
            closing.push_async_callback(door.cleanup)
            closing.callback(store.release_waiters)
            closing.push_async_callback(local.stop)
            await local.start(self._folder / self._config.api.socket)
            schedule.add(upkeep.run, seconds=UPKEEP_SECONDS)
            schedule.add(moves.run, seconds=MOVES_SECONDS)
            schedule.start()
            closing.callback(schedule.stop)
            for watch in (schedule.watch_clock, desk.watch):
                closing.callback(tasks.create_task(watch()).cancel)
            ready.set()
            await stop.wait()

    def _join(
        self,
        gate: Gate,
        courier: Courier,
        desk: Desk,
        tasks: asyncio.TaskGroup,
        backups: Backups,
        moves: Moves,
    ) -> None:
        """The courier carries, and sessions live, at most as long as the vault is open."""

        async def begin(opened: OpenVault) -> None:
            # The mark beside the vault can be deleted; this one cannot.
            if opened.me.is_demo:
                refuse_demo_elsewhere(self._config)
            await moves.settle(opened)
            await courier.begin(opened)
            tasks.create_task(courier.run(opened))
            desk.held.begin(tasks)

        async def end() -> None:
            desk.end_sessions()
            await backups.rest()
            await desk.held.rest()
            await courier.rest()

        gate.on_open = begin
        gate.on_close = end

    async def _open_mailbox(self, store: MailboxStore, own: MailboxId) -> web.AppRunner:
        policy = Policy(
            origin=self._config.mailbox.address or f"http://{self._config.node.listen}",
            own_mailbox=own,
            deposits_per_minute=self._tuning.deposits_per_minute,
            body_patience_seconds=BODY_PATIENCE_SECONDS,
        )
        runner = make_runner(make_app(store, clock=self._clock, policy=policy))
        await runner.setup()
        node = self._config.node
        await web.TCPSite(runner, node.host, node.port).start()
        return runner


def _desk_settings(config: NodeConfig) -> views.DeskSettings:
    return views.DeskSettings(
        lock_seconds=config.desk.lock_minutes * limits.MINUTE,
        unfocused_seconds=config.desk.unfocused_seconds,
        undo_seconds=config.desk.undo_seconds,
        batch_seconds=config.cadence.batch_seconds,
    )


def refuse_demo_elsewhere(config: NodeConfig) -> None:
    """Invented people must not be taken for real ones by somebody elsewhere.

    Raises:
        DemoOffLoopbackError: if the settings would let anybody else reach a demo node.
    """
    if not config.stays_here:
        raise DemoOffLoopbackError(
            "a demo node is reached from this computer only: set node.listen to 127.0.0.1:PORT, "
            "without an address elsewhere and without a relay"
        )


def write_own_mailbox(folder: Path, mailbox: MailboxId) -> None:
    """Leave the name of the node's own mailbox where a locked node finds it: the former one or this."""
    text, place = mailbox.hex() + "\n", folder / _OWN_FILE
    if place.exists() and place.read_text(encoding="ascii") == text:
        return
    beside = folder / f"{_OWN_FILE}.new"
    descriptor = os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(place)


def read_own_mailbox(folder: Path) -> MailboxId:
    """The name of the node's own mailbox. Raises: NotInitialisedError."""
    try:
        text = (folder / _OWN_FILE).read_text(encoding="ascii")
    except FileNotFoundError:
        raise NotInitialisedError(
            f"'{folder.name}' holds no node; begin with `sathi init`"
        ) from None
    return mailbox_id(bytes.fromhex(text.strip()))
