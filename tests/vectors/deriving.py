"""The `derive` operation: names, hashes and tokens that follow from the artefact."""

from protocol import keys, safety, sealing, skeleton
from protocol.cards import introduction_answer, introduction_proof, read_card
from protocol.values import Instant, envelope_id_of, node_id, node_id_text, sha256
from tests.vectors.form import Vector


def derive(what: str, vector: Vector) -> str:
    """The derived value, in hexadecimal or as it is shown."""
    data = vector.artefact
    match what:
        case "node-id":
            return keys.node_id_of(keys.verifying_key(data, place="root")).hex()
        case "node-id-text":
            return node_id_text(node_id(data))
        case "key-id":
            return keys.key_id_of(data).hex()
        case "mailbox-id":
            return keys.mailbox_id_of(keys.verifying_key(data, place="mailbox")).hex()
        case "prekey-id":
            return keys.prekey_id_of(data).hex()
        case "prekey-public":
            return sha256(keys.prekey_secret(data).public.raw).hex()
        case "safety-number":
            one, other = (keys.verifying_key(half, place="root") for half in (data[:32], data[32:]))
            return " ".join(safety.safety_number(one, other))
        case _:
            return _derive_more(what, vector)


def _derive_more(what: str, vector: Vector) -> str:
    data = vector.artefact
    match what:
        case "message-hash":
            return skeleton.message_hash(data).hex()
        case "payload-commitment":
            return skeleton.payload_commitment(data).hex()
        case "envelope-id":
            return envelope_id_of(data).hex()
        case "consent-hash" | "text-hash":
            return sha256(data).hex()
        case "deposit-token":
            return sealing.deposit_token(data).hex()
        case "bundle-key":
            return sealing.bundle_key(data).hex()
        case "introduction-proof" | "introduction-answer":
            return _introduction(what, vector)
        case _:
            raise AssertionError(what)


def _introduction(what: str, vector: Vector) -> str:
    # The artefact is the card of whoever shows the proof; `other` is the node it is shown to.
    card, _ = read_card(vector.artefact, now=Instant(int(vector.one("now"))))
    [auth], [other] = vector.octets("auth"), vector.octets("other")
    if what == "introduction-proof":
        return introduction_proof(auth=auth, inviter=node_id(other), guest=card).hex()
    return introduction_answer(auth=auth, inviter=card, guest=node_id(other)).hex()
