"""The periodic jobs: a clock that jumps makes nothing burst, hang or stand still."""

import asyncio
import contextlib
import datetime as dt
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.gate import Gate, OpenVault
from node.schedule import Every, Schedule
from node.vault.keyring import PRODUCT_COST
from tests.support.mailboxes import CountingEntropy, StandingClock, open_store

NOON = dt.datetime(2027, 1, 15, 12, tzinfo=dt.UTC)
ATTEMPTS_MAX = 1_000
SPANS = st.timedeltas(min_value=dt.timedelta(days=-3650), max_value=dt.timedelta(days=3650))


def test_a_job_runs_at_once_when_the_node_starts() -> None:
    assert Every(seconds=60).get_next_fire_time(None, NOON) == NOON


@given(jump=SPANS)
def test_after_any_jump_of_the_clock_the_next_run_is_one_wait_away(jump: dt.timedelta) -> None:
    now = NOON + jump
    following = Every(seconds=60).get_next_fire_time(NOON, now)
    assert following == now + dt.timedelta(seconds=60)


class Tended:
    """Notes whether somebody tended a vault."""

    def __init__(self) -> None:
        self.was_asked = False

    async def __call__(self, _opened: OpenVault) -> None:
        self.was_asked = True

    def wake(self) -> None:
        self.was_asked = True


def day_of_the_mailbox(folder: Path) -> int:
    """The calendar day on which the mailbox was tended last; 0 before the first time."""
    with contextlib.closing(sqlite3.connect(folder / "mailbox.db")) as file:
        (day,) = file.execute("SELECT calendar FROM service").fetchone()
    return int(day)


@pytest.mark.sockets
async def test_a_locked_node_tends_its_mailbox_and_touches_no_vault(tmp_path: Path) -> None:
    clock, tended = StandingClock(), Tended()
    gate = Gate(tmp_path, clock=clock, entropy=CountingEntropy(), cost=PRODUCT_COST)
    async with open_store(tmp_path) as store:
        assert day_of_the_mailbox(tmp_path) == 0
        schedule = Schedule(gate, store, clock=clock, tend=tended, wake=tended.wake)
        schedule.start()
        async with asyncio.timeout(10):
            # Another program's file gives no event to wait for.
            while day_of_the_mailbox(tmp_path) == 0:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        schedule.stop()

    assert not tended.was_asked
    assert not gate.is_open
