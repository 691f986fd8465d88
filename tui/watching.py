"""Tells the screen in front that something changed at the node; it waits there, and never asks in a loop."""

from collections.abc import Awaitable, Callable
from typing import Final, final

from textual.message import Message

from protocol.local import commands
from tui.client import BusyError, Client, ClientError, LockedError, NoSessionError

WAIT_SECONDS: Final = 25
PAUSE_SECONDS: Final = 5.0
"""A node that does not answer, or has no room for another who waits, is asked again after this."""
NEVER: Final = 1 << 32
"""Nothing was seen yet, and no count is so large: the first answer comes at once."""


@final
class Changed(Message):
    """Something was written at the node since this was last said."""


@final
class SessionOver(Message):
    """The node ended the session, or was locked: nothing may stay on the screen."""


@final
class Unreachable(Message):
    """No answer comes from the node."""


Found = Changed | SessionOver | Unreachable


async def next_change(
    client: Client, since: int, *, pause: Callable[[float], Awaitable[None]]
) -> tuple[int, Found | None]:
    """Wait for the next change; None where the waiting time ended without one.

    Where too many wait already, the node answers at once, and this waits in its place.
    """
    try:
        command = commands.WatchChanges(since=since, wait_seconds=WAIT_SECONDS)
        seen = (await client.watch_changes(command)).count
    except (LockedError, NoSessionError):
        return since, SessionOver()
    except BusyError:
        await pause(PAUSE_SECONDS)
        return since, None
    except ClientError:
        return since, Unreachable()
    return seen, Changed() if since not in (seen, NEVER) else None
