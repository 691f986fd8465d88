"""At a desk of a test: going straight to a screen, and letting the seconds pass in which a sending waits."""

from typing import Any

from textual.pilot import Pilot

from tests.support.desk_app import Seat, settled, shown, until
from tui.places import Destination, Go


async def visit(pilot: Pilot[Any], to: Destination) -> None:
    """Open a screen, as another one would ask for it."""
    pilot.app.post_message(Go(to))
    await settled(pilot)


async def let_pass(seat: Seat, pilot: Pilot[Any], *, seconds: int = 11) -> None:
    """Move every clock on and carry out what is due, as the running node does by itself."""
    seat.node.clock.forward(seconds)
    seat.clock.now = seat.node.now
    seat.clock.ticks += seconds
    await seat.api_desk.held.tend()
    await settled(pilot)


async def told(pilot: Pilot[Any], sentence: str) -> None:
    """Wait until the screen says so; the desk counts by a clock of its own."""
    await until(pilot, lambda: sentence in shown(pilot.app))
    await settled(pilot)
