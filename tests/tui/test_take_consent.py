"""Asking her by keys alone: what is recorded is what was chosen, and nothing else leaves or stays."""

import pytest
from textual.pilot import Pilot

from node.services import casework
from protocol.consent import Consent
from protocol.local import commands, views
from protocol.values import LanguageTag, pseudonym, sha256
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import (
    AgeBand,
    Condition,
    ConsentMethod,
    GivenBy,
    Purpose,
    TextKind,
)
from tests.support.asking_by_keys import (
    CONTACT,
    HEALTH,
    PLAN,
    THE_FEAR,
    THE_WISH,
    WORK,
    answer,
    asking,
    condition,
    drafts,
    field,
    how_she_said_yes,
    recorded,
    ticks,
    user,
)
from tests.support.desk_app import LARGE, press, rows, shown, unlocked, write
from tests.support.federation import Node, done
from tests.support.locking import app_of
from tests.support.passing import visit
from tests.support.story import FEAR, WISH, Story, sentence
from tui.client import ConnectionLostError
from tui.places import ToTakeConsent
from tui.screens.consent_notice import notice
from tui.wording import Words

HER_RULE = "শুধু দিদিকে বলবেন।"


async def say_what_she_chose(pilot: Pilot[None]) -> None:
    await press(pilot, "f3")
    await answer(pilot, PLAN, "y")
    await answer(pilot, THE_WISH, "r")
    await press(pilot, "y")
    await answer(pilot, THE_FEAR, "r")
    await press(pilot, "n")
    await answer(pilot, CONTACT, "y")
    await press(pilot, "e")
    await answer(pilot, field("present_town"), "n")
    await answer(pilot, HEALTH, "n")
    await answer(pilot, WORK, "l")
    await answer(pilot, condition(Condition.CALL_BEFORE_VISIT), "y")
    await answer(pilot, condition(Condition.NOT_TO_FAMILY), "y")
    # 180 days.
    await press(pilot, "tab", "right", "tab")
    await write(pilot, HER_RULE)
    await press(pilot, "tab", "space")
    await press(pilot, "f3", "y", "f3")
    await press(pilot, "right", "tab", "right", "right", "tab", "right", "ctrl+s")


async def test_a_consent_recorded_by_keys_is_what_she_chose_field_by_field(
    story: Story, alo: Node, bandhan: Node
) -> None:
    story.open_case()
    async with unlocked(alo) as pilot:
        await visit(pilot, asking(story))
        await say_what_she_chose(pilot)
        assert "R-" in shown(pilot.app)
        screen = pilot.app.screen
        words = Words(language="bn", digits="native")
        assert screen.words.language == "bn"  # type: ignore[attr-defined]
    (consent,) = recorded(alo)
    read_to_her = notice(words, peer="Bandhan", is_way_back=False)
    assert consent == Consent(
        consent_id=consent.consent_id,
        handle=consent.handle,
        issuer=alo.node_id,
        holder=alo.node_id,
        recipient=bandhan.node_id,
        purpose=Purpose.CARE_REFERRAL,
        categories=frozenset({Category.PLAN_WISHES, Category.LOCATION_CONTACT}),
        excluded_fields=frozenset({"present_town"}),
        onward=frozenset(),
        given_by=GivenBy.SURVIVOR_WITH_SUPPORT,
        method=ConsentMethod.SPOKEN_AND_WITNESSED,
        language=LanguageTag("ben"),
        notice=sha256(read_to_her.encode()),
        understood=True,
        witness=pseudonym(user(alo, "Supervisor")),
        asked_at=alo.now,
        recorded_at=alo.now,
        valid_from=alo.now,
        expires=consent.expires,
        erase_at=consent.expires,
        conditions=frozenset({Condition.CALL_BEFORE_VISIT, Condition.NOT_TO_FAMILY}),
        supersedes=None,
    )
    assert consent.expires - alo.now == 180 * 86_400
    assert ticks(alo) == {WISH.hash}
    assert alo.rows("SELECT words FROM consents") == [(HER_RULE,)]
    assert drafts(alo) == 0


async def test_what_is_read_to_her_stands_on_the_screen_word_for_word(
    story: Story, alo: Node
) -> None:
    story.open_case()
    async with unlocked(alo, language="bn", size=(120, 40)) as pilot:
        await visit(pilot, asking(story))
        seen = " ".join(shown(pilot.app).split())
    text = notice(Words(language="bn", digits="native"), peer="Bandhan", is_way_back=False)
    for paragraph in text.split("\n"):
        assert " ".join(paragraph.split()) in seen


