"""A sentence about who she is, where she is asked: covered after F9's minute, and her yes to it stays."""

from collections.abc import Callable
from typing import Any, Final

import msgspec
import pytest
from textual.pilot import Pilot

from node.services import casework, looking
from protocol.local import commands, views
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import TextKind
from tests.support.asking_by_keys import answer, asking, how_she_said_yes, stand_on, ticks
from tests.support.desk_app import press, settled, shown, unlocked, until
from tests.support.federation import Node, done
from tests.support.locking import app_of, take_node_away
from tests.support.passing import visit
from tests.support.story import WISH, Story
from tui.places import Destination, ToTakeConsent, ToTickSentences
from tui.screens import her_sentences
from tui.screens.asking import AskScreen
from tui.screens.consent_rows import Item, Kind
from tui.screens.read_back import ReadBackScreen
from tui.screens.tick_sentences import TickSentencesScreen

NAME: Final = "My name is Thistledown."
IDENTITY: Final = Item(kind=Kind.CATEGORY, key=str(int(Category.IDENTITY)))
COVERED: Final = "░░░░░░"
UNREAD: Final = "stays here; F9, then r reads it back to her"


def said(story: Story) -> bytes:
    """She says who she is; the hash of it."""
    command = commands.RecordSentence(
        case_id=story.case_id,
        category=Category.IDENTITY,
        kind=TextKind.NOTE,
        language="eng",
        text=NAME,
    )
    done(story.alo.use(casework.record_sentence, command))
    view = look(story, with_identity=True)
    return next(one.hash for one in view.sentences if one.text == NAME)


def look(story: Story, *, with_identity: bool) -> views.CaseLook:
    command = commands.LookAtCase(
        case_id=story.case_id, with_names=False, with_identity=with_identity
    )
    return done(story.alo.use(looking.look_at_case, command))


async def read_back(pilot: Pilot[Any], story: Story, text: Item) -> None:
    """She hears it while names are shown, and says that it may go; then the minute is over."""
    await visit(pilot, asking(story))
    await press(pilot, "f3", "f9")
    await answer(pilot, IDENTITY, "y")
    await answer(pilot, text, "r")
    await press(pilot, "y")
    await minute_over(pilot)


async def minute_over(pilot: Pilot[Any]) -> None:
    """Her sentence stands in the list; then F9's minute ends."""
    await until(pilot, lambda: f"“{NAME}”" in shown(pilot.app))
    app_of(pilot)._hide_names()
    await until(pilot, lambda: COVERED in shown(pilot.app) and NAME not in shown(pilot.app))


def line_with(pilot: Pilot[Any], mark: str) -> str:
    return next(line for line in shown(pilot.app).splitlines() if mark in line)


async def test_her_yes_to_a_sentence_about_who_she_is_stays_when_it_is_covered_again(
    story: Story, alo: Node
) -> None:
    story.open_case()
    text = said(story)
    async with unlocked(alo) as pilot:
        await read_back(pilot, story, Item(kind=Kind.TEXT, key=text.hex()))
        covered = line_with(pilot, COVERED)
        await how_she_said_yes(pilot)
        await press(pilot, "ctrl+s")
    assert "[x]" in covered
    assert ticks(alo) == {text}


async def test_a_further_sentence_stays_ticked_when_it_is_covered_again(
    story: Story, alo: Node
) -> None:
    story.open_case()
    text = said(story)
    consent = story.agree(categories=[Category.IDENTITY], texts=[])
    async with unlocked(alo) as pilot:
        await visit(pilot, ToTickSentences(case_id=story.case_id, consent_id=consent))
        await press(pilot, "f9", "r", "y")
        await minute_over(pilot)
        covered = line_with(pilot, COVERED)
        await press(pilot, "ctrl+s")
    assert "[x]" in covered
    assert ticks(alo) == {text}


async def test_what_is_covered_can_be_read_to_nobody_and_its_row_says_what_shows_it(
    story: Story, alo: Node
) -> None:
    story.open_case()
    text = Item(kind=Kind.TEXT, key=said(story).hex())
    consent = story.agree(categories=[Category.IDENTITY], texts=[])
    seen = []
    async with unlocked(alo) as pilot:
        await visit(pilot, ToTickSentences(case_id=story.case_id, consent_id=consent))
        await press(pilot, "r")
        seen.append(shown(pilot.app))
        await visit(pilot, asking(story))
        await press(pilot, "f4", "f3")
        await answer(pilot, IDENTITY, "y")
        await answer(pilot, text, "r")
        seen.append(shown(pilot.app))
    assert [UNREAD in screen and "r read back" not in screen for screen in seen] == [True, True]


