"""Vectors of bundles as they rest beside a mailbox, made here byte by byte."""

from dataclasses import replace
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from protocol.labels import Kind
from protocol.prekeys import sign_bundle
from protocol.sealing import bundle_key
from protocol.signing import sign
from tests.vectors.cast import ALO, BANDHAN, NOW, SKEW, octets
from tests.vectors.form import Vector, vector

SECRET: Final = octets("a deposit secret of Alo")
NONCE: Final = octets("a nonce", 12)


def vectors() -> list[Vector]:
    """All of them."""
    good, generation = ALO.signed_bundle, ALO.bundle.generation
    ahead = sign_bundle(replace(ALO.bundle, generation=NOW + SKEW + 1), signing=ALO.signing)
    stranger = sign(Kind.BUNDLE, good.body, secrets=[BANDHAN.signing])
    changed = bytearray(_sealed(good.raw))
    changed[20] ^= 1
    other = ChaCha20Poly1305(bundle_key(octets("another secret"))).encrypt(NONCE, good.raw, None)
    bound = ChaCha20Poly1305(bundle_key(SECRET)).encrypt(NONCE, good.raw, b"sathi")
    return [
        _resting("resting_good", "ok", "R-62", "The bundle of a node, under its deposit secret.",
                 _sealed(good.raw)),
        _resting("resting_newer", "ok", "R-203", "Newer than the one that is held.",
                 _sealed(good.raw), held_generation=generation - 1),
        _resting("resting_not_newer", "E_BUNDLE_ROLLBACK", "R-203",
                 "Of the same number as the one that is held.", _sealed(good.raw),
                 held_generation=generation),
        _resting("resting_old", "E_BUNDLE_ROLLBACK", "R-203", "Older than the one that is held.",
                 _sealed(good.raw), held_generation=generation + 1),
        _resting("resting_ahead", "E_BUNDLE_ROLLBACK", "R-203", "One second over 48 hours ahead.",
                 _sealed(ahead.raw)),
        _resting("resting_of_stranger", "E_SENDER_UNKNOWN", "R-203", "Signed by another node.",
                 _sealed(stranger.raw)),
        _resting("resting_other_kind", "E_KIND", "R-203", "A card in its place.",
                 _sealed(ALO.signed_card.raw)),
        _resting("resting_under_another_secret", "E_DECRYPT", "R-62",
                 "Encrypted under another deposit secret.", NONCE + other),
        _resting("resting_with_associated_data", "E_DECRYPT", "R-62",
                 "Encrypted with associated data.", NONCE + bound),
        _resting("resting_changed", "E_DECRYPT", "R-62", "One bit changed.", bytes(changed)),
        _resting("resting_cut_off", "E_DECRYPT", "R-62", "Without its last byte.",
                 _sealed(good.raw)[:-1]),
        _resting("resting_short", "E_DECRYPT", "R-62", "Shorter than a nonce.", NONCE[:-1]),
    ]  # fmt: skip


def _sealed(raw: bytes) -> bytes:
    return NONCE + ChaCha20Poly1305(bundle_key(SECRET)).encrypt(NONCE, raw, None)


def _resting(
    name: str, expect: str, rule: str, comment: str, raw: bytes, **more: object
) -> Vector:
    given: dict[str, object] = {"now": NOW, "card": ALO.signed_card.raw, "secret": SECRET}
    return vector(name, "resting", expect, rule, comment, raw, **{**given, **more})
