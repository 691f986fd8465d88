"""An offer filled in by keys: nothing in it is chosen before somebody chooses it."""

from typing import Any, Final

from textual.pilot import Pilot

from tests.support.desk_app import press

PLACE_TO_STAY: Final = 1
LIVELIHOOD: Final = 3
BARISHAL: Final = 1
KHULNA: Final = 4
NEXT_MONTH: Final = 2


async def fill_in(pilot: Pilot[Any], *, group: int = PLACE_TO_STAY, area: int = BARISHAL) -> None:
    """From the partner on: so many turns for what is needed and where; next month; there the focus stays."""
    await press(pilot, "tab", *["right"] * group, "tab", *["right"] * area)
    await press(pilot, "tab", "tab", *["right"] * NEXT_MONTH)
