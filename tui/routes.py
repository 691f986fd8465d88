"""Which screen a destination is."""

from typing import Any

from tui.desk import Desk
from tui.places import Destination, ToPlainWords, ToSettings
from tui.screens.desk_screen import DeskScreen
from tui.screens.plain_words import PlainWordsScreen
from tui.screens.settings import SettingsScreen


def screen_for(to: Destination, desk: Desk) -> DeskScreen[Any]:  # Any: each screen loads its own
    """Make it."""
    match to:
        case ToSettings():
            return SettingsScreen(desk)
        case ToPlainWords():
            return PlainWordsScreen(desk)
        case _:
            return SettingsScreen(desk)
