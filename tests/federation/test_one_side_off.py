"""One office was off for weeks with a right clock, its partner worked on; it comes back and says her no."""

from typing import Final

import pytest

from node import trusted_clock
from node.services import renewing
from protocol import limits
from protocol.errors import RefusalCode
from protocol.labels import Kind
from protocol.prekeys import parse_bundle
from protocol.signing import parse as parse_signed
from protocol.values import Instant, MessageId
from tests.support.federation import Node
from tests.support.restoring import tasks_of
from tests.support.silence import Houses, ask
from tests.support.story import Story

DAY, HOUR = limits.DAY, limits.HOUR
STEP_DAYS: Final = 5
ASKED: Final = (
    "SELECT message_id FROM messages WHERE type = 'followup.request/1' AND status = 'applied'"
    " ORDER BY sequence"
)
HER_NO: Final = "SELECT state FROM outbox WHERE type = 'consent.withdrawn/1'"


@pytest.fixture
def houses(story: Story) -> Houses:
    """Alo and Bandhan in the middle of their work; Chautari is never there."""
    story.up_to_dossier()
    made = Houses(federation=story.federation)
    made.off.add(story.federation["Chautari"].node_id)
    for node in (story.alo, story.bandhan):
        made.work(node)
    return made


def be_off(story: Story, houses: Houses, *, days: int) -> None:
    """Alo's computer is switched off: nothing looks at its clock, and nothing gets through to it."""
    alo, bandhan = story.alo, story.bandhan
    looks = [
        look for look in story.federation.clock.watching if getattr(look, "__self__", None) is alo
    ]
    story.federation.clock.watching = [
        look for look in story.federation.clock.watching if look not in looks
    ]
    houses.off.add(alo.node_id)
    while days:
        step = min(days, STEP_DAYS)
        days -= step
        story.federation.clock.jump(step * DAY)
        bandhan.look_at_clock()
        houses.work(bandhan)
    houses.off.discard(alo.node_id)


def work_for_hours(houses: Houses, count: int, *nodes: Node) -> None:
    for _ in range(count):
        for node in nodes:
            node.look_at_clock()
            houses.work(node)
        houses.federation.clock.jump(HOUR)


def is_in_doubt(node: Node) -> bool:
    return node.read(lambda unit: trusted_clock.is_in_doubt(unit, now=node.now))


def destroy_what_is_over(node: Node) -> None:
    """As its weekly upkeep does, once its mailbox was found empty."""
    node.use(renewing.note_emptied, node.mailbox.mailbox_id)
    node.write(
        lambda unit: renewing.destroy_prekeys(
            unit, grace_seconds=limits.PREKEY_GRACE_SECONDS, acting=node.acting()
        )
    )
    node.refresh()


@pytest.mark.parametrize("days", [57, 65, 120])
def test_an_office_that_was_off_for_weeks_is_heard_within_hours_and_nobody_has_to_do_anything(
    story: Story, houses: Houses, days: int
) -> None:
    alo, bandhan = story.alo, story.bandhan
    be_off(story, houses, days=days)
    was_in_doubt = is_in_doubt(alo)
    asked = ask(alo, story.thread, 1)
    told = ask(bandhan, story.thread, 1)
    story.withdraw()
    work_for_hours(houses, 4, alo, bandhan)
    work_for_hours(houses, 2, alo, bandhan)

    assert was_in_doubt
    assert not is_in_doubt(alo)
    assert alo.rows(HER_NO) == [("stored",)]
    assert bandhan.rows("SELECT payload FROM messages WHERE type = 'referral.dossier/1'") == [
        (None,)
    ]
    for node, said in ((bandhan, asked), (alo, told)):
        assert [MessageId(bytes(row[0])) for row in node.rows(ASKED)] == said
        assert not {"clock_in_doubt", "not_delivered", "message_refused"} & set(tasks_of(node))
    assert alo.me.bundle.created >= alo.now - DAY


@pytest.mark.parametrize("days", [20, 40, 57, 65])
def test_her_no_can_be_opened_there_although_nobody_told_what_day_it_is(
    story: Story, houses: Houses, days: int
) -> None:
    """Their newest bundle is here; the time was asked in vain."""
    alo, bandhan = story.alo, story.bandhan
    be_off(story, houses, days=days)
    destroy_what_is_over(bandhan)
    hold_newest_bundle(alo, bandhan)
    story.withdraw()
    story.federation.deliver(alo)
    story.federation.collect(bandhan)

    assert is_in_doubt(alo)
    assert RefusalCode.E_PREKEY_UNKNOWN not in story.federation.refused
    assert bandhan.rows("SELECT payload FROM messages WHERE type = 'referral.dossier/1'") == [
        (None,)
    ]


def test_by_a_clock_that_is_far_ahead_or_behind_her_no_is_sealed_to_a_prekey_they_have(
    story: Story,
) -> None:
    story.up_to_dossier()
    for wrong in (-20 * DAY, 20 * DAY, 8_840_000_000):
        story.alo.ahead = wrong
        slices = held_slices(story.alo, story.bandhan)
        ask(story.alo, story.thread, 1)
        story.federation.deliver(story.alo)

        assert is_in_doubt(story.alo)
        assert story.federation.sent[-1].raw[8:24] in {prekey for prekey, _ in slices}
        assert story.federation.sent[-1].raw[8:24] in story.bandhan.prekeys


@pytest.mark.parametrize(("days", "state"), [(29, "deposited"), (30, "queued")])
def test_what_would_lose_half_its_time_by_its_signature_waits_for_a_word_of_the_day(
    story: Story, days: int, state: str
) -> None:
    story.up_to_dossier()
    story.federation.clock.jump(days * DAY)
    ask(story.alo, story.thread, 1)
    story.federation.deliver(story.alo)

    assert is_in_doubt(story.alo)
    assert story.alo.rows("SELECT state FROM outbox WHERE type = 'followup.request/1'") == [
        (state,)
    ]


def hold_newest_bundle(node: Node, other: Node) -> None:
    """As if it had just been fetched."""
    node.write(
        lambda unit: unit.vault.execute(
            "UPDATE peers SET bundle = ?, bundle_generation = ? WHERE node_id = ?",
            (other.me.signed_bundle.raw, other.me.bundle.generation, other.node_id),
        )
    )


def held_slices(node: Node, other: Node) -> list[tuple[bytes, Instant]]:
    [(raw,)] = node.rows("SELECT bundle FROM peers WHERE node_id = ?", other.node_id)
    bundle = parse_bundle(parse_signed(raw, kind=Kind.BUNDLE).body, now=node.clock.now)
    return [(known.prekey.prekey_id, known.not_before) for known in bundle.slices]
