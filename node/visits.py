"""Visits the relays that keep a mailbox for us: has it made there, takes what waits, deletes what was taken.

A relay is nobody's friend: it may answer slowly, with the same again, or not at all. No answer of one keeps
another from being visited, and what it gave is deleted there only after the vault has committed it.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, TypeAlias, TypeVar, final

import aiohttp

from node import logs, taking, trusted_clock
from node.gate import Gate, LockedError, OpenVault
from node.mailbox import client
from node.mailbox.client import Collected, Done, Home, PickUp
from node.mailbox.exchange import Failure, Refused, Unreachable
from node.mailbox.problems import Problem
from node.relay_notes import RelayNotes
from node.rounds import Rounds
from node.services import renewing, visiting
from node.services.visiting import Secrets, Wanted
from node.vault.records import OwnMailbox
from node.vault.unit import NotWrittenError
from node.writer import GroupLostError
from protocol import limits
from protocol.keys import signing_secret
from protocol.local.views import RelayStatus
from protocol.pace import UNKNOWN, Pace, after_answer, after_break
from protocol.prekeys import lay_out
from protocol.values import EnvelopeId, Instant, MailboxId, envelope_id_of

DRAIN_SECONDS: Final = 10.0
"""So long at most somebody who unlocks waits for relays."""
# A relay that gives more in one round than a mailbox may hold is not telling the truth.
_BATCHES_IN_A_ROUND: Final = 2 * limits.MAILBOX_ENVELOPES_MAX
# Eight of the smallest envelopes: on a line of 64 kbit/s they come before anybody who unlocks stops waiting.
_FIRST_PACE: Final = replace(UNKNOWN, request_bytes=32_768)
_CUTS_MAX: Final = 2
_LOGGER: Final = logging.getLogger("sathi.visits")

_Result = TypeVar("_Result")
_Given: TypeAlias = Collected | Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A relay of the settings, its operator's ticket for us, and the pin of its key, if there is one."""

    origin: str
    ticket: bytes = field(repr=False)
    pin: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Where others reach our own mailbox, and the pin of the key of what answers there, if there is one."""

    origin: str
    pin: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often relays are visited: about every so many seconds, a third more or less."""

    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearer:
    """Who has to know what became of a visit.

    `settle` is awaited after something was taken: what she took back is erased, and receipts are due. `heard`
    is called when a relay answered: the line of this office carries.
    """

    settle: Callable[[OpenVault], Awaitable[None]]
    heard: Callable[[], None]


