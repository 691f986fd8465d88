"""What a step of the schema has to compute, because SQL cannot. As a step, none of it is ever edited."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from node.matching.sounds import readings
from node.matching.words import search_terms
from node.vault.driver import Connection
from protocol.codec import decode


def _name_words(connection: Connection) -> None:
    """How the names of our own cases sound; those in dossiers are filed when a dossier comes."""
    rows = connection.execute(
        "SELECT o.number, f.case_id, f.value FROM case_facts f JOIN case_order o USING (case_id)"
        " WHERE f.field IN ('given_name', 'family_name', 'known_as')"
    ).fetchall()
    named = ((number, case_id, decode(value)) for number, case_id, value in rows)
    connection.executemany(
        "INSERT OR IGNORE INTO name_words (number, owner, key, word) VALUES (?, ?, ?, ?)",
        [
            (number, case_id, reading.key, word)
            for number, case_id, name in named
            if isinstance(name, str)
            for word in search_terms(name)
            for reading in readings(word)
        ],
    )


FILLING: Final[Mapping[str, Callable[[Connection], None]]] = MappingProxyType(
    {"vault_0021": _name_words}
)
"""What is done at the end of a step."""
