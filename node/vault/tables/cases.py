"""Cases: facts, her sentences, and the names she has at peers."""

from collections.abc import Sequence
from typing import Any, Final

from node.vault.driver import Connection
from node.vault.records import CaseRecord
from protocol import limits
from protocol.codec import Value, decode, encode
from protocol.disclosure import CaseFacts
from protocol.messages.disclosed import Fact, Sentence, parse_fact
from protocol.values import (
    Handle,
    Instant,
    NodeId,
    Pseudonym,
    handle,
    instant,
    language_tag,
    plain_text,
    pseudonym,
)
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import AgeBand, CaseStatus, TextKind
from protocol.vocabulary.facts import FACT_FIELDS, NAME_FIELDS

_CASE: Final = (
    "SELECT case_id, case_number, status, owner, age_band, language, opened_at FROM cases"
)
# What came from a peer whose list of consents has not come.
_SHOWN: Final = "case_id NOT IN (SELECT case_id FROM hidden_cases)"
CASES_SHOWN_MAX: Final = 500
_NAMES: Final = ", ".join(f"'{field}'" for field in sorted(NAME_FIELDS))


def insert_case(vault: Connection, case: CaseRecord) -> None:
    """Open a case."""
    vault.execute(
        "INSERT INTO cases (case_id, case_number, status, owner, age_band, language, opened_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            case.case_id,
            case.case_number,
            case.status.value,
            case.owner,
            case.age_band.value,
            case.language,
            case.opened_at,
        ),
    )


def find_case(vault: Connection, case_id: bytes) -> CaseRecord | None:
    """One case."""
    row = vault.execute(f"{_CASE} WHERE case_id = ?", (case_id,)).fetchone()
    return None if row is None else _case(row)


def find_numbered(vault: Connection, case_number: str) -> CaseRecord | None:
    """The case with a number, if it may be shown."""
    row = vault.execute(f"{_CASE} WHERE case_number = ? AND {_SHOWN}", (case_number,)).fetchone()
    return None if row is None else _case(row)


def is_number_taken(vault: Connection, case_number: str) -> bool:
    """Is there a case with this number?"""
    row = vault.execute("SELECT 1 FROM cases WHERE case_number = ?", (case_number,)).fetchone()
    return row is not None


def load_cases(vault: Connection) -> list[CaseRecord]:
    """The newest cases."""
    rows = vault.execute(
        f"{_CASE} WHERE {_SHOWN} ORDER BY opened_at DESC, case_id LIMIT ?", (CASES_SHOWN_MAX,)
    ).fetchall()
    return [_case(row) for row in rows]


def count_cases(vault: Connection) -> int:
    """How many cases there are."""
    (count,) = vault.execute(f"SELECT count(*) FROM cases WHERE {_SHOWN}").fetchone()
    return int(count)


def set_status(vault: Connection, case_id: bytes, status: CaseStatus) -> None:
    """Move a case to another status."""
    vault.execute("UPDATE cases SET status = ? WHERE case_id = ?", (status.value, case_id))


def set_fact(
    vault: Connection, case_id: bytes, fact: Fact, *, by: Pseudonym, now: Instant
) -> None:
    """Record a fact, or correct it."""
    value: Value = [*fact.value] if isinstance(fact.value, tuple) else fact.value
    vault.execute(
        "INSERT INTO case_facts (case_id, field, value, recorded_at, recorded_by)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (case_id, field) DO UPDATE"
        " SET value = excluded.value, recorded_at = excluded.recorded_at,"
        " recorded_by = excluded.recorded_by",
        (case_id, fact.field, encode(value), now, by),
    )


def drop_fact(vault: Connection, case_id: bytes, field: str) -> None:
    """Take a fact away that is no longer so; it goes into nothing that is told from now on."""
    vault.execute("DELETE FROM case_facts WHERE case_id = ? AND field = ?", (case_id, field))


def insert_sentence(
    vault: Connection,
    case_id: bytes,
    sentence: Sentence,
    *,
    sentence_id: bytes,
    category: Category,
    by: Pseudonym,
    now: Instant,
) -> None:
    """Record one text of hers; another wording is another row."""
    vault.execute(
        "INSERT INTO sentences (sentence_id, case_id, category, kind, language, text, hash,"
        " recorded_at, recorded_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            sentence_id,
            case_id,
            int(category),
            sentence.kind.value,
            sentence.language,
            sentence.text,
            sentence.hash,
            now,
            by,
        ),
    )


