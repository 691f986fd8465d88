"""Prekey bundles: what a peer seals to, for eight weeks ahead, and when a key is destroyed (SPEC 5)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from protocol import limits
from protocol.codec import Value, encode
from protocol.errors import MalformedError, RefusalCode, RemoteProtocolError
from protocol.fields import MapReader, row, schema_error
from protocol.keys import PREKEY_PUBLIC_BYTES, PrekeyPublic, SigningSecret, prekey_public
from protocol.labels import Kind
from protocol.sealing import bundle_key, decrypt_at_rest, encrypt_at_rest
from protocol.signing import Signed, parse, sign
from protocol.values import (
    Entropy,
    Instant,
    MailboxId,
    NodeId,
    address,
    instant,
    later,
    mailbox_id,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One prekey and the week in which peers seal to it: `not_before` ≤ now < `not_after`."""

    prekey: PrekeyPublic
    not_before: Instant
    not_after: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A mailbox where the node picks up: origin, mailbox, the secret D that lets peers deposit."""

    origin: str
    mailbox_id: MailboxId
    deposit_secret: bytes = field(repr=False)
    pin: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The content of a bundle. `generation` grows with every new one; a lower one is a rollback."""

    node_id: NodeId
    generation: int
    created: Instant
    expires: Instant
    slices: tuple[Slice, ...]
    routes: tuple[Route, ...]
    card_sequence: int


def sign_bundle(bundle: Bundle, *, signing: SigningSecret) -> Signed:
    """Sign our own bundle with the signing key."""
    slices: list[Value] = [[s.prekey.raw, s.not_before, s.not_after] for s in bundle.slices]
    body = encode(
        {
            0: 1,
            1: bundle.node_id,
            2: bundle.generation,
            3: bundle.created,
            4: bundle.expires,
            5: slices,
            6: [1],
            7: encode_routes(bundle.routes),
            8: bundle.card_sequence,
        }
    )
    return sign(Kind.BUNDLE, body, secrets=[signing])


def encode_routes(routes: Sequence[Route]) -> list[Value]:
    """Routes as they stand in a bundle."""
    return [[r.origin, r.mailbox_id, r.deposit_secret, r.pin] for r in routes]


def lay_out(signed: Signed, *, deposit_secret: bytes, entropy: Entropy) -> bytes:
    """A bundle as it rests beside a mailbox, readable to those alone who may deposit there (R-62)."""
    return encrypt_at_rest(signed.raw, key=bundle_key(deposit_secret), entropy=entropy)


def take_up(resting: bytes, *, deposit_secret: bytes) -> Signed:
    """The signed bundle that rests beside a mailbox; nothing of it was verified yet.

    Raises:
        MalformedError: E_DECRYPT if it does not open under this deposit secret, or as R-22 says.
    """
    raw = decrypt_at_rest(resting, key=bundle_key(deposit_secret))
    return parse(raw, kind=Kind.BUNDLE)


def parse_bundle(body: bytes, *, now: Instant) -> Bundle:
    """Read a bundle whose signature was verified.

    Raises:
        MalformedError: if its form is not legal (R-33).
        RemoteProtocolError: E_BUNDLE_ROLLBACK if its generation lies over 48 hours ahead of us, so that
            nobody can poison the future (R-34).
    """
    reader = MapReader.of_bytes(body, place="bundle")
    reader.exactly(0, "v", number=1)
    bundle = Bundle(
        node_id=reader.node_id(1, "node_id"),
        generation=reader.unsigned(2, "gen"),
        created=reader.instant(3, "created"),
        expires=reader.instant(4, "expires"),
        slices=_slices(reader.items(5, "slices", count_max=limits.PREKEY_SLICES)),
        routes=parse_routes(reader.items(7, "routes", count_max=limits.RELAYS_MAX)),
        card_sequence=reader.unsigned(8, "cseq"),
    )
    _check_suites(reader.items(6, "suites", count_max=8))
    reader.finish()
    if not bundle.slices:
        raise schema_error("a bundle without a prekey", place="bundle.slices")
    if bundle.generation > now + limits.CLOCK_SKEW_SECONDS:
        raise RemoteProtocolError(RefusalCode.E_BUNDLE_ROLLBACK, "bundle.gen")
    return bundle


