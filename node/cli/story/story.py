"""What the steps of the story share."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from node.cli.story.stage import Player


@dataclass(slots=True, kw_only=True)
class Story:
    """What the steps share. The ids are empty until their step."""

    alo: Player
    bandhan: Player
    say: Callable[[str], None]
    now: Callable[[], int]
    peer_of_alo: bytes = b""
    peer_of_bandhan: bytes = b""
    case_id: bytes = b""
    consent: bytes = b""
    way_back: bytes = b""
    thread: bytes = b""
    dossier_message: bytes = b""
    dossier_content: bytes = b""

    def month_in(self, days: int) -> str:
        """The month so many days ahead, as an offer names it."""
        day = dt.datetime.fromtimestamp(self.now(), tz=dt.UTC) + dt.timedelta(days=days)
        return day.strftime("%Y-%m")
