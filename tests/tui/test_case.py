"""One case: her own words first and word for word."""

import pytest
from textual.pilot import Pilot

from tests.support.desk_app import LARGE, SMALL, press, settled, shown, unlocked, until
from tests.support.drawing import check_drawn
from tests.support.federation import Node
from tests.support.snapshots import check_snapshot
from tests.support.story import FACTS, FEAR, WISH, Story

NAME = "মিতু"
SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])
LANGUAGES = pytest.mark.parametrize("language", ["en", "bn"])
KNOWN = {**FACTS, "known_as": NAME}
TALL = (80, 90)


async def come_to_rest(pilot: Pilot[None]) -> None:
    """Panes that were laid out anew have their scroll bar one turn later."""
    for _ in range(3):
        await settled(pilot)


def front(pilot: Pilot[None]) -> str:
    return pilot.app.screen.__class__.__name__


def place(text: str, part: str) -> int:
    assert part in text, part
    return text.index(part)


async def test_her_words_stand_before_everything_else(alo: Node, story: Story) -> None:
    story.up_to_reports()
    async with unlocked(alo, size=TALL) as pilot:
        await press(pilot, "2", "enter")
        text = shown(pilot.app)
    parts = [
        WISH.text,
        FEAR.text,
        "Path of care",
        "What she agreed to",
        "What is known",
        "What happened",
    ]
    assert [place(text, part) for part in parts] == sorted(place(text, part) for part in parts)


async def test_her_words_stand_with_their_kind_language_and_day(alo: Node, story: Story) -> None:
    story.open_case()
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "enter")
        lines = shown(pilot.app).splitlines()
    above = next(number for number, line in enumerate(lines) if WISH.text in line) - 1
    assert lines[above].strip() == "Her wish  Bengali · 15 January 2027"


async def test_codes_are_said_in_words(alo: Node, story: Story) -> None:
    story.open_case()
    async with unlocked(alo, size=TALL) as pilot:
        await press(pilot, "2", "enter")
        text = shown(pilot.app)
    assert "How to contact her: Phone" in text
    assert "Never contact her so: In the evening, Visit" in text
    assert "Her position on the plan: She agrees" in text


async def test_the_path_says_who_had_her_who_has_her_and_who_may_have_her(
    alo: Node, story: Story
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    async with unlocked(alo, size=TALL) as pilot:
        await press(pilot, "2", "enter")
        before = shown(pilot.app)
    story.accept()
    story.settle()
    story.dossier()
    story.settle()
    story.arrive()
    story.settle()
    async with unlocked(alo, size=TALL) as pilot:
        await press(pilot, "2", "enter")
        after = shown(pilot.app)
    assert ["◉ ┄" in text for text in (before, after)] == [True, False]
    assert ["● ─" in text for text in (before, after)] == [False, True]
    assert "Offer arrived, no answer yet" in before
    assert "She has arrived" in after


async def test_a_consent_that_counts_is_said_and_a_withdrawn_one_is_not(
    alo: Node, story: Story
) -> None:
    story.open_case()
    story.agree()
    async with unlocked(alo, size=TALL) as pilot:
        await press(pilot, "2", "enter")
        live = shown(pilot.app)
    story.withdraw()
    async with unlocked(alo, size=TALL) as pilot:
        await press(pilot, "2", "enter")
        withdrawn = shown(pilot.app)
    assert "✓ Bandhan may know: Her plan and wishes, How to reach her" in live
    assert "Bandhan may know" not in withdrawn
    assert "nothing about her may leave" in withdrawn


@pytest.mark.parametrize(("days", "ends_soon"), [(14, True), (15, False)])
async def test_a_consent_that_ends_within_two_weeks_says_so(
    *, days: int, ends_soon: bool, alo: Node, story: Story
) -> None:
    story.open_case()
    story.agree(days=days)
    async with unlocked(alo, size=TALL) as pilot:
        await press(pilot, "2", "enter")
        assert ("ends soon" in shown(pilot.app)) is ends_soon


async def test_what_left_and_when_it_arrived_is_told(alo: Node, story: Story) -> None:
    story.up_to_dossier()
    async with unlocked(alo, size=TALL) as pilot:
        await press(pilot, "2", "enter")
        text = " ".join(shown(pilot.app).split())
    told = "her own words, Her plan and wishes, How to reach her, Work and learning"
    assert f"Told Bandhan: {told} · arrived 15 Jan" in text
    assert "We asked Bandhan: Work and income" in text
    assert "The case was opened here" in text


@pytest.mark.parametrize(
    ("keys", "screen"),
    [
        (["n"], "WordsScreen"),
        (["a"], "FactsScreen"),
        (["r"], "OfferScreen"),
        (["c"], "ConsentsScreen"),
        (["w"], "WithdrawScreen"),
        (["l"], "LedgerScreen"),
        (["o"], "ReferralScreen"),
        (["left", "o"], "CaseScreen"),
        (["escape"], "CasesScreen"),
    ],
)
async def test_each_key_leads_to_its_screen(
    keys: list[str], screen: str, alo: Node, story: Story
) -> None:
    story.up_to_reports()
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "enter", *keys)
        assert front(pilot) == screen


async def test_what_is_longer_than_the_screen_is_read_on_with_the_arrows(
    alo: Node, story: Story
) -> None:
    story.up_to_reports()
    async with unlocked(alo) as pilot:
        await press(pilot, "2", "enter", "pagedown", "pagedown", "pagedown")
        await until(pilot, lambda: "The case was opened here" in shown(pilot.app))
        await press(pilot, "pageup", "pageup", "pageup")
        await until(pilot, lambda: WISH.text in shown(pilot.app))


@SIZES
@LANGUAGES
async def test_a_case_looks_so(
    alo: Node, story: Story, size: tuple[int, int], language: str
) -> None:
    story.open_case(KNOWN)
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    async with unlocked(alo, size=size, language=language) as pilot:
        await press(pilot, "2", "enter")
        await come_to_rest(pilot)
        check_snapshot(pilot.app, "case")
        if size == SMALL:
            check_drawn(pilot.app)
        await press(pilot, "f9")
        await until(pilot, lambda: NAME in shown(pilot.app))
        await come_to_rest(pilot)
        check_snapshot(pilot.app, "case_with_names")


@SIZES
@LANGUAGES
async def test_a_case_of_which_nothing_is_known_looks_so(
    alo: Node, story: Story, size: tuple[int, int], language: str
) -> None:
    story.open_case({}, sentences=())
    async with unlocked(alo, size=size, language=language) as pilot:
        await press(pilot, "2", "enter")
        await come_to_rest(pilot)
        check_snapshot(pilot.app, "case_empty")
