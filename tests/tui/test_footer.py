"""The footer says exactly the keys that work now."""

from typing import Any

from textual.pilot import Pilot

from tests.support.desk_app import press, rows, shown, unlocked
from tests.support.federation import Node
from tests.support.passing import visit
from tests.support.story import Story
from tui.places import Place, ToFacts, ToMeet, ToNewCase, ToPlace

FOOTER_ROWS = 2


def footer(pilot: Pilot[Any]) -> str:
    return " ".join(rows(pilot.app)[-FOOTER_ROWS:])


async def test_in_a_field_help_is_on_f1_because_a_question_mark_is_typed(alo: Node) -> None:
    async with unlocked(alo) as pilot:
        await visit(pilot, ToPlace(place=Place.CASES))
        assert footer(pilot).startswith("? help")
        await visit(pilot, ToNewCase())
        await press(pilot, "question_mark")
        assert "Case number             ?" in shown(pilot.app)
        assert footer(pilot).startswith("F1 help")
        await press(pilot, "f1")
        assert rows(pilot.app)[0].startswith(" Help")


async def test_a_field_says_that_tab_goes_on_and_a_lone_field_does_not(alo: Node) -> None:
    async with unlocked(alo) as pilot:
        await visit(pilot, ToNewCase())
        assert "tab next" in footer(pilot)
        await press(pilot, "f1")
        assert rows(pilot.app)[0].startswith(" Help")
        assert "tab next" not in footer(pilot)


async def test_fields_that_came_after_the_answer_are_gone_on_to_at_once(story: Story) -> None:
    story.open_case()
    async with unlocked(story.alo) as pilot:
        await visit(pilot, ToFacts(case_id=story.case_id))
        assert "tab next" in footer(pilot)


async def test_how_a_choice_is_turned_is_said_also_while_nothing_can_be_sent(alo: Node) -> None:
    async with unlocked(alo) as pilot:
        await visit(pilot, ToMeet())
        assert "do it" not in footer(pilot)
        assert "←→ choose" in footer(pilot)


async def test_a_list_that_is_not_there_has_no_keys(alo: Node) -> None:
    async with unlocked(alo) as pilot:
        assert "Nothing needs you now." in shown(pilot.app)
        assert "↑↓ move" not in footer(pilot)
