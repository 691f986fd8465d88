"""Tells the screen in front that something changed at the node; it waits there, and never asks in a loop."""

from typing import Final, final

from textual.message import Message

from tui.client import BusyError, Client, ClientError, LockedError, NoSessionError

WAIT_SECONDS: Final = 25


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


async def next_change(client: Client, since: int) -> tuple[int, Found | None]:
    """Wait for the next change; None where the waiting time ended without one."""
    try:
        seen = await client.wait_for_change(since=since, wait_seconds=WAIT_SECONDS)
    except (LockedError, NoSessionError):
        return since, SessionOver()
    except BusyError:
        return since, None
    except ClientError:
        return since, Unreachable()
    return seen, Changed() if seen != since and since > 0 else None
