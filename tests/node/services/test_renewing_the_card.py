"""A new signing key each year: every partner follows, nothing is lost, and the old key ends on its second."""

import pytest

from node.services import consenting, peering, reading, renewing
from protocol import limits
from protocol.errors import RefusalCode, RemoteProtocolError
from protocol.keys import SigningSecret, VerifyingKey, new_signing_secret
from protocol.labels import Kind
from protocol.local import commands
from protocol.messages.core import CardUpdate
from protocol.signing import Signed, sign, verify
from protocol.values import later
from tests.support.builders import NOON, OFFER
from tests.support.federation import Federation, Node, code_of, done
from tests.support.forging import forge
from tests.support.story import Story, way_back_command

DAY, OVERLAP = limits.DAY, limits.SIGNING_KEY_OVERLAP_SECONDS
ENDS = later(NOON, limits.CARD_LIFE_SECONDS)


def renew(node: Node, *, root: SigningSecret | None = None) -> None:
    """The words of the paper sheet are typed, and sign the card that the node prepared."""
    draft = done(node.use(renewing.prepare_card, commands.PrepareCard()))
    [signature] = sign(Kind.CARD, draft.body, secrets=[root or node.root]).signatures
    done(node.use(renewing.renew_card, commands.RenewCard(signature=signature.raw)))
    node.refresh()


def look_after(node: Node) -> bool:
    changed = node.use(renewing.look_after_card)
    node.refresh()
    return bool(changed)


def signing_known(node: Node, peer: Node) -> bytes:
    """By which key a node knows another one."""
    [(key,)] = node.rows("SELECT signing FROM peers WHERE node_id = ?", peer.node_id)
    return bytes(key)


def tasks(node: Node) -> list[str]:
    return [task.task for task in node.use(reading.list_tasks).tasks]


