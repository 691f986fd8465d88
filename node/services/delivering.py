"""Lets messages leave: gate, number, sign, seal; and notes what became of each attempt (SPEC 10).

A number is given when an item is first sealed, in this transaction. From then on it is never dropped: if its
payload may no longer go, the same signed skeleton goes with an empty one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from node import audit_days, bundles, covering, last_gate, trusted_clock
from node.effects import Acting, drop_unsealed, withhold
from node.filing import leaving
from node.inbox import receipts
from node.last_gate import Gate, LastGate, Times
from node.vault.records import OutboxItem, Peer, Self
from node.vault.tables import (
    backups,
    desk,
    missed,
    outbox,
    peers,
    secrets,
    streams,
    terms,
)
from node.vault.unit import Unit
from protocol import limits
from protocol.cadence import Cadence, at_high_risk, open_batch
from protocol.clock import Doubt
from protocol.delivery import OutboxState, next_attempt, requests_of
from protocol.effects import Task
from protocol.envelope import seal_message
from protocol.keys import PrekeyPublic, SigningSecret
from protocol.labels import Kind
from protocol.messages.core import Receipt
from protocol.messages.union import GOES_MEANWHILE, OVERTAKING
from protocol.prekeys import Route
from protocol.sealing import decrypt_at_rest
from protocol.signing import Signed, sign
from protocol.signing import parse as parse_signed
from protocol.skeleton import (
    SUITE_ONE,
    DayHead,
    Skeleton,
    encode_skeleton,
    message_hash,
    payload_commitment,
)
from protocol.streams import Outgoing
from protocol.values import Hash, Instant, MessageId, NodeId, later

# Without any answer for a day, a deposited item is sealed and left again.
_RETRY_STORED_SECONDS: Final = limits.DAY
_NO_WAIT_IS_LONGER_SECONDS: Final = 2 * limits.DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What leaves for one peer in one request; `moves_on`: better not where the last was left."""

    peer: NodeId
    routes: tuple[Route, ...]
    envelopes: tuple[tuple[MessageId, bytes], ...]
    moves_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How the attempt ended for each item of a parcel."""

    peer: NodeId
    deposited: frozenset[MessageId]
    failed: frozenset[MessageId]


def due(unit: Unit, *, me: Self, acting: Acting, cadence: Cadence) -> list[Parcel]:
    """Make ready what leaves now: for each peer one parcel, or more where one would be too large.

    Args:
        unit: the transaction.
        me: this organisation.
        acting: the node itself, with the wall clock.
        cadence: whether it leaves in batches, and with cover; a charter may ask for both.
    """
    if backups.restore_to_begin(unit.vault) is not None:
        # Under the numbers of the backup the lost computer may have said something else.
        return []
    now = acting.now
    if terms.is_risk_high(unit.vault):
        cadence = at_high_risk(cadence)
    times = _times(unit, now=now)
    batch = open_batch(now=now, cadence=cadence)
    # No wait is longer: what lies further ahead is due, because the clock went back.
    window = outbox.Window(now=now, batch=batch, horizon=later(now, _NO_WAIT_IS_LONGER_SECONDS))
    if batch is not None:
        # Of the batch's own instant, so that they leave with it.
        receipts.write(unit, acting=replace(acting, now=batch))
        leaving.go_on(unit, me=me, acting=replace(acting, now=batch), trusted=times.trusted)
    parcels: list[Parcel] = []
    for node in outbox.due_peers(unit.vault, window):
        peer = peers.find_peer(unit.vault, node)
        parcels += _parcels(unit, peer, me, times, window)
    if batch is not None and cadence.has_cover and not times.is_in_doubt:
        left = [parcel.peer for parcel in parcels]
        covers = covering.due(unit, left, me=me, acting=acting, batch=batch, cadence=cadence)
        parcels += [Parcel(peer=p, routes=way, envelopes=(one,)) for p, way, one in covers]
    return parcels


@dataclass(frozen=True, slots=True, kw_only=True)
class OnStick:
    """What goes onto a stick for one peer; `is_all`: nothing that may go had to stay for want of room."""

    envelopes: tuple[bytes, ...]
    is_all: bool


def for_stick(
    unit: Unit, to: NodeId, *, me: Self, acting: Acting, count: int, bytes_max: int
) -> OnStick:
    """Seal everything that waits for one peer once more, for a stick that somebody carries (R-223).

    What becomes of it on the line stays as it is, for a stick can be lost. At most `count` envelopes.
    """
    times, sealing = _times(unit, now=acting.now), None
    if backups.restore_to_begin(unit.vault) is None:
        while receipts.write_for(unit, to, acting=acting):
            pass
        leaving.go_on(unit, me=me, acting=acting, trusted=times.trusted)
        sealing = _begin(unit, peers.find_peer(unit.vault, to), me, times)
    if sealing is None:
        return OnStick(envelopes=(), is_all=True)
    sealing.is_besides = True
    # Whatever waits is due for somebody who leaves now.
    far = later(acting.now, _NO_WAIT_IS_LONGER_SECONDS)
    window = outbox.Window(now=far, batch=far, horizon=far)
    only = _only(unit, sealing.peer)
    items = outbox.due_items(unit.vault, to, window, count=count + 1, only=only)
    sealed = _seal_all(sealing, items[:count], bytes_max=bytes_max)
    size = sum(len(raw) for _, raw in sealed)
    is_all = len(items) <= count and size + limits.ENVELOPE_BYTES_MAX <= bytes_max
    return OnStick(envelopes=tuple(raw for _, raw in sealed), is_all=is_all)


def _times(unit: Unit, *, now: Instant) -> Times:
    with unit.unseen():
        trusted = trusted_clock.note_time(unit, now=now)
        audit_days.close_days(unit, now=now)
    doubt = trusted_clock.why_in_doubt(unit, now=now)
    return Times(
        now=now,
        trusted=trusted,
        signed=trusted_clock.time_to_sign(unit, now=now),
        is_in_doubt=doubt is not None,
        is_unvouched=doubt is Doubt.MOVED,
    )


def _parcels(
    unit: Unit, peer: Peer | None, me: Self, times: Times, window: outbox.Window
) -> list[Parcel]:
    sealing = _begin(unit, peer, me, times)
    if sealing is None:
        return []
    node, only = sealing.peer.node_id, _only(unit, sealing.peer)
    count = limits.BATCH_ENVELOPES_MAX
    items = outbox.due_items(unit.vault, node, window, count=count, only=only)
    bytes_max = limits.BATCH_BYTES_MAX - limits.BUCKETS[2] + limits.ENVELOPE_BYTES_MAX
    routes = sealing.routes
    # Nobody answered for a day, or it is a receipt, which nobody answers: one mailbox may keep all to itself.
    moves_on = any(i.state is OutboxState.DEPOSITED or i.type == Receipt.TYPE for i in items)
    return [
        Parcel(peer=node, routes=routes, envelopes=tuple(envelopes), moves_on=moves_on)
        for envelopes in requests_of(_seal_all(sealing, items, bytes_max=bytes_max))
    ]


def _begin(unit: Unit, peer: Peer | None, me: Self, times: Times) -> "_Sealing | None":
    now = times.now
    if peer is None or peer.status not in ("active", "invited"):
        return None
    bundle = bundles.held_of(peer, now=now)
    prekey = bundles.prekey_of(bundle, now=times.now, signed=times.signed)
    if prekey is None:
        # It waits for a newer bundle, and a person is told; it never falls back to an older prekey.
        desk.insert_task(
            unit.vault,
            task=Task.BUNDLE_STALE.value,
            peer=peer.node_id,
            thread=None,
            due=now,
            now=now,
        )
        return None
    return _Sealing(
        unit=unit,
        me=me,
        peer=peer,
        prekey=prekey,
        signing=bundles.signing_key_for(unit, me, peer.node_id),
        outgoing=peer.outgoing,
        times=times,
        gate=LastGate(unit=unit, peer=peer, times=times),
        day_head=audit_days.to_tell(unit, peer, now=now),
        routes=bundle.routes,
        is_besides=False,
    )


def _only(unit: Unit, peer: Peer) -> frozenset[str] | None:
    """The types that may go now; None where nothing is held back."""
    if streams.find_superseded(unit.vault) is not None:
        # Another computer speaks for us. Her no is carried from any of them.
        return OVERTAKING
    return GOES_MEANWHILE if peer.is_held_back else None


@dataclass(slots=True, kw_only=True)
class _Sealing:
    """What the items of one parcel share.

    `outgoing` moves on with each number that is given; the first carries `day_head`. `states` are the
    consents read so far: within this transaction nobody else can change what she said. `is_besides`: it goes
    by another way as well, and what becomes of it on the line stays as it is.
    """

    unit: Unit
    me: Self
    peer: Peer
    prekey: PrekeyPublic
    signing: SigningSecret
    outgoing: Outgoing
    times: Times
    day_head: DayHead | None
    gate: LastGate
    routes: tuple[Route, ...]
    is_besides: bool


def _seal_all(
    sealing: _Sealing, items: Sequence[OutboxItem], *, bytes_max: int
) -> list[tuple[MessageId, bytes]]:
    """Seal one after the other, as long as the largest envelope would still fit."""
    envelopes: list[tuple[MessageId, bytes]] = []
    size = 0
    for item in items:
        if size + limits.ENVELOPE_BYTES_MAX > bytes_max:
            break
        sealed = _seal_one(sealing, item)
        if sealed is None:
            continue
        size += len(sealed)
        envelopes.append((item.message_id, sealed))
    if sealing.outgoing != sealing.peer.outgoing:
        peers.advance_outgoing(
            sealing.unit.vault,
            sealing.peer.node_id,
            sequence=sealing.outgoing.sequence,
            link=sealing.outgoing.hash,
        )
    return envelopes


def _seal_one(sealing: _Sealing, item: OutboxItem) -> bytes | None:
    verdict = last_gate.ask(sealing.gate, item)
    if verdict is Gate.WAIT:
        return None
    if item.sequence is None:
        if verdict is Gate.NEVER:
            _vanish(sealing, item)
            return None
        return _seal_first(sealing, item)
    if verdict is Gate.NEVER and not item.is_withheld:
        if last_gate.is_over(sealing.times, item) and item.type not in GOES_MEANWHILE:
            _tell(sealing, item, Task.NOT_DELIVERED)
            missed.note_missed(sealing.unit.vault, item.message_id, now=sealing.times.now)
        withhold(sealing.unit, item)
        item = replace(item, is_withheld=True, payload=None, key_id=None)
    return _seal_again(sealing, item)


def _vanish(sealing: _Sealing, item: OutboxItem) -> None:
    """It was never sealed: it goes without trace, and a person is told that it did not leave."""
    _tell(sealing, item, Task.NOT_SENT)
    drop_unsealed(sealing.unit, item)


def _tell(sealing: _Sealing, item: OutboxItem, task: Task) -> None:
    """What the other side does not hear of, somebody here must know."""
    desk.insert_task(
        sealing.unit.vault,
        task=task.value,
        peer=item.peer,
        thread=item.thread,
        due=sealing.times.now,
        now=sealing.times.now,
    )


def _payload(unit: Unit, item: OutboxItem) -> bytes:
    if item.is_withheld or item.payload is None:
        return b""
    if item.key_id is None:
        return item.payload
    key = secrets.load_disclosure_key(unit.keys, item.key_id)
    return decrypt_at_rest(item.payload, key=key)


def _seal_first(sealing: _Sealing, item: OutboxItem) -> bytes:
    payload = _payload(sealing.unit, item)
    outgoing = sealing.outgoing
    skeleton = Skeleton(
        message_id=item.message_id,
        sender=sealing.me.node_id,
        recipient=sealing.peer.node_id,
        epoch=outgoing.epoch,
        sequence=outgoing.sequence + 1,
        previous=outgoing.hash,
        created=sealing.times.signed,
        expires=later(sealing.times.signed, limits.MESSAGE_LIFE_SECONDS),
        type=item.type,
        thread=item.thread,
        reply_to=item.reply_to,
        consent=item.consent,
        commitment=payload_commitment(payload),
        head=covering.head_of(sealing.peer),
        bundle_generation=sealing.me.bundle.generation,
        suite=SUITE_ONE,
        card_sequence=sealing.me.card.sequence,
        day_head=sealing.day_head,
    )
    signed = sign(Kind.MESSAGE, encode_skeleton(skeleton), secrets=[sealing.signing])
    audit_days.note_told(sealing.unit, skeleton, signed)
    sealing.day_head = None
    link = message_hash(signed.body)
    sealing.outgoing = replace(outgoing, sequence=skeleton.sequence, hash=link)
    _mark(sealing, item, signed, sequence=skeleton.sequence, link=link, expires=skeleton.expires)
    return seal_message(signed, payload=payload, recipient=sealing.prekey)


def _seal_again(sealing: _Sealing, item: OutboxItem) -> bytes | None:
    """The same skeleton to the prekey of now: id and chain stay; the key that signs is the one they know."""
    if item.skeleton is None or item.hash is None or item.expires is None:
        return None
    body = parse_signed(item.skeleton, kind=Kind.MESSAGE).body
    signed = sign(Kind.MESSAGE, body, secrets=[sealing.signing])
    sequence = item.sequence if item.sequence is not None else 0
    _mark(sealing, item, signed, sequence=sequence, link=item.hash, expires=item.expires)
    return seal_message(signed, payload=_payload(sealing.unit, item), recipient=sealing.prekey)


def _mark(
    sealing: _Sealing,
    item: OutboxItem,
    signed: Signed,
    *,
    sequence: int,
    link: Hash,
    expires: Instant,
) -> None:
    epoch = item.epoch if item.epoch is not None else sealing.outgoing.epoch
    outbox.mark_sealed(
        sealing.unit.vault,
        item,
        epoch=epoch,
        sequence=sequence,
        link=link,
        expires=expires,
        skeleton=signed.raw,
        prekey=sealing.prekey.prekey_id,
        is_withheld=item.is_withheld,
        state=_state_after(sealing, item),
        # Until the attempt is settled, nobody else takes it up.
        retry_at=item.due
        if sealing.is_besides
        else later(sealing.times.now, limits.ATTEMPT_SECONDS[0]),
    )


def _state_after(sealing: _Sealing, item: OutboxItem) -> OutboxState:
    lies_there = item.state is OutboxState.DEPOSITED
    return OutboxState.DEPOSITED if sealing.is_besides and lies_there else OutboxState.SEALED


def settle(unit: Unit, settled: Settled, *, acting: Acting) -> None:
    """Note how an attempt ended; what failed is tried again, without end."""
    now = acting.now
    outbox.mark_deposited(unit.vault, settled.deposited, due=later(now, _RETRY_STORED_SECONDS))
    for message in settled.failed:
        item = outbox.find(unit.vault, message)
        if item is None:
            continue
        jitter = acting.entropy(1)[0]
        due = next_attempt(attempts=item.attempts + 1, now=now, jitter=jitter)
        outbox.mark_failed(unit.vault, item, due=due)
