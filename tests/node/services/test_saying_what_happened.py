"""Nothing ends in silence: what was refused, what may no longer go, and a consent that came later."""

from functools import partial

from node.services import consenting, reading, retaining
from node.vault.tables import quarantine
from node.vault.unit import Unit
from protocol import limits
from protocol.errors import RefusalCode
from protocol.local import commands
from protocol.values import Instant, NodeId
from tests.support.federation import Node, done
from tests.support.story import Story, way_back_command

DAY = 86_400


def tasks(node: Node) -> list[str]:
    return [task.task for task in node.use(reading.list_tasks).tasks]


def keep(unit: Unit, *, code: str, now: Instant) -> None:
    quarantine.keep(unit.vault, code.encode(), code=code, now=now)


def lower_level(node: Node, peer: NodeId) -> None:
    node.write(
        lambda unit: unit.vault.execute("UPDATE peers SET level = 1 WHERE node_id = ?", (peer,))
    )


def test_a_person_is_told_what_the_other_side_would_not_take(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    lower_level(story.bandhan, story.alo.node_id)
    story.dossier()
    story.settle()

    assert tasks(story.alo).count("message_refused") == 1


def test_a_person_is_told_what_was_queued_and_may_no_longer_go(story: Story) -> None:
    story.open_case()
    story.agree(days=1)
    assert tasks(story.alo) == []
    story.offer()
    story.federation.clock.forward(2 * DAY)
    story.settle()

    assert tasks(story.alo) == ["not_sent"]
    assert story.alo.rows("SELECT count(*) FROM disclosures") == [(0,)]


def test_a_consent_given_after_the_dossier_reaches_the_other_side(story: Story) -> None:
    story.up_to_dossier()
    later = done(
        story.alo.use(
            consenting.record_consent,
            way_back_command(story.case_id, story.bandhan, days=30),
        )
    ).ref
    story.settle()

    known = story.bandhan.rows("SELECT consent_id FROM consents")
    assert (later,) in known


def test_a_consent_given_before_the_offer_was_accepted_stays_here(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.agree_way_back()
    story.settle()

    assert story.bandhan.rows("SELECT count(*) FROM consents") == [(0,)]
    shown = story.alo.use(consenting.list_consents, commands.ListConsents(case_id=story.case_id))
    assert len(shown.consents) == 2


def test_what_nobody_could_open_is_let_go_after_a_week(story: Story) -> None:
    node = story.bandhan
    unknown = bytes.fromhex("53415448010100") + bytes(4_089)
    assert node.take([unknown]).refused == (RefusalCode.E_PREKEY_UNKNOWN,)
    counts = []
    for seconds in (limits.QUARANTINE_SECONDS, 1):
        story.federation.clock.forward(seconds)
        node.use(retaining.forget_old)
        counts.append(node.rows("SELECT count(*) FROM quarantine"))

    assert counts == [[(1,)], [(0,)]]


def test_evidence_that_can_be_opened_goes_with_an_erasure(story: Story) -> None:
    story.up_to_dossier()
    envelope = story.federation.box(story.bandhan)
    for code in ("defect", "E_FORK", "E_CHAIN", "E_VERSION"):
        story.bandhan.write(partial(keep, code=code, now=story.bandhan.now))
    story.withdraw()
    story.settle()

    assert envelope == []
    assert story.bandhan.rows("SELECT code FROM quarantine") == [("E_VERSION",)]


def test_a_person_is_told_that_everything_waits_for_a_newer_bundle(story: Story) -> None:
    story.open_case()
    story.agree(days=365)
    story.federation.clock.forward(60 * DAY)
    story.offer()
    story.settle()

    assert tasks(story.alo) == ["bundle_stale"]
    assert story.alo.rows("SELECT state FROM outbox WHERE type = 'referral.offer/1'") == [
        ("queued",)
    ]


def test_a_clock_in_1970_sends_nothing_and_loses_nothing(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.federation.clock.forward(-story.alo.now)
    story.settle()
    waiting = story.alo.rows("SELECT state FROM outbox WHERE type = 'referral.offer/1'")

    assert waiting == [("queued",)]
