"""Rows become cases with what was understood; all else is told by its place, and never by what it says."""

from node.htcds.cases import Finding, Read, read_cases
from node.htcds.columns import read_heading
from node.htcds.sheet import Sheet
from node.htcds.values import Unread
from protocol.local.commands import ImportedCase
from protocol.values import instant
from protocol.vocabulary.codes import AgeBand, CaseStatus
from tests.support.spreadsheets import sheet_of

# 2026-11-24.
NOW = instant(1_795_500_000)


def read(sheet: Sheet, *, prefix: str = "") -> Read:
    return read_cases(sheet, read_heading(sheet), prefix=prefix, now=NOW)


def test_a_row_is_a_case_with_its_facts() -> None:
    done = read(
        sheet_of(
            ["case_number", "prs_FirstName", "prs_Birthdate", "cas_Status", "prs_PrimaryLanguage"],
            ["A-1", "আশা", "2001-03-04", "FollowUp", "ben"],
        ),
        prefix="K/",
    )

    assert done.findings == ()
    assert done.cases == (
        (
            2,
            ImportedCase(
                case_number="K/A-1",
                status=CaseStatus.ACCOMPANYING,
                age_band=AgeBand.ADULT,
                language="ben",
                facts={"given_name": "আশা", "birth_date": "2001-03-04"},
            ),
        ),
    )


def test_whoever_has_no_age_that_is_understood_counts_as_under_18() -> None:
    done = read(
        sheet_of(
            ["case_number", "prs_Birthdate"],
            ["1", "03/04/1990"],
            ["2", ""],
            ["3", "1990"],
            ["4", "2012"],
        )
    )

    assert [case.age_band for _, case in done.cases] == [
        AgeBand.UNDER_18,
        AgeBand.ADULT,
        AgeBand.UNDER_18,
    ]
    assert done.empty_rows == 1
    assert done.findings == (
        Finding(row=2, letter="B", code=Unread.DATE_IN_DOUBT),
        Finding(row=2, letter="", code=Unread.AGE_UNKNOWN),
    )


def test_of_an_age_and_a_birth_date_the_younger_counts() -> None:
    done = read(
        sheet_of(
            ["case_number", "age_band", "prs_Birthdate"],
            ["1", "adult", "2012"],
            ["2", "under_18", "1990"],
            ["3", "adult", ""],
        )
    )

    assert [case.age_band for _, case in done.cases] == [
        AgeBand.UNDER_18,
        AgeBand.UNDER_18,
        AgeBand.ADULT,
    ]


def test_a_tick_in_a_file_is_never_a_consent_and_is_counted_among_what_was_not_taken() -> None:
    done = read(sheet_of(["case_number", "con_Consent", "age_band"], ["1", "TRUE", "adult"]))

    assert [case.facts for _, case in done.cases] == [{}]
    assert [(each.column.goes_to, each.cells) for each in done.columns] == [
        ("case_number", 1),
        ("consent_not_known", 1),
        ("age_band", 1),
    ]


def test_a_row_without_a_number_and_one_with_a_number_from_above_are_refused() -> None:
    heading = ["case_number", "prs_FirstName", "age_band"]
    done = read(
        sheet_of(heading, ["", "Asha", "adult"], ["7", "Mina", "adult"], ["7", "Rina", "adult"])
    )

    assert [case.facts for _, case in done.cases] == [{"given_name": "Mina"}]
    assert done.findings == (
        Finding(row=2, letter="", code=Unread.NUMBER_MISSING),
        Finding(row=4, letter="", code=Unread.NUMBER_TWICE),
    )


def test_a_number_that_is_no_plain_text_is_refused() -> None:
    numbers = ["7\u202e", "x" * 81, "7\n8"]
    done = read(sheet_of(["case_number", "age_band"], *([each, "adult"] for each in numbers)))

    assert done.cases == ()
    assert [finding.code for finding in done.findings] == [Unread.NOT_PLAIN] * 3


def test_a_cell_that_calculates_is_told_and_not_taken() -> None:
    sheet = Sheet(
        rows=[["case_number", "prs_FirstName", "age_band"], ["7", "", "adult"]],
        formulas=frozenset({(1, 1)}),
        others=0,
    )
    done = read(sheet)

    assert [case.facts for _, case in done.cases] == [{}]
    assert done.findings == (Finding(row=2, letter="B", code=Unread.FORMULA),)
    assert [each.cells for each in done.columns] == [1, 1, 1]


def test_a_row_with_nothing_but_its_number_is_empty() -> None:
    done = read(sheet_of(["", "prs_FirstName"], ["1", ""], ["2", " "], [""], []))

    assert (done.cases, done.findings, done.empty_rows) == ((), (), 4)
