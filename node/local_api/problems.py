"""What the local API answers when it does not do what was asked (RFC 9457)."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from aiohttp import web

from protocol.errors import MalformedError, RemoteProtocolError
from protocol.local.transport import (
    PROBLEM_PREFIX,
    PROBLEM_TYPE,
    LocalProblem,
    ProblemBody,
    encode_problem,
)
from protocol.local.views import No, Refused
from protocol.values import Instant


@dataclass(frozen=True, slots=True)
class _Text:
    status: int
    detail: str


_TEXTS: Final = {
    LocalProblem.MALFORMED: _Text(400, "The command does not have the form."),
    LocalProblem.NO_SESSION: _Text(401, "A session is needed; it may have ended."),
    LocalProblem.WRONG_PASSPHRASE: _Text(401, "The name or the passphrase is not right."),
    LocalProblem.NOT_ALLOWED: _Text(403, "This is for another role."),
    LocalProblem.NOT_FOUND: _Text(404, "There is no such command."),
    LocalProblem.METHOD: _Text(405, "A command is sent with POST."),
    LocalProblem.REFUSED: _Text(409, "It was not done; the code says why."),
    LocalProblem.TOO_LARGE: _Text(413, "The command is larger than its limit."),
    LocalProblem.LOCKED: _Text(423, "The node is locked."),
    LocalProblem.RATE: _Text(429, "Too many passphrases were wrong; wait a little."),
    LocalProblem.INTERNAL: _Text(500, "The command could not be carried out."),
    LocalProblem.BUSY: _Text(503, "Too much is waiting; try again."),
    LocalProblem.FULL: _Text(507, "The disk did not take it; nothing was done."),
}
_CODES: Final = {
    LocalProblem.NO_SESSION: No.NO_SESSION,
    LocalProblem.WRONG_PASSPHRASE: No.WRONG_PASSPHRASE,
    LocalProblem.NOT_ALLOWED: No.NOT_ALLOWED,
    LocalProblem.LOCKED: No.LOCKED,
}
# A command that was understood and answered with no.
_REFUSED_STATUS: Final = {No.NOT_FOUND.value: 404, No.NOT_ALLOWED.value: 403}


class ProblemError(Exception):
    """The request ends here, with this problem."""

    def __init__(self, problem: LocalProblem, *, retry_after_seconds: int | None = None) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.retry_after_seconds = retry_after_seconds


def answer(
    problem: LocalProblem, *, time: Instant, retry_after_seconds: int | None = None
) -> web.Response:
    """The response that tells a problem."""
    code = _CODES.get(problem)
    response = _response(
        problem, _TEXTS[problem].status, time, Refused(code="" if code is None else code.value)
    )
    if retry_after_seconds is not None:
        response.headers["Retry-After"] = str(retry_after_seconds)
    return response


def refusal(refused: Refused, *, time: Instant) -> web.Response:
    """The response that tells an expected no."""
    status = _REFUSED_STATUS.get(refused.code, _TEXTS[LocalProblem.REFUSED].status)
    return _response(LocalProblem.REFUSED, status, time, refused)


def not_legal(error: RemoteProtocolError, *, time: Instant) -> web.Response:
    """The response to a command whose content is not legal: the place, and never what stood there."""
    refused = Refused(code=error.code.value)
    if isinstance(error, MalformedError):
        status = _TEXTS[LocalProblem.MALFORMED].status
        return _response(LocalProblem.MALFORMED, status, time, refused, place=error.place)
    return refusal(refused, time=time)


def _response(
    problem: LocalProblem,
    status: int,
    time: Instant,
    refused: Refused,
    *,
    place: str | None = None,
) -> web.Response:
    body = ProblemBody(
        type=PROBLEM_PREFIX + problem.value,
        title=HTTPStatus(status).phrase,
        status=status,
        detail=_TEXTS[problem].detail,
        time=time,
        code=refused.code or None,
        purpose=refused.purpose,
        peer=None if refused.peer is None else refused.peer.hex(),
        missing=refused.missing,
        place=place,
    )
    return web.Response(body=encode_problem(body), status=status, content_type=PROBLEM_TYPE)
