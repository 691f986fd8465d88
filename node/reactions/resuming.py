"""Reactions to `hello`, `resync` and `consent.state`: two nodes that find together again (SPEC 8.9)."""

from dataclasses import replace
from typing import assert_never

from node import epochs, trusted_clock
from node.effects import NODE_ITSELF, Acting, apply, audit
from node.reactions import consenting
from node.reactions.arrival import Arrival, Reaction
from node.vault.records import Peer
from node.vault.tables import (
    consents,
    desk,
    identity,
    outbox,
    peers,
    resending,
    skeletons_held,
    streams,
)
from node.vault.unit import Unit
from protocol import limits
from protocol.consent import ConsentEvent, Standing
from protocol.effects import Bury, Effect, Remind, Send, Task, Urgency
from protocol.errors import RefusalCode
from protocol.messages.consent import ConsentWithdrawn
from protocol.messages.core import Receipt, ReceiptRange
from protocol.messages.recovery import ConsentStates, Hello, ListedConsent, Resync
from protocol.skeleton import Head
from protocol.values import ConsentId, Instant, NodeId, instant, later
from protocol.vocabulary.codes import ListedState, WithdrawalWanted

_ENDED = frozenset({ConsentEvent.WITHDRAWN, ConsentEvent.INVALIDATED, ConsentEvent.REFUSED})
_EVENT_OF_STATE = {
    ListedState.EXPIRED: ConsentEvent.EXPIRED,
    ListedState.SUPERSEDED: ConsentEvent.SUPERSEDED,
}


def react(unit: Unit, message: Hello | Resync | ConsentStates, arrival: Arrival) -> Reaction:
    """Let one of the three take effect."""
    peer = peers.load_peer(unit.vault, arrival.sender)
    match message:
        case Hello():
            return _on_hello(unit, message, peer, arrival)
        case Resync():
            return _on_resync(unit, message, peer, arrival)
        case ConsentStates():
            return _on_states(unit, message, peer, arrival)
        case _:
            assert_never(message)


def notice_epoch(unit: Unit, peer: Peer, epoch: int, *, acting: Acting) -> bool:
    """Does a peer know a stream of ours that we never began? Then another computer speaks for us (R-140)."""
    if epoch <= peer.outgoing.epoch:
        return False
    supersede(unit, peer.node_id, acting=acting)
    return True


def supersede(unit: Unit, peer: NodeId, *, acting: Acting) -> None:
    """From now on nothing but what must never wait leaves this computer, until a person decides."""
    if not streams.supersede(unit.vault, peer, now=acting.now):
        return
    audit(unit, "node.superseded", peer, acting=acting)
    apply(
        [Remind(task=Task.OTHER_COMPUTER, peer=peer, thread=None, due=acting.now)],
        unit,
        acting=acting,
    )


def on_new_stream(
    unit: Unit, peer: NodeId, skeleton: bytes, *, epoch: Instant, now: Instant
) -> None:
    """A peer began a new stream: until somebody phoned it, nothing about anybody goes there (R-135).

    A thief who restores a stolen backup looks the same as an organisation that lost its laptop.
    """
    streams.keep_former(unit.vault, peer)
    if streams.take_epoch_asked(unit.vault, peer):
        return
    held = skeletons_held.newest_skeleton(unit.vault, peer, before=epoch)
    streams.insert_evidence(
        unit.vault, peer, code=streams.RESTORED, held=held, came=skeleton, now=now
    )
    streams.await_confirmation(unit.vault, peer, now=now)
    desk.insert_task(
        unit.vault,
        task=Task.CONFIRM_RESTORED.value,
        peer=peer,
        thread=None,
        due=later(now, limits.DAY),
        now=now,
    )


def _on_hello(unit: Unit, hello: Hello, peer: Peer, arrival: Arrival) -> Reaction:
    """Answer with what we have of the stream before, and with every consent there ever was between us."""
    if hello.epoch != arrival.epoch:
        # Not the first word of the stream in which it comes.
        return RefusalCode.E_STATE
    _send_missing(unit, hello.received, peer, arrival)
    receipts = _receipts(unit, hello, peer, now=arrival.now)
    answers: list[Receipt | ConsentStates] = [
        *receipts,
        *_states(unit, hello, peer, arrival, receipts=len(receipts)),
    ]
    return [
        Send(
            message=answer,
            to=arrival.sender,
            thread=None,
            reply_to=arrival.message_id,
            urgency=Urgency.AT_ONCE,
        )
        for answer in answers
    ]