def load_facts(vault: Connection, case_id: bytes) -> CaseFacts:
    """Everything known of her here, read as strictly as if it came by wire."""
    facts = vault.execute(
        "SELECT field, value FROM case_facts WHERE case_id = ? ORDER BY field LIMIT ?",
        (case_id, limits.FACTS_MAX),
    ).fetchall()
    texts = vault.execute(
        "SELECT category, kind, language, text FROM sentences WHERE case_id = ?"
        " ORDER BY recorded_at, sentence_id LIMIT ?",
        (case_id, limits.FACTS_MAX),
    ).fetchall()
    return CaseFacts(
        facts=tuple(_fact(field, value) for field, value in facts),
        sentences=tuple((Category(row[0]), _sentence(row)) for row in texts),
    )


def searchable_texts(vault: Connection) -> list[tuple[bytes, str]]:
    """Each text under which a case of ours is found, with the case; for making the index anew."""
    numbers = vault.execute("SELECT case_id, case_number FROM cases").fetchall()
    facts = vault.execute(
        "SELECT case_id, value FROM case_facts ORDER BY case_id, field"
    ).fetchall()
    said = vault.execute(
        "SELECT case_id, text FROM sentences ORDER BY recorded_at, sentence_id"
    ).fetchall()
    values = [(case_id, decode(value)) for case_id, value in facts]
    texts = [(case_id, value) for case_id, value in values if isinstance(value, str)]
    return [(bytes(case_id), str(text)) for case_id, text in [*numbers, *texts, *said]]


def names_of(vault: Connection, case_id: bytes) -> list[str]:
    """Every name under which she is known here."""
    rows = vault.execute(
        f"SELECT value FROM case_facts WHERE case_id = ? AND field IN ({_NAMES})", (case_id,)
    ).fetchall()
    return [name for (value,) in rows if isinstance(name := decode(value), str)]


def lines_of(
    vault: Connection, case_ids: Sequence[bytes], *, fields: Sequence[str]
) -> list[tuple[bytes, str, str]]:
    """Facts of one line in some cases: the case, the field, the line."""
    rows = vault.execute(
        f"SELECT case_id, field, value FROM case_facts WHERE case_id IN ({_places(case_ids)})"
        f" AND field IN ({_places(fields)})",
        (*case_ids, *fields),
    ).fetchall()
    return [
        (bytes(case_id), field, line)
        for case_id, field, value in rows
        if isinstance(line := decode(value), str)
    ]


def find_cases(vault: Connection, case_ids: Sequence[bytes]) -> list[CaseRecord]:
    """Those of some cases that are there, the newest first."""
    rows = vault.execute(
        f"{_CASE} WHERE case_id IN ({_places(case_ids)}) ORDER BY opened_at DESC, case_id",
        [*case_ids],
    ).fetchall()
    return [_case(row) for row in rows]


def _places(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def named(vault: Connection) -> list[bytes]:
    """The cases of which a name is known."""
    rows = vault.execute(
        f"SELECT DISTINCT case_id FROM case_facts WHERE field IN ({_NAMES})"
    ).fetchall()
    return [bytes(case_id) for (case_id,) in rows]


def load_said(vault: Connection, case_id: bytes) -> list[tuple[Category, Sentence, Instant]]:
    """Her texts, each with its category and when it was written down, the oldest first."""
    rows = vault.execute(
        "SELECT category, kind, language, text, recorded_at FROM sentences WHERE case_id = ?"
        " ORDER BY recorded_at, sentence_id LIMIT ?",
        (case_id, limits.FACTS_MAX),
    ).fetchall()
    return [(Category(row[0]), _sentence(row), instant(row[4])) for row in rows]


def handle_of_case(vault: Connection, case_id: bytes, peer: NodeId) -> Handle | None:
    """Her name at one peer, if she has one there."""
    row = vault.execute(
        "SELECT handle FROM handles WHERE case_id = ? AND peer = ?", (case_id, peer)
    ).fetchone()
    return None if row is None else handle(row[0])


def insert_handle(vault: Connection, name: Handle, *, case_id: bytes, peer: NodeId) -> None:
    """Give her a name at one peer."""
    vault.execute(
        "INSERT INTO handles (handle, case_id, peer) VALUES (?, ?, ?)", (name, case_id, peer)
    )


def _case(row: Sequence[Any]) -> CaseRecord:
    return CaseRecord(
        case_id=bytes(row[0]),
        case_number=plain_text(row[1], characters_max=limits.NAME_CHARACTERS_MAX),
        status=CaseStatus(row[2]),
        owner=pseudonym(row[3]),
        age_band=AgeBand(row[4]),
        language=language_tag(row[5]),
        opened_at=instant(row[6]),
    )


def _fact(field: str, value: bytes) -> Fact:
    return parse_fact(field, decode(value), category=FACT_FIELDS[field].category)


def _sentence(row: Sequence[Any]) -> Sentence:
    return Sentence(
        kind=TextKind(row[1]),
        language=language_tag(row[2]),
        text=plain_text(row[3], characters_max=limits.TEXT_CHARACTERS_MAX),
    )
