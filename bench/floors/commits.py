"""Fg and Fc: what an encrypted database makes durable, in groups of 64 rows and row by row."""

import sqlite3
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.floors import databases, sizes

_SCHEMA: Final = (
    """CREATE TABLE message(
        id INTEGER PRIMARY KEY, message_id BLOB UNIQUE, due INTEGER, state INTEGER, body BLOB)""",
    "CREATE INDEX message_due ON message(state, due)",
)
_INSERT: Final = "INSERT INTO message(message_id, due, state, body) VALUES"
_BODY: Final = b"\x5a" * sizes.PAYLOAD_BYTES

_Row = tuple[bytes, int, int, bytes]


def rows_per_second(folder: Path, *, groups: int = 200) -> float:
    """Fg: rows made durable in a second, 64 in each commit."""
    with TemporaryDirectory(dir=folder) as place:
        connection = _empty(Path(place))
        rows = _rows(groups * sizes.BATCH_MESSAGES)
        begun = time.perf_counter()
        for first in range(0, len(rows), sizes.BATCH_MESSAGES):
            group = rows[first : first + sizes.BATCH_MESSAGES]
            databases.commit_rows(connection, _INSERT, group)
        seconds = time.perf_counter() - begun
        connection.close()
    return len(rows) / seconds


def commit_milliseconds(folder: Path, *, commits: int = 500) -> float:
    """Fc: the median time of a commit of one row."""
    with TemporaryDirectory(dir=folder) as place:
        connection = _empty(Path(place))
        taken = []
        for row in _rows(commits):
            begun = time.perf_counter()
            databases.commit_rows(connection, _INSERT, [row])
            taken.append(time.perf_counter() - begun)
        connection.close()
    return statistics.median(taken) * 1_000


def _empty(folder: Path) -> sqlite3.Connection:
    connection = databases.open_encrypted(folder / "floor.db")
    for statement in _SCHEMA:
        connection.execute(statement)
    return connection


def _rows(count: int) -> list[_Row]:
    # The ids arrive in the order in which they were made, as ids with a time in front do.
    return [
        (number.to_bytes(sizes.MESSAGE_ID_BYTES, "big"), number, 0, _BODY)
        for number in range(count)
    ]
