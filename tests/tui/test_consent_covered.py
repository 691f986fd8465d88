"""A sentence about who she is, where she is asked: covered after F9's minute, and her yes to it stays."""

from typing import Any, Final

import msgspec
from textual.pilot import Pilot

from node.services import casework, looking
from protocol.local import commands, views
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import TextKind
from tests.support.asking_by_keys import answer, asking, how_she_said_yes, ticks
from tests.support.desk_app import press, shown, unlocked, until
from tests.support.federation import Node, done
from tests.support.locking import app_of
from tests.support.passing import visit
from tests.support.story import Story
from tui.places import ToTickSentences
from tui.screens import her_sentences
from tui.screens.consent_rows import Item, Kind

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
