"""Looks at a mailbox file from outside: is it whole, is it ours, and how much waits in it?

Nothing is written, not even a log file of SQLite's, and a node may be running on it meanwhile.
"""

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from node.mailbox.database import SCHEMA_VERSION
from protocol.values import MailboxId

_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PRIMARY_CODE: Final = 0xFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Soundness:
    """What was seen.

    Attributes:
        is_whole: did SQLite find every page and row where it belongs?
        is_known: did this version of Sathi write it?
        is_ours: does it hold the node's own mailbox?
        envelopes: how many sealed ones wait in that mailbox.
    """

    is_whole: bool
    is_known: bool
    is_ours: bool
    envelopes: int


_IN_PIECES: Final = Soundness(is_whole=False, is_known=False, is_ours=False, envelopes=0)


def inspect(path: Path, own: MailboxId) -> Soundness:
    """Read the file from its first page to its last.

    Raises:
        sqlite3.OperationalError: if it cannot be read now, which says nothing of its state; the text of
            the error may quote anything.
    """
    try:
        with contextlib.closing(_reader(path)) as connection:
            return _seen(connection, own)
    except sqlite3.DatabaseError as error:
        # The text would name whatever stands in the broken part.
        if error.sqlite_errorcode & _PRIMARY_CODE in _DAMAGED:
            return _IN_PIECES
        raise


def _seen(connection: sqlite3.Connection, own: MailboxId) -> Soundness:
    if connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
        return _IN_PIECES
    if connection.execute("PRAGMA user_version").fetchone() != (SCHEMA_VERSION,):
        return Soundness(is_whole=True, is_known=False, is_ours=False, envelopes=0)
    query = "SELECT count(*) FROM mailbox WHERE mailbox_id = ?"
    (mailboxes,) = connection.execute(query, (own,)).fetchone()
    query = "SELECT count(*) FROM envelope WHERE mailbox_id = ?"
    (envelopes,) = connection.execute(query, (own,)).fetchone()
    return Soundness(
        is_whole=True, is_known=True, is_ours=mailboxes == 1, envelopes=int(envelopes)
    )


def _reader(path: Path) -> sqlite3.Connection:
    # Where no node runs and nothing is left in a log, the file is all there is. Without `immutable` SQLite
    # would leave files beside it, of whichever user looked.
    is_all = not any(path.with_name(path.name + end).exists() for end in ("-wal", "-shm"))
    mode = "mode=ro&immutable=1" if is_all else "mode=ro"
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?{mode}", uri=True)
