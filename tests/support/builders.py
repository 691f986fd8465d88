"""Two invented organisations and everything that passes between them, the same in each run.

Alo Shelter (India) refers, Bandhan (Bangladesh) receives, Chautari (Nepal) stands by. Start from a
constant and change what the test is about with `dataclasses.replace`.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Any, Final

from protocol import limits
from protocol.cards import Card, sign_card
from protocol.consent import Consent, ConsentEvent, Standing, consent_hash, sign_consent
from protocol.consent_rules import ShareRequest, may_share
from protocol.disclosure import CaseFacts
from protocol.envelope import (
    KnownSender,
    VerifiedMessage,
    open_envelope,
    parse,
    seal_message,
    verify_message,
)
from protocol.keys import (
    PrekeySecret,
    SigningSecret,
    mailbox_id_of,
    new_prekey_secret,
    new_signing_secret,
    node_id_of,
)
from protocol.labels import Kind
from protocol.messages.disclosed import Fact, Sentence
from protocol.messages.referral import ReferralOffer
from protocol.messages.union import Message, encode_content, encode_payload
from protocol.permits import Permit
from protocol.prekeys import Bundle, Route, Slice, sign_bundle, slice_spans
from protocol.signing import Signed, sign
from protocol.skeleton import NO_HEAD, Skeleton, encode_skeleton, payload_commitment
from protocol.values import (
    ZERO_HASH,
    ConsentId,
    Entropy,
    Handle,
    Hash,
    Instant,
    LanguageTag,
    NodeId,
    PlainText,
    ThreadId,
    later,
    new_message_id,
    sha256,
)
from protocol.vocabulary.categories import SHAREABLE, Category
from protocol.vocabulary.codes import (
    AgeBand,
    ConsentMethod,
    Country,
    GivenBy,
    Priority,
    Purpose,
    ServiceGroup,
    TextKind,
)

NOON: Final = Instant(1_800_000_000)
GIVEN: Final = frozenset({ConsentEvent.GIVEN})


def entropy(seed: str) -> Entropy:
    """Bytes that differ from call to call and are the same in each run."""
    calls = 0

    def draw(count: int) -> bytes:
        nonlocal calls
        calls += 1
        return hashlib.shake_256(f"{seed} {calls}".encode()).digest(count)

    return draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A node with its keys: everything it would keep and everything it would show."""

    root: SigningSecret
    signing: SigningSecret
    prekeys: tuple[PrekeySecret, ...]
    card: Card
    signed_card: Signed
    bundle: Bundle
    signed_bundle: Signed

    @property
    def node_id(self) -> NodeId:
        return self.card.node_id

    @property
    def as_sender(self) -> KnownSender:
        """How a peer that pinned it knows it."""
        keys = (self.signing.public,)
        return KnownSender(node_id=self.node_id, keys=keys, is_suspended=False)


def organisation(name: str, country: Country, *, slices: int = 2) -> Organisation:
    """An organisation whose keys follow from its name; its first prekey slice begins at noon."""
    draw = entropy(name)
    root, signing, mailbox = (new_signing_secret(entropy=draw) for _ in range(3))
    prekeys = tuple(new_prekey_secret(entropy=draw) for _ in range(slices))
    card = Card(
        node_id=node_id_of(root.public),
        root=root.public,
        signing=signing.public,
        sequence=1,
        created=NOON,
        expires=later(NOON, limits.CARD_LIFE_SECONDS),
        display_name=PlainText(name),
        country=country,
    )
    spans = slice_spans(start=NOON, count=slices)
    bundle = Bundle(
        node_id=card.node_id,
        generation=NOON,
        created=NOON,
        expires=spans[-1][1],
        slices=tuple(
            Slice(prekey=prekey.public, not_before=start, not_after=end)
            for prekey, (start, end) in zip(prekeys, spans, strict=True)
        ),
        routes=(
            Route(
                origin="https://relay.example:8443",
                mailbox_id=mailbox_id_of(mailbox.public),
                deposit_secret=draw(32),
                pin=None,
            ),
        ),
        card_sequence=1,
    )
    return Organisation(
        root=root,
        signing=signing,
        prekeys=prekeys,
        card=card,
        signed_card=sign_card(card, root=root, signing=signing),
        bundle=bundle,
        signed_bundle=sign_bundle(bundle, signing=signing),
    )


