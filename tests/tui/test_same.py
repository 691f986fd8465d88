"""Other cases that may be hers: seen from the case, opened beside it, judged with one key, names hidden."""

import pytest

from tests.support.desk_app import LARGE, SMALL, press, rows, shown, unlocked, until
from tests.support.federation import Node
from tests.support.snapshots import check_snapshot
from tests.support.story import FACTS, Story
from tui.screens.case import CaseScreen
from tui.screens.same import SameScreen

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])
LANGUAGES = pytest.mark.parametrize("language", ["en", "bn"])
HERS = {"given_name": "রহিমা", "family_name": "খাতুন"}


def fill(story: Story) -> None:
    """Two cases that may be one person, and one that is somebody else's; the newest is opened first."""
    story.open_case({**FACTS, "given_name": "Sunita"}, number="ALO-46", sentences=())
    story.open_case(
        {**FACTS, "given_name": "Raheema", "family_name": "Khatoon", "home_district": "খুলনা"},
        number="ALO-47",
        sentences=(),
    )
    story.open_case({**FACTS, **HERS, "home_district": "খুলনা"}, number="ALO-48")


@SIZES
@LANGUAGES
async def test_a_case_says_that_she_may_be_here_already_and_a_key_looks(
    alo: Node, story: Story, size: tuple[int, int], language: str
) -> None:
    fill(story)
    async with unlocked(alo, size=size, language=language) as pilot:
        await press(pilot, "2", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, CaseScreen))
        check_snapshot(pilot.app, "case_perhaps_same")
        await press(pilot, "s")
        await until(pilot, lambda: "ALO-47" in shown(pilot.app))
        check_snapshot(pilot.app, "same")
        text = shown(pilot.app)
    assert not any(name in text for name in ("Raheema", "Khatoon", "রহিমা"))


async def test_one_key_says_it_and_the_case_shows_it(alo: Node, story: Story) -> None:
    fill(story)
    async with unlocked(alo, language="en") as pilot:
        await press(pilot, "2", "enter", "s")
        await until(pilot, lambda: "nobody looked yet" in shown(pilot.app))
        await press(pilot, "s")
        await until(pilot, lambda: "Written down for both cases." in shown(pilot.app))
        await press(pilot, "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, CaseScreen))
        await until(pilot, lambda: "The same person as in ALO-47." in shown(pilot.app))
        assert "Perhaps here already" not in shown(pilot.app)


async def test_somebody_else_is_not_offered_again_and_can_be_said_otherwise(
    alo: Node, story: Story
) -> None:
    fill(story)
    async with unlocked(alo, language="en") as pilot:
        await press(pilot, "2", "enter", "s")
        await until(pilot, lambda: "nobody looked yet" in shown(pilot.app))
        await press(pilot, "a")
        await until(pilot, lambda: "another person" in "".join(rows(pilot.app)[1:4]))
        await press(pilot, "s")
        await until(pilot, lambda: "the same person" in "".join(rows(pilot.app)[1:4]))
        assert isinstance(pilot.app.screen, SameScreen)


async def test_where_nobody_looks_like_her_there_is_no_line_and_no_key(
    alo: Node, story: Story
) -> None:
    story.open_case()
    async with unlocked(alo, language="en") as pilot:
        await press(pilot, "2", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, CaseScreen))
        text = shown(pilot.app)
        await press(pilot, "s")
        assert isinstance(pilot.app.screen, CaseScreen)
    assert "Perhaps here already" not in text
