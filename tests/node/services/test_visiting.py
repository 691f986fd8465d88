"""Where partners leave what they send: what the settings say is told to them, and nothing else."""

import dataclasses
from collections.abc import Mapping
from typing import Final

import pytest

from node.services import moving, peering, visiting
from node.services.visiting import Wanted
from protocol import limits
from protocol.cards import read_introduction
from tests.support.federation import Node, done

FIRST: Final = "https://first.example"
SECOND: Final = "http://secondsecondsecond.onion"
CLEAR: Final = "https://mail.example"
OWN: Final = "http://ownownownownown.onion"
ENDS: Final = "SELECT origin, ends FROM own_mailboxes WHERE is_local = 0 ORDER BY origin"
BUNDLES: Final = "SELECT count(*) FROM outbox WHERE type = 'bundle/1'"


def places(own: str | None, *relays: str, pins: Mapping[str, bytes] | None = None) -> Wanted:
    """What the settings say."""
    return Wanted(own=own, relays=relays, pins=pins or {})


def remove_somebody(node: Node) -> None:
    """Somebody who knows where this node picks up was removed."""
    node.write(
        lambda unit: unit.vault.execute(
            "INSERT INTO removals VALUES (?, ?, zeroblob(16), 0)", (b"r" * 32, node.now)
        )
    )


def told(node: Node) -> list[str]:
    """The places in the bundle that partners have."""
    return [route.origin for route in node.me.bundle.routes]


def arrange(node: Node, wanted: Wanted, *, made: bool = True) -> int:
    """Do what the settings say, at relays that make every mailbox or none; how many were to be made."""
    acting = node.acting()
    to_make = node.write(lambda unit: visiting.arrange(unit, wanted, acting=acting))
    for box in to_make if made else ():
        node.write(lambda unit: visiting.note_made(unit, box.mailbox_id, acting=acting))  # noqa: B023
    changed = node.write(
        lambda unit: visiting.tell_if_changed(unit, wanted, me=node.me, acting=acting)
    )
    if changed is not None:
        node.refresh()
    return len(to_make)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (places(OWN), [OWN]),
        (places(None, FIRST), [FIRST]),
        (places(OWN, SECOND, FIRST), [OWN, SECOND, FIRST]),
        (places(None), []),
    ],
    ids=["our own", "a relay", "our own and two relays", "none at all"],
)
def test_partners_are_told_exactly_the_places_of_the_settings(
    alo: Node, wanted: Wanted, expected: list[str]
) -> None:
    arrange(alo, wanted)
    assert told(alo) == expected


def test_an_address_of_our_own_that_nobody_may_know_is_in_nothing_that_leaves(alo: Node) -> None:
    hidden = alo.mailbox.origin
    arrange(alo, places(None, FIRST))
    file = done(alo.use(peering.make_introduction)).introduction
    introduction = read_introduction(file, now=alo.now)
    assert [route.origin for route in introduction.invite.routes] == [FIRST]
    for raw in (file, alo.me.signed_bundle.raw, alo.me.signed_card.raw):
        assert hidden.encode() not in raw
        assert hidden.removeprefix("https://").encode() not in raw


def test_nobody_is_told_of_a_mailbox_that_the_relay_has_not_made(alo: Node) -> None:
    wanted = places(OWN, FIRST)
    assert [arrange(alo, wanted, made=False) for _ in range(2)] == [1, 1]
    assert told(alo) == [OWN]
    assert [arrange(alo, wanted), arrange(alo, wanted)] == [1, 0]
    assert told(alo) == [OWN, FIRST]


def test_partners_are_told_once_and_again_only_when_it_changed(alo: Node) -> None:
    wanted = places(None, FIRST)
    before = alo.me.bundle.generation
    arrange(alo, wanted)
    once = alo.me.bundle.generation
    arrange(alo, wanted)
    assert before < once == alo.me.bundle.generation


def test_a_relay_that_left_the_settings_is_emptied_for_28_days_more(alo: Node) -> None:
    arrange(alo, places(None, FIRST, SECOND))
    arrange(alo, places(None, SECOND))
    assert told(alo) == [SECOND]
    assert alo.rows(ENDS) == [
        (SECOND, None),
        (FIRST, alo.now + limits.FORMER_MAILBOX_SECONDS),
    ]


def test_a_relay_that_comes_back_gets_a_mailbox_of_its_own_anew(alo: Node) -> None:
    arrange(alo, places(None, FIRST))
    arrange(alo, places(OWN))
    assert arrange(alo, places(OWN, FIRST)) == 1
    assert told(alo) == [OWN, FIRST]
    assert [ends is None for _, ends in alo.rows(ENDS)].count(True) == 1


def test_a_move_after_a_removal_tells_of_no_address_that_was_not_told_before(alo: Node) -> None:
    arrange(alo, places(None, FIRST))
    remove_somebody(alo)
    moved = alo.write(lambda unit: moving.move_if_due(unit, me=alo.me, acting=alo.acting()))
    assert moved is not None
    assert [route.origin for route in moved.bundle.routes] == [FIRST]


def pins(node: Node) -> list[tuple[str, bytes | None]]:
    """The places in the bundle that partners have, each with the pin of its key."""
    return [(route.origin, route.pin) for route in node.me.bundle.routes]


def test_partners_are_told_the_pin_of_each_place_that_has_one(alo: Node) -> None:
    arrange(alo, places(CLEAR, SECOND, FIRST, pins={CLEAR: b"c" * 32, FIRST: b"f" * 32}))
    assert pins(alo) == [(CLEAR, b"c" * 32), (SECOND, None), (FIRST, b"f" * 32)]


@pytest.mark.parametrize("after", [b"g" * 32, None], ids=["another", "none any more"])
def test_where_a_relay_has_another_key_its_mailbox_stays_and_partners_are_told_the_new_pin(
    alo: Node, after: bytes | None
) -> None:
    arrange(alo, places(None, FIRST, pins={FIRST: b"f" * 32}))
    (before,) = alo.me.bundle.routes
    changed = {} if after is None else {FIRST: after}
    assert arrange(alo, places(None, FIRST, pins=changed)) == 0
    assert alo.me.bundle.routes == (dataclasses.replace(before, pin=after),)


def test_a_relay_that_left_the_settings_is_still_known_by_its_key(alo: Node) -> None:
    arrange(alo, places(None, FIRST, pins={FIRST: b"f" * 32}))
    arrange(alo, places(OWN))
    assert alo.rows("SELECT origin, pin FROM own_mailboxes WHERE is_local = 0") == [
        (FIRST, b"f" * 32)
    ]


def test_a_mailbox_that_moved_keeps_the_pin_of_our_own_address(alo: Node) -> None:
    arrange(alo, places(CLEAR, pins={CLEAR: b"c" * 32}))
    remove_somebody(alo)
    moved = alo.write(lambda unit: moving.move_if_due(unit, me=alo.me, acting=alo.acting()))
    assert moved is not None
    assert [route.pin for route in moved.bundle.routes] == [b"c" * 32]
