"""A file that came, taken out of the desk: to a place that a person names, under a plain name."""

import stat
from pathlib import Path

import pytest

from tests.support import files
from tests.support.desk_app import (
    press,
    unlocked,
    write,
)
from tests.support.desk_files import PAPER, said
from tests.support.federation import Node
from tests.support.passing import visit
from tests.support.story import Story
from tui.places import (
    ToFiles,
    ToTakeOut,
)


@pytest.fixture
def told(story: Story) -> Story:
    """The dossier has arrived; she allowed C8, C2 and C9."""
    story.up_to_dossier()
    return story


async def test_a_file_that_came_is_taken_out_to_a_new_place(
    bandhan: Node, told: Story, tmp_path: Path
) -> None:
    files.let_go(told, PAPER)
    told.settle()
    path = tmp_path / "out.pdf"
    async with unlocked(bandhan) as pilot:
        await visit(pilot, ToFiles(thread=told.thread))
        await press(pilot, "e")
        assert "nobody erases it" in said(pilot.app)
        await write(pilot, str(path))
        await press(pilot, "ctrl+s")
        assert "It is there as out.pdf." in said(pilot.app)
        await press(pilot, "ctrl+s")
        again = said(pilot.app)

    assert "is there already, and stays as it is" in again
    assert path.read_bytes() == PAPER
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert bandhan.rows("SELECT count(*) FROM audit WHERE event = 'file.exported'") == [(1,)]


async def test_in_a_folder_a_file_gets_a_name_that_says_nothing(
    bandhan: Node, told: Story, tmp_path: Path
) -> None:
    files.let_go(told, PAPER)
    told.settle()
    [came] = files.files_at(bandhan, told)
    async with unlocked(bandhan) as pilot:
        await visit(pilot, ToTakeOut(thread=told.thread, file_id=came.file_id))
        await write(pilot, str(tmp_path))
        await press(pilot, "ctrl+s")

    assert (tmp_path / f"file-{came.file_id.hex()[:12]}.pdf").read_bytes() == PAPER


@pytest.mark.parametrize("name", ["paper.exe", ".paper.pdf", "-paper.pdf", "a[b]{c}$(d).pdf"])
async def test_a_file_is_not_written_under_an_odd_name(
    bandhan: Node, told: Story, tmp_path: Path, name: str
) -> None:
    files.let_go(told, PAPER)
    told.settle()
    [came] = files.files_at(bandhan, told)
    async with unlocked(bandhan) as pilot:
        await visit(pilot, ToTakeOut(thread=told.thread, file_id=came.file_id))
        await write(pilot, f"{tmp_path}/{name}")
        await press(pilot, "ctrl+s")
        told_there = said(pilot.app)

    assert "This name is not plain." in told_there
    assert "ending in .pdf" in told_there
    assert not (tmp_path / name).exists()
    assert bandhan.rows("SELECT count(*) FROM audit WHERE event = 'file.exported'") == [(0,)]


async def test_a_name_with_brackets_is_a_name_and_nothing_else(
    bandhan: Node, told: Story, tmp_path: Path
) -> None:
    files.let_go(told, PAPER)
    told.settle()
    [came] = files.files_at(bandhan, told)
    name = "[bold]{name}[@click=app.lock]x.pdf"
    async with unlocked(bandhan) as pilot:
        await visit(pilot, ToTakeOut(thread=told.thread, file_id=came.file_id))
        await write(pilot, f"{tmp_path}/{name}")
        await press(pilot, "ctrl+s")
        told_there = said(pilot.app)

    assert f"It is there as {name}." in told_there
    assert (tmp_path / name).read_bytes() == PAPER
