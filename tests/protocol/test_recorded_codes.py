"""What a worker records as a code stands in the field's list; what a partner sent is kept as it came."""

import json
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import Value
from protocol.errors import MalformedError
from protocol.messages.disclosed import parse_fact, typed_fact
from protocol.vocabulary.categories import Category

# Of each coded field its category, whether it takes several, and one code of its list.
FIELDS: Final = {
    "gender": (1, False, "Feminine"),
    "citizenship": (1, True, "BD"),
    "contact_how": (2, False, "phone"),
    "contact_never": (2, True, "neighbours"),
    "marital_status": (3, False, "Widowed"),
    "who_may_know": (3, True, "mother"),
    "recruitment": (4, True, "AtWork"),
    "means_of_control": (4, True, "DebtBondage"),
    "exploitation": (4, True, "Servitude"),
    "pregnant": (5, False, "no"),
    "counselling_themes": (6, True, "sleep"),
    "self_harm_risk": (6, False, "low"),
    "compensation": (7, False, "applied"),
    "wish_about": (8, True, "justice"),
    "justice_wish": (8, True, "name_cleared"),
    "plan_position": (8, False, "dissents"),
    "goal_types": (8, True, "Stigma"),
    "education": (9, False, "PrimaryEducation"),
    "service_types": (9, True, "legal_aid"),
    "home_conclusion": (10, False, "not_safe"),
    "family_willing": (10, False, "partly"),
    "threats": (11, True, "by_recruiter"),
    "travel_risk": (11, False, "high"),
}
NEWER: Final = "from_a_form_of_2029"
codes = st.from_regex(r"[A-Za-z0-9_]{1,12}", fullmatch=True)


def given_as(field: str, *chosen: str) -> str | list[str]:
    return sorted(chosen) if FIELDS[field][1] else chosen[0]


@pytest.mark.parametrize("field", FIELDS)
def test_a_code_that_is_not_in_its_list_is_not_recorded_and_not_repeated(field: str) -> None:
    with pytest.raises(MalformedError) as refused:
        typed_fact(field, given_as(field, NEWER))
    assert field in str(refused.value.place)
    assert NEWER not in str(refused.value)


@pytest.mark.parametrize("field", FIELDS)
def test_a_code_of_its_list_is_recorded(field: str) -> None:
    chosen = FIELDS[field][2]
    recorded = typed_fact(field, given_as(field, chosen)).value
    assert recorded == ((chosen,) if FIELDS[field][1] else chosen)


@pytest.mark.parametrize("code", ["unknown", "not_asked", "declined_to_say"])
@pytest.mark.parametrize("field", FIELDS)
def test_that_nothing_was_said_can_be_recorded_in_every_coded_field(field: str, code: str) -> None:
    assert code in json.dumps(typed_fact(field, given_as(field, code)).value)


@pytest.mark.parametrize("field", FIELDS)
def test_a_code_that_a_partner_sent_is_kept_whatever_our_list_says(field: str) -> None:
    sent: Value = [NEWER] if FIELDS[field][1] else NEWER
    kept = parse_fact(field, sent, category=Category(FIELDS[field][0]))
    assert kept.value == ((NEWER,) if FIELDS[field][1] else NEWER)


@pytest.mark.parametrize("field", [field for field in FIELDS if FIELDS[field][1]])
def test_beside_what_a_partner_sent_one_more_can_be_recorded(field: str) -> None:
    chosen = FIELDS[field][2]
    both = sorted((NEWER, chosen))
    assert typed_fact(field, both, former=(NEWER,)).value == tuple(both)
    with pytest.raises(MalformedError):
        typed_fact(field, both, former=(chosen,))


@given(code=codes)
def test_where_no_list_is_a_worker_writes_her_own_word(code: str) -> None:
    for field in ("skills", "work_wanted"):
        assert typed_fact(field, [code]).value == (code,)


@given(first=codes, second=codes)
def test_one_code_outside_the_list_is_enough_to_refuse_all(first: str, second: str) -> None:
    listed = {"yes", "partly", "no", "not_known", "unknown", "not_asked", "declined_to_say"}
    for code in {first, second}:
        if code not in listed:
            with pytest.raises(MalformedError):
                typed_fact("family_willing", code)
