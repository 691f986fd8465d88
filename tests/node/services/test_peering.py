"""Getting to know each other: one introduction for one file, and nothing personal before the number."""

import pytest

from node.services import opening, peering, renewing
from node.vault.keyring import Kind, Owner
from protocol import limits
from protocol.cards import introduction_proof, read_introduction
from protocol.errors import RefusalCode, RemoteProtocolError
from protocol.local import commands, views
from protocol.messages.core import IntroductionRequest
from protocol.messages.disclosed import Disclosed
from protocol.messages.referral import ReferralDossier
from protocol.safety import safety_number
from protocol.values import Hash, PlainText, pseudonym
from protocol.vocabulary.codes import Role, VerifiedHow
from tests.support.federation import Federation, Node, code_of, done
from tests.support.forging import forge
from tests.support.story import OFFER, meet, meet_and_verify, tell, verify

NOTHING = ReferralDossier(disclosed=Disclosed(sections=()))


def introduction(node: Node) -> bytes:
    return done(node.use(peering.make_introduction)).introduction


def add(node: Node, file: bytes) -> object:
    return node.use(peering.add_peer, commands.AddPeer(introduction=file))


def levels(node: Node) -> list[tuple[str, int, str]]:
    peers = node.use(peering.list_peers).peers
    return [(peer.name, peer.level, peer.status) for peer in peers]


def test_an_introduction_makes_both_known_at_level_1(strangers: Federation) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    done(add(bandhan, introduction(alo)))
    before = levels(bandhan)
    strangers.settle_all()

    assert before == [("Alo Shelter", 1, "invited")]
    assert levels(bandhan) == [("Alo Shelter", 1, "active")]
    assert levels(alo) == [("Bandhan", 1, "active")]


def test_a_file_lets_one_organisation_in_and_the_second_is_not_even_answered(
    strangers: Federation,
) -> None:
    alo = strangers["Alo Shelter"]
    file = introduction(alo)
    done(add(strangers["Bandhan"], file))
    strangers.settle_all()
    done(add(strangers["Chautari"], file))
    strangers.settle_all()

    assert strangers.refused == [RefusalCode.E_INVITE_USED]
    assert levels(alo) == [("Bandhan", 1, "active")]
    assert levels(strangers["Chautari"]) == [("Alo Shelter", 1, "invited")]
    assert alo.rows("SELECT count(*) FROM receipts_due") == [(0,)]


def test_an_invite_is_good_until_its_second(strangers: Federation) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    done(add(bandhan, introduction(alo)))
    strangers.deliver(bandhan)
    late = list(strangers.box(alo))
    strangers.clock.forward(limits.INVITE_LIFE_SECONDS)
    refused = alo.take(late).refused
    known = levels(alo)
    strangers.clock.forward(-1)
    taken = alo.take(late).refused

    assert refused == (RefusalCode.E_INVITE_EXPIRED,)
    assert known == []
    assert taken == ()
    assert levels(alo) == [("Bandhan", 1, "active")]


def test_a_file_that_is_over_is_not_read(strangers: Federation) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    file = introduction(alo)
    strangers.clock.forward(limits.INVITE_LIFE_SECONDS)

    with pytest.raises(RemoteProtocolError) as caught:
        add(bandhan, file)

    assert caught.value.code is RefusalCode.E_INVITE_EXPIRED
    assert levels(bandhan) == []


def test_a_guest_with_a_proof_of_its_own_making_is_not_let_in(strangers: Federation) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    introduction(alo)
    done(add(bandhan, introduction(alo)))
    proof = introduction_proof(auth=bytes(16), inviter=alo.node_id, guest=bandhan.me.card)
    request = IntroductionRequest(
        card=bandhan.me.signed_card.raw, bundle=bandhan.me.signed_bundle.raw, proof=proof
    )

    taken = alo.take([forge(request, sender=bandhan, recipient=alo)])

    assert taken.refused == (RefusalCode.E_SENDER_UNKNOWN,)
    assert levels(alo) == []


