"""What the owner may do with a mailbox over HTTP: collect, delete, publish a bundle, change, close."""

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec
from aiohttp import web

from node.mailbox import stick
from node.mailbox.access import MORE_HEADER, read_deposit_hashes
from node.mailbox.problems import Problem, ProblemError
from node.mailbox.records import Listing, Taken, UnknownMailboxError
from node.mailbox.serving import PARTS, owner
from protocol import limits
from protocol.errors import MalformedError
from protocol.values import EnvelopeId, MailboxId, envelope_id

Found = TypeVar("Found", Listing, Taken)

DELETE_BODY_BYTES_MAX: Final = 4_096
DEPOSIT_HASHES_BYTES_MAX: Final = 256

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,2}")
_NAME: Final = re.compile(r"[0-9a-f]{32}")


class _DeleteMany(msgspec.Struct, forbid_unknown_fields=True):
    eids: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PickUp:
    """What a pick-up asks for: how, how many, behind which envelope, and how long it would wait."""

    as_stick: bool
    limit: int
    wait_seconds: int
    after: EnvelopeId | None


async def pick_up(request: web.Request) -> web.Response:
    """GET of what waits, as a list of names or as a stick; waits for mail if asked to."""
    mailbox, _ = await owner(request)
    asked = _pick_up(request)
    store = request.app[PARTS].store
    if asked.as_stick:
        taken = await _when_there(
            request,
            mailbox.mailbox_id,
            asked.wait_seconds,
            lambda: store.take(
                mailbox.mailbox_id,
                limit=asked.limit,
                bytes_max=limits.BATCH_BYTES_MAX,
                after=asked.after,
            ),
        )
        return web.Response(
            body=stick.pack(taken.envelopes),
            content_type="application/octet-stream",
            headers={MORE_HEADER: "1" if taken.more else "0"},
        )
    listing = await _when_there(
        request,
        mailbox.mailbox_id,
        asked.wait_seconds,
        lambda: store.listing(mailbox.mailbox_id, limit=asked.limit, after=asked.after),
    )
    return _listing_response(listing, request)


def _listing_response(listing: Listing, request: web.Request) -> web.Response:
    answer = {
        "envelopes": [
            {"eid": listed.envelope_id.hex(), "size": listed.size} for listed in listing.envelopes
        ],
        "more": listing.more,
        "time": request.app[PARTS].clock.wall(),
    }
    return web.Response(body=json.dumps(answer).encode(), content_type="application/json")


async def _when_there(
    request: web.Request, mailbox: MailboxId, seconds: int, look: Callable[[], Awaitable[Found]]
) -> Found:
    """What is found now, or when the bell has rung or the time is over."""
    store = request.app[PARTS].store
    if not seconds:
        return await look()
    bell, left = store.bell(mailbox), float(seconds)
    found = await look()
    while left > 0 and not found.envelopes and not bell.is_set():
        pause = min(left, store.look_again_seconds)
        left -= pause
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await bell.wait()
        found = await look()
    return found


def _pick_up(request: web.Request) -> PickUp:
    query = dict(request.query)
    # A key given twice is one of two spellings of something, so none.
    if len(query) != len(request.query):
        raise ProblemError(Problem.MALFORMED)
    form = query.pop("as", None)
    as_stick = form == "stick"
    limit_max = limits.BATCH_ENVELOPES_MAX if as_stick else limits.LISTED_ENVELOPES_MAX
    limit = _number(query.pop("limit", str(limit_max)), at_most=limit_max)
    wait = _number(query.pop("wait", "0"), at_most=limits.LONG_POLL_SECONDS_MAX)
    after = query.pop("after", None)
    if query or limit == 0 or form not in (None, "stick"):
        raise ProblemError(Problem.MALFORMED)
    return PickUp(
        as_stick=as_stick,
        limit=limit,
        wait_seconds=wait,
        after=None if after is None else _name(after),
    )


def _number(text: str, *, at_most: int) -> int:
    if not _NUMBER.fullmatch(text) or int(text) > at_most:
        raise ProblemError(Problem.MALFORMED)
    return int(text)


def _name(text: str) -> EnvelopeId:
    if not _NAME.fullmatch(text):
        raise ProblemError(Problem.MALFORMED)
    return envelope_id(bytes.fromhex(text))


async def fetch(request: web.Request) -> web.Response:
    """GET of one envelope."""
    mailbox, _ = await owner(request)
    name = _name(request.match_info["envelope"])
    content = await request.app[PARTS].store.fetch(mailbox.mailbox_id, name)
    if content is None:
        raise ProblemError(Problem.NOT_FOUND)
    return web.Response(body=content, content_type="application/octet-stream")


async def delete_one(request: web.Request) -> web.Response:
    """DELETE of one envelope; gone already is as good."""
    mailbox, _ = await owner(request)
    name = _name(request.match_info["envelope"])
    await request.app[PARTS].store.delete(mailbox.mailbox_id, (name,))
    return web.Response(status=204)


async def delete_many(request: web.Request) -> web.Response:
    """POST of the names of at most 64 envelopes to delete; gone already is as good."""
    mailbox, body = await owner(request, body_bytes_max=DELETE_BODY_BYTES_MAX)
    names = _names(body)
    await request.app[PARTS].store.delete(mailbox.mailbox_id, names)
    return web.Response(status=204)


def _names(body: bytes) -> tuple[EnvelopeId, ...]:
    try:
        texts = msgspec.json.decode(body, type=_DeleteMany).eids
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ProblemError(Problem.MALFORMED) from None
    if len(texts) > limits.BATCH_ENVELOPES_MAX:
        raise ProblemError(Problem.TOO_LARGE)
    # Two quotes for each name and two for the one key: with more, the key was given twice.
    if body.count(b'"') != 2 * len(texts) + 2:
        raise ProblemError(Problem.MALFORMED)
    return tuple(_name(text) for text in texts)


async def put_bundle(request: web.Request) -> web.Response:
    """PUT of the sealed bundle."""
    mailbox, body = await owner(request, body_bytes_max=limits.BUNDLE_BYTES_MAX)
    try:
        await request.app[PARTS].store.put_bundle(mailbox.mailbox_id, body)
    except UnknownMailboxError:
        raise ProblemError(Problem.NOT_FOUND) from None
    return web.Response(status=204)


async def change_mailbox(request: web.Request) -> web.Response:
    """PATCH of the deposit hashes: the current one, and the one before while peers still use it."""
    mailbox, body = await owner(request, body_bytes_max=DEPOSIT_HASHES_BYTES_MAX)
    try:
        hashes = read_deposit_hashes(body)
    except MalformedError:
        raise ProblemError(Problem.MALFORMED) from None
    try:
        await request.app[PARTS].store.set_deposit_hashes(
            mailbox.mailbox_id, current=hashes.current, previous=hashes.previous
        )
    except UnknownMailboxError:
        raise ProblemError(Problem.NOT_FOUND) from None
    return web.Response(status=204)


async def delete_mailbox(request: web.Request) -> web.Response:
    """DELETE of the mailbox with everything in it."""
    mailbox, _ = await owner(request)
    try:
        await request.app[PARTS].store.delete_mailbox(mailbox.mailbox_id)
    except UnknownMailboxError:
        raise ProblemError(Problem.NOT_FOUND) from None
    return web.Response(status=204)
