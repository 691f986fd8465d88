"""The footer says keys that work now, and where it has no room for all; help and the palette have all."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.command import CommandPalette
from textual.pilot import Pilot

from tests.support.desk_app import SMALL, press, rows, shown, unlocked, until, write
from tests.support.federation import Node
from tests.support.passing import visit
from tests.support.story import Story
from tui.places import Place, ToCase, ToDossier, ToFacts, ToMeet, ToNewCase, ToPlace
from tui.termwidth import measure
from tui.widgets.key_line import MORE, arranged

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


@given(
    keys=st.lists(
        st.tuples(st.sampled_from(["n", "^p", "F9", "esc"]), st.text("abcd ", max_size=18)),
        max_size=20,
    ),
    width=st.integers(min_value=30, max_value=120),
)
def test_keys_are_left_out_only_where_the_last_row_says_so(
    keys: list[tuple[str, str]], width: int
) -> None:
    drawn = ["".join(part.plain for part in row) for row in arranged(keys, width=width)]
    told = sum(len(row) for row in arranged(keys, width=width))
    is_cut = drawn[-1].endswith(MORE)

    assert len(drawn) <= FOOTER_ROWS
    assert all(measure(row.rstrip()) <= width for row in drawn)
    assert told - is_cut < len(keys) if is_cut else told == len(keys)


def test_the_sign_that_there_are_more_keys_is_never_cut_off() -> None:
    keys = [("n", "her words"), ("esc", "back"), ("F9", "names"), ("1", "Today")] * 6
    for width in range(40, 121):
        drawn = ["".join(part.plain for part in row) for row in arranged(keys, width=width)]
        assert [row for row in drawn if measure(row.rstrip()) > width] == []


async def test_the_keys_for_everything_and_for_locking_stand_right_after_help(
    alo: Node,
) -> None:
    async with unlocked(alo) as pilot:
        for place in Place:
            await visit(pilot, ToPlace(place=place))
            assert footer(pilot).startswith("? help  ^p all keys  ^l lock  ")


async def test_a_footer_without_room_for_all_keys_says_that_there_are_more(story: Story) -> None:
    story.open_case()
    async with unlocked(story.alo) as pilot:
        await visit(pilot, ToCase(case_id=story.case_id))
        assert footer(pilot).endswith(MORE)
        assert "F4 language" not in footer(pilot)


async def test_going_back_is_offered_only_where_there_is_somewhere_to_go_back_to(
    story: Story,
) -> None:
    story.open_case()
    async with unlocked(story.alo) as pilot:
        await visit(pilot, ToPlace(place=Place.CASES))
        assert "esc back" not in footer(pilot)
        await visit(pilot, ToCase(case_id=story.case_id))
        assert "esc back" in footer(pilot)
        await press(pilot, "escape")
        assert "esc back" not in footer(pilot)


async def found_in_help(pilot: Pilot[Any], word: str) -> str:
    await press(pilot, "f1")
    await write(pilot, word)
    text = shown(pilot.app)
    await press(pilot, "escape")
    return text


async def test_help_tells_the_keys_of_the_widget_that_has_the_focus(story: Story) -> None:
    story.open_case()
    async with unlocked(story.alo) as pilot:
        await visit(pilot, ToCase(case_id=story.case_id))
        assert "PgDn" in await found_in_help(pilot, "page further down")
        await visit(pilot, ToPlace(place=Place.CASES))
        assert "PgUp/Dn" in await found_in_help(pilot, "a page at a time")
        await visit(pilot, ToFacts(case_id=story.case_id))
        assert "←→" in await found_in_help(pilot, "another value")
        assert "tab" in await found_in_help(pilot, "the next part")


async def in_palette(pilot: Pilot[Any], word: str, sentence: str) -> str:
    await press(pilot, "ctrl+p")
    await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
    await write(pilot, word)
    # Its list comes a moment after the last letter; the field is its first row.
    await until(pilot, lambda: sentence in shown(pilot.app))
    return shown(pilot.app)


async def test_what_was_just_sent_can_be_stopped_from_help_and_from_the_palette(
    story: Story,
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    async with unlocked(story.alo) as pilot:
        await visit(pilot, ToDossier(thread=story.thread))
        await press(pilot, "ctrl+s")
        assert "stop it" in await found_in_help(pilot, "stop what was")
        assert "stop it" in await in_palette(pilot, "stop it", "for ten seconds")
        await press(pilot, "enter")
        await until(pilot, lambda: "Stopped. Nothing was sent." in shown(pilot.app))


async def test_a_key_of_a_widget_works_from_the_palette(story: Story) -> None:
    story.open_case()
    async with unlocked(story.alo) as pilot:
        await visit(pilot, ToMeet())
        assert "read their file" in shown(pilot.app)
        await in_palette(pilot, "another value", "Another value.")
        await press(pilot, "enter")
        await until(pilot, lambda: "make a file of ours" in shown(pilot.app))


@pytest.mark.parametrize("place", list(Place))
async def test_every_key_that_the_footer_leaves_out_is_in_the_palette(
    alo: Node, place: Place
) -> None:
    async with unlocked(alo, size=SMALL) as pilot:
        await visit(pilot, ToPlace(place=place))
        assert "F4" in await in_palette(pilot, "language", "Speak the next")
