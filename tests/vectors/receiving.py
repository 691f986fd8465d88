"""The `envelope` operation: from sealed bytes to a verdict, in the situation that the headers describe."""

from typing import assert_never

from protocol.acceptance import (
    Accepted,
    Covered,
    Duplicate,
    Held,
    Refused,
    Situation,
    Withheld,
    judge,
    judge_in_doubt,
)
from protocol.consent import ConsentEvent, Standing, consent_hash, parse_consent
from protocol.envelope import KnownSender, VerifiedMessage, open_envelope, parse, verify_message
from protocol.keys import prekey_secret, verifying_key
from protocol.labels import Kind
from protocol.signing import parse as parse_signed
from protocol.streams import Incoming, Link
from protocol.values import Hash, Instant, NodeId, consent_id, digest, node_id
from tests.vectors.form import Vector


def receive(vector: Vector) -> str:
    """Open, verify and judge. Raises: RemoteProtocolError for the steps before judging."""
    secrets = [prekey_secret(seed) for seed in vector.octets("prekey")]
    opened = open_envelope(
        parse(vector.artefact), prekeys={secret.prekey_id: secret for secret in secrets}
    )
    [me] = vector.octets("me")
    senders = [_sender(line, vector) for line in vector.every("sender")]
    verified = verify_message(
        opened, senders=senders, me=node_id(me), now=Instant(int(vector.one("now")))
    )
    return _judged(vector, verified, me=node_id(me), senders=senders)


def _sender(line: str, vector: Vector) -> KnownSender:
    node, *keys = (bytes.fromhex(part) for part in line.split())
    return KnownSender(
        node_id=node_id(node),
        keys=tuple(verifying_key(key, place="sender") for key in keys),
        is_suspended=node.hex() in vector.every("suspended"),
    )


def _judged(
    vector: Vector, verified: VerifiedMessage, *, me: NodeId, senders: list[KnownSender]
) -> str:
    asked = judge_in_doubt if vector.every("clock") else judge
    verdict = asked(verified, _situation(vector, verified, me=me, senders=senders))
    match verdict:
        case Accepted(order=order):
            assert order.value == vector.one("result")
            return "ok"
        case Duplicate():
            return "duplicate"
        case Withheld():
            return "withheld"
        case Covered():
            return "covered"
        case Held(code=code) | Refused(code=code):
            return code.value
        case _:
            assert_never(verdict)


def _situation(
    vector: Vector, verified: VerifiedMessage, *, me: NodeId, senders: list[KnownSender]
) -> Situation:
    sender = verified.skeleton.sender
    seen = vector.octets("seen")
    buried = {consent_id(raw) for raw in vector.octets("buried")}
    return Situation(
        me=me,
        now=Instant(int(vector.one("now"))),
        latest_seen=Instant(vector.number("latest-seen", absent=0)),
        level=vector.number("level", absent=0),
        is_suspended=any(known.is_suspended for known in senders if known.node_id == sender),
        seen=digest(seen[0]) if seen else None,
        stream=_stream(vector),
        held={link.sequence: link for link in map(_link, vector.every("held"))},
        standing=_standings(vector).get,
        is_buried=buried.__contains__,
        sender_keys=tuple(k for known in senders if known.node_id == sender for k in known.keys),
    )


def _stream(vector: Vector) -> Incoming | None:
    lines = vector.every("stream")
    if not lines:
        return None
    epoch, sequence, link, condition = lines[0].split()
    return Incoming(
        epoch=Instant(int(epoch)),
        sequence=int(sequence),
        hash=digest(bytes.fromhex(link)),
        is_frozen=condition == "frozen",
    )


def _link(line: str) -> Link:
    sequence, previous, link = line.split()
    return Link(
        sequence=int(sequence),
        previous=digest(bytes.fromhex(previous)),
        hash=digest(bytes.fromhex(link)),
    )


def _standings(vector: Vector) -> dict[Hash, Standing]:
    lines = (line.split() for line in vector.every("consent"))
    held = [standing_of(bytes.fromhex(raw), events) for events, raw in lines]
    return {standing.consent_hash: standing for standing in held}


def standing_of(raw: bytes, events: str) -> Standing:
    """A consent as it is held, with what is recorded of it."""
    signed = parse_signed(raw, kind=Kind.CONSENT)
    return Standing(
        consent=parse_consent(signed.body),
        consent_hash=consent_hash(signed),
        events=frozenset(ConsentEvent(event) for event in events.split(",")),
        ticks=frozenset(),
    )
