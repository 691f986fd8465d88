"""Makes our bundle anew, with a word to every peer, and takes theirs (SPEC 5)."""

from collections.abc import Sequence
from dataclasses import replace

from node import faults, trusted_clock
from node.effects import Acting, apply, audit
from node.vault.records import Peer, Self
from node.vault.tables import desk, identity, peers, secrets, upkeep
from node.vault.unit import Unit
from protocol import limits
from protocol.cards import held_card, read_bundle
from protocol.effects import Send, Task, Urgency
from protocol.keys import PrekeyPublic, SigningSecret, new_prekey_secret
from protocol.labels import Kind
from protocol.messages.core import BundleUpdate
from protocol.prekeys import (
    Bundle,
    Route,
    Slice,
    follows,
    parse_bundle,
    sign_bundle,
    slice_for,
    slice_spans,
)
from protocol.signing import Signed
from protocol.signing import parse as parse_signed
from protocol.values import Entropy, Instant, NodeId, instant, later


def renew(unit: Unit, *, me: Self, acting: Acting, routes: Sequence[Route] | None = None) -> Self:
    """Sign a new bundle and queue it for every peer we talk to.

    Slices that are not over and whose secrets we still have stay in it; the rest of the eight weeks gets new
    ones. Without `routes` peers go on leaving what they send where they do now.

    Returns:
        This organisation as it is afterwards; whoever holds it in memory takes this one.
    """
    now = trusted_clock.time_to_sign(unit, now=acting.now)
    slices = [*_living(unit, me.bundle, now=now)]
    # A clock that runs a little behind ours must find a slice too.
    start = slices[-1].not_after if slices else later(now, -limits.CLOCK_SKEW_SECONDS)
    slices += make_slices(
        unit, start=start, count=limits.PREKEY_SLICES - len(slices), entropy=acting.entropy
    )
    bundle = Bundle(
        node_id=me.node_id,
        generation=max(now, me.bundle.generation + 1),
        created=now,
        expires=slices[-1].not_after,
        slices=tuple(slices),
        routes=me.bundle.routes if routes is None else tuple(routes),
        card_sequence=me.card.sequence,
    )
    signed = sign_bundle(bundle, signing=me.signing)
    upkeep.save_bundle(unit.vault, signed, generation=bundle.generation)
    for peer in peers.load_peers(unit.vault):
        if peer.status == "active":
            _tell(unit, peer.node_id, signed, acting=acting)
    audit(unit, "bundle.renewed", me.node_id, acting=acting)
    faults.point("bundle.before_commit")
    return replace(me, bundle=bundle, signed_bundle=signed)


def tell_again(unit: Unit, peer: NodeId, *, acting: Acting) -> None:
    """The bundle we have, for a peer that was told nothing while it was stopped (R-170).

    It may know neither where we pick up nor a prekey that lives.
    """
    _tell(unit, peer, identity.load_self(unit.vault).signed_bundle, acting=acting)


def signing_key_for(unit: Unit, me: Self, peer: NodeId) -> SigningSecret:
    """The key by which this peer knows us: the former one until it has our newer card (R-118)."""
    if me.former is not None and upkeep.awaits_card(unit.vault, peer, card=me.card):
        return me.former
    return me.signing


def make_slices(unit: Unit, *, start: Instant, count: int, entropy: Entropy) -> list[Slice]:
    """New prekeys for so many weeks; their secrets are in `keys.db` and nowhere else (R-30)."""
    made = []
    for not_before, not_after in slice_spans(start=start, count=count):
        prekey = new_prekey_secret(entropy=entropy)
        secrets.insert_prekey(unit.keys, prekey, not_before=not_before, not_after=not_after)
        made.append(Slice(prekey=prekey.public, not_before=not_before, not_after=not_after))
    return made


def held_of(peer: Peer, *, now: Instant) -> Bundle:
    """The bundle that we hold of a peer, which was verified when it came."""
    # What we hold was judged when it came; a clock that went back does not make it a bad one.
    held_at = max(now, instant(peer.bundle_generation))
    return parse_bundle(parse_signed(peer.bundle_raw, kind=Kind.BUNDLE).body, now=held_at)


def prekey_of(bundle: Bundle, *, now: Instant, signed: Instant) -> PrekeyPublic | None:
    """The prekey of now; while the clock is in doubt that of the later time, if there is one (R-45).

    After weeks switched off the peer may have destroyed that of the day we sign. Where it is our clock that
    is ahead, the peer has the one for a week that is still to come.
    """
    ahead = slice_for(bundle, now=max(now, signed))
    return slice_for(bundle, now=signed) if ahead is None else ahead


def take(unit: Unit, peer: Peer, signed: Signed, *, acting: Acting) -> None:
    """Take a newer bundle of a peer, on whatever way it came (R-33, R-34, R-46).

    What was sealed to a prekey that it lists no longer leaves again, and nothing waits for it any more.

    Raises:
        RemoteProtocolError: if it is not that peer's, or not newer; nothing was changed.
    """
    card = held_card(peers.load_card_raw(unit.vault, peer.node_id))
    bundle = read_bundle(signed, card=card, now=acting.now)
    follows(bundle, held_generation=peer.bundle_generation)
    peers.replace_bundle(unit.vault, peer.node_id, signed, bundle.generation)
    listed = [known.prekey.prekey_id for known in bundle.slices]
    upkeep.make_unlisted_due(unit.vault, peer.node_id, listed, now=acting.now)
    desk.finish_peer_tasks(
        unit.vault,
        task=Task.BUNDLE_STALE.value,
        peer=peer.node_id,
        by=acting.actor,
        now=acting.now,
    )


def _living(unit: Unit, bundle: Bundle, *, now: Instant) -> list[Slice]:
    held = secrets.load_prekey_ids(unit.keys)
    return [
        known
        for known in bundle.slices
        if known.not_after > now and known.prekey.prekey_id in held
    ]


def _tell(unit: Unit, peer: NodeId, signed: Signed, *, acting: Acting) -> None:
    # Where an older one has not left yet, only the newest says anything.
    upkeep.drop_unsent(unit.vault, peer, BundleUpdate.TYPE)
    send = Send(
        message=BundleUpdate(bundle=signed.raw),
        to=peer,
        thread=None,
        reply_to=None,
        urgency=Urgency.SOON,
    )
    apply([send], unit, acting=acting)
