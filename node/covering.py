"""Makes cover: an envelope for a peer for whom nothing left today (SPEC 10.4).

It is not queued and not kept. What is written down is that something left, as for any other envelope.
"""

from collections.abc import Sequence
from typing import TypeAlias

from node import audit_days, bundles
from node.effects import Acting
from node.vault.records import Peer, Self
from node.vault.tables import cadence as plans
from node.vault.tables import peers, streams
from node.vault.unit import Unit
from protocol import limits
from protocol.audit import day_of
from protocol.cadence import Cadence, is_cover_due, plan_cover
from protocol.envelope import seal_message
from protocol.keys import PrekeyPublic
from protocol.labels import Kind
from protocol.messages.union import encode_content, encode_payload
from protocol.messages.witness import Cover
from protocol.prekeys import Route, slice_for
from protocol.signing import sign
from protocol.skeleton import (
    NO_HEAD,
    SUITE_ONE,
    Head,
    Skeleton,
    encode_skeleton,
    payload_commitment,
)
from protocol.values import (
    ZERO_HASH,
    Instant,
    MessageId,
    NodeId,
    later,
    new_message_id,
    thread_id,
)

Covering: TypeAlias = tuple[NodeId, tuple[Route, ...], tuple[MessageId, bytes]]
"""For whom, by which ways, and the envelope with its message's id."""


def due(
    unit: Unit,
    left: Sequence[NodeId],
    *,
    me: Self,
    acting: Acting,
    batch: Instant,
    cadence: Cadence,
) -> list[Covering]:
    """Cover for each active peer whose turn it is; nothing where something else left today (R-187).

    Args:
        unit: the transaction.
        left: the peers for whom something else leaves with this batch.
        me: this organisation.
        acting: the node itself.
        batch: the batch that is open.
        cadence: with cover.
    """
    today = day_of(batch)
    note_left(unit, left, batch=batch)
    coverings: list[Covering] = []
    if streams.find_superseded(unit.vault) is not None:
        # another computer speaks for us, and this one has nothing to say, not even that.
        return coverings
    for peer in peers.load_peers(unit.vault):
        if peer.status != "active" or not _is_turn(
            unit, peer, acting=acting, batch=batch, cadence=cadence
        ):
            continue
        made = _make(unit, peer, me=me, acting=acting)
        if made is not None:
            plans.note_left(unit.vault, peer.node_id, day=today)
            coverings.append(made)
    return coverings


def note_left(unit: Unit, left: Sequence[NodeId], *, batch: Instant) -> None:
    """Something else than cover leaves with this batch for each of these."""
    for node in left:
        plans.note_left(unit.vault, node, day=day_of(batch))


def _is_turn(unit: Unit, peer: Peer, *, acting: Acting, batch: Instant, cadence: Cadence) -> bool:
    plan = plans.load_plan(unit.vault, peer.node_id)
    today = day_of(batch)
    if plan.left_on == today:
        return False
    if plan.planned_for != today:
        jitter = int.from_bytes(acting.entropy(2))
        at = plan_cover(now=batch, cadence=cadence, jitter=jitter)
        plans.plan(unit.vault, peer.node_id, day=today, at=at)
        plan = plans.load_plan(unit.vault, peer.node_id)
    return is_cover_due(plan, batch=batch)


def _make(unit: Unit, peer: Peer, *, me: Self, acting: Acting) -> Covering | None:
    now = acting.now
    bundle = bundles.held_of(peer, now=now)
    prekey = slice_for(bundle, now=now)
    if prekey is None:
        return None
    message_id = new_message_id(now=now, entropy=acting.entropy)
    raw = _seal(unit, peer, me=me, acting=acting, message_id=message_id, prekey=prekey)
    return peer.node_id, bundle.routes, (message_id, raw)


def _seal(
    unit: Unit,
    peer: Peer,
    *,
    me: Self,
    acting: Acting,
    message_id: MessageId,
    prekey: PrekeyPublic,
) -> bytes:
    now = acting.now
    payload = encode_payload(encode_content(Cover()), salt=acting.entropy(16))
    skeleton = Skeleton(
        message_id=message_id,
        sender=me.node_id,
        recipient=peer.node_id,
        epoch=peer.outgoing.epoch,
        sequence=0,
        previous=ZERO_HASH,
        created=now,
        expires=later(now, limits.MESSAGE_LIFE_SECONDS),
        type=Cover.TYPE,
        thread=thread_id(message_id),
        reply_to=None,
        consent=None,
        commitment=payload_commitment(payload),
        head=head_of(peer),
        bundle_generation=me.bundle.generation,
        suite=SUITE_ONE,
        card_sequence=me.card.sequence,
        day_head=audit_days.yesterday(unit, now=now),
    )
    # until it has our newer card, the peer knows us by the former key.
    secret = bundles.signing_key_for(unit, me, peer.node_id)
    signed = sign(Kind.MESSAGE, encode_skeleton(skeleton), secrets=[secret])
    return seal_message(signed, payload=payload, recipient=prekey)


def head_of(peer: Peer) -> Head:
    """The highest message of this peer that we have without a gap."""
    if peer.incoming is None:
        return NO_HEAD
    stream = peer.incoming
    return Head(epoch=stream.epoch, sequence=stream.sequence, hash=stream.hash)
