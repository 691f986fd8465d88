"""A new case, her own words and what is known: written once, word for word, and never lost half-written."""

import pytest
from textual.pilot import Pilot

from node.vault.tables import cases
from protocol.local.commands import FactInput
from tests.support.desk_app import (
    LARGE,
    SMALL,
    desk_on,
    press,
    seated,
    settled,
    shown,
    unlock,
    unlocked,
    until,
    write,
)
from tests.support.federation import Node
from tests.support.passing import visit
from tests.support.snapshots import check_snapshot
from tests.support.story import Story
from tui.places import ToFacts
from tui.screens.fact_fields import UnfitError, recorded
from tui.widgets.indic_input import IndicTextArea
from tui.wording.labels.facts import CODES

RAB = "র‍্যাব আমাকে এনেছে।"
SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])
LANGUAGES = pytest.mark.parametrize("language", ["en", "bn"])
TEXTS = "SELECT kind, category, language, text FROM sentences ORDER BY recorded_at"
CASES = "SELECT case_number, age_band, language FROM cases"


async def come_to_rest(pilot: Pilot[None]) -> None:
    """A form that was laid out anew has its scroll bar one turn later."""
    for _ in range(3):
        await settled(pilot)


def front(pilot: Pilot[None]) -> str:
    return pilot.app.screen.__class__.__name__


def facts(node: Node, story: Story) -> dict[str, object]:
    known = node.read(lambda unit: cases.load_facts(unit.vault, story.case_id))
    return {fact.field: fact.value for fact in known.facts}


# A new case.


@pytest.mark.parametrize(
    ("turns", "band"), [(0, "under_18"), (1, "under_18"), (2, "adult")], ids=["?", "<18", "18+"]
)
async def test_who_is_not_known_to_be_18_is_protected_as_a_child(
    turns: int, band: str, alo: Node
) -> None:
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "n")
        await write(pilot, "K-0142")
        await press(pilot, "tab", *["right"] * turns, "ctrl+s")
        await until(pilot, lambda: front(pilot) == "CaseScreen")
        assert "K-0142" in shown(pilot.app)
    assert alo.rows(CASES) == [("K-0142", band, "eng")]


async def test_a_number_that_is_taken_is_said_and_nothing_is_lost(alo: Node, story: Story) -> None:
    story.open_case(number="K-0142")
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "n")
        await write(pilot, "K-0142")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "✗" in shown(pilot.app))
        assert (front(pilot), "K-0142" in shown(pilot.app)) == ("NewCaseScreen", True)
    assert len(alo.rows(CASES)) == 1


async def test_a_case_without_a_number_is_not_opened(alo: Node) -> None:
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "n", "ctrl+s")
        assert "^s" not in shown(pilot.app)
    assert alo.rows(CASES) == []


@SIZES
@LANGUAGES
async def test_a_new_case_looks_so(
    alo: Node, story: Story, size: tuple[int, int], language: str
) -> None:
    story.open_case()
    async with unlocked(alo, size=size, language=language) as pilot:
        await press(pilot, "2", "n")
        check_snapshot(pilot.app, "new_case")


# Her own words.


async def test_what_she_says_is_kept_and_shown_byte_for_byte(alo: Node, story: Story) -> None:
    story.open_case({}, sentences=())
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "enter", "n")
        await write(pilot, RAB)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "word for word" in shown(pilot.app))
        await press(pilot, "escape")
        await until(pilot, lambda: RAB in shown(pilot.app))
        assert front(pilot) == "CaseScreen"
    assert alo.rows(TEXTS) == [("wish", 8, "ben", RAB)]


async def test_kind_subject_and_language_are_chosen_with_the_arrows(
    alo: Node, story: Story
) -> None:
    story.open_case({}, sentences=())
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "enter", "n")
        await write(pilot, "I am afraid of the court.")
        await press(pilot, "shift+tab", "right", "right", "shift+tab", "right", "right")
        await press(pilot, "shift+tab", "right", "right", "right", "ctrl+s")
        await until(pilot, lambda: "word for word" in shown(pilot.app))
    assert alo.rows(TEXTS) == [("fear", 11, "eng", "I am afraid of the court.")]


async def test_two_presses_write_it_down_once(alo: Node, story: Story) -> None:
    story.open_case({}, sentences=())
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "enter", "n")
        await write(pilot, RAB)
        screen = pilot.app.screen
        await screen.run_action("save")
        await screen.run_action("save")
        await until(pilot, lambda: "word for word" in shown(pilot.app))
    assert len(alo.rows(TEXTS)) == 1


async def test_nothing_but_spaces_is_not_written_down(alo: Node, story: Story) -> None:
    story.open_case({}, sentences=())
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "enter", "n")
        await write(pilot, "  \n ")
        await press(pilot, "ctrl+s")
    assert alo.rows(TEXTS) == []


