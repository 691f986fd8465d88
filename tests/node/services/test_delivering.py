"""What leaves: judged again at the last moment, numbered late, never dropped once numbered."""

import random
from dataclasses import replace
from typing import Any

import pytest

from node.effects import NODE_ITSELF
from node.services import delivering, reading, referring
from node.services.delivering import Settled
from protocol import limits
from protocol.cadence import WHEN_DUE
from protocol.local import commands
from protocol.prekeys import sign_bundle
from protocol.values import MessageId, ThreadId, later
from protocol.vocabulary.codes import RecallReason
from tests.support.federation import Node
from tests.support.forging import place_of
from tests.support.story import Story


def states(node: Node, type_name: str) -> list[tuple[str, bool]]:
    """State and whether it is withheld, of each item of a type, in order."""
    rows = node.rows(
        "SELECT state, is_withheld FROM outbox WHERE type = ? ORDER BY number", f"{type_name}/1"
    )
    return [(state, bool(withheld)) for state, withheld in rows]


def status_at(node: Node, type_name: str) -> list[tuple[Any, ...]]:
    """Status, code and whether a payload is kept, of each message of a type that came."""
    return node.rows(
        "SELECT status, code, payload IS NOT NULL FROM messages WHERE type = ? ORDER BY sequence",
        f"{type_name}/1",
    )


@pytest.fixture
def accepted(story: Story) -> Story:
    """Bandhan holds a place for her."""
    story.open_case()
    story.agree(days=30)
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    return story


# The gate before the first seal


def test_an_offer_whose_consent_ended_while_it_was_queued_vanishes_without_trace(
    story: Story,
) -> None:
    story.open_case()
    story.agree(days=1)
    story.offer()
    story.federation.clock.forward(limits.DAY)
    number = place_of(story.alo, story.bandhan)[1]
    left = story.federation.deliver(story.alo)

    assert left == 0
    assert states(story.alo, "referral.offer") == []
    assert place_of(story.alo, story.bandhan)[1] == number
    assert story.alo.rows("SELECT count(*) FROM disclosures") == [(0,)]


@pytest.mark.parametrize(("seconds", "leaves"), [(-1, 1), (0, 0)])
def test_the_consent_is_asked_at_the_second_of_sealing(
    story: Story, seconds: int, leaves: int
) -> None:
    story.open_case()
    story.agree(days=1)
    story.offer()
    story.federation.clock.forward(limits.DAY + seconds)

    assert story.federation.deliver(story.alo) == leaves


def test_a_dossier_queued_under_a_consent_that_ends_before_it_leaves_never_leaves(
    accepted: Story,
) -> None:
    before = len(accepted.federation.sent)
    accepted.dossier()
    accepted.federation.clock.forward(30 * limits.DAY)
    accepted.settle()

    assert len(accepted.federation.sent) == before
    assert accepted.alo.rows("SELECT count(*) FROM outbox WHERE type LIKE '%dossier%'") == [(0,)]
    assert accepted.alo.read(
        lambda unit: unit.keys.execute("SELECT count(*) FROM disclosure_keys").fetchone()
    ) == (0,)


def test_a_peer_that_falls_back_to_level_1_gets_nothing_personal(accepted: Story) -> None:
    accepted.dossier()
    accepted.alo.write(lambda unit: unit.vault.execute("UPDATE peers SET level = 1"))
    accepted.settle()

    assert states(accepted.alo, "referral.dossier") == []
    assert status_at(accepted.bandhan, "referral.dossier") == []


# Withheld


def test_a_dossier_that_was_sealed_but_not_stored_goes_without_its_payload_after_a_withdrawal(
    accepted: Story,
) -> None:
    accepted.dossier()
    accepted.federation.deliver(accepted.alo)
    accepted.federation.box(accepted.bandhan).clear()
    before = len(accepted.federation.sent)
    accepted.withdraw()
    accepted.settle()

    again = accepted.federation.to(accepted.bandhan, since=before)

    assert [one.skeleton.type for one in again[:3]] == [
        "consent.withdrawn/1",
        "consent.copy/1",
        "referral.dossier/1",
    ]
    assert [one.content is None for one in again[:3]] == [False, True, True]
    assert states(accepted.alo, "referral.dossier") == [("stored", True)]
    assert status_at(accepted.bandhan, "referral.dossier") == [("withheld", None, 0)]
    assert accepted.bandhan.rows("SELECT state FROM referrals") == [("accepted",)]


def test_a_withheld_message_is_answered_with_status_7(accepted: Story) -> None:
    accepted.dossier()
    accepted.federation.deliver(accepted.alo)
    accepted.federation.box(accepted.bandhan).clear()
    accepted.withdraw()
    accepted.federation.deliver(accepted.alo)
    accepted.bandhan.take(accepted.federation.box(accepted.bandhan))

    assert accepted.bandhan.rows("SELECT status, code FROM receipts_due ORDER BY sequence") == [
        (7, None),
        (7, None),
        (1, None),
    ]


def test_an_item_past_its_end_goes_withheld(story: Story) -> None:
    story.open_case()
    story.agree(days=365)
    story.offer()
    story.federation.deliver(story.alo)
    story.federation.box(story.bandhan).clear()
    _renew_bundles(story)
    story.federation.clock.forward(limits.MESSAGE_LIFE_SECONDS)
    before = len(story.federation.sent)
    story.federation.deliver(story.alo)

    (offer,) = story.federation.to(story.bandhan, since=before)

    assert (offer.skeleton.type, offer.content) == ("referral.offer/1", None)
    assert states(story.alo, "referral.offer") == [("deposited", True)]


