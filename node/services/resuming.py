"""Finding together again: a new stream after a restore, and what a person decides after a phone call."""

from collections.abc import Sequence
from typing import Final

from node import epochs, sending_again, trusted_clock
from node.effects import Acting, apply, audit
from node.vault.records import Peer, Self
from node.vault.tables import desk, peers, resending, streams
from node.vault.unit import Unit
from protocol import limits
from protocol.effects import Send, Task, Urgency
from protocol.labels import Kind
from protocol.local import commands, views
from protocol.local.commands import Command
from protocol.local.views import No, Refused, refused
from protocol.messages.recovery import Resync
from protocol.signing import parse as parse_signed
from protocol.skeleton import message_hash, parse_skeleton
from protocol.streams import Incoming
from protocol.values import Instant, NodeId, later, node_id

_MAY_ANSWER: Final = frozenset({"active", "invited"})
_HER_NO = commands.WithdrawConsent | commands.RefuseConsent


def begin_epoch(unit: Unit, *, me: Self, acting: Acting) -> int:
    """Begin a new stream to every peer: this node was restored, or takes over from another computer.

    Until a peer's list of consents has come, nothing about anybody goes to it, and nothing that came from it
    is shown.

    Returns:
        To how many peers.
    """
    audit(unit, "node.resumed", me.node_id, acting=acting)
    return epochs.begin_everywhere(unit, acting=acting)


def await_lists(unit: Unit, *, acting: Acting) -> None:
    """Show nothing that came from any peer: this node was restored, and does not know which day it is."""
    epochs.await_everywhere(unit, acting=acting)


def take_over(
    unit: Unit, _command: commands.TakeOver, /, *, me: Self, acting: Acting
) -> views.Done | Refused:
    """A person says that this computer is the one: it begins anew, and every other is the old one then."""
    found = streams.find_superseded(unit.vault)
    if found is None:
        return refused(No.WRONG_STATE)
    if trusted_clock.is_in_doubt(unit, now=acting.now):
        # Only a day that is sure is later than any on which the other computer may have begun.
        return refused(No.CLOCK_IN_DOUBT)
    begin_epoch(unit, me=me, acting=acting)
    desk.finish_peer_tasks(
        unit.vault,
        task=Task.OTHER_COMPUTER.value,
        peer=found.peer,
        by=acting.actor,
        now=acting.now,
    )
    return views.Done()


def confirm_restored(
    unit: Unit, command: commands.ConfirmRestored, *, me: Self, acting: Acting
) -> views.Done | Refused:
    """Somebody phoned and heard that it is them: what they lost goes to them again."""
    peer = _find(unit, command.peer)
    if peer is None:
        return refused(No.NOT_FOUND)
    if peer.confirm_awaited is None:
        return refused(No.WRONG_STATE)
    streams.confirmed(unit.vault, peer.node_id)
    _finish(unit, peer, Task.CONFIRM_RESTORED, acting=acting)
    audit(unit, "peer.confirmed", peer.node_id, acting=acting)
    sending_again.dossiers(unit, peer, me=me, acting=acting)
    return views.Done()


def unfreeze(
    unit: Unit, command: commands.UnfreezePeer, *, acting: Acting
) -> views.Done | Refused:
    """Somebody phoned about two messages that contradict each other: ask for a stream that begins anew."""
    peer = _find(unit, command.peer)
    if peer is None:
        return refused(No.NOT_FOUND)
    stream = peer.incoming
    if stream is None or not stream.is_frozen:
        return refused(No.WRONG_STATE)
    streams.ask_epoch(unit.vault, peer.node_id)
    _ask(unit, peer, stream, ranges=(), acting=acting)
    _finish(unit, peer, Task.STREAM_FROZEN, acting=acting)
    audit(unit, "peer.unfrozen", peer.node_id, acting=acting)
    return views.Done()


def show_stream(unit: Unit, command: commands.ShowStream) -> views.StreamView | Refused:
    """How we stand with a peer's stream, and the signed skeletons that contradict each other."""
    peer = _find(unit, command.peer)
    if peer is None:
        return refused(No.NOT_FOUND)
    stream = peer.incoming
    return views.StreamView(
        peer=peer.node_id,
        name=peer.display_name,
        is_frozen=stream is not None and stream.is_frozen,
        state_awaited=peer.state_awaited,
        confirm_awaited=peer.confirm_awaited,
        evidence=[
            views.EvidenceView(
                code=one.code,
                at=one.at,
                held=None if one.held is None else _skeleton(one.held),
                came=_skeleton(one.came),
            )
            for one in streams.evidence_of(unit.vault, peer.node_id)
        ],
    )