def test_every_partner_follows_to_the_new_key_and_keeps_its_trust(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    former = alo.me.signing.public
    renew(alo)
    federation.settle_all()

    assert alo.me.signing.public != former
    assert signing_known(bandhan, alo) == signing_known(federation["Chautari"], alo)
    assert signing_known(bandhan, alo) == alo.me.signing.public
    assert bandhan.rows(
        "SELECT level, card_sequence, former_signing FROM peers WHERE node_id = ?", alo.node_id
    ) == [(2, 2, former)]
    assert federation.refused == []


def test_words_of_another_root_renew_nothing(alo: Node) -> None:
    before = alo.me.signed_card
    with pytest.raises(RemoteProtocolError) as refused:
        renew(alo, root=new_signing_secret(entropy=alo.entropy))
    alo.refresh()

    assert refused.value.code is RefusalCode.E_SIG
    assert alo.me.signed_card == before


def test_without_a_draft_there_is_nothing_to_sign(alo: Node) -> None:
    command = commands.RenewCard(signature=bytes(64))

    assert code_of(alo.use(renewing.renew_card, command)) == "not_found"


def test_the_former_key_signs_until_the_partner_has_the_card_and_not_after(
    story: Story,
) -> None:
    federation, alo, bandhan = story.federation, story.alo, story.bandhan
    former = alo.me.signing
    renew(alo)
    story.open_case()
    story.agree()
    story.offer()
    federation.settle_all()
    with_former = [seen.opened.signed for seen in federation.to(bandhan)]
    count = len(federation.sent)
    story.accept()
    federation.settle_all()
    story.dossier()
    federation.settle_all()
    with_new = [seen.opened.signed for seen in federation.to(bandhan, since=count)]

    assert federation.refused == []
    assert {key_of(signed, former, alo.me.signing) for signed in with_former} == {former.public}
    assert {key_of(signed, former, alo.me.signing) for signed in with_new} == {
        alo.me.signing.public
    }


def key_of(signed: Signed, *keys: SigningSecret) -> VerifyingKey:
    """Which of these keys signed it."""
    return verify(signed, keys=[key.public for key in keys])


@pytest.mark.parametrize(("seconds", "refused"), [(-1, ()), (0, (RefusalCode.E_SENDER_UNKNOWN,))])
def test_a_partner_accepts_the_former_key_for_28_days_to_the_second(
    federation: Federation,
    alo: Node,
    bandhan: Node,
    seconds: int,
    refused: tuple[RefusalCode, ...],
) -> None:
    former = alo.me
    renew(alo)
    federation.settle_all()
    federation.clock.forward(OVERLAP + seconds)
    renewed, alo.me = alo.me, former
    old = forge(OFFER, sender=alo, recipient=bandhan)
    alo.me = renewed

    assert bandhan.take([old]).refused == refused


def test_a_consent_that_was_verified_under_the_former_key_still_permits(story: Story) -> None:
    federation = story.federation
    story.open_case()
    story.agree(days=365)
    story.agree_way_back()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    story.settle()
    renew(story.alo)
    federation.settle_all()
    federation.clock.forward(OVERLAP + DAY)
    for node in federation.nodes.values():
        node.use(renewing.renew_if_due)
        node.refresh()
    federation.settle_all()
    look_after(story.alo)
    story.arrive()
    story.settle()
    story.confirm()
    story.report()
    story.settle()

    assert story.alo.me.former is None
    assert federation.refused == []
    assert story.alo.rows("SELECT status FROM messages WHERE type = 'followup.report/1'") == [
        ("applied",)
    ]


def test_a_consent_of_the_new_key_that_comes_before_the_card_waits_for_it(story: Story) -> None:
    federation, alo, bandhan = story.federation, story.alo, story.bandhan
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    story.settle()
    renew(alo)
    command = way_back_command(story.case_id, bandhan)
    done(alo.use(consenting.record_consent, command))
    federation.deliver(alo)
    box = federation.box(bandhan)
    late, box[:] = box[:2], box[2:]
    federation.collect(bandhan)
    held = federation.refused[:]
    box[:] = late
    federation.clock.forward(DAY)
    federation.settle_all()

    assert RefusalCode.E_SENDER_UNKNOWN in held
    assert bandhan.rows("SELECT count(*) FROM messages WHERE status = 'refused'") == [(0,)]
    assert bandhan.rows(
        "SELECT count(*) FROM messages WHERE type = 'consent.copy/1' AND status = 'applied'"
    ) == [(2,)]


def test_a_card_that_went_as_withheld_is_sent_again(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    renew(alo)
    federation.deliver(alo)
    federation.box(bandhan).clear()
    alo.write(
        lambda unit: unit.vault.execute("UPDATE outbox SET is_withheld = 1 WHERE type = 'card/1'")
    )
    federation.clock.forward(OVERLAP)
    for node in federation.nodes.values():
        node.use(renewing.renew_if_due)
        node.refresh()
    dropped = look_after(alo)
    federation.settle_all()

    assert not dropped
    assert signing_known(bandhan, alo) == alo.me.signing.public
    assert look_after(alo)
    assert alo.me.former is None


def test_whoever_read_a_file_from_before_the_renewal_gets_the_card_first(
    strangers: Federation,
) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    made = done(alo.use(peering.make_introduction))
    strangers.clock.forward(60)
    renew(alo)
    done(bandhan.use(peering.add_peer, commands.AddPeer(introduction=made.introduction)))
    strangers.settle_all()

    assert strangers.refused == []
    assert signing_known(bandhan, alo) == alo.me.signing.public
    assert bandhan.rows("SELECT status FROM peers") == [("active",)]


def test_an_older_card_that_somebody_kept_is_refused(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    old = CardUpdate(card=alo.me.signed_card.raw)
    renew(alo)
    federation.settle_all()
    taken = bandhan.take([forge(old, sender=alo, recipient=bandhan, advance=True)])

    assert taken.refused == (RefusalCode.E_CARD_ROLLBACK,)


def test_a_card_that_ends_is_told_60_days_before_and_louder_once_it_is_over(alo: Node) -> None:
    told = []
    for at in (ENDS - 60 * DAY - 1, ENDS - 60 * DAY, ENDS - 1, ENDS):
        alo.clock.forward(at - alo.now)
        look_after(alo)
        told.append(tasks(alo))

    assert told == [[], ["card_ending"], ["card_ending"], ["card_over", "card_ending"]]


def test_a_renewal_ends_the_reminder(alo: Node) -> None:
    alo.clock.forward(ENDS - alo.now)
    look_after(alo)
    renew(alo)
    look_after(alo)

    assert [task for task in tasks(alo) if task.startswith("card")] == []


def test_our_root_is_nowhere_on_the_disk_after_a_renewal(alo: Node) -> None:
    renew(alo)
    alo.database.checkpoint()
    seed = alo.root.seed
    found = [
        path.name for path in alo.folder.rglob("*") if path.is_file() and seed in path.read_bytes()
    ]
    rows = alo.rows("SELECT signing_seed, former_seed FROM node_self")

    assert found == []
    assert seed not in rows[0]
