"""A case is taken out with what its own organisation recorded, and that it was is written down."""

from node.services import casework, exporting
from protocol.local import commands, views
from protocol.local.views import encode_view
from tests.support.federation import Node, code_of, done
from tests.support.story import FACTS, HER_WORDS, SENTENCES, Story


def export(node: Node, number: str) -> views.CaseExport:
    command = commands.ExportCase(case_number=number)
    return done(node.use(exporting.export_case, command))


def test_a_case_is_taken_out_with_its_facts_and_without_a_text_of_hers(story: Story) -> None:
    story.open_case(number="K-1")
    taken = export(story.alo, "K-1")

    assert {fact.field: fact.value for fact in taken.facts} == FACTS
    assert taken.texts == len(SENTENCES)
    body = encode_view(taken)
    assert [text for text in SENTENCES if text.text.encode() in body] == []


def test_that_a_case_left_the_node_is_written_down_with_the_names_of_its_fields(
    story: Story,
) -> None:
    story.open_case(number="K-1", facts={"given_name": "Asha", "present_town": "Khulna"})
    export(story.alo, "K-1")

    assert story.alo.rows("SELECT event FROM audit ORDER BY number DESC LIMIT 1") == [
        ("case.exported",)
    ]
    assert story.alo.rows("SELECT details FROM audit_details ORDER BY number DESC LIMIT 1") == [
        ("given_name,present_town",)
    ]


def test_what_a_partner_told_is_taken_out_by_neither_side(story: Story) -> None:
    story.up_to_reports()
    [line] = story.bandhan.read(casework.list_cases).cases
    at_bandhan = export(story.bandhan, line.case_number)
    at_alo = encode_view(export(story.alo, "ALO-17"))

    assert (at_bandhan.facts, at_bandhan.texts) == ([], 0)
    assert HER_WORDS.encode() not in at_alo


def test_a_number_that_no_case_has_is_not_found_and_nothing_is_written_down(alo: Node) -> None:
    before = alo.rows("SELECT count(*) FROM audit")
    command = commands.ExportCase(case_number="K-9")

    assert code_of(alo.use(exporting.export_case, command)) == "not_found"
    assert alo.rows("SELECT count(*) FROM audit") == before


def test_a_case_that_came_from_a_partner_waits_for_what_it_says_of_her_consents(
    story: Story,
) -> None:
    story.up_to_dossier()
    bandhan = story.bandhan
    [line] = bandhan.read(casework.list_cases).cases
    bandhan.write(
        lambda unit: unit.vault.execute(
            "UPDATE peers SET state_awaited = 1 WHERE node_id = ?", (story.alo.node_id,)
        )
    )
    command = commands.ExportCase(case_number=line.case_number)

    assert code_of(bandhan.use(exporting.export_case, command)) == "not_found"
