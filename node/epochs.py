"""Begins our streams anew: after a restore, or where a person asked for it (SPEC 8.9).

A number that was given once is never given to another message. Where it is not known which were given, as
after a restore, the only safe number is the first one of a new stream.
"""

from node import trusted_clock
from node.effects import Acting, apply, audit
from node.vault.records import Peer
from node.vault.tables import desk, peers, resending, streams
from node.vault.unit import Unit
from protocol.effects import Send, Task, Urgency
from protocol.limits import DAY
from protocol.messages.recovery import Hello
from protocol.skeleton import NO_HEAD, Head
from protocol.values import Instant, MessageId, NodeId, later, new_message_id


def await_everywhere(unit: Unit, *, acting: Acting) -> None:
    """Await every peer's list of consents before anything is said: nobody knows yet by which day."""
    for peer in peers.load_peers(unit.vault):
        if peer.status != "removed" and peer.state_awaited is None:
            streams.await_state(unit.vault, peer.node_id, now=acting.now)


def begin_everywhere(unit: Unit, *, acting: Acting) -> int:
    """Begin a new stream to every peer and await its list of consents: this node lost what it knew.

    Returns:
        To how many.
    """
    streams.take_over(unit.vault)
    known = [peer for peer in peers.load_peers(unit.vault) if peer.status != "removed"]
    for peer in known:
        streams.await_state(unit.vault, peer.node_id, now=acting.now)
        desk.insert_task(
            unit.vault,
            task=Task.STATE_AWAITED.value,
            peer=peer.node_id,
            thread=None,
            due=later(acting.now, DAY),
            now=acting.now,
        )
        # What only waited in the backup may have left since, under the same id; what goes before the peer
        # told whether it did gets another one.
        for message in resending.queued_meanwhile(unit.vault, peer.node_id):
            _rename(unit, message, acting=acting)
        _begin(unit, peer, acting=acting)
    audit(unit, "streams.begun", b"", acting=acting, details=str(len(known)))
    return len(known)


def begin_with(unit: Unit, node: NodeId, *, acting: Acting) -> None:
    """Begin a new stream to one peer that asked for it; nothing was lost here."""
    _begin(unit, peers.load_peer(unit.vault, node), acting=acting)
    audit(unit, "stream.begun", node, acting=acting)


def _begin(unit: Unit, peer: Peer, *, acting: Acting) -> None:
    former = peer.outgoing
    # By a clock in doubt it might lie in a future in which nobody takes it. It must be larger than the
    # last one, also where a clock that ran ahead began that.
    now = trusted_clock.time_to_sign(unit, now=acting.now)
    epoch: Instant = max(now, later(former.epoch, 1))
    hello = Hello(
        epoch=epoch,
        received=_received(peer),
        sent=Head(epoch=former.epoch, sequence=former.sequence, hash=former.hash),
    )
    resending.drop_hello(unit.vault, peer.node_id)
    streams.begin_epoch(unit.vault, peer.node_id, epoch)
    # Whoever does not know us yet must hear first who we are; under the former id it could not be told
    # from a fork.
    for message in resending.introductions_under_way(unit.vault, peer.node_id):
        _rename(unit, message, acting=acting)
    send = Send(
        message=hello, to=peer.node_id, thread=None, reply_to=None, urgency=Urgency.AT_ONCE
    )
    apply([send], unit, acting=acting)


def _rename(unit: Unit, message: MessageId, *, acting: Acting) -> None:
    name = new_message_id(now=acting.now, entropy=acting.entropy)
    resending.rename(unit.vault, message, name, now=acting.now)


def _received(peer: Peer) -> Head:
    stream = peer.incoming
    if stream is None:
        return NO_HEAD
    return Head(epoch=stream.epoch, sequence=stream.sequence, hash=stream.hash)
