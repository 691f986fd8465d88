"""The desk in a test: the real application over the real local API, on a vault whose clock stands.

`seated(node)` gives a federation's node a person and a socket; `desk_on(seat)` opens the application on it;
`unlocked(...)` does both and sits down. `rows(app)` is what stands on the screen, row by row.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any, Final

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.pilot import Pilot

from node.gate import Gate
from node.local_api.api import LocalApi
from node.local_api.desk import Desk
from node.services import opening
from node.vault import keyring
from node.vault.unit import Unit
from protocol.local import commands, views
from protocol.values import Entropy, Instant, plain_text
from protocol.vocabulary.codes import Role
from tests.support.builders import entropy as drawn
from tests.support.desks import NotingCarrier
from tests.support.federation import Node, done
from tests.support.nodes import CHEAP, PASSPHRASE, SOCKET
from tests.support.typing import keys_of, send
from tui import termwidth
from tui.app import SathiApp
from tui.client import Client
from tui.desk import Surroundings
from tui.screens.unlock import UnlockScreen

RINA: Final = "Rina"
KOLKATA: Final = timezone(timedelta(hours=5, minutes=30))
SMALL: Final = (80, 24)
LARGE: Final = (120, 40)
SETTINGS: Final = views.DeskSettings(
    lock_seconds=300, unfocused_seconds=60, undo_seconds=10, batch_seconds=0
)
PATIENCE_SECONDS: Final = 20.0
# So long the loop rests while the node works: its threads share the interpreter with a loop that only spins.
_REST_SECONDS: Final = 0.001
_QUIET_TURNS: Final = 40
_CHARACTERS: Final = {"question_mark": "?", "slash": "/", "space": " ", "enter": "\r", "tab": "\t"}


@dataclass(slots=True, kw_only=True)
class StandingClock:
    """A wall clock that stands where the federation's does, and seconds that somebody else moves."""

    now: Instant
    ticks: float = 0.0
    asleep: float = 0.0

    def wall(self) -> Instant:
        return self.now

    def monotonic(self) -> float:
        return self.ticks

    def slept(self) -> float:
        return self.asleep


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A node with a person and an open socket."""

    node: Node
    socket: Path
    gate: Gate
    api_desk: Desk
    clock: StandingClock


@contextlib.asynccontextmanager
async def seated(
    node: Node, *, practised: bool = True, role: Role = Role.SUPERVISOR
) -> AsyncIterator[Seat]:
    """Close a federation's node, give it Rina and a keyring, and open it as the product does."""
    # Drawn from the node itself, so that no two seats draw the same.
    draw = drawn(f"seat {node.entropy(8).hex()}")
    if not (node.folder / keyring.FILE_NAME).exists():
        _give_keyring(node, draw, role=role)
    node.database.close()
    clock = StandingClock(now=node.now)
    gate = Gate(node.folder, clock=clock, entropy=draw, cost=CHEAP)
    desk = Desk(
        gate,
        NotingCarrier(),
        clock=clock,
        entropy=draw,
        vault_lock_seconds=3_600,
        settings=SETTINGS,
    )

    async def end_sessions() -> None:
        desk.end_sessions()

    gate.on_close = end_sessions
    api = LocalApi(desk, clock=clock, allowed_uids=frozenset({os.getuid()}))
    socket = node.folder / SOCKET
    await api.start(socket)
    try:
        seat = Seat(node=node, socket=socket, gate=gate, api_desk=desk, clock=clock)
        if practised:
            await _practise(seat)
        yield seat
    finally:
        await api.stop()
        await gate.lock()
        node.open_again()


def _give_keyring(node: Node, draw: Entropy, *, role: Role) -> None:
    """Rina has a passphrase from now on."""
    salt = keyring.new_salt(entropy=draw)
    owner = keyring.enrol(
        keyring.credential(RINA, PASSPHRASE),
        kind=keyring.Kind.USER,
        salt=salt,
        entropy=draw,
        cost=CHEAP,
    )

    def add(unit: Unit) -> list[keyring.Owner]:
        name = plain_text(RINA, characters_max=64)
        acting = node.acting()
        done(opening.add_user(unit, name=name, role=role, owner=owner, acting=acting))
        return opening.owners(unit)

    owners = node.write(add)
    keyring.save(node.folder, keyring.seal(owners, vault_key=node.key, salt=salt, entropy=draw))


