"""What she agreed to, in plain words, on both sides; hearing it from her; further sentences of hers."""

import pytest
from textual.pilot import Pilot

from node.services import consenting
from protocol.local import commands
from tests.support.asking_by_keys import PLAN, THE_FEAR, THE_WISH, answer, take_picture, ticks
from tests.support.desk_app import LARGE, SMALL, press, shown, unlocked, until
from tests.support.federation import Node, done
from tests.support.passing import visit
from tests.support.story import FEAR, KEPT_FEAR, WISH, Story
from tui.places import (
    ToConsents,
    ToReferral,
    ToTakeConsent,
    ToThreadConsents,
    ToTickSentences,
    ToWithdrawThread,
)
from tui.wording import LANGUAGES

BOTH_SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])
BOTH_LANGUAGES = pytest.mark.parametrize("language", ["en", "bn"])


def confirmed(node: Node) -> int:
    sql = "SELECT count(*) FROM consent_events WHERE event = 'confirmed_by_holder'"
    ((count,),) = node.rows(sql)
    return int(count)


async def test_each_consent_says_to_whom_for_what_what_and_until_when(
    story: Story, alo: Node
) -> None:
    story.open_case()
    story.agree(excluded_fields=["present_town"])
    async with unlocked(alo) as pilot:
        await visit(pilot, ToConsents(case_id=story.case_id))
        seen = shown(pilot.app)
    for said in (
        "we may tell Bandhan · This referral",
        "Valid ✓  until 15 April 2027",
        "How to reach her, Her plan and wishes, Work and learning",
        "and 2 of her sentences, word for word",
        "without: Town where she is now",
    ):
        assert said in seen


async def test_a_way_back_that_nobody_heard_says_so(story: Story, alo: Node) -> None:
    story.open_case()
    story.agree_way_back()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToConsents(case_id=story.case_id))
        seen = shown(pilot.app)
        assert "Bandhan may tell us" in seen
        assert "Not heard from her yet ?" in seen
        assert "It begins when Bandhan has heard it from her, in private." in seen
        # It is theirs to hear.
        assert "k heard it from her" not in seen
        await press(pilot, "k", "y")
    assert confirmed(alo) == 0


async def at_the_way_back(pilot: Pilot[None], story: Story) -> None:
    """The cursor stands on the consent that she is to be asked about again."""
    await visit(pilot, ToThreadConsents(thread=story.thread))
    for _ in range(3):
        if "n she said no" in shown(pilot.app):
            return
        await press(pilot, "down")
    assert "n she said no" in shown(pilot.app)


def said_no(node: Node) -> int:
    ((count,),) = node.rows("SELECT count(*) FROM consent_events WHERE event = 'refused'")
    return int(count)


async def test_her_no_to_the_holders_worker_is_recorded_once_it_was_asked_about(
    story: Story, bandhan: Node
) -> None:
    story.up_to_dossier()
    async with unlocked(bandhan, size=LARGE) as pilot:
        await at_the_way_back(pilot, story)
        await press(pilot, "n", "n")
        is_open = "Not heard from her yet" in shown(pilot.app)
    before = said_no(bandhan), is_open
    async with unlocked(bandhan, size=LARGE) as pilot:
        await at_the_way_back(pilot, story)
        await press(pilot, "n", "y")
        await until(pilot, lambda: "Recorded: she said no." in shown(pilot.app))
        after = shown(pilot.app)

    assert before == (0, True)
    assert said_no(bandhan) == 1
    assert "She said no ✗" in after
    assert "They are not told of her no." in after
    assert "k heard it from her" not in after


async def test_what_she_said_no_to_may_still_be_withdrawn_so_that_they_know(
    story: Story, bandhan: Node
) -> None:
    story.up_to_dossier()
    refuse = commands.RefuseConsent(consent_id=story.way_back)
    done(bandhan.use(consenting.refuse_consent, refuse))
    async with unlocked(bandhan, size=LARGE) as pilot:
        await visit(pilot, ToWithdrawThread(thread=story.thread))

        assert "She said no ✗" in shown(pilot.app)
        assert "She has withdrawn nothing so far." in shown(pilot.app)


async def test_the_holders_worker_confirms_what_she_heard_in_private(
    story: Story, bandhan: Node
) -> None:
    story.up_to_dossier()
    for key, count in (("n", 0), ("y", 1)):
        async with unlocked(bandhan) as pilot:
            await visit(pilot, ToReferral(thread=story.thread))
            await press(pilot, "c", "end")
            # The other consent is not theirs to hear; they may stand in either order.
            await press(pilot, *([] if "k heard it from her" in shown(pilot.app) else ["home"]))
            await press(pilot, "k")
            assert "in private" in shown(pilot.app)
            await press(pilot, key)
            assert ("It is valid now." in shown(pilot.app)) == bool(count)
        assert confirmed(bandhan) == count


async def test_a_consent_that_was_replaced_is_not_called_withdrawn(
    story: Story, alo: Node
) -> None:
    story.open_case()
    first = story.agree()
    story.agree(supersedes=first)
    async with unlocked(alo) as pilot:
        await visit(pilot, ToConsents(case_id=story.case_id))
        assert "A newer one took its place" in shown(pilot.app)
        assert "She withdrew" not in shown(pilot.app)


