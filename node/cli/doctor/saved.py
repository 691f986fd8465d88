"""The backups, from outside: when the newest was made, and whether it lies on a disk of its own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.backups import folder_of
from node.cli.doctor.findings import Check, Finding, doubtful, good
from node.config import FILE_NAME, NodeConfig
from node.vault.backup import folder as backup_folder
from protocol import limits
from protocol.values import Instant, instant

OLD_SECONDS: Final = 3 * limits.DAY
_OWN_MAILBOX: Final = "own-mailbox"
_CREATE: Final = "let somebody unlock the node, then: sathi backup create"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What lies in the folder of the backups.

    Attributes:
        is_there: is there such a folder?
        newest: when the newest backup was made, if there is one.
        is_apart: does it lie on another disk than the node?
        node_since: when the node was made.
    """

    is_there: bool
    newest: Instant | None
    is_apart: bool
    node_since: Instant


def look(folder: Path, config: NodeConfig) -> Saved:
    """Look at the folder that the settings name. Raises: OSError."""
    where = folder_of(folder, config.backup)
    since = _node_since(folder)
    if not where.is_dir():
        return Saved(is_there=False, newest=None, is_apart=False, node_since=since)
    known = backup_folder.finished(where)
    return Saved(
        is_there=True,
        newest=known[-1].made_at if known else None,
        is_apart=where.stat().st_dev != folder.stat().st_dev,
        node_since=since,
    )


def _node_since(folder: Path) -> Instant:
    """Since when there is a node, as far as files tell that are seldom written."""
    paths = [folder / FILE_NAME, folder / _OWN_MAILBOX]
    return instant(min(int(path.stat().st_mtime) for path in paths if path.exists()))


def judge(seen: Saved, *, now: Instant) -> Finding:
    """Is there a backup that is young enough?"""
    since = seen.node_since if seen.newest is None else seen.newest
    days = max(0, now - since) // limits.DAY
    if now - since >= OLD_SECONDS:
        what = "there is no backup" if seen.newest is None else f"the newest is {days} days old"
        missing = (
            "" if seen.is_there else ", and its folder is not there: is the disk or stick in?"
        )
        return doubtful(Check.BACKUP, f"{what}{missing}", fix=_CREATE)
    if seen.newest is None:
        return good(Check.BACKUP, "none yet; an open node makes one by itself")
    where = "on another disk" if seen.is_apart else "on the same disk: copy it elsewhere"
    return good(Check.BACKUP, f"the newest is {days} days old, {where}")
