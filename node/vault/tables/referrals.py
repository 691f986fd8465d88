"""Referrals and follow-ups, on both sides, and what happened to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from node.vault.driver import Connection
from node.vault.records import FollowUp, Referral
from protocol import limits
from protocol.codec import encode
from protocol.fields import MapReader
from protocol.follow_up_flow import FollowUpState
from protocol.messages.referral import ReferralAccept, ReferralOffer, parse_offer
from protocol.referral_flow import ReferralEvent, ReferralState
from protocol.values import (
    ConsentId,
    Handle,
    Hash,
    Instant,
    MessageId,
    NodeId,
    ThreadId,
    consent_id,
    digest,
    instant,
    message_id,
    node_id,
    plain_text,
    thread_id,
)
from protocol.vocabulary.codes import FirstStep

_COLUMNS: Final = (
    "thread, peer, is_ours, case_id, consent_id, state, offer, answer_by, worker, first_step,"
    " from_date, dossier_hash, arrived_at"
)
_REFERRAL: Final = f"SELECT {_COLUMNS} FROM referrals"
_ROW: Final = (
    f"SELECT {_COLUMNS}, made_at, changed_at,"
    " (SELECT display_name FROM peers WHERE node_id = peer),"
    " (SELECT case_number FROM cases AS c WHERE c.case_id = referrals.case_id) FROM referrals"
)
_FOLLOW_UP: Final = (
    "SELECT follow_up_id, thread, peer, is_asked_by_us, due, state, was_seen, seen_at, report"
    " FROM follow_ups"
)
# What came from a peer whose list of consents has not come.
_SHOWN: Final = "thread NOT IN (SELECT thread FROM hidden_threads)"
SHOWN_MAX: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRow:
    """A referral with the names people know it by, and when it began and last moved."""

    referral: Referral
    peer_name: str
    case_number: str | None
    made_at: Instant
    changed_at: Instant


def insert_referral(vault: Connection, referral: Referral, *, now: Instant) -> None:
    """Begin a referral."""
    vault.execute(
        "INSERT INTO referrals (thread, peer, is_ours, case_id, consent_id, state, offer, answer_by,"
        " made_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            referral.thread,
            referral.peer,
            referral.is_ours,
            referral.case_id,
            referral.consent_id,
            referral.state.value,
            encode(referral.offer.fields()),
            referral.answer_by,
            now,
            now,
        ),
    )


def find_referral(vault: Connection, thread: ThreadId) -> Referral | None:
    """One referral."""
    row = vault.execute(f"{_REFERRAL} WHERE thread = ?", (thread,)).fetchone()
    return None if row is None else _referral(row)


def load_referrals(vault: Connection) -> list[Referral]:
    """The referrals that changed last."""
    rows = vault.execute(
        f"{_REFERRAL} ORDER BY changed_at DESC, thread LIMIT ?", (SHOWN_MAX,)
    ).fetchall()
    return [_referral(row) for row in rows]


def load_rows(vault: Connection, *, is_ours: bool | None) -> list[ReferralRow]:
    """The referrals that changed last, of one direction or of both."""
    rows = vault.execute(
        f"{_ROW} WHERE (:is_ours IS NULL OR is_ours = :is_ours) AND {_SHOWN}"
        " ORDER BY changed_at DESC, thread LIMIT :shown",
        {"is_ours": is_ours, "shown": SHOWN_MAX},
    ).fetchall()
    return [_referral_row(row) for row in rows]


def find_row(vault: Connection, thread: ThreadId) -> ReferralRow | None:
    """One referral with its names."""
    row = vault.execute(f"{_ROW} WHERE thread = ?", (thread,)).fetchone()
    return None if row is None else _referral_row(row)


def rows_of_case(vault: Connection, case_id: bytes) -> list[ReferralRow]:
    """Every referral of one case, in the order in which they were made."""
    rows = vault.execute(
        f"{_ROW} WHERE case_id = ? ORDER BY made_at, thread LIMIT ?", (case_id, SHOWN_MAX)
    ).fetchall()
    return [_referral_row(row) for row in rows]


def referrals_of_case(vault: Connection, case_id: bytes) -> list[Referral]:
    """Every referral of one case."""
    rows = vault.execute(
        f"{_REFERRAL} WHERE case_id = ? ORDER BY made_at LIMIT ?", (case_id, SHOWN_MAX)
    ).fetchall()
    return [_referral(row) for row in rows]


def referrals_under(vault: Connection, consent: ConsentId) -> list[Referral]:
    """Every referral made under a consent."""
    rows = vault.execute(
        f"{_REFERRAL} WHERE consent_id = ? ORDER BY made_at LIMIT ?", (consent, SHOWN_MAX)
    ).fetchall()
    return [_referral(row) for row in rows]


def newest_about(vault: Connection, name: Handle) -> ThreadId | None:
    """The newest conversation about one survivor with one peer: people know by it whom it is about."""
    row = vault.execute(
        "SELECT r.thread FROM referrals r JOIN consents n ON n.consent_id = r.consent_id"
        " WHERE n.handle = ? ORDER BY r.made_at DESC, r.thread LIMIT 1",
        (name,),
    ).fetchone()
    return None if row is None else thread_id(row[0])


def told_to(vault: Connection, peer: NodeId) -> list[Referral]:
    """Every referral with one peer in which a dossier left or came."""
    rows = vault.execute(
        f"{_REFERRAL} WHERE peer = ? AND dossier_hash IS NOT NULL ORDER BY made_at, thread",
        (peer,),
    ).fetchall()
    return [_referral(row) for row in rows]


def move_referral(
    vault: Connection,
    thread: ThreadId,
    *,
    event: ReferralEvent,
    state: ReferralState,
    is_heard: bool,
    detail: str | None,
    now: Instant,
) -> None:
    """A referral moved: its state, and a line of its history."""
    vault.execute(
        "UPDATE referrals SET state = ?, changed_at = ? WHERE thread = ?",
        (state.value, now, thread),
    )
    vault.execute(
        "INSERT INTO referral_events (thread, event, state, is_heard, at, detail)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (thread, event.value, state.value, is_heard, now, detail),
    )


def load_referral_events(
    vault: Connection, thread: ThreadId
) -> list[tuple[str, str, bool, Instant, str | None]]:
    """Event, state, heard or ours, instant and detail, in order."""
    rows = vault.execute(
        "SELECT event, state, is_heard, at, detail FROM referral_events WHERE thread = ?"
        " ORDER BY number LIMIT ?",
        (thread, SHOWN_MAX),
    ).fetchall()
    return [(row[0], row[1], bool(row[2]), instant(row[3]), row[4]) for row in rows]


def set_acceptance(vault: Connection, thread: ThreadId, accept: ReferralAccept) -> None:
    """Who will be there, what first, from when."""
    vault.execute(
        "UPDATE referrals SET worker = ?, first_step = ?, from_date = ? WHERE thread = ?",
        (accept.worker, accept.first_step.value, accept.from_date, thread),
    )


def set_dossier(
    vault: Connection, thread: ThreadId, *, content_hash: Hash, consent: ConsentId
) -> None:
    """What dossier belongs to it, and under which consent."""
    vault.execute(
        "UPDATE referrals SET dossier_hash = ?, consent_id = ? WHERE thread = ?",
        (content_hash, consent, thread),
    )


def set_case(vault: Connection, thread: ThreadId, case_id: bytes) -> None:
    """The place that was held became a case."""
    vault.execute("UPDATE referrals SET case_id = ? WHERE thread = ?", (case_id, thread))


def set_arrived(vault: Connection, thread: ThreadId, at: Instant) -> None:
    """She arrived."""
    vault.execute("UPDATE referrals SET arrived_at = ? WHERE thread = ?", (at, thread))


def insert_follow_up(vault: Connection, follow_up: FollowUp, *, now: Instant) -> None:
    """Begin a follow-up."""
    vault.execute(
        "INSERT INTO follow_ups (follow_up_id, thread, peer, is_asked_by_us, due, state, was_seen,"
        " seen_at, report, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            follow_up.follow_up_id,
            follow_up.thread,
            follow_up.peer,
            follow_up.is_asked_by_us,
            follow_up.due,
            follow_up.state.value,
            follow_up.was_seen,
            follow_up.seen_at,
            follow_up.report,
            now,
        ),
    )


def find_follow_up(vault: Connection, follow_up: MessageId) -> FollowUp | None:
    """One follow-up."""
    row = vault.execute(f"{_FOLLOW_UP} WHERE follow_up_id = ?", (follow_up,)).fetchone()
    return None if row is None else _follow_up(row)


def follow_ups_of(vault: Connection, thread: ThreadId) -> list[FollowUp]:
    """Every follow-up of one referral, the earliest first."""
    rows = vault.execute(
        f"{_FOLLOW_UP} WHERE thread = ? ORDER BY due, follow_up_id LIMIT ?", (thread, SHOWN_MAX)
    ).fetchall()
    return [_follow_up(row) for row in rows]


def move_follow_up(
    vault: Connection,
    follow_up: MessageId,
    *,
    state: FollowUpState,
    was_seen: bool | None,
    seen_at: Instant | None,
    report: MessageId | None,
    now: Instant,
) -> None:
    """A follow-up moved."""
    vault.execute(
        "UPDATE follow_ups SET state = ?, was_seen = ?, seen_at = ?, report = ?, changed_at = ?"
        " WHERE follow_up_id = ?",
        (state.value, was_seen, seen_at, report, now, follow_up),
    )


def set_follow_up_due(vault: Connection, follow_up: MessageId, due: Instant) -> None:
    """The day was set."""
    vault.execute("UPDATE follow_ups SET due = ? WHERE follow_up_id = ?", (due, follow_up))


@lru_cache(maxsize=64)
def _read_offer(raw: bytes) -> ReferralOffer:
    # An offer never changes, says nothing about her, and is looked at with each message of its thread.
    return parse_offer(MapReader.of_bytes(raw, place="referrals.offer"))


def _referral(row: Sequence[Any]) -> Referral:
    return Referral(
        thread=thread_id(row[0]),
        peer=node_id(row[1]),
        is_ours=bool(row[2]),
        case_id=row[3],
        consent_id=None if row[4] is None else consent_id(row[4]),
        state=ReferralState(row[5]),
        offer=_read_offer(row[6]),
        answer_by=instant(row[7]),
        worker=None
        if row[8] is None
        else plain_text(row[8], characters_max=limits.NAME_CHARACTERS_MAX),
        first_step=None if row[9] is None else FirstStep(row[9]),
        from_date=None if row[10] is None else instant(row[10]),
        dossier_hash=None if row[11] is None else digest(row[11]),
        arrived_at=None if row[12] is None else instant(row[12]),
    )


def _referral_row(row: Sequence[Any]) -> ReferralRow:
    return ReferralRow(
        referral=_referral(row),
        made_at=instant(row[13]),
        changed_at=instant(row[14]),
        peer_name=row[15] or "",
        case_number=row[16],
    )


def _follow_up(row: Sequence[Any]) -> FollowUp:
    return FollowUp(
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
