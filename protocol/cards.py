"""Cards, invites, introductions and suspends: how organisations come to know each other (SPEC 11).

A card says who a node is and nothing about where it is. An introduction file is card, invite and bundle.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from protocol import limits
from protocol.codec import encode
from protocol.errors import MalformedError, RefusalCode, RemoteProtocolError
from protocol.fields import MapReader, schema_error
from protocol.keys import SigningSecret, VerifyingKey, node_id_of, verifying_key
from protocol.labels import Kind, Label, tbs
from protocol.prekeys import Bundle, Route, encode_routes, parse_bundle, parse_routes
from protocol.sealing import authenticator, same_secret
from protocol.signing import Signed, parse, sign, signers, verify, verify_all
from protocol.values import (
    Entropy,
    Hash,
    Instant,
    NodeId,
    PlainText,
    instant,
    later,
    sha256,
)
from protocol.vocabulary.codes import Country

_LENGTH_BYTES: Final = 4
_AUTH_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A node's signed identity. `sequence` grows with every new card; a lower one is a rollback."""

    node_id: NodeId
    root: VerifyingKey
    signing: VerifyingKey
    sequence: int
    created: Instant
    expires: Instant
    display_name: PlainText
    country: Country


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """The short-lived way in to a node's mailbox. `auth` is good once."""

    card_hash: Hash
    routes: tuple[Route, ...]
    auth: bytes = field(repr=False)
    expires: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldInvite:
    """What the maker of an invite keeps of it: until when it is good, and whether it was used."""

    auth: bytes = field(repr=False)
    expires: Instant
    is_used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """The three parts of an introduction file, verified against each other."""

    card: Card
    signed_card: Signed
    invite: Invite
    bundle: Bundle
    signed_bundle: Signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend:
    """Stop talking to this node, up to and including this card. Undated, it acts on arrival."""

    node_id: NodeId
    card_sequence: int
    at: Instant | None
    reason: int


def sign_card(card: Card, *, root: SigningSecret, signing: SigningSecret) -> Signed:
    """Sign a card with the root and the signing key."""
    return sign(Kind.CARD, encode_card(card), secrets=[root, signing])


def encode_card(card: Card) -> bytes:
    """The body of a card: what both keys sign."""
    return encode(
        {
            0: 1,
            1: card.node_id,
            2: card.root,
            3: card.signing,
            4: card.sequence,
            5: card.created,
            6: card.expires,
            7: card.display_name,
            8: card.country.value,
        }
    )


def next_card(held: Card, *, signing: VerifyingKey, now: Instant) -> Card:
    """The card that follows on this one, with another signing key and a whole life before it (R-117)."""
    ends = later(now, limits.CARD_LIFE_SECONDS)
    following = held.sequence + 1
    return replace(held, signing=signing, sequence=following, created=now, expires=ends)


def read_card(raw: bytes, *, now: Instant) -> tuple[Card, Signed]:
    """Read a card that came by any way and check that its own two keys signed it (R-72).

    Raises:
        MalformedError: its form, or E_KEY_WEAK for a weak key.
        RemoteProtocolError: E_SIG if root and signing key did not both sign it, E_EXPIRED if it is over,
            E_CLOCK if it was made over 48 hours ahead of us.
    """
    if len(raw) > limits.CARD_BYTES_MAX:
        raise MalformedError("a card too large", place="card", code=RefusalCode.E_LIMIT)
    signed = parse(raw, kind=Kind.CARD)
    card = parse_card(signed.body)
    verify_all(signed, keys=[card.root, card.signing])
    if now >= card.expires:
        raise RemoteProtocolError(RefusalCode.E_EXPIRED, "card.expires")
    if card.created > now + limits.CLOCK_SKEW_SECONDS:
        raise RemoteProtocolError(RefusalCode.E_CLOCK, "card.created")
    return card, signed


def held_card(raw: bytes) -> Card:
    """A card we took before, as we hold it: it was verified then, and may be over by now."""
    return parse_card(parse(raw, kind=Kind.CARD).body)


def parse_card(body: bytes) -> Card:
    """Read a body that nobody may have signed yet. Raises: MalformedError."""
    reader = MapReader.of_bytes(body, place="card")
    reader.exactly(0, "v", number=1)
    card = Card(
        node_id=reader.node_id(1, "node_id"),
        root=verifying_key(reader.octets(2, "root", size=32), place="card.root"),
        signing=verifying_key(reader.octets(3, "signing", size=32), place="card.signing"),
        sequence=reader.unsigned(4, "sequence"),
        created=reader.instant(5, "created"),
        expires=reader.instant(6, "expires"),
        display_name=reader.text(7, "name", characters_max=limits.NAME_CHARACTERS_MAX),
        country=reader.code(8, "country", Country),
    )
    reader.finish()
    if card.node_id != node_id_of(card.root):
        raise schema_error("not the hash of the root key", place="card.node_id")
    if not card.created < card.expires <= card.created + limits.CARD_LIFE_SECONDS:
        raise schema_error("a life of over 400 days", place="card.expires")
    return card


