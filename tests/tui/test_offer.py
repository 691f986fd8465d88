"""The offer: at the right stands exactly what leaves, and what is missing is said before anything is sent."""

from typing import Any, Final

import pytest

from node.services import peering
from protocol.codec import decode
from protocol.local import commands
from protocol.vocabulary.codes import ServiceGroup
from tests.support.cases import DAY
from tests.support.desk_app import (
    SMALL,
    desk_on,
    press,
    rows,
    seated,
    shown,
    unlock,
    unlocked,
    write,
)
from tests.support.federation import Federation, Node, done
from tests.support.locking import app_of
from tests.support.offering import KHULNA, LIVELIHOOD, fill_in
from tests.support.passing import let_pass, visit
from tests.support.story import FACTS, OFFER, SCOPE, Story
from tui.places import ToOffer


def offers_seen(federation: Federation, node: Node) -> list[Any]:
    """What arrived at a node as an offer, opened as it could."""
    return [seen for seen in federation.to(node) if seen.skeleton.type == "referral.offer/1"]


def without_frame(screen: str) -> list[str]:
    """The words at the right, however they are broken into lines."""
    return " ".join(row.partition("│")[2].strip(" │") for row in screen.splitlines()).split()


async def test_what_stood_at_the_right_is_what_arrives(
    alo: Node, bandhan: Node, story: Story, federation: Federation
) -> None:
    story.open_case()
    story.agree()
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToOffer(case_id=story.case_id))
        await fill_in(pilot, group=LIVELIHOOD, area=KHULNA)
        page = shown(pilot.app)
        await press(pilot, "ctrl+s")
        await let_pass(seat, pilot)
    story.settle()

    (seen,) = offers_seen(federation, bandhan)
    assert seen.content[0] == ServiceGroup.LIVELIHOOD.value
    assert seen.content[1] == "BD-khulna"
    assert "Work and income" in page
    assert "Khulna, Bangladesh" in page
    assert "Nothing else is in it." in page
    assert sorted(seen.content) == [0, 1, 2, 3, 4, 5, 6, 7]


async def test_only_partners_that_were_checked_can_be_chosen(
    strangers: Federation,
) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    introduced = done(bandhan.use(peering.make_introduction))
    done(alo.use(peering.add_peer, commands.AddPeer(introduction=introduced.introduction)))
    strangers.settle_all()
    story = Story(federation=strangers, alo=alo, bandhan=bandhan)
    story.open_case()

    async with unlocked(alo) as pilot:
        await visit(pilot, ToOffer(case_id=story.case_id))

        assert "[-] Bandhan  Card read, not checked" in shown(pilot.app)
        assert "No partner is checked yet" in shown(pilot.app)
        assert "v check a partner" in shown(pilot.app)
        assert "^s send" not in shown(pilot.app)


async def test_without_her_consent_the_screen_says_so_and_cannot_send(
    alo: Node, story: Story
) -> None:
    story.open_case()

    async with unlocked(alo) as pilot:
        await visit(pilot, ToOffer(case_id=story.case_id))

        assert "There is no consent of hers" in shown(pilot.app)
        assert "c ask her" in shown(pilot.app)
        assert "^s send" not in shown(pilot.app)
        await press(pilot, "ctrl+s")
    assert alo.rows("SELECT count(*) FROM held") == [(0,)]


async def test_without_her_position_on_the_plan_the_screen_says_so_and_cannot_send(
    alo: Node, story: Story
) -> None:
    story.open_case({name: value for name, value in FACTS.items() if name != "plan_position"})
    story.agree()

    async with unlocked(alo) as pilot:
        await visit(pilot, ToOffer(case_id=story.case_id))

        assert "Her own position on the plan" in shown(pilot.app)
        assert "p her position" in shown(pilot.app)
        assert "^s send" not in shown(pilot.app)


async def test_what_she_did_not_allow_cannot_be_ticked(alo: Node, story: Story) -> None:
    story.open_case()
    story.agree()

    async with unlocked(alo) as pilot:
        await visit(pilot, ToOffer(case_id=story.case_id))
        await press(pilot, *["tab", "space"] * 14)

        seen = shown(pilot.app)
        assert "[-] Her name and papers of identity" in seen
        assert "[-] Health: body" in seen
        assert "[x] Health" not in seen


async def test_a_district_is_a_part_of_the_area_and_never_free_text(
    alo: Node, story: Story
) -> None:
    story.open_case()
    story.agree()

    async with unlocked(alo) as pilot:
        await visit(pilot, ToOffer(case_id=story.case_id))
        await fill_in(pilot)
        await press(pilot, "shift+tab")
        await write(pilot, "Jessore Sadar")
        assert "Jessoresadar, Barishal" in " ".join(without_frame(shown(pilot.app)))
        await write(pilot, " 24")
        assert "Write the district in Latin" in " ".join(without_frame(shown(pilot.app)))
        assert "^s send" not in shown(pilot.app)


async def test_a_stopped_offer_leaves_nothing_anywhere(
    alo: Node, bandhan: Node, story: Story, federation: Federation
) -> None:
    story.open_case()
    story.agree()
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToOffer(case_id=story.case_id))
        await fill_in(pilot)
        await press(pilot, "ctrl+s", "u")
        await let_pass(seat, pilot)
    story.settle()

    assert offers_seen(federation, bandhan) == []
    assert alo.rows("SELECT count(*) FROM referrals") == [(0,)]


async def test_whoever_stops_an_offer_finds_its_form_as_it_was(alo: Node, story: Story) -> None:
    story.open_case()
    story.agree()
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToOffer(case_id=story.case_id))
        await fill_in(pilot, group=LIVELIHOOD)
        await press(pilot, "ctrl+s", "u")
        await let_pass(seat, pilot)
        await visit(pilot, ToOffer(case_id=story.case_id))

        assert "◂ Work and income ▸" in shown(pilot.app)


