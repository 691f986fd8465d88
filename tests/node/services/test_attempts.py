"""When things leave: at once, again after a failure, again after a day, and never without an end."""

from node.services import delivering
from node.services.delivering import FREE, Settled
from protocol import limits
from protocol.cadence import WHEN_DUE
from protocol.delivery import requests_of
from protocol.messages.core import Receipt
from protocol.values import MessageId, NodeId
from tests.support.federation import Node, code_of
from tests.support.forging import forge
from tests.support.story import Story


def states(node: Node, type_name: str) -> list[tuple[str, bool]]:
    """State and whether it is withheld, of each item of a type, in order."""
    rows = node.rows(
        "SELECT state, is_withheld FROM outbox WHERE type = ? ORDER BY number", f"{type_name}/1"
    )
    return [(state, bool(withheld)) for state, withheld in rows]


def test_what_failed_is_due_again_after_a_minute_and_what_was_left_after_a_day(
    story: Story,
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    alo, clock = story.alo, story.federation.clock
    (parcel,) = _due(alo)
    _settle(alo, parcel.peer, failed=frozenset(m for m, _ in parcel.envelopes))
    at_once = _due(alo)
    clock.forward(72)
    (again,) = _due(alo)
    _settle(alo, again.peer, deposited=frozenset(m for m, _ in again.envelopes))
    clock.forward(limits.DAY - 1)
    too_soon = _due(alo)
    clock.forward(1)
    after_a_day = _due(alo)

    assert (at_once, too_soon) == ([], [])
    assert [m for m, _ in after_a_day[0].envelopes] == [m for m, _ in parcel.envelopes]


def test_an_attempt_further_ahead_than_any_wait_is_due_because_the_clock_went_back(
    story: Story,
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    alo, clock = story.alo, story.federation.clock
    (parcel,) = _due(alo)
    _settle(alo, parcel.peer, failed=frozenset(m for m, _ in parcel.envelopes))
    clock.forward(-limits.DAY)
    a_day_back = _due(alo)
    clock.forward(-limits.DAY)
    two_days_back = _due(alo)

    assert a_day_back == []
    assert [m for m, _ in two_days_back[0].envelopes] == [m for m, _ in parcel.envelopes]


def test_a_sign_of_life_makes_everything_due_at_once(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    (parcel,) = _due(story.alo)
    _settle(story.alo, parcel.peer, failed=frozenset(m for m, _ in parcel.envelopes))
    before = _due(story.alo)
    story.alo.take([_anything(story)])

    assert before == []
    assert parcel.envelopes[0][0] in [m for m, _ in _due(story.alo)[0].envelopes]


def _anything(story: Story) -> bytes:
    empty = Receipt(ranges=(), singles=())
    return forge(empty, sender=story.bandhan, recipient=story.alo, advance=True)


def test_two_nodes_do_not_repeat_their_last_words_for_ever(story: Story) -> None:
    story.up_to_reports()
    story.federation.clock.forward(limits.DAY)
    left = [story.federation.deliver(node) for node in (story.alo, story.bandhan)]

    assert left == [0, 0]


def test_a_receipt_that_was_lost_is_left_again_once_something_waits_behind_it(
    story: Story,
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    federation = story.federation
    federation.deliver(story.alo)
    federation.collect(story.bandhan)
    federation.deliver(story.bandhan)
    federation.box(story.alo).clear()
    story.accept()
    story.settle()
    waits = story.alo.rows("SELECT state FROM referrals")
    federation.clock.forward(limits.DAY)
    story.settle()

    assert waits == [("delivered",)]
    assert story.alo.rows("SELECT state FROM referrals") == [("accepted",)]


def test_what_is_too_large_for_one_request_leaves_in_more() -> None:
    small, large = 4_096, 1_048_576
    sizes = [small, large, small, small, large]
    envelopes = [(MessageId(bytes(16)), bytes(size)) for size in sizes]

    requests = requests_of(envelopes, bytes_max=limits.BATCH_BYTES_MAX)

    assert [[len(raw) for _, raw in request] for request in requests] == [
        [small],
        [large],
        [small, small],
        [large],
    ]


def test_while_a_peer_has_no_slice_for_today_everything_waits(story: Story) -> None:
    story.open_case()
    story.agree(days=365)
    story.offer()
    story.federation.clock.forward(8 * limits.PREKEY_SLICE_SECONDS)

    assert story.federation.deliver(story.alo) == 0
    assert states(story.alo, "referral.offer") == [("queued", False)]


def test_a_clock_set_back_leaves_nothing_waiting_longer(story: Story) -> None:
    story.open_case()
    story.agree(days=365)
    story.alo.ahead = 30 * limits.DAY
    story.offer()
    story.alo.ahead = 0

    assert story.federation.deliver(story.alo) == 1


def test_a_clock_set_back_a_little_lets_an_offer_wait_and_not_vanish(story: Story) -> None:
    story.open_case()
    story.alo.ahead = 300
    story.agree()
    story.offer()
    story.alo.ahead = 0
    before = story.federation.deliver(story.alo)
    story.federation.clock.forward(300)

    assert (before, story.federation.deliver(story.alo)) == (0, 1)


def test_a_clock_set_back_revives_no_consent(story: Story) -> None:
    story.open_case()
    story.agree(days=1)
    story.offer()
    story.alo.ahead = limits.DAY
    story.alo.take([])
    story.alo.ahead = 0

    assert code_of(story.preview_offer()) == "E_CONSENT_EXPIRED"
    assert story.federation.deliver(story.alo) == 0


def _due(node: Node) -> list[delivering.Parcel]:
    return node.write(
        lambda unit: delivering.due(
            unit, me=node.me, acting=node.acting(), cadence=WHEN_DUE, lines=FREE
        )
    )


def _settle(
    node: Node,
    peer: NodeId,
    *,
    deposited: frozenset[MessageId] = frozenset(),
    failed: frozenset[MessageId] = frozenset(),
) -> None:
    settled = Settled(peer=peer, deposited=deposited, failed=failed)
    node.write(lambda unit: delivering.settle(unit, settled, acting=node.acting()))
