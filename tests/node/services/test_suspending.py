"""A suspend stops everything with a node, until a newer card or k stewards end it."""

from dataclasses import replace
from typing import Final

import pytest

from node.services import belonging, peering, retaining
from protocol import limits
from protocol.cards import Suspend, sign_suspend
from protocol.charter import MemberState
from protocol.errors import RefusalCode, RemoteProtocolError
from protocol.local import commands
from protocol.messages.membership import CharterUpdate, SuspendNotice
from tests.support.belonging import (
    apply_charter,
    by_steward,
    charter_of,
    entry,
    everybody_holds,
    introduce,
    new_card,
    refusal_of,
    root_of,
    sheet_of,
    status,
    suspend,
    tasks,
)
from tests.support.charters import after, signed, with_entry
from tests.support.federation import Federation, code_of, done
from tests.support.forging import forge
from tests.support.story import Story, verify

DAY: Final = 86_400


def test_the_sheet_of_a_node_stops_everything_with_it(story: Story) -> None:
    alo, bandhan = story.alo, story.bandhan
    story.open_case()
    story.agree()
    done(suspend(alo, sheet_of(bandhan)))
    story.offer()
    left = story.federation.deliver(alo)
    story.federation.deliver(bandhan)

    assert status(bandhan, alo) == (2, "suspended")
    assert left == 0
    [(waiting,)] = alo.rows("SELECT count(*) FROM outbox WHERE state = 'queued'")
    assert waiting == 1
    assert tasks(alo) == ["peer_suspended"]


def test_nothing_is_taken_from_a_suspended_peer(federation: Federation) -> None:
    alo, bandhan = federation["Alo Shelter"], federation["Bandhan"]
    done(suspend(alo, sheet_of(bandhan)))
    told = CharterUpdate(chain=(signed(charter_of(federation)),))
    refused = alo.take([forge(told, sender=bandhan, recipient=alo)]).refused

    assert refused == (RefusalCode.E_SENDER_SUSPENDED,)
    assert alo.rows("SELECT count(*) FROM charters_offered") == [(0,)]


def test_any_one_steward_suspends_and_every_member_hears_of_it(federation: Federation) -> None:
    alo, bandhan, chautari = federation.nodes.values()
    everybody_holds(federation, charter_of(federation))
    done(suspend(alo, by_steward(bandhan, steward=2)))
    federation.settle_all()

    assert status(bandhan, alo) == (2, "suspended")
    assert chautari.rows("SELECT node_id FROM suspends") == [(bandhan.node_id,)]
    assert bandhan.rows("SELECT node_id FROM suspends") == []


def test_a_steward_suspends_nobody_where_no_charter_is_held(federation: Federation) -> None:
    alo, bandhan = federation["Alo Shelter"], federation["Bandhan"]

    with pytest.raises(RemoteProtocolError) as caught:
        suspend(alo, by_steward(bandhan))

    assert caught.value.code is RefusalCode.E_SENDER_UNKNOWN
    assert status(bandhan, alo) == (2, "active")


def test_a_suspend_acts_whoever_carries_it_also_a_suspended_peer(federation: Federation) -> None:
    alo, bandhan, chautari = federation.nodes.values()
    done(suspend(alo, sheet_of(bandhan)))
    carried = SuspendNotice(suspend=sheet_of(chautari))
    refused = alo.take([forge(carried, sender=bandhan, recipient=alo)]).refused

    assert refused == ()
    assert status(chautari, alo) == (2, "suspended")


def test_a_suspend_fits_the_room_that_a_full_mailbox_keeps_for_it(federation: Federation) -> None:
    alo, bandhan, chautari = federation.nodes.values()
    carried = SuspendNotice(suspend=sheet_of(chautari))

    assert len(forge(carried, sender=bandhan, recipient=alo)) == limits.BUCKETS[0]


def test_a_suspend_that_nobody_signed_who_may_changes_nothing(federation: Federation) -> None:
    alo, bandhan, chautari = federation.nodes.values()
    everybody_holds(federation, charter_of(federation))

    bad = sign_suspend(
        Suspend(node_id=chautari.node_id, card_sequence=1, at=None, reason=0), by=root_of(bandhan)
    ).raw
    refused = alo.take([forge(SuspendNotice(suspend=bad), sender=bandhan, recipient=alo)]).refused

    assert refused == (RefusalCode.E_SIG,)
    assert status(chautari, alo) == (2, "active")


def test_our_own_sheet_suspends_nobody_here(federation: Federation) -> None:
    alo = federation["Alo Shelter"]

    assert code_of(suspend(alo, sheet_of(alo))) == "oneself"


def test_whoever_is_suspended_itself_is_told_by_whoever_carries_it(federation: Federation) -> None:
    alo, bandhan = federation["Alo Shelter"], federation["Bandhan"]
    carried = SuspendNotice(suspend=sheet_of(alo))
    alo.take([forge(carried, sender=bandhan, recipient=alo)])

    assert tasks(alo) == ["suspended_ourselves"]


def test_a_newer_card_uses_a_suspend_up_and_shown_again_it_does_nothing(
    federation: Federation,
) -> None:
    alo, bandhan = federation["Alo Shelter"], federation["Bandhan"]
    sheet, old_key = sheet_of(bandhan), bandhan.me.signing
    done(suspend(alo, sheet))
    done(introduce(alo, new_card(bandhan)))
    renewed = status(bandhan, alo)
    done(suspend(alo, sheet))

    assert renewed == (2, "active")
    assert status(bandhan, alo) == (2, "active")
    [(former,)] = alo.rows("SELECT former_signing FROM peers WHERE node_id = ?", bandhan.node_id)
    assert former is None
    assert old_key.public != bandhan.me.signing.public