ALO: Final = organisation("Alo Shelter", Country.INDIA)
BANDHAN: Final = organisation("Bandhan", Country.BANGLADESH)
CHAUTARI: Final = organisation("Chautari", Country.NEPAL)
ORGANISATIONS: Final = {one.node_id: one for one in (ALO, BANDHAN, CHAUTARI)}

CONSENT: Final = Consent(
    consent_id=ConsentId(b"consent of alo.."),
    handle=Handle(b"handle for peer."),
    issuer=ALO.node_id,
    holder=ALO.node_id,
    recipient=BANDHAN.node_id,
    purpose=Purpose.CARE_REFERRAL,
    categories=frozenset({Category.PLAN_WISHES, Category.LOCATION_CONTACT, Category.SAFETY}),
    excluded_fields=frozenset({"home_district"}),
    onward=frozenset(),
    given_by=GivenBy.SURVIVOR,
    method=ConsentMethod.SPOKEN_AND_WITNESSED,
    language=LanguageTag("ben"),
    notice=sha256("আপনি যে কোনো সময় না বলতে পারেন।".encode()),
    understood=True,
    witness=None,
    asked_at=NOON,
    recorded_at=NOON,
    valid_from=NOON,
    expires=later(NOON, limits.CONSENT_LIFE_SECONDS_DEFAULT),
    erase_at=later(NOON, limits.CONSENT_LIFE_SECONDS_MAX),
    conditions=frozenset(),
    supersedes=None,
)
"""Alo may refer her to Bandhan: her wishes, how to reach her without her home district, her safety."""


def signed_consent(consent: Consent) -> Signed:
    """The consent, signed by the organisation that issued it."""
    return sign_consent(consent, signing=ORGANISATIONS[consent.issuer].signing)


def standing(
    consent: Consent,
    events: frozenset[ConsentEvent] = GIVEN,
    *,
    ticks: frozenset[Hash] = frozenset(),
) -> Standing:
    """A consent with what is recorded of it."""
    return Standing(
        consent=consent,
        consent_hash=consent_hash(signed_consent(consent)),
        events=events,
        ticks=ticks,
    )


def request_for(consent: Consent) -> ShareRequest:
    """A request for exactly what a consent allows."""
    return ShareRequest(
        holder=consent.holder,
        recipient=consent.recipient,
        purpose=consent.purpose,
        categories=consent.categories,
        handle=consent.handle,
    )


def permit_for(
    consent: Consent = CONSENT, *, ticks: frozenset[Hash] = frozenset(), now: Instant = NOON
) -> Permit:
    """A permit for everything a consent allows, earned through `may_share`."""
    confirmed = GIVEN | {ConsentEvent.CONFIRMED_BY_HOLDER}
    known = standing(consent, confirmed, ticks=ticks)
    permit = may_share([known], request=request_for(consent), level=2, now=now)
    assert isinstance(permit, Permit)
    return permit


def sentence(kind: TextKind, language: str, text: str) -> Sentence:
    return Sentence(kind=kind, language=LanguageTag(language), text=PlainText(text))


WISH: Final = sentence(TextKind.WISH, "ben", "আমি সেলাই শিখতে চাই।")
FEAR: Final = sentence(TextKind.FEAR, "hin", "मुझे डर है कि वह मेरा पता जान लेगा।")
HOPE: Final = sentence(TextKind.HOPE, "nep", "म आफ्नै पसल खोल्न चाहन्छु।")

