"""Cases of a file: each opened with its facts under its own number, some at a time in one transaction."""

from node.effects import Acting, audit
from node.vault.records import CaseRecord
from node.vault.tables import cases, desk, name_words
from node.vault.unit import Unit
from protocol import limits
from protocol.errors import MalformedError
from protocol.local import commands, views
from protocol.local.commands import IMPORTED_CASES_MAX, ImportedCase
from protocol.messages.disclosed import Fact, typed_fact
from protocol.values import language_tag, plain_text


def import_cases(unit: Unit, command: commands.ImportCases, *, acting: Acting) -> views.ImportView:
    """Open those that are not there yet, so that an import that was cut off is simply given again.

    Raises:
        MalformedError: for too many, or a number, a language or a fact that is none; nothing is done.
    """
    if len(command.cases) > IMPORTED_CASES_MAX:
        raise MalformedError("more cases than one command may have", place="ImportCases.cases")
    read = [(_record(given, acting), _facts(given)) for given in command.cases]
    opened: set[str] = set()
    already_there: list[str] = []
    for case, facts in read:
        if case.case_number in opened or cases.is_number_taken(unit.vault, case.case_number):
            already_there.append(case.case_number)
            continue
        opened.add(case.case_number)
        if not command.is_dry_run:
            _open(unit, case, facts, acting=acting)
    return views.ImportView(opened=len(opened), already_there=already_there)


def _record(given: ImportedCase, acting: Acting) -> CaseRecord:
    return CaseRecord(
        case_id=acting.entropy(16),
        case_number=plain_text(
            given.case_number,
            characters_max=limits.NAME_CHARACTERS_MAX,
            place="ImportCases.case_number",
        ),
        status=given.status,
        owner=acting.actor,
        age_band=given.age_band,
        language=language_tag(given.language, place="ImportCases.language"),
        opened_at=acting.now,
    )


def _facts(given: ImportedCase) -> list[Fact]:
    return [typed_fact(field, value) for field, value in given.facts.items()]


def _open(unit: Unit, case: CaseRecord, facts: list[Fact], *, acting: Acting) -> None:
    cases.insert_case(unit.vault, case)
    desk.add_search_text(unit.vault, owner=case.case_id, owner_kind="case", text=case.case_number)
    for fact in facts:
        cases.set_fact(unit.vault, case.case_id, fact, by=acting.actor, now=acting.now)
        if isinstance(fact.value, str):
            desk.add_search_text(
                unit.vault, owner=case.case_id, owner_kind="case", text=fact.value
            )
    name_words.replace(
        unit.vault,
        cases.names_of(unit.vault, case.case_id),
        owner=case.case_id,
        case_id=case.case_id,
    )
    fields = ",".join(sorted(fact.field for fact in facts))
    audit(unit, "case.imported", case.case_id, acting=acting, details=fields)
