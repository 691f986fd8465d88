"""Reactions to charters and suspends; a person at this node sets the same in motion with a file.

Every change of where a peer stands is made here, as `protocol.membership` decides.
"""

from collections.abc import Sequence

from node import bundles, trusted_clock
from node.effects import NODE_ITSELF, Acting, audit, drop_unsealed, withhold
from node.reactions.arrival import Arrival, Reaction
from node.vault.records import Peer, Self
from node.vault.tables import charters, desk, identity, outbox, peers, terms
from node.vault.unit import Unit
from protocol import membership
from protocol.acceptance import BY_TIME_OF_CONTENT
from protocol.cards import Card, read_suspend
from protocol.charter import Charter, HeldCharter, MemberState, Parameters
from protocol.charter_chain import encode_chain, follow
from protocol.delivery import OutboxState
from protocol.effects import Effect, Remind, Send, Task, Urgency
from protocol.errors import RefusalCode, RemoteProtocolError
from protocol.keys import VerifyingKey
from protocol.labels import Kind
from protocol.limits import DAY
from protocol.membership import MembershipEvent, PeerStatus
from protocol.messages.membership import CharterUpdate, SuspendNotice
from protocol.signing import parse as parse_signed
from protocol.values import Instant, NodeId, Pseudonym, instant, later, sha256


def on_charter(unit: Unit, update: CharterUpdate, arrival: Arrival) -> Reaction:
    """A charter that follows the one we hold is applied; a first one waits for a person."""
    held = charters.find_charter(unit.vault)
    try:
        versions = follow(update.chain, held=held, now=_latest(unit, arrival.now))
    except RemoteProtocolError as error:
        is_by_time = error.code in BY_TIME_OF_CONTENT
        if is_by_time and trusted_clock.is_in_doubt(unit, now=arrival.now):
            # It is held, and judged again by a clock that is right.
            return error.code
        # Whoever sent it may be as honest as we are: people must speak, and no answer of ours helps.
        audit(unit, "charter.refused", b"", acting=arrival.acting, details=error.code.value)
        return [_remind(Task.CHARTER_REFUSED, arrival.sender, arrival.now)]
    if held is None:
        chain = encode_chain(update.chain)
        charters.keep_offered(unit.vault, arrival.sender, chain, now=arrival.now)
        return [_remind(Task.CHARTER_TO_LOOK_AT, arrival.sender, arrival.now)]
    return apply_versions(
        unit,
        versions,
        me=arrival.me.node_id,
        acting=arrival.acting,
        by=None,
        came_from=arrival.sender,
    )


def on_suspend(unit: Unit, notice: SuspendNotice, arrival: Arrival) -> Reaction:
    """Somebody carries a suspend: what counts is who signed it, not who carries it."""
    try:
        return apply_suspend(
            unit,
            notice.suspend,
            me=arrival.me,
            acting=arrival.acting,
            came_from=arrival.sender,
        )
    except RemoteProtocolError as error:
        return error.code


def apply_versions(
    unit: Unit,
    versions: Sequence[HeldCharter],
    *,
    me: NodeId,
    acting: Acting,
    by: Pseudonym | None,
    came_from: NodeId | None,
) -> list[Effect]:
    """Hold the versions, carry out what the newest says of each peer, and pass them on."""
    if not versions:
        return []
    for held in versions:
        charters.insert_charter(unit.vault, held, by=by, now=acting.now)
        details = str(held.charter.version)
        audit(unit, "charter.applied", held.body_hash, acting=acting, details=details)
    charters.drop_offered(unit.vault)
    _end_reminders(unit, by=NODE_ITSELF if by is None else by, now=acting.now)
    newest = versions[-1].charter
    effects = _take_terms(unit, newest.parameters, me=me, acting=acting)
    for member in newest.members:
        if member.node_id == me:
            if member.state is not MemberState.ACTIVE:
                effects.append(_remind(Task.SUSPENDED_OURSELVES, me, acting.now))
            continue
        peer = peers.find_peer(unit.vault, member.node_id)
        if peer is None:
            continue
        since = _suspended_since(unit, peer)
        event = membership.event_of(member, suspended_at=since)
        if event is not None:
            effects += _move(unit, peer, event, acting=acting)
    update = CharterUpdate(chain=charters.load_chain(unit.vault))
    passed_on = _others(unit, newest, apart_from=(came_from,))
    return [*effects, *(_send(update, to=node, urgency=Urgency.SOON) for node in passed_on)]


def _end_reminders(unit: Unit, *, by: Pseudonym, now: Instant) -> None:
    """Another charter holds; where it ends as soon, that is told anew (R-230)."""
    for task in (Task.CHARTER_ENDING, Task.CHARTER_OVER):
        desk.finish_everywhere(unit.vault, task=task.value, by=by, now=now)


