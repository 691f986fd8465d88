"""A number that grows with every change, and a way to wait for the next one without asking for it."""

import asyncio
import threading
from typing import final

from protocol.errors import SathiError


class ChangesClosedError(SathiError):
    """Nothing is changed any more: whoever waits is sent away."""


@final
class Changes:
    """Counts what was changed; any thread may note a change, and any event loop may wait for one.

    Attributes:
        count: how much was changed so far.
    """

    def __init__(self) -> None:
        self.count = 0
        self._is_closed = False
        self._guard = threading.Lock()
        self._waiting: dict[asyncio.Future[None], asyncio.AbstractEventLoop] = {}

    def note(self) -> None:
        """Something was changed; whoever waits hears of it."""
        with self._guard:
            self.count += 1
            self._wake()

    def wake(self) -> None:
        """Let everybody who waits look again, though nothing was changed here."""
        with self._guard:
            self._wake()

    def close(self) -> None:
        """Send away everybody who waits, and whoever comes later."""
        with self._guard:
            self._is_closed = True
            self._wake()

    async def wait(self, *, since: int) -> None:
        """Wait until the count is another one than `since`, or somebody wakes us; also for nothing.

        Raises:
            ChangesClosedError: at once, if this was closed, or when it is.
        """
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[None] = loop.create_future()
        with self._guard:
            self._refuse_closed()
            if self.count != since:
                return
            self._waiting[waiting] = loop
        try:
            await waiting
        finally:
            with self._guard:
                self._waiting.pop(waiting, None)
        self._refuse_closed()

    def _refuse_closed(self) -> None:
        if self._is_closed:
            raise ChangesClosedError("nothing is changed here any more")

    def _wake(self) -> None:
        for waiting, loop in self._waiting.items():
            # A closed loop has nobody left who waits.
            if not loop.is_closed():
                loop.call_soon_threadsafe(_finish, waiting)
        self._waiting.clear()


def _finish(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
