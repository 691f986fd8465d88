"""Seals what leaves for one peer: gate, number, signature, seal (SPEC 10).

A number is given when an item is first sealed, in this transaction. From then on it is never dropped: if its
payload may no longer go, the same signed skeleton goes with an empty one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from node import audit_days, bundles, covering, last_gate, trusted_clock
from node.effects import drop_unsealed, withhold
from node.last_gate import Gate, LastGate, Times
from node.vault.records import OutboxItem, Peer, Self
from node.vault.tables import desk, missed, outbox, peers, secrets, streams
from node.vault.unit import Unit
from protocol import limits
from protocol.clock import Doubt
from protocol.delivery import OutboxState
from protocol.effects import Task
from protocol.envelope import seal_message
from protocol.keys import PrekeyPublic, SigningSecret
from protocol.labels import Kind
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
from protocol.values import Hash, Instant, MessageId, later


def times_of(unit: Unit, *, now: Instant) -> Times:
    """What the clocks say at this moment, noted."""
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


def begin(unit: Unit, peer: Peer | None, me: Self, times: Times) -> "Sealing | None":
    """Begin to seal for a peer; None if nothing may be sealed for it now."""
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
    return Sealing(
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


def types_now(unit: Unit, peer: Peer) -> frozenset[str] | None:
    """The types that may go now; None where nothing is held back."""
    if streams.find_superseded(unit.vault) is not None:
        # Another computer speaks for us. Her no is carried from any of them.
        return OVERTAKING
    return GOES_MEANWHILE if peer.is_held_back else None


@dataclass(slots=True, kw_only=True)
class Sealing:
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


def seal_all(
    sealing: Sealing, items: Sequence[OutboxItem], *, bytes_max: int
) -> list[tuple[MessageId, bytes]]:
    """Seal one after the other until they have so many bytes; the last may reach beyond."""
    envelopes: list[tuple[MessageId, bytes]] = []
    size = 0
    for item in items:
        if size >= bytes_max:
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


def _seal_one(sealing: Sealing, item: OutboxItem) -> bytes | None:
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


def _vanish(sealing: Sealing, item: OutboxItem) -> None:
    """It was never sealed: it goes without trace, and a person is told that it did not leave."""
    _tell(sealing, item, Task.NOT_SENT)
    drop_unsealed(sealing.unit, item)


def _tell(sealing: Sealing, item: OutboxItem, task: Task) -> None:
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


def _seal_first(sealing: Sealing, item: OutboxItem) -> bytes:
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


def _seal_again(sealing: Sealing, item: OutboxItem) -> bytes | None:
    """The same skeleton to the prekey of now: id and chain stay; the key that signs is the one they know."""
    if item.skeleton is None or item.hash is None or item.expires is None:
        return None
    body = parse_signed(item.skeleton, kind=Kind.MESSAGE).body
    signed = sign(Kind.MESSAGE, body, secrets=[sealing.signing])
    sequence = item.sequence if item.sequence is not None else 0
    _mark(sealing, item, signed, sequence=sequence, link=item.hash, expires=item.expires)
    return seal_message(signed, payload=_payload(sealing.unit, item), recipient=sealing.prekey)


def _mark(
    sealing: Sealing,
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


def _state_after(sealing: Sealing, item: OutboxItem) -> OutboxState:
    lies_there = item.state is OutboxState.DEPOSITED
    return OutboxState.DEPOSITED if sealing.is_besides and lies_there else OutboxState.SEALED
