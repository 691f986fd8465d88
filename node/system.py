"""The system's clocks and randomness, and how little of this process may ever reach a disk.

Everything else takes `now` and `entropy` as arguments, so a test or a simulation decides them.
"""

import ctypes
import os
import resource
import sys
import time
from dataclasses import dataclass
from typing import Final, Protocol

from protocol.values import Instant, instant

_PR_SET_DUMPABLE: Final = 4


class Clock(Protocol):
    """Two clocks: one that people agree on, one that nobody can set."""

    def wall(self) -> Instant:
        """Whole seconds since 1970 UTC; may jump either way when somebody sets the clock."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment; for timers, locks and durations."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The clocks of this machine."""

    def wall(self) -> Instant:
        """Whole seconds since 1970 UTC (a machine without a battery may start there)."""
        return instant(max(0, int(time.time())))

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        return time.monotonic()


def entropy(count: int) -> bytes:
    """So many bytes that nobody could foresee, from the operating system."""
    return os.urandom(count)


def harden_process() -> None:
    """Keep this process's memory out of core files and away from other processes of the same user.

    Raises:
        OSError: if the system refuses; the process must not go on to open a vault then.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        library = ctypes.CDLL(None, use_errno=True)
        if library.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "the process could not be made undumpable")
