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

from node import ballast
from node.addresses import host_of, port_of
from node.backups import Backups
from node.config import NodeConfig, read_pin, read_ticket
from node.courier import Courier, Patience
from node.gate import Gate, OpenVault
from node.local_api.api import LocalApi
from node.local_api.desk import Desk
from node.mailbox.api import make_app, make_runner
from node.mailbox.exchange import new_session
from node.mailbox.rates import OwnBounds
from node.mailbox.records import STANDARD_QUOTA
from node.mailbox.serving import BODY_PATIENCE_SECONDS, Policy
from node.mailbox.store import MailboxStore
from node.mailbox.ways import Tor
from node.moves import MOVES_SECONDS, Moves
from node.schedule import Schedule
from node.system import Clock, free_bytes
from node.upkeep import UPKEEP_SECONDS, Upkeep
from node.vault.keyring import PRODUCT_COST, Cost
from node.visits import Hearer, Own, Relay, Rhythm, Visits
from protocol import limits
from protocol.errors import SathiError
from protocol.local import views
from protocol.values import Entropy, MailboxId, mailbox_id

MAILBOX_FILE: Final = "mailbox.db"
_OWN_FILE: Final = "own-mailbox"
# A vault that is locked with each last session may be open for minutes only.
_BACKUP_LOOK_SECONDS: Final = limits.MINUTE
_BALLAST_LOOK_SECONDS: Final = limits.MINUTE


class NotInitialisedError(SathiError):
    """This folder holds no node."""


class DemoOffLoopbackError(SathiError):
    """A demo node may be reached from this machine only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What a demo, a test or a bench sets differently; the product uses the defaults."""

    cost: Cost = PRODUCT_COST
    deposits_per_minute: int = limits.DEPOSITS_PER_MINUTE
    ballast_bytes: int = ballast.BYTES


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
        # Before anything else is written: what fills the disk may be at work already.
        await self._keep_ballast()
        store = await MailboxStore.open(self._folder / MAILBOX_FILE, quota=STANDARD_QUOTA)
        store.make_room = partial(ballast.give_up, self._folder)
        try:
            async with (
                new_session(tor=_tor(self._config)) as session,
                asyncio.TaskGroup() as tasks,
            ):
                await self._serve(store, own, session, tasks, ready=ready, stop=stop)
        finally:
            await store.close()

    async def _keep_ballast(self) -> None:
        keep = partial(ballast.make_whole, self._folder, wanted=self._tuning.ballast_bytes)
        await asyncio.get_running_loop().run_in_executor(None, keep)

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
        carrying = _Carrying(courier, self._visits(gate, session, courier))
        desk = Desk(
            gate,
            carrying,
            clock=self._clock,
            entropy=self._entropy,
            vault_lock_seconds=self._config.profile.vault_lock_seconds,
            settings=_desk_settings(self._config),
        )
        local = LocalApi(desk, clock=self._clock, allowed_uids=frozenset({os.getuid()}))
        backups = Backups(gate, self._folder, self._config.backup, entropy=self._entropy)
        desk.settle = courier.tend
        schedule.add(backups.make_if_due, seconds=_BACKUP_LOOK_SECONDS)
        moves = Moves(
            gate, store, name=partial(write_own_mailbox, self._folder), wake=courier.wake
        )
        self._join(gate, carrying, desk, tasks, backups, moves)
        async with contextlib.AsyncExitStack() as closing:
            closing.push_async_callback(gate.lock)
            door = await self._open_mailbox(store, own)
            closing.push_async_callback(door.cleanup)
            closing.callback(store.release_waiters)
            closing.push_async_callback(local.stop)
            await local.start(self._folder / self._config.api.socket)
            schedule.add(upkeep.run, seconds=UPKEEP_SECONDS)
            schedule.add(moves.run, seconds=MOVES_SECONDS)
            schedule.add(self._keep_ballast, seconds=_BALLAST_LOOK_SECONDS)
            schedule.start()
            closing.callback(schedule.stop)
            for watch in (schedule.watch_clock, desk.watch):
                closing.callback(tasks.create_task(watch()).cancel)
            ready.set()
            await stop.wait()

    def _visits(self, gate: Gate, session: aiohttp.ClientSession, courier: Courier) -> Visits:
        config = self._config
        # A trial without a relay is reached from this computer; any other node where it says, or not at all.
        is_trial = config.stays_here and not config.mailbox.relay
        own = config.mailbox.address or (f"http://{config.node.listen}" if is_trial else "")
        return Visits(
            gate,
            session,
            [
                Relay(
                    origin=relay.url,
                    ticket=read_ticket(relay.ticket) or b"",
                    pin=read_pin(relay.pin),
                )
                for relay in config.mailbox.relay
            ],
            own=Own(origin=own, pin=read_pin(config.mailbox.pin)) if own else None,
            rhythm=Rhythm(seconds=config.courier.visit_minutes * limits.MINUTE),
            tell=Hearer(settle=courier.tend, heard=courier.heard),
        )

    def _join(
        self,
        gate: Gate,
        carrying: "_Carrying",
        desk: Desk,
        tasks: asyncio.TaskGroup,
        backups: Backups,
        moves: Moves,
    ) -> None:
        """The courier carries, and sessions live, at most as long as the vault is open."""
        desk.free_bytes = partial(free_bytes, self._folder)
        desk.make_backup = backups.make

        async def begin(opened: OpenVault) -> None:
            # The mark beside the vault can be deleted; this one cannot.
            if opened.me.is_demo:
                refuse_demo_elsewhere(self._config)
            await moves.settle(opened)
            await carrying.begin(opened, tasks)
            desk.held.begin(tasks)

        async def end() -> None:
            desk.end_sessions()
            await backups.rest()
            await desk.held.rest()
            await carrying.rest()

        gate.on_open = begin
        gate.on_close = end
        desk.relays = carrying.relays

    async def _open_mailbox(self, store: MailboxStore, own: MailboxId) -> web.AppRunner:
        policy = Policy(
            origin=self._config.mailbox.address or f"http://{self._config.node.listen}",
            own_mailbox=own,
            deposits_per_minute=self._tuning.deposits_per_minute,
            body_patience_seconds=BODY_PATIENCE_SECONDS,
        )
        bounds = OwnBounds(self._clock, deposits_per_minute=policy.deposits_per_minute)
        app = make_app(store, clock=self._clock, policy=policy, bounds=bounds)
        runner = make_runner(app)
        await runner.setup()
        node = self._config.node
        await web.TCPSite(runner, node.host, node.port).start()
        return runner