def _renew_bundles(story: Story) -> None:
    """Alo holds a bundle of Bandhan that is still good in two months."""
    bandhan = story.bandhan
    later_slices = tuple(
        replace(one, not_after=later(one.not_after, 100 * limits.DAY))
        for one in bandhan.me.bundle.slices
    )
    renewed = replace(
        bandhan.me.bundle,
        generation=bandhan.me.bundle.generation + 1,
        expires=later_slices[-1].not_after,
        slices=later_slices,
    )
    raw = sign_bundle(renewed, signing=bandhan.me.signing).raw
    story.alo.write(
        lambda unit: unit.vault.execute(
            "UPDATE peers SET bundle = ? WHERE node_id = ?", (raw, bandhan.node_id)
        )
    )


# Numbers


@pytest.mark.parametrize("seed", range(4))
def test_undone_withdrawn_and_expired_at_random_among_many_the_stream_never_freezes(
    story: Story, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311  (a test's dice)
    federation = story.federation
    threads: list[ThreadId] = []
    for number in range(30):
        story.open_case(number=f"ALO-{number}")
        story.agree(days=dice.choice((1, 90)))
        threads.append(story.offer())
        match dice.randrange(5):
            case 0:
                _recall(story, dice.choice(threads))
            case 1:
                story.withdraw()
            case 2:
                federation.clock.forward(limits.DAY)
            case 3:
                federation.deliver(story.alo)
                story.withdraw()
            case _:
                story.settle()
    federation.clock.forward(limits.DAY)
    story.settle()

    numbers = [
        n
        for (n,) in story.alo.rows(
            "SELECT sequence FROM outbox WHERE peer = ? AND sequence IS NOT NULL ORDER BY sequence",
            story.bandhan.node_id,
        )
    ]
    assert numbers == list(range(1, len(numbers) + 1))
    assert story.bandhan.rows("SELECT in_frozen FROM peers") == [(0,)]
    assert (
        story.alo.rows(
            "SELECT type, state FROM outbox WHERE state IN ('queued', 'sealed', 'deposited')"
            " AND type != 'receipt/1'"
        )
        == []
    )
    assert {code.value for code in federation.refused} <= {"E_STATE"}
    assert story.alo.use(reading.check_audit).is_whole


def _recall(story: Story, thread: ThreadId) -> None:
    command = commands.RecallOffer(thread=thread, reason=RecallReason.OTHER)
    story.alo.use(referring.recall_offer, command)


def test_an_offer_that_never_left_is_taken_back_without_a_word(story: Story) -> None:
    story.open_case()
    story.agree()
    thread = story.offer()
    _recall(story, thread)

    assert story.federation.deliver(story.alo) == 0
    assert story.alo.rows("SELECT state FROM referrals") == [("recalled",)]
    assert story.alo.rows("SELECT count(*) FROM disclosures") == [(0,)]


def test_an_offer_that_left_is_taken_back_with_a_message(story: Story) -> None:
    story.open_case()
    story.agree()
    thread = story.offer()
    story.settle()
    _recall(story, thread)
    story.settle()

    assert story.bandhan.rows("SELECT state FROM referrals") == [("recalled",)]


# What is on its way


def _seal(node: Node) -> list[MessageId]:
    """Let one node seal what is due, and hear nothing of how the attempt ends."""
    parcels = node.write(
        lambda unit: delivering.due(
            unit,
            me=node.me,
            acting=node.acting(NODE_ITSELF),
            cadence=WHEN_DUE,
            lines=delivering.FREE,
        )
    )
    return [message for parcel in parcels for message, _ in parcel.envelopes]


def _bandhan_shows_that_it_lives(story: Story) -> None:
    story.arrive()
    story.federation.deliver(story.bandhan)
    story.federation.collect(story.alo)


def test_what_is_on_its_way_does_not_leave_twice_because_the_peer_shows_that_it_lives(
    accepted: Story,
) -> None:
    accepted.dossier()
    on_its_way = _seal(accepted.alo)
    _bandhan_shows_that_it_lives(accepted)

    assert len(on_its_way) == 2
    assert set(_seal(accepted.alo)) & set(on_its_way) == set()


def test_what_failed_leaves_again_as_soon_as_the_peer_shows_that_it_lives(
    accepted: Story,
) -> None:
    accepted.dossier()
    failed = frozenset(_seal(accepted.alo))
    ended = Settled(peer=accepted.bandhan.node_id, deposited=frozenset(), failed=failed)
    alo = accepted.alo
    alo.write(lambda unit: delivering.settle(unit, ended, acting=alo.acting(NODE_ITSELF)))
    waits = _seal(alo)
    _bandhan_shows_that_it_lives(accepted)

    assert (waits, failed <= set(_seal(alo))) == ([], True)


def test_what_was_on_its_way_when_a_node_ended_leaves_again_once_it_is_open(
    accepted: Story,
) -> None:
    accepted.dossier()
    on_its_way = _seal(accepted.alo)
    waits = _seal(accepted.alo)
    accepted.alo.reopen()

    assert (waits, _seal(accepted.alo)) == ([], on_its_way)
