"""A backup of a node full of cases while somebody works at it, and one that is tried as a restore would."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from bench import many_cases
from bench.floors import sizes
from bench.floors.backups import MEGABYTE
from bench.floors.readings import Reading
from bench.many_cases import Made
from node.backups import Backups
from node.cli.founding import CHEAP_COST
from node.cli.restored import opened_backup, read_code, tried_vault
from node.config import BackupSection
from node.gate import Gate
from node.system import SystemClock, entropy
from node.vault.tables import identity, settings
from node.vault.unit import Unit

_MILLISECONDS: Final = 1_000
# Far more often than anybody types.
_PAUSE_SECONDS: Final = 0.01


class NotWholeError(Exception):
    """What was made is no backup of this node."""


def making_per_megabyte(folder: Path, *, cases: int = sizes.CASES) -> Reading:
    """Milliseconds for each megabyte of a backup, all of `sathi backup create`, a writer running beside it.

    Beside it stands the longest that the writer had to wait for one commit.
    """
    made = many_cases.shared(folder, cases)
    seconds, file, waits = asyncio.run(_make(made))
    megabytes = file.stat().st_size / MEGABYTE
    file.unlink()
    beside = {"megabytes": megabytes, "longest_commit_ms": max(waits) * _MILLISECONDS}
    return Reading(value=seconds * _MILLISECONDS / megabytes, beside=beside)


def checking_per_megabyte(folder: Path, *, cases: int = sizes.CASES) -> Reading:
    """Milliseconds for each megabyte of all that `sathi backup check` does with the code of the sheet."""
    made = many_cases.shared(folder, cases)
    file, code = _finished(folder, cases), read_code(made.sheet)
    megabytes = file.stat().st_size / MEGABYTE
    with _temporary_files_in(folder):
        begun = time.perf_counter()
        with opened_backup(file, code, cost=CHEAP_COST) as opened, tried_vault(opened) as is_whole:
            seconds = time.perf_counter() - begun
            if not is_whole or opened.counts["cases"] != made.cases:
                raise NotWholeError(f"{opened.counts['cases']} cases came back")
    return Reading(value=seconds * _MILLISECONDS / megabytes, beside={"megabytes": megabytes})


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """On the disk that everything else is on: the system's own place is often in memory."""
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


@cache
def _finished(folder: Path, cases: int) -> Path:
    """One backup for all checks."""
    _, file, _ = asyncio.run(_make(many_cases.shared(folder, cases)))
    # Out of the way of the rotation.
    return file.rename(folder / f"backup-{cases}.sathi")


async def _make(made: Made) -> tuple[float, Path, list[float]]:
    """The seconds that a backup took, its file, and how long each commit meanwhile took."""
    gate = Gate(made.folder, clock=SystemClock(), entropy=entropy, cost=CHEAP_COST)
    await gate.unlock(many_cases.USER, many_cases.PASSPHRASE)
    waits: list[float] = []
    try:
        async with asyncio.TaskGroup() as tasks:
            working = tasks.create_task(_work(gate, waits))
            begun = time.perf_counter()
            backup = await Backups(gate, made.folder, BackupSection(), entropy=entropy).make()
            seconds = time.perf_counter() - begun
            working.cancel()
    finally:
        await gate.lock()
    return seconds, backup.path, waits


async def _work(gate: Gate, waits: list[float]) -> None:
    """Somebody writes a hundred times a second, and changes nothing; how long each commit took."""
    while True:
        begun = time.perf_counter()
        await gate.write(_change)
        waits.append(time.perf_counter() - begun)
        await asyncio.sleep(_PAUSE_SECONDS)


def _change(unit: Unit) -> None:
    [user] = identity.load_active_users(unit.vault)
    settings.save(unit.vault, user.user_id, language="en", digits="latin", has_practised=True)
