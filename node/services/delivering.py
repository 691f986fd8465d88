"""Lets messages leave: says what goes into which request, and notes what became of each attempt (SPEC 10)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from node import covering, sealing
from node.effects import Acting
from node.filing import leaving
from node.inbox import receipts
from node.last_gate import Times
from node.vault.records import Self
from node.vault.tables import attempts, backups, outbox, peers, terms
from node.vault.unit import Unit
from protocol import limits
from protocol.cadence import Cadence, at_high_risk, open_batch
from protocol.delivery import OutboxState, next_attempt, requests_of
from protocol.messages.core import Receipt
from protocol.messages.union import OVERTAKING
from protocol.prekeys import Route
from protocol.values import Instant, MessageId, NodeId, later

# Without any answer for a day, a deposited item is sealed and left again.
_RETRY_STORED_SECONDS: Final = limits.DAY
_NO_WAIT_IS_LONGER_SECONDS: Final = 2 * limits.DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What leaves for one peer in one request.

    Attributes:
        peer: for whom.
        routes: the peer's mailboxes.
        envelopes: the most urgent first.
        moves_on: better not where the last was left.
        overtakes: it waits for nothing that is under way to the same peer.
        batch: the instant of the batch with which it leaves, unless it overtakes.
    """

    peer: NodeId
    routes: tuple[Route, ...]
    envelopes: tuple[tuple[MessageId, bytes], ...]
    moves_on: bool = False
    overtakes: bool = False
    batch: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How the attempt ended for each item of a parcel.

    `was_taken`: a mailbox was reached that takes what is left there, even if it had no room for these.
    """

    peer: NodeId
    deposited: frozenset[MessageId]
    failed: frozenset[MessageId]
    was_taken: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """What the lines to peers take now.

    Attributes:
        batch: one that has begun and still goes on, if there is one (R-243).
        busy: peers to whom enough is under way: for them only what overtakes is made ready.
        overtaken: those to whom that is under way as well: for them nothing is.
        request_bytes: what one request to a peer may hold, where that is known.
        turns: the number of a peer's last request, the highest for whoever had the last of all.
        room: for so many peers who are not busy something is made ready.
    """

    batch: Instant | None
    busy: Collection[NodeId]
    overtaken: Collection[NodeId]
    request_bytes: Mapping[NodeId, int]
    turns: Mapping[NodeId, int]
    room: int


FREE: Final = Lines(
    batch=None, busy=(), overtaken=(), request_bytes={}, turns={}, room=limits.PEERS_MAX
)
"""Nothing is under way, and of no line anything is known."""


def due(unit: Unit, *, me: Self, acting: Acting, cadence: Cadence, lines: Lines) -> list[Parcel]:
    """Make ready what leaves now: for each peer what fits one request, and apart from it what overtakes.

    Args:
        unit: the transaction.
        me: this organisation.
        acting: the node itself, with the wall clock.
        cadence: whether it leaves in batches, and with cover; a charter may ask for both.
        lines: what is under way, and what they carry.
    """
    if backups.restore_to_begin(unit.vault) is not None:
        # Under the numbers of the backup the lost computer may have said something else.
        return []
    now = acting.now
    if terms.is_risk_high(unit.vault):
        cadence = at_high_risk(cadence)
    times = sealing.times_of(unit, now=now)
    batch = open_batch(now=now, cadence=cadence)
    # What was due by the instant of a batch goes with it, however slowly it leaves.
    going = lines.batch if batch is None else batch
    # No wait is longer: what lies further ahead is due, because the clock went back.
    window = outbox.Window(now=now, batch=going, horizon=later(now, _NO_WAIT_IS_LONGER_SECONDS))
    if batch is not None:
        # Of the batch's own instant, so that they leave with it.
        receipts.write(unit, acting=replace(acting, now=batch))
        leaving.go_on(unit, me=me, acting=replace(acting, now=batch), trusted=times.trusted)
    parcels = _all_parcels(unit, me, times, window, lines)
    left = [parcel.peer for parcel in parcels]
    if batch is not None and cadence.has_cover and not times.is_in_doubt:
        covers = covering.due(unit, left, me=me, acting=acting, batch=batch, cadence=cadence)
        parcels += [Parcel(peer=p, routes=way, envelopes=(one,)) for p, way, one in covers]
    elif going is not None and cadence.has_cover:
        covering.note_left(unit, left, batch=going)
    return parcels


def overtaking(unit: Unit, *, me: Self, acting: Acting, lines: Lines) -> list[Parcel]:
    """Make ready what overtakes and nothing else: the disk has no room for more."""
    if backups.restore_to_begin(unit.vault) is not None:
        return []
    now = acting.now
    window = outbox.Window(now=now, batch=None, horizon=later(now, _NO_WAIT_IS_LONGER_SECONDS))
    times = sealing.times_of(unit, now=now)
    return _all_parcels(unit, me, times, window, replace(lines, room=0))


def _all_parcels(
    unit: Unit, me: Self, times: Times, window: outbox.Window, lines: Lines
) -> list[Parcel]:
    parcels: list[Parcel] = []
    room = lines.room
    # Whoever had no turn for the longest time comes first.
    nodes = sorted(outbox.due_peers(unit.vault, window), key=lambda node: lines.turns.get(node, 0))
    for node in nodes:
        is_free = room > 0 and node not in lines.busy
        if not is_free and not _is_overtaken(unit, node, window, lines):
            continue
        begun = sealing.begin(unit, peers.find_peer(unit.vault, node), me, times)
        if begun is None:
            continue
        if node not in lines.overtaken:
            parcels += _overtaking(begun, window)
        if is_free:
            usual = _usual(begun, window, lines)
            room -= bool(usual)
            parcels += usual
    return parcels


def _is_overtaken(unit: Unit, node: NodeId, window: outbox.Window, lines: Lines) -> bool:
    """Is there something for this peer that waits for nothing that is under way?"""
    if node in lines.overtaken:
        return False
    return bool(outbox.due_items(unit.vault, node, window, count=1, only=OVERTAKING))


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
    times, begun = sealing.times_of(unit, now=acting.now), None
    if backups.restore_to_begin(unit.vault) is None:
        while receipts.write_for(unit, to, acting=acting):
            pass
        leaving.go_on(unit, me=me, acting=acting, trusted=times.trusted)
        begun = sealing.begin(unit, peers.find_peer(unit.vault, to), me, times)
    if begun is None:
        return OnStick(envelopes=(), is_all=True)
    begun.is_besides = True
    # Whatever waits is due for somebody who leaves now.
    far = later(acting.now, _NO_WAIT_IS_LONGER_SECONDS)
    window = outbox.Window(now=far, batch=far, horizon=far)
    only = sealing.types_now(unit, begun.peer)
    items = outbox.due_items(unit.vault, to, window, count=count + 1, only=only)
    # The largest envelope would still have room after the last but one.
    bytes_before = bytes_max - limits.ENVELOPE_BYTES_MAX
    sealed = sealing.seal_all(begun, items[:count], bytes_max=bytes_before + 1)
    size = sum(len(raw) for _, raw in sealed)
    is_all = len(items) <= count and size + limits.ENVELOPE_BYTES_MAX <= bytes_max
    return OnStick(envelopes=tuple(raw for _, raw in sealed), is_all=is_all)


def _overtaking(begun: sealing.Sealing, window: outbox.Window) -> list[Parcel]:
    """In a request of its own, which nothing large can hold up (R-242)."""
    vault, node = begun.unit.vault, begun.peer.node_id
    only = sealing.types_now(begun.unit, begun.peer)
    only = OVERTAKING if only is None else OVERTAKING & only
    items = outbox.due_items(vault, node, window, count=limits.BATCH_ENVELOPES_MAX, only=only)
    sealed = sealing.seal_all(begun, items, bytes_max=limits.REQUEST_BYTES_FIRST)
    return [
        Parcel(
            peer=node,
            routes=begun.routes,
            envelopes=tuple(envelopes),
            moves_on=any(item.state is OutboxState.DEPOSITED for item in items),
            overtakes=True,
        )
        for envelopes in requests_of(sealed, bytes_max=limits.BATCH_BYTES_MAX)
    ]


def _usual(begun: sealing.Sealing, window: outbox.Window, lines: Lines) -> list[Parcel]:
    """All the rest, as far as one request holds it; a large envelope at its end has another one."""
    vault, node = begun.unit.vault, begun.peer.node_id
    only = sealing.types_now(begun.unit, begun.peer)
    count = limits.BATCH_ENVELOPES_MAX
    found = outbox.due_items(vault, node, window, count=count, only=only)
    items = [item for item in found if item.type not in OVERTAKING]
    bytes_max = lines.request_bytes.get(node, limits.REQUEST_BYTES_FIRST)
    sealed = sealing.seal_all(begun, items, bytes_max=bytes_max)
    # Nobody answered for a day, or it is a receipt, which nobody answers: one mailbox may keep all to itself.
    moves_on = any(i.state is OutboxState.DEPOSITED or i.type == Receipt.TYPE for i in items)
    return [
        Parcel(
            peer=node,
            routes=begun.routes,
            envelopes=tuple(envelopes),
            moves_on=moves_on,
            batch=window.batch,
        )
        for envelopes in requests_of(sealed, bytes_max=bytes_max)
    ]


def try_all_again(unit: Unit, *, acting: Acting) -> None:
    """The line of this office carries again: nothing that failed waits any longer (R-245)."""
    attempts.try_all(unit.vault, now=acting.now)


def settle(unit: Unit, settled: Settled, *, acting: Acting) -> None:
    """Note how an attempt ended; what failed is tried again, without end.

    Where no mailbox took anything, all that waits for this peer waits for the next attempt (R-244).
    """
    now = acting.now
    outbox.mark_deposited(unit.vault, settled.deposited, due=later(now, _RETRY_STORED_SECONDS))
    next_due = None
    for message in settled.failed:
        item = outbox.find(unit.vault, message)
        if item is None:
            continue
        jitter = acting.entropy(1)[0]
        next_due = next_attempt(attempts=item.attempts + 1, now=now, jitter=jitter)
        outbox.mark_failed(unit.vault, item, due=next_due)
    if next_due is not None and not settled.was_taken:
        attempts.put_off(unit.vault, settled.peer, due=next_due, now=now)
