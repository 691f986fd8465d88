"""What a mailbox answers when it does not do what was asked (RFC 9457, SPEC 10).

A problem says its name and a fixed sentence, never anything of the request. `time` lets a node
without a clock of its own correct itself.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from aiohttp import web

from protocol.values import Instant

CONTENT_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:sathi:problem:"


class Problem(StrEnum):
    """The names; SPEC 10 says when each is used."""

    MALFORMED = "malformed"
    AUTH = "auth"
    TICKET = "ticket"
    NOT_FOUND = "not-found"
    METHOD = "method"
    CONFLICT = "conflict"
    TOO_LARGE = "too-large"
    EID_MISMATCH = "eid-mismatch"
    NOT_A_BUCKET = "not-a-bucket"
    RATE = "rate"
    INTERNAL = "internal"
    BUSY = "busy"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class _Text:
    status: int
    detail: str


_TEXTS: Final = {
    Problem.MALFORMED: _Text(400, "The request does not have the form."),
    Problem.AUTH: _Text(401, "The request is not authorised."),
    Problem.TICKET: _Text(403, "A good ticket of this relay is needed."),
    Problem.NOT_FOUND: _Text(404, "There is nothing here."),
    Problem.METHOD: _Text(405, "This is not done here."),
    Problem.CONFLICT: _Text(409, "There is another one already."),
    Problem.TOO_LARGE: _Text(413, "The request is larger than its limit."),
    Problem.EID_MISMATCH: _Text(422, "The name is not the hash of the envelope."),
    Problem.NOT_A_BUCKET: _Text(422, "This is no envelope of one of the five sizes."),
    Problem.RATE: _Text(429, "There were too many requests."),
    Problem.INTERNAL: _Text(500, "The request could not be carried out."),
    Problem.BUSY: _Text(503, "Too much is waiting to be written."),
    Problem.FULL: _Text(507, "There is no room; keep it and try later."),
}
# A stranger is told nothing that only a Sathi node would say.
_BLANK: Final[Mapping[str, str | int]] = {
    "type": "about:blank", "title": "Not Found", "status": 404, "detail": "There is nothing here.",
}  # fmt: skip


class ProblemError(Exception):
    """The request ends here, with this problem."""

    def __init__(self, problem: Problem, *, retry_after_seconds: int | None = None) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.retry_after_seconds = retry_after_seconds


def status_of(problem: Problem) -> int:
    """The HTTP status that goes with a problem."""
    return _TEXTS[problem].status


def answer(
    problem: Problem, *, time: Instant, retry_after_seconds: int | None = None
) -> web.Response:
    """The response that tells a problem."""
    text = _TEXTS[problem]
    body: dict[str, str | int] = {
        "type": TYPE_PREFIX + problem.value,
        "title": HTTPStatus(text.status).phrase,
        "status": text.status,
        "detail": text.detail,
        "time": time,
    }
    response = _response(body, text.status)
    if retry_after_seconds is not None:
        response.headers["Retry-After"] = str(retry_after_seconds)
    return response


def blank_answer(*, time: Instant) -> web.Response:
    """The one response of a node's own mailbox to everybody who shows no right to be there."""
    return _response({**_BLANK, "time": time}, 404)


def _response(body: Mapping[str, str | int], status: int) -> web.Response:
    return web.Response(body=json.dumps(body).encode(), status=status, content_type=CONTENT_TYPE)