def _take_terms(unit: Unit, parameters: Parameters, *, me: NodeId, acting: Acting) -> list[Effect]:
    """What the charter asks of this node itself; people are told when it asks for more care (R-200)."""
    was_high = terms.is_risk_high(unit.vault)
    terms.keep(unit.vault, parameters)
    if was_high or not terms.is_risk_high(unit.vault):
        return []
    audit(unit, "risk.raised", b"", acting=acting)
    return [_remind(Task.RISK_RAISED, me, acting.now)]


def apply_suspend(
    unit: Unit, raw: bytes, *, me: Self, acting: Acting, came_from: NodeId | None
) -> list[Effect]:
    """Take a suspend: from now on nothing goes to its node and nothing is taken from it.

    Raises:
        RemoteProtocolError: as `cards.read_suspend`.
    """
    held = charters.find_charter(unit.vault)
    stewards = () if held is None else held.charter.stewards
    suspend = read_suspend(raw, roots=_roots(unit, held, me), stewards=stewards, now=acting.now)
    body_hash = sha256(parse_signed(raw, kind=Kind.SUSPEND).body)
    if charters.is_suspend_known(unit.vault, body_hash):
        # It acted once. Whether it still holds was settled since; shown again, it changes nothing.
        return []
    charters.insert_suspend(unit.vault, suspend, body_hash=body_hash, signed=raw, now=acting.now)
    audit(unit, "peer.suspend", suspend.node_id, acting=acting)
    peer = peers.find_peer(unit.vault, suspend.node_id)
    is_me = suspend.node_id == me.node_id
    card = me.card.sequence if is_me else 0 if peer is None else peer.card_sequence
    if card > suspend.card_sequence:
        _use_up(unit, suspend.node_id, card=card, now=acting.now)
        # It holds no more; but whoever made use of it had reason to fear for the key of that card.
        peers.drop_former_key(unit.vault, suspend.node_id)
        return []
    effects: list[Effect] = []
    if is_me:
        effects.append(_remind(Task.SUSPENDED_OURSELVES, me.node_id, acting.now))
    elif peer is not None:
        effects += _move(unit, peer, MembershipEvent.SUSPEND, acting=acting)
    if held is None or held.charter.member(suspend.node_id) is None:
        # Who does not know the node anyway is not told that we do.
        return effects
    notice = SuspendNotice(suspend=raw)
    passed_on = _others(unit, held.charter, apart_from=(came_from, suspend.node_id))
    return [*effects, *(_send(notice, to=node, urgency=Urgency.AT_ONCE) for node in passed_on)]


def on_newer_card(unit: Unit, peer: Peer, card: Card, *, acting: Acting) -> None:
    """A newer card, made by the root, uses a suspend up; the key before it is believed no more."""
    if peer.status != PeerStatus.SUSPENDED or card.sequence <= peer.card_sequence:
        return
    _use_up(unit, card.node_id, card=card.sequence, now=acting.now)
    peers.drop_former_key(unit.vault, card.node_id)
    held = charters.find_charter(unit.vault)
    member = None if held is None else held.charter.member(card.node_id)
    if charters.live_suspends(unit.vault, card.node_id):
        return
    if membership.may_end_here(MembershipEvent.RENEW, member=member):
        _move(unit, peer, MembershipEvent.RENEW, acting=acting)


def on_verified(unit: Unit, peer: Peer, *, acting: Acting) -> None:
    """A person compared the number: what was paused goes on, and so does what no charter speaks of."""
    held = charters.find_charter(unit.vault)
    member = None if held is None else held.charter.member(peer.node_id)
    if peer.status == PeerStatus.SUSPENDED:
        if not membership.may_end_here(MembershipEvent.VERIFY, member=member):
            return
        charters.end_suspends(unit.vault, peer.node_id, below=None, how="verified", now=acting.now)
    _move(unit, peer, MembershipEvent.VERIFY, acting=acting)


def may_meet(unit: Unit, card: Card, *, now: Instant) -> None:
    """May somebody whom we do not know yet be introduced (R-166)?

    Raises:
        RemoteProtocolError: E_CHARTER_EXPIRED while the charter is over; E_SENDER_SUSPENDED if it, or a
            suspend that holds for this card, says that nobody talks to the node; E_LIMIT if there are as many
            peers as there may be.
    """
    if not peers.is_room_left(unit.vault):
        raise RemoteProtocolError(RefusalCode.E_LIMIT, "peers")
    held = charters.find_charter(unit.vault)
    live = charters.live_suspends(unit.vault, card.node_id)
    if any(card.sequence <= suspend.card_sequence for suspend in live):
        raise RemoteProtocolError(RefusalCode.E_SENDER_SUSPENDED, "card")
    if held is None:
        return
    if held.charter.is_over(now=_latest(unit, now)):
        raise RemoteProtocolError(RefusalCode.E_CHARTER_EXPIRED, "charter.expires")
    member = held.charter.member(card.node_id)
    if member is not None and member.state is not MemberState.ACTIVE:
        raise RemoteProtocolError(RefusalCode.E_SENDER_SUSPENDED, "card")


