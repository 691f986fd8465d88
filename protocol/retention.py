"""For how long the skeletons of a conversation are kept: whole months after its last message (SPEC 8.3)."""

import calendar
import datetime as dt

from protocol.values import Instant, instant


def kept_until(last: Instant, *, months: int) -> Instant:
    """The instant from which nothing is kept of a thread whose last message was at `last` (R-119).

    The same second so many calendar months later, in UTC; where that month has no such day, its last day.
    """
    then = dt.datetime.fromtimestamp(last, tz=dt.UTC)
    years, month = divmod(then.month - 1 + months, 12)
    year = then.year + years
    day = min(then.day, calendar.monthrange(year, month + 1)[1])
    later = then.replace(year=year, month=month + 1, day=day)
    return instant(int(later.timestamp()))
