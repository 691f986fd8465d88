"""One connection to a node over its socket: a command out, a view or an error back."""

import asyncio
from pathlib import Path
from typing import Final, TypeVar, final

import aiohttp
from aiohttp import hdrs

from protocol.errors import MalformedError
from protocol.local import commands
from protocol.local.commands import Command, encode_command
from protocol.local.fitting import SHOWN_BYTES_MAX, View
from protocol.local.transport import PATH_PREFIX, parse_problem, session_header
from protocol.local.views import CONTENT_TYPE, parse_view
from tui.client.errors import (
    ConnectionLostError,
    FaultError,
    LockedError,
    NoSessionError,
    NotRunningError,
    error_of,
)

# Unlocking drains the mailbox first, and a round of the courier waits for other machines.
PATIENCE_SECONDS: Final = 60.0
LONG_PATIENCE_SECONDS: Final = 300.0
_LONG: Final = frozenset({
    commands.OpenSession.NAME,
    commands.SyncNow.NAME,
    commands.CreateBackup.NAME,
    # A new vault key: every page is written anew.
    commands.RemoveUser.NAME,
    commands.RecoverUser.NAME,
    commands.RenewSheet.NAME,
})  # fmt: skip
_DONE: Final = 200

ViewT = TypeVar("ViewT", bound=View)


@final
class Connection:
    """Asks a node, and shows the session with each command.

    Attributes:
        token: the session; None while there is none.
    """

    def __init__(self, socket: Path) -> None:
        """To be made inside the running loop."""
        self._socket = socket
        self._http = aiohttp.ClientSession(
            connector=aiohttp.UnixConnector(path=str(socket)),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )
        self.token: bytes | None = None

    async def close(self) -> None:
        """Hang up and forget the session."""
        self.token = None
        await self._http.close()

    async def ask(self, command: Command, view: type[ViewT]) -> ViewT:
        """Give a command and read its answer.

        Raises:
            ClientError: whatever else became of it.
        """
        status, retry_after, raw = await self._send(command)
        try:
            if status == _DONE:
                return parse_view(raw, view)
            problem = parse_problem(raw)
        except MalformedError:
            raise FaultError("") from None
        error = error_of(problem, retry_after=retry_after)
        if isinstance(error, LockedError | NoSessionError):
            self.token = None
        raise error

    async def _send(self, command: Command) -> tuple[int, str | None, bytes]:
        """The status of the answer, its header Retry-After, and its body."""
        headers = {hdrs.CONTENT_TYPE: CONTENT_TYPE}
        if self.token is not None:
            headers[hdrs.AUTHORIZATION] = session_header(self.token)
        body = encode_command(command)
        url = "http://node" + PATH_PREFIX + command.NAME
        try:
            async with (
                asyncio.timeout(
                    LONG_PATIENCE_SECONDS if command.NAME in _LONG else PATIENCE_SECONDS
                ),
                self._http.post(url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                raw = await _read_bounded(answer)
                return answer.status, answer.headers.get(hdrs.RETRY_AFTER), raw
        except aiohttp.ClientConnectorError:
            raise NotRunningError(f"no node listens on '{self._socket.name}'") from None
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise ConnectionLostError("no whole answer came") from None


async def _read_bounded(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    while chunk := await answer.content.readany():
        body += chunk
        if len(body) > SHOWN_BYTES_MAX:
            raise FaultError("")
    return bytes(body)
