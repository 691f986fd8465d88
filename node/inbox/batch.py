"""What the messages of one batch share: read once, kept up to date as the batch goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from node import trusted_clock
from node.effects import Acting
from node.filing import coming
from node.inbox import turn_of_lists
from node.vault.records import Peer, Self
from node.vault.tables import attempts, consents, messages, peers
from node.vault.unit import Unit
from protocol import acceptance
from protocol.acceptance import Situation, Verdict
from protocol.consent import Standing
from protocol.envelope import KnownSender, OpenedEnvelope, VerifiedMessage, verify_message
from protocol.keys import PrekeySecret
from protocol.membership import SPEAKING
from protocol.messages.core import CardUpdate
from protocol.messages.union import PURPOSE_OF_TYPE, Message
from protocol.skeleton import Head
from protocol.streams import Incoming
from protocol.values import ConsentId, Hash, Instant, NodeId, PrekeyId


@dataclass(slots=True, kw_only=True)
class Batch:
    """One transaction's worth of envelopes."""

    unit: Unit
    me: Self
    acting: Acting
    prekeys: Mapping[PrekeyId, PrekeySecret]
    latest_seen: Instant
    is_clock_in_doubt: bool
    senders: list[KnownSender]
    known: dict[NodeId, Peer]
    heads: dict[NodeId, Head]
    standings: dict[Hash, Standing | None]

    @property
    def now(self) -> Instant:
        """The instant of the batch."""
        return self.acting.now


def begin(
    unit: Unit, *, me: Self, prekeys: Mapping[PrekeyId, PrekeySecret], acting: Acting
) -> Batch:
    """Read what every message of the batch needs."""
    known = {peer.node_id: peer for peer in peers.load_peers(unit.vault)}
    return Batch(
        unit=unit,
        me=me,
        acting=acting,
        prekeys=prekeys,
        latest_seen=trusted_clock.note_time(unit, now=acting.now),
        is_clock_in_doubt=trusted_clock.is_in_doubt(unit, now=acting.now),
        senders=[_sender(peer, now=acting.now) for peer in known.values()],
        known=known,
        heads={},
        standings={},
    )


def senders(unit: Unit, *, now: Instant) -> list[KnownSender]:
    """Everybody whose signature means something here, as the vault has them."""
    return [_sender(peer, now=now) for peer in peers.load_peers(unit.vault)]


def _sender(peer: Peer, *, now: Instant) -> KnownSender:
    return KnownSender(
        node_id=peer.node_id,
        keys=peer.signing_keys(now=now),
        is_suspended=peer.status not in SPEAKING,
    )


def verify(batch: Batch, opened: OpenedEnvelope) -> VerifiedMessage:
    """Verify against everybody we know. Raises: RemoteProtocolError."""
    return verify_message(opened, senders=batch.senders, me=batch.me.node_id, now=batch.now)


def hear_time(batch: Batch, messages_of: Sequence[VerifiedMessage]) -> None:
    """When they were sealed tells what time it is elsewhere, also of those that are held for it."""
    said: dict[NodeId, Instant] = {}
    for verified in messages_of:
        sender, created = verified.skeleton.sender, verified.skeleton.created
        peer = meet(batch, sender)
        # What is left once more after days says nothing new.
        is_new = _seen(batch, verified) is None
        if is_new and peer is not None and peer.status == "active":
            said[sender] = max(said.get(sender, created), created)
    if not said:
        return
    trusted_clock.hear_peers(batch.unit, said, now=batch.now)
    batch.latest_seen = trusted_clock.note_time(batch.unit, now=batch.now)
    batch.is_clock_in_doubt = trusted_clock.is_in_doubt(batch.unit, now=batch.now)


def meet(batch: Batch, node: NodeId) -> Peer | None:
    """A peer as it stands now, also one that was introduced within this batch."""
    if node not in batch.known:
        found = peers.find_peer(batch.unit.vault, node)
        if found is None:
            return None
        refresh(batch, found)
    return batch.known[node]


