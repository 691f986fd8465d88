"""The window of the desk: asks the terminal how it draws, then runs the application in it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from node.system import SystemClock
from tui import termwidth
from tui.app import SathiApp
from tui.desk import Surroundings


def run(socket: Path, *, language: str, mark_width: str | None) -> int:
    """Show the desk until it is closed.

    Args:
        socket: where the node listens.
        language: before anybody has chosen one.
        mark_width: `0` or `1`, where somebody knows better than the terminal how wide a vowel sign is.

    Returns:
        What the process ends with.
    """
    clock = SystemClock()
    termwidth.setup(forced=int(mark_width) if mark_width in {"0", "1"} else None)
    app = SathiApp(
        Surroundings(
            socket=socket,
            language=language,
            now=clock.wall,
            zone=datetime.fromtimestamp(clock.wall(), UTC).astimezone().tzinfo or UTC,
            pause=asyncio.sleep,
        )
    )
    app.run()
    return app.return_code or 0
