"""Begins our streams anew: after a restore, or where a person asked for it (SPEC 8.9).

A number that was given once is never given to another message. Where it is not known which were given, as
after a restore, the only safe number is the first one of a new stream.
"""

from dataclasses import replace
from typing import Final, assert_never

from node import trusted_clock
from node.effects import Acting, apply, audit
from node.vault.records import Peer
from node.vault.tables import desk, identity, peers, resending, streams
from node.vault.unit import Unit
from protocol import limits
from protocol.delivery import OutboxState
from protocol.effects import Send, Task, Urgency
from protocol.messages.recovery import Hello
from protocol.messages.union import message_class, parse_content, split_payload
from protocol.skeleton import NO_HEAD, Head
from protocol.values import Instant, MessageId, NodeId, later, new_message_id
from protocol.vocabulary.codes import ReceiptStatus

_EXPIRED: Final = ReceiptStatus.EXPIRED.name.lower()


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
            due=later(acting.now, limits.DAY),
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


def begin_behind(unit: Unit, peer: Peer, received: Head, *, acting: Acting) -> bool:
    """Begin a new stream to a peer that was restored to before our present one, if it lost more (R-226).

    Of the streams before the present one nothing can be sent again under its numbers. Under other numbers
    only what the peer does not hold may go, and that it says in its answer to the hello.

    Returns:
        Whether it was begun; False where it lost nothing but what is in our present stream.
    """
    ours, now = peer.outgoing.epoch, max(acting.now, identity.latest_seen(unit.vault))
    if not resending.is_any_behind(
        unit.vault, peer.node_id, received=received, before=ours, now=now
    ):
        return False
    resending.unsettle_behind(unit.vault, peer.node_id, received=received, now=now)
    sent = resending.last_of(unit.vault, peer.node_id, epoch=received.epoch) or received
    _begin(unit, peer, sent=sent, acting=acting)
    audit(unit, "stream.begun_behind", peer.node_id, acting=acting)
    return True


def _begin(unit: Unit, peer: Peer, *, acting: Acting, sent: Head | None = None) -> None:
    former = peer.outgoing
    # By a clock in doubt it might lie in a future in which nobody takes it. It must be larger than the
    # last one, also where a clock that ran ahead began that.
    now = trusted_clock.time_to_sign(unit, now=acting.now)
    epoch: Instant = max(now, later(former.epoch, 1))
    hello = Hello(
        epoch=epoch,
        received=_received(peer),
        sent=sent or Head(epoch=former.epoch, sequence=former.sequence, hash=former.hash),
    )
    resending.drop_hello(unit.vault, peer.node_id)
    streams.begin_epoch(unit.vault, peer.node_id, epoch)
    # Whoever does not know us yet must hear first who we are; under the former id it could not be told
    # from a fork.
    for message in resending.introductions_under_way(unit.vault, peer.node_id):
        _rename(unit, message, acting=acting)
    _say(unit, peer, hello, acting=acting)


def say_hello_again(unit: Unit, peer: Peer, *, acting: Acting) -> bool:
    """Say hello once more in the same stream, if the last one is over or nobody answered it (R-206).

    Returns:
        Whether it was said.
    """
    said = resending.newest_hello(unit.vault, peer.node_id)
    if said is None or streams.has_resumed(unit.vault, peer.node_id):
        return False
    if not _is_in_vain(said, now=acting.now):
        return False
    of_class = message_class(Hello.TYPE, cites_consent=False)
    former = parse_content(split_payload(said.payload), type_name=Hello.TYPE, of_class=of_class)
    if not isinstance(former, Hello):
        raise TypeError("what was sent as a hello is none")
    # What was sent before stays as it was: only of that stream does the peer tell what it has.
    hello = replace(former, received=_received(peer))
    _say(unit, peer, hello, acting=acting)
    audit(unit, "stream.hello_again", peer.node_id, acting=acting)
    return True


def _is_in_vain(said: resending.Said, *, now: Instant) -> bool:
    """Is it over, or was it read long ago by somebody who did not answer?"""
    match said.state:
        case OutboxState.QUEUED:
            return False
        case OutboxState.SEALED | OutboxState.DEPOSITED:
            return said.is_withheld or (said.expires is not None and said.expires <= now)
        case OutboxState.STORED | OutboxState.REFUSED:
            if said.is_withheld or said.code == _EXPIRED:
                return True
            settled = 0 if said.settled_at is None else said.settled_at
            return not settled <= now < settled + limits.HELLO_AGAIN_SECONDS
        case _:
            assert_never(said.state)


def _say(unit: Unit, peer: Peer, hello: Hello, *, acting: Acting) -> None:
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
