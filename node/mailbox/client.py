"""One attempt at somebody's mailbox, or at one's own on a relay: a request, an outcome.

Nothing here tries again, waits or decides; the courier does. No function raises for what the network or
the other side does.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import aiohttp
import msgspec

from node.mailbox import stick
from node.mailbox.access import (
    TICKET_HEADER,
    DepositHashes,
    deposit_header,
    encode_deposit_hashes,
    new_claim,
    owner_header,
    sign_creation,
    to_base64url,
)
from node.mailbox.exchange import Answer, Ask, Failure, ServerTrouble, exchange
from protocol import limits
from protocol.errors import LocalProtocolError, MalformedError
from protocol.keys import SigningSecret, mailbox_id_of
from protocol.sealing import deposit_token
from protocol.values import (
    Entropy,
    EnvelopeId,
    Hash,
    Instant,
    MailboxId,
    envelope_id_of,
    instant,
    sha256,
)

_SMALL_ANSWER_BYTES_MAX: Final = 16_384
_STICK_BYTES_MAX: Final = limits.BATCH_BYTES_MAX + stick.frame_bytes(limits.BATCH_ENVELOPES_MAX)
_OCTETS: Final[dict[str, str]] = {"Content-Type": "application/octet-stream"}
_JSON: Final[dict[str, str]] = {"Content-Type": "application/json"}
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_THERE: Final = frozenset({200, 201})


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way to a peer's mailbox, as its invite or bundle tells it."""

    origin: str
    mailbox_id: MailboxId
    deposit_secret: bytes = field(repr=False)
    pin: bytes | None
    """Of the key of the service, where its owner tells one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A mailbox of our own on a relay, and the pin of the relay's key, where we know one."""

    origin: str
    pin: bytes | None
    secret: SigningSecret = field(repr=False)

    @property
    def mailbox_id(self) -> MailboxId:
        """The name that follows from the key."""
        return mailbox_id_of(self.secret.public)


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """What became of one envelope: `problem` is None if it lies in the mailbox now."""

    envelope_id: EnvelopeId
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The batch was answered, each envelope on its own, in the order of the batch."""

    envelopes: tuple[Laid, ...]


Outcome = Delivered | Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class PickUp:
    """So many envelopes at most, 1 to 64; those behind `after`; waiting up to 25 s where there are none."""

    limit: int
    wait_seconds: int
    after: EnvelopeId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What lies in our mailbox, oldest first; it still lies there until it is deleted."""

    envelopes: tuple[bytes, ...] = field(repr=False)
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A bundle, as sealed by its owner."""

    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Done:
    """It was carried out, now or by an earlier attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the clock of a mailbox says."""

    time: Instant


class _BatchAnswer(msgspec.Struct, forbid_unknown_fields=True):
    results: list[tuple[str, int | str]]


class _Info(msgspec.Struct):
    time: int


# At a peer's mailbox.


async def deposit_batch(
    session: aiohttp.ClientSession, route: Route, envelopes: Sequence[bytes]
) -> Outcome:
    """Leave 1 to 64 envelopes, together at most 1 MiB.

    Raises:
        LocalProtocolError: if there are none or too many; that is our own bug.
    """
    total = sum(len(envelope) for envelope in envelopes)
    if not 1 <= len(envelopes) <= limits.BATCH_ENVELOPES_MAX or total > limits.BATCH_BYTES_MAX:
        raise LocalProtocolError("a batch that no mailbox would take")
    ask = Ask(
        origin=route.origin,
        pin=route.pin,
        method="POST",
        path=_path(route.mailbox_id, "/envelopes"),
        headers={**_OCTETS, **_as_depositor(route)},
        body=stick.pack(envelopes),
        answer_bytes_max=_SMALL_ANSWER_BYTES_MAX,
    )
    answer = await exchange(session, ask)
    if not isinstance(answer, Answer):
        return answer
    names = [envelope_id_of(envelope) for envelope in envelopes]
    try:
        results = msgspec.json.decode(answer.body, type=_BatchAnswer).results
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ServerTrouble(status=answer.status)
    if [name.hex() for name in names] != [name for name, _ in results]:
        return ServerTrouble(status=answer.status)
    return Delivered(
        envelopes=tuple(
            Laid(envelope_id=name, problem=_problem(result))
            for name, (_, result) in zip(names, results, strict=True)
        )
    )


def _problem(result: int | str) -> str | None:
    if isinstance(result, int):
        return None if result in _THERE else "unknown"
    return result if _NAME.fullmatch(result) else "unknown"


async def get_bundle(session: aiohttp.ClientSession, route: Route) -> Found | Failure:
    """Read the sealed bundle that lies beside a peer's mailbox."""
    ask = Ask(
        origin=route.origin,
        pin=route.pin,
        method="GET",
        path=_path(route.mailbox_id, "/bundle"),
        headers=_as_depositor(route),
        body=b"",
        answer_bytes_max=limits.BUNDLE_BYTES_MAX,
    )
    answer = await exchange(session, ask)
    return Found(content=answer.body) if isinstance(answer, Answer) else answer


async def ask_time(session: aiohttp.ClientSession, route: Route) -> Told | Failure:
    """What time it is at a peer's mailbox."""
    ask = Ask(
        origin=route.origin,
        pin=route.pin,
        method="GET",
        path="/sathi/v1/info",
        headers=_as_depositor(route),
        body=b"",
        answer_bytes_max=_SMALL_ANSWER_BYTES_MAX,
    )
    answer = await exchange(session, ask)
    if not isinstance(answer, Answer):
        return answer
    try:
        return Told(time=instant(msgspec.json.decode(answer.body, type=_Info).time))
    except (msgspec.DecodeError, UnicodeDecodeError, MalformedError):
        return ServerTrouble(status=answer.status)


