"""Somebody is removed: nothing of it arrives any more, and all between the others arrives once."""

from dataclasses import dataclass, field
from typing import Final

import pytest

from node.services import belonging
from protocol.charter import Charter, MemberState
from protocol.errors import RefusalCode
from protocol.local import commands
from protocol.prekeys import Route
from protocol.values import MessageId
from tests.support.auditing import say_something
from tests.support.belonging import (
    apply_charter,
    charter_of,
    entry,
    everybody_holds,
    held_version,
    sheet_of,
    status,
    suspend,
    tasks,
)
from tests.support.charters import after, with_entry
from tests.support.federation import Federation, Node, done
from tests.support.moving import Street, routes_known, street_of
from tests.support.silence import ask
from tests.support.story import Story, meet_and_verify

MONTH_OF_THE_FORMER: Final = 28
DAYS_BETWEEN: Final = 5
ASKED: Final = (
    "SELECT message_id FROM messages WHERE type = 'followup.request/1' AND status = 'applied'"
    " ORDER BY sequence"
)
FROM_IT: Final = "SELECT count(*) FROM messages WHERE peer = ?"


@dataclass(slots=True, kw_only=True)
class Removal:
    """Three nodes that know each other, of whom Bandhan is to be removed; she was referred to Chautari."""

    story: Story
    street: Street
    first: Charter
    asked: dict[str, list[MessageId]] = field(default_factory=dict)

    @property
    def alo(self) -> Node:
        return self.story.federation["Alo Shelter"]

    @property
    def bandhan(self) -> Node:
        return self.story.federation["Bandhan"]

    @property
    def chautari(self) -> Node:
        return self.story.federation["Chautari"]

    def everybody_writes(self) -> None:
        """Each of the two asks how she is, and Bandhan writes to both of them."""
        for node in (self.alo, self.chautari):
            if self.street[node].is_on:
                self.asked.setdefault(node.name, []).extend(ask(node, self.story.thread, 2))
        for node in (self.alo, self.chautari):
            say_something(self.bandhan, node.node_id)

    def days(self, count: int) -> None:
        for number in range(count):
            if number % DAYS_BETWEEN == 0:
                self.everybody_writes()
            self.street.day()

    def remove_bandhan(self) -> None:
        """A supervisor at Alo takes the charter in which Bandhan is removed."""
        gone = entry(self.bandhan, MemberState.REMOVED)
        second = after(self.first, members=with_entry(self.first, gone))
        done(apply_charter(self.alo, self.first, second))

    def arrived(self, node: Node) -> list[MessageId]:
        return [MessageId(bytes(row[0])) for row in node.rows(ASKED)]

    def of_bandhan(self) -> list[tuple[int]]:
        return [node.rows(FROM_IT, self.bandhan.node_id)[0] for node in (self.alo, self.chautari)]


@pytest.fixture
def removal(federation: Federation) -> Removal:
    alo, bandhan, chautari = federation.nodes.values()
    meet_and_verify(federation, bandhan, chautari)
    story = Story(federation=federation, alo=alo, bandhan=chautari)
    story.up_to_dossier()
    first = charter_of(federation)
    everybody_holds(federation, first)
    return Removal(story=story, street=street_of(federation), first=first)


@pytest.mark.parametrize("days_off", [0, 14, 40])
def test_after_a_removal_nothing_of_the_removed_one_arrives_and_all_between_the_others_does_once(
    removal: Removal, days_off: int
) -> None:
    alo, chautari, street = removal.alo, removal.chautari, removal.street
    removal.everybody_writes()
    for node in (alo, chautari, removal.bandhan):
        street.leave(node)
    # Everything of this day lies in the mailboxes. Now it is decided, and Chautari may be off for weeks.
    removal.remove_bandhan()
    street[chautari].is_on = days_off == 0
    before = removal.of_bandhan()
    removal.days(days_off)
    street[chautari].is_on = True
    removal.days(3)
    settled = removal.of_bandhan()
    removal.days(MONTH_OF_THE_FORMER + 2)
    street.day()
    left = [street.leave(removal.bandhan), street.leave(removal.bandhan)]

    assert [held_version(node) for node in (alo, chautari)] == [2, 2]
    assert removal.arrived(chautari) == removal.asked[alo.name]
    assert removal.arrived(alo) == removal.asked[chautari.name]
    # What Chautari took before it heard of the removal is all that there is of it.
    assert before[0] == settled[0] == removal.of_bandhan()[0]
    assert settled[1] == removal.of_bandhan()[1]
    assert {code for house in street.houses.values() for code in house.refused} <= {
        RefusalCode.E_SENDER_SUSPENDED,
        RefusalCode.E_CARD_ROLLBACK,
    }
    assert [taken for attempt in left for taken in attempt if taken] == []
    assert all(len(street[node].boxes) == 1 for node in (alo, chautari))


def test_the_removed_one_knows_neither_mailbox_nor_secret_and_the_old_secret_opens_no_new_one(
    removal: Removal,
) -> None:
    alo, chautari, bandhan = removal.alo, removal.chautari, removal.bandhan
    former = routes_known(bandhan, alo)
    removal.remove_bandhan()
    removal.days(3)
    current = routes_known(chautari, alo)
    guessed = [
        Route(
            origin=now.origin,
            mailbox_id=now.mailbox_id,
            deposit_secret=then.deposit_secret,
            pin=None,
        )
        for now, then in zip(current, former, strict=True)
    ]

    assert routes_known(bandhan, alo) == former
    assert {route.mailbox_id for route in current}.isdisjoint(r.mailbox_id for r in former)
    assert {route.deposit_secret for route in current}.isdisjoint(r.deposit_secret for r in former)
    assert not any(removal.street[alo].put(route, bytes(4_096)) for route in guessed)
    assert "member_removed" in tasks(alo)
    assert "member_removed" in tasks(chautari)


def test_whoever_was_stopped_during_a_removal_hears_where_we_pick_up_once_it_is_lifted(
    removal: Removal,
) -> None:
    alo, chautari = removal.alo, removal.chautari
    done(suspend(alo, sheet_of(chautari)))
    done(alo.use(belonging.remove_peer, commands.RemovePeer(peer=removal.bandhan.node_id)))
    removal.street.day()
    stopped = routes_known(chautari, alo)
    lifted = entry(chautari, since=alo.now)
    second = after(removal.first, members=with_entry(removal.first, lifted))
    done(apply_charter(alo, removal.first, second))
    removal.street.day()

    assert status(chautari, alo) == (2, "active")
    assert {route.mailbox_id for route in stopped} != {alo_mailbox(removal)}
    assert {route.mailbox_id for route in routes_known(chautari, alo)} == {alo_mailbox(removal)}


def alo_mailbox(removal: Removal) -> bytes:
    [(mailbox,)] = removal.alo.rows("SELECT mailbox_id FROM own_mailboxes WHERE ends IS NULL")
    return bytes(mailbox)
