"""Who leaves and who takes their place: removals, successors, and what level 1 may say."""

from dataclasses import replace
from typing import Final

from node.services import belonging, peering, referring
from protocol.charter import MemberState
from protocol.local import commands
from protocol.vocabulary.codes import RecallReason
from tests.support.belonging import (
    apply_charter,
    charter_of,
    entry,
    everybody_holds,
    held_version,
    introduce,
    status,
    tasks,
)
from tests.support.charters import after, with_entry
from tests.support.federation import Federation, code_of, done
from tests.support.story import Story, meet, tell, verify

DAY: Final = 86_400
SAYS_NOTHING_OF_HER: Final = {
    "intro.request/1",
    "intro.accept/1",
    "receipt/1",
    "card/1",
    "bundle/1",
    "charter/1",
}
"""Every type of class N that may come up while two who have not compared their number work together."""


def test_what_waits_for_a_removed_peer_goes_without_trace(story: Story) -> None:
    alo, bandhan = story.alo, story.bandhan
    story.open_case()
    story.agree()
    story.offer()
    first = charter_of(story.federation)
    done(apply_charter(alo, first))
    gone = entry(bandhan, MemberState.REMOVED)
    done(apply_charter(alo, after(first, members=with_entry(first, gone))))
    since = len(story.federation.sent)
    story.federation.deliver(alo)

    assert status(bandhan, alo) == (2, "removed")
    assert story.federation.to(bandhan, since=since) == []
    assert alo.rows(
        "SELECT count(*) FROM outbox WHERE peer = ? AND state <> 'stored' AND payload IS NOT NULL",
        bandhan.node_id,
    ) == [(0,)]
    assert tasks(alo) == ["member_removed"]


def test_a_payload_that_was_sealed_for_a_removed_peer_is_destroyed(story: Story) -> None:
    alo, bandhan = story.alo, story.bandhan
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    story.federation.deliver(alo)
    done(alo.use(belonging.remove_peer, commands.RemovePeer(peer=bandhan.node_id)))

    rows = alo.rows(
        "SELECT state, payload, key_id FROM outbox WHERE peer = ? AND type = 'referral.dossier/1'",
        bandhan.node_id,
    )
    assert rows == [("refused", None, None)]


def test_a_peer_is_removed_once_and_only_one_that_is_known(federation: Federation) -> None:
    alo, bandhan = federation["Alo Shelter"], federation["Bandhan"]
    command = commands.RemovePeer(peer=bandhan.node_id)
    done(alo.use(belonging.remove_peer, command))

    assert code_of(alo.use(belonging.remove_peer, command)) == "wrong_state"
    unknown = commands.RemovePeer(peer=bytes(32))
    assert code_of(alo.use(belonging.remove_peer, unknown)) == "not_found"


def test_the_successor_of_a_removed_node_is_paused_at_level_1_until_it_is_verified(
    strangers: Federation,
) -> None:
    alo, bandhan, chautari = strangers.nodes.values()
    meet(strangers, bandhan, alo)
    done(verify(alo, bandhan))
    first = charter_of(strangers)
    gone = entry(bandhan, MemberState.REMOVED, successor=chautari.node_id)
    done(apply_charter(alo, replace(first, members=with_entry(first, gone))))
    done(introduce(alo, done(chautari.use(peering.make_introduction)).introduction))
    paused = status(chautari, alo)
    left = strangers.deliver(alo)
    done(verify(alo, chautari))

    assert paused == (1, "paused")
    assert left == 0
    assert status(chautari, alo) == (2, "active")
    assert strangers.deliver(alo) > 0


def test_level_1_members_exchange_what_says_nothing_about_her_and_nothing_else(
    strangers: Federation,
) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    meet(strangers, bandhan, alo)
    everybody_holds(strangers, charter_of(strangers))
    first = charter_of(strangers)
    done(apply_charter(alo, first, after(first)))
    strangers.settle_all()

    story = tell(strangers)
    story.open_case()
    story.agree()
    asked = code_of(story.preview_offer())
    strangers.settle_all()

    assert held_version(bandhan) == 2
    assert status(bandhan, alo) == (1, "active")
    assert asked == "E_LEVEL"
    assert {one.skeleton.type for one in strangers.to(bandhan)} <= SAYS_NOTHING_OF_HER


def test_what_is_of_class_0_goes_both_ways_at_level_1_but_no_offer_begins_there(
    story: Story,
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    for node in (story.alo, story.bandhan):
        node.write(lambda unit: unit.vault.execute("UPDATE peers SET level = 1"))
    story.accept()
    story.settle()
    recall = commands.RecallOffer(thread=story.thread, reason=RecallReason.PLACE_FOUND_ELSEWHERE)
    done(story.alo.use(referring.recall_offer, recall))
    story.settle()

    arrived = "SELECT type, status FROM messages WHERE type LIKE 'referral.%'"
    assert story.alo.rows(arrived) == [("referral.accept/1", "applied")]
    assert story.bandhan.rows(arrived) == [
        ("referral.offer/1", "applied"),
        ("referral.recall/1", "applied"),
    ]
    assert code_of(story.preview_offer()) == "E_LEVEL"


def test_an_offer_that_waits_for_a_partner_who_falls_back_to_level_1_never_leaves(
    story: Story,
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.alo.write(lambda unit: unit.vault.execute("UPDATE peers SET level = 1"))
    story.settle()

    assert story.bandhan.rows("SELECT type FROM messages WHERE type LIKE 'referral.%'") == []
    assert story.alo.rows("SELECT state FROM outbox WHERE type = 'referral.offer/1'") == []
