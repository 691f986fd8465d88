"""A vault gets a new key, whole or not at all: it is made beside the old one, and then takes its place.

    rekeying/   in the making: copies of both files, under the new key, changed; the keyring comes last
    rekeyed/    ready, with its keyring: the old vault is still the one that counts
    rekeyed/    without its keyring: the new vault counts, and its files have yet to be moved

Moving the keyring is the one step that counts, and these names tell what a crash has left: no key is
needed to finish it or to throw it away. Before that step nobody lost anything; after it nobody who is
not in the new keyring opens anything.
"""

import contextlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from node import faults
from node.vault import driver, keyring
from node.vault.database import KEYS_FILE, VAULT_FILE, Database
from node.vault.keyring import Owner
from node.vault.migrations import migrate_all
from node.vault.unit import Unit
from protocol.errors import SathiError
from protocol.values import Entropy

ResultT = TypeVar("ResultT")

MAKING: Final = "rekeying"
READY: Final = "rekeyed"
_FILES: Final = (VAULT_FILE, KEYS_FILE)
_LOGS: Final = ("-wal", "-shm")
# Beside the copies: what the change itself writes, and the room SQLite needs to write it.
_SPARE_BYTES: Final = 16 * 1_048_576


class RekeyError(SathiError):
    """The disk did not take a second vault; the one that is there was left as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The vault key that counts, and the one that is to count."""

    old: bytes = field(repr=False)
    new: bytes = field(repr=False)


def rekey(
    folder: Path,
    keys: Keys,
    change: Callable[[Unit], ResultT],
    *,
    owners: Callable[[Unit], list[Owner]],
    entropy: Entropy,
) -> ResultT:
    """Give a closed vault a new key, in one step with a change to what it remembers.

    Args:
        folder: of a vault that nobody has open.
        keys: the old and the new key.
        change: a use case; what it raises is raised here, and everything stays as it was.
        owners: reads who is to have a slot of the new keyring, after the change.
        entropy: for the new slots.

    Returns:
        What the change returned.

    Raises:
        RekeyError: if the disk does not take it.
        KeyringError: if the keyring is not whole, or has too few slots.
        Exception: whatever the change raised.
    """
    settle(folder)
    try:
        _refuse_full_disk(folder)
        result = _make(folder, keys, change, owners=owners, entropy=entropy)
        _replace(folder / MAKING, folder / READY)
        faults.point("rekey.before_switch")
        _replace(folder / READY / keyring.FILE_NAME, folder / keyring.FILE_NAME)
    except (OSError, driver.DatabaseError) as error:
        settle(folder)
        raise RekeyError("a vault with a new key could not be made") from error
    except Exception:
        settle(folder)
        raise
    faults.point("rekey.after_switch")
    # It counts already, so nobody may be told that it failed: the next opening moves what is left.
    with contextlib.suppress(OSError):
        settle(folder)
    faults.point("rekey.before_answer")
    return result


def settle(folder: Path) -> None:
    """Finish or throw away what a crash has left; nobody may have the vault open."""
    making, ready = folder / MAKING, folder / READY
    if (ready / keyring.FILE_NAME).exists():
        # Under its other name first: taken apart under this one it would look like a vault that counts.
        shutil.rmtree(making, ignore_errors=True)
        _replace(ready, making)
    if making.exists():
        shutil.rmtree(making)
    if ready.exists():
        _move_in(folder)


def _make(
    folder: Path,
    keys: Keys,
    change: Callable[[Unit], ResultT],
    *,
    owners: Callable[[Unit], list[Owner]],
    entropy: Entropy,
) -> ResultT:
    salt = keyring.load(folder).salt
    making = folder / MAKING
    # A node that was killed has committed rows in its log files; opening and closing moves them home.
    Database.open(folder, key=keys.old).close()
    _refuse_log(folder)
    making.mkdir(mode=0o700)
    for name in _FILES:
        _copy(folder / name, making / name)
    faults.point("rekey.after_copy")
    for name in _FILES:
        driver.rekey(making / name, key=keys.old, new_key=keys.new)
        faults.point("rekey.between_files")
    result, people = _change(making, keys.new, change, owners)
    _refuse_log(making)
    for name in _FILES:
        _make_durable(making / name)
    faults.point("rekey.before_keyring")
    renewed = keyring.seal(people, vault_key=keys.new, salt=salt, entropy=entropy)
    keyring.save(making, renewed)
    return result


def _change(
    making: Path,
    key: bytes,
    change: Callable[[Unit], ResultT],
    owners: Callable[[Unit], list[Owner]],
) -> tuple[ResultT, list[Owner]]:
    database = Database.open(making, key=key)
    try:
        # With the sheet, the first one to open a vault after an update may be this.
        migrate_all(database)
        result = database.write_now(change)
        return result, database.read_now(owners)
    finally:
        database.close()


def _move_in(folder: Path) -> None:
    for name in _FILES:
        if (folder / READY / name).exists():
            # These belong to the old file; over the new one they would be taken for its own.
            for log in _LOGS:
                (folder / f"{name}{log}").unlink(missing_ok=True)
            _replace(folder / READY / name, folder / name)
            faults.point("rekey.between_moves")
    shutil.rmtree(folder / READY)
    _make_durable(folder)


def _refuse_full_disk(folder: Path) -> None:
    needed = sum((folder / name).stat().st_size for name in _FILES) + _SPARE_BYTES
    if shutil.disk_usage(folder).free < needed:
        raise RekeyError("there is no room for a second vault")


def _refuse_log(folder: Path) -> None:
    """A file alone is the whole database only while its log is empty."""
    for name in _FILES:
        log = folder / f"{name}-wal"
        if log.exists() and log.stat().st_size > 0:
            raise RekeyError("a log file could not be emptied")


def _copy(source: Path, target: Path) -> None:
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with source.open("rb") as reading, os.fdopen(descriptor, "wb") as writing:
        shutil.copyfileobj(reading, writing)


def _replace(source: Path, target: Path) -> None:
    """Move durably, all at once."""
    source.replace(target)
    for folder in {source.parent, target.parent}:
        _make_durable(folder)


def _make_durable(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
