"""Who knows what about her: what left, whether it arrived, how it ended; and what others told us."""

import pytest
from textual.pilot import Pilot

from tests.support.asking_by_keys import take_picture
from tests.support.desk_app import LARGE, SMALL, press, shown, unlocked, until, write
from tests.support.federation import Federation, Node
from tests.support.passing import visit
from tests.support.story import FACTS, HER_WORDS, Story
from tui.places import ToLedger
from tui.screens.ledger import LedgerScreen

BOTH_SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])
BOTH_LANGUAGES = pytest.mark.parametrize("language", ["en", "bn"])


async def test_what_left_says_when_to_whom_what_and_until_when(story: Story, alo: Node) -> None:
    story.up_to_dossier()
    async with unlocked(alo, size=LARGE) as pilot:
        await visit(pilot, ToLedger(case_id=story.case_id))
        seen = shown(pilot.app)
    for said in (
        "Bandhan",
        "arrived 15 Jan ✓",
        "Her plan and wishes: What her wishes are about, Her position on the plan",
        "How to reach her: Town where she is now, Safe phone",
        "In her own words: ",
        "until 15 April 2027",
    ):
        assert said in seen


async def test_what_has_not_arrived_says_so(
    story: Story, federation: Federation, alo: Node, bandhan: Node
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    bandhan.is_locked = True
    story.dossier()
    federation.settle_all()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToLedger(case_id=story.case_id))
        seen = shown(pilot.app)
    assert "Left in their mailbox" in seen
    # The offer before it has.
    assert seen.count("arrived") == 1


async def test_what_she_took_back_on_its_way_is_told_as_open_until_they_say_what_had_come(
    story: Story, federation: Federation, alo: Node, bandhan: Node
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    federation.deliver(alo)
    federation.box(bandhan).clear()
    story.withdraw()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToLedger(case_id=story.case_id))
        before = shown(pilot.app)
    federation.settle_all()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToLedger(case_id=story.case_id))
        after = shown(pilot.app)
    assert "taken back: not known yet if it had come …" in before
    assert "taken back before it left ✓" not in before
    assert "taken back before it left ✓" in after


async def test_an_offer_is_never_told_as_if_her_facts_had_gone(story: Story, alo: Node) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToLedger(case_id=story.case_id))
        seen = shown(pilot.app)
    assert "that somebody needs help, with nothing about her" in seen
    assert "How to reach her" not in seen
    assert "Her plan and wishes" not in seen


async def test_a_withdrawal_is_told_line_by_line(
    story: Story, federation: Federation, alo: Node, bandhan: Node
) -> None:
    story.up_to_dossier()
    bandhan.is_locked = True
    story.withdraw()
    federation.settle_all()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToLedger(case_id=story.case_id))
        assert "she withdrew 15 Jan: not reached yet: call them" in shown(pilot.app)
    bandhan.is_locked = False
    federation.settle_all()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToLedger(case_id=story.case_id))
        assert "she withdrew 15 Jan: Erased there" in shown(pilot.app)


async def test_what_others_told_us_is_opened_from_here(story: Story, alo: Node) -> None:
    story.up_to_reports()
    async with unlocked(alo, size=LARGE) as pilot:
        await visit(pilot, ToLedger(case_id=story.case_id))
        assert "What others told us about her" in shown(pilot.app)
        assert "enter open" not in shown(pilot.app)
        await press(pilot, "end", "enter")
        assert HER_WORDS in shown(pilot.app)


async def test_a_copy_of_her_consent_is_not_offered_to_be_opened_as_a_page(
    story: Story, bandhan: Node
) -> None:
    story.up_to_dossier()
    ((case_id,),) = bandhan.rows("SELECT case_id FROM cases")
    offered = {}
    async with unlocked(bandhan, size=LARGE) as pilot:
        await visit(pilot, ToLedger(case_id=case_id))
        await press(pilot, "home")
        # Two copies of consents and a dossier came.
        for _ in range(3):
            kind = chosen_kind(pilot)
            offered[kind] = "enter open" in shown(pilot.app)
            await press(pilot, "down")
    assert offered == {"consent.copy/1": False, "referral.dossier/1": True}


def chosen_kind(pilot: Pilot[None]) -> str:
    screen = pilot.app.screen
    assert isinstance(screen, LedgerScreen)
    assert screen._chosen is not None
    return screen._chosen.type


async def test_nothing_that_left_is_said_calmly(story: Story, alo: Node) -> None:
    story.open_case()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToLedger(case_id=story.case_id))
        assert "Nothing about her has left this office" in shown(pilot.app)


@pytest.mark.parametrize(
    ("key", "heading"),
    [
        ("w", "She changes her mind"),
        ("c", "What she agreed to"),
    ],
)
async def test_the_ledger_leads_on(story: Story, alo: Node, key: str, heading: str) -> None:
    story.up_to_dossier()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToLedger(case_id=story.case_id))
        await press(pilot, key)
        assert heading in shown(pilot.app)


@pytest.mark.parametrize(
    ("key", "heading"),
    [
        ("enter", "Who knows what about ALO-17"),
        ("w", "She changes her mind"),
        ("c", "What she agreed to"),
    ],
)
async def test_the_place_of_sharing_leads_from_a_case(
    story: Story, alo: Node, key: str, heading: str
) -> None:
    story.open_case()
    async with unlocked(alo) as pilot:
        await press(pilot, "8")
        assert "ALO-17" in shown(pilot.app)
        await press(pilot, key)
        assert heading in shown(pilot.app)


async def test_a_case_is_found_by_its_number(story: Story, alo: Node) -> None:
    story.open_case()
    story.open_case(number="ALO-18")
    async with unlocked(alo) as pilot:
        await press(pilot, "8", "slash")
        await write(pilot, "ALO-18")
        assert "ALO-17" not in shown(pilot.app)
        await press(pilot, "enter", "enter")
        assert "Who knows what about ALO-18" in shown(pilot.app)


@BOTH_SIZES
@BOTH_LANGUAGES
async def test_the_ledger_looks_as_it_did(
    story: Story, alo: Node, size: tuple[int, int], language: str
) -> None:
    story.up_to_reports()
    async with unlocked(alo, size=size, language=language) as pilot:
        await press(pilot, "8")
        await take_picture(pilot, "sharing")
        await press(pilot, "enter")
        await take_picture(pilot, "ledger")
    story.withdraw()
    story.settle()
    async with unlocked(alo, size=size, language=language) as pilot:
        await visit(pilot, ToLedger(case_id=story.case_id))
        await take_picture(pilot, "ledger_withdrawn")


async def test_a_case_that_is_found_by_how_a_name_sounds_says_what_its_sign_means(
    story: Story, alo: Node
) -> None:
    story.open_case({**FACTS, "known_as": "রহিমা"})
    async with unlocked(alo, language="en") as pilot:
        await press(pilot, "8", "slash")
        await write(pilot, "Raheema")
        await until(pilot, lambda: "the name sounds alike" in shown(pilot.app))
        assert "≈ ░░░░░░" in shown(pilot.app)
