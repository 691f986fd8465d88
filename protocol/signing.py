"""Signed objects: bytes, signed as they are, under a kind (SPEC 4).

The signature is over the body exactly as it came; nothing is ever encoded again to verify it. The body is
decoded only after a pinned key has verified it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from protocol import limits
from protocol.codec import Value, decode, encode
from protocol.errors import MalformedError, RefusalCode, RemoteProtocolError
from protocol.fields import octets_item, row
from protocol.keys import SigningSecret, VerifyingKey, key_id_of, signature_is_good
from protocol.labels import Kind, tbs_for_kind
from protocol.values import KeyId, key_id

# Every kind has the same bound but the charter, which names every member.
_BYTES_MAX: Final = {Kind.CHARTER: limits.CHARTER_BYTES_MAX}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature: a hint which key made it, and its 64 bytes."""

    key_id: KeyId
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signed object whose form is legal. Whether anybody signed it is what `verify` finds out."""

    kind: Kind
    body: bytes
    signatures: tuple[Signature, ...]
    raw: bytes


def sign(kind: Kind, body: bytes, *, secrets: Sequence[SigningSecret]) -> Signed:
    """Sign a body with each of these keys, in the order given."""
    message = tbs_for_kind(kind, body)
    signatures = tuple(
        Signature(key_id=key_id_of(secret.public), raw=secret.signature(message))
        for secret in secrets
    )
    return gather(kind, body, signatures)


def gather(kind: Kind, body: bytes, signatures: Sequence[Signature]) -> Signed:
    """A signed object of signatures that were made apart."""
    rows: list[Value] = [[signature.key_id, signature.raw] for signature in signatures]
    raw = encode([kind.value, body, rows])
    return Signed(kind=kind, body=body, signatures=tuple(signatures), raw=raw)


def parse(raw: bytes, *, kind: Kind) -> Signed:
    """Read the outer form of a signed object of one kind (R-22).

    Raises:
        MalformedError: E_LIMIT over 64 KiB (256 for a charter), E_ENCODING or E_SCHEMA for the form, E_KIND
            for another kind.
    """
    if len(raw) > _BYTES_MAX.get(kind, limits.SIGNED_BYTES_MAX):
        raise MalformedError("a signed object too large", place=kind, code=RefusalCode.E_LIMIT)
    name, body, rows = row(decode(raw), count=3, place=kind)
    if name != kind.value:
        raise MalformedError("another kind of object", place=kind, code=RefusalCode.E_KIND)
    if type(body) is not bytes:
        raise MalformedError("not bytes", place=f"{kind}.body")
    if type(rows) is not list or not 1 <= len(rows) <= limits.SIGNATURES_MAX:
        raise MalformedError("not 1 to 8 signatures", place=f"{kind}.sigs")
    place = f"{kind}.sigs"
    signatures = tuple([_signature(item, place=place) for item in rows])
    return Signed(kind=kind, body=body, signatures=signatures, raw=raw)


def _signature(item: Value, *, place: str) -> Signature:
    hint, raw = row(item, count=2, place=place)
    return Signature(
        key_id=key_id(octets_item(hint, size=8, place=place)),
        raw=octets_item(raw, size=64, place=place),
    )


def verify(signed: Signed, *, keys: Iterable[VerifyingKey]) -> VerifyingKey:
    """The first of our pinned keys that signed this object (R-24).

    Raises:
        RemoteProtocolError: E_SENDER_UNKNOWN if no signature names one of the keys, E_SIG if one does
            and is not good.
    """
    pinned = tuple(keys)
    message = tbs_for_kind(signed.kind, signed.body)
    code = RefusalCode.E_SENDER_UNKNOWN
    for signature in signed.signatures:
        # A hint is short, and two keys may have the same one: every key that fits is tried.
        for key in pinned:
            if key_id_of(key) != signature.key_id:
                continue
            if signature_is_good(key, message, signature.raw):
                return key
            code = RefusalCode.E_SIG
    raise RemoteProtocolError(code, f"{signed.kind}.sigs")


def signers(signed: Signed, *, keys: Iterable[VerifyingKey]) -> frozenset[VerifyingKey]:
    """Which of these keys signed this object, each once, however often it stands there (R-161)."""
    message = tbs_for_kind(signed.kind, signed.body)
    return frozenset(
        key
        for key in keys
        for signature in signed.signatures
        if signature.key_id == key_id_of(key) and signature_is_good(key, message, signature.raw)
    )


def verify_all(signed: Signed, *, keys: Sequence[VerifyingKey]) -> None:
    """Every one of these keys must have signed, and nobody else may have (R-31).

    Raises:
        RemoteProtocolError: E_SIG if it is not so.
    """
    message = tbs_for_kind(signed.kind, signed.body)
    found = {signature.key_id: signature.raw for signature in signed.signatures}
    wanted = {key_id_of(key): key for key in keys}
    good = found.keys() == wanted.keys() and len(found) == len(signed.signatures)
    if not good or not all(signature_is_good(wanted[k], message, found[k]) for k in wanted):
        raise RemoteProtocolError(RefusalCode.E_SIG, f"{signed.kind}.sigs")
