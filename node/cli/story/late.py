"""A dossier sealed anew after the withdrawal, by somebody who has the sender's own key.

The product cannot do this: its gate stands before every seal. So the story opens the locked node's
vault and builds the message by hand, with the number that is next, to see the other side refuse it.
"""

from functools import partial

from node.cli.story.stage import Player
from node.cli.story.untrue import UntrueError, check
from node.mailbox import client
from node.mailbox.client import Delivered
from node.mailbox.exchange import new_session
from node.system import SystemClock, entropy
from node.vault.database import Database
from node.vault.records import Peer, Self
from node.vault.tables import consents, identity, peers
from node.vault.unit import Unit
from protocol import limits
from protocol.envelope import seal_message
from protocol.labels import Kind
from protocol.messages.referral import ReferralDossier
from protocol.messages.union import encode_payload
from protocol.prekeys import Bundle, parse_bundle, slice_for
from protocol.signing import parse, sign
from protocol.skeleton import (
    NO_HEAD,
    SUITE_ONE,
    Skeleton,
    encode_skeleton,
    message_hash,
    payload_commitment,
)
from protocol.values import (
    Hash,
    Instant,
    MessageId,
    consent_id,
    later,
    new_message_id,
    thread_id,
)


def sealed_again(
    sender: Player, content: bytes, consent: bytes, thread: bytes
) -> tuple[bytes, Bundle, MessageId]:
    """Seal a content once more under a consent that is over; the sender must be locked.

    Returns:
        The envelope, the recipient's bundle, and the message's id.
    """
    database = Database.open(sender.part.folder, key=sender.vault_key)
    try:
        return database.write_now(partial(_forge, content=content, consent=consent, thread=thread))
    finally:
        database.close()


def _forge(
    unit: Unit, *, content: bytes, consent: bytes, thread: bytes
) -> tuple[bytes, Bundle, MessageId]:
    now = SystemClock().wall()
    me = identity.load_self(unit.vault)
    (peer,) = peers.load_peers(unit.vault)
    record = consents.find_consent(unit.vault, consent_id(consent))
    bundle = parse_bundle(parse(peer.bundle_raw, kind=Kind.BUNDLE).body, now=now)
    prekey = slice_for(bundle, now=now)
    if record is None or prekey is None:
        raise UntrueError("the story's own consent and bundle are there")
    payload = encode_payload(content, salt=entropy(16))
    cited = record.standing.consent_hash
    skeleton = _skeleton(me, peer, payload, cited=cited, thread=thread, now=now)
    signed = sign(Kind.MESSAGE, encode_skeleton(skeleton), secrets=[me.signing])
    # The number is used up, so that the sender's stream goes on without a fork.
    peers.advance_outgoing(
        unit.vault,
        peer.node_id,
        sequence=skeleton.sequence,
        link=message_hash(signed.body),
    )
    envelope = seal_message(signed, payload=payload, recipient=prekey)
    return envelope, bundle, skeleton.message_id


def _skeleton(
    me: Self, peer: Peer, payload: bytes, *, cited: Hash, thread: bytes, now: Instant
) -> Skeleton:
    return Skeleton(
        message_id=new_message_id(now=now, entropy=entropy),
        sender=me.node_id,
        recipient=peer.node_id,
        epoch=peer.outgoing.epoch,
        sequence=peer.outgoing.sequence + 1,
        previous=peer.outgoing.hash,
        created=now,
        expires=later(now, limits.MESSAGE_LIFE_SECONDS),
        type=ReferralDossier.TYPE,
        thread=thread_id(thread),
        reply_to=None,
        consent=cited,
        commitment=payload_commitment(payload),
        head=NO_HEAD,
        bundle_generation=me.bundle.generation,
        suite=SUITE_ONE,
        card_sequence=me.card.sequence,
        day_head=None,
    )


async def leave(envelope: bytes, bundle: Bundle) -> None:
    """Leave an envelope in the recipient's mailbox, as any peer could."""
    route = bundle.routes[0]
    way = client.Route(
        origin=route.origin,
        mailbox_id=route.mailbox_id,
        deposit_secret=route.deposit_secret,
        pin=route.pin,
    )
    async with new_session() as session:
        answer = await client.deposit_batch(session, way, [envelope])
    check(isinstance(answer, Delivered), "the mailbox takes any well-formed envelope")
