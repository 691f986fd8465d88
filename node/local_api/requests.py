"""How a request becomes a command of somebody, and how whatever goes wrong becomes a problem."""

import asyncio
from collections.abc import Mapping
from typing import Final

from aiohttp import hdrs, web

from node.gate import LockedError
from node.local_api.problems import ProblemError
from node.vault.database import ReadersBusyError
from node.vault.keyring import WrongPassphraseError
from node.vault.rekeying import RekeyError
from node.vault.unit import NotWrittenError
from node.writer import GroupLostError, WriterBusyError, WriterStoppedError
from protocol import limits
from protocol.errors import MalformedError
from protocol.local.transport import LocalProblem, read_session_header

# Both ends are on this machine.
BODY_PATIENCE_SECONDS: Final = 10.0
BUSY_SECONDS: Final = 5

_PROBLEMS: Final[Mapping[type[BaseException], LocalProblem]] = {
    LockedError: LocalProblem.LOCKED,
    # It was locked while the command was on its way.
    WriterStoppedError: LocalProblem.LOCKED,
    WriterBusyError: LocalProblem.BUSY,
    ReadersBusyError: LocalProblem.BUSY,
    WrongPassphraseError: LocalProblem.WRONG_PASSPHRASE,
    GroupLostError: LocalProblem.FULL,
    NotWrittenError: LocalProblem.FULL,
    RekeyError: LocalProblem.FULL,
}


def token_of(request: web.Request) -> bytes | None:
    """The session that the request shows, if it shows one."""
    try:
        return read_session_header(request.headers.get(hdrs.AUTHORIZATION, ""))
    except MalformedError:
        return None


async def read_bounded(request: web.Request) -> bytes:
    """The body.

    Raises:
        ProblemError: too-large, or malformed if it was cut off or took too long.
    """
    if (request.content_length or 0) > limits.ENCODED_BYTES_MAX:
        raise ProblemError(LocalProblem.TOO_LARGE)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_PATIENCE_SECONDS):
            while chunk := await request.content.readany():
                body += chunk
                if len(body) > limits.ENCODED_BYTES_MAX:
                    raise ProblemError(LocalProblem.TOO_LARGE)
    except (TimeoutError, OSError, web.RequestPayloadError):
        raise ProblemError(LocalProblem.MALFORMED) from None
    return bytes(body)


def problem_of(error: Exception) -> ProblemError | None:
    """The problem that an exception stands for; None for a fault of ours."""
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, web.HTTPException):
        by_status = {404: LocalProblem.NOT_FOUND, 405: LocalProblem.METHOD}
        return ProblemError(by_status.get(error.status, LocalProblem.MALFORMED))
    problem = _PROBLEMS.get(type(error))
    if problem is None:
        return None
    wait = BUSY_SECONDS if problem is LocalProblem.BUSY else None
    return ProblemError(problem, retry_after_seconds=wait)
