"""One message through the product, without a disk: what encoding, consent, padding and judging cost.

Sending is the consent gate, building the content from the case, payload, skeleton, signature and seal.
Receiving is opening, verifying, decoding, the commitment, the steps of acceptance and the consent gate.
"""

import hashlib
import itertools
import time
from dataclasses import dataclass
from typing import Final

from bench.floors import sizes
from protocol.acceptance import Accepted, Situation, judge
from protocol.consent import Consent, ConsentEvent, Standing, consent_hash, sign_consent
from protocol.consent_rules import ShareRequest, may_share
from protocol.disclosure import CaseFacts, DossierShape, build_payload
from protocol.envelope import KnownSender, open_envelope, parse, seal_message, verify_message
from protocol.keys import (
    PrekeySecret,
    SigningSecret,
    new_prekey_secret,
    new_signing_secret,
    node_id_of,
)
from protocol.labels import Kind
from protocol.messages.disclosed import Fact, Sentence
from protocol.messages.union import encode_payload
from protocol.permits import Permit
from protocol.signing import sign
from protocol.skeleton import (
    NO_HEAD,
    SUITE_ONE,
    Skeleton,
    encode_skeleton,
    message_hash,
    payload_commitment,
)
from protocol.streams import Incoming
from protocol.values import (
    ZERO_HASH,
    ConsentId,
    Hash,
    NodeId,
    consent_id,
    handle,
    instant,
    language_tag,
    later,
    new_message_id,
    plain_text,
    sha256,
    thread_id,
)
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import ConsentMethod, GivenBy, Purpose, TextKind

_NOW: Final = instant(1_800_000_000)
_WARM_UP_MESSAGES: Final = 100
# Four sentences of hers and some codes make a content of about 1 KiB, as in the floor.
_WORDS: Final = "আমি বাড়ি ফিরে সেলাইয়ের কাজ করতে চাই। "
_SENTENCES: Final = 4


def _entropy() -> "_Counted":
    return _Counted()


class _Counted:
    """Bytes that are all different and cost as little as the system's own."""

    __slots__ = ("_numbers",)

    def __init__(self) -> None:
        self._numbers = itertools.count()

    def __call__(self, count: int) -> bytes:
        seed = next(self._numbers).to_bytes(8, "big")
        return hashlib.sha256(seed).digest()[:count].ljust(count, b"\x01")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """Two nodes and one survivor; everything that is made once."""

    sender: SigningSecret
    sender_id: NodeId
    recipient_id: NodeId
    prekey: PrekeySecret
    standing: Standing
    facts: CaseFacts


def _scene() -> _Scene:
    entropy = _entropy()
    roots = [new_signing_secret(entropy=entropy) for _ in range(2)]
    signing = new_signing_secret(entropy=entropy)
    holder, recipient = (node_id_of(root.public) for root in roots)
    texts = _texts()
    consent = _consent(holder, recipient, entropy=entropy)
    return _Scene(
        sender=signing,
        sender_id=holder,
        recipient_id=recipient,
        prekey=new_prekey_secret(entropy=entropy),
        standing=Standing(
            consent=consent,
            consent_hash=consent_hash(sign_consent(consent, signing=signing)),
            events=frozenset({ConsentEvent.GIVEN}),
            ticks=frozenset(text.hash for text in texts),
        ),
        facts=_facts(texts),
    )


def _texts() -> list[Sentence]:
    return [
        Sentence(
            kind=TextKind.WISH,
            language=language_tag("ben"),
            text=plain_text(f"{number} {_WORDS * 2}", characters_max=8_000),
        )
        for number in range(_SENTENCES)
    ]


def _facts(texts: list[Sentence]) -> CaseFacts:
    return CaseFacts(
        facts=(
            Fact(field="present_town", value="Kolkata"),
            Fact(field="contact_how", value="phone"),
            Fact(field="medicines", value="not for anybody else"),
            Fact(field="wish_about", value=("return_or_stay", "work_learning")),
        ),
        sentences=tuple((Category.PLAN_WISHES, text) for text in texts),
    )


def _consent(holder: NodeId, recipient: NodeId, *, entropy: _Counted) -> Consent:
    return Consent(
        consent_id=consent_id(entropy(16)),
        handle=handle(entropy(16)),
        issuer=holder,
        holder=holder,
        recipient=recipient,
        purpose=Purpose.CARE_REFERRAL,
        categories=frozenset({Category.PLAN_WISHES, Category.LOCATION_CONTACT}),
        excluded_fields=frozenset(),
        onward=frozenset(),
        given_by=GivenBy.SURVIVOR,
        method=ConsentMethod.SPOKEN_AND_WITNESSED,
        language=language_tag("ben"),
        notice=sha256(b"notice"),
        understood=True,
        witness=None,
        asked_at=_NOW,
        recorded_at=_NOW,
        valid_from=_NOW,
        expires=later(_NOW, 90 * 86_400),
        erase_at=later(_NOW, 90 * 86_400),
        conditions=frozenset(),
        supersedes=None,
    )


