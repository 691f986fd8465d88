"""Two nodes as `sathi serve` runs them, and at each a desk on a terminal and a colleague who looks it up."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar, final

from protocol.local import commands, views
from protocol.local.commands import Command
from protocol.local.fitting import View
from tests.support.command_line import PASSPHRASE, Founded, environment, founded, served
from tests.support.ports import free_port
from tests.walk.terminal import Terminal, on_terminal
from tui.client import Client
from tui.wording import Digits

ViewT = TypeVar("ViewT", bound=View)

UNDO_SECONDS: Final = 2
_SETTINGS: Final = f"""poll_seconds = 5

[desk]
undo_seconds = {UNDO_SECONDS}
"""
_SOCKET: Final = "run/api.sock"
_QUIET_ROUNDS: Final = 2
_ROUNDS_MAX: Final = 60


@final
class Colleague:
    """Somebody of the same organisation who asks its node what it holds, without any screen."""

    def __init__(self, founded_node: Founded, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._client = Client(founded_node.folder / _SOCKET)
        self._user = founded_node.user
        self.digits: Digits = "native"

    def begin(self) -> None:
        """Open a session."""
        self._runner.run(self._client.__aenter__())
        session = self._runner.run(
            self._client.open_session(name=self._user, passphrase=PASSPHRASE)
        )
        if session.settings.digits == "latin":
            self.digits = "latin"

    def end(self) -> None:
        """Hang up."""
        self._runner.run(self._client.__aexit__(None, None, None))

    def ask(self, command: Command, view: type[ViewT]) -> ViewT:
        """Give one command."""
        return self._runner.run(self._client.ask(command, view))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One organisation: its node, the terminal of its desk, and who looks things up there."""

    name: str
    person: str
    language: str
    folder: Path
    terminal: Terminal
    colleague: Colleague


@contextmanager
def two_desks(folder: Path, *, languages: tuple[str, str]) -> Iterator[tuple[Place, Place]]:
    """Alo and Bandhan, who have not met; the desks stand at their lock screens."""
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())
        alo = stack.enter_context(
            _place(folder / "alo", "Alo Shelter", "Rina", languages[0], runner)
        )
        bandhan = stack.enter_context(
            _place(folder / "bandhan", "Bandhan", "Salma", languages[1], runner)
        )
        yield alo, bandhan


@contextmanager
def _place(
    folder: Path, name: str, person: str, language: str, runner: asyncio.Runner
) -> Iterator[Place]:
    made = founded(folder, port=free_port(), name=name, user=person)
    with (folder / "federation.toml").open("a", encoding="utf-8") as settings:
        settings.write(_SETTINGS)
    desk = [sys.executable, "-m", "node.cli", "tui", "--data", str(folder), "--language", language]
    surroundings = {**environment(), "LC_ALL": "C.UTF-8", "COLORTERM": "truecolor", "TZ": "UTC"}
    # The size is the terminal's own.
    del surroundings["COLUMNS"]
    with (
        served(folder),
        on_terminal(
            desk, socket=folder.parent / f"{folder.name}.tmux", environment=surroundings
        ) as terminal,
    ):
        colleague = Colleague(made, runner)
        colleague.begin()
        try:
            yield Place(
                name=name,
                person=person,
                language=language,
                folder=folder,
                terminal=terminal,
                colleague=colleague,
            )
        finally:
            colleague.end()


def carry(*places: Place) -> None:
    """Let everything leave whose seconds are over, and travel, until two rounds bring nothing new."""
    for place in places:
        _wait_for_held(place)
    quiet = 0
    for _ in range(_ROUNDS_MAX):
        before = [_waiting(place) for place in places]
        for place in places:
            place.colleague.ask(commands.SyncNow(), views.Done)
        quiet = quiet + 1 if before == [_waiting(place) for place in places] else 0
        if quiet == _QUIET_ROUNDS:
            return
    raise AssertionError("there is no end to what moves")


def _wait_for_held(place: Place) -> None:
    since = 0
    while place.colleague.ask(commands.ListHeld(), views.HeldSendings).sendings:
        command = commands.WatchChanges(since=since, wait_seconds=1)
        since = place.colleague.ask(command, views.Changes).count


def _waiting(place: Place) -> list[tuple[bytes, str]]:
    outbox = place.colleague.ask(commands.ListOutbox(), views.Outbox)
    return [(item.message_id, item.state) for item in outbox.items]