def _send_missing(unit: Unit, received: Head, peer: Peer, arrival: Arrival) -> None:
    """Send again what lies behind the last of ours that it has (R-133, R-226)."""
    ours = peer.outgoing
    if notice_epoch(unit, peer, received.epoch, acting=arrival.acting):
        return
    if received.epoch < ours.epoch and epochs.begin_behind(
        unit, peer, received, acting=arrival.acting
    ):
        return
    first = 1
    if received.epoch == ours.epoch and received.sequence > 0:
        link = outbox.hash_at(
            unit.vault, peer.node_id, epoch=ours.epoch, sequence=received.sequence
        )
        if link != received.hash:
            # It holds what we never sent under this number: somebody else sent it in our name.
            supersede(unit, peer.node_id, acting=arrival.acting)
            return
        first = received.sequence + 1
    resending.send_again(
        unit.vault,
        peer.node_id,
        epoch=ours.epoch,
        first=first,
        last=ours.sequence,
        now=arrival.now,
    )


def _receipts(unit: Unit, hello: Hello, peer: Peer, *, now: Instant) -> list[Receipt]:
    """What we have of the former stream, as far as its sender knows it (R-132)."""
    ranges = []
    end = _whole_until(unit, hello, peer)
    if end.sequence > 0:
        ranges.append(
            ReceiptRange(
                epoch=instant(hello.sent.epoch),
                first=1,
                last=end.sequence,
                last_hash=end.hash,
                at=now,
            )
        )
    singles = streams.single_answers(
        unit.vault,
        peer.node_id,
        sent=hello.sent,
        whole_until=end.sequence,
        before=hello.epoch,
    )
    size = limits.RECEIPT_SINGLES_MAX
    pages = [tuple(singles[at : at + size]) for at in range(0, len(singles), size)]
    # The range comes last: what a single says of one message stands against it.
    last = pages.pop() if pages else ()
    receipts = [Receipt(ranges=(), singles=page) for page in pages]
    if ranges or last:
        receipts.append(Receipt(ranges=tuple(ranges), singles=last))
    return receipts


def _whole_until(unit: Unit, hello: Hello, peer: Peer) -> Head:
    """The last message of the former stream before which none is missing, at most the last it knows of."""
    stream = peer.incoming
    former = streams.former_head(unit.vault, peer.node_id)
    if stream is not None and stream.epoch < hello.epoch:
        former = Head(epoch=stream.epoch, sequence=stream.sequence, hash=stream.hash)
    if former.epoch != hello.sent.epoch:
        # It was restored to before another stream of its own: what came of that one is looked up.
        return streams.whole_until(unit.vault, peer.node_id, sent=hello.sent)
    if former.sequence <= hello.sent.sequence:
        return former
    return streams.head_at(
        unit.vault, peer.node_id, epoch=former.epoch, sequence=hello.sent.sequence
    )


def _states(
    unit: Unit, hello: Hello, peer: Peer, arrival: Arrival, *, receipts: int
) -> list[ConsentStates]:
    # What we only heard of, and lost or never had ourselves, we cannot vouch for unless it ended.
    known = {
        one.consent_id: one
        for one in streams.load_listed(unit.vault, peer.node_id)
        if one.state is not ListedState.GIVEN
    }
    now = _judged_by(unit, arrival)
    for name in streams.consents_with(unit.vault, peer.node_id):
        record = consents.find_consent(unit.vault, name)
        if record is not None:
            _keep_later(known, _listed(unit, record.standing, now=now))
    for buried in streams.tombstones_of(unit.vault, peer.node_id):
        _keep_later(known, buried)
    listed = [known[name] for name in sorted(known)]
    streams.note_listed(unit.vault, peer.node_id, listed, heard_epoch=0)
    size = limits.LISTED_CONSENTS_MAX
    pieces = [listed[at : at + size] for at in range(0, len(listed), size)] or [[]]
    return [
        ConsentStates(
            epoch=hello.epoch,
            consents=tuple(piece),
            part=at,
            parts=len(pieces),
            receipts=receipts,
        )
        for at, piece in enumerate(pieces, start=1)
    ]


def _judged_by(unit: Unit, arrival: Arrival) -> Instant:
    """By which time a consent is over; by a clock in doubt none is ended that may live on."""
    signed = trusted_clock.time_to_sign(unit, now=arrival.now)
    return max(signed, identity.latest_seen(unit.vault))


def _keep_later(known: dict[ConsentId, ListedConsent], one: ListedConsent) -> None:
    before = known.get(one.consent_id)
    if before is None or one.state > before.state:
        known[one.consent_id] = one


def _listed(unit: Unit, standing: Standing, *, now: Instant) -> ListedConsent:
    """What became of a consent, as the other side may know it: no reason, and nothing about her."""
    consent = standing.consent
    state, since = ListedState.GIVEN, consent.valid_from
    # Her no to the holder's own worker is not told to whom she refused.
    if standing.events & _ENDED - {ConsentEvent.REFUSED}:
        state, since = ListedState.WITHDRAWN, streams.when_ended(unit.vault, consent.consent_id)
    elif ConsentEvent.SUPERSEDED in standing.events:
        state, since = ListedState.SUPERSEDED, streams.when_ended(unit.vault, consent.consent_id)
    elif ConsentEvent.EXPIRED in standing.events or now >= consent.expires:
        state, since = ListedState.EXPIRED, min(consent.expires, now)
    return ListedConsent(consent_id=consent.consent_id, state=state, since=since)


