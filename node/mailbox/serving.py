"""What the handlers of the mailbox API share: their parts, bounded bodies, and who is asking.

Whether a mailbox exists is told only to those who have a right to it. A wrong token and an unknown
mailbox get the same answer after the same work; so do a wrong signature and an unknown mailbox.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from aiohttp import hdrs, web

from node.mailbox.access import (
    Claim,
    NotAuthorisedError,
    opens,
    read_deposit_header,
    read_owner_header,
)
from node.mailbox.bounds import Bounds, Note
from node.mailbox.mailboxes import Mailboxes
from node.mailbox.problems import Problem, ProblemError
from node.mailbox.records import Mailbox
from node.system import Clock
from protocol import limits
from protocol.keys import VerifyingKey, signing_secret
from protocol.values import MailboxId, mailbox_id, sha256

# What a request may make the node wait for: ten seconds, and its bytes at 32 kbit/s.
BODY_PATIENCE_SECONDS: Final = 10.0
BODY_BYTES_PER_SECOND: Final = 4_000

# Verified against where there is no mailbox, so that both answers cost the same.
_NOBODYS_KEY: Final[VerifyingKey] = signing_secret(bytes(32)).public


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How one service behaves.

    Attributes:
        origin: the configured name under which owners sign their requests, never the Host header.
        own_mailbox: the one mailbox of a node; None makes this a relay, where tickets make mailboxes.
        deposits_per_minute: for each mailbox; limits.DEPOSITS_PER_MINUTE but in a bench or demo.
        body_patience_seconds: how long a body may take besides its size; BODY_PATIENCE_SECONDS.
    """

    origin: str
    own_mailbox: MailboxId | None
    deposits_per_minute: int
    body_patience_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything a handler needs."""

    store: Mailboxes
    clock: Clock
    policy: Policy
    bounds: Bounds


PARTS: Final = web.AppKey("parts", Parts)


def mailbox_of(request: web.Request) -> MailboxId:
    """The mailbox in the path; the route has let only 32 hex digits through."""
    return mailbox_id(bytes.fromhex(request.match_info["mailbox"]))


async def read_bounded(request: web.Request, *, bytes_max: int) -> bytes:
    """The body, if it is not longer than this and comes in time.

    Raises:
        ProblemError: too-large, or malformed if it was cut off or took too long.
    """
    if (request.content_length or 0) > bytes_max:
        raise ProblemError(Problem.TOO_LARGE)
    if not request.can_read_body:
        return b""
    patience = request.app[PARTS].policy.body_patience_seconds
    try:
        async with asyncio.timeout(patience + bytes_max / BODY_BYTES_PER_SECOND):
            return await _read(request, bytes_max)
    except (TimeoutError, OSError, web.RequestPayloadError):
        raise ProblemError(Problem.MALFORMED) from None


async def _read(request: web.Request, bytes_max: int) -> bytes:
    # One pause of the socket for each body instead of one for each 64 KiB of it.
    request.content.set_read_chunk_size(bytes_max)
    chunks: list[bytes] = []
    size = 0
    while chunk := await request.content.readany():
        size += len(chunk)
        if size > bytes_max:
            raise ProblemError(Problem.TOO_LARGE)
        chunks.append(chunk)
    return b"".join(chunks)


async def depositor(request: web.Request) -> Mailbox:
    """The mailbox in the path, if the request shows one of its deposit tokens.

    Raises:
        ProblemError: auth without a token, not-found for a wrong one or an unknown mailbox.
    """
    try:
        shown = read_deposit_header(request.headers.get(hdrs.AUTHORIZATION, ""))
    except NotAuthorisedError:
        raise ProblemError(Problem.AUTH) from None
    mailbox = await request.app[PARTS].store.find(mailbox_of(request))
    current = mailbox.deposit_hash if mailbox is not None else None
    previous = mailbox.previous_deposit_hash if mailbox is not None else None
    is_open = opens(shown, current=current, previous=previous)
    if mailbox is None or not is_open:
        raise ProblemError(Problem.NOT_FOUND)
    return mailbox


async def owner(request: web.Request, *, body_bytes_max: int = 0) -> tuple[Mailbox, bytes]:
    """The mailbox in the path and the body, if its owner signed this very request just now.

    Raises:
        ProblemError: auth for everything that is not right, also for an unknown mailbox; rate;
            too-large or malformed for the body.
    """
    parts = request.app[PARTS]
    mailbox = await parts.store.find(mailbox_of(request))
    try:
        claim = read_owner_header(
            request.headers.get(hdrs.AUTHORIZATION, ""),
            key=mailbox.owner_key if mailbox is not None else _NOBODYS_KEY,
        )
    except NotAuthorisedError:
        raise ProblemError(Problem.AUTH) from None
    if mailbox is None or not _is_for(claim, request):
        raise ProblemError(Problem.AUTH)
    await _check_fresh(claim, mailbox.mailbox_id, parts)
    body = await read_bounded(request, bytes_max=body_bytes_max)
    if sha256(body) != claim.body_hash:
        raise ProblemError(Problem.AUTH)
    return mailbox, body


def _is_for(claim: Claim, request: web.Request) -> bool:
    # The path as it stood in the request line, before anybody unquoted or sorted anything.
    here = (request.app[PARTS].policy.origin, request.method, request.raw_path)
    return (claim.origin, claim.method, claim.path) == here


async def _check_fresh(claim: Claim, mailbox: MailboxId, parts: Parts) -> None:
    if abs(claim.time - parts.clock.wall()) > limits.MAILBOX_AUTH_SKEW_SECONDS:
        raise ProblemError(Problem.AUTH)
    note = await parts.bounds.note(mailbox, claim.nonce)
    if note is Note.CROWDED:
        raise ProblemError(Problem.RATE, retry_after_seconds=limits.MINUTE)
    if note is Note.SEEN:
        raise ProblemError(Problem.AUTH)
