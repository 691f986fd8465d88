"""Opens a backup with the code of a recovery sheet, and makes a vault of it: to look at, or to stay."""

import contextlib
import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click

from node import system, trusted_clock
from node.cli import passphrases
from node.cli.sheets import read_recovery
from node.cli.talking import CommandFailedError
from node.services import opening, reading
from node.vault import keyring
from node.vault.backup import copying, packing, restoring
from node.vault.backup.copying import BackupError, Head
from node.vault.backup.packing import NotThisSheetError
from node.vault.keyring import Cost, RecoveryCodeError
from protocol import limits
from protocol.values import Instant

_SHEET_BYTES_MAX: Final = 65_536
_COPY: Final = "copy.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A backup that was unpacked.

    Attributes:
        copy: where the copy of the vault lies, as long as it is open.
        key: the copy's.
        salt: of the keyring, which a restored vault goes on with: the passphrases stay what they are.
        head: what it is a copy of.
        counts: how many rows of each table.
    """

    copy: Path
    key: bytes = field(repr=False)
    salt: bytes
    head: Head
    counts: dict[str, int]


def read_code(file: Path | None) -> str:
    """The code of a sheet, from the sheet's file or typed.

    Raises:
        CommandFailedError: if there is neither.
    """
    if file is None:
        if not passphrases.is_terminal():
            raise CommandFailedError(
                "there is no terminal to ask for the code: add --code-file FILE"
            )
        return str(click.prompt("The code of the recovery sheet", hide_input=True, err=True))
    try:
        with file.open(encoding="utf-8") as opened:
            return read_recovery(opened.read(_SHEET_BYTES_MAX))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailedError(
            f"the file '{file.name}' cannot be read ({type(error).__name__})"
        ) from None


def check_day(head: Head, day: str | None, *, now: Instant) -> None:
    """Make sure of this computer's date, by which the restored node begins its new streams (R-130).

    Within a week of the backup it is believed, as any clock is that moved no further. Otherwise somebody
    who looked at another clock says which day it is.

    Raises:
        CommandFailedError: if this computer says another day, or there is nobody to ask.
    """
    if day is None and head.made_at <= now <= head.made_at + limits.CLOCK_MOVE_SECONDS:
        return
    if day is None:
        here, then = (dt.datetime.fromtimestamp(at, dt.UTC).date() for at in (now, head.made_at))
        says = f"this computer says that it is {here}, and the backup is of {then}"
        if not passphrases.is_terminal():
            raise CommandFailedError(
                f"{says}: look at a telephone, and add the day it says with --day YYYY-MM-DD"
            )
        day = str(click.prompt(f"{says}. The day on a telephone, YYYY-MM-DD", err=True))
    if not trusted_clock.is_day(day.strip(), now=now):
        raise CommandFailedError(
            "this computer says another day: set its clock first, then restore again; nothing was made"
        )


@contextlib.contextmanager
def opened_backup(file: Path, code: str, *, cost: Cost) -> Iterator[Opened]:
    """Unpack a backup into a temporary folder of this user's own, which is gone at the end.

    Nothing in it is readable for others: the copy is encrypted, and its key stays in memory.

    Raises:
        CommandFailedError: if it is damaged, or the code is not that of its sheet.
    """
    with tempfile.TemporaryDirectory(prefix="sathi-backup-") as name:
        yield _open(file, code, cost=cost, folder=Path(name))


@contextlib.contextmanager
def tried_vault(opened: Opened) -> Iterator[bool]:
    """Make a vault of it beside the copy, and take it away again; says whether its audit chain is whole.

    Raises:
        CommandFailedError: if it does not become a vault.
    """
    folder = opened.copy.parent / "vault"
    try:
        database = restoring.build(
            folder,
            opened.copy,
            copy_key=opened.key,
            vault_key=system.entropy(keyring.VAULT_KEY_BYTES),
        )
    except BackupError as error:
        raise CommandFailedError(str(error)) from None
    try:
        me = database.read_now(opening.load_me)
        if me.node_id != opened.head.node_id:
            raise CommandFailedError("this backup is not of the node that its head names")
        yield database.read_now(reading.check_audit).is_whole
    finally:
        database.close()
        shutil.rmtree(folder)


def _open(file: Path, code: str, *, cost: Cost, folder: Path) -> Opened:
    try:
        salt = packing.salt_of(file)
        secret = keyring.secret_of(keyring.recovery_credential(code), salt=salt, cost=cost)
        copy = folder / _COPY
        key = packing.unpack(file, copy, secret=secret)
        head, counts = copying.inspect(copy, key=key)
    except RecoveryCodeError:
        raise CommandFailedError(
            "something in the code is mistyped: look at the sheet again"
        ) from None
    except NotThisSheetError:
        raise CommandFailedError(
            "this is the code of another recovery sheet: a backup opens to the one that counted when it "
            "was made"
        ) from None
    except BackupError as error:
        raise CommandFailedError(str(error)) from None
    return Opened(copy=copy, key=key, salt=salt, head=head, counts=counts)
