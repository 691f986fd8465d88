"""What the referral screens looked like when somebody last looked at them."""

from node.services import answering
from protocol.local import commands
from protocol.vocabulary.codes import Question
from tests.support.desk_app import press, settled, unlocked
from tests.support.federation import Node, done
from tests.support.offering import fill_in
from tests.support.passing import visit
from tests.support.snapshots import LOOKS, check_snapshot
from tests.support.story import Story
from tui.places import ToDossier, ToOffer


@LOOKS
async def test_how_the_offer_looks(
    alo: Node, story: Story, language: str, size: tuple[int, int]
) -> None:
    story.open_case()
    story.agree()

    async with unlocked(alo, size=size, language=language) as pilot:
        await visit(pilot, ToOffer(case_id=story.case_id))
        await fill_in(pilot)
        check_snapshot(pilot.app, "offer")


@LOOKS
async def test_how_an_offer_looks_that_cannot_be_made_yet(
    alo: Node, story: Story, language: str, size: tuple[int, int]
) -> None:
    story.open_case()

    async with unlocked(alo, size=size, language=language) as pilot:
        await visit(pilot, ToOffer(case_id=story.case_id))
        check_snapshot(pilot.app, "offer_without_consent")


@LOOKS
async def test_how_our_referrals_look_with_a_question_in_one(
    alo: Node, story: Story, language: str, size: tuple[int, int]
) -> None:
    story.open_case()
    story.agree()
    story.agree_way_back()
    story.offer()
    story.settle()
    question = commands.AskAboutOffer(thread=story.thread, question=Question.CHILDREN_WITH_HER)
    done(story.bandhan.use(answering.ask, question))
    story.settle()

    async with unlocked(alo, size=size, language=language) as pilot:
        await press(pilot, "3")
        check_snapshot(pilot.app, "refer")
        await press(pilot, "enter")
        check_snapshot(pilot.app, "referral_of_ours")
        await press(pilot, "a")
        check_snapshot(pilot.app, "answer_to_a_question")


@LOOKS
async def test_how_an_offer_to_us_looks(
    bandhan: Node, story: Story, language: str, size: tuple[int, int]
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()

    async with unlocked(bandhan, size=size, language=language) as pilot:
        await press(pilot, "4")
        check_snapshot(pilot.app, "inbox")
        await press(pilot, "enter")
        check_snapshot(pilot.app, "referral_to_us")
        await press(pilot, "a")
        check_snapshot(pilot.app, "answer_yes")
        await press(pilot, "escape", "x")
        check_snapshot(pilot.app, "answer_no")


@LOOKS
async def test_how_the_dossier_looks_before_it_is_sent(
    alo: Node, story: Story, language: str, size: tuple[int, int]
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()

    async with unlocked(alo, size=size, language=language) as pilot:
        await visit(pilot, ToDossier(thread=story.thread))
        # How far down the page one is, is drawn after the page.
        await settled(pilot)
        check_snapshot(pilot.app, "dossier")


@LOOKS
async def test_how_a_dossier_looks_that_came(
    bandhan: Node, story: Story, language: str, size: tuple[int, int]
) -> None:
    story.up_to_dossier()

    async with unlocked(bandhan, size=size, language=language) as pilot:
        await press(pilot, "4", "enter")
        check_snapshot(pilot.app, "referral_with_a_dossier")
        await press(pilot, "enter")
        check_snapshot(pilot.app, "message")
