"""A charter goes from hand to hand, then by message; when it is over, nobody new comes in."""

from dataclasses import replace
from typing import Final

from node.services import belonging, peering
from protocol.charter import MemberState
from protocol.charter_chain import encode_chain
from protocol.errors import RefusalCode
from protocol.local import commands
from protocol.messages.membership import CharterUpdate
from protocol.values import later
from tests.support.belonging import (
    apply_charter,
    charter_of,
    entry,
    everybody_holds,
    held_version,
    introduce,
    refusal_of,
    status,
    tasks,
)
from tests.support.charters import STEWARDS, after, signed, with_entry
from tests.support.federation import Federation, code_of, done
from tests.support.forging import forge
from tests.support.story import meet

DAY: Final = 86_400


def test_a_first_charter_from_a_message_waits_for_a_person(federation: Federation) -> None:
    alo, bandhan = federation["Alo Shelter"], federation["Bandhan"]
    charter = charter_of(federation)
    done(apply_charter(alo, charter))
    federation.settle_all()

    view = bandhan.use(belonging.show_charter)

    assert held_version(alo) == 1
    assert held_version(bandhan) == 0
    assert [offer.peer_name for offer in view.offered] == ["Alo Shelter"]
    assert tasks(bandhan) == ["charter_to_look_at"]
    done(apply_charter(bandhan, charter))
    assert held_version(bandhan) == 1
    assert tasks(bandhan) == []
    assert bandhan.use(belonging.show_charter).offered == []


def test_a_charter_that_follows_is_taken_from_a_message_and_passed_on(
    federation: Federation,
) -> None:
    first = charter_of(federation)
    everybody_holds(federation, first)
    done(apply_charter(federation["Alo Shelter"], first, after(first)))
    federation.settle_all()

    assert [held_version(node) for node in federation.nodes.values()] == [2, 2, 2]


def test_a_charter_is_applied_with_the_number_that_was_compared(federation: Federation) -> None:
    alo = federation["Alo Shelter"]
    chain = encode_chain([signed(charter_of(federation))])
    command = commands.ApplyCharter(chain=chain, number=["00000"] * 6)

    assert code_of(alo.use(belonging.apply_charter, command)) == "number_differs"
    assert held_version(alo) == 0


def test_the_charter_that_is_held_is_not_applied_again(federation: Federation) -> None:
    alo, charter = federation["Alo Shelter"], charter_of(federation)
    done(apply_charter(alo, charter))

    assert code_of(apply_charter(alo, charter, by=STEWARDS[1:])) == "already_there"


def test_looking_at_a_charter_shows_what_it_changes_and_changes_nothing(
    federation: Federation,
) -> None:
    alo, bandhan = federation["Alo Shelter"], federation["Bandhan"]
    first = charter_of(federation)
    done(apply_charter(alo, first))
    gone = entry(bandhan, MemberState.REMOVED, successor=alo.node_id)
    second = after(first, members=with_entry(first, gone))
    chain = encode_chain([signed(second)])

    look = alo.use(belonging.look_at_charter, commands.LookAtCharter(chain=chain))

    assert (look.version, look.is_first, look.changes_nothing) == (2, False, False)
    assert {line.name: (line.state, line.was) for line in look.members} == {
        "Alo Shelter": ("active", None),
        "Bandhan": ("removed", "active"),
        "Chautari": ("active", None),
    }
    assert status(bandhan, alo) == (2, "active")
    assert held_version(alo) == 1


def test_a_charter_that_does_not_follow_is_shown_to_people_and_not_taken(
    federation: Federation,
) -> None:
    alo, bandhan = federation["Alo Shelter"], federation["Bandhan"]
    first = charter_of(federation)
    everybody_holds(federation, first)
    twin = replace(first, legal_text=first.federation)
    told = CharterUpdate(chain=(signed(twin),))
    bandhan.take([forge(told, sender=alo, recipient=bandhan, advance=True)])

    assert tasks(bandhan) == ["charter_refused"]
    assert held_version(bandhan) == 1


def test_an_entry_in_a_charter_leaves_the_level_at_1(strangers: Federation) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    meet(strangers, bandhan, alo)
    everybody_holds(strangers, charter_of(strangers))

    assert status(bandhan, alo) == (1, "active")
    assert status(alo, bandhan) == (1, "active")


def test_nobody_who_is_no_member_is_told_who_belongs(federation: Federation) -> None:
    alo, chautari = federation["Alo Shelter"], federation["Chautari"]
    whole = charter_of(federation)
    members = tuple(one for one in whole.members if one.node_id != chautari.node_id)
    since = len(federation.sent)
    done(apply_charter(alo, replace(whole, members=members)))
    federation.settle_all()

    types = [seen.skeleton.type for seen in federation.to(chautari, since=since)]
    assert "charter/1" not in types


def test_a_charter_that_is_over_lets_nobody_new_in(strangers: Federation) -> None:
    alo, bandhan, chautari = strangers.nodes.values()
    meet(strangers, bandhan, alo)
    charter = replace(charter_of(strangers), expires=later(strangers.clock.now, DAY))
    everybody_holds(strangers, charter)
    strangers.clock.forward(DAY - 1)
    done(introduce(chautari, done(alo.use(peering.make_introduction)).introduction))
    file = done(bandhan.use(peering.make_introduction)).introduction
    strangers.clock.forward(1)

    assert refusal_of(chautari, file) is RefusalCode.E_CHARTER_EXPIRED
    assert status(bandhan, alo) == (1, "active")


def test_a_charter_that_is_over_lets_no_guest_in_either(strangers: Federation) -> None:
    alo, bandhan, chautari = strangers.nodes.values()
    charter = replace(charter_of(strangers), expires=later(strangers.clock.now, DAY))
    done(apply_charter(alo, charter))
    done(introduce(bandhan, done(alo.use(peering.make_introduction)).introduction))
    strangers.clock.forward(DAY)
    strangers.settle_all()

    assert RefusalCode.E_CHARTER_EXPIRED in strangers.refused
    assert alo.use(peering.list_peers).peers == []
    assert chautari.use(peering.list_peers).peers == []


def test_a_clock_that_is_set_back_makes_no_charter_young_again(strangers: Federation) -> None:
    alo, bandhan, _ = strangers.nodes.values()
    charter = replace(charter_of(strangers), expires=later(strangers.clock.now, DAY))
    done(apply_charter(alo, charter))
    file = done(bandhan.use(peering.make_introduction)).introduction
    strangers.clock.forward(DAY)
    strangers.deliver(alo)
    strangers.clock.forward(-DAY)

    assert refusal_of(alo, file) is RefusalCode.E_CHARTER_EXPIRED


def test_whoever_the_charter_lists_as_removed_or_suspended_is_not_met(
    strangers: Federation,
) -> None:
    alo, bandhan, chautari = strangers.nodes.values()
    whole = charter_of(strangers)
    members = with_entry(whole, entry(bandhan, MemberState.REMOVED))
    whole = replace(whole, members=members)
    members = with_entry(whole, entry(chautari, MemberState.SUSPENDED))
    done(apply_charter(alo, replace(whole, members=members)))
    files = [
        done(node.use(peering.make_introduction)).introduction for node in (bandhan, chautari)
    ]

    assert [refusal_of(alo, file) for file in files] == [RefusalCode.E_SENDER_SUSPENDED] * 2