def _send(
    scene: _Scene, *, sequence: int, previous: Hash, entropy: _Counted
) -> tuple[bytes, Hash]:
    consent = scene.standing.consent
    request = ShareRequest(
        holder=consent.holder,
        recipient=consent.recipient,
        purpose=consent.purpose,
        categories=consent.categories,
        handle=consent.handle,
    )
    permit = may_share([scene.standing], request=request, level=2, now=_NOW)
    if not isinstance(permit, Permit):
        raise TypeError("the bench's own consent does not permit")
    payload = build_payload(scene.facts, permit, shape=DossierShape())
    salted = encode_payload(payload.content, salt=entropy(16))
    name = new_message_id(now=_NOW, entropy=entropy)
    skeleton = Skeleton(
        message_id=name,
        sender=scene.sender_id,
        recipient=scene.recipient_id,
        epoch=_NOW,
        sequence=sequence,
        previous=previous,
        created=_NOW,
        expires=later(_NOW, 60 * 86_400),
        type=payload.type,
        thread=thread_id(name),
        reply_to=None,
        consent=permit.consent_hash,
        commitment=payload_commitment(salted),
        head=NO_HEAD,
        bundle_generation=_NOW,
        suite=SUITE_ONE,
        card_sequence=1,
        day_head=None,
    )
    signed = sign(Kind.MESSAGE, encode_skeleton(skeleton), secrets=[scene.sender])
    envelope = seal_message(signed, payload=salted, recipient=scene.prekey.public)
    return envelope, message_hash(signed.body)


def _envelopes(scene: _Scene, count: int) -> list[bytes]:
    entropy, link = _entropy(), ZERO_HASH
    envelopes = []
    for sequence in range(1, count + 1):
        envelope, link = _send(scene, sequence=sequence, previous=link, entropy=entropy)
        envelopes.append(envelope)
    if len(envelopes[0]) != sizes.ENVELOPE_BYTES:
        raise ValueError("the bench's message is not of the floor's size")
    return envelopes


class _Receiver:
    """One stream being received, in memory."""

    def __init__(self, scene: _Scene) -> None:
        self._scene = scene
        self._senders = [
            KnownSender(node_id=scene.sender_id, keys=(scene.sender.public,), is_suspended=False)
        ]
        self._prekeys = {scene.prekey.prekey_id: scene.prekey}
        self._stream = Incoming(epoch=_NOW, sequence=0, hash=ZERO_HASH, is_frozen=False)

    def receive(self, envelope: bytes) -> None:
        """Take one envelope, or fail the bench."""
        opened = open_envelope(parse(envelope), prekeys=self._prekeys)
        verified = verify_message(
            opened, senders=self._senders, me=self._scene.recipient_id, now=_NOW
        )
        situation = Situation(
            me=self._scene.recipient_id,
            now=_NOW,
            latest_seen=_NOW,
            level=2,
            is_suspended=False,
            seen=None,
            stream=self._stream,
            held={},
            standing=self._find,
            is_buried=_never,
            sender_keys=(self._scene.sender.public,),
        )
        if not isinstance(judge(verified, situation), Accepted):
            raise TypeError("the bench's own message was not accepted")
        self._stream = Incoming(
            epoch=_NOW,
            sequence=verified.skeleton.sequence,
            hash=verified.hash,
            is_frozen=False,
        )

    def _find(self, _cited: Hash) -> Standing:
        return self._scene.standing


def _never(_consent: ConsentId) -> bool:
    return False


def sent_per_second(*, messages: int = sizes.CRYPTO_MESSAGES) -> float:
    """Messages about a survivor made ready to leave in a second."""
    scene, entropy, link = _scene(), _entropy(), ZERO_HASH
    _envelopes(scene, _WARM_UP_MESSAGES)
    begun = time.perf_counter()
    for sequence in range(1, messages + 1):
        _, link = _send(scene, sequence=sequence, previous=link, entropy=entropy)
    return messages / (time.perf_counter() - begun)


def received_per_second(*, messages: int = sizes.CRYPTO_MESSAGES) -> float:
    """Messages about a survivor opened, verified and judged in a second."""
    scene = _scene()
    envelopes = _envelopes(scene, messages)
    warm_up = _Receiver(scene)
    for envelope in envelopes[:_WARM_UP_MESSAGES]:
        warm_up.receive(envelope)
    receiver = _Receiver(scene)
    begun = time.perf_counter()
    for envelope in envelopes:
        receiver.receive(envelope)
    return messages / (time.perf_counter() - begun)
