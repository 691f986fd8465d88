"""Runs a vector through the product and says what came of it: `ok`, a refusal code, or another word."""

from collections.abc import Callable
from typing import assert_never

from node.mailbox import access, stick
from protocol import (
    audit,
    cards,
    charter,
    charter_chain,
    consent_rules,
    follow_up_flow,
    limits,
    prekeys,
    referral_flow,
)
from protocol.cards import HeldInvite
from protocol.codec import decode
from protocol.consent import parse_consent
from protocol.consent_rules import Refusal, ShareRequest
from protocol.errors import MalformedError, RefusalCode, RemoteProtocolError
from protocol.keys import verifying_key
from protocol.labels import Kind
from protocol.messages.core import IntroductionRequest
from protocol.messages.union import MessageClass, encode_content, parse_content, split_payload
from protocol.permits import Permit
from protocol.signing import Signed, parse, verify
from protocol.skeleton import encode_skeleton, parse_skeleton
from protocol.values import Instant, node_id
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import Purpose
from tests.vectors.deriving import derive
from tests.vectors.form import Vector
from tests.vectors.receiving import receive, standing_of

OK = "ok"


def outcome(vector: Vector) -> str:
    """What the product makes of the artefact in the situation that the headers describe."""
    operation = OPERATIONS[vector.one("operation")]
    try:
        return operation(vector)
    except RemoteProtocolError as error:
        return error.code.value


def now_of(vector: Vector) -> Instant:
    """The clock of the vector."""
    return Instant(int(vector.one("now")))


def _decode(vector: Vector) -> str:
    decode(vector.artefact)
    return OK


def _signed(vector: Vector) -> str:
    signed = parse(vector.artefact, kind=Kind(vector.one("kind")))
    verify(signed, keys=[verifying_key(key, place="key") for key in vector.octets("key")])
    return OK


def _card(vector: Vector) -> str:
    card, _ = cards.read_card(vector.artefact, now=now_of(vector))
    for raw in vector.octets("held"):
        held, _ = cards.read_card(raw, now=now_of(vector))
        cards.follows(card, held=held)
    return OK


def _charter(vector: Vector) -> str:
    held = [charter.held_charter(raw) for raw in vector.octets("held")]
    charter_chain.follow(
        charter_chain.parse_chain(vector.artefact),
        held=held[0] if held else None,
        now=now_of(vector),
    )
    return OK


def _checkpoint(vector: Vector) -> str:
    signed = parse(vector.artefact, kind=Kind.CHECKPOINT)
    verify(signed, keys=[verifying_key(key, place="key") for key in vector.octets("key")])
    assert audit.checkpoint_body(audit.parse_checkpoint(signed)) == signed.body
    return OK


def _suspend(vector: Vector) -> str:
    cards.read_suspend(
        vector.artefact,
        roots=[verifying_key(key, place="root") for key in vector.octets("root")],
        stewards=[verifying_key(key, place="steward") for key in vector.octets("steward")],
        now=now_of(vector),
    )
    return OK


def _introduction(vector: Vector) -> str:
    cards.read_introduction(vector.artefact, now=now_of(vector))
    return OK


def _read_bundle(vector: Vector, signed: Signed) -> prekeys.Bundle:
    [raw] = vector.octets("card")
    card, _ = cards.read_card(raw, now=now_of(vector))
    return cards.read_bundle(signed, card=card, now=now_of(vector))


def _bundle_of(vector: Vector) -> prekeys.Bundle:
    return _read_bundle(vector, parse(vector.artefact, kind=Kind.BUNDLE))


def _bundle(vector: Vector) -> str:
    return _follows(vector, _bundle_of(vector))


def _resting(vector: Vector) -> str:
    [secret] = vector.octets("secret")
    signed = prekeys.take_up(vector.artefact, deposit_secret=secret)
    return _follows(vector, _read_bundle(vector, signed))


def _follows(vector: Vector, bundle: prekeys.Bundle) -> str:
    for generation in vector.every("held-generation"):
        prekeys.follows(bundle, held_generation=int(generation))
    return OK


def _slice(vector: Vector) -> str:
    found = prekeys.slice_for(_bundle_of(vector), now=now_of(vector))
    if found is None:
        return RefusalCode.E_BUNDLE_STALE.value
    assert found.prekey_id.hex() == vector.one("result")
    return OK


