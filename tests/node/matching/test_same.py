"""Two cases are offered as one person only for what says who somebody is, or names with something beside."""

from typing import Final

import pytest

from node.matching.same import Known, agreeing

RAHIMA: Final = frozenset({"রহিমা", "খাতুন"})


def known(*words: str, **facts: str) -> Known:
    return Known(words=frozenset(words), facts=facts)


@pytest.mark.parametrize(
    ("other", "agrees"),
    [
        (known("Raheema", "Khatoon"), ["names"]),
        (known("Rahima", birth_date="1999-03-27"), ["names", "birth_date"]),
        (known("Rahima", home_district="khulna"), ["names", "home_district"]),
        (known("Nobody", identity_number="ID 88"), ["identity_number"]),
        (known("Rahima"), []),
        (known("Sunita", birth_date="1999-03-27"), []),
        # Sisters share a telephone, and all who were found in one place the number of the police.
        (known("Sunita", safe_phone="+000 1", case_number_police="7/26"), []),
        (known(), []),
    ],
    ids=["both names", "birth", "district", "number", "one name", "birth alone", "phone", "none"],
)
def test_what_is_enough_to_ask_a_person(other: Known, agrees: list[str]) -> None:
    hers = Known(
        words=RAHIMA,
        facts={
            "birth_date": "1999-03-27",
            "home_district": "Khulna",
            "identity_number": "ID 88",
            "safe_phone": "+000 1",
            "case_number_police": "7/26",
        },
    )

    assert agreeing(hers, other) == agrees
    assert agreeing(other, hers) == agrees


def test_a_short_name_that_repeats_the_given_name_is_no_second_one() -> None:
    one = known("Rahima", "রহিমা")

    assert agreeing(one, known("Raheema", "रहीमा", "Rohima")) == []


def test_what_is_known_of_neither_does_not_agree() -> None:
    assert agreeing(known("Rahima", birth_date=""), known("Rahima", birth_date="")) == []
