"""The words of names and how they sound: what a name is found by in another script or another spelling."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from node.matching.sounds import readings
from node.matching.words import search_terms
from node.vault.driver import Connection

CANDIDATES_MAX: Final = 500
"""Of the cases that may be meant, so many of the newest are looked at."""
_INSERT: Final = (
    "INSERT OR IGNORE INTO name_words (number, owner, key, word)"
    " SELECT number, ?, ?, ? FROM case_order WHERE case_id = ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameWord:
    """One word of a name in a case."""

    number: int
    word: str


def replace(vault: Connection, names: Iterable[str], *, owner: bytes, case_id: bytes) -> None:
    """Let a case be found by these names, and by no other of the same owner."""
    drop(vault, owner)
    words = {word for name in names for word in search_terms(name)}
    vault.executemany(
        _INSERT,
        [(owner, key, word, case_id) for word in sorted(words) for key in keys_of(word)],
    )


def drop(vault: Connection, owner: bytes) -> None:
    """What came from here leads to no case any more."""
    vault.execute("DELETE FROM name_words WHERE owner = ?", (owner,))


def keys_of(word: str) -> list[str]:
    """How a word is filed: each key once."""
    return sorted({reading.key for reading in readings(word)})


def words_of(vault: Connection, numbers: Sequence[int]) -> list[NameWord]:
    """The words of the names in some cases."""
    places = ", ".join("?" * len(numbers))
    rows = vault.execute(
        f"SELECT DISTINCT number, word FROM name_words WHERE number IN ({places})", [*numbers]
    ).fetchall()
    return [NameWord(number=row[0], word=row[1]) for row in rows]
