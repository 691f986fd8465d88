"""The dossier: what is shown before it is sent is, byte for byte, what arrives."""

import pytest
from textual.pilot import Pilot

from node.services import casework, reading
from protocol.local import commands, views
from protocol.values import sha256
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import TextKind, WithdrawalWanted
from tests.support.desk_app import (
    LARGE,
    RINA,
    desk_on,
    press,
    seated,
    settled,
    shown,
    unlock,
    unlocked,
    until,
)
from tests.support.federation import Node, done
from tests.support.locking import app_of, take_node_away
from tests.support.nodes import PASSPHRASE
from tests.support.passing import let_pass, visit
from tests.support.story import C2, C8, C9, FACTS, FEAR, KEPT_FEAR, WISH, Story
from tui.client import Client
from tui.places import Destination, ToDossier, ToLedger, ToMessage
from tui.screens.dossier import DossierScreen
from tui.screens.message import MessageScreen


def accepted(story: Story) -> None:
    """Bandhan keeps a place for her."""
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()


def arrived(node: Node, story: Story) -> views.MessageView:
    """The dossier as the other side reads it."""
    ((message_id,),) = node.rows(
        "SELECT message_id FROM messages WHERE type = 'referral.dossier/1'"
    )
    command = commands.ReadMessage(peer=story.alo.node_id, message_id=message_id, with_names=True)
    return done(node.use(reading.read_message, command))


async def send_without_her_work(story: Story, alo: Node) -> str:
    """Untick the third category, look, send; what stood on the screen."""
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToDossier(thread=story.thread))
        await press(pilot, "tab", "tab", "space")
        page = shown(pilot.app)
        await press(pilot, "ctrl+s")
        await let_pass(seat, pilot)
    story.settle()
    return page


async def test_the_dossier_that_was_shown_is_the_one_that_arrives(
    alo: Node, bandhan: Node, story: Story
) -> None:
    accepted(story)
    expected = done(story.preview_dossier((C8, C2)))

    page = await send_without_her_work(story, alo)

    assert "[ ] Work and learning" in page
    assert "Skills" not in page
    came = arrived(bandhan, story)
    assert came.content_hash == sha256(expected.content)
    assert alo.rows("SELECT dossier_hash FROM referrals") == [(sha256(expected.content),)]
    assert {fact.category for fact in came.facts} == {int(C8), int(C2)}
    assert int(C9) not in {fact.category for fact in came.facts}


async def test_only_the_sentences_she_ticked_are_shown_and_arrive(
    alo: Node, bandhan: Node, story: Story
) -> None:
    accepted(story)

    page = await send_without_her_work(story, alo)

    right = " ".join(row.partition("│")[2] for row in page.splitlines())
    assert WISH.text in right
    assert FEAR.text in right
    assert KEPT_FEAR.text not in right
    assert {text.text for text in arrived(bandhan, story).sentences} == {WISH.text, FEAR.text}


async def test_without_a_live_consent_nothing_is_shown_and_nothing_can_be_sent(
    alo: Node, story: Story
) -> None:
    accepted(story)
    story.withdraw()

    async with unlocked(alo) as pilot:
        await visit(pilot, ToDossier(thread=story.thread))

        assert WISH.text not in shown(pilot.app).partition("Exactly")[2]
        assert "^s send" not in shown(pilot.app)
        await press(pilot, "ctrl+s")
    assert alo.rows("SELECT count(*) FROM held") == [(0,)]


async def test_a_dossier_of_nothing_cannot_be_sent(alo: Node, story: Story) -> None:
    accepted(story)

    async with unlocked(alo) as pilot:
        await visit(pilot, ToDossier(thread=story.thread))
        await press(pilot, "space", "tab", "space", "tab", "space")

        assert "[x]" not in shown(pilot.app)
        assert "^s send" not in shown(pilot.app)


