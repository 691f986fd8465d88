"""Vectors of cards, introductions, bundles and invites."""

from dataclasses import replace

from protocol.cards import Card, introduction_proof, sign_card, sign_invite, write_introduction
from protocol.codec import Value, encode
from protocol.keys import SigningSecret, key_id_of
from protocol.labels import Kind
from protocol.limits import DAY, INVITE_LIFE_SECONDS
from protocol.messages.core import IntroductionRequest
from protocol.messages.union import encode_content
from protocol.prekeys import sign_bundle
from protocol.signing import Signed, sign
from protocol.values import Instant, digest, later, plain_text
from tests.vectors.cast import (
    ALO,
    BANDHAN,
    INVITE,
    NOW,
    SIGNED_INVITE,
    SKEW,
    changed,
    octets,
    without,
)
from tests.vectors.form import Vector, vector


def vectors() -> list[Vector]:
    """All of them."""
    return [*_cards(), *_successors(), *_introductions(), *_bundles(), *_invites()]


def _card(name: str, expect: str, rule: str, comment: str, raw: bytes, **more: object) -> Vector:
    return vector(name, "card", expect, rule, comment, raw, now=NOW, **more)


def _signed_card(card: Card) -> bytes:
    return sign_card(card, root=ALO.root, signing=ALO.signing).raw


def _resigned(body: bytes, *secrets: SigningSecret) -> bytes:
    return sign(Kind.CARD, body, secrets=secrets or (ALO.root, ALO.signing)).raw


def _cards() -> list[Vector]:
    card, body = ALO.card, ALO.signed_card.body
    weak = changed(body, k3=(2**255 - 20).to_bytes(32, "little"))
    uncanonical = changed(body, k2=(2**255 - 19 + 3).to_bytes(32, "little"))
    long_name = plain_text("ক" * 80, characters_max=80)
    return [
        _card("card_good", "ok", "R-72", "Signed by its root and its signing key.", _signed_card(card)),
        _card("card_long_name", "ok", "R-72", "A name of 80 characters in Bengali script.",
              _signed_card(replace(card, display_name=long_name))),
        _card("card_weak_signing_key", "E_KEY_WEAK", "R-23 R-26", "y = p - 1, of small order.",
              _resigned(weak)),
        _card("card_root_not_canonical", "E_KEY_WEAK", "R-23 R-26", "y = p + 3.",
              _resigned(uncanonical)),
        _card("card_without_root_signature", "E_SIG", "R-31", "Signed by the signing key alone.",
              _resigned(body, ALO.signing)),
        _card("card_third_signature", "E_SIG", "R-31", "A third key signed it too.",
              _resigned(body, ALO.root, ALO.signing, BANDHAN.root)),
        _card("card_bad_signature", "E_SIG", "R-31", "The root's signature is over something else.",
              _forged_root(body)),
        _card("card_other_node_id", "E_SCHEMA", "R-27 R-72", "The node id of another root key.",
              _resigned(changed(body, k1=bytes(BANDHAN.node_id)))),
        _card("card_expired", "E_EXPIRED", "R-72", "Its last second is over.",
              _signed_card(replace(card, expires=NOW))),
        _card("card_last_second", "ok", "R-72", "Its last second.",
              _signed_card(replace(card, expires=later(NOW, 1)))),
        _card("card_made_in_the_future", "E_CLOCK", "R-72", "One second over 48 hours ahead.",
              _signed_card(replace(card, created=later(NOW, SKEW + 1)))),
        _card("card_lives_too_long", "E_SCHEMA", "R-72", "400 days and one second.",
              _signed_card(replace(card, expires=later(card.created, 400 * DAY + 1)))),
        _card("card_other_country", "E_SCHEMA", "R-11", "A country outside the list.",
              _resigned(changed(body, k8="FR"))),
        _card("card_unknown_key", "E_SCHEMA", "R-10", "A key 9.", _resigned(changed(body, k9=1))),
        _card("card_missing_key", "E_SCHEMA", "R-10", "No key 4.", _resigned(without(body, 4))),
        _card("card_version_two", "E_SCHEMA", "R-10", "Version 2.", _resigned(changed(body, k0=2))),
        _card("card_name_with_escape", "E_SCHEMA", "R-15", "A terminal's escape in the name.",
              _resigned(changed(body, k7="Alo\x1b[2J"))),
        _card("card_too_large", "E_LIMIT", "R-72", "641 bytes.", _resigned(_padded(body))),
    ]  # fmt: skip


