"""The code lists: one meaning for one code, and each value of the standards in one place."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from protocol.vocabulary.lists.catalogue import LISTS, SUBJECTS
from protocol.vocabulary.lists.codelist import CodeList
from protocol.vocabulary.lists.htcds import LEFT_OUT_LISTS, LEFT_OUT_VALUES

# Codes of the casework design, one list for each part of it; a list may hold more.
ASKED_FOR = {
    "accessibility": "vision hearing mobility communication none",
    "advocacy_answer": "granted partly refused none_yet",
    "closure_reason": "goals_met_by_her_view she_asked_to_stop moved_out_of_reach lost_contact died"
    " opened_in_error",
    "corridor": "in_bd in_np in_in",
    "decided_by": "survivor survivor_with_support family ngo cwc court police consular other",
    "decision_topic": "shelter_stay placement return family_contact medical statement work plan"
    " sharing other",
    "handover_failed": "paper_expired not_on_list crossing_closed person_absent"
    " she_changed_her_mind other",
    "liberty": "free_to_leave escort_only permission_each_time not_allowed_out unknown",
    "order_kind": "cwc_production cwc_restoration magistrate_s17 court_noc repatriation_order"
    " exit_permit travel_permit witness_hold compensation",
    "plan_position": "agreed agreed_with_changes dissents not_asked wants_time",
    "restriction": "phone visitors outings clothing punishment_duty isolation other",
    "service_result": "received partly refused_by_her not_available waiting",
    "stay_place": "state_home ngo_home child_care_institution one_stop_centre hospital"
    " prison_or_police community own_home",
    "stigma_wanted": "nothing listen talk_to_them mediate complain legal move",
    "waiting_on": "survivor_decision cwc magistrate_or_court police_charge_sheet"
    " police_verification_home_country consular home_ministry frro immigration ngo_this_side"
    " ngo_other_side family travel none",
    "withhold_reason": "fear communicate_information others",
}
SIZES = {"milestone": 13, "means_of_control": 18, "labour_industry": 21, "service_type": 18}


@pytest.fixture(params=sorted(LISTS))
def each(request: pytest.FixtureRequest) -> CodeList:
    return LISTS[str(request.param)]


def test_every_list_stands_in_one_subject() -> None:
    assert Counter(one.name for lists in SUBJECTS.values() for one in lists) == Counter([*LISTS])


def test_no_code_stands_twice_in_a_list(each: CodeList) -> None:
    assert len(set(each.names)) == len(each.names) > 1


def test_a_code_is_written_in_small_letters_or_as_the_standard_writes_it(each: CodeList) -> None:
    for one in each.codes:
        assert re.fullmatch(r"[A-Za-z0-9_]{1,64}", one.code)
        own = re.fullmatch(r"[a-z][a-z0-9_]*", one.code) is not None
        # Goals and controls that the standard lacks are spelt as their neighbours are.
        beside = any(re.match("[A-Z]", other.htcds or "") for other in each.codes)
        assert own or one.code == one.htcds or beside


@pytest.mark.parametrize("code", ["unknown", "not_asked", "declined_to_say"])
def test_every_list_knows_that_nothing_was_said(each: CodeList, code: str) -> None:
    assert each.knows(code)


def test_a_list_knows_its_codes_and_no_others(each: CodeList) -> None:
    assert all(map(each.knows, each.names))
    assert not any(
        map(each.knows, ("", "no_such_code", each.names[0] + "x", each.names[0] + "\n"))
    )


def test_a_country_outside_the_federation_is_known_by_its_two_letters() -> None:
    citizenship = LISTS["citizenship"]
    assert [citizenship.knows(code) for code in ("MM", "LK", "mm", "MMR", "M")] == [
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize("name", ASKED_FOR)
def test_the_lists_hold_what_the_programme_asks_for(name: str) -> None:
    assert list(LISTS[name].names) == ASKED_FOR[name].split()


def test_the_long_lists_are_whole() -> None:
    assert {name: len(LISTS[name].codes) for name in SIZES} == SIZES


def test_a_name_of_a_standard_stands_for_one_code_of_a_list(each: CodeList) -> None:
    for names in ([one.htcds for one in each.codes], [one.ctdc for one in each.codes]):
        given = [name for name in names if name is not None]
        assert len(set(given)) == len(given)


def test_nobody_has_filled_the_column_of_the_newest_standard_yet(each: CodeList) -> None:
    assert [one.ic_tip for one in each.codes if one.ic_tip is not None] == []


def test_every_value_of_the_standard_has_one_code_or_a_reason(standards_root: Path) -> None:
    text = (standards_root / "htcds" / "htcds_2.0_fields.json").read_text(encoding="utf-8")
    official = {
        field["name"]: [value["name"] for value in field["values"]]
        for field in json.loads(text)
        if field["values"]
    }
    ours = {field: each for each in LISTS.values() for field in each.htcds}
    assert len(official) == 21
    for field, values in official.items():
        if field in LEFT_OUT_LISTS:
            assert field not in ours
            continue
        named = Counter(one.htcds for one in ours[field].codes if one.htcds is not None)
        left_out = {value for of, value in LEFT_OUT_VALUES if of == field}
        # Nothing is missing, nothing is misspelt, and nothing stands for two codes.
        assert named == Counter(set(values) - left_out), field
        assert left_out <= set(values)
    assert LEFT_OUT_LISTS.keys() <= official.keys()
