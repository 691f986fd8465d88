"""What a desk shows at once, with the names of today: tasks, follow-ups, consents that end, what waits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from node.vault.driver import Connection
from node.vault.records import FollowUp, TaskRecord
from protocol import limits
from protocol.effects import Task
from protocol.follow_up_flow import OPEN_STATES, FollowUpState
from protocol.local import bounds
from protocol.referral_flow import ReferralState
from protocol.values import (
    ConsentId,
    Instant,
    NodeId,
    consent_id,
    instant,
    message_id,
    node_id,
    thread_id,
)

_OPEN: Final = ", ".join(f"'{state.value}'" for state in sorted(OPEN_STATES))
_CLOSED: Final = ", ".join(
    f"'{state.value}'" for state in sorted(frozenset(FollowUpState) - OPEN_STATES)
)
_TASK: Final = (
    "SELECT t.task_id, t.task, t.peer, t.thread, t.due, t.made_at, p.display_name, r.case_id,"
    " c.case_number, r.state FROM tasks t LEFT JOIN peers p ON p.node_id = t.peer"
    " LEFT JOIN referrals r ON r.thread = t.thread LEFT JOIN cases c ON c.case_id = r.case_id"
)
_FOLLOW_UP: Final = (
    "SELECT f.follow_up_id, f.thread, f.peer, f.is_asked_by_us, f.due, f.state, f.was_seen,"
    " f.seen_at, f.report, p.display_name, r.case_id, c.case_number, r.state IS 'withdrawn'"
    " FROM follow_ups f"
    " LEFT JOIN peers p ON p.node_id = f.peer LEFT JOIN referrals r ON r.thread = f.thread"
    " LEFT JOIN cases c ON c.case_id = r.case_id"
)
# What came from a peer whose list of consents has not come. A task may be about no conversation.
_SHOWN_TASK: Final = "(thread IS NULL OR thread NOT IN (SELECT thread FROM hidden_threads))"
_SHOWN: Final = "thread NOT IN (SELECT thread FROM hidden_threads)"
_UNANSWERED: Final = "state IN ('queued', 'sealed', 'deposited') AND type != 'receipt/1'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What people call what a row is about: the organisation, and our case where there is one."""

    peer_name: str
    case_id: bytes | None
    case_number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFollowUp:
    """A follow-up with the names people know it by, and whether she withdrew the referral it belongs to."""

    record: FollowUp
    named: Named
    has_withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """A task with the names people know it by, and how its referral stands, where it has one."""

    record: TaskRecord
    named: Named
    state: ReferralState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEnd:
    """A consent about one of our cases, and when it ends."""

    consent_id: ConsentId
    case_id: bytes
    case_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """How much waits for one organisation."""

    peer: NodeId
    peer_name: str
    count: int
    oldest: Instant
    last_heard: Instant | None


_VERIFIER: Final = """
SELECT users.name FROM peers JOIN users ON users.user_id = peers.verified_by WHERE peers.node_id = ?
"""


def open_tasks(vault: Connection, tasks: Collection[Task], *, limit: int) -> list[OpenTask]:
    """What is to be done of some sorts, the most pressing first."""
    marks = ", ".join("?" * len(tasks))
    rows = vault.execute(
        f"{_TASK} WHERE t.done_at IS NULL AND t.task IN ({marks})"
        f" AND (t.thread IS NULL OR t.{_SHOWN})"
        " ORDER BY t.due, t.task_id LIMIT ?",
        (*(task.value for task in tasks), limit),
    ).fetchall()
    return [_task(row) for row in rows]


def count_open_tasks(vault: Connection, tasks: Collection[Task]) -> int:
    """How much is to be done of some sorts."""
    marks = ", ".join("?" * len(tasks))
    (count,) = vault.execute(
        f"SELECT count(*) FROM tasks WHERE done_at IS NULL AND task IN ({marks}) AND {_SHOWN_TASK}",
        tuple(task.value for task in tasks),
    ).fetchone()
    return int(count)


def find_open_task(vault: Connection, task_id: int) -> OpenTask | None:
    """One task that nobody has done yet."""
    row = vault.execute(
        f"{_TASK} WHERE t.done_at IS NULL AND t.task_id = ? AND (t.thread IS NULL OR t.{_SHOWN})",
        (task_id,),
    ).fetchone()
    return None if row is None else _task(row)


def follow_ups(vault: Connection, *, since: Instant) -> list[NamedFollowUp]:
    """The open ones by their day, and then those closed since an instant, the newest first.

    Of the open ones those come last where she has withdrawn: they are nobody's promise any more.
    """
    shown = bounds.FOLLOW_UPS_SHOWN_MAX
    rows = vault.execute(
        f"{_FOLLOW_UP} WHERE f.state IN ({_OPEN}) AND f.{_SHOWN}"
        " ORDER BY r.state IS 'withdrawn', f.due, f.follow_up_id LIMIT ?",
        (shown,),
    ).fetchall()
    rows += vault.execute(
        f"{_FOLLOW_UP} WHERE f.state IN ({_CLOSED}) AND f.changed_at >= ? AND f.{_SHOWN}"
        " ORDER BY f.changed_at DESC, f.follow_up_id LIMIT ?",
        (since, shown - len(rows)),
    ).fetchall()
    return [_follow_up(row) for row in rows]