async def test_half_written_words_are_there_after_the_screen_was_locked(
    alo: Node, story: Story
) -> None:
    story.open_case({}, sentences=())
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await press(pilot, "2", "enter", "n")
        await write(pilot, RAB)
        await press(pilot, "ctrl+l")
        await until(pilot, lambda: "Locked" in shown(pilot.app))
        locked = shown(pilot.app)
        await unlock(pilot)
        await press(pilot, "2", "enter", "n")
        again = pilot.app.screen.query_one(IndicTextArea).plain_value
    assert (RAB in locked, again) == (False, RAB)
    assert alo.rows(TEXTS) == []


async def test_a_word_of_reports_is_pointed_out_and_never_refused(alo: Node, story: Story) -> None:
    story.open_case({}, sentences=())
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "enter", "n")
        before = shown(pilot.app)
        await write(pilot, "She needs rehabilitation")
        hinted = shown(pilot.app)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "word for word" in shown(pilot.app))
    assert ["her word or a report's?" in text for text in (before, hinted)] == [False, True]
    assert len(alo.rows(TEXTS)) == 1


@SIZES
@LANGUAGES
async def test_her_words_look_so(
    alo: Node, story: Story, size: tuple[int, int], language: str
) -> None:
    story.open_case({}, sentences=())
    async with unlocked(alo, size=size, language=language) as pilot:
        await press(pilot, "2", "enter", "n")
        await write(pilot, RAB)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "✓" in shown(pilot.app))
        await write(pilot, "আমি rehabilitation চাই না।")
        check_snapshot(pilot.app, "words")


# What is known.


async def test_her_position_on_the_plan_is_two_keys_away(alo: Node, story: Story) -> None:
    story.open_case({}, sentences=())
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "enter", "a")
        missing = shown(pilot.app)
        await press(pilot, "tab", "right", "ctrl+s")
        await until(pilot, lambda: "1 fact recorded" in shown(pilot.app))
        await until(pilot, lambda: "not recorded yet" not in shown(pilot.app))
    assert "◂ - ▸" in missing
    assert facts(alo, story) == {"plan_position": "agreed"}


async def test_several_are_ticked_and_only_what_changed_is_recorded(
    alo: Node, story: Story
) -> None:
    story.open_case({"plan_position": "dissents", "skills": ["sewing"]}, sentences=())
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "enter", "a", "tab", "tab", "space", "down", "down", "space")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "1 fact recorded" in shown(pilot.app))
    assert facts(alo, story) == {
        "plan_position": "dissents",
        "skills": ("sewing",),
        "wish_about": ("return_or_stay", "where_to_live"),
    }


async def test_changes_in_two_categories_are_recorded_at_once(alo: Node, story: Story) -> None:
    story.open_case({}, sentences=())
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "enter", "a", "tab", "right", "shift+tab", "right", "tab")
        await write(pilot, "খুলনা")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "2 facts recorded" in shown(pilot.app))
    assert facts(alo, story) == {"plan_position": "agreed", "present_town": "খুলনা"}


async def test_who_she_is_can_be_seen_and_written_only_while_names_are_shown(
    alo: Node, story: Story
) -> None:
    story.open_case({"given_name": "মিতালী"}, sentences=())
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "enter", "a", "right", "right", "right", "right")
        hidden = shown(pilot.app)
        await press(pilot, "f9")
        await until(pilot, lambda: "মিতালী" in shown(pilot.app))
        await press(pilot, "f9")
        await until(pilot, lambda: "F9 shows it" in shown(pilot.app))
        again = shown(pilot.app)
    assert "F9 shows it" in hidden
    assert ["মিতালী" in text for text in (hidden, again)] == [False, False]


async def test_changed_facts_are_a_draft_until_they_are_recorded(alo: Node, story: Story) -> None:
    story.open_case({}, sentences=())
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "enter", "a", "tab", "right", "escape")
        await until(pilot, lambda: front(pilot) == "CaseScreen")
        await press(pilot, "a")
        kept = shown(pilot.app)
    assert "◂ She agrees ▸" in kept
    assert facts(alo, story) == {}


# What is no longer so.


def to_facts(story: Story) -> ToFacts:
    return ToFacts(case_id=story.case_id)


async def empty(pilot: Pilot[None], field: str) -> None:
    """Take every character out of a field."""
    pilot.app.screen.query_one(f"#fact-{field} Input").focus()
    await press(pilot, "ctrl+e", "ctrl+u")


