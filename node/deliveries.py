"""Leaves what is due at the mailboxes of peers: each peer has a line of its own, and none waits for another.

One request at a time goes over a line, as large as the line has shown to carry; but a withdrawal or a suspend
waits for nothing that is under way. A line that is cut is taken up again at once, with what it had not
delivered. What no mailbox answers waits for the next attempt, and nothing else is tried there until then.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeAlias, final

from node import faults, logs, trusted_clock
from node.effects import Acting
from node.gate import Gate, OpenVault
from node.mailbox import client
from node.mailbox.client import Delivered, Outcome
from node.mailbox.exchange import Refused, Unreachable
from node.mailbox.problems import Problem
from node.services import delivering
from node.services.delivering import Lines, Parcel, Settled
from node.vault.unit import NotWrittenError
from node.writer import GroupLostError
from protocol import limits
from protocol.cadence import Cadence
from protocol.delivery import requests_of
from protocol.pace import UNKNOWN, Pace, after_answer, after_break
from protocol.prekeys import Route
from protocol.values import EnvelopeId, Instant, MessageId, NodeId, envelope_id_of

Deposit: TypeAlias = Callable[[client.Route, Sequence[bytes]], Awaitable[Outcome]]
"""One attempt to leave a batch."""
Sealed: TypeAlias = tuple[MessageId, bytes]

# More lines at a time would share what one office has; fewer would wait for those who do not answer.
_LINES_MAX: Final = 6
# A line that is cut so often one after the other, without an answer between, is not there.
_CUTS_MAX: Final = 2
# While a request goes over such a line, the next one may be made ready already.
_QUICK_SECONDS: Final = 5.0
# After so long without any answer it is the line of this office that was down, and not that of a peer.
_SILENCE_SECONDS: Final = 5 * limits.MINUTE
_LOGGER: Final = logging.getLogger("sathi.deliveries")


@dataclass(slots=True)
class _Line:
    """The way to one peer: what it carries, where the last was left, and how often nobody answered."""

    pace: Pace = UNKNOWN
    left_at: int | None = None
    turn: int = 0
    breaks: int = 0
    usual: int = 0
    is_full: bool = False
    overtaking: int = 0
    order: asyncio.Lock = field(default_factory=asyncio.Lock)
    order_of_overtaking: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_busy(self) -> bool:
        # Behind a request that was not full nothing waited. What comes meanwhile goes together, after it.
        is_quick = self.pace.is_known and self.pace.seconds < _QUICK_SECONDS
        return self.usual >= 1 + (is_quick and self.is_full)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """What became of a parcel at one mailbox: `rest` has had no answer."""

    laid: frozenset[MessageId]
    rest: Sequence[Sealed]
    was_taken: bool


@final
class Deliveries:
    """The lines of one node."""

    def __init__(
        self, gate: Gate, deposit: Deposit, *, cadence: Cadence, look_seconds: float
    ) -> None:
        self._gate = gate
        self._deposit = deposit
        self._cadence = cadence
        self._look_seconds = look_seconds
        self._lines: dict[NodeId, _Line] = {}
        self._turns = 0
        self._is_short = False
        self._heard_at: Instant | None = None
        self._is_unheard = False
        self._is_back = False

    def heard(self) -> None:
        """Some mailbox answered: the line of this office carries, or carries again (R-245)."""
        now = self._gate.acting().now
        was_recent = self._heard_at is not None and 0 <= now - self._heard_at < _SILENCE_SECONDS
        self._is_back = self._is_back or (self._is_unheard and not was_recent)
        self._is_unheard, self._heard_at = False, now

    async def round(self, opened: OpenVault, work: asyncio.Event) -> None:
        """Leave what is due, also what becomes due meanwhile, until nothing is under way any more.

        `work` is set by whoever has something new.
        """
        batch: Instant | None = None
        self._is_short = False
        for line in self._lines.values():
            # Of a round that was broken off nothing goes on.
            line.usual = line.overtaking = 0
        async with asyncio.TaskGroup() as tasks:
            while True:
                work.clear()
                for parcel in await self._make_ready(opened, batch):
                    batch = batch if parcel.batch is None else parcel.batch
                    self._begin(parcel)
                    tasks.create_task(self._carry(opened, parcel, work))
                if not any(line.usual or line.overtaking for line in self._lines.values()):
                    return
                # Looked at also without a sign: the next batch may have begun.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._look_seconds):
                        await work.wait()

    async def leave(self, opened: OpenVault, parcel: Parcel) -> Settled:
        """Leave a parcel at the first of the peer's mailboxes that answers; what is over, at the next."""
        line = self._line(parcel.peer)
        everything = frozenset(message for message, _ in parcel.envelopes)
        laid: frozenset[MessageId] = frozenset()
        rest: Sequence[Sealed] = parcel.envelopes
        was_taken = False
        for place, route in _in_turn(parcel, line):
            left = await self._leave_at(opened, line, route, rest)
            laid |= left.laid
            rest = left.rest
            was_taken = was_taken or left.was_taken
            if left.laid:
                line.left_at = place
            if not rest:
                break
        line.breaks += not was_taken
        failed = everything - laid
        return Settled(peer=parcel.peer, deposited=laid, failed=failed, was_taken=was_taken)

    def _line(self, peer: NodeId) -> _Line:
        return self._lines.setdefault(peer, _Line())

    async def _make_ready(self, opened: OpenVault, batch: Instant | None) -> list[Parcel]:
        acting, lines = self._gate.acting(), self._as_they_are(batch)
        is_back, self._is_back = self._is_back, False
        if is_back:
            await self._try_all_again(opened, acting)
        parcels = await self._due(opened, acting, lines)
        if parcels:
            faults.point("outbox.after_seal")
        return parcels

    async def _try_all_again(self, opened: OpenVault, acting: Acting) -> None:
        # On a full disk what waits goes at its time.
        with contextlib.suppress(GroupLostError, NotWrittenError):
            await opened.database.write(partial(delivering.try_all_again, acting=acting))

    async def _due(self, opened: OpenVault, acting: Acting, lines: Lines) -> list[Parcel]:
        """What leaves now; only what overtakes, where the disk takes no more or did not take what came."""
        if not (opened.behind or self._is_short):
            try:
                return await opened.database.write(
                    lambda unit: delivering.due(
                        unit, me=opened.me, acting=acting, cadence=self._cadence, lines=lines
                    )
                )
            except (GroupLostError, NotWrittenError) as error:
                # What is given up now is for her no, and not for what waits beside it.
                self._is_short = True
                logs.event(_LOGGER, "deliveries.not_written", level=logging.ERROR, error=error)
        return await opened.database.write_surely(
            lambda unit: delivering.overtaking(unit, me=opened.me, acting=acting, lines=lines)
        )

    def _as_they_are(self, batch: Instant | None) -> Lines:
        under_way = sum(line.usual > 0 for line in self._lines.values())
        return Lines(
            batch=batch,
            busy=[peer for peer, line in self._lines.items() if line.is_busy],
            overtaken=[peer for peer, line in self._lines.items() if line.overtaking],
            request_bytes={peer: line.pace.request_bytes for peer, line in self._lines.items()},
            turns={peer: line.turn for peer, line in self._lines.items()},
            room=_LINES_MAX - under_way,
        )

    def _begin(self, parcel: Parcel) -> None:
        line = self._line(parcel.peer)
        if parcel.overtakes:
            line.overtaking += 1
            return
        self._turns += 1
        line.turn = self._turns
        line.usual += 1
        size = sum(len(raw) for _, raw in parcel.envelopes)
        is_full = size >= line.pace.request_bytes
        line.is_full = is_full or len(parcel.envelopes) == limits.BATCH_ENVELOPES_MAX

    async def _carry(self, opened: OpenVault, parcel: Parcel, work: asyncio.Event) -> None:
        line = self._line(parcel.peer)
        breaks = line.breaks
        try:
            async with line.order_of_overtaking if parcel.overtakes else line.order:
                if line.breaks != breaks and not parcel.overtakes:
                    settled = _not_tried(parcel)
                else:
                    settled = await self.leave(opened, parcel)
                faults.point("outbox.after_deposit")
                await self._settle(opened, settled, overtakes=parcel.overtakes)
                faults.point("outbox.after_settle")
        finally:
            if parcel.overtakes:
                line.overtaking -= 1
            else:
                line.usual -= 1
            work.set()

    async def _settle(self, opened: OpenVault, settled: Settled, *, overtakes: bool) -> None:
        acting, database = self._gate.acting(), opened.database
        write = database.write_surely if overtakes else database.write
        await write(lambda unit: delivering.settle(unit, settled, acting=acting))

    async def _leave_at(
        self, opened: OpenVault, line: _Line, route: Route, rest: Sequence[Sealed]
    ) -> _Left:
        """Request after request, as long as there are answers; a line that is cut is taken up again.

        What went with a request that had no answer goes again as it was: the mailbox knows it by its name.
        """
        laid: set[MessageId] = set()
        was_taken, cuts = False, 0
        way = client.Route(
            origin=route.origin,
            mailbox_id=route.mailbox_id,
            deposit_secret=route.deposit_secret,
            pin=route.pin,
        )
        while rest and cuts <= _CUTS_MAX:
            request = requests_of(rest, bytes_max=line.pace.request_bytes)[0]
            answer = await self._ask(line, way, [raw for _, raw in request])
            if isinstance(answer, Refused) and answer.peer_time is not None:
                await self._hear_time(opened, route.origin, answer.peer_time)
            if isinstance(answer, Delivered):
                laid |= _laid(answer, {envelope_id_of(raw): message for message, raw in request})
                rest = rest[len(request) :]
                was_taken, cuts = True, 0
            elif isinstance(answer, Unreachable) and answer.is_cut:
                cuts += 1
            else:
                # A mailbox without room for these may have some for others.
                is_full = isinstance(answer, Refused) and answer.problem == Problem.FULL.value
                was_taken = was_taken or is_full
                break
        return _Left(laid=frozenset(laid), rest=rest, was_taken=was_taken)

    async def _ask(self, line: _Line, way: client.Route, envelopes: Sequence[bytes]) -> Outcome:
        now = asyncio.get_running_loop().time
        begun = now()
        answer = await self._deposit(way, envelopes)
        if isinstance(answer, Delivered):
            carried = sum(map(len, envelopes))
            line.pace = after_answer(line.pace, carried=carried, seconds=now() - begun)
        if isinstance(answer, Unreachable):
            line.pace = after_break(line.pace)
            self._is_unheard = True
        else:
            self.heard()
        return answer

    async def _hear_time(self, opened: OpenVault, origin: str, said: Instant) -> None:
        """A mailbox that refuses says what time it has: a witness for or against our own clock (R-111)."""
        now = self._gate.acting().now
        await opened.database.write(
            lambda unit: trusted_clock.hear_mailbox(unit, origin=origin, said=said, now=now)
        )


def _in_turn(parcel: Parcel, line: _Line) -> list[tuple[int, Route]]:
    """The peer's mailboxes with their places, the first to be tried first.

    That is where the last was left; or the next one, where that one may keep to itself what it was given
    (R-225).
    """
    places = list(enumerate(parcel.routes))
    last = line.left_at
    if last is None:
        last = -1 if parcel.moves_on else 0
    start = last + parcel.moves_on
    first = start % len(places) if places else 0
    return places[first:] + places[:first]


def _not_tried(parcel: Parcel) -> Settled:
    """Nobody answered while it waited for its turn."""
    everything = frozenset(message for message, _ in parcel.envelopes)
    return Settled(peer=parcel.peer, deposited=frozenset(), failed=everything, was_taken=False)


def _laid(answer: Delivered, by_name: Mapping[EnvelopeId, MessageId]) -> frozenset[MessageId]:
    return frozenset(
        by_name[laid.envelope_id]
        for laid in answer.envelopes
        if laid.problem is None and laid.envelope_id in by_name
    )