def test_of_a_covered_sentence_the_node_gives_the_hash_and_not_a_word(story: Story) -> None:
    story.open_case()
    text = said(story)
    view = look(story, with_identity=False)
    assert [(one.hash, one.text) for one in view.covered] == [(text, "")]
    assert text not in {one.hash for one in view.sentences}
    assert look(story, with_identity=True).covered == []


def test_of_a_covered_sentence_the_desk_keeps_no_word_even_if_one_came(story: Story) -> None:
    story.open_case()
    said(story)
    view = look(story, with_identity=False)
    told = [msgspec.structs.replace(one, text=NAME) for one in view.covered]
    kept = her_sentences.all_of(msgspec.structs.replace(view, covered=told))
    assert [one.hash for one in kept] == [one.hash for one in (*view.sentences, *view.covered)]
    assert NAME not in {one.text for one in kept}


# While it is read back to her.


def further(story: Story) -> Destination:
    consent = story.agree(categories=[Category.IDENTITY], texts=[])
    return ToTickSentences(case_id=story.case_id, consent_id=consent)


async def reading(pilot: Pilot[Any], to: Destination, text: Item) -> None:
    """Names are shown, and her sentence stands alone on the screen."""
    await visit(pilot, to)
    await press(pilot, "f9")
    if isinstance(to, ToTakeConsent):
        await press(pilot, "f4", "f3")
        await answer(pilot, IDENTITY, "y")
        await stand_on(pilot, text)
    await press(pilot, "r")
    assert isinstance(pilot.app.screen, ReadBackScreen)
    assert NAME in shown(pilot.app)


@pytest.mark.parametrize("where", [asking, further])
async def test_what_says_who_she_is_leaves_the_screen_with_f9s_minute_and_was_not_read_back(
    story: Story, alo: Node, where: Callable[[Story], Destination]
) -> None:
    story.open_case()
    text, to = Item(kind=Kind.TEXT, key=said(story).hex()), where(story)
    async with unlocked(alo) as pilot:
        await reading(pilot, to, text)
        app_of(pilot)._hide_names()
        await settled(pilot)
        seen = shown(pilot.app)
        await press(pilot, "y")
        row = line_with(pilot, COVERED)
    assert NAME not in seen
    assert "Names are hidden again, so this counts as not read. F9, then r." in seen
    assert "[ ]" in row


async def test_a_question_over_her_sentence_does_not_keep_it_for_later(
    story: Story, alo: Node
) -> None:
    story.open_case()
    text, to = Item(kind=Kind.TEXT, key=said(story).hex()), further(story)
    async with unlocked(alo) as pilot:
        await reading(pilot, to, text)
        await pilot.app.push_screen(AskScreen(app_of(pilot).desk, "Sure?"))
        app_of(pilot)._hide_names()
        await settled(pilot)
        await press(pilot, "n")
        assert isinstance(pilot.app.screen, TickSentencesScreen)
        assert NAME not in shown(pilot.app)


async def test_what_does_not_say_who_she_is_is_read_to_its_end_whatever_f9_does(
    story: Story, alo: Node
) -> None:
    story.open_case()
    consent = story.agree(texts=[])
    async with unlocked(alo) as pilot:
        await visit(pilot, ToTickSentences(case_id=story.case_id, consent_id=consent))
        await press(pilot, "r", "f9", "f9")
        assert WISH.text in shown(pilot.app)
        await press(pilot, "y", "ctrl+s")
    assert ticks(alo) == {WISH.hash}


@pytest.mark.parametrize("where", [asking, further])
async def test_after_the_minute_her_sentence_is_covered_though_the_node_is_gone(
    story: Story, alo: Node, where: Callable[[Story], Destination]
) -> None:
    story.open_case()
    text, to = Item(kind=Kind.TEXT, key=said(story).hex()), where(story)
    async with unlocked(alo) as pilot:
        await reading(pilot, to, text)
        await press(pilot, "y")
        assert NAME in shown(pilot.app)
        take_node_away(pilot)
        app_of(pilot)._hide_names()
        await settled(pilot)
        row = line_with(pilot, COVERED)
        assert NAME not in shown(pilot.app)
    assert "[x]" in row
