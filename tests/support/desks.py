"""The local API on a real socket, with a clock that stands and a courier that only notes what it was told."""

import contextlib
import io
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
import msgspec
from msgspec.inspect import (
    BoolType,
    BytesType,
    DictType,
    EnumType,
    IntType,
    ListType,
    NoneType,
    StrType,
    StructType,
    Type,
    UnionType,
    type_info,
)

from node.gate import Gate, OpenVault
from node.local_api.api import LocalApi
from node.local_api.desk import Desk
from node.system import SystemClock, entropy
from protocol.local import views
from protocol.local.commands import AddUser, Command, encode_command
from protocol.local.transport import session_header
from protocol.values import Instant
from protocol.vocabulary.codes import Role
from tests.support.nodes import CHEAP, PASSPHRASE, SOCKET, SUPERVISOR, MadeNode

NORMAL_LOCK_SECONDS: Final = 3_600
SETTINGS: Final = views.DeskSettings(
    lock_seconds=240, unfocused_seconds=50, undo_seconds=7, batch_seconds=0
)
MESSAGE_ID: Final = bytes.fromhex("0193f2a1b2c37d4e8f60718293a4b5c6")
# What a field of this name has to hold to get past the form.
_BY_NAME: Final[dict[str, object]] = {
    "thread": MESSAGE_ID,
    "follow_up": MESSAGE_ID,
    "message_id": MESSAGE_ID,
    "peer": b"P" * 32,
    "witness": None,
    "supersedes": None,
    "language": "ben",
    "month": "2027-02",
    "area": "BD-khulna",
    "seen": None,
}


@dataclass(slots=True)
class TestClock:
    """The real wall clock; the other seconds stand until somebody moves them."""

    __test__ = False

    ticks: float = 0.0
    asleep: float = 0.0

    def wall(self) -> Instant:
        return SystemClock().wall()

    def monotonic(self) -> float:
        return self.ticks

    def slept(self) -> float:
        return self.asleep


@dataclass(slots=True)
class NotingCarrier:
    """A courier that carries nothing."""

    woken: int = 0
    synced: int = 0
    fails_with: Exception | None = None

    def wake(self) -> None:
        self.woken += 1

    async def sync(self, opened: OpenVault) -> None:
        del opened
        self.synced += 1
        if self.fails_with is not None:
            raise self.fails_with


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    content_type: str
    body: bytes = field(repr=False)
    retry_after: str | None

    @property
    def problem(self) -> dict[str, Any]:  # Any: members of JSON
        """The members of a problem, without the clock."""
        members: dict[str, Any] = msgspec.json.decode(self.body)
        assert isinstance(members.pop("time"), int)
        return members


@dataclass(slots=True, kw_only=True)
class Counter:
    """Both sides of the local API."""

    made: MadeNode
    gate: Gate
    desk: Desk
    clock: TestClock
    carrier: NotingCarrier
    browser: aiohttp.ClientSession

    async def ask(self, command: Command, token: bytes | None = None) -> Answer:
        return await self.post(command.NAME, encode_command(command), token)

    async def post(
        self,
        name: str,
        body: bytes | io.BytesIO | AsyncIterator[bytes],
        token: bytes | None = None,
    ) -> Answer:
        headers = {} if token is None else {"Authorization": session_header(token)}
        return await self.send("POST", f"/v1/{name}", body, headers)

    async def send(
        self,
        method: str,
        path: str,
        body: bytes | io.BytesIO | AsyncIterator[bytes] = b"",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        sent = self.browser.request(method, f"http://node{path}", data=body, headers=headers or {})
        async with sent as answer:
            return Answer(
                answer.status,
                answer.content_type,
                await answer.read(),
                answer.headers.get("Retry-After"),
            )

    async def hire(self, role: Role, *, token: bytes) -> bytes:
        """Add a person of this role, called as the role is, and open a session for them."""
        command = AddUser(name=role.value, role=role, passphrase=PASSPHRASE)
        assert (await self.ask(command, token)).status == 200
        return await self.enter(role.value)

    async def enter(self, name: str = SUPERVISOR, passphrase: str = PASSPHRASE) -> bytes:
        """Open a session without HTTP; the token."""
        user = await self.gate.unlock(name, passphrase)
        return self.desk._sessions.open(user, now=self.clock.monotonic())


@contextlib.asynccontextmanager
async def open_counter(
    made: MadeNode,
    *,
    vault_lock_seconds: int = NORMAL_LOCK_SECONDS,
    allowed_uids: frozenset[int] | None = None,
) -> AsyncIterator[Counter]:
    clock, carrier = TestClock(), NotingCarrier()
    gate = Gate(made.folder, clock=clock, entropy=entropy, cost=CHEAP)
    desk = Desk(
        gate,
        carrier,
        clock=clock,
        entropy=entropy,
        vault_lock_seconds=vault_lock_seconds,
        settings=SETTINGS,
    )

    async def end_sessions() -> None:
        desk.end_sessions()

    gate.on_close = end_sessions
    uids = frozenset({os.getuid()}) if allowed_uids is None else allowed_uids
    api = LocalApi(desk, clock=clock, allowed_uids=uids)
    await api.start(made.folder / SOCKET)
    connector = aiohttp.UnixConnector(path=str(made.folder / SOCKET))
    try:
        async with aiohttp.ClientSession(connector=connector) as browser:
            yield Counter(
                made=made, gate=gate, desk=desk, clock=clock, carrier=carrier, browser=browser
            )
    finally:
        await api.stop()
        await gate.lock()


def sample(kind: type[Command]) -> Command:
    """A command of this kind that has the form, about things that are not there."""
    info = type_info(kind)
    assert isinstance(info, StructType)
    return kind(**{f.name: _BY_NAME.get(f.name, _value(f.type)) for f in info.fields})


def _value(kind: Type) -> object:  # noqa: C901, PLR0911
    match kind:
        case StructType():
            fields = {f.name: _BY_NAME.get(f.name, _value(f.type)) for f in kind.fields}
            return kind.cls(**fields)
        case EnumType():
            return next(iter(kind.cls))
        case UnionType():
            return None if NoneType() in kind.types else _value(kind.types[0])
        case StrType():
            return "x"
        case IntType():
            return 1
        case BytesType():
            return bytes(16)
        case BoolType():
            return True
        case ListType():
            return []
        case DictType():
            return {}
        case _:
            raise AssertionError(kind)
