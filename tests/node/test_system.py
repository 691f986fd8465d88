"""The clocks, the randomness, and what a hardened process refuses."""

import ctypes
import subprocess
import sys
import time
from pathlib import Path

import pytest

from node.system import SystemClock, entropy, is_clock_kept

ROOT = Path(__file__).parents[2]

HARDENED = """
import ctypes, resource
from node.system import harden_process
harden_process()
PR_GET_DUMPABLE = 3
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(PR_GET_DUMPABLE))
"""


def test_the_wall_clock_tells_whole_seconds_of_utc() -> None:
    before = int(time.time())
    assert before <= SystemClock().wall() <= int(time.time())


def test_the_monotonic_clock_never_goes_back() -> None:
    clock = SystemClock()
    readings = [clock.monotonic() for _ in range(100)]
    assert readings == sorted(readings)


def test_randomness_has_the_length_asked_for_and_does_not_repeat() -> None:
    assert [len(entropy(count)) for count in (0, 1, 32)] == [0, 1, 32]
    assert entropy(32) != entropy(32)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux is asked")
def test_whether_the_clock_is_kept_right_is_what_the_kernel_says_of_its_error() -> None:
    # The same question by the other call; 5 is TIME_ERROR.
    timex = ctypes.create_string_buffer(512)
    state = ctypes.CDLL(None).clock_adjtime(time.CLOCK_REALTIME, timex)
    assert is_clock_kept() is (None if state < 0 else state != 5)


@pytest.mark.sockets
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has PR_SET_DUMPABLE")
def test_a_hardened_process_leaves_no_core_and_cannot_be_looked_into() -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", HARDENED], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == "(0, 0) 0\n"


def test_the_seconds_slept_stand_while_the_machine_is_awake() -> None:
    clock = SystemClock()
    before = clock.slept()
    assert abs(clock.slept() - before) < 1
