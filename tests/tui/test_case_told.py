"""What a case says of what was told: to us by others, first on the page; by us, never more than went."""

from typing import Final

import pytest

from protocol.messages.follow_up import FollowUpReport
from protocol.messages.referral import ReferralAnswerPersonal, ReferralDossier, ReferralOutcome
from tests.support.asking_by_keys import take_picture
from tests.support.desk_app import LARGE, SMALL, press, shown, unlocked, until
from tests.support.federation import Node
from tests.support.passing import visit
from tests.support.story import HER_WORDS, WISH, Story
from tui.places import ToCase
from tui.screens import ledger_lines

TALL: Final = (100, 90)
TOLD: Final = "What Alo Shelter told us, her own words first: Dossier"


def theirs(story: Story) -> ToCase:
    """Her case at Bandhan."""
    ((case_id,),) = story.bandhan.rows("SELECT case_id FROM cases")
    return ToCase(case_id=case_id)


async def read(node: Node, to: ToCase) -> str:
    async with unlocked(node, size=TALL) as pilot:
        await visit(pilot, to)
        return " ".join(shown(pilot.app).split())


def reading(node: Node) -> int:
    ((count,),) = node.rows("SELECT count(*) FROM audit WHERE event = 'message.read'")
    return int(count)


# What others told us.


async def test_where_she_was_referred_to_us_the_case_begins_with_what_she_let_them_tell_us(
    bandhan: Node, story: Story
) -> None:
    story.up_to_dossier()
    to = theirs(story)
    async with unlocked(bandhan, size=SMALL) as pilot:
        await visit(pilot, to)
        page = " ".join(shown(pilot.app).split())
    unread = reading(bandhan)
    async with unlocked(bandhan) as pilot:
        await visit(pilot, to)
        await press(pilot, "enter")
        await until(pilot, lambda: WISH.text in shown(pilot.app))

    assert page.index(TOLD) < page.index("Her own words Nothing written down here.")
    # It is opened, not shown: each reading is written down.
    assert WISH.text not in page
    assert (unread, reading(bandhan)) == (0, 1)


async def test_where_she_was_referred_to_us_the_case_says_what_she_agreed_to(
    bandhan: Node, story: Story
) -> None:
    story.up_to_dossier()
    page = await read(bandhan, theirs(story))
    agreed = page[page.index("What she agreed to") : page.index("What is known")]
    assert "✓ Alo Shelter may tell us: Her plan and wishes, How to reach her" in agreed
    assert "? Alo Shelter may know: Her plan and wishes" in agreed
    assert "Her conditions, in her words" in agreed
    assert "Nothing that counts now" not in agreed


async def test_what_she_withdrew_does_not_lead_the_case_any_more(
    bandhan: Node, story: Story
) -> None:
    story.up_to_dossier()
    story.withdraw()
    story.settle()
    to = theirs(story)
    async with unlocked(bandhan, size=SMALL) as pilot:
        await visit(pilot, to)
        page = shown(pilot.app)
    assert TOLD not in page
    assert "enter read" not in page


async def test_what_comes_back_about_her_leads_her_case_where_it_began(
    alo: Node, story: Story
) -> None:
    story.up_to_reports()
    async with unlocked(alo, size=TALL) as pilot:
        await visit(pilot, ToCase(case_id=story.case_id))
        page = " ".join(shown(pilot.app).split())
        await press(pilot, "enter")
        await until(pilot, lambda: HER_WORDS in shown(pilot.app))
    assert "What Bandhan told us, her own words first:" in page


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("language", ["en", "bn"])
async def test_a_case_that_others_referred_to_us_looks_so(
    bandhan: Node, story: Story, size: tuple[int, int], language: str
) -> None:
    story.up_to_dossier()
    to = theirs(story)
    async with unlocked(bandhan, size=size, language=language) as pilot:
        await visit(pilot, to)
        await take_picture(pilot, "case_told")


def test_what_the_desk_opens_as_a_page_is_what_the_node_shows_as_one() -> None:
    shown_as_a_page = {
        one.TYPE
        for one in (ReferralDossier, ReferralAnswerPersonal, ReferralOutcome, FollowUpReport)
    }
    assert shown_as_a_page == ledger_lines.PAGES


# What we told others.


async def test_an_offer_is_never_told_on_her_case_as_if_her_facts_had_gone(
    alo: Node, story: Story
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    to = ToCase(case_id=story.case_id)
    waiting = await read(alo, to)
    story.settle()
    arrived = await read(alo, to)

    def happened(page: str) -> str:
        return page[page.index("What happened") :]

    offer = "that somebody needs help, with nothing about her"
    assert f"On its way to Bandhan: {offer} · Waiting to leave" in happened(waiting)
    assert f"Told Bandhan: {offer} · arrived 15 Jan" in happened(arrived)
    for page in (waiting, arrived):
        assert "How to reach her" not in happened(page)


async def test_a_case_tells_the_kinds_of_facts_that_really_went_and_a_copy_of_her_consent_as_one(
    alo: Node, story: Story
) -> None:
    story.up_to_dossier()
    page = await read(alo, ToCase(case_id=story.case_id))
    happened = page[page.index("What happened") :]
    told = "her own words, Her plan and wishes, How to reach her, Work and learning"
    assert f"Told Bandhan: {told} · arrived 15 Jan" in happened
    assert "Told Bandhan: what she agreed to · arrived 15 Jan" in happened
    assert "Told Bandhan: ·" not in happened
