"""Cases: what is recorded stands, what is not legal changes nothing, and everything can be found."""

from typing import Any

import pytest

from node.effects import Acting
from node.services import casework
from node.vault.tables import cases
from node.vault.unit import Unit
from protocol.errors import MalformedError
from protocol.local import commands
from protocol.messages.disclosed import Fact
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import AgeBand, TextKind
from tests.support.federation import Node, code_of, done
from tests.support.story import C8, FACTS, WISH, Story

NOBODY = bytes(16)


def open_case(node: Node, **changes: str) -> Any:  # noqa: ANN401
    given = {"case_number": "ALO-17", "language": "ben", **changes}
    return node.use(casework.open_case, commands.OpenCase(age_band=AgeBand.ADULT, **given))


def record(node: Node, case_id: bytes, facts: dict[str, commands.FactInput]) -> Any:  # noqa: ANN401
    return node.use(casework.record_facts, commands.RecordFacts(case_id=case_id, facts=facts))


def test_a_number_is_given_to_one_case_only(alo: Node) -> None:
    done(open_case(alo))

    assert code_of(open_case(alo)) == "already_there"
    assert alo.use(casework.list_cases).count == 1


@pytest.mark.parametrize("changes", [{"case_number": ""}, {"language": "Bengali"}])
def test_a_case_that_is_not_legal_is_not_opened(alo: Node, changes: dict[str, str]) -> None:
    with pytest.raises(MalformedError):
        open_case(alo, **changes)

    assert alo.use(casework.list_cases).cases == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"no_such_field": "x"},
        {"present_town": "two\nlines"},
        {"number_of_children": "two"},
        {"wish_about": "work"},
        {"wish_about": ["work", "learning"]},
        {"birth_date": "24 November"},
    ],
)
def test_one_fact_that_is_not_legal_records_none(
    story: Story, wrong: dict[str, commands.FactInput]
) -> None:
    story.open_case(facts={"plan_position": "agreed"})

    with pytest.raises(MalformedError) as caught:
        record(story.alo, story.case_id, {"given_name": "মিতা", **wrong})

    shown = done(story.alo.use(casework.show_case, commands.ShowCase(case_id=story.case_id)))
    assert [fact.field for fact in shown.facts] == ["plan_position"]
    assert "two" not in str(caught.value)


def test_a_fact_can_be_corrected(story: Story) -> None:
    story.open_case()
    done(record(story.alo, story.case_id, {"present_town": "যশোর"}))

    shown = done(story.alo.use(casework.show_case, commands.ShowCase(case_id=story.case_id)))
    assert {fact.field: fact.value for fact in shown.facts} == {**FACTS, "present_town": "যশোর"}


def test_what_is_no_longer_so_is_in_no_page_for_anybody_and_is_not_found(story: Story) -> None:
    story.open_case()
    ended = commands.RecordFacts(case_id=story.case_id, facts={}, no_longer=["present_town"])
    done(story.alo.use(casework.record_facts, ended))

    shown = done(story.alo.use(casework.show_case, commands.ShowCase(case_id=story.case_id)))
    known = story.alo.read(lambda unit: cases.load_facts(unit.vault, story.case_id))
    found = story.alo.use(casework.search, commands.Search(words=str(FACTS["present_town"])))
    left = {field: value for field, value in FACTS.items() if field != "present_town"}
    assert {fact.field: fact.value for fact in shown.facts} == left
    assert "present_town" not in {fact.field for fact in known.facts}
    assert found.cases == []


def test_a_field_is_ended_and_another_recorded_in_one_act_that_names_both(story: Story) -> None:
    story.open_case()
    both = commands.RecordFacts(
        case_id=story.case_id, facts={"plan_position": "dissents"}, no_longer=["present_town"]
    )
    done(story.alo.use(casework.record_facts, both))

    entries = story.alo.rows(
        "SELECT event, d.details FROM audit JOIN audit_details d USING (number)"
        " ORDER BY number DESC LIMIT 2"
    )
    assert entries == [("case.facts_ended", "present_town"), ("case.facts", "plan_position")]


@pytest.mark.parametrize(
    ("facts", "no_longer"),
    [({}, ["no_such_field"]), ({"present_town": "যশোর"}, ["present_town"])],
)
def test_what_cannot_be_ended_changes_nothing(
    story: Story, facts: dict[str, commands.FactInput], no_longer: list[str]
) -> None:
    story.open_case()
    command = commands.RecordFacts(case_id=story.case_id, facts=facts, no_longer=no_longer)
    with pytest.raises(MalformedError):
        story.alo.use(casework.record_facts, command)

    shown = done(story.alo.use(casework.show_case, commands.ShowCase(case_id=story.case_id)))
    assert {fact.field: fact.value for fact in shown.facts} == FACTS


