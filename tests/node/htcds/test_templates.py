"""The official templates, filled with invented cases over all fields and lists, and with its faults."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from node.htcds.cases import Read, read_cases
from node.htcds.columns import letter_of, read_heading
from node.htcds.csv_file import read_csv, write_csv
from node.htcds.fields import Reason
from node.htcds.sheet import Sheet
from node.htcds.xlsx_file import read_xlsx
from protocol.values import instant
from protocol.vocabulary.lists.catalogue import LISTS
from tests.support.spreadsheets import filled

NOW: Final = instant(1_795_500_000)
CASES: Final = 50
PLAIN: Final = "HTCDS Excel Spreadsheet v2.0.xlsx"
CHECKED: Final = "HTCDS Excel Spreadsheet single select with validation v2.0.xlsx"
# The faults of the toolkit, as it writes them over its columns.
MISSPELT: Final = {
    "vic_TraffickinStatusDecisionMakingOrg": "vic_TraffickingStatusDecisionMakingOrg",
    "": "cas_ReasonForOutgoingReferral",
}
DRIFTED: Final = {
    "prs_FirstName": "prs_First_Name",
    "prs_SecondName": "prs_Second_Name",
    "vic_MethodsOfControl": "vic_Methods_of_Control",
}
# What this test holds to be taken, by the names of the standard.
TAKEN: Final = {
    "prs_FirstName": "given_name",
    "prs_SecondName": "family_name",
    "prs_Birthdate": "birth_date",
    "prs_Gender": "gender",
    "prs_MaritalStatus": "marital_status",
    "prs_NumberOfChildren": "number_of_children",
    "prs_HighestLevelOfEducation": "education",
    "prs_Citizenship": "citizenship",
    "prs_IdentityNumber": "identity_number",
    "vic_MethodOfRecruitment": "recruitment",
    "vic_MethodsOfControl": "means_of_control",
    "vic_TypeOfExploitation": "exploitation",
    "spl_Type": "goal_types",
}
MANY: Final = {
    "prs_Citizenship", "vic_MethodOfRecruitment", "vic_MethodsOfControl", "vic_TypeOfExploitation",
    "spl_Type",
}  # fmt: skip


@pytest.fixture
def folder(standards_root: Path) -> Path:
    return standards_root / "htcds"


@pytest.fixture
def official(folder: Path) -> dict[str, dict[str, Any]]:
    text = (folder / "htcds_2.0_fields.json").read_text(encoding="utf-8")
    return {field["name"]: field for field in json.loads(text)}


def invented(field: dict[str, Any], at: int, *, separator: str) -> str:
    """Something for one field of case `at`; over the cases each value of a list comes up."""
    values = [each["label" if at % 2 else "name"] for each in field["values"]]
    if field["name"] == "prs_Citizenship":
        values = ["IN", "BD", "NP"]
    if values:
        first, second = values[at % len(values)], values[(at + 1) % len(values)]
        is_many = field["name"] in MANY and at % 3 == 0
        return f"{first}{separator}{second}" if is_many else f"{first}\u00a0"
    by_type = {"Date": f"19{70 + at % 30}-03-{at % 28 + 1:02}", "Number": str(at % 7)}
    return by_type.get(field["type"], "TRUE" if field["type"] == "Checkbox" else f"Invented {at}")


def codes(field: dict[str, Any], cell: str, *, separator: str) -> list[str]:
    """What the codes of a cell are, by the lists alone."""
    names = {each[key]: each["name"] for each in field["values"] for key in ("name", "label")}
    [one] = [each for each in LISTS.values() if field["name"] in each.htcds]
    ours = {each.htcds: each.code for each in one.codes}
    parts = cell.split(separator) if field["name"] in MANY else [cell]
    parts = [part.strip() for part in parts]
    return sorted(ours[names.get(part, part)] for part in parts)


def expected(field: dict[str, Any], cell: str, *, separator: str) -> object:
    if field["name"] in MANY:
        return codes(field, cell, separator=separator)
    if field["values"]:
        return codes(field, cell, separator=separator)[0]
    return int(cell) if field["type"] == "Number" else cell


def facts_of(
    official: dict[str, dict[str, Any]],
    names: Sequence[str],
    cases: Iterable[int],
    *,
    separator: str,
) -> Iterator[dict[str, object]]:
    for at in cases:
        cells = {name: invented(official[name], at, separator=separator) for name in names}
        yield {
            TAKEN[name]: expected(official[name], cell, separator=separator)
            for name, cell in cells.items()
            if name in TAKEN
        }


@pytest.mark.parametrize("template", [PLAIN, CHECKED])
@pytest.mark.parametrize("separator", [";", ","])
def test_a_filled_template_is_read_whole_and_says_of_each_column_what_became_of_it(
    folder: Path, official: dict[str, dict[str, Any]], template: str, separator: str
) -> None:
    heading = read_xlsx((folder / template).read_bytes()).rows[0]
    names = [MISSPELT.get(name, name) for name in heading[1:39]]
    rows = [
        {"A": str(at + 1)}
        | {
            letter_of(place): invented(official[name], at, separator=separator)
            for place, name in enumerate(names, start=1)
        }
        for at in range(CASES)
    ]
    read = done(read_xlsx(filled(folder / template, rows, first=3)))

    assert [case.case_number for _, case in read.cases] == [str(at + 1) for at in range(CASES)]
    assert [case.facts for _, case in read.cases] == list(
        facts_of(official, names, range(CASES), separator=separator)
    )
    assert {str(finding.code) for finding in read.findings} == {"closed_before"}
    # Nothing is dropped in silence: each column of the file stands in the report, with all its cells.
    assert [each.cells for each in read.columns] == [CASES] * 39
    untaken = {
        name
        for name, each in zip(names, read.columns[1:], strict=True)
        if isinstance(each.column.goes_to, Reason)
    }
    assert untaken == set(names) - set(TAKEN) - {"cas_Status"}
    assert read.empty_rows == 1_000 - CASES


def test_a_csv_of_all_83_fields_under_drifted_names_is_read_whole(
    official: dict[str, dict[str, Any]],
) -> None:
    names = list(official)
    heading = ["case_number", *(f"case/{DRIFTED.get(name, name)}" for name in names)]
    # Only the names of values can be parted by spaces, and the labels stand in the odd cases.
    even = range(0, 2 * CASES, 2)
    rows = [
        [f"K-{at}", *(invented(official[name], at, separator=" ") for name in names)]
        for at in even
    ]
    read = done(read_csv(write_csv([heading, *rows])))

    wanted = list(facts_of(official, names, even, separator=" "))
    assert [case.facts for _, case in read.cases] == wanted
    assert [each.cells for each in read.columns] == [CASES] * 84


def done(sheet: Sheet) -> Read:
    return read_cases(sheet, read_heading(sheet), prefix="", now=NOW)