@final
class Visits:
    """The visits of one node, as long as its vault is open."""

    def __init__(
        self,
        gate: Gate,
        session: aiohttp.ClientSession,
        relays: Sequence[Relay],
        *,
        own: Own | None,
        rhythm: Rhythm,
        tell: Hearer,
    ) -> None:
        self._gate = gate
        self._session = session
        self._tickets = {relay.origin: relay.ticket for relay in relays}
        self._wanted = _wanted(own, relays)
        self._rhythm = rhythm
        self._settle = tell.settle
        self._heard = tell.heard
        self._paces: dict[MailboxId, Pace] = {}
        self._round = asyncio.Lock()
        self._rounds = Rounds()
        self._laid: dict[MailboxId, tuple[int, bytes]] = {}
        self._notes = RelayNotes()
        self._told: dict[MailboxId, tuple[bytes, bytes | None]] = {}

    async def begin(self, opened: OpenVault) -> None:
        """The vault was opened: take what waits, before anything is shown; but nobody waits for long."""
        self._rounds.begin()
        # Once for each opening: the relay, or we, may have been restored since.
        self._told.clear()
        self._notes.begin()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS), self._rounds.one():
                # What has to be erased after it the courier does in its turn, before anybody is let in.
                await self._collect_all(opened, settles=False)

    async def run(self, opened: OpenVault) -> None:
        """Visit until `rest`; the first time at once, for what `begin` had no time for."""
        with contextlib.suppress(LockedError):
            async with self._rounds.one():
                while True:
                    await self._visit_safely(opened)
                    self._rounds.go_on()
                    await asyncio.sleep(self._pause())

    async def visit(self, opened: OpenVault) -> None:
        """One whole round, for somebody who waits for it. Raises: LockedError."""
        async with self._rounds.one():
            await self._visit(opened)

    def relays(self) -> list[RelayStatus]:
        """How the relays of the settings answer. Raises: LockedError."""
        made = [
            box.origin for box in self._gate.vault.mailboxes if box.is_made and box.ends is None
        ]
        now = self._gate.acting().now
        return [
            self._notes.told(origin, is_made=origin in made, now=now)
            for origin in self._wanted.relays
        ]

    async def rest(self) -> None:
        """The vault is being locked: once this returns, no relay is spoken to."""
        await self._rounds.rest()

    def _pause(self) -> float:
        """A third more or less, so that nobody can tell a node by its rhythm."""
        drawn = int.from_bytes(self._gate.acting().entropy(2)) / 65_535
        return self._rhythm.seconds * (2 + 2 * drawn) / 3

    async def _visit_safely(self, opened: OpenVault) -> None:
        try:
            await self._visit(opened)
        except Exception as error:  # noqa: BLE001  (a full disk or a defect must not end the visits)
            logs.event(_LOGGER, "visits.failed", level=logging.ERROR, error=error)

    async def _visit(self, opened: OpenVault) -> None:
        await self._arrange(opened)
        await self._lay_bundles(opened)
        await self._collect_all(opened, settles=True)
        await self._delete_given_up(opened)

    async def _arrange(self, opened: OpenVault) -> None:
        """Have what the settings say, and tell partners once it is there."""
        acting = self._gate.acting()
        to_make = await self._gate.write(
            lambda unit: visiting.arrange(unit, self._wanted, acting=acting)
        )
        for box in to_make:
            made = await client.create(
                self._session,
                _home(box),
                deposit_secret=box.deposit_secret,
                ticket=self._tickets[box.origin],
                created=acting.now,
            )
            self._notes.note(box.origin, made, now=acting.now)
            if isinstance(made, Done):
                note = partial(visiting.note_made, mailbox=box.mailbox_id, acting=acting)
                await self._gate.write(note)
                self._told[box.mailbox_id] = (box.deposit_secret, None)
            else:
                _say("visits.not_made", made)
        await self._tell_secrets(opened)
        changed = await self._gate.write(
            lambda unit: visiting.tell_if_changed(unit, self._wanted, me=opened.me, acting=acting)
        )
        await self._gate.refresh()
        if to_make or changed is not None:
            await self._settle(opened)

    async def _tell_secrets(self, opened: OpenVault) -> None:
        """Which deposit secrets are good; a new one is told to partners only after its relay knows it."""
        acting = self._gate.acting()
        to_tell = await self._gate.write(
            lambda unit: visiting.secrets_to_tell(unit, acting=acting)
        )
        for one in to_tell:
            if self._told.get(one.box.mailbox_id) == (one.current, one.previous):
                continue
            done = await self._at_its_time(opened, one.box, partial(self._set_secrets, one))
            if isinstance(done, Done):
                note = partial(visiting.note_told, told=one, acting=self._gate.acting())
                await self._gate.write(note)
                self._told[one.box.mailbox_id] = (one.current, one.previous)
            else:
                _say("visits.secrets_not_told", done)

    async def _set_secrets(self, told: Secrets, now: Instant) -> Done | Failure:
        return await client.set_deposit_secrets(
            self._session,
            _home(told.box),
            current=told.current,
            previous=told.previous,
            now=now,
            entropy=self._gate.acting().entropy,
        )

    async def _delete_given_up(self, opened: OpenVault) -> None:
        """What was left and is over goes at its relay, and then here."""
        acting = self._gate.acting()
        boxes = await self._gate.read(lambda unit: visiting.given_up(unit, acting=acting))
        for box in boxes:
            is_gone = await self._is_gone(opened, box)
            if is_gone or visiting.is_out_of_reach(box, acting=acting):
                forget = partial(
                    visiting.forget, mailbox=box.mailbox_id, is_deleted=is_gone, acting=acting
                )
                await self._gate.write(forget)
        if boxes:
            await self._gate.refresh()

    async def _is_gone(self, opened: OpenVault, box: OwnMailbox) -> bool:
        done = await self._at_its_time(opened, box, partial(self._delete_box, box))
        if isinstance(done, Done):
            return True
        _say("visits.mailbox_not_deleted", done)
        # By its own time a relay refuses that signature only where there is no such mailbox.
        return isinstance(done, Refused) and done.problem == Problem.AUTH.value

    async def _delete_box(self, box: OwnMailbox, now: Instant) -> Done | Failure:
        entropy = self._gate.acting().entropy
        return await client.delete_mailbox(self._session, _home(box), now=now, entropy=entropy)

    async def _lay_bundles(self, opened: OpenVault) -> None:
        """Our bundle beside each mailbox, for partners who were silent for so long that theirs has ended.

        Not where the deposit secret has still to be changed: whoever was removed could read it (R-251).
        """
        for box in opened.mailboxes:
            laid = (opened.me.bundle.generation, box.deposit_secret)
            is_told = not box.is_local and box.is_made and box.ends is None
            if not is_told or box.next_secret or self._laid.get(box.mailbox_id) == laid:
                continue
            acting = self._gate.acting()
            content = lay_out(
                opened.me.signed_bundle,
                deposit_secret=box.deposit_secret,
                entropy=acting.entropy,
            )
            done = await client.put_bundle(
                self._session, _home(box), content, now=acting.now, entropy=acting.entropy
            )
            if isinstance(done, Done):
                self._laid[box.mailbox_id] = laid
            else:
                _say("visits.not_laid", done)

    async def _collect_all(self, opened: OpenVault, *, settles: bool) -> None:
        """Also what still comes to a mailbox that we have left; no relay keeps another one waiting."""
        boxes = [box for box in opened.mailboxes if not box.is_local and box.is_made]
        async with self._round, asyncio.TaskGroup() as tasks:
            for box in boxes:
                tasks.create_task(self.collect(opened, box, settles=settles))

    async def collect(self, opened: OpenVault, box: OwnMailbox, *, settles: bool) -> None:
        """Take everything that waits in one mailbox at a relay."""
        seen: set[EnvelopeId] = set()
        behind: EnvelopeId | None = None
        for _ in range(_BATCHES_IN_A_ROUND):
            given = await self._at_its_time(opened, box, partial(self._ask, box, behind))
            if box.ends is None:
                self._notes.note(box.origin, given, now=self._gate.acting().now)
            if not isinstance(given, Collected):
                _say("visits.not_collected", given)
                return
            fresh = [raw for raw in given.envelopes if envelope_id_of(raw) not in seen]
            if not fresh:
                # Nothing, or only what it was told to delete: then it is not asked again now.
                is_behind = behind is not None
                opened.note_behind(box.mailbox_id, is_behind=is_behind)
                await self._note_emptied(box, is_empty=not given.envelopes and not is_behind)
                return
            taken = await taking.take(self._gate, opened, tuple(fresh))
            seen.update(envelope_id_of(raw) for raw in fresh)
            await self._delete(box, [envelope_id_of(raw) for raw in taken])
            stays = [envelope_id_of(raw) for raw in fresh if raw not in taken]
            behind = stays[-1] if stays else behind
            if settles:
                await self._settle(opened)

    async def _at_its_time(
        self,
        opened: OpenVault,
        box: OwnMailbox,
        attempt: Callable[[Instant], Awaitable[_Result | Failure]],
    ) -> _Result | Failure:
        """By our clock, and once more by the relay's own, where ours is too far from it."""
        given = await attempt(self._gate.acting().now)
        if not isinstance(given, Refused) or given.peer_time is None:
            return given
        said, now = given.peer_time, self._gate.acting().now
        await opened.database.write(
            lambda unit: trusted_clock.hear_mailbox(unit, origin=box.origin, said=said, now=now)
        )
        return await attempt(said)

    async def _ask(self, box: OwnMailbox, behind: EnvelopeId | None, now: Instant) -> _Given:
        """What waits."""
        given, cuts = await self._ask_at(box, behind, now), 0
        while isinstance(given, Unreachable) and given.is_cut and cuts < _CUTS_MAX:
            # Nothing of it came; of less, all may.
            given, cuts = await self._ask_at(box, behind, now), cuts + 1
        if not isinstance(given, Unreachable):
            self._heard()
        return given

    async def _ask_at(self, box: OwnMailbox, after: EnvelopeId | None, now: Instant) -> _Given:
        entropy, loop = self._gate.acting().entropy, asyncio.get_running_loop()
        pace, begun = self._paces.get(box.mailbox_id, _FIRST_PACE), loop.time()
        given = await client.collect(
            self._session,
            _home(box),
            PickUp(
                limit=min(limits.BATCH_ENVELOPES_MAX, pace.request_bytes // limits.BUCKETS[0]),
                wait_seconds=0,
                after=after,
            ),
            now=now,
            entropy=entropy,
        )
        if isinstance(given, Collected):
            carried, seconds = sum(map(len, given.envelopes)), loop.time() - begun
            pace = after_answer(pace, carried=carried, seconds=seconds)
        elif isinstance(given, Unreachable):
            pace = after_break(pace)
        self._paces[box.mailbox_id] = pace
        return given

    async def _delete(self, box: OwnMailbox, names: Sequence[EnvelopeId]) -> None:
        done = await self._delete_at(box, names, now=self._gate.acting().now)
        if isinstance(done, Refused) and done.peer_time is not None:
            done = await self._delete_at(box, names, now=done.peer_time)
        if not isinstance(done, Done):
            # They come again, and have no second effect.
            _say("visits.not_deleted", done)

    async def _delete_at(
        self, box: OwnMailbox, names: Sequence[EnvelopeId], *, now: Instant
    ) -> Done | Failure:
        entropy = self._gate.acting().entropy
        return await client.delete(self._session, _home(box), names, now=now, entropy=entropy)

    async def _note_emptied(self, box: OwnMailbox, *, is_empty: bool) -> None:
        if is_empty:
            acting = self._gate.acting()
            note = partial(renewing.note_emptied, mailbox=box.mailbox_id, acting=acting)
            # A full disk keeps nobody out for it: the next visit notes it.
            with contextlib.suppress(GroupLostError, NotWrittenError):
                await self._gate.write(note)


def _wanted(own: Own | None, relays: Sequence[Relay]) -> Wanted:
    pins = {relay.origin: relay.pin for relay in relays if relay.pin is not None}
    if own is not None and own.pin is not None:
        pins[own.origin] = own.pin
    return Wanted(
        own=None if own is None else own.origin,
        relays=tuple(relay.origin for relay in relays),
        pins=pins,
    )


def _home(box: OwnMailbox) -> Home:
    return Home(origin=box.origin, pin=box.pin, secret=signing_secret(box.seed))


def _say(event: str, failure: Failure) -> None:
    logs.event(_LOGGER, event, level=logging.WARNING, code=type(failure).__name__)