def _on_resync(unit: Unit, resync: Resync, peer: Peer, arrival: Arrival) -> Reaction:
    """Send again what never came; what we lost ourselves can only be passed by in a new stream."""
    ours = peer.outgoing
    if notice_epoch(unit, peer, resync.epoch, acting=arrival.acting) or resync.epoch < ours.epoch:
        return []
    is_lost = not resync.ranges
    for first, last in resync.ranges:
        end = min(last, ours.sequence)
        found = resending.send_again(
            unit.vault,
            peer.node_id,
            epoch=ours.epoch,
            first=first,
            last=end,
            now=arrival.now,
        )
        is_lost = is_lost or found < end - first + 1
    if is_lost:
        epochs.begin_with(unit, peer.node_id, acting=arrival.acting)
    return []


def _on_states(unit: Unit, states: ConsentStates, peer: Peer, arrival: Arrival) -> Reaction:
    """Carry out what ended meanwhile, before anything else; then show and send again (R-136)."""
    if notice_epoch(unit, peer, states.epoch, acting=arrival.acting):
        return []
    is_answer = states.epoch == peer.outgoing.epoch
    told = [_as_we_reckon(unit, one, arrival) for one in states.consents]
    streams.note_listed(
        unit.vault,
        peer.node_id,
        told,
        heard_epoch=states.epoch if is_answer else 0,
    )
    effects: list[Effect] = []
    for one in told:
        effects += _carry_out(unit, one, arrival)
    if not is_answer:
        return effects
    came = streams.note_part(unit.vault, peer.node_id, epoch=states.epoch, part=states.part)
    if came == states.parts:
        _go_on(unit, peer, arrival)
    return effects


def _as_we_reckon(unit: Unit, one: ListedConsent, arrival: Arrival) -> ListedConsent:
    """Whether a consent that we hold is over by its date we reckon ourselves: their clock may be wrong."""
    if one.state is not ListedState.EXPIRED:
        return one
    record = consents.find_consent(unit.vault, one.consent_id)
    if record is None or _judged_by(unit, arrival) >= record.standing.consent.expires:
        return one
    return replace(one, state=ListedState.GIVEN)


def _go_on(unit: Unit, peer: Peer, arrival: Arrival) -> None:
    """The whole list is here, and with it the peer's word on what it has of our former streams."""
    epoch = peer.outgoing.epoch
    resending.number_again(unit.vault, peer.node_id, before=epoch, now=arrival.now)
    if peer.state_awaited is None:
        return
    streams.mark_unlisted(unit.vault, peer.node_id, heard_epoch=epoch)
    streams.state_came(unit.vault, peer.node_id)
    desk.finish_peer_tasks(
        unit.vault,
        task=Task.STATE_AWAITED.value,
        peer=peer.node_id,
        by=NODE_ITSELF,
        now=arrival.now,
    )
    audit(unit, "stream.state_came", peer.node_id, acting=arrival.acting)


def _carry_out(unit: Unit, one: ListedConsent, arrival: Arrival) -> list[Effect]:
    record = consents.find_consent(unit.vault, one.consent_id)
    consent = None if record is None else record.standing.consent
    if (
        record is None
        or consent is None
        or consent.other_party(arrival.me.node_id) != arrival.sender
    ):
        # We lost it, or never had it: only the tombstone is left to set.
        is_over = one.state is ListedState.WITHDRAWN
        return [Bury(consent_id=one.consent_id, peer=arrival.sender)] if is_over else []
    if one.state is ListedState.WITHDRAWN:
        return _withdraw(unit, one, record.standing, arrival)
    event = _EVENT_OF_STATE.get(one.state)
    if event is not None and not record.standing.events & (_ENDED | {event}):
        consents.add_event(unit.vault, one.consent_id, event, by=None, now=arrival.now)
    return []


def _withdraw(
    unit: Unit, one: ListedConsent, standing: Standing, arrival: Arrival
) -> list[Effect]:
    if ConsentEvent.WITHDRAWN in standing.events:
        return []
    # The list does not tell what she wanted done; whatever it was, destroying is not less than it.
    withdrawal = ConsentWithdrawn(
        consent_id=one.consent_id,
        effective=instant(one.since),
        wanted=WithdrawalWanted.ERASE,
        replacement=None,
    )
    carried_out = consenting.on_withdrawn(unit, withdrawal, arrival)
    return [] if isinstance(carried_out, RefusalCode) else carried_out
