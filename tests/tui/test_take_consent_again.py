"""Asking her goes on where it stopped, in the language she hears, and once more when it is time."""

from protocol.limits import DAY
from protocol.vocabulary.codes import Condition, Purpose
from tests.support.asking_by_keys import (
    CONTACT,
    PLAN,
    THE_WISH,
    answer,
    asking,
    condition,
    field,
    how_she_said_yes,
    recorded,
)
from tests.support.desk_app import (
    LARGE,
    desk_on,
    press,
    rows,
    seated,
    settled,
    shown,
    unlock,
    unlocked,
    until,
)
from tests.support.federation import Federation, Node
from tests.support.locking import app_of
from tests.support.passing import visit
from tests.support.story import WISH, Story
from tui.places import ToTakeConsent


async def test_she_goes_on_where_she_stopped_after_the_screen_was_locked(
    story: Story, alo: Node
) -> None:
    story.open_case()
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, asking(story))
        await press(pilot, "f3")
        await answer(pilot, PLAN, "y")
        await answer(pilot, THE_WISH, "r")
        await press(pilot, "y", "ctrl+l")
        assert WISH.text not in shown(pilot.app)
        await unlock(pilot)
        await visit(pilot, asking(story))
        assert "[x]" in shown(pilot.app)
        assert "(●)" in shown(pilot.app)


async def test_what_is_half_asked_for_one_organisation_is_not_taken_for_another(
    story: Story, alo: Node, chautari: Node
) -> None:
    story.open_case()
    async with unlocked(alo) as pilot:
        await visit(pilot, asking(story))
        await press(pilot, "f3")
        await answer(pilot, PLAN, "y")
        await press(pilot, "escape")
        await visit(pilot, ToTakeConsent(case_id=story.case_id, peer=chautari.node_id))
        await press(pilot, "f3")
        assert "(●)" not in shown(pilot.app)
        await press(pilot, "escape")
        await visit(pilot, asking(story))
        assert "(●)" in shown(pilot.app)


async def test_the_way_back_is_asked_in_the_same_way(
    story: Story, alo: Node, bandhan: Node
) -> None:
    story.open_case()
    to = ToTakeConsent(case_id=story.case_id, peer=bandhan.node_id, is_way_back=True)
    async with unlocked(alo) as pilot:
        await visit(pilot, to)
        await press(pilot, "f3")
        await answer(pilot, PLAN, "y")
        # A year: on from 90 days, twice.
        await press(pilot, "tab", "right", "right")
        await how_she_said_yes(pilot)
        await press(pilot, "ctrl+s")
    (consent,) = recorded(alo)
    assert (consent.holder, consent.recipient) == (bandhan.node_id, alo.node_id)
    assert consent.purpose is Purpose.FOLLOW_UP
    assert consent.expires - consent.valid_from == 365 * 86_400
    assert consent.needs_confirmation


async def test_the_languages_turn_on_the_consent_screen_and_it_is_said_back_anew(
    story: Story, alo: Node
) -> None:
    story.open_case()
    async with unlocked(alo, language="en") as pilot:
        await visit(pilot, asking(story))
        assert "সম্মতি" in rows(pilot.app)[0] or "Consent" in rows(pilot.app)[0]
        await press(pilot, "f3")
        await answer(pilot, PLAN, "y")
        await press(pilot, "f3", "y", "f4")
        assert "Consent 3 of 4" in shown(pilot.app)
        await press(pilot, "f3")
        assert "Consent 3 of 4" in shown(pilot.app)
        assert "y she understood" in shown(pilot.app)


async def test_while_she_is_asked_f4_turns_only_what_is_read_to_her(
    story: Story, alo: Node
) -> None:
    story.open_case()
    async with unlocked(alo, language="en") as pilot:
        await visit(pilot, asking(story))
        in_english = ["Consent 1 of 4" in shown(pilot.app)]
        for _ in range(2):
            await press(pilot, "f4")
            in_english.append("Consent 1 of 4" in shown(pilot.app))
            assert app_of(pilot).desk.words.language == "en"
        assert in_english == [False, True, False]
        await press(pilot, "escape")
        assert "Today" in rows(pilot.app)[0]
    assert chosen_language(alo) == ""


async def test_a_language_chosen_for_the_desk_leaves_what_is_read_to_her_alone(
    story: Story, alo: Node
) -> None:
    story.open_case()
    async with unlocked(alo, language="en") as pilot:
        await visit(pilot, asking(story))
        app_of(pilot).speak("bn", digits="latin")
        await press(pilot, "f4")
        app_of(pilot).speak("bn", digits="native")
        await settled(pilot)
        assert "Consent 1 of 4" in shown(pilot.app)
        assert app_of(pilot).desk.words.language == "bn"
    assert chosen_language(alo) == "bn"


def chosen_language(node: Node) -> str:
    """What Rina's desk speaks when she comes back."""
    ((language,),) = node.rows(
        "SELECT language FROM user_settings JOIN users USING (user_id) WHERE name = 'Rina'"
    )
    return str(language)


async def test_asking_again_takes_the_place_of_the_consent_before(story: Story, alo: Node) -> None:
    story.open_case()
    first = story.agree()
    async with unlocked(alo) as pilot:
        await visit(pilot, asking(story))
        await press(pilot, "f3")
        await answer(pilot, PLAN, "y")
        await how_she_said_yes(pilot)
        await press(pilot, "ctrl+s")
    assert {one.supersedes for one in recorded(alo)} == {None, first}


async def test_what_she_said_back_weeks_ago_is_said_back_again_before_it_counts_as_said_today(
    story: Story, federation: Federation, alo: Node
) -> None:
    story.open_case()
    async with unlocked(alo, language="en") as pilot:
        await visit(pilot, asking(story))
        await press(pilot, "f4", "f3")
        await answer(pilot, PLAN, "y")
        await how_she_said_yes(pilot)
        assert "^s record" in shown(pilot.app)
        await press(pilot, "escape")
    federation.clock.forward(20 * DAY)
    async with unlocked(alo, language="en") as pilot:
        await visit(pilot, asking(story))
        first = shown(pilot.app)
        await press(pilot, "f3", "ctrl+s")
        second = shown(pilot.app)
        await press(pilot, "y", "f3")
        third = shown(pilot.app)
    assert "Consent 3 of 4" in first
    assert "! She said it back on another day." in first
    assert "Consent 3 of 4" in second
    assert "Choose how she said yes." in third
    assert recorded(alo) == []


async def test_what_she_keeps_says_all_she_agreed_to(story: Story, alo: Node) -> None:
    story.open_case()
    async with unlocked(alo, language="en", size=LARGE) as pilot:
        await visit(pilot, asking(story))
        await press(pilot, "f4", "f3")
        await answer(pilot, PLAN, "y")
        await answer(pilot, THE_WISH, "r")
        await press(pilot, "y")
        await answer(pilot, CONTACT, "y")
        await press(pilot, "e")
        await answer(pilot, field("present_town"), "n")
        await answer(pilot, condition(Condition.NOT_TO_FAMILY), "y")
        await how_she_said_yes(pilot)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "Her receipt: R-" in shown(pilot.app))
        receipt = shown(pilot.app)
    for said in (
        "May be told to Bandhan:",
        "This referral",
        "✓ Her plan and wishes",
        "✓ How to reach her",
        "- without: Town where she is now",
        f"“{WISH.text}”",
        "! Her conditions: Not to her family",
        "until 15 April 2027",
        "How to change your mind",
    ):
        assert said in receipt
