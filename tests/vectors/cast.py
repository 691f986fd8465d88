"""The invented organisations of the vectors and what they sign; everything follows from fixed seeds."""

import hashlib
from dataclasses import dataclass, replace
from typing import Final

from protocol import limits
from protocol.cards import Card, Invite, sign_card, sign_invite
from protocol.codec import Value, decode, encode
from protocol.consent import Consent, sign_consent
from protocol.keys import PrekeySecret, SigningSecret, node_id_of, prekey_secret, signing_secret
from protocol.labels import Kind
from protocol.messages.union import Message, encode_content, encode_payload
from protocol.prekeys import Bundle, Route, Slice, sign_bundle
from protocol.signing import Signed, sign
from protocol.skeleton import NO_HEAD, Skeleton, encode_skeleton, payload_commitment
from protocol.values import (
    ZERO_HASH,
    Hash,
    Instant,
    MessageId,
    NodeId,
    consent_id,
    handle,
    language_tag,
    later,
    mailbox_id,
    new_message_id,
    plain_text,
    sha256,
    thread_id,
)
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import Condition, ConsentMethod, Country, GivenBy, Purpose

NOW: Final = Instant(1_800_000_000)
EPOCH: Final = Instant(1_799_900_000)
SKEW: Final = limits.CLOCK_SKEW_SECONDS