def refresh(batch: Batch, peer: Peer) -> None:
    """Remember a peer that changed, and the keys it may sign with."""
    batch.known[peer.node_id] = peer
    others = [sender for sender in batch.senders if sender.node_id != peer.node_id]
    batch.senders = [*others, _sender(peer, now=batch.now)]


def forget(batch: Batch, node: NodeId) -> None:
    """What this message did was undone: read its sender again as the vault has it."""
    forget_standings(batch)
    batch.known.pop(node, None)
    batch.heads.pop(node, None)
    batch.senders = [sender for sender in batch.senders if sender.node_id != node]
    meet(batch, node)


def reread(batch: Batch, node: NodeId) -> None:
    """A reaction changed what stands about a peer: read it again as the vault has it now."""
    batch.known.pop(node, None)
    meet(batch, node)


def move_stream(batch: Batch, peer: Peer, stream: Incoming) -> None:
    """The head of a peer's stream moved."""
    peers.advance_incoming(batch.unit.vault, peer.node_id, stream, now=batch.now)
    batch.known[peer.node_id] = peer.heard(stream, now=batch.now)


def judge(batch: Batch, verified: VerifiedMessage) -> Verdict:
    """What becomes of one message, by the clock we have."""
    asked = acceptance.judge_in_doubt if batch.is_clock_in_doubt else acceptance.judge
    verdict = asked(verified, situation(batch, verified))
    verdict = coming.unless_too_early(batch.unit, verified, verdict)
    return turn_of_lists.unless_before_its_receipts(batch.unit, verified, verdict)


def situation(batch: Batch, verified: VerifiedMessage) -> Situation:
    """What bears on one message."""
    skeleton = verified.skeleton
    peer = meet(batch, skeleton.sender)
    vault = batch.unit.vault
    return Situation(
        me=batch.me.node_id,
        now=batch.now,
        latest_seen=batch.latest_seen,
        level=0 if peer is None else peer.level,
        is_suspended=peer is not None and peer.status not in SPEAKING,
        seen=_seen(batch, verified),
        stream=None if peer is None else peer.incoming,
        held=messages.links_around(
            vault, skeleton.sender, epoch=skeleton.epoch, sequence=skeleton.sequence
        ),
        standing=partial(find_standing, batch),
        is_buried=partial(is_buried, batch, skeleton.sender),
        sender_keys=() if peer is None else peer.signing_keys(now=batch.now),
    )


def _seen(batch: Batch, verified: VerifiedMessage) -> Hash | None:
    skeleton = verified.skeleton
    return messages.seen_hash(batch.unit.vault, skeleton.sender, skeleton.message_id)


def find_standing(batch: Batch, cited: Hash) -> Standing | None:
    """A consent by what a skeleton cites, as it stands after the messages before this one."""
    if cited not in batch.standings:
        record = consents.find_by_hash(batch.unit.vault, cited)
        batch.standings[cited] = None if record is None else record.standing
    return batch.standings[cited]


def note_effect(batch: Batch, message: Message, *, sender: NodeId) -> None:
    """A message took effect: what it may have changed is read again."""
    if isinstance(message, CardUpdate):
        # What follows in this batch may be signed by the key of the new card.
        forget(batch, sender)
    # What only tells about her leaves every consent as it was; anything else may have changed one.
    if message.TYPE not in PURPOSE_OF_TYPE:
        forget_standings(batch)


def forget_standings(batch: Batch) -> None:
    """Something happened that may have changed a consent: each is read again when it is asked for."""
    batch.standings.clear()


def is_buried(batch: Batch, peer: NodeId, consent: ConsentId) -> bool:
    """Was a consent withdrawn between us and this peer?"""
    return consents.is_buried(batch.unit.vault, consent, peer=peer)


def wake(batch: Batch) -> None:
    """Whoever we heard from lives: nothing for them waits any longer."""
    for peer in batch.known.values():
        if peer.last_heard == batch.now:
            attempts.make_due(batch.unit.vault, peer.node_id, now=batch.now)
