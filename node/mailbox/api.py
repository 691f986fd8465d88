"""The mailbox API of SPEC 10 as an aiohttp application, for a node's own mailbox and for a relay.

Handlers are in `deposits` (what peers may do) and `pickups` (what the owner may do). Here are the
routes, what a service says of itself, how a mailbox is made on a relay, and how everything that goes
wrong becomes a problem. Nothing is logged of a request.
"""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import hdrs, web

from node import logs
from node.http_server import QuietRunner
from node.mailbox import deposits, pickups
from node.mailbox.access import (
    TICKET_BYTES,
    TICKET_HEADER,
    Creation,
    NotAuthorisedError,
    from_base64url,
    opens,
    read_creation,
    read_deposit_header,
)
from node.mailbox.bounds import Bounds
from node.mailbox.mailboxes import Mailboxes
from node.mailbox.problems import Problem, ProblemError, answer, blank_answer
from node.mailbox.records import CreateResult, DiskFullError, NewMailbox, StoreAwayError
from node.mailbox.serving import PARTS, Parts, Policy, mailbox_of, read_bounded
from node.system import Clock
from node.writer import WriterBusyError
from protocol import limits
from protocol.errors import MalformedError
from protocol.keys import mailbox_id_of
from protocol.values import Hash, sha256

VERSIONS: Final = (1,)

_LOGGER: Final = logging.getLogger(__name__)
_MAILBOX: Final = "/sathi/v1/mailboxes/{mailbox:[0-9a-f]{32}}"
_ENVELOPE: Final = _MAILBOX + "/envelopes/{envelope:[0-9a-f]{32}}"
_READ_BUFFER_BYTES: Final = 262_144
_SHUTDOWN_SECONDS: Final = 5.0
_BUSY_SECONDS: Final = 30
# What a stranger could learn from these is that there is something to be found.
_TELLING: Final = frozenset({401, 404, 405})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(store: Mailboxes, *, clock: Clock, policy: Policy, bounds: Bounds) -> web.Application:
    """The application; whoever opened the store closes it after the application has stopped."""
    app = web.Application(middlewares=[_problems])
    app[PARTS] = Parts(store=store, clock=clock, policy=policy, bounds=bounds)
    app.router.add_routes([
        web.route("GET", "/sathi/v1/info", _info),
        web.route("PUT", _MAILBOX, _create),
        web.route("PATCH", _MAILBOX, pickups.change_mailbox),
        web.route("DELETE", _MAILBOX, pickups.delete_mailbox),
        web.route("POST", _MAILBOX + "/envelopes", deposits.deposit_batch),
        web.route("GET", _MAILBOX + "/envelopes", pickups.pick_up),
        web.route("POST", _MAILBOX + "/envelopes/delete", pickups.delete_many),
        web.route("PUT", _ENVELOPE, deposits.deposit_one),
        web.route("GET", _ENVELOPE, pickups.fetch),
        web.route("DELETE", _ENVELOPE, pickups.delete_one),
        web.route("PUT", _MAILBOX + "/bundle", pickups.put_bundle),
        web.route("GET", _MAILBOX + "/bundle", deposits.get_bundle),
    ])  # fmt: skip
    app.on_response_prepare.append(_say_less)
    app.on_shutdown.append(_let_pollers_go)
    return app


def make_runner(app: web.Application) -> web.AppRunner:
    """Serve the application without an access log, and without unpacking compressed bodies."""
    parts = app[PARTS]

    def refuse(is_ours: bool) -> web.Response:  # noqa: FBT001
        return _refusal(Problem.INTERNAL if is_ours else Problem.MALFORMED, parts)

    return QuietRunner(
        app,
        refuse=refuse,
        wall=parts.clock.wall,
        shutdown_timeout=_SHUTDOWN_SECONDS,
        options={"auto_decompress": False, "read_bufsize": _READ_BUFFER_BYTES},
    )


@web.middleware
async def _problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    parts = request.app[PARTS]
    try:
        return await handler(request)
    except ProblemError as error:
        problem, retry_after = error.problem, error.retry_after_seconds
    except web.HTTPException as error:
        problem, retry_after = _problem_of(error), None
    except (WriterBusyError, StoreAwayError):
        problem, retry_after = Problem.BUSY, _BUSY_SECONDS
    except DiskFullError:
        problem, retry_after = Problem.FULL, limits.HOUR
    except Exception as error:  # noqa: BLE001 - the answer must not quote it, and somebody must know
        logs.event(_LOGGER, "mailbox.fault", level=logging.ERROR, error=error)
        problem, retry_after = Problem.INTERNAL, None
    now = parts.clock.wall()
    response = answer(problem, time=now, retry_after_seconds=retry_after)
    if parts.policy.own_mailbox is not None and response.status in _TELLING:
        return blank_answer(time=now)
    return response


