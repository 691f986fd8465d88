"""Envelopes for vectors: sealed once and kept, because no library lets the randomness be chosen.

A vector that is there already keeps its bytes if, opened, they hold what the catalogue says.
"""

from dataclasses import dataclass

from protocol.envelope import plaintext_of
from protocol.errors import RemoteProtocolError
from protocol.keys import PrekeySecret
from protocol.sealing import seal, unseal
from protocol.signing import Signed
from tests.vectors.cast import BANDHAN
from tests.vectors.form import path_of, read

HEADER_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What lies inside: the plaintext, under which header it is sealed, and one byte that is flipped.

    `shown` is the header that stands in front, `bound` the one that goes into `info`.
    """

    plaintext: bytes
    prekey: PrekeySecret
    shown: bytes
    bound: bytes
    flip: int | None


def header(prekey: PrekeySecret = BANDHAN.prekey) -> bytes:
    """The 24 bytes before what is sealed."""
    return b"SATH\x01\x01\x00\x00" + prekey.prekey_id


def recipe(
    plaintext: bytes, *, prekey: PrekeySecret = BANDHAN.prekey, flip: int | None = None
) -> Recipe:
    """An envelope of this plaintext, as it should be but for one flipped byte."""
    return Recipe(
        plaintext=plaintext,
        prekey=prekey,
        shown=header(prekey),
        bound=header(prekey),
        flip=flip,
    )


def message(signed: Signed, payload: bytes) -> Recipe:
    """An envelope of a signed message for Bandhan."""
    return recipe(plaintext_of(signed, payload=payload))


def envelope(name: str, wanted: Recipe) -> bytes:
    """The bytes that lie in the vector's file if they are of this recipe, or newly sealed ones."""
    path = path_of(name)
    if path.exists():
        kept = read(path).artefact
        if _holds(kept, wanted):
            return kept
    sealed = seal(wanted.plaintext, recipient=wanted.prekey.public, header=wanted.bound)
    return _flipped(wanted.shown + sealed, wanted.flip)


def _holds(kept: bytes, wanted: Recipe) -> bool:
    whole = _flipped(kept, wanted.flip)
    try:
        inside = unseal(whole[HEADER_BYTES:], prekey=wanted.prekey, header=wanted.bound)
    except RemoteProtocolError:
        return False
    return whole[:HEADER_BYTES] == wanted.shown and inside == wanted.plaintext


def _flipped(data: bytes, at: int | None) -> bytes:
    if at is None:
        return data
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)
