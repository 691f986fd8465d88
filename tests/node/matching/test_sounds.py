"""A name sounds the same in every script and in every spelling that people really write."""

import tomllib
import unicodedata
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.matching.likeness import ALIKE_MIN, likeness
from node.matching.sounds import READINGS_MAX, readings

_ROWS: Final = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))[
    "names"
]
SPELLINGS: Final = [
    (latin, other)
    for row in _ROWS
    for latin in row[0].split()
    for other in [*row[1].split(), *row[2].split()]
]
DIFFERENT: Final = (
    ("Sunita", "শান্তি"),
    ("Maya", "মৌ"),
    ("Rahima", "রুমা"),
    ("Mina", "মানু"),
    ("Kamala", "কামিনী"),
)
SCRIPTS: Final = st.sampled_from([(0x61, 0x7A), (0x0901, 0x094D), (0x0981, 0x09CD)]).flatmap(
    lambda block: st.text(
        st.characters(min_codepoint=block[0], max_codepoint=block[1]), max_size=12
    )
)


@pytest.mark.parametrize(("latin", "other"), SPELLINGS)
def test_a_name_in_latin_letters_shares_a_reading_with_itself_in_another_script(
    latin: str, other: str
) -> None:
    keys = {reading.key for reading in readings(latin)}

    assert keys & {reading.key for reading in readings(other)}
    assert likeness(readings(latin), readings(other)) >= ALIKE_MIN


def test_names_that_differ_to_the_ear_are_not_alike() -> None:
    for one, other in DIFFERENT:
        mine, theirs = readings(one), readings(other)
        shared = {reading.key for reading in mine} & {reading.key for reading in theirs}

        assert not shared or likeness(mine, theirs) < ALIKE_MIN


@given(st.text(max_size=60) | SCRIPTS)
def test_any_text_has_a_few_readings_in_plain_letters(text: str) -> None:
    found = readings(text)

    assert len(found) <= READINGS_MAX
    assert len({reading.sounds for reading in found}) == len(found)
    assert all(set(reading.sounds + reading.key) <= set("abcdghijklmnprstu") for reading in found)
    assert all(reading.key for reading in found)


@given(SCRIPTS)
def test_both_ways_of_composing_a_text_are_read_alike(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)

    assert readings(composed) == readings(unicodedata.normalize("NFD", text))


@given(SCRIPTS, SCRIPTS)
def test_likeness_is_the_same_from_both_sides_and_whole_only_for_the_same_sounds(
    one: str, other: str
) -> None:
    mine, theirs = readings(one), readings(other)
    alike = likeness(mine, theirs)

    assert 0 <= alike <= 1
    assert alike == likeness(theirs, mine)
    assert (alike == 1) == bool({r.sounds for r in mine} & {r.sounds for r in theirs})


@pytest.mark.parametrize(("typed", "name"), [("Sumit", "সুমিত্রা"), ("Jahan", "জাহানারা")])
def test_what_is_still_being_typed_is_like_the_beginning_of_a_name(typed: str, name: str) -> None:
    begun = likeness(readings(typed), readings(name), is_beginning=True)

    assert begun == 1 > likeness(readings(typed), readings(name))
