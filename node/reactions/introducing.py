"""Reactions to introductions, newer cards and newer bundles."""

from node.reactions.arrival import Arrival, Reaction
from node.vault.database import Unit
from node.vault.tables import peers
from protocol.cards import (
    Card,
    follows,
    introduction_answer,
    introduction_proof,
    read_bundle,
    read_card,
)
from protocol.effects import Remind, Send, Task, Urgency
from protocol.errors import RefusalCode, RemoteProtocolError
from protocol.labels import Kind
from protocol.limits import DAY
from protocol.messages.core import (
    BundleUpdate,
    CardUpdate,
    IntroductionAccept,
    IntroductionRequest,
)
from protocol.sealing import same_secret
from protocol.signing import parse as parse_signed
from protocol.values import later


def on_introduction(unit: Unit, request: IntroductionRequest, arrival: Arrival) -> Reaction:
    """Somebody shows that it had our introduction file: pin it at level 1, and answer."""
    card, signed_card = read_card(request.card, now=arrival.now)
    auth = _invite_for(unit, request, card, arrival)
    if isinstance(auth, RefusalCode):
        return auth
    signed_bundle = parse_signed(request.bundle, kind=Kind.BUNDLE)
    bundle = read_bundle(signed_bundle, card=card, now=arrival.now)
    if peers.find_peer(unit.vault, card.node_id) is None:
        peers.insert_peer(
            unit.vault,
            card=card,
            signed_card=signed_card,
            bundle=signed_bundle,
            bundle_generation=bundle.generation,
            pending_auth=None,
            now=arrival.now,
        )
    peers.use_invite(unit.vault, auth=auth, by=card.node_id)
    proof = introduction_answer(auth=auth, inviter=arrival.me.card, guest=card.node_id)
    answer = Send(
        message=IntroductionAccept(proof=proof),
        to=card.node_id,
        thread=arrival.thread,
        reply_to=arrival.message_id,
        urgency=Urgency.SOON,
    )
    return [answer, _compare(arrival)]


def _invite_for(
    unit: Unit, request: IntroductionRequest, card: Card, arrival: Arrival
) -> bytes | RefusalCode:
    for auth, expires, is_used in peers.load_invites(unit.vault):
        proof = introduction_proof(auth=auth, inviter=arrival.me.node_id, guest=card)
        if not same_secret(proof, request.proof):
            continue
        if is_used:
            return RefusalCode.E_INVITE_USED
        return RefusalCode.E_INVITE_EXPIRED if arrival.now >= expires else auth
    return RefusalCode.E_SENDER_UNKNOWN


def on_introduction_accepted(unit: Unit, accept: IntroductionAccept, arrival: Arrival) -> Reaction:
    """The maker of the file answers: now both know each other at level 1."""
    peer = peers.load_peer(unit.vault, arrival.sender)
    if peer.pending_auth is None:
        return RefusalCode.E_STATE
    card, _ = read_card(peers.load_card_raw(unit.vault, arrival.sender), now=arrival.now)
    proof = introduction_answer(auth=peer.pending_auth, inviter=card, guest=arrival.me.node_id)
    if not same_secret(proof, accept.proof):
        return RefusalCode.E_SIG
    peers.activate_peer(unit.vault, arrival.sender)
    return [_compare(arrival)]


def _compare(arrival: Arrival) -> Remind:
    return Remind(
        task=Task.COMPARE_SAFETY_NUMBER,
        peer=arrival.sender,
        thread=None,
        due=later(arrival.now, 7 * DAY),
    )


def on_card(unit: Unit, update: CardUpdate, arrival: Arrival) -> Reaction:
    """A newer card of a peer we know; an older one is refused."""
    try:
        card, signed = read_card(update.card, now=arrival.now)
        held, _ = read_card(peers.load_card_raw(unit.vault, arrival.sender), now=card.created)
        follows(card, held=held)
    except RemoteProtocolError as error:
        return error.code
    if card.node_id != arrival.sender:
        return RefusalCode.E_CARD_ROLLBACK
    peers.replace_card(unit.vault, card, signed, now=arrival.now)
    return []


def on_bundle(unit: Unit, update: BundleUpdate, arrival: Arrival) -> Reaction:
    """A newer bundle; one that is not newer is refused."""
    peer = peers.load_peer(unit.vault, arrival.sender)
    try:
        card, _ = read_card(peers.load_card_raw(unit.vault, arrival.sender), now=arrival.now)
        signed = parse_signed(update.bundle, kind=Kind.BUNDLE)
        bundle = read_bundle(signed, card=card, now=arrival.now)
    except RemoteProtocolError as error:
        return error.code
    if bundle.generation <= peer.bundle_generation:
        return RefusalCode.E_BUNDLE_ROLLBACK
    peers.replace_bundle(unit.vault, arrival.sender, signed, bundle.generation)
    return []
