"""What an open node does for itself each minute, and that what it renewed is what it works with."""

from dataclasses import dataclass

import pytest

from node.gate import Gate, OpenVault
from node.upkeep import Upkeep
from node.vault.keyring import PRODUCT_COST
from protocol import limits
from protocol.values import Instant
from tests.support.federation import Node
from tests.support.mailboxes import StandingClock

WEEK, DAY = limits.PREKEY_SLICE_SECONDS, limits.DAY


@dataclass(slots=True)
class Kept:
    """Alo as its own process has it, with a clock that a test moves."""

    node: Node
    gate: Gate
    clock: StandingClock
    upkeep: Upkeep
    woken: int = 0

    def wake(self) -> None:
        self.woken += 1

    async def days_later(self, days: int) -> None:
        """So many days go by, each with its upkeep."""
        for _ in range(days):
            self.clock.seconds = Instant(self.clock.seconds + DAY)
            await self.upkeep.run()


@pytest.fixture
def kept(alo: Node) -> Kept:
    clock = StandingClock(seconds=alo.now)
    gate = Gate(alo.folder, clock=clock, entropy=alo.entropy, cost=PRODUCT_COST)
    gate._open = OpenVault(
        database=alo.database, me=alo.me, mailboxes=(alo.mailbox,), prekeys=alo.prekeys
    )
    made = Kept(
        node=alo, gate=gate, clock=clock, upkeep=Upkeep(gate, wake=lambda: None, grace_seconds=0)
    )
    made.upkeep = Upkeep(gate, wake=made.wake, grace_seconds=limits.PREKEY_GRACE_SECONDS)
    return made


async def test_after_a_week_the_node_works_with_its_new_bundle_and_tells_the_courier(
    kept: Kept,
) -> None:
    before = kept.gate.vault.me.bundle.generation
    await kept.days_later(6)
    too_soon = kept.gate.vault.me.bundle.generation
    woken = kept.woken
    await kept.days_later(1)
    after = kept.gate.vault

    assert (too_soon, after.me.bundle.generation) == (before, before + WEEK)
    assert {known.prekey.prekey_id for known in after.me.bundle.slices} <= after.prekeys.keys()
    assert kept.woken > woken


async def test_a_prekey_that_was_destroyed_is_gone_from_memory_too(kept: Kept) -> None:
    first = kept.gate.vault.me.bundle.slices[0].prekey.prekey_id
    await kept.days_later(61)
    unpolled = first in kept.gate.vault.prekeys
    await kept.days_later(1)

    assert unpolled
    assert first not in kept.gate.vault.prekeys


async def test_a_locked_node_is_left_alone(kept: Kept) -> None:
    kept.gate._open = None
    await kept.upkeep.run()

    assert kept.woken == 0


async def test_when_the_clock_is_right_again_its_task_is_done_and_what_was_held_is_judged(
    kept: Kept,
) -> None:
    right = kept.clock.seconds
    kept.clock.seconds = Instant(0)
    await kept.upkeep.run()
    asked = kept.node.rows("SELECT done_at FROM tasks WHERE task = 'clock_in_doubt'")
    kept.clock.seconds = right
    woken = kept.woken
    await kept.upkeep.run()

    assert asked == [(None,)]
    assert kept.node.rows(
        "SELECT count(*) FROM tasks WHERE task = 'clock_in_doubt' AND done_at IS NULL"
    ) == [(0,)]
    assert kept.woken == woken + 1
