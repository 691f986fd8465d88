"""Nothing ends in silence: what was refused, what may no longer go, and a consent that came later."""

from node.services import consenting, reading
from protocol.local import commands
from protocol.values import NodeId
from tests.support.federation import Node, done
from tests.support.story import Story, way_back_command

DAY = 86_400


def tasks(node: Node) -> list[str]:
    return [task.task for task in node.use(reading.list_tasks).tasks]


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
