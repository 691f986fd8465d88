"""Until when a request may go on: as long as bytes move, however slowly the line carries them (R-240).

A line of 64 kbit/s takes two minutes for what a good one takes in a moment, so no length of time says that a
line is dead. Whoever sends one byte after the other to hold us up is another matter.
"""

from typing import Final, final

SILENCE_SECONDS: Final = 20.0
"""For so long nothing has to move."""
# 4 kbit/s: under what any telephone does. It is asked for only once the silence that is allowed has gone by.
_BYTES_PER_SECOND_MIN: Final = 500
# What was handed over may lie in this computer, or in Tor, for as long as a line of 32 kbit/s takes for it.
_HIDDEN_BYTES_PER_SECOND: Final = 4_000


@final
class Progress:
    """What one request has moved so far, both ways, and until when the next bytes have to.

    Seconds are those of a clock that never goes back. `wait_seconds` the service was asked to wait for mail.
    """

    def __init__(self, *, now: float, wait_seconds: int) -> None:
        self._begun = now
        self._last = now
        self._moved = 0
        self._wait_seconds = wait_seconds
        self._grace_seconds = float(wait_seconds)

    @property
    def deadline(self) -> float:
        """When it is given up, if nothing moves before."""
        silent = self._last + SILENCE_SECONDS + self._grace_seconds
        allowed = self._wait_seconds + self._moved / _BYTES_PER_SECOND_MIN
        return min(silent, self._begun + SILENCE_SECONDS + allowed)

    def sent(self, count: int, *, now: float) -> None:
        """So many bytes were handed over; the answer may wait until they have gone."""
        self._last = now
        self._moved += count
        self._grace_seconds += count / _HIDDEN_BYTES_PER_SECOND

    def came(self, count: int, *, now: float) -> None:
        """So many bytes of the answer came: all that was sent has gone."""
        self._last = now
        self._moved += count
        self._grace_seconds = 0.0