def follows(card: Card, *, held: Card) -> None:
    """May this card take the place of the one we hold of the same node (R-73)?

    Raises:
        RemoteProtocolError: E_CARD_ROLLBACK if it is older, or another one with the same number.
    """
    is_same = card == held
    if card.root != held.root or (card.sequence <= held.sequence and not is_same):
        raise RemoteProtocolError(RefusalCode.E_CARD_ROLLBACK, "card.sequence")


def new_invite(
    *, signed_card: Signed, routes: tuple[Route, ...], now: Instant, entropy: Entropy
) -> Invite:
    """Make an invite, good for seven days and for one introduction."""
    return Invite(
        card_hash=sha256(signed_card.raw),
        routes=routes,
        auth=entropy(_AUTH_BYTES),
        expires=later(now, limits.INVITE_LIFE_SECONDS),
    )


def sign_invite(invite: Invite, *, signing: SigningSecret) -> Signed:
    """Sign an invite with the signing key."""
    body = encode(
        {
            0: 1,
            1: invite.card_hash,
            2: encode_routes(invite.routes),
            3: invite.auth,
            4: invite.expires,
        }
    )
    return sign(Kind.INVITE, body, secrets=[signing])


def _parse_invite(body: bytes) -> Invite:
    reader = MapReader.of_bytes(body, place="invite")
    reader.exactly(0, "v", number=1)
    invite = Invite(
        card_hash=reader.digest(1, "card"),
        routes=parse_routes(reader.items(2, "routes", count_max=limits.RELAYS_MAX)),
        auth=reader.octets(3, "auth", size=_AUTH_BYTES),
        expires=reader.instant(4, "expires"),
    )
    reader.finish()
    return invite


def write_introduction(*, card: Signed, invite: Signed, bundle: Signed) -> bytes:
    """The introduction file: each part with its length in four bytes before it (R-74)."""
    parts = (card.raw, invite.raw, bundle.raw)
    return b"".join(len(part).to_bytes(_LENGTH_BYTES) + part for part in parts)


def read_introduction(data: bytes, *, now: Instant) -> Introduction:
    """Read an introduction file and check its parts against each other (R-74).

    Raises:
        MalformedError: its form.
        RemoteProtocolError: a card, invite or bundle that does not verify; E_INVITE_EXPIRED.
    """
    card_raw, invite_raw, bundle_raw = _parts(data)
    card, signed_card = read_card(card_raw, now=now)
    signed_invite = parse(invite_raw, kind=Kind.INVITE)
    verify(signed_invite, keys=[card.signing])
    invite = _parse_invite(signed_invite.body)
    if invite.card_hash != sha256(card_raw):
        raise schema_error("an invite for another card", place="invite.card")
    if not now < invite.expires <= now + limits.INVITE_LIFE_SECONDS + limits.CLOCK_SKEW_SECONDS:
        raise RemoteProtocolError(RefusalCode.E_INVITE_EXPIRED, "invite.expires")
    signed_bundle = parse(bundle_raw, kind=Kind.BUNDLE)
    bundle = read_bundle(signed_bundle, card=card, now=now)
    return Introduction(
        card=card,
        signed_card=signed_card,
        invite=invite,
        bundle=bundle,
        signed_bundle=signed_bundle,
    )


def read_bundle(signed: Signed, *, card: Card, now: Instant) -> Bundle:
    """Verify a bundle against its node's card and read it. Raises: RemoteProtocolError, MalformedError."""
    verify(signed, keys=[card.signing])
    bundle = parse_bundle(signed.body, now=now)
    if bundle.node_id != card.node_id:
        raise schema_error("a bundle of another node", place="bundle.node_id")
    return bundle


def _parts(data: bytes) -> tuple[bytes, bytes, bytes]:
    parts: list[bytes] = []
    at = 0
    for _ in range(3):
        size = int.from_bytes(data[at : at + _LENGTH_BYTES])
        at += _LENGTH_BYTES
        if at + size > len(data) or not 0 < size <= limits.SIGNED_BYTES_MAX:
            raise MalformedError("a part that is cut off", place="introduction")
        parts.append(data[at : at + size])
        at += size
    if at != len(data):
        raise MalformedError("bytes after the end", place="introduction")
    return parts[0], parts[1], parts[2]


