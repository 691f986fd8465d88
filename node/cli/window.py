"""The window of the desk: asks the terminal how it draws, then runs the application in it."""

import asyncio
import os
import signal
import sys
import termios
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from node.system import SystemClock
from tui import termwidth
from tui.app import LeaveNow, SathiApp
from tui.crash import keep_silent
from tui.desk import Surroundings

ENDING: Final = (signal.SIGHUP, signal.SIGTERM)
LEAVING_SECONDS: Final = 5


def run(socket: Path, *, language: str) -> int:
    """Show the desk until it is closed; what the process ends with."""
    measure()
    return asyncio.run(show(socket, language=language, demonstration=None))


def measure() -> None:
    """Ask the terminal how wide it draws vowel signs; outside any event loop, and before the desk opens."""
    # Somebody may know better than the terminal.
    width = os.environ.get("SATHI_MARK_WIDTH")
    termwidth.setup(forced=int(width) if width in {"0", "1"} else None)


async def show(socket: Path, *, language: str, demonstration: tuple[str, str] | None) -> int:
    """Show the desk until it is closed.

    Args:
        socket: where the node listens.
        language: before anybody has chosen one.
        demonstration: name and passphrase of somebody who does not exist, shown where they are asked for.

    Returns:
        What the process ends with; not 0 after a crash.
    """
    clock = SystemClock()
    app = SathiApp(
        Surroundings(
            socket=socket,
            language=language,
            now=clock.wall,
            zone=datetime.fromtimestamp(clock.wall(), UTC).astimezone().tzinfo or UTC,
            pause=asyncio.sleep,
            demonstration=demonstration,
        )
    )
    forget_typed_ahead()
    return await run_quietly(app)


async def run_quietly(app: SathiApp) -> int:
    """Run the application to its end, and let no report of Python's own reach the terminal."""
    keep_silent()
    for number in ENDING:
        asyncio.get_running_loop().add_signal_handler(number, _end, app)
    await app.run_async()
    # It is closed: who showed it may take longer than that to put the rest away.
    signal.alarm(0)
    return app.return_code or 0


def _end(app: SathiApp) -> None:
    """The terminal was closed, or somebody ends the program: the session ends first, then the window."""
    # What draws on a terminal that is gone may hang; her words do not stay in memory for that.
    signal.alarm(LEAVING_SECONDS)
    app.post_message(LeaveNow())


def forget_typed_ahead() -> None:
    """Drop what was typed before the desk was there: a passphrase could land where it can be read."""
    if sys.stdin.isatty():
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