async def test_no_and_later_leave_no_trace_in_what_leaves_or_waits_to_leave(
    story: Story, alo: Node, bandhan: Node
) -> None:
    story.open_case()
    async with unlocked(alo) as pilot:
        await visit(pilot, asking(story))
        await press(pilot, "f3")
        await answer(pilot, PLAN, "y")
        await answer(pilot, THE_WISH, "r")
        await press(pilot, "y")
        await answer(pilot, CONTACT, "l")
        await answer(pilot, HEALTH, "n")
        await how_she_said_yes(pilot)
        await press(pilot, "ctrl+s")
    assert drafts(alo) == 0
    story.offer(categories=(Category.PLAN_WISHES,))
    story.settle()
    story.accept()
    story.settle()
    story.dossier(categories=(Category.PLAN_WISHES,))
    waiting = b"".join(row[0] or b"" for row in alo.rows("SELECT payload FROM outbox"))
    story.settle()
    left = repr(story.federation.to(bandhan)).encode() + waiting
    # The whole of the case but what she said yes to.
    for secret in ("+000 0000 0001", "জীবাণুনাশক", "খুলনা", FEAR.text, "safe_phone", "medicines"):
        assert secret.encode() not in left
        assert repr(secret.encode())[2:-1].encode() not in left
    assert WISH.text.encode() in left or repr(WISH.text)[1:-1].encode() in left
    (consent,) = recorded(bandhan)
    assert consent.categories == frozenset({Category.PLAN_WISHES})
    assert consent.excluded_fields == frozenset()


async def test_a_sentence_is_not_ticked_by_yes_alone(story: Story, alo: Node) -> None:
    story.open_case()
    async with unlocked(alo) as pilot:
        await visit(pilot, asking(story))
        await press(pilot, "f3")
        await answer(pilot, PLAN, "y")
        await answer(pilot, THE_WISH, "y")
        assert not [row for row in rows(pilot.app) if row.strip().startswith("[x]")]
        await how_she_said_yes(pilot)
        await press(pilot, "ctrl+s")
    assert len(recorded(alo)) == 1
    assert ticks(alo) == set()


async def test_reading_back_that_was_broken_off_changes_nothing(story: Story, alo: Node) -> None:
    story.open_case()
    async with unlocked(alo) as pilot:
        await visit(pilot, asking(story))
        await press(pilot, "f3")
        await answer(pilot, PLAN, "y")
        await answer(pilot, THE_WISH, "r")
        assert WISH.text in shown(pilot.app)
        await press(pilot, "escape", "y")
        await how_she_said_yes(pilot)
        await press(pilot, "ctrl+s")
    assert ticks(alo) == set()


async def test_a_sentence_that_changed_after_it_was_ticked_is_not_ticked_any_more(
    story: Story, alo: Node
) -> None:
    story.open_case(sentences=(WISH,))
    async with unlocked(alo) as pilot:
        await visit(pilot, asking(story))
        await press(pilot, "f3")
        await answer(pilot, PLAN, "y")
        await answer(pilot, THE_WISH, "r")
        await press(pilot, "y", "escape")
    # Her words as they stand now are others, under another hash.
    other = sentence(TextKind.WISH, f"{WISH.text} শহরে।")
    alo.write(
        lambda unit: unit.vault.execute(
            "UPDATE sentences SET text = ?, hash = ?", (other.text, other.hash)
        )
    )
    async with unlocked(alo) as pilot:
        await visit(pilot, asking(story))
        assert "[ ]" in shown(pilot.app)
        assert "[x]" not in shown(pilot.app)
        await how_she_said_yes(pilot)
        await press(pilot, "ctrl+s")
    assert len(recorded(alo)) == 1
    assert ticks(alo) == set()


async def test_a_child_speaks_only_beside_somebody_with_authority(
    alo: Node, bandhan: Node
) -> None:
    command = commands.OpenCase(case_number="ALO-18", age_band=AgeBand.UNDER_18, language="ben")
    case_id = done(alo.use(casework.open_case, command)).ref or b""
    to = ToTakeConsent(case_id=case_id, peer=bandhan.node_id)
    async with unlocked(alo, language="en") as pilot:
        await visit(pilot, to)
        await press(pilot, "f4", "f3")
        await answer(pilot, PLAN, "y")
        await press(pilot, "f3", "y", "f3", "right", "right", "tab")
        offered = []
        for _ in range(7):
            await press(pilot, "right")
            offered.append(next(row for row in rows(pilot.app) if "It was given" in row))
        assert not [row for row in offered if "herself" in row]
        assert len({row for row in offered if "The child and" in row}) == 5
        await press(pilot, "right", "ctrl+s")
    (consent,) = recorded(alo)
    assert consent.given_by >= GivenBy.CHILD_AND_PARENT


async def test_who_asks_her_is_never_offered_as_the_witness(story: Story, alo: Node) -> None:
    story.open_case()
    async with unlocked(alo, language="en") as pilot:
        await visit(pilot, asking(story))
        await press(pilot, "f4", "f3")
        await answer(pilot, PLAN, "y")
        await how_she_said_yes(pilot, turns=1)
        await press(pilot, "ctrl+s")
        assert "Spoken words need a witness" in shown(pilot.app)
        await press(pilot, "tab")
        seen = []
        for _ in range(4):
            seen.append(next(row for row in rows(pilot.app) if "Witness" in row))
            await press(pilot, "right")
        assert any("Supervisor" in row for row in seen)
        assert not any("Rina" in row for row in seen)
    assert recorded(alo) == []


