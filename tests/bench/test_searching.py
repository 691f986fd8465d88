"""Names that the rules for sounds were not made with are found in other scripts, and few others with them."""

import tomllib
from pathlib import Path

from bench import names
from node.matching.likeness import ALIKE_MIN, likeness
from node.matching.sounds import Sounded, readings

MADE_WITH = Path(__file__).parents[1] / "node" / "matching" / "names.toml"
SHOWN = 10


def alike(typed: tuple[Sounded, ...], name: tuple[Sounded, ...]) -> float:
    keys = {reading.key for reading in typed}
    shares = any(reading.key in keys for reading in name)
    return likeness(typed, name) if shares else 0.0


def test_no_name_of_the_bench_is_among_those_the_rules_were_made_with() -> None:
    rows = tomllib.loads(MADE_WITH.read_text(encoding="utf-8"))["names"]
    used = {spelling for row in rows for script in row for spelling in script.casefold().split()}
    measured = {
        spelling.casefold() for row in names.all_names() for script in row for spelling in script
    }
    assert len(measured) > 1_000
    assert used & measured == set()


def test_of_a_hundred_spellings_in_other_scripts_ninety_five_are_found_by_latin_letters() -> None:
    pairs = [
        alike(readings(latin), readings(other)) >= ALIKE_MIN
        for row in names.all_names()
        for latin in row[0]
        for other in [*row[1], *row[2]]
    ]
    assert len(pairs) > 4_000
    assert sum(pairs) >= 0.95 * len(pairs)


def test_of_the_ten_likest_names_eight_are_the_one_that_was_typed() -> None:
    there = [
        (number, readings(spelling))
        for number, row in enumerate(names.all_names())
        for spelling in [*row[1], *row[2]]
    ]
    shares = []
    for number, row in enumerate(names.all_names()):
        for latin in row[0]:
            typed = readings(latin)
            marked = sorted(
                ((alike(typed, name), of) for of, name in there), key=lambda one: -one[0]
            )
            found = [of for mark, of in marked[:SHOWN] if mark >= ALIKE_MIN]
            if found:
                shares.append(found.count(number) / len(found))
    assert sum(shares) >= 0.8 * len(shares)
