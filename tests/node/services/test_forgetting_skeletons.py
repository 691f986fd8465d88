"""What is left of a conversation that ended long ago goes on its second, and nothing else does."""

from dataclasses import replace

import pytest

from node.services import consenting, retaining
from node.vault.tables import skeletons
from protocol.charter import Parameters
from protocol.local import commands
from protocol.retention import kept_until
from protocol.values import Instant
from protocol.vocabulary.codes import WithdrawalWanted
from tests.support.belonging import apply_charter, charter_of
from tests.support.charters import after
from tests.support.federation import Node, done
from tests.support.story import Story


def forget(node: Node) -> int:
    forgotten = node.use(retaining.forget_skeletons)
    return int(forgotten)


def keep_for(node: Node, months: int) -> None:
    node.write(lambda unit: skeletons.keep_for(unit.vault, months=months))


def left(node: Node, thread: bytes) -> tuple[int, int]:
    """How many skeletons of a thread came, and how many that left are there still."""
    [(came,)] = node.rows("SELECT count(*) FROM messages WHERE thread = ?", thread)
    [(went,)] = node.rows(
        "SELECT count(*) FROM outbox WHERE thread = ? AND skeleton IS NOT NULL", thread
    )
    return int(came), int(went)


def destroy_old_prekeys(node: Node) -> None:
    """As the weekly upkeep of all these months would have done."""
    node.write(
        lambda unit: unit.keys.execute("DELETE FROM prekeys WHERE not_after < ?", (node.now,))
    )


def last_of(node: Node, thread: bytes) -> Instant:
    """The model: the newest instant at which anything happened in a thread."""
    times = node.rows(
        "SELECT received_at FROM messages WHERE thread = ?1 UNION ALL"
        " SELECT coalesce(settled_at, queued_at) FROM outbox WHERE thread = ?1",
        thread,
    )
    return Instant(max(time for (time,) in times))


@pytest.fixture
def over(story: Story) -> Story:
    """An offer, a dossier and its withdrawal: nothing of her can be read at Bandhan any more."""
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    story.settle()
    story.withdraw()
    story.settle()
    return story


@pytest.mark.parametrize("months", [3, 24, pytest.param(84, marks=pytest.mark.slow)])
def test_skeletons_go_so_many_months_after_the_last_message_of_their_thread_to_the_second(
    over: Story, months: int
) -> None:
    node = over.bandhan
    keep_for(node, months)
    end = kept_until(last_of(node, over.thread), months=months)
    over.federation.clock.forward(end - 1 - node.now)
    destroy_old_prekeys(node)
    forget(node)
    before = left(node, over.thread)
    over.federation.clock.forward(1)
    forget(node)

    assert min(before) > 0
    assert left(node, over.thread) == (0, 0)


def test_while_the_clock_is_in_doubt_no_skeleton_goes(over: Story) -> None:
    over.federation.clock.jump(4_000 * 86_400)
    destroy_old_prekeys(over.bandhan)

    assert forget(over.bandhan) == 0


def test_what_may_still_be_read_holds_its_thread_until_its_consent_is_over(story: Story) -> None:
    # She let Bandhan tell how she is for a year.
    story.up_to_dossier()
    node, kept = story.bandhan, []
    keep_for(node, 3)
    for days in (100, 264, 2):
        story.federation.clock.forward(days * 86_400)
        destroy_old_prekeys(node)
        forget(node)
        kept.append(left(node, story.thread))

    assert min(kept[0] + kept[1]) > 0
    assert kept[2] == (0, 0)
    assert node.read(
        lambda unit: unit.keys.execute("SELECT count(*) FROM disclosure_keys").fetchone()
    ) == (0,)


def test_what_waits_to_leave_holds_its_thread(story: Story) -> None:
    story.open_case()
    story.agree(days=365)
    story.offer()
    story.federation.clock.forward(100 * 86_400)
    keep_for(story.alo, 3)
    destroy_old_prekeys(story.alo)
    forget(story.alo)

    assert story.alo.rows("SELECT state FROM outbox WHERE type = 'referral.offer/1'") == [
        ("queued",)
    ]


def test_as_long_as_a_prekey_lives_what_may_have_come_under_it_can_be_told_from_new(
    over: Story,
) -> None:
    node = over.bandhan
    keep_for(node, 3)
    over.federation.clock.forward(200 * 86_400)
    held = forget(node)
    destroy_old_prekeys(node)

    assert held == 0
    assert forget(node) > 0


def test_her_no_still_reaches_whoever_got_her_dossier_when_the_skeletons_are_gone(
    story: Story,
) -> None:
    story.up_to_dossier()
    alo = story.alo
    keep_for(alo, 3)
    story.federation.clock.forward(95 * 86_400)
    destroy_old_prekeys(alo)
    forget(alo)
    gone = left(alo, story.thread)
    command = commands.WithdrawConsent(consent_id=story.consent, wanted=WithdrawalWanted.ERASE)
    done(alo.use(consenting.withdraw_consent, command))

    assert gone[1] == 0
    assert alo.rows("SELECT count(*) FROM outbox WHERE type = 'consent.withdrawn/1'") == [(1,)]


def test_the_charter_says_for_how_many_months(story: Story) -> None:
    first = charter_of(story.federation)
    kept = []
    for charter in (
        replace(first, parameters=Parameters(skeleton_months=7)),
        after(replace(first, parameters=Parameters(skeleton_months=7)), parameters=Parameters()),
    ):
        done(apply_charter(story.alo, charter))
        kept.append(story.alo.read(lambda unit: skeletons.months_kept(unit.vault)))

    assert kept == [7, 24]


def test_the_table_takes_three_to_84_months_only(alo: Node) -> None:
    for months in (2, 85):
        with pytest.raises(Exception, match="CHECK"):
            keep_for(alo, months)