def pause_successor(unit: Unit, node: NodeId, *, acting: Acting) -> list[Effect]:
    """Whoever takes the place of a node that was removed is verified before anything goes to it (R-171)."""
    held = charters.find_charter(unit.vault)
    if held is None or all(member.successor != node for member in held.charter.members):
        return []
    return _move(unit, peers.load_peer(unit.vault, node), MembershipEvent.PAUSE, acting=acting)


def remove(unit: Unit, peer: Peer, *, acting: Acting) -> list[Effect]:
    """End it with a partner by our own decision."""
    return _move(unit, peer, MembershipEvent.REMOVE, acting=acting)


def _move(unit: Unit, peer: Peer, event: MembershipEvent, *, acting: Acting) -> list[Effect]:
    status = membership.step(PeerStatus(peer.status), event)
    if status is None:
        return []
    peers.set_status(unit.vault, peer.node_id, status)
    audit(unit, f"peer.{status.value}", peer.node_id, acting=acting, details=event.value)
    if status is PeerStatus.ACTIVE:
        # Meanwhile it heard of no new prekeys, and not where we pick up since somebody was removed.
        bundles.tell_again(unit, peer.node_id, acting=acting)
    if event is MembershipEvent.LIFT:
        charters.end_suspends(unit.vault, peer.node_id, below=None, how="charter", now=acting.now)
    if event is MembershipEvent.SUSPEND:
        return [_remind(Task.PEER_SUSPENDED, peer.node_id, acting.now)]
    if event is MembershipEvent.REMOVE:
        return _removed(unit, peer.node_id, acting=acting)
    return []


def _removed(unit: Unit, node: NodeId, *, acting: Acting) -> list[Effect]:
    """What waits for it goes without trace, or without its payload; where we pick up changes (R-170)."""
    for message in charters.unsent_to(unit.vault, node):
        item = outbox.find(unit.vault, message)
        if item is None:
            continue
        if item.state is OutboxState.QUEUED:
            drop_unsealed(unit, item)
            continue
        withhold(unit, item)
        # Nobody will ever answer it.
        outbox.settle(
            unit.vault,
            item.message_id,
            state=OutboxState.REFUSED,
            code=PeerStatus.REMOVED.value,
            now=acting.now,
        )
    charters.insert_removal(unit.vault, node, by=acting.actor, now=acting.now)
    return [_remind(Task.MEMBER_REMOVED, node, acting.now)]


def _use_up(unit: Unit, node: NodeId, *, card: int, now: Instant) -> None:
    charters.end_suspends(unit.vault, node, below=card, how="newer_card", now=now)


def _suspended_since(unit: Unit, peer: Peer) -> Instant | None:
    if peer.status != PeerStatus.SUSPENDED:
        return None
    live = charters.live_suspends(unit.vault, peer.node_id)
    return max((suspend.since for suspend in live), default=instant(0))


def _roots(unit: Unit, held: HeldCharter | None, me: Self) -> frozenset[VerifyingKey]:
    pinned = {peer.root for peer in peers.load_peers(unit.vault)}
    named = set() if held is None else {member.root for member in held.charter.members}
    return frozenset(pinned | named | {me.root})


def _others(unit: Unit, charter: Charter, *, apart_from: Sequence[NodeId | None]) -> list[NodeId]:
    """The peers that are members themselves: only they are told who belongs (R-172)."""
    found: list[NodeId] = []
    for peer in peers.load_peers(unit.vault):
        member = charter.member(peer.node_id)
        is_member = member is not None and member.state is MemberState.ACTIVE
        if is_member and peer.status == PeerStatus.ACTIVE and peer.node_id not in apart_from:
            found.append(peer.node_id)
    return found


def _send(message: CharterUpdate | SuspendNotice, *, to: NodeId, urgency: Urgency) -> Send:
    return Send(message=message, to=to, thread=None, reply_to=None, urgency=urgency)


def _remind(task: Task, peer: NodeId, now: Instant) -> Remind:
    return Remind(task=task, peer=peer, thread=None, due=later(now, DAY))


def _latest(unit: Unit, now: Instant) -> Instant:
    """A clock that is set back makes no charter young again."""
    return max(now, identity.latest_seen(unit.vault))
