"""Failpoints: named places where a crash would hurt most, so that a test can crash exactly there.

A failpoint is a plain call, from any thread, that does nothing until somebody arms it: the
simulator, a test, or `serve --fault` in a demo node. A random kill alone misses the boundary
between a commit and the act that must follow it.
"""

import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

POINTS: Final[Mapping[str, str]] = MappingProxyType({
    "deposit.before_commit": "An envelope was checked and written, but not committed.",
    "deposit.after_commit": "An envelope is durable, but its sender has no answer yet.",
    "inbox.before_commit": "Received messages were applied, but not committed.",
    "inbox.after_commit": "Received messages are durable, but their envelopes are still there.",
    "inbox.after_delete": "Received messages are durable and their envelopes were deleted.",
    "sending.before_commit": "A held sending was carried out, but not committed.",
    "outbox.after_enqueue": "A message is durable in the outbox, but the courier was not told.",
    "outbox.after_seal": "A message was given its number and sealed, but not deposited.",
    "outbox.after_deposit": "A mailbox took an envelope, but the outbox does not say so.",
    "outbox.after_settle": "The outbox says that an envelope was deposited.",
    "vault.between_commits": "keys.db is committed and vault.db is not.",
    "erase.before_checkpoint": "An erasure is committed, but the log files hold old pages.",
    "erase.after_checkpoint": "An erasure is committed and the log files are empty.",
    "bundle.before_commit": "New prekeys and the bundle that names them were made, but not committed.",
    "bundle.after_commit": "A new bundle is durable, and the node works with the old one.",
    "prekeys.before_commit": "Prekeys whose time is over were destroyed, but not committed.",
    "prekeys.after_commit": "Prekeys are destroyed, and the node has them in memory.",
    "card.before_sheet": "A new card is the node's own, and the suspend sheet for it is not written.",
    "keyring.before_save": "The vault knows of a change of its slots and the keyring does not.",
    "rekey.after_copy": "The vault was copied for a new key; the copies still have the old one.",
    "rekey.between_files": "One copy has the new vault key and the other has the old one.",
    "rekey.before_keyring": "Copies with the new vault key are whole, but have no keyring yet.",
    "rekey.before_switch": "A vault with a new key lies ready, and the old keyring still counts.",
    "rekey.after_switch": "The new keyring is in its place, and the old files are in theirs.",
    "rekey.between_moves": "The new vault.db is in its place and the new keys.db is not.",
    "rekey.before_answer": "The vault with the new key is in its place; nobody was answered.",
    "backup.after_copy": "The vault was copied for a backup; nothing is sealed yet.",
    "backup.before_place": "A backup is sealed and read back, but does not have its name yet.",
    "backup.after_place": "A backup has its name, and the vault does not know of it.",
    "upgrade.after_copy": "The vault was copied aside; the copy does not have its name yet.",
    "upgrade.before_steps": "The copy of the vault is aside, and no step of the schema was taken.",
    "upgrade.after_steps": "The vault has taken its steps, and the copy is still aside.",
    "upgrade.between_files": "Of the copy that goes back, vault.db is in its place, keys.db is not.",
})  # fmt: skip
"""Every failpoint with the state of things when it is reached."""

NAMES: Final = frozenset(POINTS)


class UnknownFailpointError(Exception):
    """There is no failpoint of this name."""


class InjectedCrash(BaseException):
    """What an armed failpoint raises if it was not told anything else.

    Not an Exception: it stands for the end of the process, so nothing may catch it and go on.
    """


@dataclass(slots=True)
class _Charge:
    action: Callable[[], None]
    countdown: int


# Shared by the whole process on purpose: a failpoint is reached from any thread and from places
# that must not carry an argument for it in production.
_armed: Final[dict[str, _Charge]] = {}
_guard: Final = threading.Lock()


def point(name: str) -> None:
    """Stand at a failpoint; does nothing unless it was armed.

    Raises:
        UnknownFailpointError: if the name is not registered.
    """
    if name not in NAMES:
        raise UnknownFailpointError(name)
    if _armed:
        _reach(name)


def arm(name: str, countdown: int = 1, *, action: Callable[[], None] | None = None) -> None:
    """Let the failpoint fire once, when it is reached for the `countdown`-th time from now.

    Args:
        name: one of NAMES.
        countdown: 1 fires at the next visit.
        action: what to do then; by default InjectedCrash is raised there.

    Raises:
        UnknownFailpointError: if the name is not registered.
    """
    if name not in NAMES:
        raise UnknownFailpointError(name)
    with _guard:
        _armed[name] = _Charge(action=action or _raise, countdown=countdown)


def arm_kill(name: str, countdown: int = 1) -> None:
    """Let this process end by SIGKILL at the failpoint: no handler, no flush, no farewell.

    Raises:
        UnknownFailpointError: if the name is not registered.
    """
    arm(name, countdown, action=_kill)


def disarm() -> None:
    """Make every failpoint harmless again."""
    with _guard:
        _armed.clear()


def _reach(name: str) -> None:
    with _guard:
        charge = _armed.get(name)
        if charge is None:
            return
        charge.countdown -= 1
        if charge.countdown > 0:
            return
        del _armed[name]
    charge.action()


def _raise() -> None:
    raise InjectedCrash("an armed failpoint was reached")


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
