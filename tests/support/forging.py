"""Messages that no honest node would send: made with a real node's own keys, outside its vault."""

from dataclasses import replace
from typing import Any

from protocol import limits
from protocol.envelope import seal_message
from protocol.keys import PrekeyPublic
from protocol.labels import Kind
from protocol.messages.union import Message, encode_content, encode_payload
from protocol.prekeys import slice_for
from protocol.signing import sign
from protocol.skeleton import NO_HEAD, Skeleton, encode_skeleton, message_hash, payload_commitment
from protocol.values import (
    ConsentId,
    Hash,
    Instant,
    ThreadId,
    digest,
    later,
    new_message_id,
    thread_id,
)
from tests.support.federation import Node


def place_of(sender: Node, recipient: Node) -> tuple[Instant, int, Hash]:
    """Epoch, number and hash of the last message that `sender` numbered for `recipient`."""
    [(epoch, sequence, link)] = sender.rows(
        "SELECT out_epoch, out_sequence, out_hash FROM peers WHERE node_id = ?", recipient.node_id
    )
    return Instant(epoch), sequence, digest(link)


def prekey_of(recipient: Node) -> PrekeyPublic:
    prekey = slice_for(recipient.me.bundle, now=recipient.now)
    assert prekey is not None
    return prekey


def hash_of_consent(node: Node, consent: ConsentId) -> Hash:
    """What a skeleton cites for a consent that a node holds."""
    [(cited,)] = node.rows("SELECT hash FROM consents WHERE consent_id = ?", consent)
    return digest(cited)


def skeleton(
    message: Message,
    payload: bytes,
    *,
    sender: Node,
    recipient: Node,
    thread: ThreadId | None = None,
    consent: Hash | None = None,
) -> Skeleton:
    """The next skeleton of the sender's stream, as the sender itself would make it."""
    epoch, sequence, link = place_of(sender, recipient)
    message_id = new_message_id(now=sender.now, entropy=sender.entropy)
    return Skeleton(
        message_id=message_id,
        sender=sender.node_id,
        recipient=recipient.node_id,
        epoch=epoch,
        sequence=sequence + 1,
        previous=link,
        created=sender.now,
        expires=later(sender.now, limits.MESSAGE_LIFE_SECONDS),
        type=message.TYPE,
        thread=thread if thread is not None else thread_id(message_id),
        reply_to=None,
        consent=consent,
        commitment=payload_commitment(payload),
        head=NO_HEAD,
        bundle_generation=sender.me.bundle.generation,
        suite=1,
        card_sequence=1,
        day_head=None,
    )


def forge(
    message: Message,
    *,
    sender: Node,
    recipient: Node,
    thread: ThreadId | None = None,
    consent: Hash | None = None,
    advance: bool = False,
    **changes: Any,  # noqa: ANN401  # any field of the skeleton
) -> bytes:
    """The envelope of a message that the sender's vault knows nothing of.

    With `advance` the sender's next real message follows it in the stream.
    """
    payload = encode_payload(encode_content(message), salt=sender.entropy(16))
    usual = skeleton(
        message, payload, sender=sender, recipient=recipient, thread=thread, consent=consent
    )
    made = replace(usual, **changes)
    signed = sign(Kind.MESSAGE, encode_skeleton(made), secrets=[sender.me.signing])
    if advance:
        link = message_hash(signed.body)
        sender.write(
            lambda unit: unit.vault.execute(
                "UPDATE peers SET out_sequence = ?, out_hash = ? WHERE node_id = ?",
                (made.sequence, link, recipient.node_id),
            )
        )
    return seal_message(signed, payload=payload, recipient=prekey_of(recipient))
