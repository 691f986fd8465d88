"""Prekeys: new ones each week, and each is destroyed on time, never before and never by a wrong clock."""

from collections.abc import Iterator

import pytest

from node import faults
from node.services import reading, renewing
from node.vault import pages
from protocol import limits
from protocol.errors import RefusalCode
from protocol.keys import PrekeySecret
from protocol.messages.core import BundleUpdate
from protocol.prekeys import Slice, slice_for
from protocol.values import Instant, later
from tests.support.builders import NOON
from tests.support.federation import Federation, Node
from tests.support.forging import forge
from tests.support.story import Story

DAY, WEEK, GRACE = limits.DAY, limits.PREKEY_SLICE_SECONDS, limits.PREKEY_GRACE_SECONDS
HIGH_RISK, CAP = limits.PREKEY_GRACE_SECONDS_HIGH_RISK, limits.PREKEY_LIFE_SECONDS_MAX
# The first slice of a new node begins 48 hours before it.
FIRST_ENDS = later(NOON, WEEK - limits.CLOCK_SKEW_SECONDS)


@pytest.fixture(autouse=True)
def unarmed() -> Iterator[None]:
    """No failpoint stays armed."""
    yield
    faults.disarm()


def renew(node: Node) -> bool:
    renewed = node.use(renewing.renew_if_due)
    node.refresh()
    return renewed is not None


def poll(node: Node) -> None:
    node.use(renewing.note_emptied, node.mailbox.mailbox_id)


def destroy(node: Node, grace: int = GRACE) -> int:
    acting = node.acting()
    return node.write(
        lambda unit: renewing.destroy_prekeys(unit, grace_seconds=grace, acting=acting)
    )


def go_to(node: Node, at: int) -> None:
    """Time goes by until then, while the node is open."""
    node.clock.forward(at - node.now)


def seeds(node: Node) -> list[bytes]:
    """The seeds of all prekeys, the oldest first, by a query of the test's own."""
    rows = node.read(
        lambda unit: unit.keys.execute("SELECT seed FROM prekeys ORDER BY not_before").fetchall()
    )
    return [bytes(row[0]) for row in rows]


def first_prekey(node: Node) -> PrekeySecret:
    return node.prekeys[node.me.bundle.slices[0].prekey.prekey_id]


def spans(slices: tuple[Slice, ...]) -> list[tuple[Instant, Instant]]:
    return [(known.not_before, known.not_after) for known in slices]


def stale(node: Node) -> list[bytes]:
    """For which partners everything waits, as the desk says."""
    tasks = node.use(reading.list_tasks).tasks
    return [task.peer for task in tasks if task.task == "bundle_stale"]


# New prekeys


def test_a_bundle_is_made_anew_after_a_week_and_not_a_second_before(alo: Node) -> None:
    go_to(alo, NOON + WEEK - 1)
    too_soon = renew(alo)
    go_to(alo, NOON + WEEK)

    assert (too_soon, renew(alo), renew(alo)) == (False, True, False)


def test_a_new_bundle_keeps_the_weeks_that_are_not_over_and_adds_those_that_are_missing(
    alo: Node,
) -> None:
    before = alo.me.bundle
    go_to(alo, NOON + WEEK)
    renew(alo)
    after = alo.me.bundle

    assert after.generation == after.created == NOON + WEEK
    assert after.slices[:7] == before.slices[1:]
    assert len(after.slices) == limits.PREKEY_SLICES
    assert spans(after.slices)[-1] == (before.expires, before.expires + WEEK)
    assert after.expires == before.expires + WEEK
    assert after.routes == before.routes
    assert {known.prekey.prekey_id for known in after.slices} <= alo.prekeys.keys()


def test_a_new_bundle_reaches_every_partner_and_takes_the_place_of_the_old_one(
    federation: Federation, alo: Node
) -> None:
    go_to(alo, NOON + WEEK)
    renew(alo)
    federation.settle_all()

    held = [
        federation[name].rows("SELECT bundle_generation FROM peers WHERE node_id = ?", alo.node_id)
        for name in ("Bandhan", "Chautari")
    ]
    assert held == [[(NOON + WEEK,)], [(NOON + WEEK,)]]


def test_to_a_partner_that_is_silent_only_the_newest_bundle_waits(alo: Node) -> None:
    for week in (1, 2, 3):
        go_to(alo, NOON + week * WEEK)
        renew(alo)

    assert alo.rows("SELECT count(*) FROM outbox WHERE type = 'bundle/1'") == [(2,)]


def test_after_months_switched_off_every_week_of_the_bundle_is_new(alo: Node) -> None:
    go_to(alo, NOON + 90 * DAY)
    renew(alo)

    assert spans(alo.me.bundle.slices)[0][0] == alo.now - limits.CLOCK_SKEW_SECONDS
    assert slice_for(alo.me.bundle, now=alo.now) is not None


