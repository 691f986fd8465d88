"""What a charter asks of a node itself: more care than its own settings, and an end to every erasure."""

from dataclasses import replace
from typing import Final

import pytest

from node.effects import NODE_ITSELF
from node.services import belonging, delivering, renewing, retaining
from node.services.delivering import FREE
from node.vault.tables import terms
from protocol import limits
from protocol.cadence import WHEN_DUE, Cadence
from protocol.charter import Charter, Parameters, RiskProfile
from protocol.local import commands, views
from tests.support.auditing import say_something
from tests.support.belonging import (
    apply_charter,
    charter_of,
    everybody_holds,
    sheet_of,
    suspend,
    tasks,
)
from tests.support.charters import after
from tests.support.federation import Federation, Node, done
from tests.support.story import Story

HALF_HOUR: Final = 1_800
HOUR_OF_LOOKS: Final = 60
SETTINGS: Final = views.DeskSettings(
    lock_seconds=300, unfocused_seconds=60, undo_seconds=10, batch_seconds=0
)


def asks(federation: Federation, **parameters: object) -> Charter:
    """The first charter, with something that it asks."""
    return replace(charter_of(federation), parameters=Parameters(**parameters))  # type: ignore[arg-type]  # each parameter has its type


def high(federation: Federation) -> Charter:
    return asks(federation, risk=RiskProfile.HIGH)


def left_in_an_hour(federation: Federation, sender: Node) -> list[int]:
    """The seconds after the half hour at which something leaves, somebody looking each minute."""
    federation.clock.forward(-federation.clock.now % HALF_HOUR + 600)
    say_something(sender, federation["Bandhan"].node_id)
    left: list[int] = []
    for _ in range(60):
        left += [sender.now % HALF_HOUR] * federation.deliver(sender)
        federation.clock.forward(60)
    return left


# Risk


def test_a_charter_of_high_risk_makes_a_node_without_batches_leave_in_batches(
    federation: Federation, alo: Node
) -> None:
    before = left_in_an_hour(federation, alo)
    everybody_holds(federation, high(federation))
    after_it = left_in_an_hour(federation, alo)

    assert before == [600]
    assert 0 in after_it
    assert {second for second in after_it if second >= limits.BATCH_OPEN_SECONDS} == set()


def test_a_charter_of_high_risk_has_cover_leave_on_quiet_days(
    federation: Federation, alo: Node
) -> None:
    everybody_holds(federation, high(federation))
    federation.clock.forward(limits.DAY - federation.clock.now % limits.DAY)
    since = len(federation.sent)
    for _ in range(18):
        federation.deliver(alo)
        federation.clock.forward(HALF_HOUR)

    types = [federation.seen(one).skeleton.type for one in federation.sent[since:]]
    assert types == ["cover/1"] * 2


@pytest.mark.parametrize(
    "own", [limits.PREKEY_GRACE_SECONDS, limits.PREKEY_GRACE_SECONDS_HIGH_RISK]
)
def test_a_charter_of_high_risk_destroys_prekeys_a_week_after_their_week(
    federation: Federation, alo: Node, own: int
) -> None:
    done(apply_charter(alo, high(federation)))
    first = alo.me.bundle.slices[0].not_after
    counts = []
    for past in (0, 1):
        federation.clock.forward(
            first + limits.PREKEY_GRACE_SECONDS_HIGH_RISK + past - federation.clock.now
        )
        alo.use(renewing.note_emptied, alo.mailbox.mailbox_id)
        counts.append(
            alo.write(
                lambda unit: renewing.destroy_prekeys(
                    unit, grace_seconds=own, acting=alo.acting(NODE_ITSELF)
                )
            )
        )

    assert counts == [0, 1]


def test_no_charter_makes_a_node_less_careful_than_it_is_set(
    federation: Federation, alo: Node
) -> None:
    everybody_holds(federation, asks(federation, risk=RiskProfile.NORMAL))
    careful = Cadence(batch_seconds=HALF_HOUR, has_cover=True)
    federation.cadence = careful
    federation.clock.forward(limits.DAY - federation.clock.now % limits.DAY)
    since = len(federation.sent)
    for _ in range(18):
        federation.deliver(alo)
        federation.clock.forward(HALF_HOUR)

    assert {federation.seen(one).skeleton.type for one in federation.sent[since:]} == {"cover/1"}
    first = alo.me.bundle.slices[0].not_after
    federation.clock.forward(
        first + limits.PREKEY_GRACE_SECONDS_HIGH_RISK + 1 - federation.clock.now
    )
    alo.use(renewing.note_emptied, alo.mailbox.mailbox_id)
    grace = limits.PREKEY_GRACE_SECONDS_HIGH_RISK
    assert (
        alo.write(
            lambda unit: renewing.destroy_prekeys(
                unit, grace_seconds=grace, acting=alo.acting(NODE_ITSELF)
            )
        )
        == 1
    )