def octets(name: str, count: int = 32) -> bytes:
    """Bytes that follow from a name: the start of SHAKE256."""
    return hashlib.shake_256(f"sathi vectors: {name}".encode()).digest(count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One organisation with its keys, its card and its bundle."""

    root: SigningSecret
    signing: SigningSecret
    prekey: PrekeySecret
    card: Card
    signed_card: Signed
    bundle: Bundle
    signed_bundle: Signed

    @property
    def node_id(self) -> NodeId:
        """Its name."""
        return self.card.node_id

    @property
    def as_sender(self) -> str:
        """The `sender` header that pins it."""
        return f"{self.node_id.hex()} {self.signing.public.hex()}"


def node(name: str, country: Country) -> Node:
    """An organisation whose keys follow from its name."""
    root, signing = signing_secret(octets(f"{name} root")), signing_secret(octets(f"{name} key"))
    prekey = prekey_secret(octets(f"{name} prekey"))
    card = Card(
        node_id=node_id_of(root.public),
        root=root.public,
        signing=signing.public,
        sequence=3,
        created=later(NOW, -limits.DAY),
        expires=later(NOW, 300 * limits.DAY),
        display_name=plain_text(name, characters_max=limits.NAME_CHARACTERS_MAX),
        country=country,
    )
    bundle = Bundle(
        node_id=card.node_id,
        generation=NOW - limits.HOUR,
        created=later(NOW, -limits.HOUR),
        expires=later(NOW, 55 * limits.DAY),
        slices=tuple(_slice(prekey, week) for week in range(2)),
        routes=(ROUTE,),
        card_sequence=card.sequence,
    )
    return Node(
        root=root,
        signing=signing,
        prekey=prekey,
        card=card,
        signed_card=sign_card(card, root=root, signing=signing),
        bundle=bundle,
        signed_bundle=sign_bundle(bundle, signing=signing),
    )


def _slice(prekey: PrekeySecret, week: int) -> Slice:
    start = later(NOW, week * limits.PREKEY_SLICE_SECONDS - limits.DAY)
    return Slice(
        prekey=prekey.public,
        not_before=start,
        not_after=later(start, limits.PREKEY_SLICE_SECONDS),
    )


ROUTE: Final = Route(
    origin="https://relay.example:8443",
    mailbox_id=mailbox_id(octets("mailbox", 16)),
    deposit_secret=octets("deposit secret"),
    pin=None,
)
ALO: Final = node("Alo Shelter", Country.INDIA)
BANDHAN: Final = node("Bandhan", Country.BANGLADESH)
CHAUTARI: Final = node("Chautari", Country.NEPAL)
INVITE: Final = Invite(
    card_hash=sha256(ALO.signed_card.raw),
    routes=(ROUTE,),
    auth=octets("invite auth", 16),
    expires=later(NOW, 6 * limits.DAY),
)
SIGNED_INVITE: Final = sign_invite(INVITE, signing=ALO.signing)

CONSENT: Final = Consent(
    consent_id=consent_id(octets("consent", 16)),
    handle=handle(octets("handle", 16)),
    issuer=ALO.node_id,
    holder=ALO.node_id,
    recipient=BANDHAN.node_id,
    purpose=Purpose.CARE_REFERRAL,
    categories=frozenset({Category.PLAN_WISHES, Category.LOCATION_CONTACT}),
    excluded_fields=frozenset({"home_district"}),
    onward=frozenset({CHAUTARI.node_id}),
    given_by=GivenBy.SURVIVOR,
    method=ConsentMethod.SPOKEN_AND_WITNESSED,
    language=language_tag("ben"),
    notice=sha256("আপনি যে কোনো সময় না বলতে পারেন।".encode()),
    understood=True,
    witness=None,
    asked_at=later(NOW, -3 * limits.HOUR),
    recorded_at=later(NOW, -2 * limits.HOUR),
    valid_from=later(NOW, -2 * limits.HOUR),
    expires=later(NOW, 90 * limits.DAY),
    erase_at=later(NOW, 180 * limits.DAY),
    conditions=frozenset({Condition.NOT_TO_POLICE, Condition.CALL_BEFORE_VISIT}),
    supersedes=None,
)


def signed_by_issuer(consent: Consent) -> Signed:
    """A consent signed by whoever issued it."""
    issuer = {ALO.node_id: ALO, BANDHAN.node_id: BANDHAN, CHAUTARI.node_id: CHAUTARI}
    return sign_consent(consent, signing=issuer[consent.issuer].signing)


SIGNED_CONSENT: Final = signed_by_issuer(CONSENT)
CONSENT_HASH: Final = sha256(SIGNED_CONSENT.raw)


def message_id(name: str) -> MessageId:
    """A UUIDv7 that follows from a name."""
    return new_message_id(now=NOW, entropy=lambda count: octets(name, count))


def payload_of(message: Message, *, salt: str = "salt") -> bytes:
    """The payload of a message."""
    return encode_payload(encode_content(message), salt=octets(salt, 16))


SKELETON: Final = Skeleton(
    message_id=message_id("message"),
    sender=ALO.node_id,
    recipient=BANDHAN.node_id,
    epoch=EPOCH,
    sequence=1,
    previous=ZERO_HASH,
    created=later(NOW, -limits.HOUR),
    expires=later(NOW, 30 * limits.DAY),
    type="referral.offer/1",
    thread=thread_id(message_id("message")),
    reply_to=None,
    consent=None,
    commitment=None,
    head=NO_HEAD,
    bundle_generation=ALO.bundle.generation,
    suite=1,
    card_sequence=ALO.card.sequence,
    day_head=None,
)


def skeleton_for(message: Message, payload: bytes, *, consent: Hash | None = None) -> Skeleton:
    """The skeleton of Alo's first message to Bandhan with this payload."""
    return replace(
        SKELETON, type=message.TYPE, consent=consent, commitment=payload_commitment(payload)
    )


def signed_message(skeleton: Skeleton, *, by: SigningSecret = ALO.signing) -> Signed:
    """A skeleton, signed."""
    return sign(Kind.MESSAGE, encode_skeleton(skeleton), secrets=[by])


def mapping(encoded: bytes) -> dict[int | str, Value]:
    """An encoded map as one that a vector may change."""
    value = decode(encoded)
    assert isinstance(value, dict)
    return value


def changed(encoded: bytes, **fields: Value) -> bytes:
    """An encoded map with other values: `k7=…` sets key 7."""
    return encode({**mapping(encoded), **{int(key[1:]): item for key, item in fields.items()}})


def without(encoded: bytes, key: int) -> bytes:
    """An encoded map without one of its keys."""
    return encode({k: item for k, item in mapping(encoded).items() if k != key})