@pytest.mark.parametrize(("language", "is_marked"), [("ben", False), ("nep", True)])
async def test_a_text_that_is_not_read_in_their_country_is_marked(
    alo: Node, story: Story, language: str, *, is_marked: bool
) -> None:
    story.open_case()
    said = commands.RecordSentence(
        case_id=story.case_id,
        category=Category.PLAN_WISHES,
        kind=TextKind.HOPE,
        language=language,
        text="আমার নিজের ঘর হবে।",
    )
    text = done(alo.use(casework.record_sentence, said)).ref
    assert text is not None
    story.agree(texts=[text])
    story.offer()
    story.settle()
    story.accept()
    story.settle()

    async with unlocked(alo) as pilot:
        await visit(pilot, ToDossier(thread=story.thread))

        assert ("They may not read" in shown(pilot.app)) is is_marked


async def test_who_she_is_stays_covered_in_a_dossier_until_a_person_asks(
    alo: Node, bandhan: Node, story: Story
) -> None:
    story.open_case()
    story.agree(categories=[C8, Category.IDENTITY])
    story.offer(categories=(C8, Category.IDENTITY))
    story.settle()
    story.accept()
    story.settle()
    story.dossier((C8, Category.IDENTITY))
    story.settle()
    ((message_id,),) = bandhan.rows(
        "SELECT message_id FROM messages WHERE type = 'referral.dossier/1'"
    )

    async with unlocked(bandhan) as pilot:
        await visit(pilot, ToMessage(peer=alo.node_id, message_id=message_id))
        assert "First name" in shown(pilot.app)
        assert str(FACTS["given_name"]) not in shown(pilot.app)
        await press(pilot, "f9")
        assert str(FACTS["given_name"]) in shown(pilot.app)


IDENTITY = Category.IDENTITY
WHO_SHE_IS = "আমার আসল নাম রূপা।"
NAMED = (str(FACTS["given_name"]), WHO_SHE_IS)


def named(story: Story) -> None:
    """Bandhan keeps a place for her; her name and a text about it may go."""
    story.open_case()
    said = commands.RecordSentence(
        case_id=story.case_id,
        category=IDENTITY,
        kind=TextKind.NOTE,
        language="ben",
        text=WHO_SHE_IS,
    )
    text = done(story.alo.use(casework.record_sentence, said)).ref
    story.agree(categories=[C8, IDENTITY], texts=[text])
    story.offer(categories=(C8, IDENTITY))
    story.settle()
    story.accept()
    story.settle()


def named_dossier(story: Story) -> ToMessage:
    """It has arrived at Bandhan."""
    named(story)
    story.dossier((C8, IDENTITY))
    story.settle()
    ((message_id,),) = story.bandhan.rows(
        "SELECT message_id FROM messages WHERE type = 'referral.dossier/1'"
    )
    return ToMessage(peer=story.alo.node_id, message_id=message_id)


def message_screen(pilot: Pilot[None]) -> MessageScreen:
    assert isinstance(pilot.app.screen, MessageScreen)
    return pilot.app.screen


def seen(text: str) -> list[bool]:
    return [name in text for name in NAMED]


async def turned(node: Node, to: Destination) -> list[list[bool]]:
    """What stands there before F9, after it, and after the names were hidden while the node is gone."""
    async with seated(node) as seat, desk_on(seat, size=LARGE) as pilot:
        await unlock(pilot)
        await visit(pilot, to)
        before = seen(shown(pilot.app))
        await press(pilot, "f9")
        await until(pilot, lambda: all(seen(shown(pilot.app))))
        during = seen(shown(pilot.app))
        take_node_away(pilot)
        app_of(pilot)._hide_names()
        await settled(pilot)
        assert isinstance(pilot.app.screen, MessageScreen | DossierScreen)
        return [before, during, seen(shown(pilot.app))]


COVERED_AGAIN = [[False, False], [True, True], [False, False]]


async def test_after_their_minute_names_go_from_a_message_though_the_node_is_gone(
    bandhan: Node, story: Story
) -> None:
    to = named_dossier(story)

    assert await turned(bandhan, to) == COVERED_AGAIN


