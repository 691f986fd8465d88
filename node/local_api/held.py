"""Holds sendings back for some seconds, in which they can be stopped, and then carries them out.

What is held stands in the vault, so nothing is lost with the process. Its seconds are counted by the
monotonic clock, so a wall clock that is moved neither keeps a sending for ever nor lets it go early; the
wall clock says only how much of them is left when a vault is opened.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final, final

from node import faults, logs
from node.effects import Acting
from node.gate import Gate, LockedError
from node.local_api.dispatch import ROUTES
from node.local_api.problems import ProblemError
from node.local_api.sessions import Session
from node.services import holding
from node.services.holding import Sending, UseCase
from node.system import Clock
from node.vault.records import HeldSending, Self
from node.vault.unit import Unit
from protocol.local import commands, views
from protocol.local.commands import Command, may_use
from protocol.local.fitting import View
from protocol.local.transport import LocalProblem
from protocol.local.views import Refused
from protocol.values import Instant

# So often somebody looks also without a sign, for what was held by a caller who hung up.
LOOK_SECONDS: Final = 5.0
# After a failing disk, or a defect, one sending waits so long; those behind it do not.
_REST_SECONDS: Final = 5.0
_LOGGER: Final = logging.getLogger("sathi.held")


@final
class Held:
    """The sendings of one node that may still be stopped.

    `wake` tells the courier that something is due.
    """

    def __init__(
        self, gate: Gate, *, wake: Callable[[], None], clock: Clock, undo_seconds: int
    ) -> None:
        self._gate = gate
        self._wake = wake
        self._clock = clock
        self._undo_seconds = undo_seconds
        self._ends: dict[bytes, float] = {}
        self._news = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def hold(self, command: commands.HoldSending, session: Session) -> views.Held | Refused:
        """Hold a sending that would work now; a refusal is answered at once, and then nothing is held.

        Raises:
            ProblemError: if the command inside is for another role.
            MalformedError: if the command inside does not have the form, or may not be held.
        """
        inner = holding.read_sending(command)
        if not may_use(session.role, inner):
            raise ProblemError(LocalProblem.NOT_ALLOWED)
        sending = Sending(command=inner, body=command.body, seconds=self._undo_seconds)
        use_case = _use_case(self._gate.vault.me)
        acting = self._gate.acting(session.user_id)
        view = await self._gate.write(
            lambda unit: holding.hold(unit, sending, use_case=use_case, acting=acting)
        )
        if isinstance(view, views.Held):
            self._ends[view.held_id] = self._clock.monotonic() + self._undo_seconds
            self._news.set()
        return view

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        """The vault was opened and what waited was applied: from here on what is due leaves."""
        self._ends.clear()
        self._running = tasks.create_task(self._run())

    async def rest(self) -> None:
        """The vault is being locked: once this returns, nothing more is carried out."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            await asyncio.wait([running])

    async def _run(self) -> None:
        while True:
            self._news.clear()
            seconds = await self._tend_safely()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._news.wait()

    async def _tend_safely(self) -> float:
        try:
            return await self.tend()
        except LockedError:
            return LOOK_SECONDS
        except Exception as error:  # noqa: BLE001  (a full disk or a defect must not end the node)
            logs.event(_LOGGER, "held.failed", level=logging.ERROR, error=error)
            return _REST_SECONDS

    async def tend(self) -> float:
        """Carry out what is due, in the order in which it was sent.

        Returns:
            After how many seconds to look again.

        Raises:
            LockedError: if the node is locked.
        """
        waiting = await self._gate.read(holding.waiting)
        now, wall = self._clock.monotonic(), self._clock.wall()
        # What was held while this was read is not in it; what was stopped goes with its seconds.
        later = {held_id: end for held_id, end in self._ends.items() if end > now}
        self._ends = later | {
            known.held_id: self._ends.get(known.held_id, now + _left(known, wall=wall))
            for known in waiting
        }
        for known in waiting:
            if self._ends[known.held_id] <= now:
                await self._carry_out(known)
        ahead = (end - now for end in self._ends.values() if end > now)
        return min([LOOK_SECONDS, *ahead])

    async def _carry_out(self, known: HeldSending) -> None:
        job = _CarryJob(known.held_id, _use_case(self._gate.vault.me), self._gate.acting())
        try:
            may_be_due = await self._gate.write(job)
        except Exception as error:  # noqa: BLE001  (what was sent after it must not wait for it)
            logs.event(_LOGGER, "held.failed", level=logging.ERROR, error=error)
            self._ends[known.held_id] = self._clock.monotonic() + _REST_SECONDS
            return
        self._ends.pop(known.held_id, None)
        if may_be_due:
            faults.point("outbox.after_enqueue")
            self._wake()


@final
class _CarryJob:
    """Carries one sending out inside the writer's transaction."""

    __slots__ = ("_acting", "_held_id", "_use_case")

    def __init__(self, held_id: bytes, use_case: UseCase, acting: Acting) -> None:
        self._held_id = held_id
        self._use_case = use_case
        self._acting = acting

    def __call__(self, unit: Unit) -> bool:
        may_be_due = holding.carry_out(
            unit, self._held_id, use_case=self._use_case, acting=self._acting
        )
        faults.point("sending.before_commit")
        return may_be_due


def _use_case(me: Self) -> UseCase:
    def run(unit: Unit, command: Command, acting: Acting) -> View:
        return ROUTES[type(command)].step(unit, command, me, acting)

    return run


def _left(known: HeldSending, *, wall: Instant) -> float:
    """How many of its seconds are left: never more than it was given, whatever the wall clock says."""
    return float(min(max(0, known.leaves_at - wall), known.leaves_at - known.held_at))
