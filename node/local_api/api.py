"""The local API: one command comes in over the socket, one view or one problem goes out.

A request is read in a fixed order: the caller's user id, the command's name, the session, the body, the role.
Nothing of a request or an answer is logged but the command's name, the status and how long it took.
"""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, final

from aiohttp import hdrs, web

from node import logs
from node.http_server import QuietRunner
from node.local_api import door, problems
from node.local_api.desk import Caller, Desk
from node.local_api.problems import ProblemError
from node.local_api.requests import problem_of, read_bounded, token_of
from node.system import Clock
from protocol.errors import RemoteProtocolError
from protocol.local.commands import (
    BY_NAME,
    WITHOUT_ACTIVITY,
    WITHOUT_SESSION,
    may_use,
    parse_command,
)
from protocol.local.transport import PATH_PREFIX, LocalProblem
from protocol.local.views import CONTENT_TYPE, Refused, encode_view

_LOGGER: Final = logging.getLogger(__name__)
_SHUTDOWN_SECONDS: Final = 5.0
# A name that somebody made up is not repeated, not even in a log.
_UNKNOWN: Final = "unknown"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@final
class LocalApi:
    """What one node answers to its own people.

    `allowed_uids` are the users of this machine who may ask at all; a session they need besides.
    """

    def __init__(self, desk: Desk, *, clock: Clock, allowed_uids: frozenset[int]) -> None:
        self._desk = desk
        self._clock = clock
        self._uids = allowed_uids
        self._runner: web.AppRunner | None = None
        self._path: Path | None = None

    async def start(self, path: Path) -> None:
        """Listen on a socket.

        Raises:
            UnsafeFolderError: if others may enter its folder.
            AlreadyRunningError: if another node listens there.
            OSError: if it cannot be made.
        """
        listening = door.listen(path)
        self._path = path
        self._runner = QuietRunner(
            self._make_app(),
            refuse=self._refuse,
            wall=self._clock.wall,
            shutdown_timeout=_SHUTDOWN_SECONDS,
            options={},
        )
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()

    async def stop(self) -> None:
        """Answer what is on its way and take the socket away."""
        self._desk.end_watching()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._path is not None:
            door.remove(self._path)

    def _make_app(self) -> web.Application:
        @web.middleware
        async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._answer(request, handler)

        app = web.Application(middlewares=[answer])
        app.router.add_post(PATH_PREFIX + "{command:.+}", self._command)
        app.on_response_prepare.append(_say_less)
        return app

    def _refuse(self, is_ours: bool) -> web.Response:  # noqa: FBT001
        problem = LocalProblem.INTERNAL if is_ours else LocalProblem.MALFORMED
        return problems.answer(problem, time=self._clock.wall())

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        began = self._clock.monotonic()
        response = await self._carry_out(request, handler)
        logs.event(
            _LOGGER,
            "api.request",
            command=_log_name(request),
            status=response.status,
            milliseconds=round((self._clock.monotonic() - began) * 1000, 1),
        )
        return response

    async def _carry_out(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        time = self._clock.wall()
        try:
            return await handler(request)
        except RemoteProtocolError as error:
            return problems.not_legal(error, time=time)
        except Exception as error:  # noqa: BLE001  (the answer must not quote it, and somebody must know)
            known = problem_of(error)
            if known is not None:
                wait = known.retry_after_seconds
                return problems.answer(known.problem, time=time, retry_after_seconds=wait)
            logs.event(_LOGGER, "api.fault", level=logging.ERROR, error=error)
            return problems.answer(LocalProblem.INTERNAL, time=time)

    async def _command(self, request: web.Request) -> web.StreamResponse:
        if not door.is_from(request, self._uids):
            raise ProblemError(LocalProblem.NO_SESSION)
        name = request.match_info["command"]
        if name not in BY_NAME:
            raise ProblemError(LocalProblem.NOT_FOUND)
        caller = self._caller(request, name)
        command = parse_command(name, await read_bounded(request))
        if caller.session is not None and not may_use(caller.session.role, command):
            raise ProblemError(LocalProblem.NOT_ALLOWED)
        view = await self._desk.answer(command, caller)
        if isinstance(view, Refused):
            return problems.refusal(view, time=self._clock.wall())
        return web.Response(body=encode_view(view), content_type=CONTENT_TYPE)

    def _caller(self, request: web.Request, name: str) -> Caller:
        if name in WITHOUT_SESSION:
            return Caller(token=b"", session=None)
        is_use = name not in WITHOUT_ACTIVITY
        caller = self._desk.caller(token_of(request), is_use=is_use)
        if caller.session is None:
            is_open = self._desk.is_open
            raise ProblemError(LocalProblem.NO_SESSION if is_open else LocalProblem.LOCKED)
        return caller


def _log_name(request: web.Request) -> str:
    name = request.match_info.get("command", "")
    return name.replace("-", "_") if name in BY_NAME else _UNKNOWN


async def _say_less(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.popall(hdrs.SERVER, None)
    response.headers[hdrs.CACHE_CONTROL] = "no-store"
