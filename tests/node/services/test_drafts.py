"""Half-written texts: one's own, listed without a word of them, gone when emptied or taken back."""

import json
from typing import Final

import pytest

from node.services import casework
from protocol import limits
from protocol.errors import MalformedError
from protocol.local import commands, views
from protocol.local.commands import ABOUT_BYTES_MAX, DRAFT_CHARACTERS_MAX
from protocol.values import Pseudonym
from tests.support import sendings
from tests.support.federation import Node
from tests.support.story import Story

ABOUT: Final = b"A" * 16


def save(
    node: Node,
    text: str,
    *,
    place: str = "case",
    about: bytes = ABOUT,
    by: Pseudonym | None = None,
) -> None:
    acting = node.acting() if by is None else node.acting(by)
    command = commands.SaveDraft(place=place, about=about, text=text)
    node.write(lambda unit: casework.save_draft(unit, command, acting=acting))


def listed(node: Node, *, by: Pseudonym | None = None) -> views.Drafts:
    acting = node.acting() if by is None else node.acting(by)
    return node.read(lambda unit: casework.list_drafts(unit, commands.ListDrafts(), acting=acting))


def loaded(node: Node) -> str:
    return node.use(casework.load_draft, commands.LoadDraft(place="case", about=ABOUT)).text


def test_one_sees_where_one_has_drafts_the_newest_first_and_not_what_they_say(alo: Node) -> None:
    save(alo, "the first", place="case")
    alo.ahead = 60
    save(alo, "the second", place="consent")
    assert listed(alo) == views.Drafts(
        drafts=[
            views.DraftLine(place="consent", about=ABOUT, changed_at=alo.now),
            views.DraftLine(place="case", about=ABOUT, changed_at=alo.now - 60),
        ],
        count=2,
    )


def test_nobody_sees_the_drafts_of_another(alo: Node) -> None:
    rina = sendings.hire(alo, "Rina")
    save(alo, "hers", by=rina)
    assert (listed(alo).count, listed(alo, by=rina).count) == (0, 1)


def test_an_emptied_draft_is_gone(alo: Node) -> None:
    save(alo, "half a sent")
    save(alo, "")
    assert listed(alo) == views.Drafts(drafts=[], count=0)
    assert alo.rows("SELECT count(*) FROM drafts") == [(0,)]


def test_a_whole_form_with_line_breaks_comes_back_as_it_was_saved(alo: Node) -> None:
    form = json.dumps({"wish": "আমি পড়তে চাই।\n" * 1_000, "step": 4}, ensure_ascii=False)
    form = form.replace("\\n", "\n").ljust(20_000)
    save(alo, form)
    assert loaded(alo) == form


@pytest.mark.parametrize(
    ("characters", "fits"), [(DRAFT_CHARACTERS_MAX, True), (DRAFT_CHARACTERS_MAX + 1, False)]
)
def test_a_draft_has_an_end(characters: int, *, fits: bool, alo: Node) -> None:
    text = "ক" * characters
    if fits:
        save(alo, text)
    else:
        with pytest.raises(MalformedError) as told:
            save(alo, text)
        assert told.value.place == "SaveDraft.text"
    assert loaded(alo) == (text if fits else "")


@pytest.mark.parametrize(
    ("place", "about", "field"),
    [
        ("", ABOUT, "SaveDraft.place"),
        ("p" * (limits.NAME_CHARACTERS_MAX + 1), ABOUT, "SaveDraft.place"),
        ("case\x1b[2J", ABOUT, "SaveDraft.place"),
        ("case", b"a" * (ABOUT_BYTES_MAX + 1), "SaveDraft.about"),
    ],
)
def test_a_place_that_is_none_is_refused(place: str, about: bytes, field: str, alo: Node) -> None:
    with pytest.raises(MalformedError) as told:
        save(alo, "x", place=place, about=about)
    assert (told.value.place, listed(alo).count) == (field, 0)


def test_drafts_about_a_follow_up_go_when_what_was_said_there_is_erased(story: Story) -> None:
    node, command = sendings.report(story)
    assert isinstance(command, commands.ReportFollowUp)
    follow_up = command.follow_up or b""
    save(node, "she said that", place="report", about=story.thread + follow_up)
    save(node, "she said this", place="report", about=story.thread)
    save(node, "and this", place="note", about=follow_up)
    save(node, "about something else", place="case", about=b"o" * 16)
    story.withdraw(story.way_back)
    story.federation.deliver(story.alo)
    story.federation.collect(node)
    assert [line.place for line in listed(node).drafts] == ["case"]
