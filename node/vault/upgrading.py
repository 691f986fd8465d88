"""Before a vault takes new steps of its schema it is copied aside, and can go back to the copy.

    upgrading/         in the making: copies of both files, under the same key
    before-upgrade/    whole: from here on the copy can go back; kept until the new version opened the vault
    going-back/        the copy is going back: its files are being moved into their places

These names tell what a crash has left. A copy holds everything the vault held when it was made, so it goes as
soon as it is not needed: with the first good opening, and with every new vault key. The keyring lies with it:
a copy goes back only to the keyring that opens it.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from node import faults
from node.vault import driver, durable, keyring
from node.vault.database import KEYS_FILE, VAULT_FILE, Database
from node.vault.driver import Connection
from node.vault.migrations import MigrationError, is_behind, migrate_all
from protocol.errors import SathiError

MAKING: Final = "upgrading"
ASIDE: Final = "before-upgrade"
GOING_BACK: Final = "going-back"
_FILES: Final = (VAULT_FILE, KEYS_FILE)
_LOGS: Final = ("-wal", "-shm")
_SPARE_BYTES: Final = 16 * 1_048_576


class UpgradeError(SathiError):
    """The vault was not brought up to date; it is as the version before left it."""


class NothingAsideError(SathiError):
    """There is no copy of the vault to go back to."""


def open_upgraded(
    folder: Path, *, key: bytes, migrate: Callable[[Database], None] = migrate_all
) -> Database:
    """Open a vault and bring it to the newest schema; where that fails, it is as it was.

    Args:
        folder: of a vault that nobody has open.
        key: the vault's.
        migrate: takes the steps.

    Raises:
        UpgradeError: if a step fails, or the disk does not take a copy; the version before can open it.
        VaultMissingError: as `Database.open`.
        WrongKeyError: as `Database.open`.
    """
    settle(folder)
    database = Database.open(folder, key=key)
    try:
        if database.maintain(_is_behind):
            _copy_aside(folder, database, key=key)
            faults.point("upgrade.before_steps")
        migrate(database)
        faults.point("upgrade.after_steps")
    except (MigrationError, OSError, driver.DatabaseError) as error:
        database.close()
        if (folder / ASIDE).exists():
            go_back(folder)
        raise UpgradeError(
            f"the vault was not brought up to date ({type(error).__name__}); it is as it was: start the "
            "version before, and report this line"
        ) from error
    except BaseException:
        database.close()
        raise
    return database


def forget(folder: Path) -> None:
    """Destroy the copy: the vault was opened, or has another key."""
    for name in (MAKING, ASIDE):
        if (folder / name).exists():
            # Under its other name first: taken apart under this one it would look like a whole copy.
            if name == ASIDE:
                shutil.rmtree(folder / MAKING, ignore_errors=True)
                durable.move(folder / ASIDE, folder / MAKING)
            shutil.rmtree(folder / MAKING)


def go_back(folder: Path) -> None:
    """Put the copy in the place of the vault; nobody may have it open.

    Raises:
        NothingAsideError: if there is no whole copy, or the vault has another key since.
        OSError: if the system refuses; the next opening goes on with it.
    """
    aside = folder / ASIDE / keyring.FILE_NAME
    if not aside.exists():
        raise NothingAsideError("there is no copy of the vault from before an upgrade")
    if aside.read_bytes() != (folder / keyring.FILE_NAME).read_bytes():
        raise NothingAsideError(
            "the vault has another key since it was copied: the copy opens no more"
        )
    durable.move(folder / ASIDE, folder / GOING_BACK)
    settle(folder)


def settle(folder: Path) -> None:
    """Finish or throw away what a crash has left; nobody may have the vault open."""
    if (folder / MAKING).exists():
        shutil.rmtree(folder / MAKING)
    if not (folder / GOING_BACK).exists():
        return
    for name in _FILES:
        if (folder / GOING_BACK / name).exists():
            # These belong to the file that goes; beside the copy they would be taken for its own.
            for log in _LOGS:
                (folder / f"{name}{log}").unlink(missing_ok=True)
            durable.move(folder / GOING_BACK / name, folder / name)
            faults.point("upgrade.between_files")
    shutil.rmtree(folder / GOING_BACK)
    durable.make_durable(folder)


def _copy_aside(folder: Path, database: Database, *, key: bytes) -> None:
    """Copy both files beside the vault, look at every page, and only then give the copy its name."""
    if (folder / ASIDE).exists():
        # Some steps were taken before a crash: what is aside is from before the first of them.
        return
    needed = sum((folder / name).stat().st_size for name in _FILES) + _SPARE_BYTES
    if shutil.disk_usage(folder).free < needed:
        raise OSError("there is no room for a copy of the vault")
    making = folder / MAKING
    making.mkdir(mode=0o700)
    try:
        database.maintain(lambda vault, keys: _write_copies(making, vault, keys))
        for name in _FILES:
            _refuse_unsound(making / name, key=key)
            durable.make_durable(making / name)
        opens = (folder / keyring.FILE_NAME).read_bytes()
        durable.write_new(making / keyring.FILE_NAME, opens)
        durable.make_durable(making)
        faults.point("upgrade.after_copy")
        durable.move(making, folder / ASIDE)
    except Exception:
        shutil.rmtree(making, ignore_errors=True)
        raise


def _write_copies(making: Path, vault: Connection, keys: Connection) -> None:
    for connection, name in ((vault, VAULT_FILE), (keys, KEYS_FILE)):
        durable.write_new(making / name, b"")
        # Under the same key, and without the pages that are free.
        connection.execute("VACUUM INTO ?", (str(making / name),))


def _refuse_unsound(path: Path, *, key: bytes) -> None:
    copy = driver.connect(path, key=key)
    try:
        damaged = copy.execute("PRAGMA cipher_integrity_check").fetchall()
        if damaged or copy.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
            raise OSError("the copy of the vault is damaged")
    finally:
        copy.close()


def _is_behind(vault: Connection, keys: Connection) -> bool:
    return is_behind(vault, which="vault") or is_behind(keys, which="keys")
