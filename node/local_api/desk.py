"""Carries out the commands of people: sessions, people and locking here, everything else by its service.

While sessions are open the vault is open; when the last one ended, it is locked after the configured time.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from math import ceil
from typing import Final, Protocol, final

from msgspec import structs

from node import faults, trusted_clock
from node.backups import BackupRunningError, Made, NotMadeError
from node.gate import Gate, LockedError, OpenVault
from node.local_api.dispatch import ROUTES, Does, Route
from node.local_api.held import Held
from node.local_api.people import People, PeopleCommand
from node.local_api.problems import ProblemError
from node.local_api.requests import BUSY_SECONDS
from node.local_api.sessions import Guesses, Session, Sessions
from node.local_api.watching import Watching
from node.services import arranging, belonging, people, reading
from node.sticks.holding import Sticks
from node.system import Clock
from node.vault.unit import Unit
from protocol import limits
from protocol.errors import LocalProtocolError
from protocol.file_rules import FREE_BYTES_MIN
from protocol.local import commands, views
from protocol.local.commands import Command, StickCommand
from protocol.local.fitting import View
from protocol.local.transport import LocalProblem
from protocol.local.views import No, Refused, refused
from protocol.values import Entropy, node_id_text

LOOK_SECONDS: Final = 5
# The two clocks that this is read from are read one after the other.
SLEPT_SECONDS: Final = 3.0
# Each Argon2id takes 128 MiB for a quarter of a second.
DERIVATIONS_MAX: Final = 2
DERIVATIONS_WAITING_MAX: Final = 16
_LOCKED: Final = views.NodeStatus(
    is_open=False,
    name="",
    node_id="",
    is_erasure_pending=False,
    prekey_weeks_left=None,
    outbox_waiting=None,
    outbox_oldest_seconds=None,
)


class Carrier(Protocol):
    """What is asked of the courier."""

    def wake(self) -> None:
        """There is something new to send."""
        ...

    async def sync(self, opened: OpenVault) -> None:
        """Collect and deliver now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who gives a command; without a session only a few may be given."""

    token: bytes = field(repr=False)
    session: Session | None


class _NotDoneError(Exception):
    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused


@final
class Desk:
    """One node's side of the local API, without the socket.

    `make_backup` is asked for a backup, `settle` after a stick was taken, `relays` how relays answer; whoever
    builds the node says who does that.
    """

    def __init__(
        self,
        gate: Gate,
        carrier: Carrier,
        *,
        clock: Clock,
        entropy: Entropy,
        vault_lock_seconds: int,
        settings: views.DeskSettings,
    ) -> None:
        self._gate = gate
        self._carrier = carrier
        self._clock = clock
        self._lock_seconds = vault_lock_seconds
        self._alone_seconds = vault_lock_seconds
        self._settings = settings
        self.held = Held(gate, wake=carrier.wake, clock=clock, undo_seconds=settings.undo_seconds)
        self._sessions = Sessions(entropy=entropy)
        self._guesses = Guesses()
        self._derivations = asyncio.Semaphore(DERIVATIONS_MAX)
        self._derivations_waiting = 0
        self._people = People(gate, self._sessions, clock=clock, deriving=self._deriving)
        self._slept = clock.slept()
        self._watching = Watching(gate)
        self.sticks = Sticks(
            gate, entropy=entropy, may_ferry=settings.may_ferry, settle=self._settled
        )
        self.settle: Callable[[OpenVault], Awaitable[None]] = _nothing_to_settle
        self.free_bytes: Callable[[], int] = _as_much_as_is_needed
        self.make_backup: Callable[[], Awaitable[Made]] = _nobody_makes_one
        self.relays: Callable[[], list[views.RelayStatus]] = list

    @property
    def is_open(self) -> bool:
        """Is the vault open?"""
        return self._gate.is_open

    def caller(self, token: bytes | None, *, is_use: bool = True) -> Caller:
        """Whose token this is; after the machine slept, nobody's. Using a session keeps it alive."""
        if token is None or not self._gate.is_open or self._has_slept():
            return Caller(token=b"", session=None)
        session = self._sessions.find(token, now=self._clock.monotonic(), is_use=is_use)
        return Caller(token=token, session=session)

    def end_sessions(self) -> None:
        """End all sessions; for whoever locks the vault."""
        self._sessions.close_all()
        self.sticks.forget()

    async def _settled(self, opened: OpenVault) -> None:
        await self.settle(opened)

    def end_watching(self) -> None:
        """Send away every screen that waits for a change; for whoever stops the node."""
        self._watching.end()

    async def watch(self) -> None:
        """Lock the vault when nobody needs it, or the machine slept; until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.tend()

    async def tend(self) -> None:
        """Look once whether the vault has been alone for long enough, or the machine slept."""
        if self._has_slept():
            # Whoever closed the lid went away, and whoever opened it may be somebody else.
            await self._gate.lock()
            self._slept = self._clock.slept()
        with contextlib.suppress(LockedError):
            await self._heed_charter()
        if self._gate.is_open and not self._is_wanted():
            await self._gate.lock(unless=self._is_wanted)

    async def _heed_charter(self) -> None:
        """Where the charter asks for high risk, the vault closes with the last session (R-200)."""
        if self._gate.is_open and len(self._sessions) == 0:
            is_high = await self._gate.read(belonging.is_risk_high)
            self._alone_seconds = 0 if is_high else self._lock_seconds

    def _has_slept(self) -> bool:
        return self._clock.slept() - self._slept > SLEPT_SECONDS

    def _is_wanted(self) -> bool:
        alone = self._sessions.seconds_alone(now=self._clock.monotonic())
        return len(self._sessions) > 0 or alone < self._alone_seconds

    async def answer(self, command: Command, caller: Caller) -> View:
        """Carry out a command that this caller may give.

        Raises:
            ProblemError: if it is refused before any service saw it.
            LockedError: if the node is locked.
            RemoteProtocolError: if something in the command is not legal.
        """
        route = ROUTES.get(type(command))
        if route is not None:
            return await self._by_service(route, command, _session_of(caller))
        if isinstance(command, PeopleCommand):
            return await self._people.answer(command, _session_of(caller))
        if isinstance(command, StickCommand):
            return await self.sticks.answer(command, user=_session_of(caller).user_id)
        if isinstance(command, commands.HoldSending):
            return await self.held.hold(command, _session_of(caller))
        if isinstance(command, commands.WatchChanges):
            return await self._watching.wait(
                command,
                is_welcome=lambda: self.caller(caller.token, is_use=False).session is not None,
            )
        return await self._at_the_desk(command, caller)

    async def _at_the_desk(self, command: Command, caller: Caller) -> View:
        """What is answered here and by no service alone."""
        view: View = views.Done()
        match command:
            case commands.OpenSession():
                view = await self._open_session(command)
            case commands.ShowStatus():
                view = await self._status()
            case commands.CloseSession():
                self._sessions.close(caller.token)
                self._watching.look_again()
                await self.tend()
            case commands.LockNode():
                await self._gate.lock()
            case commands.RecoverUser():
                view = await self._people.recover(command)
            case commands.CreateBackup():
                view = await self._create_backup()
            case commands.SyncNow():
                await self._carrier.sync(self._gate.vault)
            case _:
                raise LocalProtocolError("a command that nobody carries out")
        return view

    async def _by_service(self, route: Route, command: Command, session: Session) -> View:
        me = self._gate.vault.me
        acting = self._gate.acting(session.user_id)

        def job(unit: Unit) -> View:
            view = route.step(unit, command, me, acting)
            if isinstance(view, Refused):
                # Inside the transaction, so that what was refused leaves nothing behind.
                raise _NotDoneError(view)
            return view

        try:
            if route.does is Does.READ:
                return self._with_disk(await self._gate.read(job))
            surely = isinstance(command, commands.ON_A_FULL_DISK)
            view = await (self._gate.write_surely if surely else self._gate.write)(job)
        except _NotDoneError as error:
            return error.refused
        if route.does is Does.RENEW:
            await self._gate.refresh()
        if route.does in (Does.SEND, Does.RENEW):
            faults.point("outbox.after_enqueue")
            self._carrier.wake()
        return view

    def _with_disk(self, view: View) -> View:
        """What no vault knows, and people have to be told first of all."""
        is_short = isinstance(view, views.Today) and self.free_bytes() < FREE_BYTES_MIN
        return structs.replace(view, is_disk_short=True) if is_short else view

    async def _open_session(self, command: commands.OpenSession) -> views.Session:
        await self.tend()
        async with self._deriving():
            wait = self._guesses.begin(command.name, now=self._clock.monotonic())
            if wait > 0:
                raise ProblemError(LocalProblem.RATE, retry_after_seconds=ceil(wait))
            user = await self._gate.unlock(command.name, command.passphrase)
        # Nothing waits until the session is open, so the vault is not locked in between for being alone.
        self._guesses.succeeded(command.name)
        token = self._sessions.open(user, now=self._clock.monotonic())
        return views.Session(
            token=token,
            user_id=user.user_id,
            name=user.name,
            role=user.role.value,
            desk=await self._gate.read(lambda unit: belonging.desk_settings(unit, self._settings)),
            settings=await self._gate.read(
                lambda unit: arranging.load_settings(unit, user.user_id)
            ),
            # Last of all: whoever is not answered is told the next time.
            notices=await self._gate.write_surely(
                lambda unit: people.take_notices(unit, user.user_id)
            ),
        )

    async def _create_backup(self) -> View:
        try:
            made = await self.make_backup()
        except BackupRunningError:
            return refused(No.BACKUP_RUNNING)
        except NotMadeError:
            return refused(No.BACKUP_NOT_MADE)
        return views.BackupMade(
            name=made.path.name, made_at=made.made_at, size=made.size, dropped=made.dropped
        )

    async def _status(self) -> views.NodeStatus:
        if not self._gate.is_open:
            return _LOCKED
        opened = self._gate.vault
        count, oldest = await self._gate.read(reading.outbox_since)
        now = self._clock.wall()
        # A clock that was set back makes nothing wait for less than no time.
        return views.NodeStatus(
            is_open=True,
            name=opened.me.card.display_name,
            node_id=node_id_text(opened.me.node_id),
            is_erasure_pending=opened.database.is_erasure_pending,
            prekey_weeks_left=max(0, opened.me.bundle.expires - now)
            // limits.PREKEY_SLICE_SECONDS,
            outbox_waiting=count,
            outbox_oldest_seconds=0 if oldest is None else max(0, now - oldest),
            is_clock_in_doubt=await self._gate.read(
                lambda unit: trusted_clock.is_in_doubt(unit, now=now)
            ),
            card_seconds_left=opened.me.card.expires - now,
            is_risk_raised=await self._gate.read(belonging.is_risk_high),
            charter_seconds_left=await self._gate.read(
                lambda unit: belonging.charter_seconds_left(unit, now=now)
            ),
            update_waiting=await self._gate.read(reading.kept_for_an_update),
            relays=self.relays(),
        )

    @contextlib.asynccontextmanager
    async def _deriving(self) -> AsyncIterator[None]:
        """Wait for a turn at Argon2id, with not too many others."""
        if self._derivations_waiting >= DERIVATIONS_WAITING_MAX:
            raise ProblemError(LocalProblem.BUSY, retry_after_seconds=BUSY_SECONDS)
        self._derivations_waiting += 1
        try:
            async with self._derivations:
                yield
        finally:
            self._derivations_waiting -= 1


def _as_much_as_is_needed() -> int:
    return FREE_BYTES_MIN


async def _nothing_to_settle(_opened: OpenVault) -> None:
    """Nobody carries here."""


async def _nobody_makes_one() -> Made:
    raise NotMadeError("this node makes no backups")


def _session_of(caller: Caller) -> Session:
    if caller.session is None:
        raise ProblemError(LocalProblem.NO_SESSION)
    return caller.session
