"""The system's clocks and randomness, and how little of this process may ever reach a disk.

Everything else takes `now` and `entropy` as arguments, so a test or a simulation decides them.
"""

import ctypes
import os
import resource
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from protocol.values import Instant, instant

_PR_SET_DUMPABLE: Final = 4
# Room enough for the kernel's `struct timex`; all zero, it asks and sets nothing.
_TIMEX_BYTES: Final = 512
_TIME_ERROR: Final = 5


class Clock(Protocol):
    """Two clocks: one that people agree on, one that nobody can set."""

    def wall(self) -> Instant:
        """Whole seconds since 1970 UTC; may jump either way when somebody sets the clock."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment; for timers, locks and durations."""
        ...

    def slept(self) -> float:
        """Seconds this machine has slept since it started; none of them is in `monotonic`."""
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

    def slept(self) -> float:
        """Seconds slept since the start; 0 where the system has no clock that counts them."""
        if sys.platform != "linux":
            return 0.0
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)


def entropy(count: int) -> bytes:
    """So many bytes that nobody could foresee, from the operating system."""
    return os.urandom(count)


def free_bytes(folder: Path) -> int:
    """So many bytes may still be written where this folder lies. Raises: OSError."""
    return shutil.disk_usage(folder).free


def is_clock_kept() -> bool | None:
    """Does something keep the wall clock right, as far as the kernel knows? None where it does not say."""
    if sys.platform != "linux":
        return None
    state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return None if state < 0 else bool(state != _TIME_ERROR)


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