def _check_suites(items: list[Value]) -> None:
    # By type as well: to Python, true equals 1.
    if items != [1] or type(items[0]) is not int:
        raise schema_error("a suite we do not have", place="bundle.suites")


def _slices(items: list[Value]) -> tuple[Slice, ...]:
    return tuple(_slice(item) for item in items)


def _slice(item: Value) -> Slice:
    raw, start, end = row(item, count=3, place="bundle.slices")
    if type(raw) is not bytes or len(raw) != PREKEY_PUBLIC_BYTES:
        raise MalformedError("not a prekey", place="bundle.slices")
    if type(start) is not int or type(end) is not int or start >= end:
        raise schema_error("not a span of time", place="bundle.slices")
    return Slice(
        prekey=prekey_public(raw, place="bundle.slices"),
        not_before=instant(start),
        not_after=instant(end),
    )


def parse_routes(items: list[Value]) -> tuple[Route, ...]:
    """Routes as they stand in a bundle or an invite. Raises: MalformedError."""
    return tuple(_route(item) for item in items)


def _route(item: Value) -> Route:
    origin, box, secret, pin = row(item, count=4, place="routes")
    if type(origin) is not str or type(box) is not bytes or type(secret) is not bytes:
        raise schema_error("not a route", place="routes")
    if len(secret) != 32 or not (pin is None or (type(pin) is bytes and len(pin) == 32)):
        raise schema_error("not a secret of 32 bytes", place="routes")
    return Route(
        origin=address(origin, place="routes"),
        mailbox_id=mailbox_id(box, place="routes"),
        deposit_secret=secret,
        pin=pin,
    )


def follows(bundle: Bundle, *, held_generation: int) -> None:
    """May this bundle take the place of the one we hold of the same node (R-46)?

    Raises:
        RemoteProtocolError: E_BUNDLE_ROLLBACK if its generation is not larger.
    """
    if bundle.generation <= held_generation:
        raise RemoteProtocolError(RefusalCode.E_BUNDLE_ROLLBACK, "bundle.gen")


def is_renewal_due(bundle: Bundle, *, now: Instant) -> bool:
    """Is it time for a new bundle: a week after this one, or earlier if few weeks are left (R-115)?"""
    ahead = sum(1 for known in bundle.slices if known.not_before > now)
    return now >= bundle.created + limits.PREKEY_SLICE_SECONDS or ahead < limits.PREKEY_SLICES_MIN


def slice_for(bundle: Bundle, *, now: Instant) -> PrekeyPublic | None:
    """The prekey to seal to now, or None: then the message waits, it never falls back (R-45)."""
    if now >= bundle.expires:
        return None
    for candidate in bundle.slices:
        if candidate.not_before <= now < candidate.not_after:
            return candidate.prekey
    return None


def is_ending(bundle: Bundle, *, now: Instant) -> bool:
    """Has it no slice for now, or none for a fortnight from now, so that a newer one is asked for (R-203)?

    Its owner makes one each week: whoever holds this one has missed six of them.
    """
    ahead = later(now, limits.BUNDLE_ASK_SECONDS)
    return slice_for(bundle, now=now) is None or slice_for(bundle, now=ahead) is None


def ends(bundle: Bundle) -> Instant:
    """The instant from which there is nothing left in it to seal to."""
    return min(bundle.expires, max(known.not_after for known in bundle.slices))


def slice_spans(*, start: Instant, count: int) -> list[tuple[Instant, Instant]]:
    """The weeks of `count` slices that follow each other from `start`."""
    week = limits.PREKEY_SLICE_SECONDS
    return [(later(start, i * week), later(start, (i + 1) * week)) for i in range(count)]


def may_destroy(
    *, not_after: Instant, grace_seconds: int, now: Instant, last_full_poll: Instant | None
) -> bool:
    """May a prekey be destroyed: after its grace, once every mailbox was polled after that (R-32)?

    A mailbox that cannot be reached keeps no key alive for ever: 56 days after its week it goes.
    """
    end = not_after + grace_seconds
    if now > not_after + limits.PREKEY_LIFE_SECONDS_MAX:
        return True
    return now > end and last_full_poll is not None and last_full_poll > end
