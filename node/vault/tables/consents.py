"""Consents, what happened to each, ticks, tombstones, and withdrawals on both sides."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from node.vault.driver import Connection
from node.vault.records import ConsentRecord, Erasure, WithdrawalTold
from protocol import limits
from protocol.codec import encode
from protocol.consent import Consent, ConsentEvent, Standing, consent_hash, parse_consent
from protocol.labels import Kind, Label, labelled_hash
from protocol.signing import Signed
from protocol.signing import parse as parse_signed
from protocol.values import (
    ZERO_HASH,
    ConsentId,
    Handle,
    Hash,
    Instant,
    NodeId,
    PlainText,
    Pseudonym,
    consent_id,
    digest,
    instant,
    later,
    node_id,
    plain_text,
    pseudonym,
)

# One statement for all of it: the gate asks before every seal and at every arrival.
_CONSENT: Final = (
    "SELECT signed, case_id, is_issued_here, asked_by, words, receipt_id,"
    " (SELECT group_concat(DISTINCT event) FROM consent_events AS e"
    " WHERE e.consent_id = consents.consent_id),"
    " (SELECT group_concat(hex(text_hash), '') FROM (SELECT text_hash FROM ticks AS t"
    f" WHERE t.consent_id = consents.consent_id LIMIT {limits.FACTS_MAX})), is_unlisted"
    " FROM consents"
)
_LAST_EVENT: Final = "SELECT hash FROM consent_events ORDER BY number DESC LIMIT 1"
_EVENTS_FROM: Final = (
    "SELECT number, consent_id, event, at, by_user, hash FROM consent_events"
    " WHERE number > ? ORDER BY number LIMIT ?"
)
_ROWS_AT_ONCE: Final = 1_000
_MINUTES_IN_AN_HOUR: Final = 60


def insert_consent(
    vault: Connection,
    consent: Consent,
    signed: Signed,
    *,
    case_id: bytes | None,
    is_issued_here: bool,
    asked_by: Pseudonym | None,
    words: PlainText | None,
    receipt_id: bytes | None,
) -> None:
    """Keep a consent. A second copy of the same one changes nothing."""
    vault.execute(
        "INSERT INTO consents (consent_id, hash, signed, handle, holder, recipient, purpose, expires,"
        " case_id, is_issued_here, asked_by, words, receipt_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            consent.consent_id,
            consent_hash(signed),
            signed.raw,
            consent.handle,
            consent.holder,
            consent.recipient,
            consent.purpose.value,
            consent.expires,
            case_id,
            is_issued_here,
            asked_by,
            words,
            receipt_id,
        ),
    )


def add_event(
    vault: Connection,
    consent: ConsentId,
    event: ConsentEvent,
    *,
    by: Pseudonym | None,
    now: Instant,
) -> None:
    """Something happened to a consent; the event is bound to the last one of any consent."""
    last = vault.execute(_LAST_EVENT).fetchone()
    previous = ZERO_HASH if last is None else digest(last[0])
    link = _event_link(previous, consent, event.value, now, by)
    vault.execute(
        "INSERT INTO consent_events (consent_id, event, at, by_user, previous, hash)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (consent, event.value, now, by, previous, link),
    )


def are_events_whole(vault: Connection) -> bool:
    """Does every event follow from the one before it, without one left out?"""
    previous, number = ZERO_HASH, 0
    while True:
        rows = vault.execute(_EVENTS_FROM, (number, _ROWS_AT_ONCE)).fetchall()
        if not rows:
            (count,) = vault.execute("SELECT count(*) FROM consent_events").fetchone()
            return number == int(count)
        for row in rows:
            number += 1
            link = _event_link(previous, row[1], row[2], row[3], row[4])
            if (row[0], row[5]) != (number, link):
                return False
            previous = link


def _event_link(previous: Hash, consent: bytes, event: str, at: int, by: bytes | None) -> Hash:
    return digest(labelled_hash(Label.AUDIT, encode([previous, consent, event, at, by])))


def find_consent(vault: Connection, consent: ConsentId) -> ConsentRecord | None:
    """One consent by its id."""
    row = vault.execute(f"{_CONSENT} WHERE consent_id = ?", (consent,)).fetchone()
    return None if row is None else _record(row)


def find_by_hash(vault: Connection, cited: Hash) -> ConsentRecord | None:
    """One consent by what skeletons cite."""
    row = vault.execute(f"{_CONSENT} WHERE hash = ?", (cited,)).fetchone()
    return None if row is None else _record(row)


def of_case(vault: Connection, case_id: bytes) -> list[ConsentRecord]:
    """Every consent about one of our cases, the newest last."""
    rows = vault.execute(
        f"{_CONSENT} WHERE case_id = ? ORDER BY expires, consent_id LIMIT ?",
        (case_id, limits.FACTS_MAX),
    ).fetchall()
    return [_record(row) for row in rows]


def of_handle(vault: Connection, name: Handle) -> list[ConsentRecord]:
    """Every consent about one survivor between us and one peer."""
    rows = vault.execute(
        f"{_CONSENT} WHERE handle = ? ORDER BY expires, consent_id LIMIT ?",
        (name, limits.FACTS_MAX),
    ).fetchall()
    return [_record(row) for row in rows]


def add_tick(vault: Connection, consent: ConsentId, text: Hash, *, now: Instant) -> None:
    """She ticked one of her texts after it was read back to her."""
    vault.execute(
        "INSERT INTO ticks (consent_id, text_hash, ticked_at) VALUES (?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (consent, text, now),
    )


def bury(
    vault: Connection, consent: ConsentId, *, peer: NodeId, name: Handle | None, now: Instant
) -> None:
    """Leave a tombstone."""
    vault.execute(
        "INSERT INTO tombstones (peer, consent_id, handle, withdrawn_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (peer, consent, name, now),
    )


def is_buried(vault: Connection, consent: ConsentId, *, peer: NodeId) -> bool:
    """Was this consent withdrawn between us and this peer, known to us or not?"""
    row = vault.execute(
        "SELECT 1 FROM tombstones WHERE peer = ? AND consent_id = ?", (peer, consent)
    ).fetchone()
    return row is not None


def tell_withdrawal(
    vault: Connection,
    consent: ConsentId,
    *,
    peer: NodeId,
    wanted: str,
    now: Instant,
    repeat_due: Instant,
) -> None:
    """We told somebody of a withdrawal, for the first time or again."""
    vault.execute(
        "INSERT INTO withdrawals_told (consent_id, peer, wanted, told_at, repeat_due, status)"
        " VALUES (?, ?, ?, ?, ?, 0)"
        " ON CONFLICT (consent_id, peer) DO UPDATE SET repeat_due = excluded.repeat_due",
        (consent, peer, wanted, now, repeat_due),
    )


def note_answer(
    vault: Connection, consent: ConsentId, *, peer: NodeId, status: int, answer: Hash, now: Instant
) -> None:
    """A signed answer came; it never goes back to an earlier one."""
    vault.execute(
        "UPDATE withdrawals_told SET status = max(status, ?),"
        " locked_at = CASE WHEN ? = 1 THEN coalesce(locked_at, ?) ELSE locked_at END,"
        " locked_answer = CASE WHEN ? = 1 THEN coalesce(locked_answer, ?) ELSE locked_answer END,"
        " erased_at = CASE WHEN ? = 2 THEN coalesce(erased_at, ?) ELSE erased_at END,"
        " erased_answer = CASE WHEN ? = 2 THEN coalesce(erased_answer, ?) ELSE erased_answer END"
        " WHERE consent_id = ? AND peer = ?",
        (status, *(status, now, status, answer) * 2, consent, peer),
    )


def withdrawals_of(vault: Connection, consent: ConsentId) -> list[WithdrawalTold]:
    """How far each holder has carried a withdrawal out."""
    rows = vault.execute(
        "SELECT consent_id, peer, wanted, told_at, repeat_due, status, locked_at, erased_at"
        " FROM withdrawals_told WHERE consent_id = ? LIMIT ?",
        (consent, limits.PEERS_MAX),
    ).fetchall()
    return [_told(row) for row in rows]


def withdrawals_to_repeat(vault: Connection, *, now: Instant) -> list[WithdrawalTold]:
    """Withdrawals that were not answered for 30 days, also where a wrong clock put that off."""
    rows = vault.execute(
        "SELECT consent_id, peer, wanted, told_at, repeat_due, status, locked_at, erased_at"
        " FROM withdrawals_told WHERE NOT (repeat_due > ? AND repeat_due <= ?) AND status < 2"
        # Where she only wanted it no longer used, locked is the last answer.
        " AND NOT (wanted = 'stop_use' AND status = 1) LIMIT ?",
        (now, later(now, limits.WITHDRAWAL_REPEAT_SECONDS + limits.DAY), limits.PEERS_MAX),
    ).fetchall()
    return [_told(row) for row in rows]


def lock(
    vault: Connection,
    consent: ConsentId,
    *,
    told_by: NodeId | None,
    erase_by: Instant,
    unconfirmed: NodeId | None,
    now: Instant,
) -> None:
    """Note what has to be destroyed; what waited for a person is said again by somebody who is believed."""
    vault.execute(
        "INSERT INTO erasures (consent_id, told_by, locked_at, erase_by, unconfirmed)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET unconfirmed = NULL"
        " WHERE excluded.unconfirmed IS NULL",
        (consent, told_by, now, erase_by, unconfirmed),
    )


def confirm_erasures(vault: Connection, *, of: NodeId) -> int:
    """A person confirmed what a suspended peer told. Returns: how many erasures may go on."""
    return vault.execute(
        "UPDATE erasures SET unconfirmed = NULL WHERE unconfirmed = ?", (of,)
    ).rowcount


def count_unconfirmed(vault: Connection, *, of: NodeId) -> int:
    """How many erasures wait until a person has confirmed what this peer told."""
    (count,) = vault.execute(
        "SELECT count(*) FROM erasures WHERE unconfirmed = ?", (of,)
    ).fetchone()
    return int(count)


def erasures_open(vault: Connection) -> list[Erasure]:
    """What is locked and not yet destroyed."""
    rows = vault.execute(
        "SELECT consent_id, told_by, locked_at, erase_by, erased_at FROM erasures"
        " WHERE erased_at IS NULL AND unconfirmed IS NULL LIMIT ?",
        (limits.PEERS_MAX,),
    ).fetchall()
    return [
        Erasure(
            consent_id=consent_id(row[0]),
            told_by=None if row[1] is None else node_id(row[1]),
            locked_at=instant(row[2]),
            erase_by=instant(row[3]),
            erased_at=None,
        )
        for row in rows
    ]


def age_erasures(vault: Connection) -> None:
    """One more minute in which the vault was open, and what is locked was not destroyed."""
    vault.execute("UPDATE erasures SET open_minutes = open_minutes + 1 WHERE erased_at IS NULL")


def erasures_overdue(vault: Connection, *, hours: int) -> set[NodeId | None]:
    """Whose withdrawals were to be carried out by now; None where nobody knows any more."""
    rows = vault.execute(
        "SELECT DISTINCT told_by FROM erasures WHERE erased_at IS NULL AND open_minutes >= ?"
        " LIMIT ?",
        (hours * _MINUTES_IN_AN_HOUR, limits.PEERS_MAX),
    ).fetchall()
    return {None if row[0] is None else node_id(row[0]) for row in rows}


def is_erased(vault: Connection, consent: ConsentId) -> bool:
    """Was everything under this consent destroyed already?"""
    row = vault.execute(
        "SELECT 1 FROM erasures WHERE consent_id = ? AND erased_at IS NOT NULL", (consent,)
    ).fetchone()
    return row is not None


def mark_erased(vault: Connection, consent: ConsentId, *, now: Instant) -> None:
    """It is destroyed; her words about her conditions go with it."""
    vault.execute("UPDATE erasures SET erased_at = ? WHERE consent_id = ?", (now, consent))
    vault.execute(
        "UPDATE consents SET words = NULL WHERE consent_id = ? AND is_issued_here = 0", (consent,)
    )


@lru_cache(maxsize=64)
def _read_signed(raw: bytes) -> tuple[Consent, Hash]:
    # A signed consent never changes, and the gate asks for the same one again and again. What happened to it
    # does change, and is never remembered.
    signed = parse_signed(raw, kind=Kind.CONSENT)
    return parse_consent(signed.body), consent_hash(signed)


def _record(row: Sequence[Any]) -> ConsentRecord:
    consent, cited = _read_signed(row[0])
    words, ticks = row[4], bytes.fromhex(row[7] or "")
    events = {ConsentEvent(event) for event in (row[6] or "").split(",") if event}
    if row[8]:
        events.add(ConsentEvent.UNKNOWN)
    return ConsentRecord(
        standing=Standing(
            consent=consent,
            consent_hash=cited,
            events=frozenset(events),
            ticks=frozenset(digest(ticks[at : at + 32]) for at in range(0, len(ticks), 32)),
        ),
        signed=row[0],
        case_id=None if row[1] is None else bytes(row[1]),
        is_issued_here=bool(row[2]),
        asked_by=None if row[3] is None else pseudonym(row[3]),
        words=None
        if words is None
        else plain_text(words, characters_max=limits.TEXT_CHARACTERS_MAX),
        receipt_id=row[5],
    )


def _told(row: Sequence[Any]) -> WithdrawalTold:
    return WithdrawalTold(
        consent_id=consent_id(row[0]),
        peer=node_id(row[1]),
        wanted=row[2],
        told_at=instant(row[3]),
        repeat_due=instant(row[4]),
        status=row[5],
        locked_at=None if row[6] is None else instant(row[6]),
        erased_at=None if row[7] is None else instant(row[7]),
    )
