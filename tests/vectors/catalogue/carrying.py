"""Vectors of the ways envelopes travel, of names that are derived, and of events that do not fit."""

import base64
import hashlib
import hmac

from node.mailbox import access, stick
from protocol.cards import introduction_answer, introduction_proof
from protocol.codec import encode
from protocol.labels import Kind
from protocol.messages.referral import ReferralAccept
from protocol.messages.union import encode_content
from protocol.sealing import bundle_key, deposit_token
from protocol.signing import sign
from protocol.skeleton import encode_skeleton
from protocol.values import sha256
from tests.vectors.cast import (
    ALO,
    BANDHAN,
    INVITE,
    NOW,
    SIGNED_CONSENT,
    SKELETON,
    changed,
    octets,
    payload_of,
)
from tests.vectors.catalogue.contents import MESSAGES, OFFER, WISH
from tests.vectors.form import Vector, vector
from tests.vectors.sealed import header

ENVELOPE = header() + octets("noise", 4_096 - 24)
ACCEPT = MESSAGES["accept"][1]


def vectors() -> list[Vector]:
    """All of them."""
    return [*_sticks(), *_owners(), *_depositors(), *_creations(), *_derived(), *_events()]


def _sealed(body: bytes) -> bytes:
    return body + hashlib.sha256(body).digest()


def _sticks() -> list[Vector]:
    good = stick.pack([ENVELOPE])
    body = good[:-32]
    size_at = 16

    def wrong(name: str, comment: str, raw: bytes) -> Vector:
        return vector(name, "stick", "E_STICKFILE", "R-18", comment, raw)

    def with_bytes(at: int, part: bytes) -> bytes:
        return _sealed(body[:at] + part + body[at + len(part) :])

    return [
        vector("stick_good", "stick", "ok", "R-18", "One envelope.", good, result=1),
        wrong("stick_magic", "Another magic.", with_bytes(0, b"SATHBNDX")),
        wrong("stick_version", "Version 2.", with_bytes(8, b"\x02")),
        wrong("stick_reserved", "A reserved byte is 1.", with_bytes(11, b"\x01")),
        wrong("stick_hash", "One bit of the hash.", good[:-1] + bytes([good[-1] ^ 1])),
        wrong("stick_cut_off", "Without its last byte.", good[:-1]),
        wrong("stick_count_zero", "No envelope.", _sealed(body[:12] + bytes(4))),
        wrong("stick_count_two", "Two, of which one is there.", with_bytes(12, bytes([0, 0, 0, 2]))),
        wrong("stick_count_huge", "4097 envelopes.", with_bytes(12, (4_097).to_bytes(4))),
        wrong("stick_size", "An envelope of 4095 bytes.",
              _sealed(body[:size_at] + (4_095).to_bytes(4) + ENVELOPE[:-1])),
        wrong("stick_size_huge", "An envelope of 1 MiB in 4 KiB.",
              with_bytes(size_at, (1_048_576).to_bytes(4))),
        wrong("stick_trailing_byte", "A byte after the last envelope.", _sealed(body + b"\0")),
    ]  # fmt: skip


def _owners() -> list[Vector]:
    claim = access.Claim(
        origin="https://relay.example:8443",
        method="GET",
        path="/sathi/v1/mailboxes/00/envelopes?as=stick&wait=0",
        time=NOW,
        nonce=octets("nonce", 16),
        body_hash=sha256(b""),
    )
    good = access.owner_header(claim, secret=ALO.root)
    create = access.sign_creation(
        ALO.root, origin=claim.origin, deposit_hash=sha256(b"token"), created=NOW
    )

    def case(name: str, expect: str, comment: str, text: str) -> Vector:
        raw = text.encode("ascii")
        key = ALO.root.public
        return vector(name, "mailbox-auth", expect, "R-60", comment, raw, key=key)

    other = access.owner_header(claim, secret=BANDHAN.root)
    swapped = "Sathi-Mailbox " + access.to_base64url(create)
    return [
        case("owner_good", "ok", "A request of the mailbox's owner.", good),
        case("owner_other_key", "auth", "Signed by another key.", other),
        case("owner_other_kind", "auth", "A signed mbx-create.", swapped),
        case("owner_padded", "auth", "Base64url with padding.", good + "="),
        case(
            "owner_scheme", "auth", "The scheme in small letters.", good.lower()[:14] + good[14:]
        ),
        case("owner_two_spaces", "auth", "A second space.", good.replace(" ", "  ")),
    ]


