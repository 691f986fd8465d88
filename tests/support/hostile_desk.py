"""A desk that shows hostile texts, as a program; it closes itself.

python -m tests.support.hostile_desk ToLedger
"""

import asyncio
import sys
from datetime import UTC
from pathlib import Path
from typing import cast

import tui.app
from node.cli import window
from protocol.local import views
from tests.support.hostile import TERMINAL
from tests.support.scripted_client import Script, ScriptedClient, is_code
from tests.support.scripted_desk import destinations
from tui import termwidth
from tui.app import SathiApp
from tui.client import Client
from tui.desk import Surroundings
from tui.places import Destination, Go
from tui.screens.unlock import Unlocked

SHOWN_SECONDS = 1.0


class HostileApp(SathiApp):  # type: ignore[misc]  # final for the product; here it opens one screen
    """Sits down by itself, opens a screen, says something hostile and closes."""

    CSS_PATH = tui.app.__file__.replace("app.py", SathiApp.CSS_PATH)
    to: Destination

    async def on_ready(self) -> None:
        self.post_message(Unlocked(Script().fill(views.Session)))
        self.post_message(Go(self.to))
        self.set_timer(SHOWN_SECONDS / 2, self._talk)
        self.set_timer(SHOWN_SECONDS, self.exit)

    def _talk(self) -> None:
        self.tell(" ".join(TERMINAL.values()), tone="wrong")
        self.copy_to_clipboard("".join(TERMINAL.values()))


async def main(name: str) -> int:
    """Run it as `sathi tui` does."""
    text = " ".join(TERMINAL.values())
    script = Script(chosen=lambda view, field: None if is_code((view, field)) else text)
    app = HostileApp(
        Surroundings(
            socket=Path("nowhere"), language="en", now=lambda: 0, zone=UTC, pause=asyncio.sleep
        )
    )
    app.desk.client = cast("Client", ScriptedClient(script))
    app.to = destinations()[name]
    return await window.run_quietly(app)


if __name__ == "__main__":
    termwidth.install()
    sys.exit(asyncio.run(main(sys.argv[1])))