def test_a_guest_with_somebody_elses_bundle_is_refused_and_is_no_defect_of_ours(
    strangers: Federation,
) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    file = introduction(alo)
    auth = read_introduction(file, now=alo.now).invite.auth
    done(add(bandhan, file))
    proof = introduction_proof(auth=auth, inviter=alo.node_id, guest=bandhan.me.card)
    request = IntroductionRequest(
        card=bandhan.me.signed_card.raw, bundle=alo.me.signed_bundle.raw, proof=proof
    )

    taken = alo.take([forge(request, sender=bandhan, recipient=alo)])

    assert taken.refused == (RefusalCode.E_SENDER_UNKNOWN,)
    assert alo.rows("SELECT count(*) FROM quarantine") == [(0,)]
    assert levels(alo) == []


def test_what_a_guest_says_together_with_its_introduction_is_taken_too(
    strangers: Federation,
) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    done(add(bandhan, introduction(alo)))
    done(verify(bandhan, alo))
    story = tell(strangers)
    story.alo, story.bandhan = bandhan, alo
    story.open_case()
    story.agree()
    strangers.deliver(bandhan)
    story.offer()
    strangers.deliver(bandhan)
    strangers.box(alo).reverse()
    strangers.collect(alo)

    assert strangers.refused == []
    assert alo.rows("SELECT type, status FROM messages ORDER BY sequence") == [
        ("intro.request/1", "applied"),
        ("referral.offer/1", "applied"),
    ]


def test_what_comes_from_nobody_we_know_leaves_no_trace_but_a_line_of_the_audit(
    strangers: Federation,
) -> None:
    alo, chautari = strangers["Alo Shelter"], strangers["Chautari"]
    offer = forge(NOTHING, sender=chautari, recipient=_as_peer_of(chautari, alo))
    [(before,)] = alo.rows("SELECT count(*) FROM audit")

    taken = alo.take([offer])

    assert taken.refused == (RefusalCode.E_SENDER_UNKNOWN,)
    assert alo.rows("SELECT count(*) FROM messages") == [(0,)]
    assert alo.rows("SELECT count(*) FROM quarantine") == [(0,)]
    assert alo.rows("SELECT count(*) FROM receipts_due") == [(0,)]
    assert alo.rows("SELECT count(*) FROM audit") == [(before + 1,)]


def _as_peer_of(sender: Node, recipient: Node) -> Node:
    """Let the sender have a stream to somebody who does not know it."""
    done(add(sender, introduction(recipient)))
    return recipient


def test_personal_data_is_refused_at_both_ends_before_the_number_was_compared(
    strangers: Federation,
) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    meet(strangers, bandhan, alo)
    story = tell(strangers)
    story.open_case()
    story.agree()
    here = code_of(story.preview_offer(OFFER))
    dossier = forge(NOTHING, sender=alo, recipient=bandhan, consent=Hash(bytes(32)))
    there = bandhan.take([dossier]).refused

    assert (here, there) == ("E_LEVEL", (RefusalCode.E_LEVEL,))
    assert bandhan.rows(
        "SELECT status, code, payload, key_id FROM messages WHERE type = 'referral.dossier/1'"
    ) == [("refused", "E_LEVEL", None, None)]


def test_only_the_right_number_verifies(strangers: Federation) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    meet(strangers, bandhan, alo)
    (peer,) = alo.use(peering.list_peers).peers
    wrong = [*peer.safety_number[:-1], peer.safety_number[0]]
    command = commands.VerifyPeer(peer=bandhan.node_id, how=VerifiedHow.IN_PERSON, groups=wrong)

    assert code_of(alo.use(peering.verify_peer, command)) == "number_differs"
    assert levels(alo) == [("Bandhan", 1, "active")]


def test_nobody_verifies_whom_they_do_not_know(strangers: Federation) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]

    assert code_of(verify(alo, bandhan)) == "not_found"


def test_a_file_of_our_own_or_of_a_known_organisation_is_refused(alo: Node, bandhan: Node) -> None:
    assert code_of(add(alo, introduction(alo))) == "not_allowed"
    assert code_of(add(bandhan, introduction(alo))) == "already_there"


