"""Who she is on her case: her short name only while somebody shows it, and never more than that."""

from node.services import casework
from protocol.local import commands
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import TextKind
from tests.support.desk_app import press, shown, unlocked, until
from tests.support.federation import Node, done
from tests.support.story import FACTS, Story

NAME = "মিতু"
KNOWN = {**FACTS, "known_as": NAME}
TALL = (80, 90)


async def test_who_she_is_shows_with_f9_alone(alo: Node, story: Story) -> None:
    story.open_case(KNOWN)
    async with unlocked(alo, size=TALL) as pilot:
        await press(pilot, "2", "enter")
        before = shown(pilot.app)
        await press(pilot, "f9")
        await until(pilot, lambda: NAME in shown(pilot.app))
        during = shown(pilot.app)
        await press(pilot, "f9")
        after = shown(pilot.app)
    assert [NAME in text for text in (before, during, after)] == [False, True, False]
    assert "2 entries say who she is" in before


async def test_f9_shows_the_short_name_she_chose_and_never_who_she_is(
    alo: Node, story: Story
) -> None:
    story.open_case(KNOWN)
    async with unlocked(alo, size=TALL) as pilot:
        await press(pilot, "2", "enter", "f9")
        await until(pilot, lambda: NAME in shown(pilot.app))
        during = shown(pilot.app)
    assert str(FACTS["given_name"]) not in during
    assert "2 entries say who she is" in during


async def test_a_text_about_who_she_is_stands_with_her_facts_alone_and_only_with_f9(
    alo: Node, story: Story
) -> None:
    story.open_case({}, sentences=())
    said = commands.RecordSentence(
        case_id=story.case_id,
        category=Category.IDENTITY,
        kind=TextKind.NOTE,
        language="ben",
        text="আমার আসল নাম অন্য।",
    )
    done(alo.use(casework.record_sentence, said))
    async with unlocked(alo, size=TALL) as pilot:
        await press(pilot, "2", "enter", "f9")
        case = shown(pilot.app)
        await press(pilot, "f9", "a", "right", "right", "right", "right")
        covered = shown(pilot.app)
        await press(pilot, "f9")
        await until(pilot, lambda: "আমার আসল নাম অন্য।" in shown(pilot.app))
        await press(pilot, "f9")
        again = shown(pilot.app)
    assert ["আসল" in text for text in (case, covered, again)] == [False, False, False]
