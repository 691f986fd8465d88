"""What the screens looked like that no other test takes a picture of."""

import pytest

from tests.support.desk_app import (
    LARGE,
    desk_on,
    press,
    seated,
    settled,
    shown,
    unlocked,
    until,
    write,
)
from tests.support.federation import Node
from tests.support.passing import visit
from tests.support.snapshots import LOOKS, check_snapshot
from tests.support.story import Story
from tui.places import Saying, ToAnswer, ToPlainWords, ToSettings
from tui.wording import glossary

SETTINGS_WORD = {"en": "settings", "bn": "সেটিং"}


@LOOKS
async def test_how_the_lock_looks(alo: Node, language: str, size: tuple[int, int]) -> None:
    async with seated(alo) as seat, desk_on(seat, size=size, language=language) as pilot:
        await settled(pilot)
        check_snapshot(pilot.app, "unlock")
        await write(pilot, "Rina")
        await press(pilot, "enter")
        await write(pilot, "not this one")
        await press(pilot, "enter")
        check_snapshot(pilot.app, "unlock-refused")


@LOOKS
async def test_how_help_looks(alo: Node, language: str, size: tuple[int, int]) -> None:
    async with unlocked(alo, size=size, language=language) as pilot:
        await press(pilot, "f1")
        check_snapshot(pilot.app, "help")


@LOOKS
async def test_how_the_keys_of_now_look(alo: Node, language: str, size: tuple[int, int]) -> None:
    async with unlocked(alo, size=size, language=language) as pilot:
        await press(pilot, "ctrl+p")
        # What is listed comes bit by bit, and its scroll bar with it: one word leaves one.
        await write(pilot, SETTINGS_WORD[language])
        await until(pilot, lambda: "F5" in shown(pilot.app) and "F7" not in shown(pilot.app))
        await settled(pilot)
        check_snapshot(pilot.app, "palette")


@LOOKS
async def test_how_settings_look(alo: Node, language: str, size: tuple[int, int]) -> None:
    async with unlocked(alo, size=size, language=language) as pilot:
        await visit(pilot, ToSettings())
        check_snapshot(pilot.app, "settings")


@LOOKS
async def test_how_plain_words_look(alo: Node, language: str, size: tuple[int, int]) -> None:
    async with unlocked(alo, size=size, language=language) as pilot:
        await visit(pilot, ToPlainWords())
        check_snapshot(pilot.app, "plain_words")


@LOOKS
@pytest.mark.parametrize(
    "saying", [Saying.ASK, Saying.DECLINE, Saying.PREPARED, Saying.ARRIVED, Saying.FOLLOW_UP]
)
async def test_how_the_forms_of_an_answer_look(
    alo: Node, story: Story, saying: Saying, language: str, size: tuple[int, int]
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    async with unlocked(alo, size=size, language=language) as pilot:
        await visit(pilot, ToAnswer(thread=story.thread, saying=saying))
        check_snapshot(pilot.app, f"answer_{saying.value}")


@LOOKS
async def test_how_taking_an_offer_back_looks_and_the_question_before_it(
    alo: Node, story: Story, language: str, size: tuple[int, int]
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    async with unlocked(alo, size=size, language=language) as pilot:
        await visit(pilot, ToAnswer(thread=story.thread, saying=Saying.RECALL))
        check_snapshot(pilot.app, "answer_recall")
        await press(pilot, "right", "ctrl+s")
        check_snapshot(pilot.app, "answer_recall-sure")


async def test_a_plain_word_is_headed_in_the_readers_language_and_marked_until_it_was_reviewed(
    alo: Node,
) -> None:
    entry = next(one for one in glossary("bn") if one.name != one.term and not one.is_reviewed)
    async with unlocked(alo, size=LARGE, language="bn") as pilot:
        await visit(pilot, ToPlainWords())
        await write(pilot, entry.name)
        await until(pilot, lambda: f"{entry.name} ({entry.term})  ~ খসড়া" in shown(pilot.app))