async def test_without_saying_it_back_nothing_can_be_recorded(story: Story, alo: Node) -> None:
    story.open_case()
    async with unlocked(alo, language="en") as pilot:
        await visit(pilot, asking(story))
        await press(pilot, "f4", "f3")
        await answer(pilot, PLAN, "y")
        await press(pilot, "f3", "f3", "ctrl+s")
        assert "Consent 3 of 4" in shown(pilot.app)
        await press(pilot, "n")
        assert "Consent 1 of 4" in shown(pilot.app)
    assert recorded(alo) == []


async def test_nothing_at_all_is_recorded_as_nothing(story: Story, alo: Node) -> None:
    story.open_case()
    before = alo.rows("SELECT count(*) FROM outbox")
    async with unlocked(alo, language="en") as pilot:
        await visit(pilot, asking(story))
        await press(pilot, "f4", "f3")
        await answer(pilot, PLAN, "n")
        await answer(pilot, CONTACT, "l")
        await press(pilot, "f3", "ctrl+s")
        assert "Nothing is recorded, and nothing is sent." in shown(pilot.app)
    assert recorded(alo) == []
    assert drafts(alo) == 0
    assert alo.rows("SELECT count(*) FROM outbox") == before


async def test_where_the_day_is_not_sure_it_is_said_before_she_is_asked_and_what_she_said_is_kept(
    story: Story, alo: Node
) -> None:
    story.open_case()
    alo.look_at_clock()
    alo.ahead = 400 * 86_400
    async with unlocked(alo, language="en") as pilot:
        await visit(pilot, asking(story))
        assert Words(language="bn", digits="native").task("clock_in_doubt") in shown(pilot.app)
        await say_what_she_chose(pilot)
        assert "does not know which day it is" in shown(pilot.app)
        await press(pilot, "escape")
    assert recorded(alo) == []
    assert drafts(alo) == 1


async def test_where_the_node_does_not_answer_nothing_is_ended_and_it_can_be_tried_again(
    story: Story, alo: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_command: commands.SaveDraft) -> views.Done:
        raise ConnectionLostError("no whole answer")

    story.open_case()
    async with unlocked(alo, language="en") as pilot:
        await visit(pilot, asking(story))
        await press(pilot, "f4", "f3")
        await answer(pilot, PLAN, "n")
        await press(pilot, "f3")
        await app_of(pilot)._leaving.keep_all()
        with monkeypatch.context() as patched:
            patched.setattr(app_of(pilot).desk.client, "save_draft", fail)
            await press(pilot, "ctrl+s")
        assert "Nothing is recorded, and nothing is sent." not in shown(pilot.app)
        await press(pilot, "ctrl+s")
        assert "Nothing is recorded, and nothing is sent." in shown(pilot.app)
    assert drafts(alo) == 0


async def test_words_about_her_conditions_that_are_changed_are_read_back_again(
    story: Story, alo: Node
) -> None:
    story.open_case()
    async with unlocked(alo, language="en") as pilot:
        await visit(pilot, asking(story))
        await press(pilot, "f4", "f3")
        await answer(pilot, PLAN, "y")
        await press(pilot, "tab", "tab")
        await write(pilot, "Only my sister")
        await press(pilot, "tab", "space")
        assert "[x] These words were read back" in shown(pilot.app)
        await press(pilot, "shift+tab")
        await write(pilot, "s")
        assert "[ ] These words were read back" in shown(pilot.app)
        await press(pilot, "f3")
        assert "Consent 2 of 4" in shown(pilot.app)
        assert "First read her words back to her, and tick it." in shown(pilot.app)


async def test_her_conditions_are_said_back_before_she_says_how(story: Story, alo: Node) -> None:
    story.open_case()
    async with unlocked(alo, language="en", size=LARGE) as pilot:
        await visit(pilot, asking(story))
        await press(pilot, "f4", "f3")
        await answer(pilot, PLAN, "y")
        await press(pilot, "f3")
        without = shown(pilot.app)
        await press(pilot, "f6")
        await answer(pilot, condition(Condition.NOT_TO_FAMILY), "y")
        await answer(pilot, condition(Condition.NOT_TO_MEDIA), "y")
        await answer(pilot, condition(Condition.NOT_TO_MEDIA), "n")
        await press(pilot, "tab", "tab")
        await write(pilot, HER_RULE)
        await press(pilot, "tab", "space", "f3")
        seen = shown(pilot.app)
    assert "What must they keep to" not in without
    assert "Consent 3 of 4" in seen
    assert [part in seen for part in ("! Not to her family", "Not to the media", HER_RULE)] == [
        True,
        False,
        True,
    ]


async def test_a_condition_that_is_set_after_she_said_it_back_is_said_back_too(
    story: Story, alo: Node
) -> None:
    story.open_case()
    async with unlocked(alo, language="en") as pilot:
        await visit(pilot, asking(story))
        await press(pilot, "f4", "f3")
        await answer(pilot, PLAN, "y")
        await press(pilot, "f3", "y", "f6")
        await answer(pilot, condition(Condition.NOT_TO_POLICE), "y")
        await press(pilot, "f3", "f3")
        assert "Consent 3 of 4" in shown(pilot.app)
        assert "y she understood" in shown(pilot.app)
