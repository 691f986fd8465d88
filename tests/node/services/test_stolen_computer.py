"""A computer was stolen: the sheet stops it everywhere, and its organisation finds back with a new key."""

from pathlib import Path

from node.services import peering, renewing
from protocol.keys import VerifyingKey
from protocol.labels import Kind
from protocol.local import commands
from protocol.signing import sign, verify
from tests.support import restoring
from tests.support.belonging import sheet_of, status, suspend
from tests.support.federation import Node, done
from tests.support.story import Story


def renew(node: Node) -> None:
    """The words of the root on paper sign the card that the node prepared."""
    draft = done(node.use(renewing.prepare_card, commands.PrepareCard()))
    [signature] = sign(Kind.CARD, draft.body, secrets=[node.root]).signatures
    done(node.use(renewing.renew_card, commands.RenewCard(signature=signature.raw)))
    node.refresh()


def hand_over(node: Node, to: Node) -> None:
    """An introduction file goes from hand to hand."""
    made = done(node.use(peering.make_introduction))
    done(to.use(peering.add_peer, commands.AddPeer(introduction=made.introduction)))


def begin_anew(story: Story, folder: Path) -> None:
    """Bandhan hears of the theft by the sheet; then Alo restores, and hands its new card over.

    Between the backup and the theft Bandhan told something that the restored node does not have.
    """
    alo, bandhan = story.alo, story.bandhan
    saved = restoring.save(alo, folder)
    story.arrive()
    story.settle()
    done(suspend(bandhan, sheet_of(alo)))
    restoring.restore(story.federation, alo, saved)
    story.federation.deliver(alo)
    renew(alo)
    story.federation.deliver(alo)
    hand_over(alo, bandhan)


def referred(story: Story) -> None:
    """As far as a dossier that arrived."""
    story.open_case()
    story.agree()
    story.agree_way_back()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    story.settle()


def test_a_partner_that_was_handed_the_newer_card_hears_a_restored_node_although_it_was_suspended(
    story: Story, tmp_path: Path
) -> None:
    referred(story)
    begin_anew(story, tmp_path / "saved")
    story.federation.settle_all()

    alo, bandhan = story.alo, story.bandhan
    assert status(alo, bandhan) == (2, "active")
    assert restoring.waits(bandhan, alo) == (False, True)
    assert restoring.waits(alo, bandhan) == (False, False)


def test_whoever_was_handed_the_newer_card_is_written_to_by_the_new_key_alone(
    story: Story, tmp_path: Path
) -> None:
    former = story.alo.me.signing.public
    referred(story)
    begin_anew(story, tmp_path / "saved")
    story.federation.deliver(story.bandhan)
    count = len(story.federation.sent)
    story.federation.settle_all()

    new = story.alo.me.signing.public
    signed = [seen.opened.signed for seen in story.federation.to(story.bandhan, since=count)]
    keys: set[VerifyingKey] = {verify(one, keys=[former, new]) for one in signed}
    assert keys == {new}


def test_what_the_partner_still_holds_comes_after_somebody_phoned(
    story: Story, tmp_path: Path
) -> None:
    referred(story)
    begin_anew(story, tmp_path / "saved")
    story.federation.settle_all()
    restoring.confirm(story.bandhan, story.alo)
    story.federation.settle_all()

    sent = story.bandhan.rows(
        "SELECT message_id FROM outbox WHERE peer = ? AND type LIKE 'referral.%'",
        story.alo.node_id,
    )
    came = story.alo.rows("SELECT message_id FROM messages WHERE peer = ?", story.bandhan.node_id)
    assert sent
    assert {*sent} <= {*came}
