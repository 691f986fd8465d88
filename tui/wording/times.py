"""The names of months, and how long ago is said."""

import re
from typing import Final

from tui.wording.marking import mark_in

MONTHS: Final = (
    mark_in("month", "January"),
    mark_in("month", "February"),
    mark_in("month", "March"),
    mark_in("month", "April"),
    mark_in("month", "May"),
    mark_in("month", "June"),
    mark_in("month", "July"),
    mark_in("month", "August"),
    mark_in("month", "September"),
    mark_in("month", "October"),
    mark_in("month", "November"),
    mark_in("month", "December"),
)
SHORT_MONTHS: Final = (
    mark_in("short month", "Jan"),
    mark_in("short month", "Feb"),
    mark_in("short month", "Mar"),
    mark_in("short month", "Apr"),
    mark_in("short month", "May"),
    mark_in("short month", "Jun"),
    mark_in("short month", "Jul"),
    mark_in("short month", "Aug"),
    mark_in("short month", "Sep"),
    mark_in("short month", "Oct"),
    mark_in("short month", "Nov"),
    mark_in("short month", "Dec"),
)

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
# Up to two months a worker counts in days; beyond that in months.
DAYS_BEFORE_MONTHS: Final = 60
DAYS_PER_MONTH: Final = 30

_MONTH: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def year_and_month(text: str) -> tuple[str, int] | None:
    """Read `2027-01`; None if it is not of that form."""
    found = _MONTH.fullmatch(text)
    return None if found is None else (found[1], int(found[2]))