def test_two_that_read_each_others_files_at_once_both_become_active(
    strangers: Federation,
) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    files = introduction(alo), introduction(bandhan)
    done(add(bandhan, files[0]))
    done(add(alo, files[1]))
    strangers.settle_all()

    assert levels(alo) == [("Bandhan", 1, "active")]
    assert levels(bandhan) == [("Alo Shelter", 1, "active")]


def test_a_name_is_given_to_one_person_only(alo: Node) -> None:
    def owner(number: int) -> Owner:
        return Owner(slot_id=bytes([number]) * 16, kind=Kind.USER, public=bytes(32))

    def join(name: str, number: int) -> object:
        acting = alo.acting()
        return alo.write(
            lambda unit: opening.add_user(
                unit,
                name=PlainText(name),
                role=Role.CASEWORKER,
                owner=owner(number),
                acting=acting,
            )
        )

    done(join("Rehana", 1))

    assert code_of(join("Rehana", 2)) == "already_there"
    assert [user.name for user in alo.use(opening.list_users).users] == ["Rehana", "Supervisor"]
    assert len(alo.use(opening.owners)) == 3


def test_after_meeting_and_comparing_both_are_at_level_2(strangers: Federation) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    meet_and_verify(strangers, bandhan, alo)

    assert levels(alo) == [("Bandhan", 2, "active")]
    assert levels(bandhan) == [("Alo Shelter", 2, "active")]


def test_a_partner_carries_the_name_of_whoever_compared_the_number(strangers: Federation) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    meet(strangers, bandhan, alo)
    (before,) = alo.use(peering.list_peers).peers
    ((supervisor,),) = alo.rows("SELECT user_id FROM users")
    command = commands.VerifyPeer(
        peer=bandhan.node_id,
        how=VerifiedHow.VOICE,
        groups=list(safety_number(alo.me.root, bandhan.me.root)),
    )
    acting = alo.acting(pseudonym(supervisor))
    seen = alo.write(lambda unit: peering.verify_peer(unit, command, me=alo.me, acting=acting))
    assert before.verified_by is None
    assert done(seen).verified_by == "Supervisor"


# Newer keys of a partner we know


def weeks_of_silence(federation: Federation) -> None:
    """Everything that Alo holds of Bandhan is over; Bandhan has renewed its own."""
    federation.clock.forward(8 * limits.PREKEY_SLICE_SECONDS)
    for node in federation.nodes.values():
        node.use(renewing.renew_if_due)
        node.refresh()


def test_a_new_file_of_a_known_partner_brings_its_newer_keys_and_changes_nothing_else(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    weeks_of_silence(federation)
    federation.deliver(alo)
    before = levels(alo)
    [over] = [one.keys_until for one in alo.use(peering.list_peers).peers if one.name == "Bandhan"]
    seen = add(alo, introduction(bandhan))

    assert over <= alo.now
    assert isinstance(seen, views.PeerView)
    assert seen.keys_until == bandhan.me.bundle.expires > alo.now
    assert levels(alo) == before
    waiting = "SELECT 1 FROM tasks WHERE task = 'bundle_stale' AND peer = ? AND done_at IS NULL"
    assert alo.rows(waiting, bandhan.node_id) == []
    assert alo.rows(waiting, federation["Chautari"].node_id) == [(1,)]
    federation.settle_all()
    assert levels(alo) == before
    assert ("Alo Shelter", 2, "active") in levels(bandhan)
    assert federation.refused == []


def test_a_file_with_keys_that_are_not_newer_is_there_already(alo: Node, bandhan: Node) -> None:
    assert code_of(add(alo, introduction(bandhan))) == "already_there"


def test_the_keys_of_a_partner_that_is_stopped_are_not_taken(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    weeks_of_silence(federation)
    alo.write(lambda unit: unit.vault.execute("UPDATE peers SET status = 'suspended'"))

    assert code_of(add(alo, introduction(bandhan))) == "already_there"