async def _practise(seat: Seat) -> None:
    """Rina has been here before: no practice case opens by itself."""
    async with Client(seat.socket) as client:
        await client.open_session(name=RINA, passphrase=PASSPHRASE)
        await client.save_settings(
            commands.SaveSettings(language="", digits=commands.Digits.NATIVE, has_practised=True)
        )
        await client.close_session()


@contextlib.asynccontextmanager
async def desk_on(
    seat: Seat, *, size: tuple[int, int] = SMALL, language: str = "en"
) -> AsyncIterator[Pilot[None]]:
    """The application, locked. Marks are as wide as on most terminals."""
    termwidth.install()
    app = SathiApp(
        Surroundings(
            socket=seat.socket,
            language=language,
            now=seat.clock.wall,
            zone=KOLKATA,
            pause=asyncio.sleep,
        )
    )
    try:
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: isinstance(app.screen, UnlockScreen))
            yield pilot
    finally:
        termwidth.uninstall()


@contextlib.asynccontextmanager
async def unlocked(
    node: Node, *, size: tuple[int, int] = SMALL, language: str = "en"
) -> AsyncIterator[Pilot[None]]:
    """The application with Rina before it."""
    async with seated(node) as seat, desk_on(seat, size=size, language=language) as pilot:
        await unlock(pilot)
        yield pilot


async def unlock(pilot: Pilot[None]) -> None:
    """Type who and the passphrase, and wait for the first screen."""
    await write(pilot, RINA)
    await press(pilot, "enter")
    await write(pilot, PASSPHRASE)
    await press(pilot, "enter")
    await until(pilot, lambda: not isinstance(pilot.app.screen, UnlockScreen))
    await settled(pilot)


async def write(pilot: Pilot[Any], text: str) -> None:
    """Type a text in any script, and let the screen come to rest."""
    for event in keys_of(text):
        send(pilot, event)
    await settled(pilot)


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one after the other, each when the screen has come to rest after the one before.

    Pilot's own `press` waits for widgets that a key may just have taken away.
    """
    for key in keys:
        send(pilot, events.Key(key, key if len(key) == 1 else _CHARACTERS.get(key)))
        await settled(pilot)


async def until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    """Wait for what is asserted, however long this machine takes for it; not for ever."""
    del pilot
    async with asyncio.timeout(PATIENCE_SECONDS):
        # The application runs in this very loop: giving way lets it go on.
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(_REST_SECONDS)


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until nothing loads, acts or waits to be shown; the one that waits for changes goes on."""
    app = pilot.app
    quiet = 0
    async with asyncio.timeout(PATIENCE_SECONDS):
        while quiet < _QUIET_TURNS:
            await asyncio.sleep(0 if _nothing_works(app) else _REST_SECONDS)
            quiet = quiet + 1 if _is_quiet(app) else 0
            if quiet == _QUIET_TURNS // 2:
                # What waits for the next picture may lay the screen out anew: a scroll bar comes or goes.
                app.screen._on_timer_update()
    app.screen._on_timer_update()


def _is_quiet(app: App[Any]) -> bool:
    pumps: list[MessagePump] = [app, *app.screen_stack, *app.screen.walk_children()]
    if any(pump._message_queue.qsize() + len(pump._next_callbacks) > 0 for pump in pumps):
        return False
    return _nothing_works(app)


def _nothing_works(app: App[Any]) -> bool:
    return all(worker.group == "watch" or worker.is_finished for worker in app.workers)


def rows(app: Any) -> list[str]:  # Any: every application of Textual  # noqa: ANN401
    """What stands on the screen, without the spaces at the ends of the rows."""
    compositor = app.screen._compositor
    return [
        "".join(segment.text for segment in strip).rstrip() for strip in compositor.render_strips()
    ]


def shown(app: Any) -> str:  # Any: as above  # noqa: ANN401
    """The whole screen as one text."""
    return "\n".join(rows(app))
