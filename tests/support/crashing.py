"""A desk on which something breaks, as a program: `python -m tests.support.crashing WHERE`.

What breaks holds a word of hers in its local variables, in what it says, in its cause and in a group. The
word is put together while the program runs, so that no line of this file has it.
"""

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Final

from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget

import tui.app
from node.cli import window
from tui.app import SathiApp
from tui.client import Client
from tui.desk import Desk, Surroundings
from tui.plain import Text
from tui.screens.desk_screen import DeskScreen
from tui.working import in_background

PARTS: Final = ("canary", "of", "hers", "7731")
PLACES: Final = (
    "handler", "worker", "load", "render", "compose", "timer", "callback", "rich", "group", "system",
    "task", "coroutine",
)  # fmt: skip


class DrawnError(Exception):
    """An error that would draw what it holds."""

    def __rich__(self) -> str:
        return str(self)


def broken(kind: type[Exception] = ValueError) -> None:
    """Raise, with the word in everything that a report could print."""
    word = "-".join(PARTS)
    kept = {"name": word, "rows": [word] * 3}
    cause = LookupError(word)
    cause.add_note(word)
    raise kind(word, kept) from cause


async def broken_later(kind: type[Exception] = ValueError) -> None:
    """Raise in a task."""
    word = "-".join(PARTS)
    await asyncio.sleep(0)
    broken(kind)
    raise AssertionError(word)


async def broken_together() -> None:
    """Raise a group."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(broken_later())
        tasks.create_task(broken_later(KeyError))


class BrokenWidget(Widget):
    """Cannot be drawn."""

    def render(self) -> Content:
        broken()
        return Content("")


class BrokenScreen(DeskScreen[None]):
    """Breaks at one place."""

    def __init__(self, desk: Desk, place: str) -> None:
        super().__init__(desk)
        self.place = place

    def body(self) -> ComposeResult:
        yield Text("-".join(PARTS[::-1]))
        if self.place == "render":
            yield BrokenWidget()
        if self.place == "compose":
            broken()

    async def load(self, client: Client) -> None:
        del client
        if self.place == "load":
            broken()

    def on_mount(self) -> None:
        super().on_mount()
        in_turn: dict[str, Callable[[], object]] = {
            "handler": broken,
            "rich": partial(broken, DrawnError),
            "worker": partial(in_background, self, broken_later, group="act"),
            "group": partial(in_background, self, broken_together, group="act"),
            "timer": partial(self.set_timer, 0.01, broken),
            "callback": partial(self.call_after_refresh, broken),
        }
        loop = asyncio.get_running_loop()
        unheard: dict[str, Callable[[], object]] = {
            "system": partial(loop.call_soon, broken),
            "task": partial(_forget, lambda: loop.create_task(broken_later())),
            "coroutine": partial(_forget, broken_later),
        }
        if self.place in in_turn:
            in_turn[self.place]()
        if self.place in unheard:
            unheard[self.place]()
            self.set_timer(0.05, self.app.exit)


def _forget(making: Callable[[], object]) -> None:
    """Make something that nobody waits for."""
    making()


class BrokenApp(SathiApp):  # type: ignore[misc]  # final for the product; here it is what breaks
    """Opens the broken screen as soon as it stands."""

    CSS_PATH = tui.app.__file__.replace("app.py", SathiApp.CSS_PATH)
    place = ""

    async def on_ready(self) -> None:
        await self.push_screen(BrokenScreen(self.desk, self.place))


def broken_app(place: str) -> BrokenApp:
    """The desk that breaks at this place."""
    app = BrokenApp(
        Surroundings(
            socket=Path("nowhere.sock"),
            language="en",
            now=lambda: 0,
            zone=UTC,
            pause=asyncio.sleep,
        )
    )
    app.place = place
    return app


async def main(place: str) -> int:
    """Run it as `sathi tui` does."""
    return await window.run_quietly(broken_app(place))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1])))
