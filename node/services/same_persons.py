"""Cases that may be one person: offered with what they agree in, judged by a person, and never merged."""

from collections.abc import Iterable, Sequence
from typing import Final

from node.effects import Acting, audit
from node.matching import same
from node.matching.same import Known
from node.matching.words import search_terms
from node.vault.records import CaseRecord
from node.vault.tables import case_pages, cases, name_words, same_persons
from node.vault.tables.same_persons import Judged
from node.vault.unit import Unit
from protocol.local import commands, views
from protocol.local.views import No, Refused, refused

OFFERED_MAX: Final = 20


def look_for_same(
    unit: Unit, command: commands.LookForSame, *, acting: Acting
) -> views.SamePersons | Refused:
    """Which other cases may be hers, and what was said about those that were looked at already."""
    del acting
    if cases.find_case(unit.vault, command.case_id) is None:
        return refused(No.NOT_FOUND)
    hers = _known(unit, [command.case_id])[command.case_id]
    judged = {one.other: one for one in same_persons.judged(unit.vault, command.case_id)}
    others = {*_candidates(unit, hers), *judged} - {command.case_id}
    known = _known(unit, [*others])
    agrees = {other: same.agreeing(hers, known[other]) for other in others}
    found = cases.find_cases(unit.vault, [*others])
    lines = [
        _line(case, agrees=agrees[case.case_id], judged=judged.get(case.case_id)) for case in found
    ]
    return views.SamePersons(
        offered=[one for one in lines if one.is_same is None and one.agrees][:OFFERED_MAX],
        judged=[one for one in lines if one.is_same is not None],
    )


def judge_same(unit: Unit, command: commands.JudgeSame, *, acting: Acting) -> views.Done | Refused:
    """A person looked at both: it is written down for either case, and can be said otherwise later."""
    both = (command.case_id, command.other)
    if command.case_id == command.other or None in [cases.find_case(unit.vault, i) for i in both]:
        return refused(No.NOT_FOUND)
    same_persons.judge(unit.vault, *both, is_same=command.is_same, by=acting.actor, now=acting.now)
    said = "case.same" if command.is_same else "case.another"
    for case_id in both:
        audit(unit, said, case_id, acting=acting)
    return views.Done()


def _candidates(unit: Unit, hers: Known) -> Iterable[bytes]:
    keys = {key for word in hers.words for key in name_words.keys_of(word)}
    number = hers.facts.get(same.TELLING, "")
    return [
        *name_words.cases_filed(unit.vault, sorted(keys)),
        *case_pages.cases_with(unit.vault, search_terms(number)),
    ]


def _known(unit: Unit, case_ids: Sequence[bytes]) -> dict[bytes, Known]:
    words: dict[bytes, set[str]] = {case_id: set() for case_id in case_ids}
    facts: dict[bytes, dict[str, str]] = {case_id: {} for case_id in case_ids}
    for case_id, word in name_words.words_in(unit.vault, case_ids):
        words[case_id].add(word)
    fields = (same.TELLING, *same.BESIDE_A_NAME)
    for case_id, field, line in cases.lines_of(unit.vault, case_ids, fields=fields):
        facts[case_id][field] = line
    return {
        case_id: Known(words=frozenset(words[case_id]), facts=facts[case_id])
        for case_id in case_ids
    }


def _line(case: CaseRecord, *, agrees: list[str], judged: Judged | None) -> views.SamePersonLine:
    return views.SamePersonLine(
        case_id=case.case_id,
        case_number=case.case_number,
        status=case.status.value,
        age_band=case.age_band.value,
        opened_at=case.opened_at,
        agrees=agrees,
        is_same=None if judged is None else judged.is_same,
        judged_at=None if judged is None else judged.at,
    )