def _invite(vector: Vector) -> str:
    request = parse_content(
        decode(vector.artefact), type_name=IntroductionRequest.TYPE, of_class=MessageClass.NONE
    )
    assert isinstance(request, IntroductionRequest)
    guest, _ = cards.read_card(request.card, now=now_of(vector))
    [me] = vector.octets("me")
    held = [line.split() for line in vector.every("invite")]
    invites = [
        HeldInvite(auth=bytes.fromhex(auth), expires=Instant(int(expires)), is_used=use == "used")
        for auth, expires, use in held
    ]
    cards.admit(request.proof, guest=guest, me=node_id(me), invites=invites, now=now_of(vector))
    return OK


def _consent(vector: Vector) -> str:
    signed = parse(vector.artefact, kind=Kind.CONSENT)
    verify(signed, keys=[verifying_key(key, place="key") for key in vector.octets("key")])
    parse_consent(signed.body)
    return OK


def _share(vector: Vector) -> str:
    [holder], [recipient] = vector.octets("holder"), vector.octets("recipient")
    request = ShareRequest(
        holder=node_id(holder),
        recipient=node_id(recipient),
        purpose=Purpose(vector.one("purpose")),
        categories=frozenset(Category(int(n)) for n in vector.one("categories").split(",")),
        handle=None,
    )
    answer = consent_rules.may_share(
        [standing_of(vector.artefact, vector.one("events"))],
        request=request,
        level=int(vector.one("level")),
        now=now_of(vector),
    )
    match answer:
        case Permit():
            return OK
        case Refusal(code=code):
            return code.value
        case _:
            assert_never(answer)


def _skeleton(vector: Vector) -> str:
    skeleton = parse_skeleton(vector.artefact)
    if not vector.every("extended"):
        assert encode_skeleton(skeleton) == vector.artefact
    return OK


def _payload(vector: Vector) -> str:
    split_payload(vector.artefact)
    return OK


def _content(vector: Vector) -> str:
    message = parse_content(
        decode(vector.artefact),
        type_name=vector.one("type"),
        of_class=MessageClass(vector.one("class")),
    )
    assert encode_content(message) == vector.artefact
    return OK


def _stick(vector: Vector) -> str:
    envelopes = stick.unpack(
        vector.artefact,
        envelopes_max=limits.STICK_ENVELOPES_MAX,
        bytes_max=limits.STICK_BYTES_MAX,
    )
    assert len(envelopes) == int(vector.one("result"))
    return OK


def _referral(vector: Vector) -> str:
    state = referral_flow.ReferralState(vector.one("state"))
    event = referral_flow.ReferralEvent(vector.one("event"))
    moved = referral_flow.step(state, event, heard=None)
    return _moved(vector, None if moved is None else moved[0].value)


def _follow_up(vector: Vector) -> str:
    state = follow_up_flow.FollowUpState(vector.one("state"))
    moved = follow_up_flow.step(state, follow_up_flow.FollowUpEvent(vector.one("event")))
    return _moved(vector, None if moved is None else moved.value)


def _moved(vector: Vector, state: str | None) -> str:
    # What arrives is legal in itself; only the state decides.
    _content(vector)
    if state is None:
        return RefusalCode.E_STATE.value
    assert state == vector.one("result")
    return OK


def _mailbox_auth(vector: Vector) -> str:
    [key] = vector.octets("key")
    try:
        access.read_owner_header(
            vector.artefact.decode("ascii"), key=verifying_key(key, place="key")
        )
    except access.NotAuthorisedError:
        return "auth"
    return OK


def _deposit(vector: Vector) -> str:
    try:
        shown = access.read_deposit_header(vector.artefact.decode("ascii"))
    except access.NotAuthorisedError:
        return "auth"
    assert shown.hex() == vector.one("result")
    return OK


def _mailbox_create(vector: Vector) -> str:
    try:
        access.read_creation(vector.artefact)
    except MalformedError:
        return "malformed"
    except access.NotAuthorisedError:
        return "auth"
    return OK


def _derive(vector: Vector) -> str:
    assert derive(vector.one("what"), vector) == vector.one("result")
    return OK


OPERATIONS: dict[str, Callable[[Vector], str]] = {
    "sce-decode": _decode,
    "signed": _signed,
    "card": _card,
    "checkpoint": _checkpoint,
    "introduction": _introduction,
    "bundle": _bundle,
    "resting": _resting,
    "slice": _slice,
    "invite": _invite,
    "charter": _charter,
    "suspend": _suspend,
    "consent": _consent,
    "share": _share,
    "skeleton": _skeleton,
    "payload": _payload,
    "content": _content,
    "envelope": receive,
    "stick": _stick,
    "referral": _referral,
    "follow-up": _follow_up,
    "mailbox-auth": _mailbox_auth,
    "deposit": _deposit,
    "mailbox-create": _mailbox_create,
    "derive": _derive,
}
