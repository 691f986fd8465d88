"""Screens that wait for a change: answered as soon as there is one, and never in the way of a lock."""

import asyncio
from collections.abc import Callable
from typing import Final, final

from node.changes import Changes, ChangesClosedError
from node.gate import Gate, LockedError
from node.local_api.problems import ProblemError
from node.local_api.requests import BUSY_SECONDS
from protocol.errors import MalformedError
from protocol.local import bounds, commands, views
from protocol.local.transport import LocalProblem

# Two for each session that can be open.
WATCHING_MAX: Final = 128


@final
class Watching:
    """Holds the requests that wait, with a bound; it needs no thread, no timer and no query."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._watching = 0
        self._is_over = False

    def look_again(self) -> None:
        """A session ended: whoever waits in it is sent away, everybody else waits on."""
        if self._gate.is_open:
            self._gate.vault.database.changes.wake()

    def end(self) -> None:
        """The node stops: nobody waits any more."""
        self._is_over = True
        self.look_again()

    async def wait(
        self, command: commands.WatchChanges, *, is_welcome: Callable[[], bool]
    ) -> views.Changes:
        """Wait until something changed, or for as long as was asked.

        Args:
            command: what was asked.
            is_welcome: is the session still open? Asking it is no use of the session.

        Raises:
            MalformedError: if it asks to wait too long.
            ProblemError: if the session ended meanwhile, or too many wait.
            LockedError: if the node is locked, or is locked meanwhile.
        """
        if not 0 <= command.wait_seconds <= bounds.CHANGES_WAIT_SECONDS_MAX:
            raise MalformedError("too long", place="WatchChanges.wait_seconds")
        if self._watching >= WATCHING_MAX:
            raise ProblemError(LocalProblem.BUSY, retry_after_seconds=BUSY_SECONDS)
        changes = self._gate.vault.database.changes
        self._watching += 1
        try:
            async with asyncio.timeout(command.wait_seconds):
                await self._wait(changes, command.since, is_welcome)
        except TimeoutError:
            pass
        except ChangesClosedError:
            raise LockedError("the node was locked meanwhile") from None
        finally:
            self._watching -= 1
        self._look(is_welcome)
        return views.Changes(count=changes.count)

    async def _wait(self, changes: Changes, since: int, is_welcome: Callable[[], bool]) -> None:
        while changes.count == since:
            self._look(is_welcome)
            await changes.wait(since=since)

    def _look(self, is_welcome: Callable[[], bool]) -> None:
        if self._is_over:
            raise LockedError("the node stops")
        if not is_welcome():
            raise ProblemError(LocalProblem.NO_SESSION)
