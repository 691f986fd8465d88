"""The desk over a scripted client: any screen, with any text in any field, and what is drawn of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, cast, get_args, get_origin, get_type_hints

from rich.segment import Segment
from textual.pilot import Pilot

from protocol.local import views
from tests.support.desk_app import KOLKATA, SMALL, settled, until
from tests.support.hostile import harmful_in
from tests.support.scripted_client import NOW, Script, ScriptedClient
from tui import termwidth
from tui.app import SathiApp
from tui.client import Client
from tui.desk import Surroundings
from tui.places import Destination, Go, ToPlace
from tui.screens.unlock import Unlocked, UnlockScreen

_ID: Final = bytes(range(32))
# How Textual's own scroll bar says what a mouse may do on it.
_SCROLL_BAR: Final = frozenset({"grab", "scroll_down", "scroll_up", "release"})


def destinations() -> dict[str, Destination]:
    """Every screen one can go to, each in every way it can be opened."""
    found: dict[str, Destination] = {}
    for kind in get_args(Destination):
        for values in _combinations(kind):
            told = [
                value.name if isinstance(value, Enum) else f"{name}={value}"
                for name, value in values.items()
                if not isinstance(value, bytes)
            ]
            found[" ".join((kind.__name__, *told))] = kind(**values)
    return found


def _combinations(kind: type) -> Iterator[dict[str, Any]]:  # Any: as each field is
    chosen: list[dict[str, Any]] = [{}]
    for name, hint in get_type_hints(kind).items():
        chosen = [{**before, name: value} for before in chosen for value in _values(hint)]
    yield from chosen


def _values(hint: Any) -> list[Any]:  # noqa: ANN401
    if get_origin(hint) is UnionType:
        return [value for part in get_args(hint) for value in _values(part)]
    if hint is NoneType:
        return [None]
    if hint is bytes:
        return [_ID]
    if hint is bool:
        return [True, False]
    assert issubclass(hint, Enum), hint
    return list(hint)


@contextlib.asynccontextmanager
async def scripted_desk(
    client: ScriptedClient, *, size: tuple[int, int] = SMALL, language: str = "en"
) -> AsyncIterator[Pilot[None]]:
    """The application, unlocked, with this client in the place of the real one."""
    termwidth.install()
    app = SathiApp(
        Surroundings(
            socket=Path("nowhere"),
            language=language,
            now=lambda: NOW,
            zone=KOLKATA,
            pause=asyncio.sleep,
        )
    )
    app.desk.client = cast("Client", client)
    try:
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: isinstance(app.screen, UnlockScreen))
            await sit_down(pilot, client)
            yield pilot
    finally:
        termwidth.uninstall()


async def sit_down(pilot: Pilot[Any], client: ScriptedClient) -> None:
    """Rina unlocks."""
    client.has_session = True
    session: views.Session = Script().fill(views.Session)
    pilot.app.post_message(Unlocked(session))
    await until(pilot, lambda: not isinstance(pilot.app.screen, UnlockScreen))
    await settled(pilot)


async def go(pilot: Pilot[Any], to: Destination) -> None:
    """Open a screen on an empty desk."""
    app = pilot.app
    assert isinstance(app, SathiApp)
    if not isinstance(to, ToPlace):
        app.post_message(Go(ToPlace(place=_first_place())))
        await settled(pilot)
    app.post_message(Go(to))
    await settled(pilot)


def _first_place() -> Any:  # noqa: ANN401
    return _values(get_type_hints(ToPlace)["place"])[0]


def segments(pilot: Pilot[Any]) -> list[list[Segment]]:
    """What the terminal would be given, row by row."""
    return [list(strip) for strip in pilot.app.screen._compositor.render_strips()]


def faults_of(pilot: Pilot[Any]) -> list[str]:
    """What is wrong with what is drawn: an action or a link in it, a character that acts, a row too wide."""
    found: list[str] = []
    for number, row in enumerate(segments(pilot)):
        text = "".join(segment.text for segment in row)
        if harmful := harmful_in(text):
            found.append(f"row {number} has {harmful[:5]}")
        if termwidth.measure(text) > pilot.app.size.width:
            found.append(f"row {number} is {termwidth.measure(text)} cells wide")
        found += [
            f"row {number} has {style.link or style.meta}"
            for style in (segment.style for segment in row if segment.style is not None)
            if style.link or _actions_in(style.meta)
        ]
    return found


def _actions_in(meta: dict[str, Any]) -> list[str]:
    return [
        key for key, value in meta.items() if str(key).startswith("@") and value not in _SCROLL_BAR
    ]
