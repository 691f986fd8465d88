"""Sticks: for whom an envelope on one is, what is carried along for others, and what is written down of it.

What waits is sealed by `delivering`, and what is ours is taken by `receiving`, as on any other way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from node import trusted_clock
from node.effects import Acting, audit
from node.vault.records import Peer
from node.vault.tables import ferried, messages, peers, receipts_due
from node.vault.unit import Unit
from protocol import limits
from protocol.labels import Kind
from protocol.membership import SPEAKING
from protocol.prekeys import Bundle, parse_bundle
from protocol.signing import parse as parse_signed
from protocol.values import NodeId, PrekeyId, instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A partner for whom a stick may be made; `deposit_secret` is None where it told us of no mailbox."""

    node_id: NodeId
    name: str
    deposit_secret: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is here of what came: how many messages, and who is owed an answer."""

    messages: int
    answers: tuple[NodeId, ...]


def partners(unit: Unit, chosen: Sequence[NodeId], *, acting: Acting) -> list[Partner] | None:
    """The chosen partners; None if one of them is none to whom anything goes."""
    found = []
    for node in dict.fromkeys(chosen):
        peer = peers.find_peer(unit.vault, node)
        if peer is None or peer.status not in SPEAKING:
            return None
        bundle = _bundle_of(peer, acting=acting)
        secret = bundle.routes[0].deposit_secret if bundle.routes else None
        found.append(Partner(node_id=node, name=peer.display_name, deposit_secret=secret))
    return found


def prekeys_of_partners(unit: Unit, *, acting: Acting) -> dict[PrekeyId, NodeId]:
    """For whom an envelope is, by the prekeys that partners told us of."""
    found: dict[PrekeyId, NodeId] = {}
    for peer in peers.load_peers(unit.vault):
        if peer.status not in SPEAKING:
            continue
        slices = _bundle_of(peer, acting=acting).slices
        found |= {one.prekey.prekey_id: peer.node_id for one in slices}
    return found


def _bundle_of(peer: Peer, *, acting: Acting) -> Bundle:
    # What we hold was judged when it came; a clock that went back does not make it a bad one.
    held_at = max(acting.now, instant(peer.bundle_generation))
    return parse_bundle(parse_signed(peer.bundle_raw, kind=Kind.BUNDLE).body, now=held_at)


def ferry(unit: Unit, envelopes: Sequence[tuple[NodeId, bytes]], *, acting: Acting) -> int:
    """Carry envelopes of others along, as far as there is room; how many (R-224)."""
    kept = [ferried.keep(unit.vault, node, raw, now=acting.now) for node, raw in envelopes]
    if any(kept):
        audit(unit, "stick.ferried", b"", acting=acting, details=str(sum(kept)))
    return sum(kept)


def ferried_for(unit: Unit, peer: NodeId) -> list[bytes]:
    """What is carried along for one partner."""
    return ferried.load(unit.vault, peer, count=limits.STICK_ENVELOPES_MAX)


def forget_ferried(unit: Unit, *, acting: Acting) -> None:
    """Let go of what was carried for thirty days, by a clock that is trusted."""
    if not trusted_clock.is_in_doubt(unit, now=acting.now):
        ferried.forget_old(unit.vault, now=acting.now)


def standing(unit: Unit) -> Standing:
    """What is here of what came."""
    return Standing(
        messages=messages.count_taken(unit.vault),
        answers=tuple(receipts_due.peers_to_answer(unit.vault)),
    )


def note_made(unit: Unit, partner: NodeId, *, envelopes: int, acting: Acting) -> None:
    """Somebody made a file of what waits for a partner."""
    audit(unit, "stick.made", partner, acting=acting, details=str(envelopes))


def note_taken(unit: Unit, *, envelopes: int, acting: Acting) -> None:
    """Somebody let a stick's file be taken."""
    audit(unit, "stick.taken", b"", acting=acting, details=str(envelopes))
