"""Cases by page: in the order in which they were opened, the newest first, and found by words about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from node.matching.words import search_terms
from node.vault.driver import Connection
from protocol import limits
from protocol.codec import decode
from protocol.fields import schema_error
from protocol.follow_up_flow import OPEN_STATES
from protocol.values import Instant, PlainText, Pseudonym, instant, plain_text
from protocol.vocabulary.codes import CaseStatus

_OPEN: Final = ", ".join(f"'{state.value}'" for state in sorted(OPEN_STATES))
_LINE: Final = (
    "SELECT c.case_id, c.case_number, c.status, c.age_band, c.language, c.opened_at,"
    " (SELECT value FROM case_facts f WHERE f.case_id = c.case_id AND f.field = 'present_town'),"
    # A name that nobody asked for is not even read.
    " CASE WHEN ? THEN (SELECT value FROM case_facts f WHERE f.case_id = c.case_id"
    " AND f.field = 'known_as') END"
    " FROM case_order o JOIN cases c ON c.case_id = o.case_id WHERE o.number = ?"
)
_WANTED: Final = "(:status IS NULL OR status = :status) AND (:owner IS NULL OR owner = :owner)"
# What came from a peer whose list of consents has not come.
NOT_HIDDEN: Final = "NOT IN (SELECT number FROM hidden_cases)"
"""SQL about the number of a case."""
_NEXT: Final = (
    "SELECT t.due, p.display_name FROM referrals r"
    " JOIN tasks t ON t.peer = r.peer AND t.thread = r.thread AND t.done_at IS NULL"
    " LEFT JOIN peers p ON p.node_id = r.peer WHERE r.case_id = :case_id"
    " UNION ALL SELECT f.due, p.display_name FROM referrals r"
    f" JOIN follow_ups f ON f.thread = r.thread AND f.state IN ({_OPEN})"
    # She withdrew: nobody is to see her for it any more.
    " LEFT JOIN peers p ON p.node_id = r.peer WHERE r.case_id = :case_id AND r.state != 'withdrawn'"
    " ORDER BY 1, 2 LIMIT 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases: with words that begin so, in a status, of one person; empty and None: all."""

    words: str = ""
    status: CaseStatus | None = None
    owner: Pseudonym | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One line of a page. `due` is the earliest thing to do about her, `due_with` with whom."""

    case_id: bytes
    case_number: PlainText
    status: str
    age_band: str
    language: str
    opened_at: Instant
    known_as: str | None
    present_town: str | None
    due: Instant | None
    due_with: str | None


def count(vault: Connection, wanted: Wanted) -> int:
    """How many cases are wanted."""
    match = _match(wanted)
    if match is not None:
        row = vault.execute(
            f"SELECT count(*) FROM case_search WHERE case_search MATCH ? AND rowid {NOT_HIDDEN}",
            (match,),
        ).fetchone()
    else:
        row = vault.execute(
            f"SELECT (SELECT coalesce(sum(count), 0) FROM case_counts WHERE {_WANTED})"
            f" - (SELECT count(*) FROM hidden_cases WHERE {_WANTED})",
            _filters(wanted),
        ).fetchone()
    return int(row[0])


def rows_of(vault: Connection, numbers: Sequence[int], *, with_names: bool) -> list[CaseRow]:
    """The lines of some cases, in this order."""
    rows = [vault.execute(_LINE, (with_names, number)).fetchone() for number in numbers]
    return [_row(vault, row) for row in rows]


def numbers(vault: Connection, wanted: Wanted, *, first: int, size: int) -> list[int]:
    """Some of the wanted cases, from the `first`-th on; the newest is number 0."""
    match = _match(wanted)
    if match is not None:
        rows = vault.execute(
            f"SELECT rowid FROM case_search WHERE case_search MATCH ? AND rowid {NOT_HIDDEN}"
            " ORDER BY rowid DESC LIMIT ? OFFSET ?",
            (match, size, first),
        ).fetchall()
        return [row[0] for row in rows]
    named = [f"{name} = :{name}" for name in ("owner", "status") if _filters(wanted)[name]]
    where = " AND ".join([*named, f"number {NOT_HIDDEN}"])
    place = {**_filters(wanted), "size": size, "first": first}
    rows = vault.execute(
        f"SELECT number FROM case_order WHERE {where}"
        " ORDER BY number DESC LIMIT :size OFFSET :first",
        place,
    ).fetchall()
    return [row[0] for row in rows]


def cases_with(vault: Connection, terms: Sequence[str]) -> list[bytes]:
    """The newest cases in which words begin so."""
    if not terms:
        return []
    rows = vault.execute(
        "SELECT o.case_id FROM case_search s JOIN case_order o ON o.number = s.rowid"
        f" WHERE case_search MATCH ? AND s.rowid {NOT_HIDDEN} ORDER BY s.rowid DESC LIMIT ?",
        (match_of(terms), limits.CODES_MAX),
    ).fetchall()
    return [bytes(row[0]) for row in rows]


def _filters(wanted: Wanted) -> dict[str, str | bytes | int | None]:
    return {
        "status": None if wanted.status is None else wanted.status.value,
        "owner": wanted.owner,
    }


def _match(wanted: Wanted) -> str | None:
    """The query of the index; None where no word is given."""
    terms = search_terms(wanted.words)
    if not terms:
        return None
    marks = []
    if wanted.status is not None:
        marks.append(f'marks : "status{wanted.status.value}"')
    if wanted.owner is not None:
        marks.append(f'marks : "owner{wanted.owner.hex()}"')
    return " AND ".join([match_of(terms), *marks])


def match_of(terms: Sequence[str]) -> str:
    """The query of the index for words that begin so, each of them somewhere in what is known of a case."""
    # Side by side, which lets a word of signs alone be passed over.
    words = " ".join(f'"{term}"*' for term in terms)
    return f"words : ({words})"


def _row(vault: Connection, row: Sequence[Any]) -> CaseRow:
    due = vault.execute(_NEXT, {"case_id": row[0]}).fetchone()
    return CaseRow(
        case_id=bytes(row[0]),
        case_number=plain_text(row[1], characters_max=limits.NAME_CHARACTERS_MAX),
        status=row[2],
        age_band=row[3],
        language=row[4],
        opened_at=instant(row[5]),
        present_town=_line(row[6]),
        known_as=_line(row[7]),
        due=None if due is None else instant(due[0]),
        due_with=None if due is None else due[1],
    )


def _line(value: bytes | None) -> str | None:
    if value is None:
        return None
    line = decode(value)
    if not isinstance(line, str):
        raise schema_error("not a line", place="case_facts.value")
    return line
