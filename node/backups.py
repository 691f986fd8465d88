"""Makes backups of the open vault: copied, sealed to the recovery sheet, read back, put in place, rotated.

A node that is locked makes none. What is interrupted by locking, a crash or a full disk leaves the finished
ones as they were, and its remains are thrown away by the next attempt.
"""

import asyncio
import contextlib
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Final, TypeVar, final

from node import config, faults, logs, trusted_clock
from node.gate import Gate, LockedError
from node.sections import BackupSection
from node.services import backing_up
from node.services.backing_up import NoSheetError
from node.vault import journal, keyring
from node.vault.backup import copying, folder, packing
from node.vault.backup.copying import BackupError
from node.vault.backup.folder import Keep
from node.vault.database import VAULT_FILE
from node.vault.journal import JournalError
from node.vault.unit import Unit
from protocol import limits
from protocol.errors import SathiError
from protocol.values import Entropy, Instant

ResultT = TypeVar("ResultT")

_LOGGER: Final = logging.getLogger("sathi.backups")
_DRAWN_BYTES: Final = 8
# After a failure it is tried again, but not at every look.
_REST_SECONDS: Final = limits.HOUR
# A backup is the copy and the sealed copy; below this much besides, the room is the node's own.
SPARE_BYTES: Final = 256 * 1_048_576
_REFUSED: Final = (OSError, BackupError, JournalError, NoSheetError, keyring.KeyringError)


class NotMadeError(SathiError):
    """No backup was made; those that are there are as they were."""


class BackupRunningError(SathiError):
    """A backup is being made at this moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup that was made and read back; `dropped` older ones made room for it."""

    path: Path
    made_at: Instant
    size: int
    dropped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Making:
    """One backup while it is made."""

    copy: Path
    part: Path
    target: Path
    key: bytes = field(repr=False)
    made_at: Instant


def folder_of(data: Path, section: BackupSection) -> Path:
    """Where the backups of a node lie."""
    return data / section.folder