def _padded(body: bytes) -> bytes:
    name = "a"
    while len(_resigned(changed(body, k7=name))) < 641:
        name += "a"
    return changed(body, k7=name)


def _forged_root(body: bytes) -> bytes:
    good = sign(Kind.CARD, body, secrets=[ALO.signing])
    [signature] = good.signatures
    hint = bytes(key_id_of(ALO.root.public))
    rows: list[Value] = [
        [hint, octets("no signature", 64)],
        [bytes(signature.key_id), signature.raw],
    ]
    return encode(["card", body, rows])


def _successors() -> list[Vector]:
    newer = _signed_card(replace(ALO.card, sequence=4))
    older = _signed_card(replace(ALO.card, sequence=2))
    twin = _signed_card(replace(ALO.card, expires=later(ALO.card.expires, -DAY)))
    held = ALO.signed_card.raw
    return [
        _card("card_newer", "ok", "R-73", "Sequence 4 after 3.", newer, held=held),
        _card("card_same", "ok", "R-73", "The card that is held.", held, held=held),
        _card("card_older", "E_CARD_ROLLBACK", "R-73", "Sequence 2 after 3.", older, held=held),
        _card("card_twin", "E_CARD_ROLLBACK", "R-73", "Another card of sequence 3.", twin, held=held),
        _card("card_other_root", "E_CARD_ROLLBACK", "R-73", "A card of another root key.",
              BANDHAN.signed_card.raw, held=held),
    ]  # fmt: skip


def _introduction(name: str, expect: str, rule: str, comment: str, raw: bytes) -> Vector:
    return vector(name, "introduction", expect, rule, comment, raw, now=NOW)


def _file(invite: Signed = SIGNED_INVITE, bundle: Signed = ALO.signed_bundle) -> bytes:
    return write_introduction(card=ALO.signed_card, invite=invite, bundle=bundle)


def _invite_until(expires: Instant) -> Signed:
    return sign_invite(replace(INVITE, expires=expires), signing=ALO.signing)


def _introductions() -> list[Vector]:
    far = later(NOW, INVITE_LIFE_SECONDS + SKEW + 1)
    not_its_hash = digest(octets("not the hash of the card"))
    other_card = sign_invite(replace(INVITE, card_hash=not_its_hash), signing=ALO.signing)
    path = encode([["https://relay.example/x", bytes(16), bytes(32), None]])
    with_path = changed(SIGNED_INVITE.body, k2=None).replace(b"\x02\xf6", b"\x02" + path)
    return [
        _introduction("introduction_good", "ok", "R-74", "Card, invite and bundle.", _file()),
        _introduction("introduction_invite_expired", "E_INVITE_EXPIRED", "R-74",
                      "The invite's last second is over.", _file(_invite_until(NOW))),
        _introduction("introduction_invite_too_long", "E_INVITE_EXPIRED", "R-74",
                      "A life over 7 days and 48 hours.", _file(_invite_until(far))),
        _introduction("introduction_other_card", "E_SCHEMA", "R-74",
                      "An invite for another card.", _file(other_card)),
        _introduction("introduction_invite_by_stranger", "E_SENDER_UNKNOWN", "R-74",
                      "Another node signed the invite.",
                      _file(sign_invite(INVITE, signing=BANDHAN.signing))),
        _introduction("introduction_bundle_of_stranger", "E_SENDER_UNKNOWN", "R-74",
                      "The bundle of another node.", _file(bundle=BANDHAN.signed_bundle)),
        _introduction("introduction_route_with_path", "E_SCHEMA", "R-14",
                      "A route that is no origin.",
                      _file(sign(Kind.INVITE, with_path, secrets=[ALO.signing]))),
        _introduction("introduction_trailing_byte", "E_SCHEMA", "R-74", "One byte behind it.",
                      _file() + b"\0"),
        _introduction("introduction_cut_off", "E_SCHEMA", "R-74", "Without its last byte.",
                      _file()[:-1]),
    ]  # fmt: skip


def _bundle(name: str, expect: str, rule: str, comment: str, raw: bytes, **more: object) -> Vector:
    card = ALO.signed_card.raw
    return vector(name, "bundle", expect, rule, comment, raw, **{"now": NOW, "card": card, **more})