async def test_after_their_minute_names_go_from_a_preview_though_the_node_is_gone(
    alo: Node, story: Story
) -> None:
    named(story)

    assert await turned(alo, ToDossier(thread=story.thread)) == COVERED_AGAIN


async def test_a_preview_with_names_covered_is_sent_as_it_was_shown(
    alo: Node, bandhan: Node, story: Story
) -> None:
    named(story)
    expected = done(story.preview_dossier((C8, IDENTITY)))

    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToDossier(thread=story.thread))
        await press(pilot, "ctrl+s")
        await let_pass(seat, pilot)
    story.settle()

    assert arrived(bandhan, story).content_hash == sha256(expected.content)


async def test_a_message_is_written_down_as_read_once_for_each_opening_and_each_showing_of_names(
    bandhan: Node, story: Story
) -> None:
    to = named_dossier(story)

    async with seated(bandhan) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, to)
        for _ in range(3):
            message_screen(pilot).reload()
            await settled(pilot)
        await press(pilot, "question_mark", "escape", "f9", "f9")

    read = bandhan.rows(
        "SELECT d.details FROM audit a JOIN audit_details d USING (number)"
        " WHERE a.event = 'message.read' ORDER BY number"
    )
    assert read == [("",), ("with names",)]


async def test_what_she_withdraws_while_it_is_open_goes_from_the_screen(
    alo: Node, bandhan: Node, story: Story
) -> None:
    story.up_to_dossier()
    ((message_id,),) = bandhan.rows(
        "SELECT message_id FROM messages WHERE type = 'referral.dossier/1'"
    )

    async with seated(bandhan) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToMessage(peer=alo.node_id, message_id=message_id))
        before = WISH.text in shown(pilot.app)
        async with Client(seat.socket) as client:
            await client.open_session(name=RINA, passphrase=PASSPHRASE)
            await client.withdraw_consent(
                commands.WithdrawConsent(consent_id=story.consent, wanted=WithdrawalWanted.ERASE)
            )
        await until(pilot, lambda: "This is locked" in shown(pilot.app))

        assert (before, WISH.text in shown(pilot.app)) == (True, False)


async def test_what_she_withdrew_cannot_be_read_any_more_and_the_screen_says_why(
    alo: Node, bandhan: Node, story: Story
) -> None:
    story.up_to_dossier()
    ((message_id,),) = bandhan.rows(
        "SELECT message_id FROM messages WHERE type = 'referral.dossier/1'"
    )
    story.withdraw()
    story.settle()

    async with unlocked(bandhan) as pilot:
        await visit(pilot, ToMessage(peer=alo.node_id, message_id=message_id))

        assert WISH.text not in shown(pilot.app)
        assert "This was erased, as she wanted or as was agreed." in shown(pilot.app)


async def test_reading_what_came_about_her_is_written_down(
    alo: Node, bandhan: Node, story: Story
) -> None:
    story.up_to_dossier()
    ((message_id,),) = bandhan.rows(
        "SELECT message_id FROM messages WHERE type = 'referral.dossier/1'"
    )

    async with unlocked(bandhan) as pilot:
        await visit(pilot, ToMessage(peer=alo.node_id, message_id=message_id))

    assert ("message.read",) in bandhan.rows("SELECT event FROM audit")


async def test_the_sender_sees_that_a_person_has_seen_it(bandhan: Node, story: Story) -> None:
    story.up_to_dossier()
    before = await who_knows(story)
    arrived(bandhan, story)
    story.settle()

    after = await who_knows(story)

    assert ("a person has seen it" in before, "a person has seen it" in after) == (False, True)


async def who_knows(story: Story) -> str:
    """The page of who knows what about her, at the sender."""
    async with unlocked(story.alo, size=LARGE) as pilot:
        await visit(pilot, ToLedger(case_id=story.case_id))
        return shown(pilot.app)
