"""Who may do what to a mailbox: the headers and signed bodies of SPEC 10, as written and as read.

The owner signs each request with the mailbox key; a depositor shows a token that all peers of the
owner share. Base64url without padding, and exactly one spelling of everything.
"""

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Final

from protocol import limits, signing
from protocol.codec import encode
from protocol.errors import MalformedError, RemoteProtocolError
from protocol.fields import MapReader
from protocol.keys import SigningSecret, VerifyingKey, verifying_key
from protocol.labels import Kind
from protocol.sealing import same_secret
from protocol.values import Entropy, Hash, Instant, address, digest, sha256

TICKET_HEADER: Final = "Sathi-Ticket"
MORE_HEADER: Final = "Sathi-More"
NONCE_BYTES: Final = 16
TOKEN_BYTES: Final = 32
TICKET_BYTES: Final = 32

_OWNER_SCHEME: Final = "Sathi-Mailbox "
_DEPOSIT_SCHEME: Final = "Sathi-Deposit "
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]{1,2048}")
_METHOD_CHARACTERS_MAX: Final = 16
_PATH_CHARACTERS_MAX: Final = 512
_ABSENT_HASH: Final = bytes(32)


class NotAuthorisedError(Exception):
    """The header or the signature gives no right to anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the owner signed for one request: where, what, when, and with which body."""

    origin: str
    method: str
    path: str
    time: Instant
    nonce: bytes
    body_hash: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """A request for a new mailbox, signed by its own key."""

    origin: str
    owner_key: VerifyingKey
    deposit_hash: Hash = field(repr=False)
    created: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositHashes:
    """Which tokens open a mailbox from now on; the previous one is good until the next change."""

    current: Hash = field(repr=False)
    previous: Hash | None = field(repr=False)


# The owner's requests.


def new_claim(
    *, origin: str, method: str, path: str, body: bytes, now: Instant, entropy: Entropy
) -> Claim:
    """The claim for one request; `path` is the path with its query, as it is sent."""
    return Claim(
        origin=origin,
        method=method,
        path=path,
        time=now,
        nonce=entropy(NONCE_BYTES),
        body_hash=sha256(body),
    )


def owner_header(claim: Claim, *, secret: SigningSecret) -> str:
    """The value of `Authorization` for a request of the owner."""
    body = encode({
        0: claim.origin,
        1: claim.method,
        2: claim.path,
        3: claim.time,
        4: claim.nonce,
        5: claim.body_hash,
    })  # fmt: skip
    signed = signing.sign(Kind.MAILBOX_AUTH, body, secrets=[secret])
    return _OWNER_SCHEME + to_base64url(signed.raw)


def read_owner_header(header: str, *, key: VerifyingKey) -> Claim:
    """The claim in an `Authorization` header, if this mailbox key signed it.

    Raises:
        NotAuthorisedError: if the header has another form, or somebody else signed it.
    """
    if not header.startswith(_OWNER_SCHEME):
        raise NotAuthorisedError
    try:
        raw = from_base64url(header.removeprefix(_OWNER_SCHEME))
        signed = signing.parse(raw, kind=Kind.MAILBOX_AUTH)
        signing.verify(signed, keys=[key])
        return _claim(signed.body)
    except RemoteProtocolError:
        raise NotAuthorisedError from None


def _claim(body: bytes) -> Claim:
    reader = MapReader.of_bytes(body, place="mbx-auth")
    claim = Claim(
        origin=address(reader.text(0, "origin", characters_max=limits.ADDRESS_CHARACTERS_MAX)),
        method=reader.text(1, "method", characters_max=_METHOD_CHARACTERS_MAX),
        path=reader.text(2, "path", characters_max=_PATH_CHARACTERS_MAX),
        time=reader.instant(3, "time"),
        nonce=reader.octets(4, "nonce", size=NONCE_BYTES),
        body_hash=reader.digest(5, "body_hash"),
    )
    reader.finish()
    return claim


# Depositors.


def deposit_header(token: bytes) -> str:
    """The value of `Authorization` for a depositor."""
    return _DEPOSIT_SCHEME + to_base64url(token)


def read_deposit_header(header: str) -> Hash:
    """The SHA-256 of the token in an `Authorization` header.

    Raises:
        NotAuthorisedError: if the header has another form.
    """
    if not header.startswith(_DEPOSIT_SCHEME):
        raise NotAuthorisedError
    try:
        token = from_base64url(header.removeprefix(_DEPOSIT_SCHEME))
    except MalformedError:
        raise NotAuthorisedError from None
    if len(token) != TOKEN_BYTES:
        raise NotAuthorisedError
    return sha256(token)


def opens(shown: Hash, *, current: Hash | None, previous: Hash | None) -> bool:
    """Is the shown token one of the two? Takes the same time for every answer and for no mailbox."""
    is_current = same_secret(shown, current or _ABSENT_HASH)
    is_previous = same_secret(shown, previous or _ABSENT_HASH)
    return (is_current and current is not None) | (is_previous and previous is not None)


# Making and changing a mailbox.


def sign_creation(
    secret: SigningSecret, *, origin: str, deposit_hash: Hash, created: Instant
) -> bytes:
    """The body of the request that makes a mailbox on a relay."""
    body = encode({0: origin, 1: secret.public, 2: deposit_hash, 3: created})
    return signing.sign(Kind.MAILBOX_CREATE, body, secrets=[secret]).raw


def read_creation(raw: bytes) -> Creation:
    """Read a request for a new mailbox; whoever holds the key in it signed it.

    Raises:
        MalformedError: if it does not have the form.
        NotAuthorisedError: if the signature is not good.
    """
    signed = signing.parse(raw, kind=Kind.MAILBOX_CREATE)
    # The key stands in the body, so here the body is read before the signature can be checked.
    reader = MapReader.of_bytes(signed.body, place="mbx-create")
    creation = Creation(
        origin=address(reader.text(0, "origin", characters_max=limits.ADDRESS_CHARACTERS_MAX)),
        owner_key=verifying_key(reader.octets(1, "owner_key", size=32), place="mbx-create"),
        deposit_hash=reader.digest(2, "deposit_hash"),
        created=reader.instant(3, "created"),
    )
    reader.finish()
    try:
        signing.verify(signed, keys=[creation.owner_key])
    except RemoteProtocolError:
        raise NotAuthorisedError from None
    return creation


def encode_deposit_hashes(hashes: DepositHashes) -> bytes:
    """The body of the request that changes the deposit tokens."""
    return encode({0: hashes.current, 1: hashes.previous})


def read_deposit_hashes(raw: bytes) -> DepositHashes:
    """Read a change of the deposit tokens. Raises: MalformedError."""
    reader = MapReader.of_bytes(raw, place="deposit_hashes")
    current = reader.digest(0, "current")
    previous = reader.take(1, "previous")
    reader.finish()
    if previous is None:
        return DepositHashes(current=current, previous=None)
    if type(previous) is not bytes:
        raise MalformedError("neither null nor a hash", place="deposit_hashes.previous")
    return DepositHashes(
        current=current, previous=digest(previous, place="deposit_hashes.previous")
    )


# Base64url.


def to_base64url(raw: bytes) -> str:
    """Base64url without padding (RFC 4648, 5)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of which this is the one spelling. Raises: MalformedError."""
    if not _BASE64URL.fullmatch(text):
        raise MalformedError("not base64url", place="base64url")
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise MalformedError("not base64url", place="base64url") from None
    if to_base64url(raw) != text:
        raise MalformedError("another spelling of base64url", place="base64url")
    return raw
