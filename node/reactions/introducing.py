"""Reactions to introductions, newer cards and newer bundles."""

from node import bundles
from node.reactions import membership
from node.reactions.arrival import Arrival, Reaction
from node.vault.tables import peers, upkeep
from node.vault.unit import Unit
from protocol import limits
from protocol.cards import (
    HeldInvite,
    admit,
    follows,
    held_card,
    introduction_answer,
    read_bundle,
    read_card,
)
from protocol.consent_rules import LEVEL_VERIFIED
from protocol.effects import Effect, Remind, Send, Task, Urgency
from protocol.errors import RefusalCode, RemoteProtocolError
from protocol.labels import Kind
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
    try:
        card, signed_card = read_card(request.card, now=arrival.now)
        invite = admit(
            request.proof,
            guest=card,
            me=arrival.me.node_id,
            invites=[
                HeldInvite(auth=auth, expires=expires, is_used=is_used)
                for auth, expires, is_used in peers.load_invites(unit.vault)
            ],
            now=arrival.now,
        )
        signed_bundle = parse_signed(request.bundle, kind=Kind.BUNDLE)
        bundle = read_bundle(signed_bundle, card=card, now=arrival.now)
        known = peers.find_peer(unit.vault, card.node_id)
        is_new = known is None
        if is_new:
            membership.may_meet(unit, card, now=arrival.now)
    except RemoteProtocolError as error:
        return error.code
    if is_new:
        peers.insert_peer(
            unit.vault,
            card=card,
            signed_card=signed_card,
            bundle=signed_bundle,
            bundle_generation=bundle.generation,
            pending_auth=None,
            now=arrival.now,
        )
    # Each may have read the other's file: then both are met, whichever request came first.
    peers.activate_peer(unit.vault, card.node_id)
    peers.use_invite(unit.vault, auth=invite.auth, by=card.node_id)
    upkeep.make_unanswered_due(unit.vault, card.node_id, now=arrival.now)
    proof = introduction_answer(auth=invite.auth, inviter=arrival.me.card, guest=card.node_id)
    answer = Send(
        message=IntroductionAccept(proof=proof),
        to=card.node_id,
        thread=arrival.thread,
        reply_to=arrival.message_id,
        urgency=Urgency.SOON,
    )
    paused = (
        membership.pause_successor(unit, card.node_id, acting=arrival.acting) if is_new else []
    )
    compare = [] if known is not None and known.level >= LEVEL_VERIFIED else [_compare(arrival)]
    return [*_card_before(invite, arrival), answer, *compare, *paused]


def _card_before(invite: HeldInvite, arrival: Arrival) -> list[Effect]:
    """Whoever read a file that we made before our newest card has to have the card first (R-118)."""
    me = arrival.me
    if invite.expires >= me.card.created + limits.INVITE_LIFE_SECONDS:
        return []
    update = CardUpdate(card=me.signed_card.raw)
    at_once = Urgency.AT_ONCE
    return [Send(message=update, to=arrival.sender, thread=None, reply_to=None, urgency=at_once)]


def on_introduction_accepted(unit: Unit, accept: IntroductionAccept, arrival: Arrival) -> Reaction:
    """The maker of the file answers: now both know each other at level 1."""
    peer = peers.load_peer(unit.vault, arrival.sender)
    if peer.pending_auth is None:
        return RefusalCode.E_STATE
    card = held_card(peers.load_card_raw(unit.vault, arrival.sender))
    proof = introduction_answer(auth=peer.pending_auth, inviter=card, guest=arrival.me.node_id)
    if not same_secret(proof, accept.proof):
        return RefusalCode.E_SIG
    peers.activate_peer(unit.vault, arrival.sender)
    return [] if peer.level >= LEVEL_VERIFIED else [_compare(arrival)]


def _compare(arrival: Arrival) -> Remind:
    return Remind(
        task=Task.COMPARE_SAFETY_NUMBER,
        peer=arrival.sender,
        thread=None,
        due=later(arrival.now, 7 * limits.DAY),
    )


def on_card(unit: Unit, update: CardUpdate, arrival: Arrival) -> Reaction:
    """A newer card of a peer we know; an older one is refused."""
    held = held_card(peers.load_card_raw(unit.vault, arrival.sender))
    try:
        card, signed = read_card(update.card, now=arrival.now)
        follows(card, held=held)
    except RemoteProtocolError as error:
        return error.code
    peer = peers.load_peer(unit.vault, arrival.sender)
    peers.replace_card(unit.vault, card, signed, now=arrival.now)
    membership.on_newer_card(unit, peer, card, acting=arrival.acting)
    return []


def on_bundle(unit: Unit, update: BundleUpdate, arrival: Arrival) -> Reaction:
    """A newer bundle; one that is not newer is refused."""
    peer = peers.load_peer(unit.vault, arrival.sender)
    try:
        signed = parse_signed(update.bundle, kind=Kind.BUNDLE)
        if signed.raw == peer.bundle_raw:
            # It lay beside their mailbox, and was faster on that way.
            return []
        bundles.take(unit, peer, signed, acting=arrival.acting)
    except RemoteProtocolError as error:
        return error.code
    return []
