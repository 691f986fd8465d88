"""Whether two cases may be one person. It is only ever offered: a person judges."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from node.matching.likeness import ALIKE_MIN, likeness
from node.matching.sounds import readings
from node.matching.words import matchable, search_terms

NAMES: Final = "names"
TELLING: Final = "identity_number"
"""Alone it says who somebody is."""
BESIDE_A_NAME: Final = ("birth_date", "home_district", "safe_phone", "case_number_police")
"""Sisters share a telephone, and all who were found in one place the number of the police."""
_NAME_WORDS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is compared of one case: the words of its names, and the other facts by field."""

    words: frozenset[str]
    facts: Mapping[str, str]


def agreeing(one: Known, other: Known) -> list[str]:
    """In what two cases agree, if that is enough to ask a person about; else nothing.

    Returns:
        `names`, and the codes of the fields, in this order.
    """
    alike = _alike(one.words, other.words)
    same = [field for field in (TELLING, *BESIDE_A_NAME) if _is_same(field, one, other)]
    is_asked = TELLING in same or alike >= _NAME_WORDS or (alike and same)
    return [*([NAMES] if alike else []), *same] if is_asked else []


def _is_same(field: str, one: Known, other: Known) -> bool:
    values = [_plain(known.facts.get(field, "")) for known in (one, other)]
    return bool(values[0]) and values[0] == values[1]


def _plain(value: str) -> str:
    return " ".join(search_terms(matchable(value))).casefold()


def _alike(words: Iterable[str], others: Iterable[str]) -> int:
    """How many words of one name have a counterpart in the other, each taken once."""
    left = _apart(others)
    count = 0
    for word in _apart(words):
        found = next((one for one in left if _sounds_so(word, one)), None)
        if found is not None:
            left.remove(found)
            count += 1
    return count


def _apart(words: Iterable[str]) -> list[str]:
    """Words that do not sound alike: a short name that repeats the given name is no second one."""
    kept: list[str] = []
    for word in sorted(words):
        if not any(_sounds_so(word, one) for one in kept):
            kept.append(word)
    return kept


def _sounds_so(word: str, other: str) -> bool:
    mine, theirs = readings(word), readings(other)
    shared: Sequence[str] = [a.key for a in mine for b in theirs if a.key == b.key]
    return bool(shared) and likeness(mine, theirs) >= ALIKE_MIN
