"""Serves an application so that also what goes wrong below it is answered by us.

What is no HTTP at all never reaches an application: the library itself would answer it, quote it and name
itself. The same goes for an `Expect` it does not know. Both get a refusal of the application's own here.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from email.utils import formatdate
from http import HTTPStatus
from typing import Final, final

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter

from node import logs
from protocol.values import Instant

_LOGGER: Final = logging.getLogger(__name__)
_FAULT: Final = HTTPStatus.INTERNAL_SERVER_ERROR

Refuse = Callable[[bool], web.Response]
"""The answer to a request that no application saw; True if the fault is ours."""
WallClock = Callable[[], Instant]
Options = Mapping[str, bool | int]
"""What the library's protocol takes besides, such as `read_bufsize`."""


@final
class QuietRunner(web.AppRunner):
    """Runs an application without an access log."""

    __slots__ = ("_options", "_refuse", "_wall")

    def __init__(
        self,
        app: web.Application,
        *,
        refuse: Refuse,
        wall: WallClock,
        shutdown_timeout: float,
        options: Options,
    ) -> None:
        super().__init__(app, shutdown_timeout=shutdown_timeout)
        self._refuse = refuse
        self._wall = wall
        self._options = options

    # typing.override comes with Python 3.12; this is where the library has its runners differ.
    async def _make_server(self) -> web.Server:  # type: ignore[explicit-override]
        made = await super()._make_server()
        return _QuietServer(made, refuse=self._refuse, wall=self._wall, options=self._options)


@final
class _QuietServer(web.Server):
    """Makes a protocol of ours for each connection."""

    def __init__(
        self, like: web.Server, *, refuse: Refuse, wall: WallClock, options: Options
    ) -> None:
        super().__init__(like.request_handler, request_factory=like.request_factory)
        self._refuse = refuse
        self._wall = wall
        self._options = options

    def __call__(self) -> web.RequestHandler:  # type: ignore[explicit-override]
        """A protocol for a new connection."""
        return _QuietProtocol(self, refuse=self._refuse, wall=self._wall, options=self._options)


@final
class _QuietProtocol(web.RequestHandler):
    """One connection."""

    __slots__ = ("_refuse", "_wall")

    def __init__(
        self,
        server: web.Server,
        *,
        refuse: Refuse,
        wall: WallClock,
        options: Options,
    ) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(server, loop=loop, access_log=None, **options)  # type: ignore[arg-type]
        self._refuse = refuse
        self._wall = wall

    def handle_error(  # type: ignore[explicit-override]
        self,
        request: web.BaseRequest,
        status: int = _FAULT,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer where there is no request, or none that an application could answer.

        Raises:
            ConnectionError: if a part of another answer is on its way already.
        """
        del message  # It quotes what was sent.
        is_ours = status >= _FAULT
        if is_ours:
            logs.event(_LOGGER, "http.fault", level=logging.ERROR, error=exc)
        if request.writer.output_size > 0:
            raise ConnectionError
        return self._last(is_ours=is_ours)

    async def finish_response(  # type: ignore[explicit-override]
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer; one that the library made is replaced."""
        if isinstance(resp, web.HTTPException):
            resp = self._last(is_ours=resp.status >= _FAULT)
        return await super().finish_response(request, resp, start_time)

    def _last(self, *, is_ours: bool) -> "_LastAnswer":
        return _LastAnswer(self._refuse(is_ours), date=self._wall())


@final
class _LastAnswer(web.Response):
    """An answer that is written as it stands, after which the connection ends.

    Without a request the library would speak HTTP/1.0 and name itself.
    """

    def __init__(self, like: web.Response, *, date: Instant) -> None:
        super().__init__(body=like.body, status=like.status, content_type=like.content_type)
        self.headers[hdrs.CACHE_CONTROL] = "no-store"
        self.headers[hdrs.CONTENT_LENGTH] = str(len(self._content()))
        self.headers[hdrs.DATE] = formatdate(date, usegmt=True)
        self.headers[hdrs.CONNECTION] = "close"
        self.force_close()

    async def prepare(  # type: ignore[explicit-override]
        self, request: web.BaseRequest
    ) -> AbstractStreamWriter:
        """Write all of it."""
        writer = request.writer
        await writer.write_headers(f"HTTP/1.1 {self.status} {self.reason}", self.headers)
        await writer.write_eof(self._content())
        return writer

    async def write_eof(self, data: bytes = b"") -> None:  # type: ignore[explicit-override]
        """Nothing is left to write."""

    def _content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else b""
