"""The periodic jobs. The scheduler holds no state: what is due stands in the vault, so sleep loses nothing.

Stock interval triggers count missed runs; after a clock jump of a year they would count for minutes. `Every`
takes its next time from now, and a watchdog notices when the wall clock was moved.
"""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any, Final, final

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from node.gate import Gate, LockedError, OpenVault
from node.mailbox.store import MailboxStore
from node.services import resuming, retaining, sticks
from node.system import Clock

_TENDING_SECONDS: Final = 60
_HOURLY_SECONDS: Final = 3_600
_WATCH_SECONDS: Final = 5
_JUMP_SECONDS: Final = 2
# Long past by any clock: the scheduler reads one of its own.
_AT_ONCE: Final = dt.datetime.fromtimestamp(0, tz=dt.UTC)


@final
class Every(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """Fires once, and then so long after each firing; never asks what was missed."""

    def __init__(self, *, seconds: int) -> None:
        self._wait = dt.timedelta(seconds=seconds)

    def get_next_fire_time(
        self, previous_fire_time: dt.datetime | None, now: dt.datetime
    ) -> dt.datetime:
        """The next time, from now."""
        return now if previous_fire_time is None else now + self._wait


@final
class Schedule:
    """Runs the periodic jobs of one node.

    `tend` destroys what is locked, says so and looks for due work; `wake` tells the courier that
    something is due.
    """

    def __init__(
        self,
        gate: Gate,
        store: MailboxStore,
        *,
        clock: Clock,
        tend: Callable[[OpenVault], Awaitable[None]],
        wake: Callable[[], None],
    ) -> None:
        self._gate = gate
        self._store = store
        self._tend_vault = tend
        self._wake = wake
        self._clock = clock
        self._scheduler = AsyncIOScheduler(
            timezone=dt.UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def add(self, job: Callable[[], Awaitable[Any]], *, seconds: int) -> None:
        """Run a job too, once at the start and then so often; it decides by itself whether it is due."""
        self._scheduler.add_job(job, Every(seconds=seconds))

    def start(self) -> None:
        """Begin; the mailbox is kept tidy also while the vault is locked."""
        self.add(self._tidy_mailbox, seconds=_HOURLY_SECONDS)
        self.add(self._tend, seconds=_TENDING_SECONDS)
        self.add(self._repeat, seconds=_HOURLY_SECONDS)
        self._scheduler.start()

    def stop(self) -> None:
        """End without waiting for jobs: each of them is idempotent."""
        self._scheduler.shutdown(wait=False)

    async def watch_clock(self) -> None:
        """Let every job look again after the wall clock was moved or the machine slept."""
        apart = self._apart()
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            moved, apart = abs(self._apart() - apart), self._apart()
            if moved > _JUMP_SECONDS:
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=_AT_ONCE)

    def _apart(self) -> float:
        return self._clock.wall() - self._clock.monotonic()

    async def _tidy_mailbox(self) -> None:
        await self._store.purge(now=self._clock.wall())

    async def _tend(self) -> None:
        """What a failed checkpoint left is tried again, and due work is looked for."""
        with contextlib.suppress(LockedError):
            await self._tend_vault(self._gate.vault)

    async def _repeat(self) -> None:
        acting = self._gate.acting()
        with contextlib.suppress(LockedError):
            await self._gate.write(lambda unit: retaining.forget_old(unit, acting=acting))
            await self._gate.write(lambda unit: resuming.forget_payloads(unit, acting=acting))
            await self._gate.write(lambda unit: sticks.forget_ferried(unit, acting=acting))
            repeated = await self._gate.write(
                lambda unit: retaining.repeat_withdrawals(unit, acting=acting)
            )
            asked = await self._gate.write(lambda unit: resuming.ask_for_gaps(unit, acting=acting))
            awaited = await self._gate.write(
                lambda unit: resuming.say_hello_again(unit, acting=acting)
            )
            if repeated or asked or awaited:
                self._wake()