def card_in(introduction: bytes, *, now: Instant) -> tuple[Card, Signed]:
    """The card in an introduction file, whose invite may be over. Raises: as `read_card`; MalformedError."""
    return read_card(_parts(introduction)[0], now=now)


def introduction_proof(*, auth: bytes, inviter: NodeId, guest: Card) -> bytes:
    """What the guest shows: that it had the inviter's introduction file in its hands (R-75)."""
    message = tbs(Label.INTRODUCTION, inviter + guest.node_id + guest.root)
    return authenticator(auth, message)


def admit(
    proof: bytes, *, guest: Card, me: NodeId, invites: Sequence[HeldInvite], now: Instant
) -> HeldInvite:
    """The invite that lets this guest in (R-77).

    Raises:
        RemoteProtocolError: E_SENDER_UNKNOWN if the proof fits none of ours; E_INVITE_USED or
            E_INVITE_EXPIRED if the one it fits is good no longer.
    """
    for invite in invites:
        if not same_secret(introduction_proof(auth=invite.auth, inviter=me, guest=guest), proof):
            continue
        if invite.is_used:
            raise RemoteProtocolError(RefusalCode.E_INVITE_USED, "intro.request.proof")
        if now >= invite.expires:
            raise RemoteProtocolError(RefusalCode.E_INVITE_EXPIRED, "intro.request.proof")
        return invite
    raise RemoteProtocolError(RefusalCode.E_SENDER_UNKNOWN, "intro.request.proof")


def introduction_answer(*, auth: bytes, inviter: Card, guest: NodeId) -> bytes:
    """What the inviter answers: that it made the file (R-75)."""
    message = tbs(Label.INTRODUCTION_OK, guest + inviter.node_id + inviter.root)
    return authenticator(auth, message)


def sign_suspend(suspend: Suspend, *, by: SigningSecret) -> Signed:
    """Sign a suspend, made beforehand by the root and kept on paper (R-76)."""
    body = encode(
        {
            0: 1,
            1: suspend.node_id,
            2: suspend.card_sequence,
            3: suspend.at,
            4: suspend.reason,
        }
    )
    return sign(Kind.SUSPEND, body, secrets=[by])


def read_suspend(
    raw: bytes,
    *,
    roots: Collection[VerifyingKey],
    stewards: Collection[VerifyingKey],
    now: Instant,
) -> Suspend:
    """Read a suspend: its node's root signed it, or any one steward (R-167).

    Args:
        raw: the signed object.
        roots: the root keys we know, of peers and of members.
        stewards: the stewards of the charter that is held; none where there is no charter.
        now: the clock.

    Raises:
        MalformedError: its form; E_LIMIT over 1,024 bytes.
        RemoteProtocolError: E_SENDER_UNKNOWN or E_SIG if neither signed it; E_CLOCK if it is dated over 48
            hours ahead.
    """
    if len(raw) > limits.SUSPEND_BYTES_MAX:
        raise MalformedError("a suspend too large", place="suspend", code=RefusalCode.E_LIMIT)
    signed = parse(raw, kind=Kind.SUSPEND)
    verify(signed, keys=[*roots, *stewards])
    suspend = held_suspend(raw)
    by_root = {node_id_of(key) for key in signers(signed, keys=roots)}
    if suspend.node_id not in by_root and not signers(signed, keys=stewards):
        raise RemoteProtocolError(RefusalCode.E_SIG, "suspend.sigs")
    if suspend.at is not None and suspend.at > now + limits.CLOCK_SKEW_SECONDS:
        raise RemoteProtocolError(RefusalCode.E_CLOCK, "suspend.at")
    return suspend


def held_suspend(raw: bytes) -> Suspend:
    """A suspend as it stands, whoever signed it. Raises: MalformedError."""
    reader = MapReader.of_bytes(parse(raw, kind=Kind.SUSPEND).body, place="suspend")
    reader.exactly(0, "v", number=1)
    suspend = Suspend(
        node_id=reader.node_id(1, "node_id"),
        card_sequence=reader.unsigned(2, "card"),
        at=_instant_or_null(reader, 3, "at"),
        reason=reader.unsigned(4, "reason"),
    )
    reader.finish()
    return suspend


def _instant_or_null(reader: MapReader, key: int, name: str) -> Instant | None:
    value = reader.take(key, name)
    if value is None:
        return None
    if type(value) is not int:
        raise schema_error("neither an instant nor null", place=reader.at(name))
    return instant(value)