def _depositors() -> list[Vector]:
    token = deposit_token(octets("deposit secret"))
    good = access.deposit_header(token)

    def case(name: str, expect: str, comment: str, text: str, **more: object) -> Vector:
        return vector(name, "deposit", expect, "R-16", comment, text.encode("ascii"), **more)

    # The last character of 43 carries two bits that mean nothing and must be zero.
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    loose = good[:-1] + alphabet[alphabet.index(good[-1]) + 1]
    short = access.deposit_header(token[:31])
    return [
        case("deposit_good", "ok", "The token of a deposit secret.", good, result=sha256(token)),
        case("deposit_short", "auth", "31 bytes.", short),
        case("deposit_loose_bits", "auth", "Another spelling of the same bytes.", loose),
        case("deposit_scheme", "auth", "Another scheme.", good.replace("Deposit", "Mailbox")),
    ]


def _creations() -> list[Vector]:
    good = access.sign_creation(
        ALO.root,
        origin="https://relay.example:8443",
        deposit_hash=sha256(b"token"),
        created=NOW,
    )
    body = encode({0: "https://relay.example:8443", 1: ALO.root.public, 2: bytes(32), 3: NOW})

    def case(name: str, expect: str, comment: str, raw: bytes) -> Vector:
        return vector(name, "mailbox-create", expect, "R-17", comment, raw)

    def signed(body: bytes, *, by_alo: bool = True) -> bytes:
        secret = ALO.root if by_alo else BANDHAN.root
        return sign(Kind.MAILBOX_CREATE, body, secrets=[secret]).raw

    return [
        case("creation_good", "ok", "Signed by the key it names.", good),
        case("creation_by_another", "auth", "Signed by another key.", signed(body, by_alo=False)),
        case("creation_weak_key", "malformed", "A key of small order.",
             signed(changed(body, k1=bytes(32)))),
        case("creation_origin_with_path", "malformed", "An origin with a path.",
             signed(changed(body, k0="https://relay.example/sathi"))),
    ]  # fmt: skip


