"""What a relay that misbehaves does: a real one behind a hand that interferes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from node.mailbox import stick
from node.mailbox.mailboxes import Mailboxes
from protocol import limits
from protocol.values import envelope_id_of, mailbox_id
from tests.support.mailboxes import StandingClock

_MANY: Final = 1_000_000
_FEW: Final = 4
_WHAT: Final = {"POST": "deposit", "GET": "pick up"}
_STICK: Final = "application/octet-stream"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True, kw_only=True)
class MisbehavingRelay:
    """A relay, and what it does at the moment; `honest` is nothing."""

    store: Mailboxes
    clock: StandingClock
    origin: str
    port: int
    act: str = "honest"
    left: dict[str, list[bytes]] = field(default_factory=dict)
    bundles: list[bytes] = field(default_factory=list)
    interfered: int = 0

    @web.middleware
    async def interfere(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        what = _WHAT.get(request.method, "") if request.path.endswith("/envelopes") else ""
        if what == "pick up":
            await self._note(request.path)
        hand = _ACTS.get(self.act)
        answer = None if hand is None else await hand(self, request, what)
        if answer is None:
            return await handler(request)
        self.interfered += 1
        return answer

    async def _note(self, path: str) -> None:
        """Remember what lies there, before its owner may delete it."""
        mailbox = mailbox_id(bytes.fromhex(path.split("/")[4]))
        lying = await self.store.take(mailbox, limit=_MANY, bytes_max=_MANY * 1_000)
        known = self.left.setdefault(path, [])
        known += [raw for raw in lying.envelopes if raw not in known]


Hand = Callable[[MisbehavingRelay, web.Request, str], Awaitable[web.StreamResponse | None]]


def _unpacked(body: bytes) -> tuple[bytes, ...]:
    return stick.unpack(
        body,
        envelopes_min=0,
        envelopes_max=limits.BATCH_ENVELOPES_MAX,
        bytes_max=limits.BATCH_BYTES_MAX,
    )


def _stick(envelopes: Sequence[bytes]) -> web.Response:
    return web.Response(
        body=stick.pack(envelopes), content_type=_STICK, headers={"Sathi-More": "0"}
    )


async def _keep_nothing(
    _relay: MisbehavingRelay, request: web.Request, what: str
) -> web.StreamResponse | None:
    """Say that everything was stored, and store nothing."""
    if what != "deposit":
        return None
    names = [envelope_id_of(raw).hex() for raw in _unpacked(await request.read())]
    return web.json_response({"results": [[name, 201] for name in names]})


async def _hide(
    _relay: MisbehavingRelay, _request: web.Request, what: str
) -> web.StreamResponse | None:
    """Say that there is no mail."""
    return _stick([]) if what == "pick up" else None


async def _replay(
    relay: MisbehavingRelay, request: web.Request, what: str
) -> web.StreamResponse | None:
    """Give everything that ever came, twice, also what was deleted."""
    if what != "pick up":
        return None
    ever = relay.left.get(request.path, [])[-limits.BATCH_ENVELOPES_MAX // 2 :]
    return _stick([raw for raw in ever for _ in range(2)])


async def _swap(
    relay: MisbehavingRelay, request: web.Request, what: str
) -> web.StreamResponse | None:
    """Give what was left for others, and one's own from the last to the first."""
    if what != "pick up":
        return None
    others = [raw for path, left in relay.left.items() if path != request.path for raw in left]
    own = relay.left.get(request.path, [])[::-1]
    return _stick((others + own)[: limits.BATCH_ENVELOPES_MAX])


async def _spoil(
    relay: MisbehavingRelay, request: web.Request, what: str
) -> web.StreamResponse | None:
    """Change one bit in each envelope."""
    if what != "pick up":
        return None
    left = relay.left.get(request.path, [])[-limits.BATCH_ENVELOPES_MAX :]
    return _stick([raw[:2_000] + bytes([raw[2_000] ^ 1]) + raw[2_001:] for raw in left])


async def _mix_answers(
    _relay: MisbehavingRelay, request: web.Request, what: str
) -> web.StreamResponse | None:
    """Say of other envelopes than these that they were stored."""
    if what != "deposit":
        return None
    count = len(_unpacked(await request.read()))
    return web.json_response({"results": [[f"{number:032x}", 201] for number in range(count)]})


async def _fail(
    _relay: MisbehavingRelay, _request: web.Request, _what: str
) -> web.StreamResponse | None:
    """Answer everything with a fault."""
    return web.Response(status=500, body=b"<html>Internal Server Error</html>")


async def _talk_nonsense(
    _relay: MisbehavingRelay, _request: web.Request, _what: str
) -> web.StreamResponse | None:
    """Answer everything with bytes that mean nothing."""
    return web.Response(status=200, body=b"\xff" * 999, headers={"Sathi-More": "1"})


async def _send_elsewhere(
    relay: MisbehavingRelay, _request: web.Request, _what: str
) -> web.StreamResponse | None:
    """Send everybody to another address."""
    return web.Response(status=307, headers={"Location": relay.origin + "/elsewhere"})


async def _talk_without_end(
    relay: MisbehavingRelay, request: web.Request, _what: str
) -> web.StreamResponse | None:
    """Answer with more and more bytes."""
    relay.interfered += 1
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(bytes(65_536))


async def _drip(
    relay: MisbehavingRelay, request: web.Request, what: str
) -> web.StreamResponse | None:
    """Answer a deposit by one byte after the other, never all of them (slow-loris)."""
    if what != "deposit":
        return None
    relay.interfered += 1
    response = web.StreamResponse()
    response.content_length = _MANY
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.5)


async def _cut_long_answers(
    relay: MisbehavingRelay, request: web.Request, what: str
) -> web.StreamResponse | None:
    """Break the line in the middle of each pick-up of more than four envelopes."""
    if what != "pick up" or int(request.query["limit"]) <= _FEW:
        return None
    left = relay.left.get(request.path, [])[: int(request.query["limit"])]
    body = stick.pack(left)
    response = web.StreamResponse(headers={"Sathi-More": "0"})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    return _hung_up(request, response)


async def _lose_answers(
    relay: MisbehavingRelay, request: web.Request, what: str
) -> web.StreamResponse | None:
    """Store what is left, and break the line before it is said."""
    if what != "deposit":
        return None
    name = mailbox_id(bytes.fromhex(request.path.split("/")[4]))
    await relay.store.deposit(name, _unpacked(await request.read()))
    return _hung_up(request, web.StreamResponse())


def _hung_up(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return response


async def _lie_about_time(
    relay: MisbehavingRelay, _request: web.Request, _what: str
) -> web.StreamResponse | None:
    """Refuse everybody, and say that it is ten years later."""
    problem = {
        "type": "urn:sathi:problem:auth",
        "status": 401,
        "time": relay.clock.seconds + 3_650 * limits.DAY,
    }
    return web.json_response(problem, status=401, content_type="application/problem+json")


_ACTS: Final[dict[str, Hand]] = {
    "keep nothing": _keep_nothing,
    "hide": _hide,
    "replay": _replay,
    "swap": _swap,
    "spoil": _spoil,
    "mix answers": _mix_answers,
    "fail": _fail,
    "talk nonsense": _talk_nonsense,
    "send elsewhere": _send_elsewhere,
    "talk without end": _talk_without_end,
    "drip": _drip,
    "cut long answers": _cut_long_answers,
    "lose answers": _lose_answers,
    "lie about time": _lie_about_time,
}
QUICK_ACTS: Final = tuple(act for act in _ACTS if act != "drip")
