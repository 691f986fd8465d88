"""The whole catalogue: every vector, from every subject, by name."""

from tests.vectors.catalogue import (
    carrying,
    consents,
    contents,
    cover,
    directory,
    encoding,
    envelopes,
    files,
    heads,
    judgements,
    membership,
    resting,
)
from tests.vectors.form import Vector

_SUBJECTS = (
    encoding, directory, contents, files, consents, envelopes, judgements, carrying, membership, heads, cover,
    resting,
)  # fmt: skip


def whole() -> list[Vector]:
    """All vectors; a name that is given twice is a mistake of the catalogue."""
    found = [vector for subject in _SUBJECTS for vector in subject.vectors()]
    names = [vector.name for vector in found]
    assert len(set(names)) == len(names), sorted(n for n in names if names.count(n) > 1)
    return sorted(found, key=lambda vector: vector.name)
