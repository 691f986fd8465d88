"""A keyboard that writes another script, or capitals: its keys do nothing, and the screen says why."""

import pytest

from tests.support.desk_app import rows, shown, unlocked, until
from tests.support.federation import Node
from tests.support.passing import visit
from tests.support.story import Story
from tests.support.typing import type_text
from tui.places import ToCase, ToNewCase
from tui.screens.desk_screen import OTHER_LETTERS


@pytest.mark.parametrize("typed", ["র", "১", "R"], ids=["a letter", "a digit", "a capital"])
async def test_a_key_in_other_letters_than_the_footer_shows_does_nothing_and_the_screen_says_so(
    story: Story, typed: str
) -> None:
    story.open_case()
    async with unlocked(story.alo) as pilot:
        await visit(pilot, ToCase(case_id=story.case_id))
        before = rows(pilot.app)[0]
        await type_text(pilot, typed)
        await until(pilot, lambda: OTHER_LETTERS in shown(pilot.app))
        assert rows(pilot.app)[0] == before


async def test_what_is_typed_into_a_text_is_not_taken_for_a_key(alo: Node) -> None:
    async with unlocked(alo) as pilot:
        await visit(pilot, ToNewCase())
        await type_text(pilot, "রR")
        assert "রR" in shown(pilot.app)
        assert OTHER_LETTERS not in shown(pilot.app)