async def test_an_offer_that_left_leaves_no_draft(alo: Node, story: Story) -> None:
    story.open_case()
    story.agree()
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToOffer(case_id=story.case_id))
        await fill_in(pilot)
        await press(pilot, "ctrl+s")
        await press(pilot, "ctrl+l")
        await let_pass(seat, pilot)
    assert alo.rows("SELECT count(*) FROM drafts") == [(0,)]


async def test_a_half_filled_offer_is_there_again_after_locking(alo: Node, story: Story) -> None:
    story.open_case()
    story.agree()
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToOffer(case_id=story.case_id))
        await press(pilot, "tab", "right", "right", "right", "ctrl+l")
        assert "Work and income" not in shown(pilot.app)
        await unlock(pilot)
        await visit(pilot, ToOffer(case_id=story.case_id))

        assert "◂ Work and income ▸" in shown(pilot.app)


async def test_an_offer_in_another_language_of_the_desk_keeps_what_was_filled_in(
    alo: Node, story: Story
) -> None:
    story.open_case()
    story.agree()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToOffer(case_id=story.case_id))
        await fill_in(pilot, group=LIVELIHOOD)
        await press(pilot, "f4")
        await press(pilot, "f4")

        assert "◂ Work and income ▸" in shown(pilot.app)
        assert "Work and income" in shown(pilot.app).partition("Exactly")[2]


async def test_with_names_hidden_or_not_no_name_of_hers_stands_beside_an_offer(
    alo: Node, story: Story
) -> None:
    story.open_case()
    story.agree()
    async with unlocked(alo, size=SMALL) as pilot:
        await visit(pilot, ToOffer(case_id=story.case_id))
        await press(pilot, "f9")

        assert str(FACTS["given_name"]) not in shown(pilot.app)


@pytest.mark.parametrize("is_ticked", [True, False])
async def test_what_is_meant_to_be_told_later_changes_no_byte_of_the_offer(
    alo: Node, bandhan: Node, story: Story, federation: Federation, *, is_ticked: bool
) -> None:
    story.open_case()
    story.agree()
    expected = done(story.preview_offer(OFFER, SCOPE))
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToOffer(case_id=story.case_id))
        await fill_in(pilot, group=LIVELIHOOD, area=KHULNA)
        await press(pilot, "tab", "tab", "tab")
        if not is_ticked:
            await press(pilot, "space")
            assert "[ ] Her plan and wishes" in shown(pilot.app)
        await press(pilot, "ctrl+s")
        await let_pass(seat, pilot)
    story.settle()

    (seen,) = offers_seen(federation, bandhan)
    assert seen.content == decode(expected.content)


# Nothing is chosen before somebody chooses it.

STEPS: Final = {
    "Not chosen yet: Asks for, Where, Month": ["tab", "right"],
    "Not chosen yet: Where, Month": ["tab", "right"],
    "Not chosen yet: Month": ["tab", "tab", "right"],
}


async def test_what_is_needed_where_and_when_is_chosen_or_named_as_missing(
    alo: Node, story: Story
) -> None:
    story.open_case()
    story.agree()
    named, said = [], []
    async with unlocked(alo) as pilot:
        await visit(pilot, ToOffer(case_id=story.case_id))
        for keys in STEPS.values():
            named.append(" ".join(without_frame(shown(pilot.app))).partition(".")[0])
            assert "^s send" not in shown(pilot.app)
            await press(pilot, "ctrl+s")
            said.append(rows(pilot.app)[-3].strip(" !"))
            assert app_of(pilot).desk.held is None
            await press(pilot, *keys)
        assert "^s send" in shown(pilot.app)
    assert named == [*STEPS]
    assert said == [f"{one}." for one in STEPS]
    assert alo.rows("SELECT count(*) FROM held") == [(0,)]


async def test_what_was_turned_back_is_not_chosen_any_more(alo: Node, story: Story) -> None:
    story.open_case()
    story.agree()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToOffer(case_id=story.case_id))
        await fill_in(pilot)
        await press(pilot, "left", "left", "ctrl+s")
        assert "Not chosen yet: Month." in shown(pilot.app)
        assert "^s send" not in shown(pilot.app)
    assert alo.rows("SELECT count(*) FROM held") == [(0,)]


async def test_a_month_that_passed_while_the_form_lay_half_filled_is_to_be_chosen_again(
    alo: Node, story: Story
) -> None:
    story.open_case()
    story.agree()
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToOffer(case_id=story.case_id))
        await fill_in(pilot)
        await press(pilot, "escape")
        seat.node.clock.jump(70 * DAY)
        seat.clock.now = seat.node.now
        await visit(pilot, ToOffer(case_id=story.case_id))
        assert "◂ A place to stay ▸" in shown(pilot.app)
        assert "Not chosen yet: Month." in " ".join(without_frame(shown(pilot.app)))


async def test_what_she_has_to_be_asked_first_is_said_before_anything_is_chosen(
    alo: Node, story: Story
) -> None:
    story.open_case({name: value for name, value in FACTS.items() if name != "plan_position"})
    async with unlocked(alo) as pilot:
        await visit(pilot, ToOffer(case_id=story.case_id))
        assert "There is no consent of hers" in shown(pilot.app)
        assert "c ask her" in shown(pilot.app)
    story.agree()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToOffer(case_id=story.case_id))
        assert "Her own position on the plan" in " ".join(without_frame(shown(pilot.app)))
        assert "p her position" in shown(pilot.app)