def follow_ups_until(vault: Connection, until: Instant) -> list[NamedFollowUp]:
    """The open ones that are due before an instant, by their day, where she has not withdrawn."""
    rows = vault.execute(
        f"{_FOLLOW_UP} WHERE f.state IN ({_OPEN}) AND f.due < ? AND f.{_SHOWN}"
        " AND r.state IS NOT 'withdrawn'"
        " ORDER BY f.due, f.follow_up_id LIMIT ?",
        (until, bounds.FOLLOW_UPS_SHOWN_MAX),
    ).fetchall()
    return [_follow_up(row) for row in rows]


def count_follow_ups(vault: Connection, *, since: Instant, until: Instant) -> int:
    """How many open ones are due from one instant on and before another, where she has not withdrawn."""
    (count,) = vault.execute(
        "SELECT count(*) FROM follow_ups f LEFT JOIN referrals r ON r.thread = f.thread"
        f" WHERE f.state IN ({_OPEN}) AND f.due >= ? AND f.due < ? AND f.{_SHOWN}"
        " AND r.state IS NOT 'withdrawn'",
        (since, until),
    ).fetchone()
    return int(count)


def consents_ending(vault: Connection, *, now: Instant, until: Instant) -> list[ConsentEnd]:
    """Consents about our cases that end between two instants, whatever has become of them."""
    rows = vault.execute(
        "SELECT n.consent_id, n.case_id, c.case_number FROM consents n"
        " JOIN cases c ON c.case_id = n.case_id WHERE n.case_id IS NOT NULL"
        " AND n.expires > ? AND n.expires <= ? ORDER BY n.expires, n.consent_id LIMIT ?",
        (now, until, bounds.CONSENTS_ENDING_SHOWN_MAX),
    ).fetchall()
    return [
        ConsentEnd(consent_id=consent_id(row[0]), case_id=bytes(row[1]), case_number=row[2])
        for row in rows
    ]


def unsent(vault: Connection) -> list[Unsent]:
    """How much waits for each organisation; a receipt alone is nothing that anybody waits for."""
    rows = vault.execute(
        "SELECT peer, (SELECT display_name FROM peers WHERE node_id = peer), count(*),"
        " min(queued_at), (SELECT last_heard FROM peers WHERE node_id = peer) FROM outbox"
        f" WHERE {_UNANSWERED} GROUP BY peer ORDER BY 4, 1 LIMIT ?",
        (limits.PEERS_MAX,),
    ).fetchall()
    return [
        Unsent(
            peer=node_id(row[0]),
            peer_name=row[1] or "",
            count=row[2],
            oldest=instant(row[3]),
            last_heard=None if row[4] is None else instant(row[4]),
        )
        for row in rows
    ]


def verifier_of(vault: Connection, peer: NodeId) -> str | None:
    """Who of us compared the safety number; also somebody who has left since."""
    row = vault.execute(_VERIFIER, (peer,)).fetchone()
    return None if row is None else str(row[0])


def count_unsent(vault: Connection, peer: NodeId) -> int:
    """How much waits for one organisation."""
    (count,) = vault.execute(
        f"SELECT count(*) FROM outbox WHERE peer = ? AND {_UNANSWERED}", (peer,)
    ).fetchone()
    return int(count)


def name_thread(vault: Connection, peer: NodeId, thread: bytes) -> Named:
    """What people call a conversation."""
    row = vault.execute(
        "SELECT (SELECT display_name FROM peers WHERE node_id = ?), r.case_id, c.case_number"
        " FROM (SELECT 1) LEFT JOIN referrals r ON r.thread = ? LEFT JOIN cases c"
        " ON c.case_id = r.case_id",
        (peer, thread),
    ).fetchone()
    return _named(row)


def name_peer(vault: Connection, peer: NodeId) -> tuple[str, Instant | None]:
    """What an organisation is called now, and when it was last heard of."""
    row = vault.execute(
        "SELECT display_name, last_heard FROM peers WHERE node_id = ?", (peer,)
    ).fetchone()
    if row is None:
        return "", None
    return str(row[0]), None if row[1] is None else instant(row[1])


def name_user(vault: Connection, user: bytes) -> str | None:
    """What a person of this node is called; None for the node itself."""
    row = vault.execute("SELECT name FROM users WHERE user_id = ?", (user,)).fetchone()
    return None if row is None else str(row[0])


def _named(row: Sequence[Any]) -> Named:
    return Named(
        peer_name=row[0] or "",
        case_id=None if row[1] is None else bytes(row[1]),
        case_number=row[2],
    )


def _task(row: Sequence[Any]) -> OpenTask:
    record = TaskRecord(
        task_id=row[0],
        task=row[1],
        peer=node_id(row[2]),
        thread=None if row[3] is None else thread_id(row[3]),
        due=instant(row[4]),
        made_at=instant(row[5]),
    )
    state = None if row[9] is None else ReferralState(row[9])
    return OpenTask(record=record, named=_named(row[6:9]), state=state)


def _follow_up(row: Sequence[Any]) -> NamedFollowUp:
    record = FollowUp(
        follow_up_id=message_id(row[0]),
        thread=thread_id(row[1]),
        peer=node_id(row[2]),
        is_asked_by_us=bool(row[3]),
        due=instant(row[4]),
        state=FollowUpState(row[5]),
        was_seen=None if row[6] is None else bool(row[6]),
        seen_at=None if row[7] is None else instant(row[7]),
        report=None if row[8] is None else message_id(row[8]),
    )
    return NamedFollowUp(record=record, named=_named(row[9:12]), has_withdrawn=bool(row[12]))
