"""What a column is: by its name, by a name that has drifted, by its label; a person may say otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.htcds.columns import Column, letter_of, read_heading
from node.htcds.fields import FIELDS, Reason
from node.htcds.mapping import NOWHERE, apply_mapping, write_mapping
from protocol.errors import MalformedError
from tests.support.spreadsheets import sheet_of


def places(*rows: list[str]) -> list[str]:
    return [str(column.goes_to) for column in read_heading(sheet_of(*rows)).columns]


@pytest.mark.parametrize(
    ("name", "goes_to"),
    [
        ("prs_FirstName", "given_name"),
        ("prs_First_Name", "given_name"),
        ("First Name", "given_name"),
        ("First Name\u00a0", "given_name"),
        ("case/prs_Second_Name", "family_name"),
        ("vic_Methods_of_Control", "means_of_control"),
        ("vic_Methods_of_Control/DebtBondage", Reason.TICK),
        ("vic_TraffickinStatusDecisionMakingOrg", Reason.NO_PLACE),
        ("prs_MobilePhone", Reason.PHONE),
        ("safe_phone", "safe_phone"),
        ("Case Number", "case_number"),
        ("Case No.", "case_number"),
        ("con_Consent", Reason.CONSENT),
        # Three fields have this label.
        ("Longitude", Reason.UNKNOWN),
        ("Type", Reason.UNKNOWN),
        ("Shoe size", Reason.UNKNOWN),
        ("notice", Reason.NOTICE),
    ],
)
def test_a_column_is_known_by_its_name_its_drifted_name_or_its_label(
    name: str, goes_to: str
) -> None:
    assert places([name]) == [goes_to]


def test_a_label_that_is_shifted_does_not_win_over_a_name() -> None:
    names = ["prs_FirstName", "prs_SecondName", "prs_Gender"]
    shifted = ["Second Name", "Gender", "First Name"]

    assert places(names, shifted) == ["given_name", "family_name", "gender"]
    assert read_heading(sheet_of(names, shifted, ["a"])).rows == 2


def test_a_column_without_a_name_is_known_by_the_label_below() -> None:
    names = ["prs_FirstName", "", "prs_Gender"]
    labels = ["First Name", "Second Name", "Gender"]

    assert places(names, labels) == ["given_name", "family_name", "gender"]


def test_a_row_of_values_is_no_row_of_labels() -> None:
    assert read_heading(sheet_of(["prs_FirstName", "prs_Gender"], ["Asha", "Feminine"])).rows == 1


def test_the_first_column_holds_the_case_number_if_nothing_stands_over_it() -> None:
    assert places(["", "prs_FirstName"], ["7", "Asha"]) == ["case_number", "given_name"]
    assert places(["", "Case Number"], ["7", "A-1"]) == [Reason.UNKNOWN, "case_number"]


def test_two_columns_for_one_field_fill_nothing() -> None:
    assert places(["prs_FirstName", "First Name"]) == [Reason.REPEATED, Reason.REPEATED]


def test_a_column_that_only_calculates_is_told_too() -> None:
    sheet = sheet_of(["prs_FirstName", ""], ["Asha", ""])
    calculating = type(sheet)(rows=sheet.rows, formulas=frozenset({(1, 1)}), others=0)

    assert [column.letter for column in read_heading(calculating).columns] == ["A", "B"]


def test_columns_are_lettered_as_a_spreadsheet_does() -> None:
    assert [letter_of(place) for place in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


NAMES = st.lists(
    st.one_of(st.sampled_from([field.name for field in FIELDS]), st.text(max_size=20)),
    min_size=1,
    max_size=12,
)


@given(names=NAMES)
def test_a_mapping_that_nobody_changed_is_read_as_it_was_written(names: list[str]) -> None:
    columns = read_heading(sheet_of(names)).columns

    assert apply_mapping(write_mapping(columns), columns) == columns


def test_a_person_may_say_where_a_column_goes() -> None:
    columns = (
        Column(place=0, name="Id", goes_to=Reason.UNKNOWN),
        Column(place=1, name="prs_FirstName", goes_to="given_name"),
    )
    text = write_mapping(columns).replace('"nowhere"', '"case_number"')
    text = text.replace('"given_name"', '"nowhere"')

    assert [column.goes_to for column in apply_mapping(text, columns)] == [
        "case_number",
        Reason.CHOSEN,
    ]


ENTRY = '[[column]]\nletter = "A"\nname = "Id"\nto = '


@pytest.mark.parametrize(
    "text",
    [
        "column = 1",
        "not toml",
        "",
        f'{ENTRY}"no_such_field"',
        f'{ENTRY}"{NOWHERE}"\nmore = 1',
        f'{ENTRY}"{NOWHERE}"'.replace("Id", "id"),
        f'{ENTRY}"{NOWHERE}"'.replace('"A"', '"B"'),
        f'{ENTRY}"{NOWHERE}"\n{ENTRY}"{NOWHERE}"',
        "column = []",
    ],
)
def test_a_mapping_of_another_file_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        apply_mapping(text, (Column(place=0, name="Id", goes_to=Reason.UNKNOWN),))


def test_a_mapping_that_fills_one_field_twice_is_refused() -> None:
    columns = tuple(Column(place=at, name="x", goes_to=Reason.UNKNOWN) for at in range(2))
    with pytest.raises(MalformedError):
        apply_mapping(
            write_mapping(columns).replace(f'to = "{NOWHERE}"', 'to = "given_name"'), columns
        )
