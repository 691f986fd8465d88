"""What stands on the workers' desks: tasks, drafts, and the words that can be searched for."""

from collections.abc import Sequence
from typing import Final

from node.matching.words import matchable, search_terms
from node.vault.driver import Connection
from node.vault.records import TaskRecord
from node.vault.tables import name_words
from protocol.effects import Task
from protocol.values import Instant, NodeId, Pseudonym, ThreadId, instant, node_id, thread_id

# About what came from a peer whose list of consents has not come. What a draft is about begins with
# the id of a case or a conversation, both of 16 bytes; a report's goes on with its follow-up.
_SHOWN_DRAFT: Final = (
    "about NOT IN (SELECT case_id FROM hidden_cases)"
    " AND substr(about, 1, 16) NOT IN (SELECT thread FROM hidden_threads)"
)
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


def finish_all(
    vault: Connection, tasks: Sequence[Task], *, thread: ThreadId, by: Pseudonym, now: Instant
) -> None:
    """Nothing is to be done any more for any of these."""
    for task in tasks:
        finish_tasks(vault, task=task.value, thread=thread, by=by, now=now)


def finish_everywhere(vault: Connection, *, task: str, by: Pseudonym, now: Instant) -> None:
    """What was asked for was done, whoever it was about."""
    vault.execute(
        "UPDATE tasks SET done_at = ?, done_by = ? WHERE task = ? AND done_at IS NULL",
        (now, by, task),
    )


def finish_peer_tasks(
    vault: Connection, *, task: str, peer: NodeId, by: Pseudonym, now: Instant
) -> None:
    """What was asked for about an organisation was done."""
    vault.execute(
        "UPDATE tasks SET done_at = ?, done_by = ? WHERE task = ? AND peer = ? AND done_at IS NULL",
        (now, by, task, peer),
    )


def finish_task_about(
    vault: Connection,
    *,
    task: str,
    peer: NodeId,
    thread: ThreadId | None,
    by: Pseudonym,
    now: Instant,
) -> None:
    """What was asked for about exactly this was done; without a thread it is the organisation alone."""
    vault.execute(
        "UPDATE tasks SET done_at = ?, done_by = ? WHERE task = ? AND peer = ? AND thread IS ?"
        " AND done_at IS NULL",
        (now, by, task, peer, thread),
    )


def finish_task(vault: Connection, task_id: int, *, by: Pseudonym, now: Instant) -> None:
    """A person says that one task is done."""
    vault.execute(
        "UPDATE tasks SET done_at = ?, done_by = ? WHERE task_id = ? AND done_at IS NULL",
        (now, by, task_id),
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


def drafts_of(vault: Connection, user: Pseudonym) -> list[tuple[str, bytes, Instant]]:
    """Place, what it is about, and when it was changed, of one person's drafts, the newest first."""
    rows = vault.execute(
        f"SELECT place, about, changed_at FROM drafts WHERE user_id = ? AND {_SHOWN_DRAFT}"
        " ORDER BY changed_at DESC, place, about LIMIT ?",
        (user, SHOWN_MAX),
    ).fetchall()
    return [(str(row[0]), bytes(row[1]), instant(row[2])) for row in rows]


def count_drafts(vault: Connection, user: Pseudonym) -> int:
    """How many drafts one person has."""
    (count,) = vault.execute(
        f"SELECT count(*) FROM drafts WHERE user_id = ? AND {_SHOWN_DRAFT}", (user,)
    ).fetchone()
    return int(count)


def drop_sent_draft(
    vault: Connection, *, user: Pseudonym, place: str, about: bytes, sent_at: Instant
) -> None:
    """What was written in a draft has left; what was written into it after that stays."""
    vault.execute(
        "DELETE FROM drafts WHERE user_id = ? AND place = ? AND about = ? AND changed_at <= ?",
        (user, place, about, sent_at),
    )


def drop_drafts(vault: Connection, about: bytes) -> None:
    """Everybody's drafts about something, also where a follow-up of it is named after it."""
    vault.execute(
        "DELETE FROM drafts WHERE substr(about, 1, length(:about)) = :about", {"about": about}
    )


def add_search_text(vault: Connection, *, owner: bytes, owner_kind: str, text: str) -> None:
    """Let a text be found. What is no case's own is `add_message_texts`."""
    case_id = owner if owner_kind == "case" else None
    _add(vault, [text], owner=owner, owner_kind=owner_kind, case_id=case_id)


def add_message_texts(
    vault: Connection, texts: Sequence[str], *, message: bytes, case_id: bytes | None
) -> None:
    """Let what came in a message be found, also as words about the case it belongs to."""
    _add(vault, texts, owner=message, owner_kind="message", case_id=case_id)


def _add(
    vault: Connection,
    texts: Sequence[str],
    *,
    owner: bytes,
    owner_kind: str,
    case_id: bytes | None,
) -> None:
    vault.executemany(
        "INSERT INTO search_texts (owner, owner_kind, text, case_id) VALUES (?, ?, ?, ?)",
        [(owner, owner_kind, matchable(text), case_id) for text in texts],
    )
    if case_id is not None:
        _gather_words(vault, case_id)


def drop_search_texts(vault: Connection, owner: bytes) -> None:
    """Take everything of one owner out of the index."""
    hide_search_texts(vault, owner)
    vault.execute("DELETE FROM search_texts WHERE owner = ?", (owner,))


def hide_search_texts(vault: Connection, owner: bytes) -> None:
    """What may no longer be read leads to no case any more."""
    rows = vault.execute(
        "SELECT DISTINCT case_id FROM search_texts WHERE owner = ? AND case_id IS NOT NULL",
        (owner,),
    ).fetchall()
    vault.execute("UPDATE search_texts SET case_id = NULL WHERE owner = ?", (owner,))
    name_words.drop(vault, owner)
    for (case_id,) in rows:
        _gather_words(vault, bytes(case_id))


def drop_search_text(vault: Connection, owner: bytes, text: str) -> None:
    """Take one text of one owner out of the index."""
    vault.execute(
        "DELETE FROM search_texts WHERE owner = ? AND text = ?", (owner, matchable(text))
    )
    _gather_words(vault, owner)


def _gather_words(vault: Connection, case_id: bytes) -> None:
    """Make the one text under which a case is found anew, from all that may be read about her."""
    vault.execute(
        "UPDATE case_words SET words = coalesce((SELECT group_concat(text, char(10)) FROM"
        " (SELECT text FROM search_texts WHERE case_id = :case_id ORDER BY search_id)), '')"
        " WHERE number = (SELECT number FROM case_order WHERE case_id = :case_id)",
        {"case_id": case_id},
    )


def search(vault: Connection, words: str, *, limit: int) -> list[tuple[bytes, str]]:
    """Owners of the texts that hold a word beginning with each of these words, the newest first."""
    terms = search_terms(words)
    if not terms:
        return []
    query = " ".join(f'"{term}"*' for term in terms)
    rows = vault.execute(
        "SELECT DISTINCT s.owner, s.owner_kind FROM search JOIN search_texts s"
        " ON s.search_id = search.rowid WHERE search MATCH ?"
        # What came from a peer whose list of consents has not come.
        " AND s.owner NOT IN (SELECT case_id FROM hidden_cases)"
        " AND NOT (s.owner_kind = 'message' AND EXISTS (SELECT 1 FROM messages m JOIN peers p"
        " ON p.node_id = m.peer AND p.state_awaited IS NOT NULL WHERE m.message_id = s.owner))"
        " ORDER BY s.search_id DESC LIMIT ?",
        (query, limit),
    ).fetchall()
    return [(bytes(row[0]), row[1]) for row in rows]
