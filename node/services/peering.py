"""Getting to know other organisations: the introduction file, and the number two people compare."""

from node import bundles, showing, trusted_clock
from node.effects import Acting, apply, audit
from node.reactions import membership
from node.vault.records import Peer, Self
from node.vault.tables import desk, peers, streams
from node.vault.unit import Unit
from protocol.acceptance import BY_TIME_OF_CONTENT
from protocol.cards import (
    Introduction,
    introduction_proof,
    new_invite,
    read_introduction,
    sign_invite,
    write_introduction,
)
from protocol.effects import Effect, Send, Task, Urgency
from protocol.errors import RemoteProtocolError
from protocol.local import commands, views
from protocol.local.views import No, Refused, refused
from protocol.messages.core import IntroductionRequest
from protocol.safety import safety_number
from protocol.values import node_id, node_id_text


def make_introduction(unit: Unit, *, me: Self, acting: Acting) -> views.IntroductionFile | Refused:
    """Card, invite and bundle in one file; the invite lets one organisation in, for seven days."""
    if not peers.is_room_left(unit.vault):
        return refused(No.TOO_MANY_PARTNERS)
    # Those of the bundle and no others: a mailbox may be there of which nobody is told.
    invite = new_invite(
        signed_card=me.signed_card,
        routes=me.bundle.routes,
        now=acting.now,
        entropy=acting.entropy,
    )
    peers.insert_invite(unit.vault, auth=invite.auth, expires=invite.expires)
    audit(unit, "peer.introduction", b"", acting=acting)
    return views.IntroductionFile(
        introduction=write_introduction(
            card=me.signed_card,
            invite=sign_invite(invite, signing=me.signing),
            bundle=me.signed_bundle,
        ),
        expires=invite.expires,
    )


def add_peer(
    unit: Unit, command: commands.AddPeer, *, me: Self, acting: Acting
) -> views.PeerView | Refused:
    """Pin the maker of an introduction file at level 1 and introduce ourselves, sealed.

    Raises:
        RemoteProtocolError: if the file, its card, its invite or its bundle is not good.
    """
    try:
        introduction = read_introduction(command.introduction, now=acting.now)
    except RemoteProtocolError as error:
        is_by_time = error.code in BY_TIME_OF_CONTENT
        if is_by_time and trusted_clock.is_in_doubt(unit, now=acting.now):
            return refused(No.CLOCK_IN_DOUBT)
        raise
    card = introduction.card
    if card.node_id == me.node_id:
        return refused(No.NOT_ALLOWED)
    known = peers.find_peer(unit.vault, card.node_id)
    if known is not None and not _brings_anything(known, introduction):
        return refused(No.ALREADY_THERE)
    if known is None and not peers.is_room_left(unit.vault):
        return refused(No.TOO_MANY_PARTNERS)
    paused: list[Effect] = []
    if known is None:
        membership.may_meet(unit, card, now=acting.now)
        peers.insert_introduced(
            unit.vault, introduction, pending_auth=introduction.invite.auth, now=acting.now
        )
        paused = membership.pause_successor(unit, card.node_id, acting=acting)
    else:
        _renew(unit, known, introduction, acting=acting)
    proof = introduction_proof(auth=introduction.invite.auth, inviter=card.node_id, guest=me.card)
    request = IntroductionRequest(
        card=me.signed_card.raw, bundle=me.signed_bundle.raw, proof=proof
    )
    send = Send(message=request, to=card.node_id, thread=None, reply_to=None, urgency=Urgency.SOON)
    apply([send, *paused], unit, acting=acting)
    audit(unit, "peer.added", card.node_id, acting=acting)
    return showing.peer(unit, peers.load_peer(unit.vault, card.node_id), me)


def _brings_anything(known: Peer, introduction: Introduction) -> bool:
    """A newer card, or newer prekeys of a partner that is not stopped."""
    card, bundle = introduction.card, introduction.bundle
    if card.sequence != known.card_sequence:
        return card.sequence > known.card_sequence
    is_stopped = known.status not in ("active", "invited")
    return bundle.generation > known.bundle_generation and not is_stopped


def _renew(unit: Unit, known: Peer, introduction: Introduction, *, acting: Acting) -> None:
    """A newer card, made from its root's words, or newer prekeys alone: the pin and its level stay."""
    card, bundle = introduction.card, introduction.bundle
    if card.sequence == known.card_sequence:
        peers.await_answer(unit.vault, card.node_id, auth=introduction.invite.auth)
        bundles.take(unit, known, introduction.signed_bundle, acting=acting)
        return
    peers.replace_card(unit.vault, card, introduction.signed_card, now=acting.now)
    peers.await_answer(unit.vault, card.node_id, auth=introduction.invite.auth)
    peers.replace_bundle(unit.vault, card.node_id, introduction.signed_bundle, bundle.generation)
    membership.on_newer_card(unit, known, card, acting=acting)


def list_peers(unit: Unit, *, me: Self) -> views.Peers:
    """The organisations we know."""
    known = peers.load_peers(unit.vault)
    return views.Peers(peers=[showing.peer(unit, peer, me) for peer in known])


def show_self(unit: Unit, *, me: Self) -> views.SelfView:
    """Who we are to others, and whether another computer speaks for us."""
    return views.SelfView(
        node_id=me.node_id,
        node_id_text=node_id_text(me.node_id),
        name=me.card.display_name,
        country=me.card.country.value,
        is_replaced=streams.find_superseded(unit.vault) is not None,
    )


def verify_peer(
    unit: Unit, command: commands.VerifyPeer, *, me: Self, acting: Acting
) -> views.PeerView | Refused:
    """A person compared the number, in person or by voice on a number known before: level 2."""
    peer = peers.find_peer(unit.vault, node_id(command.peer, place="VerifyPeer.peer"))
    if peer is None:
        return refused(No.NOT_FOUND)
    if tuple(command.groups) != safety_number(me.root, peer.root):
        return refused(No.NUMBER_DIFFERS)
    membership.on_verified(unit, peer, acting=acting)
    peers.verify_peer(unit.vault, peer.node_id, how=command.how, by=acting.actor, now=acting.now)
    desk.finish_peer_tasks(
        unit.vault,
        task=Task.COMPARE_SAFETY_NUMBER.value,
        peer=peer.node_id,
        by=acting.actor,
        now=acting.now,
    )
    audit(unit, "peer.verified", peer.node_id, acting=acting, details=command.how.value)
    return showing.peer(unit, peers.load_peer(unit.vault, peer.node_id), me)
