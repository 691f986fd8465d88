"""What a peer may do at somebody's mailbox: leave envelopes, and read the sealed bundle."""

import json
from typing import Final

from aiohttp import web

from node.mailbox import stick
from node.mailbox.problems import Problem, ProblemError
from node.mailbox.records import DepositResult, DiskFullError, Mailbox, UnknownMailboxError
from node.mailbox.serving import PARTS, depositor, read_bounded
from protocol import limits
from protocol.errors import MalformedError
from protocol.values import EnvelopeId, MailboxId, envelope_id_of

BATCH_BODY_BYTES_MAX: Final = limits.BATCH_BYTES_MAX + stick.frame_bytes(
    limits.BATCH_ENVELOPES_MAX
)
_STORED: Final = 201
_HELD: Final = 200


async def deposit_one(request: web.Request) -> web.Response:
    """PUT of one envelope under its name."""
    mailbox = await _allowed(request)
    body = await read_bounded(request, bytes_max=limits.ENVELOPE_BYTES_MAX)
    if len(body) not in limits.BUCKETS:
        raise ProblemError(Problem.NOT_A_BUCKET)
    if envelope_id_of(body).hex() != request.match_info["envelope"]:
        raise ProblemError(Problem.EID_MISMATCH)
    [(_, result)] = await _deposit(request, mailbox.mailbox_id, (body,))
    match result:
        case DepositResult.STORED:
            return web.Response(status=_STORED)
        case DepositResult.HELD:
            return web.Response(status=_HELD)
        case DepositResult.FULL | DepositResult.NOT_A_BUCKET:
            raise ProblemError(Problem(result.value))


async def deposit_batch(request: web.Request) -> web.Response:
    """POST of many envelopes as a stick; each is answered on its own."""
    mailbox = await _allowed(request)
    body = await read_bounded(request, bytes_max=BATCH_BODY_BYTES_MAX)
    try:
        envelopes = stick.unpack(
            body,
            envelopes_max=limits.BATCH_ENVELOPES_MAX,
            bytes_max=limits.BATCH_BYTES_MAX,
        )
    except MalformedError as error:
        raise ProblemError(_problem_of_stick(error)) from None
    results = await _deposit(request, mailbox.mailbox_id, envelopes)
    if all(result is DepositResult.FULL for _, result in results):
        raise ProblemError(Problem.FULL)
    answer = {"results": [[name.hex(), _told(result)] for name, result in results]}
    return web.Response(body=json.dumps(answer).encode(), content_type="application/json")


async def get_bundle(request: web.Request) -> web.Response:
    """GET of the bundle, which only the holders of the deposit secret can decrypt."""
    mailbox = await depositor(request)
    content = await request.app[PARTS].store.get_bundle(mailbox.mailbox_id)
    if content is None:
        raise ProblemError(Problem.NOT_FOUND)
    return web.Response(body=content, content_type="application/octet-stream")


async def _allowed(request: web.Request) -> Mailbox:
    """Whose mailbox it is, if one more deposit is allowed there in this minute."""
    mailbox = await depositor(request)
    # Counted after the token was seen to be good: without one nobody can use up the others' share.
    seconds = await request.app[PARTS].bounds.deposit_wait_seconds(mailbox.mailbox_id)
    if seconds:
        raise ProblemError(Problem.RATE, retry_after_seconds=seconds)
    return mailbox


async def _deposit(
    request: web.Request, mailbox: MailboxId, envelopes: tuple[bytes, ...]
) -> tuple[tuple[EnvelopeId, DepositResult], ...]:
    try:
        return await request.app[PARTS].store.deposit(mailbox, envelopes)
    except UnknownMailboxError:
        raise ProblemError(Problem.NOT_FOUND) from None
    except DiskFullError:
        raise ProblemError(Problem.FULL, retry_after_seconds=limits.HOUR) from None


def _told(result: DepositResult) -> int | str:
    match result:
        case DepositResult.STORED:
            return _STORED
        case DepositResult.HELD:
            return _HELD
        case DepositResult.FULL | DepositResult.NOT_A_BUCKET:
            return result.value


def _problem_of_stick(error: MalformedError) -> Problem:
    by_place = {
        stick.SIZE_PLACE: Problem.NOT_A_BUCKET,
        stick.AMOUNT_PLACE: Problem.TOO_LARGE,
    }
    return by_place.get(error.place, Problem.MALFORMED)
