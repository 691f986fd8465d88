"""Cases of a file are opened once each, all of a command or none, and a dry run writes nothing."""

import pytest

from node.services import casework, importing
from protocol.errors import MalformedError
from protocol.local import commands, views
from protocol.local.commands import IMPORTED_CASES_MAX, ImportedCase
from protocol.vocabulary.codes import AgeBand, CaseStatus
from tests.support.federation import Node, done


def case(number: str, **facts: commands.FactInput) -> ImportedCase:
    return ImportedCase(
        case_number=number,
        status=CaseStatus.ACCOMPANYING,
        age_band=AgeBand.UNDER_18,
        language="ben",
        facts=facts,
    )


def give(node: Node, *cases: ImportedCase, is_dry_run: bool = False) -> views.ImportView:
    command = commands.ImportCases(cases=list(cases), is_dry_run=is_dry_run)
    return node.use(importing.import_cases, command)


def everything(node: Node) -> list[tuple[object, ...]]:
    return [
        row
        for table in ("cases", "case_facts", "audit", "name_words", "search")
        for row in node.rows(f"SELECT * FROM {table}")  # noqa: S608  (names of ours)
    ]


def found(node: Node, words: str) -> int:
    return len(node.read(lambda unit: casework.search(unit, commands.Search(words=words))).cases)


def test_a_case_of_a_file_is_opened_with_its_facts_and_is_found_by_them(alo: Node) -> None:
    assert give(alo, case("K-1", given_name="রহিমা", means_of_control=["DebtBondage"])) == (
        views.ImportView(opened=1, already_there=[])
    )

    [line] = alo.read(casework.list_cases).cases
    shown = done(alo.use(casework.show_case, commands.ShowCase(case_id=line.case_id)))
    assert (line.case_number, line.status, shown.age_band, shown.language) == (
        "K-1", "accompanying", "under_18", "ben",
    )  # fmt: skip
    assert {fact.field: fact.value for fact in shown.facts} == {
        "given_name": "রহিমা",
        "means_of_control": ["DebtBondage"],
    }
    assert (found(alo, "K-1"), found(alo, "রহিমা")) == (1, 1)


def test_each_opening_is_written_down_with_the_names_of_its_fields_and_no_word_of_hers(
    alo: Node,
) -> None:
    give(alo, case("K-1", given_name="রহিমা", birth_date="2012"))

    details = alo.rows("SELECT details FROM audit_details ORDER BY number")
    assert details[-1] == ("birth_date,given_name",)


def test_what_is_there_already_is_named_and_left_alone(alo: Node) -> None:
    give(alo, case("K-1", given_name="Asha"), case("K-2"))
    before = everything(alo)

    assert give(alo, case("K-1", given_name="Mina"), case("K-2")) == views.ImportView(
        opened=0, already_there=["K-1", "K-2"]
    )
    assert everything(alo) == before


def test_an_import_that_was_cut_off_goes_on_with_what_is_not_there(alo: Node) -> None:
    give(alo, case("K-1"))

    assert give(alo, case("K-1"), case("K-2"), case("K-3")) == views.ImportView(
        opened=2, already_there=["K-1"]
    )


def test_a_dry_run_answers_as_the_import_and_writes_nothing(alo: Node) -> None:
    give(alo, case("K-1"))
    before = everything(alo)
    cases = [case("K-1"), case("K-2"), case("K-2", given_name="Asha")]
    told = give(alo, *cases, is_dry_run=True)

    assert everything(alo) == before
    assert told == views.ImportView(opened=1, already_there=["K-1", "K-2"])
    assert give(alo, *cases) == told


@pytest.mark.parametrize(
    "wrong",
    [
        [case("K-2", no_such_field="x")],
        [case("K-2", birth_date="soon")],
        [case("\u202e")],
        [case(f"K-{at}") for at in range(IMPORTED_CASES_MAX)],
    ],
)
@pytest.mark.parametrize("is_dry_run", [True, False])
def test_if_one_case_has_not_the_form_none_of_the_command_is_opened(
    alo: Node, wrong: list[ImportedCase], *, is_dry_run: bool
) -> None:
    before = everything(alo)
    with pytest.raises(MalformedError):
        give(alo, case("K-1"), *wrong, is_dry_run=is_dry_run)
    assert everything(alo) == before
