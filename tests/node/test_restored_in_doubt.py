"""A restored node whose computer woke in another century: it begins nothing before it knows the day."""

import shutil
from functools import partial
from pathlib import Path

import pytest

from node import trusted_clock
from node.gate import Gate, OpenVault, begin_restored
from node.services import backing_up
from node.upkeep import Upkeep
from node.vault.keyring import PRODUCT_COST, Kind, Owner
from protocol import limits
from protocol.values import Instant
from tests.support import backups
from tests.support.federation import Node
from tests.support.mailboxes import StandingClock
from tests.support.restored import readable
from tests.support.restoring import confirm, read_again, tasks_of, waits
from tests.support.story import Story

WRONG = [0, 8_840_000_000]


def restored_by_a_clock(story: Story, folder: Path, *, wrong: int) -> Node:
    """Bandhan is made again of its backup; then its battery runs out, and it is opened."""
    node = story.bandhan
    folder.mkdir()
    taken = backups.take(node.database, folder, now=node.now)
    story.federation.clock.forward(limits.HOUR)
    node.database.close()
    shutil.rmtree(node.folder)
    node.database = backups.restore(taken, node.folder, vault_key=node.key)
    vouched = node.acting()
    node.write(
        lambda unit: backing_up.restored(
            unit,
            made_at=node.now,
            journal_gap_since=None,
            recovery=Owner(slot_id=b"n" * 16, kind=Kind.RECOVERY, public=b"p" * 32),
            acting=vouched,
        )
    )
    set_clock(node, wrong)
    return node


def set_clock(node: Node, wrong: int) -> None:
    node.ahead = wrong - node.clock.now


def begin(node: Node) -> bool:
    """What an opening does."""
    has_begun = node.write(partial(begin_restored, acting=node.acting()))
    read_again(node)
    return has_begun


@pytest.mark.parametrize("wrong", WRONG)
def test_a_restored_node_that_doubts_its_clock_says_nothing_and_shows_nothing_of_others(
    story: Story, tmp_path: Path, wrong: int
) -> None:
    story.up_to_dossier()
    bandhan = restored_by_a_clock(story, tmp_path / "stick", wrong=wrong)
    epochs = bandhan.rows("SELECT node_id, out_epoch FROM peers ORDER BY 1")
    has_begun = begin(bandhan)
    story.withdraw(at=bandhan)
    left = story.federation.deliver(bandhan)

    assert (has_begun, left) == (False, 0)
    assert bandhan.rows("SELECT node_id, out_epoch FROM peers ORDER BY 1") == epochs
    assert waits(bandhan, story.alo) == (True, False)
    assert readable(bandhan) == []
    assert bandhan.rows("SELECT state FROM outbox WHERE type = 'consent.withdrawn/1'") == [
        ("queued",)
    ]


@pytest.mark.parametrize("wrong", WRONG)
def test_once_the_clock_is_right_a_restored_node_begins_on_this_day_and_they_find_together(
    story: Story, tmp_path: Path, wrong: int
) -> None:
    story.up_to_dossier()
    alo, bandhan = story.alo, restored_by_a_clock(story, tmp_path / "stick", wrong=wrong)
    begin(bandhan)
    bandhan.ahead = 0
    has_begun = begin(bandhan)
    story.settle()
    confirm(alo, bandhan)
    story.settle()

    assert has_begun
    assert bandhan.rows("SELECT out_epoch FROM peers WHERE node_id = ?", alo.node_id) == [
        (bandhan.now,)
    ]
    assert bandhan.rows("SELECT latest_seen FROM node_self") == [(bandhan.now,)]
    assert alo.rows("SELECT status FROM messages WHERE type = 'hello/1'") == [("applied",)]
    assert (waits(bandhan, alo), waits(alo, bandhan)) == ((False, False), (False, False))
    assert "referral.dossier/1" in readable(bandhan)
    assert "state_awaited" not in tasks_of(bandhan)


async def test_a_restored_node_begins_by_itself_within_a_minute_of_its_clock_being_right(
    story: Story, tmp_path: Path
) -> None:
    story.up_to_dossier()
    bandhan = restored_by_a_clock(story, tmp_path / "stick", wrong=WRONG[1])
    begin(bandhan)
    clock = StandingClock(seconds=bandhan.now)
    gate = Gate(bandhan.folder, clock=clock, entropy=bandhan.entropy, cost=PRODUCT_COST)
    gate._open = OpenVault(
        database=bandhan.database,
        me=bandhan.me,
        mailboxes=(bandhan.mailbox,),
        prekeys=bandhan.prekeys,
    )
    woken: list[None] = []
    upkeep = Upkeep(gate, wake=lambda: woken.append(None), grace_seconds=0)
    await upkeep.run()
    before = (dict(gate.vault.prekeys), "clock_in_doubt" in tasks_of(bandhan))
    clock.seconds = Instant(bandhan.clock.now)
    await upkeep.run()

    assert before == ({}, True)
    assert len(gate.vault.prekeys) == limits.PREKEY_SLICES
    assert gate.vault.me.bundle.created == bandhan.clock.now
    assert woken
    assert bandhan.rows("SELECT count(*) FROM restores WHERE begun_at IS NULL") == [(0,)]
    assert "clock_in_doubt" not in tasks_of(bandhan)


def test_a_vault_that_no_clock_was_trusted_in_is_compared_with_the_latest_time_ever_seen(
    alo: Node,
) -> None:
    alo.write(lambda unit: unit.vault.execute("UPDATE clock SET trusted_at = NULL"))
    now = alo.read(lambda unit: trusted_clock.is_in_doubt(unit, now=alo.now))
    set_clock(alo, WRONG[1])

    assert not now
    assert alo.read(lambda unit: trusted_clock.is_in_doubt(unit, now=alo.now))
