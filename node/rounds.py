"""Rounds of carrying: each is noted while it goes on, and none goes on once the vault is being locked."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import final

from node.gate import LockedError


@final
class Rounds:
    """The rounds of one carrier: those of its own loops, and those that somebody waits for."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[object]] = set()
        self._is_resting = True

    def begin(self) -> None:
        """The vault was opened: rounds may be made."""
        self._is_resting = False

    def go_on(self) -> None:
        """Asked by a loop before each turn.

        What a turn raised may have come in place of its cancellation; then nothing else ends the loop, and
        the lock would wait for it.

        Raises:
            LockedError: if the vault is being locked.
        """
        if self._is_resting:
            raise LockedError("the node was locked meanwhile")

    async def rest(self) -> None:
        """End every round under way, and let no other begin."""
        self._is_resting = True
        rounds = [task for task in self._under_way if task is not asyncio.current_task()]
        for task in rounds:
            task.cancel()
        if rounds:
            await asyncio.wait(rounds)

    @contextlib.asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """The body is one round.

        Raises:
            LockedError: if the node is locked, or was locked meanwhile.
        """
        task = asyncio.current_task()
        if task is None or self._must_rest():
            raise LockedError("the node is locked")
        self._under_way.add(task)
        try:
            yield
        except BaseException:
            if not self._must_rest():
                raise
            # It was `rest` that cancelled the round; whoever waits for it is told why it ended.
            task.uncancel()
            raise LockedError("the node was locked meanwhile") from None
        finally:
            self._under_way.discard(task)

    def _must_rest(self) -> bool:
        # Asked anew each time: `rest` may have come while a round was waiting.
        return self._is_resting