def _refusal(problem: Problem, parts: Parts) -> web.Response:
    """What no handler saw was sent by nobody who showed a right to be there."""
    now = parts.clock.wall()
    is_strange = parts.policy.own_mailbox is not None and problem is Problem.MALFORMED
    return blank_answer(time=now) if is_strange else answer(problem, time=now)


def _problem_of(error: web.HTTPException) -> Problem:
    by_status = {
        404: Problem.NOT_FOUND,
        405: Problem.METHOD,
        413: Problem.TOO_LARGE,
    }
    return by_status.get(error.status, Problem.MALFORMED)


async def _say_less(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.popall(hdrs.SERVER, None)
    response.headers[hdrs.CACHE_CONTROL] = "no-store"


async def _let_pollers_go(app: web.Application) -> None:
    app[PARTS].store.release_waiters()


async def _info(request: web.Request) -> web.Response:
    """What this service speaks and takes; a node's own mailbox tells it to its depositors only."""
    parts = request.app[PARTS]
    if parts.policy.own_mailbox is not None:
        await _check_depositor(request)
    info = {
        "versions": list(VERSIONS),
        "limits": {
            "envelope_sizes": list(limits.BUCKETS),
            "batch_envelopes": limits.BATCH_ENVELOPES_MAX,
            "batch_bytes": limits.BATCH_BYTES_MAX,
            "mailbox_envelopes": limits.MAILBOX_ENVELOPES_MAX,
            "mailbox_bytes": limits.MAILBOX_BYTES_MAX,
            "deposits_per_minute": parts.policy.deposits_per_minute,
            "wait_seconds": limits.LONG_POLL_SECONDS_MAX,
        },
        "ttl": limits.MAILBOX_TTL_SECONDS,
        "time": parts.clock.wall(),
    }
    return web.Response(body=json.dumps(info).encode(), content_type="application/json")


async def _check_depositor(request: web.Request) -> None:
    """A node has few mailboxes: its own, and for a while those that it left."""
    try:
        shown = read_deposit_header(request.headers.get(hdrs.AUTHORIZATION, ""))
    except NotAuthorisedError:
        raise ProblemError(Problem.NOT_FOUND) from None
    mailboxes = await request.app[PARTS].store.own()
    shows = [
        opens(shown, current=mailbox.deposit_hash, previous=mailbox.previous_deposit_hash)
        for mailbox in mailboxes
    ]
    if not any(shows):
        raise ProblemError(Problem.NOT_FOUND)


async def _create(request: web.Request) -> web.Response:
    """Make a mailbox on a relay, for a ticket of its operator."""
    parts = request.app[PARTS]
    if parts.policy.own_mailbox is not None:
        raise ProblemError(Problem.NOT_FOUND)
    seconds = await parts.bounds.creation_wait_seconds()
    if seconds:
        raise ProblemError(Problem.RATE, retry_after_seconds=seconds)
    body = await read_bounded(request, bytes_max=limits.SIGNED_BYTES_MAX)
    creation = _creation(body, request, parts)
    result = await parts.store.create(
        NewMailbox(
            mailbox_id=mailbox_of(request),
            owner_key=creation.owner_key,
            deposit_hash=creation.deposit_hash,
            created=creation.created,
        ),
        ticket=_ticket(request),
    )
    match result:
        case CreateResult.CREATED:
            return web.Response(status=201)
        case CreateResult.IDENTICAL:
            return web.Response(status=200)
        case CreateResult.CONFLICT:
            raise ProblemError(Problem.CONFLICT)
        case CreateResult.NO_TICKET:
            raise ProblemError(Problem.TICKET)


def _creation(body: bytes, request: web.Request, parts: Parts) -> Creation:
    try:
        creation = read_creation(body)
    except MalformedError:
        raise ProblemError(Problem.MALFORMED) from None
    except NotAuthorisedError:
        raise ProblemError(Problem.AUTH) from None
    if mailbox_id_of(creation.owner_key) != mailbox_of(request):
        raise ProblemError(Problem.MALFORMED)
    if creation.origin != parts.policy.origin:
        raise ProblemError(Problem.AUTH)
    return creation


def _ticket(request: web.Request) -> Hash:
    try:
        ticket = from_base64url(request.headers.get(TICKET_HEADER, ""))
    except MalformedError:
        raise ProblemError(Problem.TICKET) from None
    if len(ticket) != TICKET_BYTES:
        raise ProblemError(Problem.TICKET)
    return sha256(ticket)
