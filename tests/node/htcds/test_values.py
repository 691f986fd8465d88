"""What a cell says: a value of the list, a date, a number; or that it was not understood. Never a guess."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.htcds.columns import TARGETS
from node.htcds.fields import FIELDS, Reason
from node.htcds.values import Reading, Unread, age_band_at, read_cell
from protocol.messages.disclosed import typed_fact
from protocol.values import instant
from protocol.vocabulary.codes import AgeBand
from protocol.vocabulary.facts import FACT_FIELDS
from protocol.vocabulary.lists.codelist import NOT_SAID


def value(goes_to: str, cell: str) -> object:
    reading = read_cell(goes_to, cell)
    assert reading.unread is None
    return reading.value


@pytest.mark.parametrize(
    ("goes_to", "cell", "read"),
    [
        ("gender", "Feminine", "Feminine"),
        ("gender", "feminine\u00a0", "Feminine"),
        ("gender", "Not Specified/Unknown", "NonSpecifiedUnknown"),
        # Version 0.2 of the standard.
        ("gender", "Female", "Feminine"),
        ("status", "open", "active"),
        ("status", "Follow up", "accompanying"),
        ("status", "ClosedReferred", "accompanying"),
        ("language", "Bengali", "ben"),
        ("language", "mai", "mai"),
        ("age_band", "under_18", "under_18"),
        ("citizenship", "BD;MM", ["BD", "MM"]),
        ("citizenship", "Nepal", ["NP"]),
        ("means_of_control", "Threats of law enforcement", ["ThreatsLawEnforcement"]),
        ("means_of_control", "DebtBondage PhysicalAbuse", ["DebtBondage", "PhysicalAbuse"]),
        ("means_of_control", "Debt bondage, Physical abuse", ["DebtBondage", "PhysicalAbuse"]),
        ("means_of_control", "Debt bondage; PhysicalAbuse;", ["DebtBondage", "PhysicalAbuse"]),
        ("recruitment", "At a place of business", ["AtAPlaceOfBusiness"]),
        ("number_of_children", "2.0", 2),
        ("birth_date", "2001-03-04", "2001-03-04"),
        ("birth_date", "2001-03", "2001-03"),
        ("birth_date", "2001", "2001"),
        ("birth_date", "2001-03-04T00:00:00.000", "2001-03-04"),
        ("birth_date", "36954", "2001-03-04"),
        ("birth_date", "25/03/2001", "2001-03-25"),
        ("birth_date", "03/25/2001", "2001-03-25"),
        ("birth_date", "4.4.2001", "2001-04-04"),
        ("given_name", " আশা ", "আশা"),
    ],
)
def test_a_cell_says(goes_to: str, cell: str, read: object) -> None:
    assert value(goes_to, cell) == read


@pytest.mark.parametrize(
    ("goes_to", "cell", "unread"),
    [
        ("gender", "nobody asked", Unread.NOT_IN_LIST),
        ("gender", "-99", Unread.NOT_IN_LIST),
        ("status", "perhaps", Unread.NOT_IN_LIST),
        ("language", "Klingon", Unread.NOT_IN_LIST),
        ("citizenship", "bangladeshi", Unread.NOT_IN_LIST),
        # A word of a sentence that happens to be a code says nothing.
        ("means_of_control", "not PhysicalAbuse", Unread.NOT_IN_LIST),
        ("birth_date", "03/04/2001", Unread.DATE_IN_DOUBT),
        ("birth_date", "31/02/2001", Unread.NO_DATE),
        ("birth_date", "2001-02-30", Unread.NO_DATE),
        ("birth_date", "2001-03-04T10:30:00", Unread.NO_DATE),
        ("birth_date", "about 2001", Unread.NO_DATE),
        ("number_of_children", "two", Unread.NO_NUMBER),
        ("number_of_children", "2.5", Unread.NO_NUMBER),
        ("number_of_children", "-1", Unread.NO_NUMBER),
        ("given_name", "Asha\nRani", Unread.NOT_PLAIN),
        ("given_name", "A\u202ea", Unread.NOT_PLAIN),
        ("given_name", "a" * 201, Unread.NOT_PLAIN),
    ],
)
def test_a_cell_that_is_not_understood_gives_no_value(
    goes_to: str, cell: str, unread: Unread
) -> None:
    assert read_cell(goes_to, cell) == Reading(unread=unread)


def test_of_a_list_what_is_understood_is_taken_and_the_rest_is_told() -> None:
    assert read_cell("means_of_control", "DebtBondage; Curses") == Reading(
        value=["DebtBondage"], unread=Unread.NOT_IN_LIST
    )


def test_a_case_that_was_closed_elsewhere_comes_in_as_active_and_says_so() -> None:
    assert read_cell("status", "Closed") == Reading(value="active", unread=Unread.CLOSED)


@pytest.mark.parametrize("said", NOT_SAID)
def test_that_nothing_was_said_is_a_value(said: str) -> None:
    assert value("gender", said) == said


@pytest.mark.parametrize(
    ("birth_date", "adult_from"),
    [("2001-03-04", "2019-03-04"), ("2001-03", "2019-03-31"), ("2001", "2019-12-31")],
)
def test_she_is_of_age_from_the_last_day_that_her_birth_date_leaves_open(
    birth_date: str, adult_from: str
) -> None:
    days = {"2019-03-04": 17959, "2019-03-31": 17986, "2019-12-31": 18261}
    first = days[adult_from] * 86_400

    assert age_band_at(birth_date, instant(first)) is AgeBand.ADULT
    assert age_band_at(birth_date, instant(first - 1)) is AgeBand.UNDER_18


def test_every_value_of_the_standard_is_read_by_its_name_and_by_its_label(
    standards_root: Path,
) -> None:
    text = (standards_root / "htcds" / "htcds_2.0_fields.json").read_text(encoding="utf-8")
    places = {field.name: field.goes_to for field in FIELDS}
    read = 0
    for field in json.loads(text):
        goes_to = places[field["name"]]
        if isinstance(goes_to, Reason):
            continue
        for each in field["values"]:
            by_name, by_label = read_cell(goes_to, each["name"]), read_cell(goes_to, each["label"])
            assert by_name == by_label
            assert by_name.value is not None
            read += 1
    assert read == 71


@given(goes_to=st.sampled_from(sorted(TARGETS)), cell=st.text(max_size=40))
def test_whatever_stands_in_a_cell_a_fact_is_legal_or_there_is_none(
    goes_to: str, cell: str
) -> None:
    reading = read_cell(goes_to, cell)

    assert reading.value is not None or reading.unread is not None
    if reading.value is not None and goes_to in FACT_FIELDS:
        typed_fact(goes_to, reading.value)