def _skeleton(raw: bytes) -> views.SkeletonView:
    signed = parse_signed(raw, kind=Kind.MESSAGE)
    skeleton = parse_skeleton(signed.body)
    return views.SkeletonView(
        message_id=skeleton.message_id,
        hash=message_hash(signed.body),
        epoch=skeleton.epoch,
        sequence=skeleton.sequence,
        previous=skeleton.previous,
        created=skeleton.created,
        signed=raw,
    )


def is_hidden(unit: Unit, command: Command) -> bool:
    """Is a command about what came from a peer whose list of consents has not come (R-134)?

    Her no is open at any time, whether she withdraws or refuses.
    """
    if isinstance(command, _HER_NO) or not streams.peers_awaited(unit.vault):
        return False
    about = streams.About(
        case_id=getattr(command, "case_id", None),
        thread=getattr(command, "thread", None),
        follow_up=getattr(command, "follow_up", None),
        message_id=getattr(command, "message_id", None),
        consent_id=getattr(command, "consent_id", None),
        about=getattr(command, "about", None),
    )
    return streams.is_hidden(unit.vault, about)


def ask_for_gaps(unit: Unit, *, acting: Acting) -> int:
    """Ask each peer for numbers that did not come within a day after a later one (R-138).

    Returns:
        How many peers were asked.
    """
    asked = 0
    for peer in peers.load_peers(unit.vault):
        stream = peer.incoming
        if stream is None or stream.is_frozen or peer.status != "active":
            continue
        ranges = _gaps(unit, peer.node_id, stream, now=acting.now)
        if ranges and _may_ask(unit, peer.node_id, now=acting.now):
            _ask(unit, peer, stream, ranges=ranges, acting=acting)
            due = later(acting.now, limits.RESYNC_AFTER_SECONDS)
            streams.set_resync_due(unit.vault, peer.node_id, due)
            asked += 1
    return asked


def say_hello_again(unit: Unit, *, acting: Acting) -> int:
    """Ask each peer again that cannot answer our hello any more, or did not (R-206).

    Returns:
        How many peers were asked; none while the clock is in doubt.
    """
    if trusted_clock.is_in_doubt(unit, now=acting.now):
        return 0
    asked = 0
    for peer in peers.load_peers(unit.vault):
        if peer.status in _MAY_ANSWER:
            asked += epochs.say_hello_again(unit, peer, acting=acting)
    return asked


def _may_ask(unit: Unit, peer: NodeId, *, now: Instant) -> bool:
    """Is it a day since it was asked? What lies further ahead was put off by a wrong clock."""
    due = streams.resync_due(unit.vault, peer)
    return not now < due <= later(now, 2 * limits.RESYNC_AFTER_SECONDS)


def _gaps(
    unit: Unit, peer: NodeId, stream: Incoming, *, now: Instant
) -> tuple[tuple[int, int], ...]:
    """What is missing below numbers that came over a day ago."""
    ranges: list[tuple[int, int]] = []
    before = stream.sequence
    for sequence, at in streams.numbers_above(
        unit.vault, peer, epoch=stream.epoch, sequence=stream.sequence
    ):
        # What came in our future came by a wrong clock, and is not of today.
        if sequence > before + 1 and not now - limits.RESYNC_AFTER_SECONDS < at <= now:
            ranges.append((before + 1, sequence - 1))
        before = sequence
    return tuple(ranges[: limits.RESYNC_RANGES_MAX])


def forget_payloads(unit: Unit, *, acting: Acting) -> int:
    """Let go of what was kept for 60 days in case it is asked for again; not while the clock is in doubt.

    Returns:
        How many payloads went.
    """
    if trusted_clock.is_in_doubt(unit, now=acting.now):
        return 0
    gone = resending.forget_payloads(
        unit.vault, settled_before=later(acting.now, -limits.PAYLOAD_KEPT_SECONDS)
    )
    if gone:
        unit.destroyed()
        audit(unit, "outbox.payloads_forgotten", b"", acting=acting, details=str(gone))
    return gone


def _ask(
    unit: Unit,
    peer: Peer,
    stream: Incoming,
    *,
    ranges: Sequence[tuple[int, int]],
    acting: Acting,
) -> None:
    resync = Resync(epoch=stream.epoch, ranges=tuple(ranges))
    send = Send(
        message=resync, to=peer.node_id, thread=None, reply_to=None, urgency=Urgency.AT_ONCE
    )
    apply([send], unit, acting=acting)


def _find(unit: Unit, peer: bytes) -> Peer | None:
    return peers.find_peer(unit.vault, node_id(peer, place="peer"))


def _finish(unit: Unit, peer: Peer, task: Task, *, acting: Acting) -> None:
    desk.finish_peer_tasks(
        unit.vault, task=task.value, peer=peer.node_id, by=acting.actor, now=acting.now
    )
