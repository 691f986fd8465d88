"""What an open node does for itself each minute: look at its clock, renew its prekeys, let go of old ones.

Each step is a transaction of its own and decides by what stands in the vault whether it is due, so that a
sleep, a power cut or a kill between two of them leaves nothing half done.
"""

import contextlib
from collections.abc import Callable
from typing import Final, final

from node import faults
from node.gate import Gate, LockedError
from node.services import belonging, receiving, renewing, retaining, timekeeping

UPKEEP_SECONDS: Final = 60


@final
class Upkeep:
    """Looks after one node; `wake` tells the courier that something is due."""

    def __init__(self, gate: Gate, *, wake: Callable[[], None], grace_seconds: int) -> None:
        self._gate = gate
        self._wake = wake
        self._grace_seconds = grace_seconds

    async def run(self) -> None:
        """Do what is due; nothing while the node is locked."""
        with contextlib.suppress(LockedError):
            await self._look_at_clock()
            await self._begin_if_restored()
            await self._renew_bundle()
            await self._destroy_prekeys()
            await self._look_after_card()
            await self._look_after_charter()
            await self._look_at_erasures()
            await self._forget_skeletons()

    async def _look_at_clock(self) -> None:
        opened, acting = self._gate.vault, self._gate.acting()
        is_right_again = await self._gate.write(
            lambda unit: timekeeping.look(unit, me=opened.me, acting=acting)
        )
        if is_right_again:
            await self._gate.write(
                lambda unit: receiving.take_again(
                    unit, me=opened.me, prekeys=opened.prekeys, acting=acting
                )
            )
            self._wake()

    async def _begin_if_restored(self) -> None:
        if await self._gate.begin_if_restored():
            self._wake()

    async def _renew_bundle(self) -> None:
        opened, acting = self._gate.vault, self._gate.acting()
        renewed = await self._gate.write(
            lambda unit: renewing.renew_if_due(unit, me=opened.me, acting=acting)
        )
        if renewed is not None:
            faults.point("bundle.after_commit")
            await self._gate.refresh()
            self._wake()

    async def _destroy_prekeys(self) -> None:
        acting = self._gate.acting()
        destroyed = await self._gate.write(
            lambda unit: renewing.destroy_prekeys(
                unit, grace_seconds=self._grace_seconds, acting=acting
            )
        )
        if destroyed:
            faults.point("prekeys.after_commit")
            await self._gate.refresh()

    async def _look_after_card(self) -> None:
        opened, acting = self._gate.vault, self._gate.acting()
        changed = await self._gate.write(
            lambda unit: renewing.look_after_card(unit, me=opened.me, acting=acting)
        )
        if changed:
            await self._gate.refresh()

    async def _look_after_charter(self) -> None:
        opened, acting = self._gate.vault, self._gate.acting()
        await self._gate.write(
            lambda unit: belonging.look_after_charter(unit, me=opened.me, acting=acting)
        )

    async def _look_at_erasures(self) -> None:
        opened, acting = self._gate.vault, self._gate.acting()
        await self._gate.write(
            lambda unit: retaining.look_at_erasures(unit, me=opened.me, acting=acting)
        )

    async def _forget_skeletons(self) -> None:
        acting = self._gate.acting()
        if await self._gate.write(lambda unit: retaining.may_forget_today(unit, acting=acting)):
            await self._gate.write(lambda unit: retaining.forget_skeletons(unit, acting=acting))
