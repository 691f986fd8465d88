"""Cases that may be one person are offered, judged by a person, and never put together."""

from node.services import casework, same_persons
from protocol.local import commands, views
from protocol.local.views import encode_view
from protocol.vocabulary.codes import AgeBand
from tests.support.federation import Node, code_of, done


def open_named(node: Node, number: str, **facts: commands.FactInput) -> bytes:
    opening = commands.OpenCase(case_number=number, age_band=AgeBand.ADULT, language="ben")
    case_id = done(node.use(casework.open_case, opening)).ref
    assert case_id is not None
    done(node.use(casework.record_facts, commands.RecordFacts(case_id=case_id, facts=facts)))
    return case_id


def looked(node: Node, case_id: bytes) -> views.SamePersons:
    return done(node.use(same_persons.look_for_same, commands.LookForSame(case_id=case_id)))


def judge(node: Node, one: bytes, other: bytes, *, is_same: bool) -> None:
    command = commands.JudgeSame(case_id=one, other=other, is_same=is_same)
    done(node.use(same_persons.judge_same, command))


def offered(node: Node, case_id: bytes) -> list[str]:
    return [line.case_number for line in looked(node, case_id).offered]


def test_a_case_with_names_that_sound_alike_is_offered_from_both_sides(alo: Node) -> None:
    first = open_named(alo, "A-1", given_name="রহিমা", family_name="খাতুন")
    second = open_named(alo, "A-2", known_as="Raheema Khatoon")
    open_named(alo, "A-3", given_name="সুনীতা", family_name="খাতুন")

    assert (offered(alo, first), offered(alo, second)) == (["A-2"], ["A-1"])


def test_a_case_with_her_identity_number_is_offered_whatever_its_names(alo: Node) -> None:
    first = open_named(alo, "A-1", given_name="রহিমা", identity_number="ID-88-4711")
    open_named(alo, "A-2", given_name="Sunita", identity_number="id-88-4711")

    assert offered(alo, first) == ["A-2"]


def test_what_agrees_is_named_and_not_a_word_of_it_is_told(alo: Node) -> None:
    first = open_named(alo, "A-1", given_name="রহিমা", birth_date="1999-03-27")
    open_named(alo, "A-2", given_name="Rahima", birth_date="1999-03-27")
    shown = looked(alo, first)

    assert [line.agrees for line in shown.offered] == [["names", "birth_date"]]
    body = encode_view(shown)
    assert [word for word in ("রহিমা", "Rahima", "1999-03-27") if word.encode() in body] == []


def test_what_was_judged_is_not_offered_again_and_stands_at_both_cases(alo: Node) -> None:
    first = open_named(alo, "A-1", given_name="রহিমা", family_name="খাতুন")
    second = open_named(alo, "A-2", given_name="Rahima", family_name="Khatun")
    judge(alo, first, second, is_same=False)

    for case_id in (first, second):
        shown = looked(alo, case_id)
        assert (shown.offered, [line.is_same for line in shown.judged]) == ([], [False])


def test_an_answer_can_be_given_anew_from_either_side(alo: Node) -> None:
    first = open_named(alo, "A-1", given_name="রহিমা", family_name="খাতুন")
    second = open_named(alo, "A-2", given_name="Rahima", family_name="Khatun")
    judge(alo, first, second, is_same=False)
    judge(alo, second, first, is_same=True)

    assert [line.is_same for line in looked(alo, first).judged] == [True]
    events = alo.rows(
        "SELECT event FROM audit WHERE event LIKE 'case.%' ORDER BY number DESC LIMIT 4"
    )
    assert sorted(event for (event,) in events) == [
        *["case.another"] * 2,
        *["case.same"] * 2,
    ]


def test_a_judgement_stays_also_where_the_names_are_corrected(alo: Node) -> None:
    first = open_named(alo, "A-1", given_name="রহিমা", family_name="খাতুন")
    second = open_named(alo, "A-2", given_name="Rahima", family_name="Khatun")
    judge(alo, first, second, is_same=True)
    correction = commands.RecordFacts(case_id=second, facts={"given_name": "Sunita"})
    done(alo.use(casework.record_facts, correction))

    assert [line.is_same for line in looked(alo, first).judged] == [True]


def test_a_case_is_not_itself_and_nobody_is_nobody(alo: Node) -> None:
    first = open_named(alo, "A-1", given_name="রহিমা", family_name="খাতুন")
    nobody = bytes(16)

    for one, other in ((first, first), (first, nobody), (nobody, first)):
        command = commands.JudgeSame(case_id=one, other=other, is_same=True)
        assert code_of(alo.use(same_persons.judge_same, command)) == "not_found"
    looking = commands.LookForSame(case_id=nobody)
    assert code_of(alo.use(same_persons.look_for_same, looking)) == "not_found"
    assert looked(alo, first).judged == []
