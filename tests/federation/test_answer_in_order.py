"""What was received is told before the list: whatever the road does, a restored node makes no fork."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pytest

from protocol import limits
from protocol.errors import RefusalCode
from tests.support.restored import lose
from tests.support.restoring import confirm, save, waits
from tests.support.story import Story

DAY: Final = limits.DAY
RECEIPT: Final = "receipt/1"
LIST: Final = "consent.state/1"
Named = list[tuple[str, bytes]]


def all_of_it(came: Named) -> Named:
    return came


def backwards(came: Named) -> Named:
    return came[::-1]


def without_receipts(came: Named) -> Named:
    return [one for one in came if one[0] != RECEIPT]


def without_the_list(came: Named) -> Named:
    return [one for one in came if one[0] != LIST]


def one_by_one(story: Story, came: Sequence[bytes]) -> None:
    for raw in came:
        story.alo.take([raw])


@pytest.mark.parametrize("road", [all_of_it, backwards, without_receipts, without_the_list])
def test_a_restored_node_makes_no_fork_of_itself_in_whichever_order_it_is_answered(
    story: Story, tmp_path: Path, road: Callable[[Named], Named]
) -> None:
    federation, alo, bandhan = story.federation, story.alo, story.bandhan
    story.open_case()
    story.agree()
    story.offer()
    # The backup knows the offer as on its way; it was received since.
    federation.deliver(alo)
    saved = save(alo, tmp_path / "saved")
    story.settle()
    lose(story, alo, saved)
    federation.deliver(alo)
    federation.collect(bandhan)
    since = len(federation.sent)
    federation.deliver(bandhan)
    named = [
        (federation.seen(one).skeleton.type, one.raw)
        for one in federation.sent[since:]
        if one.recipient == alo.node_id
    ]
    federation.box(alo).clear()
    one_by_one(story, [raw for _, raw in road(named)])
    story.settle()
    confirm(bandhan, alo)
    for _ in range(3):
        federation.clock.forward(DAY + 1)
        story.settle()

    assert {RECEIPT, LIST} <= {name for name, _ in named}
    assert RefusalCode.E_FORK not in federation.refused
    assert bandhan.rows("SELECT 1 FROM peers WHERE in_frozen = 1") == []
    assert bandhan.rows("SELECT state FROM referrals") == [("offered",)]
    assert alo.rows("SELECT state FROM outbox WHERE type = 'referral.offer/1'") == [("stored",)]
    assert waits(alo, bandhan) == waits(bandhan, alo) == (False, False)


def test_before_what_was_received_is_told_the_list_alone_ends_no_waiting(
    story: Story, tmp_path: Path
) -> None:
    federation, alo, bandhan = story.federation, story.alo, story.bandhan
    story.open_case()
    story.agree()
    story.offer()
    federation.deliver(alo)
    saved = save(alo, tmp_path / "saved")
    story.settle()
    lose(story, alo, saved)
    federation.deliver(alo)
    federation.collect(bandhan)
    since = len(federation.sent)
    federation.deliver(bandhan)
    lists = [
        one.raw
        for one in federation.sent[since:]
        if one.recipient == alo.node_id and federation.seen(one).skeleton.type == LIST
    ]
    alo.take(lists)

    assert len(lists) == 1
    assert waits(alo, bandhan) == (True, False)
