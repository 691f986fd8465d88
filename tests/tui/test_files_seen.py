"""What the desk shows of files, and to whom: how far they have come, erased, lost in a restore."""

from pathlib import Path

import pytest

from protocol.vocabulary.codes import Role
from tests.support import backups, files
from tests.support.asking_by_keys import take_picture
from tests.support.desk_app import (
    desk_on,
    press,
    seated,
    unlock,
    unlocked,
)
from tests.support.desk_files import LONG, PAPER, TALL, said
from tests.support.federation import Node
from tests.support.passing import visit
from tests.support.restored import lose_and_restore
from tests.support.restoring import confirm
from tests.support.snapshots import LOOKS
from tests.support.story import Story
from tui.places import (
    ToAttach,
    ToCase,
    ToFiles,
    ToMessage,
    ToReferral,
    ToSendFile,
    ToTakeOut,
)


@pytest.fixture
def told(story: Story) -> Story:
    """The dossier has arrived; she allowed C8, C2 and C9."""
    story.up_to_dossier()
    return story


def half_way(story: Story) -> None:
    """Four of five parts are there, and both sides know it."""
    files.let_go(story, LONG)
    story.federation.deliver(story.alo)
    story.federation.collect(story.bandhan)
    story.federation.deliver(story.bandhan)
    story.federation.collect(story.alo)


async def test_how_far_a_file_has_come_is_seen_on_case_referral_and_message(
    alo: Node, told: Story
) -> None:
    half_way(told)
    [(message_id,)] = told.bandhan.rows(
        "SELECT message_id FROM messages WHERE type = 'referral.dossier/1'"
    )
    async with unlocked(alo, size=TALL) as pilot:
        await visit(pilot, ToCase(case_id=told.case_id))
        ours = [said(pilot.app)]
        await visit(pilot, ToReferral(thread=told.thread))
        ours.append(said(pilot.app))
    async with unlocked(told.bandhan, size=TALL) as pilot:
        await visit(pilot, ToReferral(thread=told.thread))
        theirs = [said(pilot.app)]
        await visit(pilot, ToMessage(peer=alo.node_id, message_id=message_id))
        theirs.append(said(pilot.app))
        await press(pilot, "l")
        theirs.append(said(pilot.app))

    assert all("On its way, 4 of 5 parts" in text for text in ours), ours
    assert all("Arriving, 4 of 5 parts" in text for text in theirs), theirs
    # Each part is a message of its own, and none of them is a line of its own.
    assert "A part of a file" not in "".join(theirs)


async def test_that_a_file_was_erased_with_her_consent_is_seen_on_both_sides(
    alo: Node, told: Story
) -> None:
    files.let_go(told, PAPER)
    told.settle()
    told.withdraw()
    told.settle()
    seen = []
    for node in (alo, told.bandhan):
        async with unlocked(node) as pilot:
            await visit(pilot, ToFiles(thread=told.thread))
            seen.append(said(pilot.app))

    assert "Arrived; her consent ended" in seen[0]
    assert "Erased with her consent" in seen[1]
    assert all("is erased on both sides, files too" in text for text in seen)


async def test_a_file_that_was_on_its_way_at_a_restore_is_said_to_be_attached_again(
    alo: Node, told: Story, tmp_path: Path
) -> None:
    half_way(told)
    taken = backups.take(alo.database, tmp_path, now=alo.now)
    lose_and_restore(alo, taken)
    async with unlocked(alo) as pilot:
        await press(pilot, "1")
        today = said(pilot.app)
        await visit(pilot, ToFiles(thread=told.thread))
        there = said(pilot.app)

    assert "A file was on its way and has to be" in today
    assert "Not whole: attach it again" in there
    assert "after a restore, or because they did not take all of it" in there
    assert "Arrived whole" not in there


async def test_a_file_that_had_come_before_a_restore_is_said_to_be_asked_for_again(
    alo: Node, told: Story, tmp_path: Path
) -> None:
    files.let_go(told, PAPER)
    told.settle()
    taken = backups.take(told.bandhan.database, tmp_path, now=told.bandhan.now)
    lose_and_restore(told.bandhan, taken)
    told.settle()
    confirm(alo, told.bandhan)
    told.settle()
    async with unlocked(told.bandhan) as pilot:
        await visit(pilot, ToFiles(thread=told.thread))
        await press(pilot, "e")
        there = said(pilot.app)

    assert "Lost: ask them for it again" in there
    assert "was lost with the computer. Ask them to attach it again." in there
    assert "School paper" not in there


async def test_whoever_does_no_casework_sees_no_file(alo: Node, told: Story) -> None:
    file = files.attach(told, PAPER)
    places = (
        ToFiles(thread=told.thread),
        ToAttach(thread=told.thread),
        ToSendFile(thread=told.thread, file_id=file.file_id),
        ToTakeOut(thread=told.thread, file_id=file.file_id),
    )
    async with seated(alo, role=Role.DATA_OFFICER) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        seen = []
        for place in places:
            await visit(pilot, place)
            seen.append(said(pilot.app))

    assert not [text for text in seen if "School paper" in text or "69 KiB" in text]
    assert not [text for text in seen if "file" in text.casefold()], seen


async def test_only_the_keys_that_fit_a_file_work(bandhan: Node, told: Story) -> None:
    files.let_go(told, PAPER)
    told.settle()
    told.withdraw()
    told.settle()
    async with unlocked(bandhan) as pilot:
        await visit(pilot, ToFiles(thread=told.thread))
        await press(pilot, "e", "x", "y")
        there = said(pilot.app)

    assert "Erased" in there
    assert "School paper" not in there


async def test_a_copy_is_put_away_only_after_a_y(alo: Node, told: Story) -> None:
    files.attach(told, PAPER)
    async with unlocked(alo) as pilot:
        await visit(pilot, ToFiles(thread=told.thread))
        for no in ("n", "escape", "enter"):
            await press(pilot, "x")
            assert "Destroy our copy of this file?" in said(pilot.app)
            await press(pilot, no)
        await press(pilot, "n")
        assert "School paper" in said(pilot.app)
        await press(pilot, "x", "y")
        assert "Our copy is destroyed." in said(pilot.app)

    assert files.files_at(alo, told) == []


async def test_a_copy_that_somebody_else_put_away_is_said_to_be_gone(
    alo: Node, told: Story
) -> None:
    files.let_go(told, PAPER)
    async with unlocked(alo) as pilot:
        await visit(pilot, ToSendFile(thread=told.thread, file_id=b"\x07" * 16))
        await press(pilot, "space", "ctrl+s")
        gone = said(pilot.app)

    assert "Her yes to this file" in gone
    assert "This is not here" in gone


@LOOKS
async def test_how_the_files_look(
    alo: Node, told: Story, language: str, size: tuple[int, int]
) -> None:
    files.let_go(told, PAPER)
    told.settle()
    kept = files.attach(told, files.paper(2_000, name="another"))
    async with unlocked(alo, size=size, language=language) as pilot:
        await visit(pilot, ToFiles(thread=told.thread))
        await take_picture(pilot, "files")
        await press(pilot, "a")
        await take_picture(pilot, "attach")
        await press(pilot, "escape")
        await visit(pilot, ToSendFile(thread=told.thread, file_id=kept.file_id))
        await take_picture(pilot, "send_file")
    [came] = files.files_at(told.bandhan, told)
    async with unlocked(told.bandhan, size=size, language=language) as pilot:
        await visit(pilot, ToTakeOut(thread=told.thread, file_id=came.file_id))
        await take_picture(pilot, "take_out")
