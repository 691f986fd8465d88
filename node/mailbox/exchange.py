"""One HTTP request to a mailbox, and what can become of it; trouble on the way is a value, not an error.

Nothing is followed, kept or unpacked: no redirect, no cookie, no compressed answer, no proxy from the
environment. Every answer is bounded in bytes and in time.
"""

import asyncio
import contextlib
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, final

import aiohttp
import msgspec
from aiohttp import hdrs
from aiohttp.abc import AbstractStreamWriter
from yarl import URL

from node.mailbox.problems import TYPE_PREFIX, Problem
from node.mailbox.progress import Progress
from node.mailbox.ways import Tor, Ways
from protocol import limits
from protocol.errors import MalformedError
from protocol.values import Instant, instant

_CONNECTING_SECONDS: Final = 10.0
# Two seconds of a line of 64 kbit/s.
_PIECE_BYTES: Final = 16_384
_CONNECTING: Final = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECTING_SECONDS)
# There was a line; that none was made has a class of its own.
_CUTS: Final = (aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError, aiohttp.ClientOSError)

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_SECONDS: Final = re.compile(r"[0-9]{1,6}")
_BY_STATUS: Final = {
    400: Problem.MALFORMED,
    401: Problem.AUTH,
    403: Problem.TICKET,
    404: Problem.NOT_FOUND,
    405: Problem.METHOD,
    409: Problem.CONFLICT,
    413: Problem.TOO_LARGE,
    422: Problem.NOT_A_BUCKET,
    507: Problem.FULL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """No whole answer came: nobody was there, the line broke, or nothing moved on it.

    `is_cut`: there was a line, and it broke. Another one can be made at once.
    """

    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The service said no, and why: the name of a problem (SPEC 10).

    `peer_time` is what its clock says, if it said so; only of use to a node whose own clock is wrong.
    """

    problem: str
    peer_time: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimited:
    """Too many requests; not again before so many seconds."""

    retry_after_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerTrouble:
    """The service failed, or answered with something that is no legal answer."""

    status: int


Failure = Unreachable | Refused | RateLimited | ServerTrouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request.

    Attributes:
        origin: scheme, host and port.
        method: of HTTP.
        path: with its query, exactly as it is sent (and signed).
        pin: of the key with which the service has to speak TLS; None leaves that to the authorities.
        headers: those that say something; no others are sent but what HTTP needs.
        body: empty for none.
        answer_bytes_max: more than this is no legal answer.
        wait_seconds: how long the service may wait for mail before it answers.
    """

    origin: str
    method: str
    path: str
    pin: bytes | None
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    answer_bytes_max: int
    wait_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer with a status below 300."""

    status: int
    more: str
    body: bytes = field(repr=False)


class _ProblemBody(msgspec.Struct):
    type: str = ""
    time: int | None = None


def new_session(*, tor: Tor | None = None) -> aiohttp.ClientSession:
    """A session for all requests of a node: connections are kept, nothing else is.

    Without `tor` nothing that leads into Tor is reached.

    To be called inside the running loop, and closed by whoever called it.
    """
    return aiohttp.ClientSession(
        connector=Ways(tor),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        # Which library speaks here is nobody's business.
        skip_auto_headers=(hdrs.USER_AGENT, hdrs.ACCEPT, hdrs.ACCEPT_ENCODING, hdrs.CONTENT_TYPE),
    )


async def exchange(
    session: aiohttp.ClientSession, ask: Ask, *, more_header: str = "Sathi-More"
) -> Answer | Failure:
    """Send a request once and read its answer, for as long as something moves."""
    now = asyncio.get_running_loop().time()
    progress = Progress(now=now, wait_seconds=ask.wait_seconds)
    try:
        url = URL(ask.origin + ask.path, encoded=True)
        async with asyncio.timeout_at(progress.deadline) as patience:
            watch = _Watch(progress, patience)
            async with session.request(
                ask.method,
                url,
                headers={hdrs.ACCEPT_ENCODING: "identity", **ask.headers},
                data=_Body(ask.body, watch) if ask.body else None,
                allow_redirects=False,
                ssl=True if ask.pin is None else aiohttp.Fingerprint(ask.pin),
                timeout=_CONNECTING,
            ) as response:
                body = await _body(response, ask.answer_bytes_max, watch)
    except (aiohttp.ClientConnectorError, TimeoutError, ValueError):
        return Unreachable(is_cut=False)
    except _CUTS:
        return Unreachable(is_cut=True)
    except (aiohttp.ClientError, OSError):
        return Unreachable(is_cut=False)
    if body is None:
        return ServerTrouble(status=response.status)
    if response.status < HTTPStatus.MULTIPLE_CHOICES:
        more = response.headers.get(more_header, "")
        return Answer(status=response.status, more=more, body=body)
    return _failure(response.status, response.headers.get(hdrs.RETRY_AFTER, ""), body)


@final
class _Watch:
    """Lets a request go on while something moves."""

    __slots__ = ("_patience", "_progress")

    def __init__(self, progress: Progress, patience: asyncio.Timeout) -> None:
        self._progress = progress
        self._patience = patience

    def sent(self, count: int) -> None:
        """So many bytes of the body were handed over."""
        self._progress.sent(count, now=asyncio.get_running_loop().time())
        # An answer can come before all was sent; then nothing waits any more.
        with contextlib.suppress(RuntimeError):
            self._patience.reschedule(self._progress.deadline)

    def came(self, count: int) -> None:
        """So many bytes of the answer came."""
        self._progress.came(count, now=asyncio.get_running_loop().time())
        self._patience.reschedule(self._progress.deadline)


@final
class _Body(aiohttp.Payload):
    """What is sent, in pieces, each of which is seen to go."""

    _autoclose = True

    def __init__(self, content: bytes, watch: _Watch) -> None:
        super().__init__(content)
        self._size = len(content)
        self._content = content
        self._watch = watch

    # typing.override comes with Python 3.12.
    def decode(  # type: ignore[explicit-override]
        self, encoding: str = "utf-8", errors: str = "strict"
    ) -> str:
        """As the library asks for; nobody reads it."""
        return self._content.decode(encoding, errors)

    async def write(  # type: ignore[explicit-override]
        self, writer: AbstractStreamWriter
    ) -> None:
        """Write all of it, no faster than the line takes it."""
        for start in range(0, self._size or 0, _PIECE_BYTES):
            piece = self._content[start : start + _PIECE_BYTES]
            await writer.write(piece)
            self._watch.sent(len(piece))


async def _body(response: aiohttp.ClientResponse, bytes_max: int, watch: _Watch) -> bytes | None:
    """The whole body, or None if it is longer than it may be."""
    chunks: list[bytes] = []
    size = 0
    while chunk := await response.content.readany():
        size += len(chunk)
        if size > bytes_max:
            response.close()
            return None
        watch.came(len(chunk))
        chunks.append(chunk)
    return b"".join(chunks)


def _failure(status: int, retry_after: str, body: bytes) -> Failure:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        is_number = _SECONDS.fullmatch(retry_after) is not None
        seconds = int(retry_after) if is_number else limits.MINUTE
        return RateLimited(retry_after_seconds=min(seconds, limits.DAY))
    fallback = _BY_STATUS.get(status)
    if fallback is None:
        return ServerTrouble(status=status)
    try:
        problem = msgspec.json.decode(body, type=_ProblemBody)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Refused(problem=fallback.value, peer_time=None)
    name = problem.type.removeprefix(TYPE_PREFIX)
    return Refused(
        problem=name if _NAME.fullmatch(name) else fallback.value,
        peer_time=_instant(problem.time),
    )


def _instant(time: int | None) -> Instant | None:
    if time is None:
        return None
    try:
        return instant(time)
    except MalformedError:
        return None
