"""The node's folder: whose it is, who else may enter, and whether its files are what they should be."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from stat import S_IMODE
from typing import Final

from node.cli.doctor.findings import Check, Finding, bad, doubtful, good
from node.config import FILE_NAME as CONFIGURATION
from node.mailbox.soundness import Soundness, inspect
from node.vault.keyring import FILE_NAME as KEYRING
from node.vault.keyring import KeyringError, load
from protocol.errors import MalformedError
from protocol.values import mailbox_id

VAULTS: Final = ("vault.db", "keys.db")
MAILBOX: Final = "mailbox.db"
OWN_MAILBOX: Final = "own-mailbox"
DEMO: Final = "demo"
FILES: Final = (
    CONFIGURATION, KEYRING, MAILBOX, OWN_MAILBOX, *VAULTS,
    *(f"{name}-wal" for name in (MAILBOX, *VAULTS)),
)  # fmt: skip
"""What the node writes into its folder and the clock is compared with."""

PAGE_BYTES: Final = 4096
_OTHERS: Final = 0o077
_HEAD_BYTES: Final = 16
_PLAIN: Final = b"SQLite format 3\0"
_ENTRIES_MAX: Final = 10_000
_ROOT: Final = 0
_PUT_BACK: Final = "stop the node and put it back from a copy of this folder; delete nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file or a folder, as its owner and mode are; the first one is the node's folder itself."""

    name: str
    mode: int
    uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultFile:
    """How a database of the vault looks from outside. `size` is None if it is not there."""

    size: int | None
    head: bytes


def entries(folder: Path) -> list[Entry]:
    """Everything in the folder, itself first."""
    found: list[Entry] = []
    for path in (folder, *islice(folder.rglob("*"), _ENTRIES_MAX)):
        try:
            seen = path.stat()
        except FileNotFoundError:
            # A running node takes its log files away.
            continue
        name = path.relative_to(folder).as_posix()
        found.append(Entry(name=name, mode=S_IMODE(seen.st_mode), uid=seen.st_uid))
    return found


def vault_files(folder: Path) -> dict[str, VaultFile]:
    """The vault's databases from outside."""
    return {name: _vault_file(folder / name) for name in VAULTS}


def mailbox(folder: Path) -> Soundness | Finding:
    """The mailbox's file, or what keeps us from looking into it.

    Raises:
        sqlite3.OperationalError: if it cannot be read now.
    """
    try:
        own = mailbox_id(bytes.fromhex((folder / OWN_MAILBOX).read_text(encoding="ascii").strip()))
    except (FileNotFoundError, ValueError, MalformedError):
        return bad(Check.MAILBOX, f"'{OWN_MAILBOX}' is missing or damaged", fix=_PUT_BACK)
    if not (folder / MAILBOX).exists():
        return bad(Check.MAILBOX, f"'{MAILBOX}' is missing", fix=_PUT_BACK)
    return inspect(folder / MAILBOX, own)


def find(folder: Path, *, uid: int) -> Finding | None:
    """What keeps this user from looking further; None if nothing does."""
    try:
        owner = folder.stat().st_uid
    except FileNotFoundError:
        return bad(Check.FOLDER, f"there is no '{folder}'", fix=_begin(folder))
    if uid not in {owner, _ROOT}:
        return bad(
            Check.FOLDER,
            f"'{folder}' belongs to user number {owner}, and you are number {uid}",
            fix=f"sudo -u '#{owner}' sathi doctor --data {shlex.quote(str(folder))}",
        )
    if not any((folder / name).exists() for name in FILES):
        return bad(Check.FOLDER, f"'{folder}' holds no node", fix=_begin(folder))
    return None


def judge_entries(folder: Path, found: Sequence[Entry]) -> Finding:
    """Nobody else on this computer may read, change or enter anything here."""
    quoted = shlex.quote(str(folder))
    owner = found[0].uid
    if others := [entry for entry in found if entry.mode & _OTHERS]:
        names = _names(others)
        return bad(
            Check.FOLDER,
            f"open to other users of this computer: {names}",
            fix=f"chmod -R go= {quoted}",
        )
    if foreign := [entry for entry in found if entry.uid != owner]:
        return bad(
            Check.FOLDER,
            f"belongs to another user than the folder: {_names(foreign)}",
            fix=f"sudo chown -R '{owner}' {quoted}",
        )
    return good(Check.FOLDER, f"'{folder}' is for its own user only")


def judge_vaults(files: Mapping[str, VaultFile]) -> Finding:
    """Is each database there, of whole pages, and encrypted? More is seen only by an open node."""
    for name, file in files.items():
        if file.size is None:
            return bad(Check.DATABASES, f"'{name}' is missing", fix=_PUT_BACK)
        if file.size == 0 or file.size % PAGE_BYTES:
            return bad(Check.DATABASES, f"'{name}' is cut off", fix=_PUT_BACK)
        if file.head == _PLAIN:
            return bad(Check.DATABASES, f"'{name}' is not encrypted", fix=_PUT_BACK)
        if not any(file.head):
            return bad(Check.DATABASES, f"'{name}' holds nothing", fix=_PUT_BACK)
    return good(Check.DATABASES, f"{' and '.join(files)} are there and look whole from outside")


def judge_keyring(folder: Path) -> Finding:
    """Without it neither a passphrase nor the recovery sheet opens anything."""
    if not (folder / KEYRING).exists():
        return bad(Check.KEYRING, f"'{KEYRING}' is missing: nobody can unlock", fix=_PUT_BACK)
    try:
        load(folder)
    except KeyringError:
        return bad(Check.KEYRING, f"'{KEYRING}' is damaged: nobody can unlock", fix=_PUT_BACK)
    return good(Check.KEYRING, f"'{KEYRING}' is whole")


def judge_mailbox(seen: Soundness) -> Finding:
    """Is the mailbox's file what it should be?"""
    if not seen.is_whole:
        return bad(Check.MAILBOX, f"'{MAILBOX}' is damaged", fix=_PUT_BACK)
    if not seen.is_known:
        return bad(
            Check.MAILBOX,
            f"'{MAILBOX}' was written by another version of Sathi",
            fix="install the version that this node ran with, or a newer one",
        )
    if not seen.is_ours:
        return bad(Check.MAILBOX, f"'{MAILBOX}' does not hold our own mailbox", fix=_PUT_BACK)
    return good(Check.MAILBOX, f"'{MAILBOX}' is whole")


def judge_demo(*, is_demo: bool) -> Finding:
    """Nothing true may be written into a demonstration."""
    if is_demo:
        return doubtful(
            Check.DEMO,
            "this is a demonstration: invented people only",
            fix="for work, begin another node: sathi init --data FOLDER",
        )
    return good(Check.DEMO, "this is no demonstration")


def _vault_file(path: Path) -> VaultFile:
    try:
        with path.open("rb") as file:
            return VaultFile(size=path.stat().st_size, head=file.read(_HEAD_BYTES))
    except FileNotFoundError:
        return VaultFile(size=None, head=b"")


def _names(found: Sequence[Entry]) -> str:
    """The names that a node gives; anything else may be called after a person, and is counted."""
    known = {".", "run", "run/api.sock", "running", DEMO, *FILES}
    known |= {f"{name}-shm" for name in (MAILBOX, *VAULTS)}
    named = [f"'{entry.name}'" for entry in found if entry.name in known]
    unnamed = len(found) - len(named)
    return ", ".join(named + ([f"{unnamed} that are not the node's"] if unnamed else []))


def _begin(folder: Path) -> str:
    return f"name the node's folder with --data, or: sathi init --data {shlex.quote(str(folder))}"