@final
class _Carrying:
    """Whoever carries, as one: the courier, and the visits to relays."""

    def __init__(self, courier: Courier, visits: Visits) -> None:
        self._courier = courier
        self._visits = visits

    async def begin(self, opened: OpenVault, tasks: asyncio.TaskGroup) -> None:
        """Apply what waits, before anything is shown; then carry until `rest`."""
        await self._visits.begin(opened)
        await self._courier.begin(opened)
        tasks.create_task(self._courier.run(opened))
        tasks.create_task(self._visits.run(opened))

    async def rest(self) -> None:
        """The vault is being locked: nothing is sent once this returns."""
        await self._visits.rest()
        await self._courier.rest()

    def wake(self) -> None:
        """There is something new to send."""
        self._courier.wake()

    def relays(self) -> list[views.RelayStatus]:
        """How the relays of the settings answer. Raises: LockedError."""
        return self._visits.relays()

    async def sync(self, opened: OpenVault) -> None:
        """One whole round of both. Raises: LockedError."""
        await self._visits.visit(opened)
        await self._courier.sync(opened)


def _tor(config: NodeConfig) -> Tor | None:
    socks = config.tor.socks
    if not socks:
        return None
    return Tor(host=host_of(socks), port=port_of(socks), is_for_all=config.tor.everything)


def _desk_settings(config: NodeConfig) -> views.DeskSettings:
    return views.DeskSettings(
        lock_seconds=config.desk.lock_minutes * limits.MINUTE,
        unfocused_seconds=config.desk.unfocused_seconds,
        undo_seconds=config.desk.undo_seconds,
        batch_seconds=config.cadence.batch_seconds,
        may_ferry=config.stick.ferry,
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