async def test_a_telephone_that_is_no_longer_safe_is_ended_with_a_y_and_goes_into_no_page(
    alo: Node, story: Story
) -> None:
    story.open_case({"plan_position": "agreed", "safe_phone": "+000 0000 0001"}, sentences=())
    async with unlocked(alo, size=LARGE) as pilot:
        await visit(pilot, to_facts(story))
        await press(pilot, "right")
        await until(pilot, lambda: "+000 0000 0001" in shown(pilot.app))
        await empty(pilot, "safe_phone")
        await until(pilot, lambda: "once it is recorded: " in shown(pilot.app))
        await press(pilot, "ctrl+s", "enter")
        asked, is_asked = shown(pilot.app), front(pilot) == "AskScreen"
        await press(pilot, "y")
        await until(pilot, lambda: "1 fact recorded" in shown(pilot.app))
    assert "No longer so: Safe phone. It goes into nothing" in asked
    # Enter is never a yes.
    assert is_asked
    assert facts(alo, story) == {"plan_position": "agreed"}


async def test_what_was_emptied_by_a_slip_stays_as_it_was_recorded(
    alo: Node, story: Story
) -> None:
    story.open_case({"safe_phone": "+000 0000 0001"}, sentences=())
    async with unlocked(alo) as pilot:
        await visit(pilot, to_facts(story))
        await press(pilot, "right")
        await empty(pilot, "safe_phone")
        await press(pilot, "ctrl+s", "n")
        await settled(pilot)
        await write(pilot, "+000 0000 0001")
        await until(pilot, lambda: "once it is recorded" not in shown(pilot.app))
    assert facts(alo, story) == {"safe_phone": "+000 0000 0001"}


async def test_a_choice_and_ticks_are_ended_as_a_text_is(alo: Node, story: Story) -> None:
    known: dict[str, FactInput] = {"plan_position": "agreed", "wish_about": ["work"]}
    story.open_case({**known, "present_town": "খুলনা"}, sentences=())
    async with unlocked(alo) as pilot:
        await visit(pilot, to_facts(story))
        await until(pilot, lambda: "She agrees" in shown(pilot.app))
        await press(pilot, "tab", "left", "tab")
        await press(
            pilot, *["down"] * [*CODES["wish_about"]].index("work"), "space", "ctrl+s", "y"
        )
        await until(pilot, lambda: "2 facts recorded" in shown(pilot.app))
    assert facts(alo, story) == {"present_town": "খুলনা"}


async def test_whoever_was_told_what_changed_is_named_before_and_after_it_is_recorded(
    alo: Node, story: Story
) -> None:
    story.up_to_dossier()
    async with unlocked(alo, size=LARGE) as pilot:
        await visit(pilot, to_facts(story))
        await press(pilot, "right")
        named = "Bandhan knows it as it was"
        before = named in shown(pilot.app)
        await empty(pilot, "safe_phone")
        await until(pilot, lambda: named in shown(pilot.app))
        await press(pilot, "ctrl+s")
        asked = " ".join(shown(pilot.app).split())
        await press(pilot, "y")
        await until(pilot, lambda: "1 fact recorded" in shown(pilot.app))
        await until(pilot, lambda: "once it is recorded" not in shown(pilot.app))
        after = named in shown(pilot.app)
    assert (before, named in asked, after) == (False, True, True)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("birth_date", "2004-11", "2004-11"),
        ("birth_date", "২০০৪", "2004"),
        ("number_of_children", "২", 2),
        ("skills", "sewing, school papers,", ["school_papers", "sewing"]),
        ("education", "PrimaryEducation", "PrimaryEducation"),
        ("present_town", "খুলনা", "খুলনা"),
        ("wish_about", ["work", "health"], ["health", "work"]),
    ],
)
def test_what_is_typed_is_recorded_in_its_shape(
    field: str, typed: str | list[str], value: object
) -> None:
    assert recorded({field: typed}) == {field: value}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("birth_date", "11.2004"),
        ("birth_date", "2004-13"),
        ("number_of_children", "two"),
        ("number_of_children", "-1"),
        ("skills", "সেলাই"),
        ("education", "8.5"),
    ],
)
def test_what_has_another_shape_is_refused_and_the_field_is_named(field: str, typed: str) -> None:
    with pytest.raises(UnfitError) as told:
        recorded({field: typed})
    assert told.value.field == field
    assert typed not in str(told.value)


@SIZES
@LANGUAGES
async def test_facts_look_so(
    alo: Node, story: Story, size: tuple[int, int], language: str
) -> None:
    story.open_case()
    async with unlocked(alo, size=size, language=language) as pilot:
        await press(pilot, "2", "enter", "a")
        await come_to_rest(pilot)
        check_snapshot(pilot.app, "facts_plan")
        await press(pilot, "right")
        await come_to_rest(pilot)
        check_snapshot(pilot.app, "facts_contact")
        await press(pilot, "right", "right", "right")
        await come_to_rest(pilot)
        check_snapshot(pilot.app, "facts_identity_hidden")
