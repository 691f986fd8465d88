"""Days counted from today, as a person means them: noon of the day where she sits."""

from datetime import datetime, timedelta
from typing import Final

from tui.desk import Desk

YEAR: Final = 365
_NOON: Final = 12


def noon(desk: Desk, days: int, *, since: int | None = None) -> int:
    """Noon of the day so many days from today, or from that of `since`; negative ones are before."""
    begun = desk.now if since is None else since
    day = datetime.fromtimestamp(begun, desk.zone) + timedelta(days=days)
    return int(day.replace(hour=_NOON, minute=0, second=0, microsecond=0).timestamp())


def days_until(desk: Desk, instant: int) -> int:
    """How many days from today a moment lies, counted in days of the calendar here."""
    today = datetime.fromtimestamp(desk.now, desk.zone).date()
    return (datetime.fromtimestamp(instant, desk.zone).date() - today).days