CASE: Final = CaseFacts(
    facts=(
        Fact(field="given_name", value="মিতা"),
        Fact(field="present_town", value="খুলনা"),
        Fact(field="home_district", value="সাতক্ষীরা"),
        Fact(field="safe_phone", value="+000 0000 0001"),
        Fact(field="contact_never", value=("evening", "visit")),
        Fact(field="number_of_children", value=1),
        Fact(field="recruitment", value=("AtWork",)),
        Fact(field="medicines", value="অ্যান্টিবায়োটিক"),
        Fact(field="self_harm_risk", value="low"),
        Fact(field="case_number_police", value="FIR 0000/2026"),
        Fact(field="wish_about", value=("learning", "work")),
        Fact(field="education", value="LowerSecondaryEducation"),
        Fact(field="family_willing", value="not_known"),
        Fact(field="threats", value=("by_recruiter",)),
    ),
    sentences=(
        (Category.PLAN_WISHES, WISH),
        (Category.SAFETY, FEAR),
        (Category.PLAN_WISHES, HOPE),
    ),
)
"""What Alo knows of her: a fact in almost every category, and three sentences of hers."""

EVERYTHING: Final = SHAREABLE - {Category.IMAGE_BIOMETRIC}

OFFER: Final = ReferralOffer(
    service_group=ServiceGroup.PLACE_TO_STAY,
    area="BD-khulna",
    priority=Priority.NORMAL_7D,
    language=LanguageTag("ben"),
    age_band=AgeBand.ADULT,
    month="2027-02",
    answer_by=later(NOON, 7 * limits.DAY),
    asks_about_needs=False,
)


def payload_of(content: bytes, *, seed: str = "salt") -> bytes:
    """The payload of a content, with a salt that follows from the seed."""
    return encode_payload(content, salt=entropy(seed)(16))


def skeleton_of(
    type_name: str,
    payload: bytes,
    *,
    consent: Hash | None = None,
    sender: Organisation = ALO,
    recipient: Organisation = BANDHAN,
) -> Skeleton:
    """The skeleton of the first message of a stream, made at noon, good for 60 days."""
    message_id = new_message_id(now=NOON, entropy=entropy(type_name))
    return Skeleton(
        message_id=message_id,
        sender=sender.node_id,
        recipient=recipient.node_id,
        epoch=NOON,
        sequence=1,
        previous=ZERO_HASH,
        created=NOON,
        expires=later(NOON, limits.MESSAGE_LIFE_SECONDS),
        type=type_name,
        thread=ThreadId(message_id),
        reply_to=None,
        consent=consent,
        commitment=payload_commitment(payload),
        head=NO_HEAD,
        bundle_generation=NOON,
        suite=1,
        card_sequence=1,
        day_head=None,
    )


def sign_skeleton(skeleton: Skeleton, *, by: Organisation = ALO) -> Signed:
    return sign(Kind.MESSAGE, encode_skeleton(skeleton), secrets=[by.signing])


def envelope_of(
    skeleton: Skeleton, payload: bytes, *, by: Organisation = ALO, to: Organisation = BANDHAN
) -> bytes:
    """The envelope as it would lie in a mailbox; an empty payload makes it a withheld message."""
    signed = sign_skeleton(skeleton, by=by)
    return seal_message(signed, payload=payload, recipient=to.prekeys[0].public)


def arrive(
    raw: bytes, *, at: Organisation = BANDHAN, senders: tuple[KnownSender, ...] | None = None
) -> VerifiedMessage:
    """Take an envelope through parse, open and verify, as its recipient does."""
    known = [one.as_sender for one in ORGANISATIONS.values()] if senders is None else senders
    prekeys = {prekey.prekey_id: prekey for prekey in at.prekeys}
    opened = open_envelope(parse(raw), prekeys=prekeys)
    return verify_message(opened, senders=known, me=at.node_id, now=NOON)


def verified(
    message: Message,
    *,
    consent: Consent | None = None,
    by: Organisation = ALO,
    to: Organisation = BANDHAN,
    **changes: Any,  # noqa: ANN401  # any field of the skeleton
) -> VerifiedMessage:
    """A message as its recipient holds it after steps 1 to 11, sealed and opened for real."""
    payload = payload_of(encode_content(message))
    cited = None if consent is None else consent_hash(signed_consent(consent))
    skeleton = skeleton_of(message.TYPE, payload, consent=cited, sender=by, recipient=to)
    return arrive(envelope_of(replace(skeleton, **changes), payload, by=by, to=to), at=to)