def _as_depositor(route: Route) -> dict[str, str]:
    return {"Authorization": deposit_header(deposit_token(route.deposit_secret))}


# At our own mailbox on a relay.


async def create(
    session: aiohttp.ClientSession,
    home: Home,
    *,
    deposit_secret: bytes,
    ticket: bytes,
    created: Instant,
) -> Done | Failure:
    """Make the mailbox; with the same values it may be asked for again."""
    body = sign_creation(
        home.secret,
        origin=home.origin,
        deposit_hash=deposit_hash_of(deposit_secret),
        created=created,
    )
    ask = Ask(
        origin=home.origin,
        pin=home.pin,
        method="PUT",
        path=_path(home.mailbox_id, ""),
        headers={**_OCTETS, TICKET_HEADER: to_base64url(ticket)},
        body=body,
        answer_bytes_max=_SMALL_ANSWER_BYTES_MAX,
    )
    return _done(await exchange(session, ask))


async def collect(
    session: aiohttp.ClientSession,
    home: Home,
    asked: PickUp,
    *,
    now: Instant,
    entropy: Entropy,
) -> Collected | Failure:
    """Read the oldest envelopes, together at most 1 MiB."""
    behind = f"&after={asked.after.hex()}" if asked.after else ""
    query = f"?as=stick&limit={asked.limit}&wait={asked.wait_seconds}{behind}"
    path = _path(home.mailbox_id, "/envelopes") + query
    ask = Ask(
        origin=home.origin,
        pin=home.pin,
        method="GET",
        path=path,
        headers=_as_owner(home, "GET", path, b"", now=now, entropy=entropy),
        body=b"",
        answer_bytes_max=_STICK_BYTES_MAX,
        wait_seconds=asked.wait_seconds,
    )
    answer = await exchange(session, ask)
    if not isinstance(answer, Answer):
        return answer
    try:
        envelopes = stick.unpack(
            answer.body,
            envelopes_min=0,
            envelopes_max=limits.BATCH_ENVELOPES_MAX,
            bytes_max=limits.BATCH_BYTES_MAX,
        )
    except MalformedError:
        return ServerTrouble(status=answer.status)
    if answer.more not in ("0", "1"):
        return ServerTrouble(status=answer.status)
    return Collected(envelopes=envelopes, more=answer.more == "1")


async def delete(
    session: aiohttp.ClientSession,
    home: Home,
    names: Sequence[EnvelopeId],
    *,
    now: Instant,
    entropy: Entropy,
) -> Done | Failure:
    """Delete at most 64 envelopes."""
    body = msgspec.json.encode({"eids": [name.hex() for name in names]})
    path = _path(home.mailbox_id, "/envelopes/delete")
    headers = {**_JSON, **_as_owner(home, "POST", path, body, now=now, entropy=entropy)}
    return _done(await exchange(session, _small("POST", home, path, headers, body)))


async def put_bundle(
    session: aiohttp.ClientSession,
    home: Home,
    content: bytes,
    *,
    now: Instant,
    entropy: Entropy,
) -> Done | Failure:
    """Lay the sealed bundle beside the mailbox, in place of the one before."""
    path = _path(home.mailbox_id, "/bundle")
    headers = {**_OCTETS, **_as_owner(home, "PUT", path, content, now=now, entropy=entropy)}
    return _done(await exchange(session, _small("PUT", home, path, headers, content)))


async def set_deposit_secrets(
    session: aiohttp.ClientSession,
    home: Home,
    *,
    current: bytes,
    previous: bytes | None,
    now: Instant,
    entropy: Entropy,
) -> Done | Failure:
    """Rotate the deposit secret; peers who know only the previous one may still deposit."""
    body = encode_deposit_hashes(
        DepositHashes(
            current=deposit_hash_of(current),
            previous=None if previous is None else deposit_hash_of(previous),
        )
    )
    path = _path(home.mailbox_id, "")
    headers = {**_OCTETS, **_as_owner(home, "PATCH", path, body, now=now, entropy=entropy)}
    return _done(await exchange(session, _small("PATCH", home, path, headers, body)))


async def delete_mailbox(
    session: aiohttp.ClientSession, home: Home, *, now: Instant, entropy: Entropy
) -> Done | Failure:
    """Delete the mailbox and everything in it. `auth` is also the answer if it is gone already."""
    path = _path(home.mailbox_id, "")
    headers = _as_owner(home, "DELETE", path, b"", now=now, entropy=entropy)
    return _done(await exchange(session, _small("DELETE", home, path, headers, b"")))


def deposit_hash_of(deposit_secret: bytes) -> Hash:
    """What a mailbox keeps in order to know the depositors: the hash of their token."""
    return sha256(deposit_token(deposit_secret))


def _as_owner(
    home: Home, method: str, path: str, body: bytes, *, now: Instant, entropy: Entropy
) -> dict[str, str]:
    claim = new_claim(
        origin=home.origin, method=method, path=path, body=body, now=now, entropy=entropy
    )
    return {"Authorization": owner_header(claim, secret=home.secret)}


def _small(method: str, home: Home, path: str, headers: dict[str, str], body: bytes) -> Ask:
    return Ask(
        origin=home.origin,
        pin=home.pin,
        method=method,
        path=path,
        headers=headers,
        body=body,
        answer_bytes_max=_SMALL_ANSWER_BYTES_MAX,
    )


def _done(answer: Answer | Failure) -> Done | Failure:
    return Done() if isinstance(answer, Answer) else answer


def _path(mailbox: MailboxId, rest: str) -> str:
    return f"/sathi/v1/mailboxes/{mailbox.hex()}{rest}"