def test_a_code_outside_its_list_records_nothing_and_is_not_repeated(story: Story) -> None:
    story.open_case()
    with pytest.raises(MalformedError) as caught:
        record(story.alo, story.case_id, {"gender": "Feminine", "threats": ["by_somebody_new"]})

    shown = done(story.alo.use(casework.show_case, commands.ShowCase(case_id=story.case_id)))
    assert {fact.field: fact.value for fact in shown.facts} == FACTS
    assert caught.value.place == "facts.threats"
    assert "by_somebody_new" not in str(caught.value)


def test_a_newer_code_that_came_with_a_case_stays_when_another_is_added(story: Story) -> None:
    story.open_case()
    came = Fact(field="threats", value=("by_drone",))

    def arrived(unit: Unit, fact: Fact, *, acting: Acting) -> None:
        cases.set_fact(unit.vault, story.case_id, fact, by=acting.actor, now=acting.now)

    story.alo.use(arrived, came)
    done(record(story.alo, story.case_id, {"threats": ["by_drone", "by_recruiter"]}))
    with pytest.raises(MalformedError):
        record(story.alo, story.case_id, {"self_harm_risk": "by_drone"})

    shown = done(story.alo.use(casework.show_case, commands.ShowCase(case_id=story.case_id)))
    told = {fact.field: fact.value for fact in shown.facts}
    assert (told["threats"], told["self_harm_risk"]) == (["by_drone", "by_recruiter"], "low")


@pytest.mark.parametrize("category", [Category.HANDLE])
def test_a_text_has_a_category_that_can_be_shared(story: Story, category: Category) -> None:
    story.open_case()
    said = commands.RecordSentence(
        case_id=story.case_id, category=category, kind=TextKind.WISH, language="ben", text="কথা"
    )

    with pytest.raises(MalformedError):
        story.alo.use(casework.record_sentence, said)


def test_nothing_is_recorded_of_a_case_that_is_not_there(alo: Node) -> None:
    said = commands.RecordSentence(
        case_id=NOBODY, category=C8, kind=TextKind.WISH, language="ben", text="কথা"
    )

    assert code_of(record(alo, NOBODY, {"given_name": "মিতা"})) == "not_found"
    assert code_of(alo.use(casework.record_sentence, said)) == "not_found"
    assert code_of(alo.use(casework.show_case, commands.ShowCase(case_id=NOBODY))) == "not_found"


@pytest.mark.parametrize("words", ["সেলাই", "সেলা", "নিজের দোকানে", "ALO-17", "খুলনা"])
def test_a_case_is_found_by_the_beginning_of_its_words(story: Story, words: str) -> None:
    story.open_case()

    found = story.alo.use(casework.search, commands.Search(words=words))

    assert found.cases == [story.case_id]


@pytest.mark.parametrize("words", ["", "   ", '"', "OR", "text:সেলাই", "*", "লাই", "NEAR(a b)"])
def test_a_search_is_never_a_query_language(story: Story, words: str) -> None:
    story.open_case()

    assert story.alo.use(casework.search, commands.Search(words=words)).cases == []


def test_a_dossier_is_found_where_it_came_and_its_reading_is_written_down(story: Story) -> None:
    story.up_to_dossier()

    found = story.bandhan.use(casework.search, commands.Search(words=WISH.text))

    [(dossier,)] = story.bandhan.rows(
        "SELECT message_id FROM messages WHERE type = 'referral.dossier/1'"
    )
    assert (found.cases, found.messages) == ([], [dossier])


def test_a_draft_is_kept_replaced_and_dropped_with_an_empty_text(alo: Node) -> None:
    about = bytes(16)

    def save(text: str) -> str:
        draft = commands.SaveDraft(place="case", about=about, text=text)
        alo.use(casework.save_draft, draft)
        return str(
            alo.use(casework.load_draft, commands.LoadDraft(place="case", about=about)).text
        )

    assert [save("এক"), save("দুই"), save("")] == ["এক", "দুই", ""]
    with pytest.raises(MalformedError):
        save("\x1b[2J")


def test_her_ledger_shows_what_left_for_whom(story: Story) -> None:
    story.up_to_dossier()

    shown = done(story.alo.use(casework.show_case, commands.ShowCase(case_id=story.case_id)))

    assert {line.peer for line in shown.disclosures} == {story.bandhan.node_id}
    assert [line.fields for line in shown.disclosures if line.fields] == [
        (
            "contact_how,contact_never,plan_position,present_town,safe_phone,skills,wish_about,"
            "work_wanted,text:fear,text:wish"
        )
    ]
    assert shown.threads == [story.thread]