async def test_asking_and_the_way_back_begin_here(story: Story, alo: Node) -> None:
    story.open_case()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToConsents(case_id=story.case_id))
        await press(pilot, "c", "f4")
        assert "whether they can help you" in " ".join(shown(pilot.app).split())
        await press(pilot, "escape", "b", "f4")
        assert "May they tell us later how you are?" in " ".join(shown(pilot.app).split())


async def test_a_case_at_the_receiving_side_shows_what_she_agreed_to_before(
    story: Story, bandhan: Node
) -> None:
    story.up_to_dossier()
    ((case_id,),) = bandhan.rows("SELECT case_id FROM cases")
    async with unlocked(bandhan, size=LARGE) as pilot:
        await visit(pilot, ToConsents(case_id=case_id))
        seen = shown(pilot.app)
        assert "Alo Shelter may tell us" in seen
        assert "we may tell Alo Shelter" in seen
        # Which of her sentences may go was asked over there.
        for key in ("home", "end"):
            await press(pilot, key)
            assert "t her sentences" not in shown(pilot.app)


# Further sentences.


async def test_a_further_sentence_goes_after_it_was_read_back(story: Story, alo: Node) -> None:
    story.open_case()
    consent = story.agree(texts=[WISH.hash])
    to = ToTickSentences(case_id=story.case_id, consent_id=consent)
    async with unlocked(alo) as pilot:
        await visit(pilot, to)
        assert "^s record" not in shown(pilot.app)
        await press(pilot, "down", "r")
        assert FEAR.text in shown(pilot.app)
        assert KEPT_FEAR.text not in shown(pilot.app)
        await press(pilot, "y", "ctrl+s")
    assert ticks(alo) == {WISH.hash, FEAR.hash}


@pytest.mark.parametrize("key", ["n", "escape", "enter", "space"])
async def test_a_further_sentence_that_was_not_read_back_does_not_go(
    story: Story, alo: Node, key: str
) -> None:
    story.open_case()
    consent = story.agree(texts=[WISH.hash])
    async with unlocked(alo) as pilot:
        await visit(pilot, ToTickSentences(case_id=story.case_id, consent_id=consent))
        await press(pilot, "down", "r", key, "ctrl+s")
    assert ticks(alo) == {WISH.hash}


async def test_her_consents_lead_to_further_sentences(story: Story, alo: Node) -> None:
    story.open_case()
    story.agree()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToConsents(case_id=story.case_id))
        await press(pilot, "t")
        assert "goes already with this consent" in shown(pilot.app)
        assert "stays here; r reads it back to her" in shown(pilot.app)


async def test_what_ended_takes_no_further_sentence(story: Story, alo: Node) -> None:
    story.open_case()
    story.agree()
    command = commands.WithdrawConsent(consent_id=story.consent, wanted="erase")  # type: ignore[arg-type]
    alo.use(consenting.withdraw_consent, command)
    async with unlocked(alo) as pilot:
        await visit(pilot, ToConsents(case_id=story.case_id))
        assert "t her sentences" not in shown(pilot.app)


# How it looks.


@BOTH_SIZES
@BOTH_LANGUAGES
async def test_her_consents_look_as_they_did(
    story: Story, alo: Node, size: tuple[int, int], language: str
) -> None:
    story.open_case()
    story.agree(excluded_fields=["present_town"])
    story.agree_way_back()
    async with unlocked(alo, size=size, language=language) as pilot:
        await visit(pilot, ToConsents(case_id=story.case_id))
        await take_picture(pilot, "consents")
        to = ToTickSentences(case_id=story.case_id, consent_id=story.consent)
        await visit(pilot, to)
        await take_picture(pilot, "tick_sentences")


@BOTH_SIZES
@BOTH_LANGUAGES
async def test_asking_her_looks_as_it_did(
    story: Story, alo: Node, size: tuple[int, int], language: str
) -> None:
    story.open_case()
    # It is read to her in her own language.
    tag = LANGUAGES[language].tag
    alo.write(lambda unit: unit.vault.execute("UPDATE cases SET language = ?", (tag,)))
    to = ToTakeConsent(case_id=story.case_id, peer=story.bandhan.node_id)
    async with unlocked(alo, size=size, language=language) as pilot:
        await visit(pilot, to)
        await take_picture(pilot, "take_consent_1")
        await press(pilot, "f3")
        await answer(pilot, PLAN, "y")
        # A second after the first answer the heading says that it is kept, and goes on saying so.
        await until(pilot, lambda: bool(pilot.app.screen.mark()))  # type: ignore[attr-defined]
        await answer(pilot, THE_FEAR, "n")
        await answer(pilot, THE_WISH, "r")
        await take_picture(pilot, "take_consent_read_back")
        await press(pilot, "y")
        await take_picture(pilot, "take_consent_2")
        await press(pilot, "f3")
        await take_picture(pilot, "take_consent_3")
        await press(pilot, "y", "f3")
        await take_picture(pilot, "take_consent_4")
        await press(pilot, "right", "right", "tab", "right", "ctrl+s")
        await take_picture(pilot, "take_consent_receipt")
