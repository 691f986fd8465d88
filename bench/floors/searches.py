"""The floor of finding: one query of a bare index, with as many cases as the product has."""

import random
import sqlite3
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from bench.floors import databases, sizes
from bench.floors.readings import Reading, middle_and_most

_CASES: Final = "CREATE TABLE cases(number INTEGER PRIMARY KEY, town TEXT, opened INTEGER)"
_INDEX: Final = (
    "CREATE VIRTUAL TABLE found USING fts5(words, prefix='1 2 3',"
    " tokenize=\"unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'\")"
)
_FOUND: Final = (
    "SELECT c.number, c.town, c.opened FROM found w JOIN cases c ON c.number = w.rowid"
    " WHERE found MATCH ? ORDER BY w.rowid DESC LIMIT 100"
)
_MILLISECONDS: Final = 1_000


def finding_milliseconds(
    folder: Path, names: Sequence[str], typed: Sequence[str], *, cases: int = sizes.CASES
) -> Reading:
    """The newest hundred cases with a name that begins as it was typed; of 99 in 100 words."""
    connection = _filled(folder, tuple(names), cases)
    taken = []
    for word in typed:
        begun = time.perf_counter()
        connection.execute(_FOUND, (f'"{word}"*',)).fetchall()
        taken.append((time.perf_counter() - begun) * _MILLISECONDS)
    p50, p99 = middle_and_most(taken, share=0.99)
    return Reading(value=p99, beside={"p50": p50})


@cache
def _filled(folder: Path, names: Sequence[str], cases: int) -> sqlite3.Connection:
    connection = databases.open_encrypted(folder / "floor-searches.db")
    connection.execute(_CASES)
    connection.execute(_INDEX)
    chosen = random.Random(1).choices(names, k=cases)  # noqa: S311
    with connection:
        connection.executemany(
            "INSERT INTO cases VALUES (?, 'Khulna', ?)", [(n, n) for n in range(cases)]
        )
        connection.executemany(
            "INSERT INTO found(rowid, words) VALUES (?, ?)", list(enumerate(chosen))
        )
    return connection