def _derived() -> list[Vector]:
    def case(
        what: str, rule: str, comment: str, raw: bytes, result: object, **more: object
    ) -> Vector:
        name = f"derive_{what.replace('-', '_')}"
        return vector(name, "derive", "ok", rule, comment, raw, what=what, result=result, **more)

    def labelled(label: str, data: bytes) -> bytes:
        # By the text of R-20, apart from the code under test.
        return hashlib.sha256(bytes([len(label)]) + label.encode() + data).digest()

    root, prekey = ALO.root.public, ALO.prekey
    node = labelled("sathi/1/node-id", root)
    body = encode_skeleton(SKELETON)
    payload = payload_of(OFFER)
    secret = octets("deposit secret")
    proof = introduction_proof(auth=INVITE.auth, inviter=ALO.node_id, guest=BANDHAN.card)
    answer = introduction_answer(auth=INVITE.auth, inviter=ALO.card, guest=BANDHAN.node_id)
    return [
        case("node-id", "R-27", "Of a root key.", root, node),
        case("node-id-text", "R-27", "As people see it.", node, "sn1" + _base32(node[:20])),
        case("key-id", "R-25", "Of a public key.", root, labelled("sathi/1/key-id", root)[:8]),
        case("mailbox-id", "R-28", "Of a mailbox key.", root,
             labelled("sathi/1/mailbox-id", root)[:16]),
        case("prekey-id", "R-29", "Of a public prekey.", prekey.public.raw,
             labelled("sathi/1/prekey-id", prekey.public.raw)[:16]),
        case("prekey-public", "R-30", "SHA-256 of the public prekey of a seed.", prekey.seed,
             sha256(prekey.public.raw)),
        case("safety-number", "R-71", "Of two root keys.", root + BANDHAN.root.public,
             _safety_number(root, BANDHAN.root.public)),
        case("message-hash", "R-43", "Of a skeleton.", body, labelled("sathi/1/msg-hash", body)),
        case("payload-commitment", "R-40", "Of a payload.", payload,
             labelled("sathi/1/payload", payload)),
        case("envelope-id", "R-35", "Of an envelope.", ENVELOPE, sha256(ENVELOPE)[:16]),
        case("consent-hash", "R-55", "Of a signed consent.", SIGNED_CONSENT.raw,
             sha256(SIGNED_CONSENT.raw)),
        case("text-hash", "R-59", "Of one of her sentences.", WISH.text.encode(),
             sha256(WISH.text.encode())),
        case("deposit-token", "R-61", "Of a deposit secret.", secret, deposit_token(secret)),
        case("bundle-key", "R-62", "Of a deposit secret.", secret, bundle_key(secret)),
        case("stick-passphrase", "R-221", "Of a deposit secret.", secret,
             _base32_whole(_hkdf(secret, info=b"sathi/1/stick"))),
        case("introduction-proof", "R-75", "Bandhan's, for Alo.", BANDHAN.signed_card.raw, proof,
             now=NOW, auth=INVITE.auth, other=ALO.node_id),
        case("introduction-answer", "R-75", "Alo's, for Bandhan.", ALO.signed_card.raw, answer,
             now=NOW, auth=INVITE.auth, other=BANDHAN.node_id),
    ]  # fmt: skip


def _hkdf(secret: bytes, *, info: bytes) -> bytes:
    # RFC 5869, apart from the code under test: one block is 32 bytes.
    drawn = hmac.digest(bytes(32), secret, "sha256")
    return hmac.digest(drawn, info + b"\x01", "sha256")


def _base32_whole(data: bytes) -> str:
    return base64.b32encode(data).decode("ascii").rstrip("=").lower()


def _base32(data: bytes) -> str:
    number = int.from_bytes(data)
    count = len(data) * 8 // 5
    digits = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(digits[number >> 5 * (count - 1 - at) & 31] for at in range(count))


def _safety_number(*roots: bytes) -> str:
    groups = []
    for root in sorted(roots):
        digest = hashlib.sha512(b"\x0esathi/1/safety" + root).digest()
        groups += [int.from_bytes(digest[5 * i : 5 * i + 5]) % 100_000 for i in range(6)]
    return " ".join(f"{group:05}" for group in groups)


def _events() -> list[Vector]:
    accept = {"type": ReferralAccept.TYPE, "class": "0"}
    raw = encode_content(ACCEPT)
    status = {"type": "followup.accept/1", "class": "0"}
    taken_on = encode_content(MESSAGES["followup_accept"][1])
    return [
        vector("state_accept_delivered", "referral", "ok", "R-97", "An offer that is open.", raw,
               **accept, state="delivered", event="accept", result="accepted"),
        vector("state_accept_declined", "referral", "E_STATE", "R-97", "Declined before.", raw,
               **accept, state="declined", event="accept"),
        vector("state_accept_withdrawn", "referral", "E_STATE", "R-97", "She withdrew.", raw,
               **accept, state="withdrawn", event="accept"),
        vector("state_follow_up_done", "follow-up", "E_STATE", "R-97", "It is done already.",
               taken_on, **status, state="done", event="take_on"),
        vector("state_follow_up_requested", "follow-up", "ok", "R-97", "It was asked for.",
               taken_on, **status, state="requested", event="take_on", result="taken_on"),
    ]  # fmt: skip
