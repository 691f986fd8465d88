"""Looking at streams from outside: what was taken, how far, and what was answered."""

from typing import Any

from protocol.messages.core import Receipt
from protocol.messages.union import MessageClass, parse_content
from tests.support.builders import OFFER
from tests.support.federation import Federation, Node, Seen
from tests.support.forging import forge


def receipts(federation: Federation, node: Node, *, since: int = 0) -> list[Receipt]:
    """Every receipt that left for a node."""
    return [
        _receipt(one)
        for one in federation.to(node, since=since)
        if one.skeleton.type == Receipt.TYPE
    ]


def _receipt(seen: Seen) -> Receipt:
    parsed = parse_content(seen.content, type_name=Receipt.TYPE, of_class=MessageClass.NONE)
    assert isinstance(parsed, Receipt)
    return parsed


def referrals_at(node: Node) -> list[tuple[Any, ...]]:
    return node.rows("SELECT state FROM referrals ORDER BY made_at, thread")


def head_of(node: Node, peer: Node) -> tuple[int, bool]:
    """How far the peer's stream was taken, and whether it is frozen."""
    [(sequence, frozen)] = node.rows(
        "SELECT in_sequence, in_frozen FROM peers WHERE node_id = ?", peer.node_id
    )
    return sequence, bool(frozen)


def offers(alo: Node, bandhan: Node, count: int) -> list[bytes]:
    """So many offers, one after the other in Alo's stream."""
    return [forge(OFFER, sender=alo, recipient=bandhan, advance=True) for _ in range(count)]