def test_a_vault_without_its_prekeys_makes_all_of_them_anew(alo: Node) -> None:
    alo.write(lambda unit: unit.keys.execute("DELETE FROM prekeys"))
    listed = {known.prekey.prekey_id for known in alo.me.bundle.slices}
    generation = alo.me.bundle.generation
    alo.use(renewing.renew_bundle)
    alo.refresh()
    renewed = {known.prekey.prekey_id for known in alo.me.bundle.slices}

    assert listed.isdisjoint(renewed)
    assert renewed == alo.prekeys.keys()
    assert alo.me.bundle.generation == generation + 1


def test_a_jump_to_2250_and_back_leaves_a_bundle_that_everybody_takes(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    alo.ahead = 7_000_000_000
    jumped = renew(alo)
    alo.ahead = 0
    go_to(alo, NOON + WEEK)
    renewed = renew(alo)
    federation.settle_all()

    assert (jumped, renewed) == (False, True)
    assert bandhan.rows("SELECT bundle_generation FROM peers WHERE node_id = ?", alo.node_id) == [
        (NOON + WEEK,)
    ]


def test_an_older_bundle_that_somebody_kept_is_refused(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    old = BundleUpdate(bundle=alo.me.signed_bundle.raw)
    go_to(alo, NOON + WEEK)
    renew(alo)
    federation.settle_all()
    taken = bandhan.take([forge(old, sender=alo, recipient=bandhan, advance=True)])

    assert taken.refused == (RefusalCode.E_BUNDLE_ROLLBACK,)


def test_a_renewal_that_is_cut_off_between_the_two_files_is_made_whole_by_the_next(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    go_to(alo, NOON + WEEK)
    faults.arm("vault.between_commits")
    with pytest.raises(faults.InjectedCrash):
        alo.use(renewing.renew_if_due)
    alo.reopen()
    alo.refresh()
    before = alo.me.bundle.generation
    renew(alo)
    federation.settle_all()

    assert (before, alo.me.bundle.generation) == (NOON, NOON + WEEK)
    assert {known.prekey.prekey_id for known in alo.me.bundle.slices} <= alo.prekeys.keys()
    assert bandhan.rows("SELECT bundle_generation FROM peers WHERE node_id = ?", alo.node_id) == [
        (NOON + WEEK,)
    ]


# Destroyed prekeys


@pytest.mark.parametrize("grace", [GRACE, HIGH_RISK])
def test_a_prekey_is_destroyed_after_its_grace_and_lives_until_then(alo: Node, grace: int) -> None:
    go_to(alo, FIRST_ENDS + grace)
    poll(alo)
    at_the_end = destroy(alo, grace)
    go_to(alo, FIRST_ENDS + grace + 1)
    poll(alo)

    assert (at_the_end, destroy(alo, grace)) == (0, 1)


def test_a_prekey_lives_until_every_mailbox_was_found_empty_after_its_grace(alo: Node) -> None:
    go_to(alo, FIRST_ENDS + GRACE)
    poll(alo)
    go_to(alo, FIRST_ENDS + GRACE + 5 * DAY)
    unpolled = destroy(alo)
    poll(alo)

    assert (unpolled, destroy(alo)) == (0, 1)


def test_a_second_mailbox_that_was_not_polled_keeps_the_prekey(alo: Node) -> None:
    alo.write(
        lambda unit: unit.vault.execute(
            "INSERT INTO own_mailboxes (mailbox_id, origin, seed, deposit_secret, is_local)"
            " VALUES (?, 'https://relay.example', ?, ?, 0)",
            (bytes(16), bytes(32), bytes(32)),
        )
    )
    go_to(alo, FIRST_ENDS + GRACE + 5 * DAY)
    poll(alo)

    assert destroy(alo) == 0


def test_a_mailbox_that_is_never_reached_keeps_no_prekey_over_56_days(alo: Node) -> None:
    go_to(alo, FIRST_ENDS + CAP)
    at_the_end = destroy(alo)
    go_to(alo, FIRST_ENDS + CAP + 1)

    assert (at_the_end, destroy(alo)) == (0, 1)


@pytest.mark.parametrize("wrong", [0, 8_840_000_000])
def test_no_prekey_is_destroyed_and_no_poll_counts_while_the_clock_is_in_doubt(
    alo: Node, wrong: int
) -> None:
    kept = seeds(alo)
    alo.ahead = wrong - alo.clock.now
    poll(alo)
    destroyed = destroy(alo)
    alo.ahead = 0
    go_to(alo, FIRST_ENDS + GRACE + 1)

    assert (destroyed, seeds(alo)) == (0, kept)
    assert destroy(alo) == 0


def test_a_destroyed_prekey_is_in_no_page_of_any_file(alo: Node) -> None:
    secret = first_prekey(alo)
    canaries = [secret.seed, secret.public.raw[:64]]

    def found() -> set[int]:
        return {hit.canary for hit in pages.find(alo.folder, key=alo.key, canaries=canaries)}

    go_to(alo, FIRST_ENDS + GRACE + 1)
    renew(alo)
    poll(alo)
    before = found()
    destroy(alo)
    alo.refresh()

    # The public half stands in what was published; the seed is gone.
    assert 0 in before
    assert 0 not in found()
    assert secret.prekey_id not in alo.prekeys


def test_a_destruction_stands_in_the_audit_log(alo: Node) -> None:
    go_to(alo, FIRST_ENDS + GRACE + 1)
    poll(alo)
    destroy(alo)

    assert alo.rows(
        "SELECT d.details FROM audit a JOIN audit_details d ON d.number = a.number"
        " WHERE a.event = 'prekeys.destroyed'"
    ) == [("1",)]


# What is on its way meanwhile


def test_what_was_sealed_to_a_prekey_that_was_destroyed_comes_once_under_the_same_id(
    story: Story,
) -> None:
    federation, alo, bandhan = story.federation, story.alo, story.bandhan
    story.open_case()
    story.agree(days=365)
    story.offer()
    federation.deliver(alo)
    lost = federation.box(bandhan)[:]
    [(message_id,)] = alo.rows("SELECT message_id FROM outbox WHERE type = 'referral.offer/1'")
    federation.box(bandhan).clear()
    go_to(bandhan, FIRST_ENDS + HIGH_RISK + 1)
    renew(bandhan)
    poll(bandhan)
    destroy(bandhan, HIGH_RISK)
    bandhan.refresh()
    unreadable = bandhan.take(lost)
    federation.settle_all()

    assert unreadable.refused == (RefusalCode.E_PREKEY_UNKNOWN,)
    assert bandhan.rows("SELECT message_id FROM messages WHERE type = 'referral.offer/1'") == [
        (message_id,)
    ]
    assert alo.rows("SELECT state FROM outbox WHERE type = 'referral.offer/1'") == [("stored",)]


def test_a_bundle_that_lists_the_prekey_no_more_has_the_message_sealed_again_at_once(
    story: Story,
) -> None:
    federation, alo, bandhan = story.federation, story.alo, story.bandhan
    go_to(alo, FIRST_ENDS - 60)
    story.open_case()
    story.agree(days=365)
    story.offer()
    federation.deliver(alo)
    federation.box(bandhan).clear()
    go_to(alo, NOON + WEEK)
    # Left less than a day ago, it is not due by itself before tomorrow.
    alo.write(lambda unit: unit.vault.execute("UPDATE outbox SET due = ?", (alo.now + DAY,)))
    renew(bandhan)
    federation.settle_all()

    assert alo.rows("SELECT state FROM outbox WHERE type = 'referral.offer/1'") == [("stored",)]


def test_a_bundle_that_still_lists_the_prekey_has_nothing_sealed_again(story: Story) -> None:
    federation, alo, bandhan = story.federation, story.alo, story.bandhan
    story.open_case()
    story.agree(days=365)
    story.offer()
    federation.deliver(alo)
    federation.box(bandhan).clear()
    bandhan.use(renewing.renew_bundle)
    bandhan.refresh()
    federation.deliver(bandhan)
    federation.collect(alo)

    [(due,)] = alo.rows("SELECT due FROM outbox WHERE type = 'referral.offer/1'")
    assert due == NOON + DAY


def test_what_waited_for_a_bundle_goes_on_as_soon_as_one_comes(story: Story) -> None:
    federation, alo, bandhan = story.federation, story.alo, story.bandhan
    story.open_case()
    story.agree(days=365)
    go_to(alo, NOON + 8 * WEEK)
    renew(alo)
    alo_told = BundleUpdate(bundle=alo.me.signed_bundle.raw)
    story.offer()
    federation.deliver(alo)
    told = stale(alo)
    bandhan.write(
        lambda unit: unit.vault.execute(
            "UPDATE peers SET bundle = ?, bundle_generation = ? WHERE node_id = ?",
            (alo_told.bundle, alo.me.bundle.generation, alo.node_id),
        )
    )
    renew(bandhan)
    federation.settle_all()

    # Chautari stays silent.
    assert told == [federation["Bandhan"].node_id, federation["Chautari"].node_id]
    assert stale(alo) == [federation["Chautari"].node_id]
    assert alo.rows("SELECT state FROM outbox WHERE type = 'referral.offer/1'") == [("stored",)]