def test_a_sheet_that_comes_after_the_newer_card_stops_nobody_but_the_former_key(
    federation: Federation,
) -> None:
    alo, bandhan = federation["Alo Shelter"], federation["Bandhan"]
    sheet, old_key = sheet_of(bandhan), bytes(bandhan.me.signing.public)
    done(introduce(alo, new_card(bandhan)))
    before = alo.rows("SELECT former_signing FROM peers WHERE node_id = ?", bandhan.node_id)
    done(suspend(alo, sheet))

    assert before == [(old_key,)]
    assert status(bandhan, alo) == (2, "active")
    assert alo.rows("SELECT former_signing FROM peers WHERE node_id = ?", bandhan.node_id) == [
        (None,)
    ]


def test_a_sheet_for_the_newer_card_suspends_again(federation: Federation) -> None:
    alo, bandhan = federation["Alo Shelter"], federation["Bandhan"]
    done(suspend(alo, sheet_of(bandhan)))
    done(introduce(alo, new_card(bandhan)))
    done(suspend(alo, sheet_of(bandhan)))

    assert status(bandhan, alo) == (2, "suspended")


def test_k_stewards_lift_a_suspension_and_the_sheet_does_not_act_again(
    federation: Federation,
) -> None:
    alo, bandhan = federation["Alo Shelter"], federation["Bandhan"]
    first = charter_of(federation)
    everybody_holds(federation, first)
    sheet = sheet_of(bandhan)
    done(suspend(alo, sheet))
    lifted = entry(bandhan, since=federation.clock.now)
    done(apply_charter(alo, after(first, members=with_entry(first, lifted))))
    done(suspend(alo, sheet))

    assert status(bandhan, alo) == (2, "active")


def test_a_charter_that_is_older_than_a_suspension_lifts_nothing(federation: Federation) -> None:
    alo, bandhan = federation["Alo Shelter"], federation["Bandhan"]
    first = charter_of(federation)
    everybody_holds(federation, first)
    federation.clock.forward(DAY)
    done(suspend(alo, by_steward(bandhan)))
    done(apply_charter(alo, after(first)))

    assert status(bandhan, alo) == (2, "suspended")


def test_verifying_again_ends_a_suspension_only_where_there_is_no_charter(
    federation: Federation,
) -> None:
    alo, bandhan, chautari = federation.nodes.values()
    done(suspend(alo, sheet_of(bandhan)))
    done(verify(alo, bandhan))
    without = status(bandhan, alo)
    everybody_holds(federation, charter_of(federation))
    federation.clock.forward(DAY)
    done(suspend(alo, by_steward(chautari)))
    done(verify(alo, chautari))

    assert without == (2, "active")
    assert status(chautari, alo) == (2, "suspended")


def test_what_the_charter_suspends_no_newer_card_frees(federation: Federation) -> None:
    alo, bandhan = federation["Alo Shelter"], federation["Bandhan"]
    whole = charter_of(federation)
    members = with_entry(whole, entry(bandhan, MemberState.SUSPENDED))
    done(apply_charter(alo, replace(whole, members=members)))
    done(introduce(alo, new_card(bandhan)))

    assert status(bandhan, alo) == (2, "suspended")


def test_a_suspend_of_somebody_unknown_keeps_that_card_out_and_not_the_next(
    strangers: Federation,
) -> None:
    alo, bandhan, _ = strangers.nodes.values()
    done(apply_charter(alo, charter_of(strangers)))
    done(suspend(alo, by_steward(bandhan)))
    old = done(bandhan.use(peering.make_introduction)).introduction

    assert refusal_of(alo, old) is RefusalCode.E_SENDER_SUSPENDED
    done(introduce(alo, new_card(bandhan)))
    assert status(bandhan, alo) == (1, "invited")


def test_a_withdrawal_from_a_suspended_peer_locks_and_waits_for_a_person(story: Story) -> None:
    alo, bandhan = story.alo, story.bandhan
    story.up_to_dossier()
    done(suspend(bandhan, sheet_of(alo)))
    story.withdraw()
    story.settle()
    locked = bandhan.rows(
        "SELECT is_locked, payload IS NOT NULL FROM messages WHERE type = 'referral.dossier/1'"
    )
    told = tasks(bandhan)
    done(bandhan.use(belonging.confirm_erasures, commands.ConfirmErasures(peer=alo.node_id)))
    bandhan.erase()

    assert locked == [(1, 1)]
    assert "confirm_erasure" in told
    assert "confirm_erasure" not in tasks(bandhan)
    assert bandhan.rows(
        "SELECT is_locked, payload IS NOT NULL FROM messages WHERE type = 'referral.dossier/1'"
    ) == [(1, 0)]


def test_nothing_is_confirmed_that_nobody_told(federation: Federation) -> None:
    alo, bandhan = federation["Alo Shelter"], federation["Bandhan"]
    command = commands.ConfirmErasures(peer=bandhan.node_id)

    assert code_of(alo.use(belonging.confirm_erasures, command)) == "not_found"


def test_a_withdrawal_said_again_by_a_peer_that_is_believed_erases(story: Story) -> None:
    alo, bandhan = story.alo, story.bandhan
    story.up_to_dossier()
    done(suspend(bandhan, sheet_of(alo)))
    story.withdraw()
    story.settle()
    done(verify(bandhan, alo))
    story.federation.clock.forward(limits.WITHDRAWAL_REPEAT_SECONDS)

    alo.use(retaining.repeat_withdrawals)
    story.settle()

    assert bandhan.rows(
        "SELECT payload IS NOT NULL FROM messages WHERE type = 'referral.dossier/1'"
    ) == [(0,)]
