"""Rounds of carrying end when the vault is being locked, whatever becomes of their cancellation."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Final, cast

import pytest

from node.courier import Courier, Patience
from node.gate import Gate, LockedError, OpenVault
from node.mailbox.exchange import new_session
from node.mailbox.store import MailboxStore
from node.rounds import Rounds
from node.vault.keyring import PRODUCT_COST
from protocol.cadence import WHEN_DUE
from protocol.values import MailboxId
from tests.support.federation import Node
from tests.support.mailboxes import StandingClock

PATIENCE_SECONDS: Final = 4


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


@dataclass(slots=True)
class FailingStore:
    """Where the mailbox is, while the disk fails: a look that is being ended says so."""

    looking: asyncio.Event = field(default_factory=asyncio.Event)

    def bell(self, _mailbox: MailboxId) -> asyncio.Event:
        return asyncio.Event()

    async def take(self, _mailbox: MailboxId, **_bounds: object) -> object:
        await lose_its_cancellation(self.looking)
        raise AssertionError("nobody goes on after that")


async def test_the_lock_ends_the_courier_also_where_something_failed_at_that_very_moment(
    bandhan: Node,
) -> None:
    gate = Gate(
        bandhan.folder,
        clock=StandingClock(seconds=bandhan.now),
        entropy=bandhan.entropy,
        cost=PRODUCT_COST,
    )
    # Opened by the test itself, which has the key and no passphrase.
    gate._open = opened = OpenVault(
        database=bandhan.database, me=bandhan.me, mailboxes=(), prekeys=bandhan.prekeys
    )
    bandhan.database.start()
    store = FailingStore()
    async with new_session() as session:
        courier = Courier(
            gate,
            cast("MailboxStore", store),  # as much of one as the courier asks for here
            session,
            patience=Patience(poll_seconds=1),
            cadence=WHEN_DUE,
        )
        await courier.begin(opened)
        opened.mailboxes = (bandhan.mailbox,)
        running = asyncio.ensure_future(courier.run(opened))
        await store.looking.wait()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await courier.rest()
        assert running.done()
