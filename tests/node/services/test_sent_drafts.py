"""The form of a sending is a draft until it has left, and then no more; what did not leave is never lost."""

from typing import Final

import pytest

from node.services import casework
from protocol.local import commands
from protocol.local.commands import Command
from protocol.local.commands.desk import DRAFT_PLACES
from protocol.values import Pseudonym
from tests.support import sendings
from tests.support.federation import Node
from tests.support.sendings import SECONDS, SENDINGS, carry_out, hold, stop
from tests.support.story import Story

A_DAY: Final = 86_400
FORMS: Final = sorted(DRAFT_PLACES, key=lambda kind: kind.NAME)


def save_draft(
    node: Node, *, place: str, about: bytes, text: str, by: Pseudonym | None = None
) -> None:
    command = commands.SaveDraft(place=place, about=about, text=text)
    acting = node.acting(by or sendings.supervisor(node))
    node.write(lambda unit: casework.save_draft(unit, command, acting=acting))


def drafts(node: Node) -> list[str]:
    return [text for (text,) in node.rows("SELECT text FROM drafts ORDER BY text")]


def about_of(command: Command, story: Story) -> bytes:
    """What its form is about, as a person would say it."""
    if isinstance(command, commands.SendOffer):
        return story.case_id
    if isinstance(command, commands.ReportFollowUp) and command.follow_up is not None:
        return story.thread + command.follow_up
    return story.thread


def write_form_of(command: Command, node: Node, story: Story, *, text: str = "form") -> None:
    """What the desk keeps before it sends; beside it drafts that have to do with something else."""
    place, about = DRAFT_PLACES[type(command)], about_of(command, story)
    save_draft(node, place=place, about=about, text=text)
    save_draft(node, place=place, about=b"another", text="other")
    save_draft(node, place="consent", about=about, text="other")


@pytest.mark.parametrize("kind", FORMS, ids=lambda kind: kind.NAME)
def test_the_form_of_what_has_left_is_no_draft_any_more(kind: type[Command], story: Story) -> None:
    node, command = SENDINGS[kind](story)
    write_form_of(command, node, story)
    held_id = hold(node, command)
    story.federation.clock.forward(SECONDS)
    while_held = drafts(node)
    assert carry_out(node, held_id)
    assert (while_held, drafts(node)) == (["form", "other", "other"], ["other", "other"])


def test_what_is_half_written_in_another_form_about_the_same_conversation_is_kept(
    story: Story,
) -> None:
    node, command = sendings.report(story)
    write_form_of(command, node, story)
    save_draft(node, place="report", about=story.thread, text="asked by nobody")
    save_draft(node, place="report", about=story.thread + b"f" * 16, text="another day")
    for place in set(DRAFT_PLACES.values()) - {"report"}:
        save_draft(node, place=place, about=story.thread, text="an answer")
    others = len(drafts(node)) - 1
    assert carry_out(node, hold(node, command))
    assert "form" not in drafts(node)
    assert len(drafts(node)) == others


def test_no_form_has_the_draft_of_another() -> None:
    assert len(set(DRAFT_PLACES.values())) == len(DRAFT_PLACES)


def test_what_was_written_in_the_form_of_something_refused_or_stopped_is_kept(
    story: Story,
) -> None:
    node, command = sendings.accept(story)
    write_form_of(command, node, story)
    stop(node, hold(node, command))
    assert drafts(node) == ["form", "other", "other"]
    held_id = hold(node, command)
    story.federation.clock.forward(A_DAY)
    node.write(lambda unit: unit.vault.execute("UPDATE referrals SET state = 'ended'"))
    carry_out(node, held_id)
    assert [line.refused for line in sendings.shown(node)] == ["wrong_state"]
    assert drafts(node) == ["form", "other", "other"]


def test_what_was_written_into_a_form_after_it_was_sent_is_kept(story: Story) -> None:
    node, command = sendings.accept(story)
    write_form_of(command, node, story)
    held_id = hold(node, command)
    story.federation.clock.forward(1)
    write_form_of(command, node, story, text="more")
    assert carry_out(node, held_id)
    assert drafts(node) == ["more", "other", "other"]


def test_the_form_that_somebody_else_is_writing_is_left_alone(story: Story) -> None:
    node, command = sendings.accept(story)
    rina = sendings.hire(node, "Rina")
    write_form_of(command, node, story)
    assert carry_out(node, hold(node, command, by=rina))
    assert drafts(node) == ["form", "other", "other"]


def test_whoever_sent_what_somebody_else_stopped_is_told_and_keeps_what_she_wrote(
    story: Story,
) -> None:
    node, command = sendings.accept(story)
    rina = sendings.hire(node, "Rina")
    save_draft(node, place="answer accept", about=story.thread, text="form", by=rina)
    held_id = hold(node, command, by=rina)
    stop(node, held_id)
    assert not carry_out(node, held_id)
    (line,) = sendings.shown(node, to=rina)
    assert (line.held_id, line.refused) == (held_id, "stopped")
    assert node.rows("SELECT body FROM held") == [(b"",)]
    assert drafts(node) == ["form"]
    stop(node, held_id, by=rina)
    assert sendings.shown(node, to=rina) == []
