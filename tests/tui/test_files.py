"""A file at the desk, on its way out: read in for a category of hers, shown exactly, let go by her yes."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from node.vault.unit import Unit
from tests.support import files
from tests.support.desk_app import (
    Seat,
    desk_on,
    press,
    seated,
    unlock,
    unlocked,
    write,
)
from tests.support.desk_files import PAPER, said
from tests.support.federation import Node, done
from tests.support.passing import let_pass, visit
from tests.support.story import Story
from tui.places import (
    ToAttach,
    ToDossier,
    ToFiles,
    ToReferral,
    ToSendFile,
    ToTakeOut,
)


@pytest.fixture
def told(story: Story) -> Story:
    """The dossier has arrived; she allowed C8, C2 and C9."""
    story.up_to_dossier()
    return story


async def written(seat: Seat) -> tuple[int, int]:
    """How often she is recorded to have said yes to the paper, and how many sendings are held."""

    def count(unit: Unit) -> tuple[int, int]:
        link = hashlib.sha256(PAPER).digest()
        row = unit.vault.execute(
            "SELECT (SELECT count(*) FROM ticks WHERE text_hash = ?), (SELECT count(*) FROM held)",
            (link,),
        ).fetchone()
        return row[0], row[1]

    return await seat.gate.read(count)


async def _rows(seat: Seat, question: str) -> list[tuple[Any, ...]]:
    return await seat.gate.read(lambda unit: list(unit.vault.execute(question).fetchall()))


async def attach(pilot: Pilot[Any], path: Path, *, category: int) -> None:
    """Fill in the form that reads a file in, and do it."""
    await write(pilot, str(path))
    await press(pilot, "tab", *["right"] * category, "tab", *["right"] * 4, "ctrl+s")


async def test_a_file_is_read_in_ticked_and_sent_from_the_referral(
    alo: Node, told: Story, tmp_path: Path
) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(PAPER)
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToReferral(thread=told.thread))
        await press(pilot, "l")
        assert "No file has gone or come" in said(pilot.app)
        await press(pilot, "a")
        await attach(pilot, path, category=8)
        assert "Her yes to this file" in said(pilot.app)
        # Without her yes the key does nothing.
        await press(pilot, "ctrl+s")
        assert await written(seat) == (0, 0)
        await press(pilot, "space", "ctrl+s")
        assert await written(seat) == (1, 1)
        await let_pass(seat, pilot)
    told.settle()

    [came] = files.files_at(told.bandhan, told)
    assert (came.state, came.label, came.category) == ("whole", "school_paper", 8)


async def test_what_was_stopped_in_time_stays_here(alo: Node, told: Story) -> None:
    file = files.attach(told, PAPER)
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToSendFile(thread=told.thread, file_id=file.file_id))
        await press(pilot, "space", "ctrl+s", "u")
        await let_pass(seat, pilot)
    told.settle()

    assert files.states_at(told.alo, told) == [("kept", 0, 1)]
    assert files.files_at(told.bandhan, told) == []


@pytest.mark.parametrize("what", ["link", "missing", "folder", "program"])
async def test_what_is_no_file_that_can_be_sent_is_not_read_in(
    alo: Node, told: Story, tmp_path: Path, what: str
) -> None:
    real, link, program = tmp_path / "real", tmp_path / "link", tmp_path / "program"
    real.write_bytes(PAPER)
    link.symlink_to(real)
    program.write_bytes(b"MZ\x90\x00" + bytes(96))
    path, sentence = {
        "link": (link, "This is a link to another place."),
        "missing": (tmp_path / "missing", "There is no such file."),
        "folder": (tmp_path, "This is no ordinary file."),
        "program": (program, "Only documents (PDF)"),
    }[what]
    async with unlocked(alo) as pilot:
        await visit(pilot, ToAttach(thread=told.thread))
        await attach(pilot, path, category=8)
        told_there = said(pilot.app)

    assert sentence in told_there
    assert alo.rows("SELECT count(*) FROM own_files") == [(0,)]


async def test_without_her_consent_to_its_category_no_file_is_attached_and_the_desk_says_why(
    alo: Node, told: Story, tmp_path: Path
) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(PAPER)
    async with unlocked(alo) as pilot:
        await visit(pilot, ToAttach(thread=told.thread))
        await attach(pilot, path, category=7)
        told_there = said(pilot.app)

    assert "Her consent does not let us tell Bandhan about this: " in told_there
    assert "Ask her first." in told_there
    assert alo.rows("SELECT count(*) FROM own_files") == [(0,)]


async def test_after_her_no_no_file_is_attached_and_the_desk_says_why(
    alo: Node, told: Story, tmp_path: Path
) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(PAPER)
    told.withdraw()
    async with unlocked(alo) as pilot:
        await visit(pilot, ToAttach(thread=told.thread))
        await attach(pilot, path, category=8)
        told_there = said(pilot.app)

    assert "She lets us tell Bandhan nothing about her now." in told_there
    assert alo.rows("SELECT count(*) FROM own_files") == [(0,)]


async def test_before_anything_leaves_exactly_what_they_will_see_is_shown(
    alo: Node, told: Story
) -> None:
    file = files.attach(told, PAPER)
    async with unlocked(alo) as pilot:
        await visit(pilot, ToSendFile(thread=told.thread, file_id=file.file_id))
        shown_there = said(pilot.app)

    assert "Exactly what Bandhan will see of it" in shown_there
    assert "School paper A document (PDF), 69 KiB, Her plan and wishes" in shown_there
    assert "where and when a picture was taken" in shown_there


async def test_enter_lets_no_file_go_and_takes_none_in_or_out(
    alo: Node, told: Story, tmp_path: Path
) -> None:
    path, out = tmp_path / "scan.pdf", tmp_path / "out.pdf"
    path.write_bytes(PAPER)
    file = files.attach(told, PAPER)
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToAttach(thread=told.thread))
        await write(pilot, str(path))
        await press(pilot, "tab", *["right"] * 8, "tab", *["right"] * 4, "enter", "enter", "enter")
        await visit(pilot, ToSendFile(thread=told.thread, file_id=file.file_id))
        await press(pilot, "enter", "space", "enter", "enter", "enter")
        nothing = await written(seat)
        await let_pass(seat, pilot)
    files.tick(file, at=alo)
    done(files.send(file, at=alo))
    told.settle()
    [came] = files.files_at(told.bandhan, told)
    async with unlocked(told.bandhan) as pilot:
        await visit(pilot, ToFiles(thread=told.thread))
        await press(pilot, "enter", "enter")
        await visit(pilot, ToTakeOut(thread=told.thread, file_id=came.file_id))
        await write(pilot, str(out))
        await press(pilot, "enter", "enter", "enter")

    assert nothing == (0, 0)
    assert alo.rows("SELECT count(*) FROM own_files") == [(1,)]
    assert not out.exists()
    assert told.bandhan.rows("SELECT count(*) FROM audit WHERE event = 'file.exported'") == [(0,)]


async def test_a_file_is_attached_while_the_dossier_is_prepared_and_follows_it(
    alo: Node, story: Story, tmp_path: Path
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    path = tmp_path / "scan.pdf"
    path.write_bytes(PAPER)
    async with seated(alo) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToDossier(thread=story.thread))
        await press(pilot, "l", "a")
        await attach(pilot, path, category=8)
        await press(pilot, "space", "ctrl+s")
        too_early, before = said(pilot.app), await written(seat)
        await press(pilot, "escape", "escape")
        listed = said(pilot.app)
        await press(pilot, "ctrl+s")
        await let_pass(seat, pilot)
        [(file_id,)] = await _rows(seat, "SELECT file_id FROM own_files")
        await visit(pilot, ToSendFile(thread=story.thread, file_id=file_id))
        await press(pilot, "space", "ctrl+s")
        await let_pass(seat, pilot)
    story.settle()

    assert "First send what she allows" in too_early
    assert before == (0, 0)
    assert "Files: l attaches one" in listed
    assert "○ School paper" in listed
    [came] = files.files_at(story.bandhan, story)
    assert (came.state, came.hash) == ("whole", hashlib.sha256(PAPER).digest())
