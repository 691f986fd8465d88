"""Rounds of carrying end when the vault is being locked, whatever becomes of their cancellation."""

import asyncio
import contextlib

import pytest

from node.gate import LockedError
from node.rounds import Rounds


async def lose_its_cancellation(going: asyncio.Event) -> None:
    """A turn in which something fails while it is being cancelled: that is raised instead."""
    going.set()
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        raise OSError("the disk, just now") from None


async def loop(rounds: Rounds, going: asyncio.Event) -> None:
    """As the courier and the visits go on."""
    with contextlib.suppress(LockedError):
        async with rounds.one():
            while True:
                with contextlib.suppress(OSError):
                    await lose_its_cancellation(going)
                rounds.go_on()
                await asyncio.sleep(0)


async def test_a_loop_ends_at_the_lock_also_where_its_cancellation_was_lost() -> None:
    rounds, going = Rounds(), asyncio.Event()
    rounds.begin()
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(loop(rounds, going))
        await going.wait()
        await rounds.rest()
        assert running.done()


async def test_a_round_that_is_asked_for_while_the_vault_is_being_locked_is_refused() -> None:
    rounds = Rounds()
    for begin in (False, True):
        if begin:
            rounds.begin()
            await rounds.rest()
        with pytest.raises(LockedError):
            async with rounds.one():
                pass
        with pytest.raises(LockedError):
            rounds.go_on()


async def test_a_round_that_the_lock_ends_says_so_to_whoever_waits_for_it() -> None:
    rounds, going = Rounds(), asyncio.Event()
    rounds.begin()

    async def one() -> None:
        async with rounds.one():
            going.set()
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(_told(one()))
        await going.wait()
        await rounds.rest()
    assert waiting.result() == "locked"


async def _told(waited: object) -> str:
    try:
        await waited  # type: ignore[misc]
    except LockedError:
        return "locked"
    return "done"
