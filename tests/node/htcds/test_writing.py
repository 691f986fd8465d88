"""What is written with the names of the standard is read again whole, at a node that never saw it."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from node.htcds.cases import Read, read_cases
from node.htcds.columns import read_heading
from node.htcds.csv_file import read_csv, write_csv
from node.htcds.writing import write_case
from protocol.local.commands import FactInput
from protocol.local.views import CaseExport, FactView
from protocol.values import instant
from protocol.vocabulary.codes import AgeBand, CaseStatus
from protocol.vocabulary.facts import FACT_FIELDS, Shape

NOW = instant(1_795_500_000)
# What begins a formula in some spreadsheet, and the mark that stops it, at every place.
LINES = st.text("'=+-@aঅ अ,;\"", min_size=1, max_size=12).filter(lambda text: text.strip() == text)
DATES = st.sampled_from(["1999", "2012-02", "2001-03-04"])


def values(field: str) -> st.SearchStrategy[FactInput]:
    spec = FACT_FIELDS[field]
    codes = st.sampled_from((*spec.codes.names, "unknown") if spec.codes else ("one", "Two_2"))
    by_shape: dict[Shape, st.SearchStrategy[FactInput]] = {
        Shape.LINE: LINES,
        Shape.CODE: codes,
        Shape.CODES: st.sets(codes, min_size=1, max_size=3).map(sorted),
        Shape.NUMBER: st.integers(0, 10**12),
        Shape.DATE: DATES,
    }
    return by_shape[spec.shape]


FACTS = st.fixed_dictionaries({}, optional={field: values(field) for field in FACT_FIELDS})
CASES = st.builds(
    lambda number, status, band, facts: CaseExport(
        case_number=number,
        status=status.value,
        age_band=band.value,
        language="ben",
        facts=[
            FactView(field=field, category=int(FACT_FIELDS[field].category), value=value)
            for field, value in facts.items()
        ],
        texts=0,
    ),
    number=LINES,
    status=st.sampled_from(CaseStatus),
    band=st.sampled_from(AgeBand),
    facts=FACTS,
)


def read(raw: bytes) -> Read:
    sheet = read_csv(raw)
    return read_cases(sheet, read_heading(sheet), prefix="", now=NOW)


@given(case=CASES)
def test_every_fact_that_is_written_is_read_again_as_it_was(case: CaseExport) -> None:
    done = read(write_csv(write_case(case)))

    [(row, came)] = done.cases
    facts = {fact.field: fact.value for fact in case.facts}
    assert (row, came.case_number, came.language, came.facts) == (
        2,
        case.case_number,
        "ben",
        facts,
    )
    kept = {"accompanying": CaseStatus.ACCOMPANYING}
    assert came.status is kept.get(case.status, CaseStatus.ACTIVE)
    # Of an age and a birth date the younger counts.
    is_young = case.age_band == AgeBand.UNDER_18 or facts.get("birth_date") == "2012-02"
    assert came.age_band is (AgeBand.UNDER_18 if is_young else AgeBand.ADULT)
    told = {str(finding.code) for finding in done.findings}
    assert told == ({"closed_before"} if case.status == CaseStatus.CLOSED else set())


def written(**facts: FactInput) -> dict[str, str]:
    case = CaseExport(
        case_number="K-1",
        status="accompanying",
        age_band="adult",
        language="nep",
        facts=[FactView(field=field, category=1, value=value) for field, value in facts.items()],
        texts=2,
    )
    names, cells = write_case(case)
    return {name: cell for name, cell in zip(names, cells, strict=True) if cell}


def test_a_case_is_written_with_the_names_and_values_of_the_standard() -> None:
    cells = written(
        given_name="আশা",
        goal_types=["Education", "Safety"],
        safe_phone="+880 1700 000000",
        skills=["sewing"],
    )

    assert "CC BY 4.0" in cells.pop("notice")
    assert cells == {
        "case_number": "K-1",
        "age_band": "adult",
        "prs_FirstName": "আশা",
        "prs_PrimaryLanguage": "nep",
        "prs_MobilePhone": "+880 1700 000000",
        "cas_Status": "FollowUp",
        "spl_Type": "Education;Safety",
        "safe_phone": "+880 1700 000000",
        "skills": "sewing",
    }


def test_no_cell_says_that_she_agreed() -> None:
    names, cells = write_case(
        CaseExport(
            case_number="1", status="active", age_band="adult", language="ben", facts=[], texts=0
        )
    )

    row = dict(zip(names, cells, strict=True))
    assert (row["con_Consent"], row["vic_AgreementToManagePersonalData"]) == ("", "")


def test_all_fields_of_the_standard_stand_in_the_file(standards_root: Path) -> None:
    text = (standards_root / "htcds" / "htcds_2.0_fields.json").read_text(encoding="utf-8")
    names, _ = write_case(
        CaseExport(
            case_number="1", status="active", age_band="adult", language="ben", facts=[], texts=0
        )
    )

    assert names[2:85] == [field["name"] for field in json.loads(text)]
