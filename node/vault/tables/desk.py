"""What stands on the workers' desks: tasks, drafts, and the words that can be searched for."""

import re
import unicodedata
from typing import Final

from node.vault.driver import Connection
from node.vault.records import TaskRecord
from protocol import limits
from protocol.values import Instant, NodeId, Pseudonym, ThreadId, instant, node_id, thread_id

_JOINERS: Final = ("\u200c", "\u200d")
_WORD: Final = re.compile(r'[^\s"]+')
SHOWN_MAX: Final = 200


def insert_task(
    vault: Connection,
    *,
    task: str,
    peer: NodeId,
    thread: ThreadId | None,
    due: Instant,
    now: Instant,
) -> None:
    """Put a task before a person; the same one is not put twice."""
    waiting = vault.execute(
        "SELECT 1 FROM tasks WHERE task = ? AND peer = ? AND thread IS ? AND done_at IS NULL",
        (task, peer, thread),
    ).fetchone()
    if waiting is None:
        vault.execute(
            "INSERT INTO tasks (task, peer, thread, due, made_at) VALUES (?, ?, ?, ?, ?)",
            (task, peer, thread, due, now),
        )


def finish_tasks(
    vault: Connection, *, task: str, thread: ThreadId, by: Pseudonym, now: Instant
) -> None:
    """What was asked for was done."""
    vault.execute(
        "UPDATE tasks SET done_at = ?, done_by = ? WHERE task = ? AND thread = ? AND done_at IS NULL",
        (now, by, task, thread),
    )


def finish_peer_tasks(
    vault: Connection, *, task: str, peer: NodeId, by: Pseudonym, now: Instant
) -> None:
    """What was asked for about an organisation was done."""
    vault.execute(
        "UPDATE tasks SET done_at = ?, done_by = ? WHERE task = ? AND peer = ? AND done_at IS NULL",
        (now, by, task, peer),
    )


def open_tasks(vault: Connection) -> list[TaskRecord]:
    """What is to be done, the most pressing first."""
    rows = vault.execute(
        "SELECT task_id, task, peer, thread, due, made_at FROM tasks WHERE done_at IS NULL"
        " ORDER BY due, task_id LIMIT ?",
        (SHOWN_MAX,),
    ).fetchall()
    return [
        TaskRecord(
            task_id=row[0],
            task=row[1],
            peer=node_id(row[2]),
            thread=None if row[3] is None else thread_id(row[3]),
            due=instant(row[4]),
            made_at=instant(row[5]),
        )
        for row in rows
    ]


def save_draft(
    vault: Connection, *, user: Pseudonym, place: str, about: bytes, text: str, now: Instant
) -> None:
    """Keep a half-written text; an empty one is dropped."""
    if not text:
        vault.execute(
            "DELETE FROM drafts WHERE user_id = ? AND place = ? AND about = ?",
            (user, place, about),
        )
        return
    vault.execute(
        "INSERT INTO drafts (user_id, place, about, text, changed_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET text = excluded.text, changed_at = excluded.changed_at",
        (user, place, about, text, now),
    )


def load_draft(vault: Connection, *, user: Pseudonym, place: str, about: bytes) -> str | None:
    """A half-written text."""
    row = vault.execute(
        "SELECT text FROM drafts WHERE user_id = ? AND place = ? AND about = ?",
        (user, place, about),
    ).fetchone()
    return None if row is None else str(row[0])


def drop_drafts(vault: Connection, about: bytes) -> None:
    """Everybody's drafts about something."""
    vault.execute("DELETE FROM drafts WHERE about = ?", (about,))


def add_search_text(vault: Connection, *, owner: bytes, owner_kind: str, text: str) -> None:
    """Let a text be found."""
    vault.execute(
        "INSERT INTO search_texts (owner, owner_kind, text) VALUES (?, ?, ?)",
        (owner, owner_kind, _matchable(text)),
    )


def drop_search_texts(vault: Connection, owner: bytes) -> None:
    """Take everything of one owner out of the index."""
    vault.execute("DELETE FROM search_texts WHERE owner = ?", (owner,))


def drop_search_text(vault: Connection, owner: bytes, text: str) -> None:
    """Take one text of one owner out of the index."""
    vault.execute(
        "DELETE FROM search_texts WHERE owner = ? AND text = ?", (owner, _matchable(text))
    )


def search(vault: Connection, words: str, *, limit: int) -> list[tuple[bytes, str]]:
    """Owners of the texts that hold a word beginning with each of these words, the newest first."""
    terms = _WORD.findall(_matchable(words))[: limits.CODES_MAX]
    if not terms:
        return []
    query = " ".join(f'"{term}"*' for term in terms)
    rows = vault.execute(
        "SELECT DISTINCT s.owner, s.owner_kind FROM search JOIN search_texts s"
        " ON s.search_id = search.rowid WHERE search MATCH ? ORDER BY s.search_id DESC LIMIT ?",
        (query, limit),
    ).fetchall()
    return [(bytes(row[0]), row[1]) for row in rows]


def _matchable(text: str) -> str:
    # The stored text keeps its joiners; only what is compared loses them, on both sides.
    composed = unicodedata.normalize("NFC", text)
    for joiner in _JOINERS:
        composed = composed.replace(joiner, "")
    return composed
