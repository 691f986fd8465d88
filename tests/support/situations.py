"""What Bandhan holds when a message from Alo comes, and the verdicts on it that are used most."""

from dataclasses import replace
from typing import Any

from protocol.acceptance import Accepted, Order, Refused, Situation
from protocol.consent import Standing
from protocol.errors import RefusalCode
from protocol.messages.union import Message
from protocol.streams import Placement
from tests.support.builders import ALO, BANDHAN, NOON


def situation(*known: Standing, **changes: Any) -> Situation:  # noqa: ANN401  # any field of it
    """Bandhan at noon: Alo is verified, nothing came before, and these consents are held."""
    by_hash = {one.consent_hash: one for one in known}
    usual = Situation(
        me=BANDHAN.node_id,
        now=NOON,
        latest_seen=NOON,
        level=2,
        is_suspended=False,
        seen=None,
        stream=None,
        held={},
        standing=by_hash.get,
        is_buried=lambda _: False,
        sender_keys=(ALO.signing.public,),
    )
    return replace(usual, **changes)


def accepted(message: Message, order: Order = Order.NEXT) -> Accepted:
    """It is taken, in its turn or early."""
    placement = Placement.NEXT if order is Order.NEXT else Placement.EARLY
    return Accepted(message=message, order=order, placement=placement, consent=None)


def refused(code: RefusalCode, placement: Placement | None = Placement.NEXT) -> Refused:
    """It is refused, and moves the chain where it has a place in it."""
    counts = placement is not None
    return Refused(code=code, counts=counts, freezes=False, placement=placement)