def _bundles() -> list[Vector]:
    good, bundle = ALO.signed_bundle, ALO.bundle
    ahead = sign_bundle(replace(bundle, generation=NOW + SKEW + 1), signing=ALO.signing)
    other = sign_bundle(replace(bundle, node_id=BANDHAN.node_id), signing=ALO.signing)

    def bodied(**fields: Value) -> bytes:
        body = changed(good.body, **fields)
        return sign(Kind.BUNDLE, body, secrets=[ALO.signing]).raw

    prekey = good.body[good.body.index(b"\x59\x04\xc0") + 3 :][:1216]
    reversed_slice: list[Value] = [[prekey, NOW, NOW]]
    flat_point: list[Value] = [[prekey[:1184] + bytes(32), NOW, NOW + DAY]]
    stale = later(bundle.slices[-1].not_after, 0)
    generation = bundle.generation
    return [
        _bundle("bundle_good", "ok", "R-33", "Two slices and one route.", good.raw),
        _bundle("bundle_newer", "ok", "R-46", "After a lower one.", good.raw,
                held_generation=generation - 1),
        _bundle("bundle_not_newer", "E_BUNDLE_ROLLBACK", "R-46", "After one of the same number.",
                good.raw, held_generation=generation),
        _bundle("bundle_ahead", "E_BUNDLE_ROLLBACK", "R-34", "One second over 48 hours ahead.",
                ahead.raw),
        _bundle("bundle_of_other_node", "E_SCHEMA", "R-33", "Another node id.", other.raw),
        _bundle("bundle_by_stranger", "E_SENDER_UNKNOWN", "R-33", "Signed by another node.",
                sign(Kind.BUNDLE, good.body, secrets=[BANDHAN.signing]).raw),
        _bundle("bundle_without_slices", "E_SCHEMA", "R-33", "No prekey.", bodied(k5=[])),
        _bundle("bundle_backward_slice", "E_SCHEMA", "R-33", "A slice that ends as it begins.",
                bodied(k5=reversed_slice)),
        _bundle("bundle_weak_prekey", "E_SCHEMA", "R-29", "An X25519 half of small order.",
                bodied(k5=flat_point)),
        _bundle("bundle_suite_true", "E_SCHEMA", "R-33", "true in place of suite 1.",
                bodied(k6=[True])),
        _bundle("bundle_suite_two", "E_SCHEMA", "R-33", "Suite 2.", bodied(k6=[2])),
        _bundle("bundle_four_routes", "E_SCHEMA", "R-33", "One more than three.",
                bodied(k7=[["https://relay.example", bytes(16), bytes(32), None]] * 4)),
        vector("slice_now", "slice", "ok", "R-45", "The slice that covers now.", good.raw,
               now=NOW, card=ALO.signed_card.raw, result=ALO.prekey.prekey_id),
        vector("slice_none", "slice", "E_BUNDLE_STALE", "R-45", "The second after the last slice.",
               good.raw, now=stale, card=ALO.signed_card.raw),
        vector("slice_expired_bundle", "slice", "E_BUNDLE_STALE", "R-45", "The bundle is over.",
               sign_bundle(replace(bundle, expires=NOW), signing=ALO.signing).raw,
               now=NOW, card=ALO.signed_card.raw),
    ]  # fmt: skip


def _invites() -> list[Vector]:
    auth = INVITE.auth
    proof = introduction_proof(auth=auth, inviter=ALO.node_id, guest=BANDHAN.card)
    raw = encode_content(
        IntroductionRequest(
            card=BANDHAN.signed_card.raw, bundle=BANDHAN.signed_bundle.raw, proof=proof
        )
    )

    def case(name: str, expect: str, comment: str, *invites: str) -> Vector:
        return vector(
            name, "invite", expect, "R-77", comment, raw,
            now=NOW, me=ALO.node_id, invite=list(invites),
        )  # fmt: skip

    other = octets("another auth", 16).hex()
    return [
        case("invite_good", "ok", "The second of two invites.",
             f"{other} {NOW + 1} unused", f"{auth.hex()} {NOW + 1} unused"),
        case("invite_used", "E_INVITE_USED", "It let somebody in before.",
             f"{auth.hex()} {NOW + 1} used"),
        case("invite_expired", "E_INVITE_EXPIRED", "Its last second is over.",
             f"{auth.hex()} {NOW} unused"),
        case("invite_unknown", "E_SENDER_UNKNOWN", "The proof fits no invite of ours.",
             f"{other} {NOW + 1} unused"),
    ]  # fmt: skip
