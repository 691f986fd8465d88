"""Cases with a name that sounds like what was typed but is written otherwise, the likest first.

The keys find whoever may be meant; how alike the names really sound is judged afterwards, so that a short key
that many names share brings no crowd.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from node.matching.likeness import ALIKE_MIN, likeness
from node.matching.sounds import Sounded, readings
from node.matching.words import search_terms
from node.vault.driver import Connection
from node.vault.tables import name_words
from node.vault.tables.case_pages import NOT_HIDDEN, Wanted, match_of
from node.vault.tables.name_words import CANDIDATES_MAX

_WRITTEN: Final = 1.0
_SAID: Final = 0.99
_TERMS_MAX: Final = 4
_BEGINNING_KEY_MIN: Final = 3
_LETTERS_MIN: Final = 2
_AFTER_EVERY_LETTER: Final = "{"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Term:
    """One word that was typed; `is_open` while the next key may still make it longer."""

    word: str
    readings: tuple[Sounded, ...]
    is_open: bool

    @property
    def keys(self) -> list[str]:
        return sorted({reading.key for reading in self.readings})

    @property
    def beginnings(self) -> list[str]:
        """Keys that are long enough to be the beginning of another."""
        return [key for key in self.keys if self.is_open and len(key) >= _BEGINNING_KEY_MIN]


def find(vault: Connection, wanted: Wanted) -> list[int]:
    """The numbers of the cases, without those in which every word is found as it is written."""
    typed = search_terms(wanted.words)
    if not typed or len(typed) > _TERMS_MAX:
        return []
    terms = [
        _Term(word=word, readings=_heard(word), is_open=place == len(typed) - 1)
        for place, word in enumerate(typed)
    ]
    found = {number for term in terms for number in _candidates(vault, wanted, term, terms)}
    if not found:
        return []
    marks = _marks(vault, terms, found)
    # Where every word is written so, the case is found without this.
    alike = {number: sum(one) for number, one in marks.items() if ALIKE_MIN <= min(one) < 1}
    return sorted(alike, key=lambda number: (-alike[number], -number))


def _heard(word: str) -> tuple[Sounded, ...]:
    return readings(word) if len(word) >= _LETTERS_MIN else ()


def _candidates(
    vault: Connection, wanted: Wanted, term: _Term, terms: Sequence[_Term]
) -> list[int]:
    """The newest cases with a name filed like this term; the other terms are there somehow."""
    if not term.keys:
        return []
    here, values = _filed("n", term)
    where = [f"({here})", f"n.number {NOT_HIDDEN}"]
    for other in terms:
        if other is not term:
            there, theirs = _there(other)
            where.append(there)
            values += theirs
    for column, value in (("owner", wanted.owner), ("status", wanted.status)):
        if value is not None:
            where.append(f"o.{column} = ?")
            values.append(value)
    rows = vault.execute(
        "SELECT DISTINCT n.number FROM name_words n JOIN case_order o ON o.number = n.number"
        f" WHERE {' AND '.join(where)} ORDER BY n.number DESC LIMIT ?",
        (*values, CANDIDATES_MAX),
    ).fetchall()
    return [row[0] for row in rows]


def _filed(table: str, term: _Term) -> tuple[str, list[str | bytes | None]]:
    """SQL: a row of this table is filed like the term."""
    exact = f"{table}.key IN ({', '.join('?' * len(term.keys))})"
    ranges = [f"({table}.key >= ? AND {table}.key < ?)" for _ in term.beginnings]
    ends = [end for key in term.beginnings for end in (key, key + _AFTER_EVERY_LETTER)]
    return " OR ".join([exact, *ranges]), [*term.keys, *ends]


def _there(term: _Term) -> tuple[str, list[str | bytes | None]]:
    """SQL: the term is in the case of row `n`, as a name or as it is written."""
    written = "EXISTS (SELECT 1 FROM case_search WHERE case_search MATCH ? AND case_search.rowid = n.number)"
    if not term.keys:
        return written, [match_of([term.word])]
    filed, values = _filed("m", term)
    named = f"EXISTS (SELECT 1 FROM name_words m WHERE m.number = n.number AND ({filed}))"
    return f"({named} OR {written})", [*values, match_of([term.word])]


def _marks(
    vault: Connection, terms: Sequence[_Term], numbers: Iterable[int]
) -> dict[int, list[float]]:
    """How well each term fits each case: 1 as it is written, less by a name that sounds like it."""
    named: dict[int, list[str]] = {number: [] for number in numbers}
    for found in name_words.words_of(vault, [*named]):
        named[found.number].append(found.word)
    written = [_as_written(vault, term, [*named]) for term in terms]
    # Many cases share a name.
    known = {word for words in named.values() for word in words}
    heard = [{word: _likeness(term, readings(word)) for word in known} for term in terms]
    return {
        number: [
            _WRITTEN if number in here else max((alike[word] for word in words), default=0.0)
            for alike, here in zip(heard, written, strict=True)
        ]
        for number, words in named.items()
    }


def _as_written(vault: Connection, term: _Term, numbers: Sequence[int]) -> set[int]:
    rows = vault.execute(
        "SELECT rowid FROM case_search WHERE case_search MATCH ?"
        f" AND rowid IN ({', '.join('?' * len(numbers))})",
        (match_of([term.word]), *numbers),
    ).fetchall()
    return {row[0] for row in rows}


def _likeness(term: _Term, name: Sequence[Sounded]) -> float:
    whole = likeness(term.readings, name)
    begun = likeness(term.readings, name, is_beginning=True) if term.beginnings else 0.0
    # Never as good as what is written so.
    return min(max(whole, begun), _SAID)
