"""Sticks at the desk: one is taken in, one is written, and what is said of it is true."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from node.mailbox import stick
from tests.support.desk_app import LARGE, SMALL, desk_on, press, seated, shown, unlock, write
from tests.support.federation import Node
from tests.support.passing import visit
from tests.support.snapshots import check_snapshot
from tests.support.sticks import give_sticks, written
from tests.support.story import Story
from tui.app import SathiApp
from tui.client.local_sticks import files_in
from tui.places import ToOutbox, ToSticks


@asynccontextmanager
async def desk_at(
    node: Node, *, may_ferry: bool = False, size: tuple[int, int] = LARGE, language: str = "en"
) -> AsyncIterator[Pilot[Any]]:
    """Rina at the screen of sticks, where wrapping costs nothing."""
    async with seated(node) as seat:
        give_sticks(seat, may_ferry=may_ferry)
        async with desk_on(seat, size=size, language=language) as pilot:
            await unlock(pilot)
            await visit(pilot, ToSticks())
            yield pilot


def said(pilot: Pilot[Any]) -> str:
    return " ".join(shown(pilot.app).split())


@pytest.fixture
def waiting(story: Story) -> Story:
    """An offer waits at Alo for Bandhan."""
    story.open_case()
    story.agree()
    story.offer()
    return story


@pytest.fixture
def place() -> Iterator[Path]:
    """One path on every machine, so that the picture is the same."""
    folder = Path("/tmp/sathi-test-stick")  # noqa: S108  (of a test, and taken away again)
    folder.mkdir()
    yield folder
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


async def write_one(pilot: Pilot[Any], place: Path) -> None:
    """Write a stick for Bandhan."""
    await press(pilot, "right", "tab")
    await write(pilot, str(place))
    await press(pilot, "tab", "tab", "space", "ctrl+s")


async def take_one(pilot: Pilot[Any], place: Path) -> None:
    await press(pilot, "tab")
    await write(pilot, str(place))
    await press(pilot, "ctrl+s")


async def test_what_waits_is_written_and_the_screen_says_what_it_gives_away(
    waiting: Story, tmp_path: Path
) -> None:
    async with desk_at(waiting.alo) as pilot:
        await write_one(pilot, tmp_path)
        told = said(pilot)
    (file,) = files_in(tmp_path)
    assert file.name in told
    assert "Bandhan · 1 envelope" in told
    assert "Whoever finds it sees that something is wrapped, and how large it is." in told
    assert "Nothing was taken off the list of what waits" in told


async def test_a_stick_is_taken_in_answered_and_taken_off(waiting: Story, tmp_path: Path) -> None:
    async with desk_at(waiting.alo) as pilot:
        await write_one(pilot, tmp_path)
    (brought,) = files_in(tmp_path)
    async with desk_at(waiting.bandhan) as pilot:
        await take_one(pilot, tmp_path)
        taken = said(pilot)
        await press(pilot, "f3")
        off = said(pilot)
        await press(pilot, "f6")
        not_offered = said(pilot)
    assert f"✓ {brought.name} · 1 new · 0 known" in taken
    assert "does not erase it" in taken
    assert "Off the stick: 1" in off
    assert files_in(tmp_path) == []
    assert "It is on the stick" not in not_offered


async def test_our_answer_is_written_onto_the_same_stick(waiting: Story, tmp_path: Path) -> None:
    async with desk_at(waiting.alo) as pilot:
        await write_one(pilot, tmp_path)
    async with desk_at(waiting.bandhan) as pilot:
        await take_one(pilot, tmp_path)
        await press(pilot, "f6")
        told = said(pilot)
    assert "It is on the stick" in told
    assert "Alo Shelter · 1 envelope" in told
    assert len(files_in(tmp_path)) == 2


async def test_a_bad_file_stands_beside_a_good_one(waiting: Story, tmp_path: Path) -> None:
    (tmp_path / "aaaaaaaa.bin").write_bytes(
        b"[@click=app.leave]an old letter[/]\x1b[2J" + bytes(60)
    )
    (tmp_path / "bbbbbbbb.bin").symlink_to(tmp_path / "aaaaaaaa.bin")
    (tmp_path / "cccccccc.bin").write_bytes(stick.pack(written(waiting.alo, waiting.bandhan)))
    async with desk_at(waiting.bandhan) as pilot:
        await take_one(pilot, tmp_path)
        told = said(pilot)
    assert "✗ aaaaaaaa.bin · This is no stick file of Sathi." in told
    assert "✗ bbbbbbbb.bin · This is a link to another place. It was not followed." in told
    assert "✓ cccccccc.bin · 1 new · 0 known" in told


async def test_where_no_file_of_ours_is_that_is_said(bandhan: Node, tmp_path: Path) -> None:
    async with desk_at(bandhan) as pilot:
        await take_one(pilot, tmp_path)
        assert "No file of Sathi's is in this folder." in said(pilot)
        await write(pilot, "/missing")
        await press(pilot, "ctrl+s")
        assert "There is no such file. Is the stick in?" in said(pilot)


async def test_where_nothing_waits_nothing_is_written(alo: Node, tmp_path: Path) -> None:
    async with desk_at(alo) as pilot:
        await write_one(pilot, tmp_path)
        assert "Nothing waits for them. There is nothing to carry." in said(pilot)
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("may_ferry", [False, True])
async def test_whether_others_letters_are_carried_along_is_asked_only_where_it_may_be(
    bandhan: Node, *, may_ferry: bool
) -> None:
    async with desk_at(bandhan, may_ferry=may_ferry) as pilot:
        app = pilot.app
        assert isinstance(app, SathiApp)
        app.desk.may_ferry = may_ferry
        await visit(pilot, ToSticks())
        assert ("Carry along" in said(pilot)) is may_ferry


async def test_the_outbox_leads_to_it(alo: Node) -> None:
    async with desk_at(alo) as pilot:
        await visit(pilot, ToOutbox())
        await press(pilot, "s")
        assert "take a stick in" in said(pilot)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80", "120"])
@pytest.mark.parametrize("language", ["en", "bn"])
async def test_how_sticks_look(
    waiting: Story, place: Path, size: tuple[int, int], language: str
) -> None:
    content = stick.pack([*written(waiting.alo, waiting.bandhan), bytes(4_096)])
    (place / "abcdefgh.bin").write_bytes(content)
    (place / "zzzzzzzz.bin").write_bytes(content[:-1])
    async with desk_at(waiting.bandhan, size=size, language=language) as pilot:
        check_snapshot(pilot.app, "sticks")
        await take_one(pilot, place)
        check_snapshot(pilot.app, "sticks-taken")
    (place / "abcdefgh.bin").unlink()
    async with desk_at(waiting.alo, size=size, language=language) as pilot:
        await write_one(pilot, place)
        check_snapshot(pilot.app, "sticks-made")
