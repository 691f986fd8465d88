"""What she asks everybody to keep to is read wherever she is read about, at both ends."""

from typing import Final

import pytest

from protocol.vocabulary.codes import Condition
from tests.support.asking import asked, consent, ready, recorded
from tests.support.desk_app import SMALL, shown, unlocked
from tests.support.federation import Node
from tests.support.passing import visit
from tests.support.story import Story
from tui.places import (
    Destination,
    ToCase,
    ToConsents,
    ToDossier,
    ToMessage,
    ToReferral,
    ToThreadConsents,
)
from tui.screens import conditions
from tui.screens.consent_form import Answer, answer_condition, say_words
from tui.wording import Words

RULES: Final = (Condition.NOT_TO_FAMILY, Condition.FEMALE_WORKER_ONLY)
HER_RULE: Final = "Never after the evening prayer"
SEEN: Final = ("Not to her family", "Only a woman worker", HER_RULE)
ALL_OF_THEM: Final = [True] * len(SEEN)
TALL: Final = (100, 90)
# Beside the ticks there is room for each line of the page.
BROAD: Final = (160, 60)


def agreed(story: Story) -> None:
    """She set conditions, and they have said yes."""
    story.open_case()
    story.agree(conditions=[*RULES], words=HER_RULE)
    story.offer()
    story.settle()
    story.accept()
    story.settle()


def told(story: Story) -> None:
    """The dossier is there."""
    agreed(story)
    story.dossier()
    story.settle()


def dossier(story: Story) -> ToMessage:
    ((message_id,),) = story.bandhan.rows(
        "SELECT message_id FROM messages WHERE type = 'referral.dossier/1'"
    )
    return ToMessage(peer=story.alo.node_id, message_id=message_id)


async def read(node: Node, *places: Destination, size: tuple[int, int] = TALL) -> list[str]:
    pages = []
    async with unlocked(node, size=size) as pilot:
        for to in places:
            await visit(pilot, to)
            pages.append(" ".join(shown(pilot.app).split()))
    return pages


def found(page: str) -> list[bool]:
    return [part in page for part in SEEN]


async def test_her_conditions_stand_on_her_case_her_consents_and_the_referral(
    alo: Node, story: Story
) -> None:
    told(story)
    case, *others = await read(
        alo,
        ToCase(case_id=story.case_id),
        ToConsents(case_id=story.case_id),
        ToReferral(thread=story.thread),
    )
    # On the case they stand with her consent, and once more above how to reach her.
    agreed_to = case[case.index("What she agreed to") : case.index("What is known")]
    contact = case[case.index("What is known") : case.index("How to contact her")]
    assert [found(page) for page in (agreed_to, contact, *others)] == [ALL_OF_THEM] * 4


async def test_her_conditions_are_read_by_those_who_receive_what_she_allowed(
    bandhan: Node, story: Story
) -> None:
    told(story)
    places = (ToReferral(thread=story.thread), ToThreadConsents(thread=story.thread))
    # On a small screen, and nothing is scrolled.
    pages = await read(bandhan, *places, size=SMALL)
    assert [found(page) for page in pages] == [ALL_OF_THEM] * len(places)


async def test_her_conditions_stand_above_what_they_read_about_her(
    bandhan: Node, story: Story
) -> None:
    told(story)
    (page,) = await read(bandhan, dossier(story))
    assert found(page[: page.index("How to contact her")]) == ALL_OF_THEM


async def test_her_conditions_stand_in_the_preview_of_what_they_will_read(
    alo: Node, story: Story
) -> None:
    agreed(story)
    (page,) = await read(alo, ToDossier(thread=story.thread), size=BROAD)
    assert found(page) == ALL_OF_THEM


async def test_where_she_withdrew_her_words_are_not_read_there_any_more(
    bandhan: Node, story: Story
) -> None:
    told(story)
    story.withdraw()
    story.settle()
    (page,) = await read(bandhan, ToThreadConsents(thread=story.thread))
    assert found(page) == [True, True, False]


# As values.


@pytest.mark.parametrize("answer", [Answer.NO, Answer.LATER])
def test_a_condition_is_set_by_her_yes_and_by_nothing_else(answer: Answer) -> None:
    form = asked(PLAN_WISHES=Answer.YES)
    for code in RULES:
        form = answer_condition(form, code.value, Answer.YES)
    form = answer_condition(form, RULES[0].value, answer)
    command = recorded(ready(form))
    assert command is not None
    assert command.conditions == [RULES[1]]


def test_what_she_changes_of_her_conditions_is_said_back_again() -> None:
    form = ready(asked(PLAN_WISHES=Answer.YES))
    for changed in (
        answer_condition(form, RULES[0].value, Answer.YES),
        say_words(form, HER_RULE, is_read_back=False),
    ):
        assert changed.understood is None
    assert answer_condition(form, RULES[0].value, Answer.NO) == form


def test_only_the_words_that_were_read_back_are_ticked_as_read_back() -> None:
    form = say_words(asked(PLAN_WISHES=Answer.YES), HER_RULE, is_read_back=True)
    assert not form.words_read_back
    read_to_her = say_words(form, HER_RULE, is_read_back=True)
    assert read_to_her.words_read_back
    assert not say_words(read_to_her, f"{HER_RULE}!", is_read_back=True).words_read_back
    assert not say_words(read_to_her, "", is_read_back=True).words_read_back


def test_conditions_of_several_consents_stand_together_once_and_only_of_those_that_count() -> None:
    words = Words(language="en", digits="latin")
    of = [
        consent(conditions=[RULES[0].value], words=HER_RULE),
        consent(conditions=[rule.value for rule in reversed(RULES)], words=HER_RULE),
        consent(conditions=[Condition.NOT_TO_MEDIA.value], words="Gone", state="withdrawn"),
    ]
    assert list(conditions.together(words, of)) == [
        "Her conditions: Only a woman worker, Not to her family",
        f"Her conditions, in her words: “{HER_RULE}”",
    ]
    assert list(conditions.together(words, [consent()])) == []
