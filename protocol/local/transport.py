"""How the local API travels: the path of a command, the session in a header, and problems (RFC 9457).

A problem says a name, a fixed sentence, and at most a code, a place and the consent that is missing; never
anything of what was sent.
"""

import base64
import re
from enum import StrEnum
from typing import Final

import msgspec

from protocol.errors import MalformedError

PATH_PREFIX: Final = "/v1/"
PROBLEM_TYPE: Final = "application/problem+json"
PROBLEM_PREFIX: Final = "urn:sathi:problem:"
TOKEN_BYTES: Final = 32

_SCHEME: Final = "Sathi-Session "
# 32 bytes are 43 letters, and the last of them carries four bits.
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


class LocalProblem(StrEnum):
    """Why an answer is no view."""

    MALFORMED = "malformed"
    NO_SESSION = "no-session"
    WRONG_PASSPHRASE = "wrong-passphrase"  # noqa: S105  (a name, not a secret)
    NOT_ALLOWED = "not-allowed"
    NOT_FOUND = "not-found"
    METHOD = "method"
    REFUSED = "refused"
    TOO_LARGE = "too-large"
    LOCKED = "locked"
    RATE = "rate"
    INTERNAL = "internal"
    BUSY = "busy"
    FULL = "full"


class ProblemBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a problem says.

    Attributes:
        type: `urn:sathi:problem:` and the name.
        title: the phrase of the HTTP status.
        status: the HTTP status.
        detail: one fixed sentence for each name.
        time: the node's clock, in UTC seconds.
        code: why a command was refused: one of `views.No`, or a refusal code of the protocol.
        purpose: of the consent that is missing.
        peer: for whom it is missing, in hex.
        missing: the categories it would have to hold.
        place: which part of the body does not have the form.
    """

    type: str
    title: str
    status: int
    detail: str
    time: int
    code: str | None = None
    purpose: str | None = None
    peer: str | None = None
    missing: list[int] = []
    place: str | None = None


def encode_problem(body: ProblemBody) -> bytes:
    """The body of a problem."""
    return msgspec.json.encode(body)


def parse_problem(raw: bytes) -> ProblemBody:
    """Read a problem; members this version does not know are left aside, as RFC 9457 asks.

    Raises:
        MalformedError: if it is none.
    """
    try:
        return msgspec.json.decode(raw, type=ProblemBody)
    except msgspec.DecodeError:
        # What the library says may quote what came.
        raise MalformedError("not a problem", place="problem") from None


def session_header(token: bytes) -> str:
    """The value of `Authorization` that shows a session."""
    return _SCHEME + base64.urlsafe_b64encode(token).rstrip(b"=").decode("ascii")


def read_session_header(header: str) -> bytes:
    """The token in the value of `Authorization`; it has one legal spelling.

    Raises:
        MalformedError: if there is none.
    """
    text = header.removeprefix(_SCHEME)
    if text == header or _TOKEN.fullmatch(text) is None:
        raise MalformedError("not a session", place="Authorization")
    return base64.urlsafe_b64decode(text + "=")