def test_the_next_charter_ends_the_high_risk_and_the_own_settings_count_again(
    federation: Federation, alo: Node
) -> None:
    first = high(federation)
    done(apply_charter(alo, first))
    raised = alo.read(belonging.is_risk_high)
    done(apply_charter(alo, first, after(first, parameters=Parameters())))

    assert (raised, alo.read(belonging.is_risk_high)) == (True, False)
    assert alo.write(
        lambda unit: delivering.due(
            unit, me=alo.me, acting=alo.acting(), cadence=WHEN_DUE, lines=FREE
        )
    )


def test_people_are_told_once_that_the_charter_asks_for_high_risk(
    federation: Federation, alo: Node
) -> None:
    first = high(federation)
    done(apply_charter(alo, first))
    done(apply_charter(alo, first, after(first)))

    assert tasks(alo) == ["risk_raised"]


def test_a_charter_that_comes_as_a_message_asks_the_same(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    first = charter_of(federation)
    everybody_holds(federation, first)
    done(apply_charter(alo, first, after(first, parameters=Parameters(risk=RiskProfile.HIGH))))
    federation.clock.forward(HALF_HOUR - federation.clock.now % HALF_HOUR)
    federation.settle_all()

    assert bandhan.read(belonging.is_risk_high)
    assert tasks(bandhan) == ["risk_raised"]


def test_a_desk_is_told_when_things_leave_under_high_risk(
    federation: Federation, alo: Node
) -> None:
    before = alo.read(lambda unit: belonging.desk_settings(unit, SETTINGS))
    done(apply_charter(alo, high(federation)))
    raised = alo.read(lambda unit: belonging.desk_settings(unit, SETTINGS))

    assert before == SETTINGS
    assert (raised.batch_seconds, raised.lock_seconds) == (HALF_HOUR, SETTINGS.lock_seconds)


def test_a_vault_that_held_the_charter_before_this_was_read_from_it_does_the_same_when_it_opens(
    federation: Federation, alo: Node
) -> None:
    done(apply_charter(alo, asks(federation, risk=RiskProfile.HIGH, erase_hours=5)))
    alo.write(
        lambda unit: unit.vault.execute("UPDATE retention SET is_high_risk = 0, erase_hours = 72")
    )
    alo.reopen()

    assert alo.read(belonging.is_risk_high)
    assert alo.read(lambda unit: terms.erase_hours(unit.vault)) == 5


# Erasing


def locked_and_not_erased(story: Story, *, hours: int | None) -> None:
    """She withdrew through a partner that is stopped: Bandhan locks, and a person has to confirm."""
    story.up_to_dossier()
    if hours is not None:
        done(apply_charter(story.bandhan, asks(story.federation, erase_hours=hours)))
    done(suspend(story.bandhan, sheet_of(story.alo)))
    story.withdraw()
    story.settle()


def minutes_go_by(node: Node, count: int) -> None:
    """So many looks of the upkeep, one each minute while the vault is open."""
    for _ in range(count):
        node.use(retaining.look_at_erasures)


@pytest.mark.parametrize(("hours", "limit"), [(3, 3), (1, 1), (None, 72)])
def test_people_are_told_when_something_locked_is_not_destroyed_in_the_hours_the_charter_gives(
    story: Story, hours: int | None, limit: int
) -> None:
    locked_and_not_erased(story, hours=hours)
    bandhan = story.bandhan
    minutes_go_by(bandhan, 2)
    # The hours between, all at once.
    skipped = (limit - 1) * HOUR_OF_LOOKS
    bandhan.write(
        lambda unit: unit.vault.execute(
            "UPDATE erasures SET open_minutes = open_minutes + ?", (skipped,)
        )
    )
    minutes_go_by(bandhan, HOUR_OF_LOOKS - 3)
    before = "erasure_overdue" in tasks(bandhan)
    minutes_go_by(bandhan, 1)

    assert (before, tasks(bandhan).count("erasure_overdue")) == (False, 1)


def test_hours_in_which_the_vault_is_closed_and_a_clock_that_jumps_do_not_count(
    story: Story,
) -> None:
    locked_and_not_erased(story, hours=1)
    minutes_go_by(story.bandhan, HOUR_OF_LOOKS - 1)
    for days in (1, 300, -200):
        story.bandhan.ahead += days * limits.DAY
    story.bandhan.reopen()

    assert "erasure_overdue" not in tasks(story.bandhan)


def test_what_was_destroyed_at_last_is_asked_for_no_more(story: Story) -> None:
    locked_and_not_erased(story, hours=1)
    minutes_go_by(story.bandhan, HOUR_OF_LOOKS)
    overdue = tasks(story.bandhan)
    command = commands.ConfirmErasures(peer=story.alo.node_id)
    done(story.bandhan.use(belonging.confirm_erasures, command))
    story.bandhan.erase()
    minutes_go_by(story.bandhan, HOUR_OF_LOOKS)

    assert "erasure_overdue" in overdue
    assert "erasure_overdue" not in tasks(story.bandhan)


def test_whatever_the_charter_gives_what_may_be_destroyed_is_destroyed_at_once(
    story: Story,
) -> None:
    story.up_to_dossier()
    done(apply_charter(story.bandhan, asks(story.federation, erase_hours=72)))
    story.withdraw()
    story.settle()

    assert story.bandhan.rows(
        "SELECT payload IS NOT NULL FROM messages WHERE type = 'referral.dossier/1'"
    ) == [(0,)]
