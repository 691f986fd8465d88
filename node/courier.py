"""The courier: collects what came, then sends what is due; it decides nothing.

Two loops run while the node is open. One takes envelopes out of the node's own mailbox and deletes them only
after the vault has committed them. The other lets `deliveries` leave what is due at the mailboxes of peers.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, final

import aiohttp

from node import faults, logs, taking
from node.deliveries import Deliveries
from node.fetching import PATIENCE_SECONDS, Fetching
from node.gate import Gate, LockedError, OpenVault
from node.mailbox import client
from node.mailbox.store import MailboxStore
from node.rounds import Rounds
from node.services import renewing, retaining
from node.vault.unit import NotWrittenError
from node.writer import GroupLostError
from protocol import limits
from protocol.cadence import Cadence
from protocol.values import EnvelopeId, MailboxId, envelope_id_of

# Envelopes that nobody could take stay where they are only if the machine fails; bounds one round.
_BATCHES_IN_A_ROUND: Final = 10_000
_LOOK_AGAIN_SECONDS: Final = 60
_REST_SECONDS: Final = 5
_LOGGER: Final = logging.getLogger("sathi.courier")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the courier waits without a sign: between looks for due work, in seconds."""

    poll_seconds: float


@final
class Courier:
    """Carries for one node, as long as its vault is open."""

    def __init__(
        self,
        gate: Gate,
        store: MailboxStore,
        session: aiohttp.ClientSession,
        *,
        patience: Patience,
        cadence: Cadence,
    ) -> None:
        self._gate = gate
        self._store = store
        self._patience = patience
        self._work = asyncio.Event()
        self._round = asyncio.Lock()
        self._delivering = asyncio.Lock()
        self._rounds = Rounds()
        self._emptied: dict[MailboxId, int] = {}
        self._fetching = Fetching(gate, session, patience_seconds=PATIENCE_SECONDS)
        self._deliveries = Deliveries(
            gate,
            partial(client.deposit_batch, session),
            cadence=cadence,
            look_seconds=patience.poll_seconds,
        )

    def wake(self) -> None:
        """There is something new to send."""
        self._work.set()

    def heard(self) -> None:
        """A mailbox of ours answered: the line of this office carries."""
        self._deliveries.heard()
        self._work.set()

    async def begin(self, opened: OpenVault) -> None:
        """The vault was opened: apply everything that waits, before anything is shown or sealed."""
        self._rounds.begin()
        self._emptied.clear()
        self._fetching.begin()
        async with self._rounds.one():
            # What overtakes is taken on a full disk too, or nobody is let in; what lies beside it may wait.
            await self._drain(opened)

    async def rest(self) -> None:
        """The vault is being locked: end every round under way, and begin no other.

        Once this returns, nothing is sent and no connection is opened.
        """
        await self._rounds.rest()

    async def run(self, opened: OpenVault) -> None:
        """Carry until `rest`."""
        with contextlib.suppress(LockedError):
            async with self._rounds.one(), asyncio.TaskGroup() as tasks:
                tasks.create_task(self._for_ever(self._collect_once, opened))
                tasks.create_task(self._for_ever(self._deliver_once, opened))

    async def sync(self, opened: OpenVault) -> None:
        """One whole round, for somebody who waits for it: collect, then send what is due.

        Raises:
            LockedError: if the node is locked, or was locked meanwhile.
            NotWrittenError: if the disk did not take all that came; her no has left all the same.
        """
        async with self._rounds.one():
            await self._drain(opened)
            await self._deliver(opened)
            _refuse_to_be_behind(opened)

    async def tend(self, opened: OpenVault) -> None:
        """What an erasure could not finish is tried again, and no sealed envelope stays in a log.

        Raises:
            LockedError: if the node is locked, or was locked meanwhile.
        """
        async with self._rounds.one():
            await self._erase(opened)
            await self._store.empty_log()
        self.wake()

    async def _drain(self, opened: OpenVault) -> None:
        await self._collect_all(opened)
        await self._erase(opened)

    async def _collect_all(self, opened: OpenVault) -> None:
        """Also what still comes to a mailbox that we have left."""
        for mailbox in opened.mailboxes:
            if mailbox.is_local:
                await self._collect(opened, mailbox.mailbox_id)

    async def _for_ever(
        self, once: Callable[[OpenVault], Awaitable[None]], opened: OpenVault
    ) -> None:
        while True:
            try:
                await once(opened)
            except Exception as error:  # noqa: BLE001  (a full disk or a defect must not end carrying)
                logs.event(_LOGGER, "courier.failed", level=logging.ERROR, error=error)
                self._rounds.go_on()
                await asyncio.sleep(_REST_SECONDS)

    async def _collect_once(self, opened: OpenVault) -> None:
        # The bell is taken before looking: a deposit between the two still rings it.
        bell = self._store.bell(opened.mailbox.mailbox_id)
        await self._drain(opened)
        _refuse_to_be_behind(opened)
        await _wait(bell, seconds=_LOOK_AGAIN_SECONDS)

    async def _deliver_once(self, opened: OpenVault) -> None:
        await self._deliver(opened)
        await _wait(self._work, seconds=self._patience.poll_seconds)

    async def _collect(self, opened: OpenVault, mailbox: MailboxId) -> None:
        """Take batch after batch until the mailbox is empty, or only what the disk did not take is left."""
        behind: EnvelopeId | None = None
        async with self._round:
            for _ in range(_BATCHES_IN_A_ROUND):
                batch = await self._store.take(
                    mailbox,
                    limit=limits.BATCH_ENVELOPES_MAX,
                    bytes_max=limits.BATCH_BYTES_MAX,
                    after=behind,
                )
                envelopes = tuple(batch.envelopes)
                if not envelopes:
                    break
                taken = await taking.take(self._gate, opened, envelopes)
                faults.point("inbox.after_commit")
                await self._store.delete(mailbox, [envelope_id_of(raw) for raw in taken])
                faults.point("inbox.after_delete")
                # Receipts are due for what was taken.
                self._work.set()
                stays = [envelope_id_of(raw) for raw in envelopes if raw not in taken]
                behind = stays[-1] if stays else behind
            opened.note_behind(mailbox, is_behind=behind is not None)
            if behind is None:
                await self._note_emptied(opened, mailbox)

    async def _note_emptied(self, opened: OpenVault, mailbox: MailboxId) -> None:
        """Prekeys whose time is over wait for this; once an hour is often enough."""
        acting = self._gate.acting()
        if 0 <= acting.now - self._emptied.get(mailbox, 0) < limits.HOUR:
            return
        # A full disk keeps nobody out for it: the next look notes it.
        with contextlib.suppress(GroupLostError, NotWrittenError):
            await opened.database.write(
                lambda unit: renewing.note_emptied(unit, mailbox, acting=acting)
            )
            self._emptied[mailbox] = acting.now

    async def _erase(self, opened: OpenVault) -> None:
        """Destroy what is locked, and say so once nothing of it is left in the files."""
        acting = self._gate.acting()
        database = opened.database
        erased = await database.write_surely(
            lambda unit: retaining.erase_locked(unit, acting=acting)
        )
        if not erased or database.is_erasure_pending:
            return
        # What came about her came sealed to a prekey that still lives: its envelope must be gone too.
        if not await self._store.empty_log():
            return
        await database.write_surely(
            lambda unit: retaining.confirm_erased(unit, erased, me=opened.me, acting=acting)
        )
        self._work.set()

    async def _deliver(self, opened: OpenVault) -> None:
        # One at a time, so that whoever waits for a round waits for what is already under way.
        async with self._delivering:
            # Before anything is made to wait for a newer bundle, or is signed with a time that has been.
            await self._fetching.run(opened)
            await self._deliveries.round(opened, self._work)


def _refuse_to_be_behind(opened: OpenVault) -> None:
    if opened.behind:
        raise NotWrittenError("the disk did not take something that came")


async def _wait(event: asyncio.Event, *, seconds: float) -> None:
    """Wait for a sign, or so long at most."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