@final
class Backups:
    """The backups of one node."""

    def __init__(
        self, gate: Gate, data: Path, section: BackupSection, *, entropy: Entropy
    ) -> None:
        self._gate = gate
        self._data = data
        self._section = section
        self._entropy = entropy
        self._running: asyncio.Task[Made | NotMadeError] | None = None

    async def make(self) -> Made:
        """Make one now.

        Raises:
            BackupRunningError: if one is being made.
            LockedError: if the node is locked, or was locked meanwhile.
            NotMadeError: if it could not be made; a person is told when the last one is old.
        """
        if self._running is not None:
            raise BackupRunningError("a backup is being made already")
        _ = self._gate.vault
        try:
            async with asyncio.TaskGroup() as tasks:
                running = self._running = tasks.create_task(self._make_or_note())
        finally:
            self._running = None
        if running.cancelled():
            raise LockedError("the node was locked while a backup was made")
        outcome = running.result()
        if isinstance(outcome, NotMadeError):
            raise outcome
        return outcome

    async def make_if_due(self) -> None:
        """Make one if the last is old enough; whatever keeps it from being made is told to a person."""
        acting = self._gate.acting()
        with contextlib.suppress(LockedError, NotMadeError, BackupRunningError):
            state = await self._gate.read(backing_up.state)
            every = self._section.every_hours * limits.HOUR
            # A clock that was set back makes it due as well: better one too many.
            if _is_over(state.failed_at, _REST_SECONDS, now=acting.now) and _is_over(
                state.made_at, every, now=acting.now
            ):
                await self.make()

    async def rest(self) -> None:
        """The vault is being locked: nothing reads it any more once this returns."""
        running = self._running
        if running is not None:
            running.cancel()
            await asyncio.wait([running])

    async def _make_or_note(self) -> Made | NotMadeError:
        try:
            return await self._make()
        except _REFUSED as error:
            return await self._note(error)

    async def _note(self, error: Exception) -> NotMadeError:
        acting = self._gate.acting()
        kind = type(error).__name__
        logs.event(_LOGGER, "backup.failed", level=logging.ERROR, error=error)
        with contextlib.suppress(LockedError):
            await self._gate.write(
                lambda unit: backing_up.note_failed(unit, failure=kind, acting=acting)
            )
        said = (
            str(error)
            if isinstance(error, SathiError)
            else f"the folder does not take it ({kind})"
        )
        return NotMadeError(f"no backup was made: {said}")

    async def _make(self) -> Made:
        acting = self._gate.acting()
        making = await _aside(lambda: self._begin(acting.now))
        try:
            await self._copy(making)
            sheet = await self._gate.read(backing_up.sheet)
            path = await _aside(lambda: self._seal(making, sheet))
        finally:
            await _aside(lambda: _throw_away(making))
        size = path.stat().st_size
        await self._gate.write(
            lambda unit: backing_up.note_made(
                unit, name=path.name, size=size, made_at=making.made_at, acting=acting
            )
        )
        return Made(
            path=path, made_at=making.made_at, size=size, dropped=await self._rotate(making)
        )

    def _begin(self, now: Instant) -> _Making:
        """Find the folder and room in it, sweep it, and bring the copy of the journal up to date."""
        target = folder_of(self._data, self._section)
        if not Path(self._section.folder).is_absolute():
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not target.is_dir():
            raise BackupError("the folder of the backups is not there: is the disk or stick in?")
        for place in (self._data, target):
            folder.sweep(place)
            if shutil.disk_usage(place).free < self._needed():
                raise BackupError("there is too little room on the disk")
        own = self._data / journal.FILE_NAME
        journal.mark(own, made_at=now)
        journal.copy_beside(own, target)
        drawn = self._entropy(_DRAWN_BYTES)
        return _Making(
            copy=folder.part_of(self._data, drawn, ending="copy"),
            part=folder.part_of(target, drawn, ending="part"),
            target=target,
            key=self._entropy(packing.KEY_BYTES),
            made_at=now,
        )

    def _needed(self) -> int:
        return (self._data / VAULT_FILE).stat().st_size + SPARE_BYTES

    async def _copy(self, making: _Making) -> None:
        settings = (self._data / config.FILE_NAME).read_text(encoding="utf-8")
        own = journal.load(self._data / journal.FILE_NAME)

        def copy(unit: Unit) -> None:
            head = backing_up.head(
                unit,
                version=metadata.version("sathi"),
                settings=settings,
                journal=own,
                now=making.made_at,
            )
            copying.copy_out(unit.vault, making.copy, key=making.key, head=head)

        await self._gate.read(copy)
        faults.point("backup.after_copy")

    def _seal(self, making: _Making, sheet: bytes) -> Path:
        packing.pack(
            making.copy,
            making.part,
            key=making.key,
            sheet=sheet,
            salt=keyring.load(self._data).salt,
            entropy=self._entropy,
        )
        faults.point("backup.before_place")
        path = folder.put_in_place(making.part, making.target, made_at=making.made_at)
        faults.point("backup.after_place")
        return path

    async def _rotate(self, making: _Making) -> int:
        """Take away what others stand for, unless nobody knows which day it is."""
        now = self._gate.acting().now
        if await self._gate.read(lambda unit: trusted_clock.is_in_doubt(unit, now=now)):
            return 0
        keep = Keep(
            daily=self._section.keep_daily,
            weekly=self._section.keep_weekly,
            monthly=self._section.keep_monthly,
        )
        return len(await _aside(lambda: folder.rotate(making.target, keep=keep)))


def _is_over(since: Instant | None, seconds: int, *, now: Instant) -> bool:
    return since is None or abs(now - since) >= seconds


async def _aside(work: Callable[[], ResultT]) -> ResultT:
    return await asyncio.get_running_loop().run_in_executor(None, work)


def _throw_away(making: _Making) -> None:
    for path in (making.copy, making.part):
        path.unlink(missing_ok=True)
