"""The `derive` operation: names, hashes and tokens that follow from the artefact."""

from collections.abc import Callable

from protocol import audit, keys, safety, sealing, skeleton
from protocol.cards import introduction_answer, introduction_proof, read_card
from protocol.codec import decode
from protocol.values import Instant, digest, envelope_id_of, node_id, node_id_text, sha256
from tests.vectors.form import Vector


def derive(what: str, vector: Vector) -> str:
    """The derived value, in hexadecimal or as it is shown."""
    match what:
        case "node-id-text":
            return node_id_text(node_id(vector.artefact))
        case "stick-passphrase":
            return sealing.stick_passphrase(vector.artefact)
        case "safety-number":
            return _safety_number(vector.artefact)
        case "introduction-proof" | "introduction-answer":
            return _introduction(what, vector)
        case _:
            return _OF_BYTES[what](vector.artefact).hex()


def _node_id(root: bytes) -> bytes:
    return keys.node_id_of(keys.verifying_key(root, place="root"))


def _mailbox_id(mailbox: bytes) -> bytes:
    return keys.mailbox_id_of(keys.verifying_key(mailbox, place="mailbox"))


def _prekey_public(seed: bytes) -> bytes:
    return sha256(keys.prekey_secret(seed).public.raw)


def _audit_day(content: bytes) -> bytes:
    match decode(content):
        case [int(day), bytes(previous), bytes(last_entry)]:
            return audit.day_hash(day, previous=digest(previous), last_entry=digest(last_entry))
        case _:
            raise AssertionError("not a day, the head before and an entry")


_OF_BYTES: dict[str, Callable[[bytes], bytes]] = {
    "node-id": _node_id,
    "key-id": keys.key_id_of,
    "mailbox-id": _mailbox_id,
    "prekey-id": keys.prekey_id_of,
    "prekey-public": _prekey_public,
    "message-hash": skeleton.message_hash,
    "payload-commitment": skeleton.payload_commitment,
    "envelope-id": envelope_id_of,
    "consent-hash": sha256,
    "text-hash": sha256,
    "audit-day": _audit_day,
    "deposit-token": sealing.deposit_token,
    "bundle-key": sealing.bundle_key,
}


def _safety_number(roots: bytes) -> str:
    one, other = (keys.verifying_key(half, place="root") for half in (roots[:32], roots[32:]))
    return " ".join(safety.safety_number(one, other))


def _introduction(what: str, vector: Vector) -> str:
    # The artefact is the card of whoever shows the proof; `other` is the node it is shown to.
    card, _ = read_card(vector.artefact, now=Instant(int(vector.one("now"))))
    [auth], [other] = vector.octets("auth"), vector.octets("other")
    if what == "introduction-proof":
        return introduction_proof(auth=auth, inviter=node_id(other), guest=card).hex()
    return introduction_answer(auth=auth, inviter=card, guest=node_id(other)).hex()
