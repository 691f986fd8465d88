"""A desk at which somebody sits, as a program: `python -m tests.support.closed_window FILE`.

What it asks of the node is written into the file, a name to a line, as soon as it is asked; last, in how
many seconds an alarm would still end the program.
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC
from pathlib import Path
from typing import Any, cast, final

from typing_extensions import override

import tui.app
from node.cli import window
from protocol.local import views
from tests.support.scripted_client import Script, ScriptedClient
from tui.app import SathiApp
from tui.client import Client
from tui.desk import Surroundings
from tui.screens.unlock import Unlocked


@final
class NotingClient(ScriptedClient):
    """Writes down what it was asked."""

    def __init__(self, noted: Path) -> None:
        super().__init__()
        self._noted = noted

    @override
    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        ask = super().__getattr__(name)
        with self._noted.open("a", encoding="utf-8") as file:
            file.write(f"{name}\n")
        return ask


class SeatedApp(SathiApp):  # type: ignore[misc]  # final for the product; here somebody sits there at once
    """Somebody has unlocked it."""

    CSS_PATH = tui.app.__file__.replace("app.py", SathiApp.CSS_PATH)

    async def on_ready(self) -> None:
        self.desk.client.has_session = True  # type: ignore[misc]  # the client without a node keeps it so
        self.post_message(Unlocked(Script().fill(views.Session)))


async def main(noted: str) -> int:
    """Run it as `sathi tui` does."""
    app = SeatedApp(
        Surroundings(
            socket=Path("nowhere"), language="en", now=lambda: 0, zone=UTC, pause=asyncio.sleep
        )
    )
    app.desk.client = cast("Client", NotingClient(Path(noted)))
    return await window.run_quietly(app)


if __name__ == "__main__":
    ended_with = asyncio.run(main(sys.argv[1]))
    with Path(sys.argv[1]).open("a", encoding="utf-8") as file:
        file.write(f"alarm_in_{signal.alarm(0)}\n")
    sys.exit(ended_with)
