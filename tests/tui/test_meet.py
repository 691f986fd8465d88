"""Meeting a partner by a file: what is written is new and ours alone, what is read may be anything."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.services import peering
from tests.support.desk_app import LARGE, SMALL, press, shown, unlocked, write
from tests.support.federation import Federation, Node, done
from tests.support.passing import visit
from tests.support.snapshots import check_snapshot
from tui.places import ToMeet
from tui.screens import introduction_file
from tui.screens.introduction_file import BYTES_MAX, Trouble

PEERS = "SELECT display_name, level FROM peers"
INVITES = "SELECT count(*) FROM invites"


@pytest.fixture
def alo(strangers: Federation) -> Node:
    return strangers["Alo Shelter"]


@pytest.fixture
def bandhan(strangers: Federation) -> Node:
    return strangers["Bandhan"]


def introduction_of(node: Node) -> bytes:
    return done(node.use(peering.make_introduction)).introduction


async def read_there(node: Node, path: Path) -> str:
    """Type this path into the form that reads a file; what the screen says then."""
    async with unlocked(node) as pilot:
        await visit(pilot, ToMeet())
        await press(pilot, "tab")
        await write(pilot, str(path))
        await press(pilot, "ctrl+s")
        return " ".join(shown(pilot.app).split())


async def test_their_file_makes_them_known_and_not_checked(
    alo: Node, bandhan: Node, tmp_path: Path
) -> None:
    file = tmp_path / "theirs.sathi"
    file.write_bytes(introduction_of(bandhan))
    async with unlocked(alo) as pilot:
        await visit(pilot, ToMeet())
        await press(pilot, "tab")
        await write(pilot, str(file))
        await press(pilot, "ctrl+s")
        said = " ".join(shown(pilot.app).split())
        await press(pilot, "f6")
        compared = shown(pilot.app)
    assert "The file says: Bandhan, Bangladesh." in said
    assert "not yet checked" in said
    assert "Read these groups together" in compared
    assert alo.rows(PEERS) == [("Bandhan", 1)]


async def test_our_file_is_for_this_user_alone_and_lets_them_in(
    strangers: Federation, alo: Node, bandhan: Node, tmp_path: Path
) -> None:
    file = tmp_path / "ours.sathi"
    async with unlocked(alo) as pilot:
        await visit(pilot, ToMeet())
        await press(pilot, "right", "tab")
        await write(pilot, str(file))
        await press(pilot, "ctrl+s")
        assert "It lets one partner in, until" in " ".join(shown(pilot.app).split())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    said = await read_there(bandhan, file)
    strangers.settle_all()
    assert "The file says: Alo Shelter, India." in said
    assert alo.rows(PEERS) == [("Bandhan", 1)]


async def test_a_file_that_is_there_stays_as_it_is_and_nobody_is_let_in(
    alo: Node, tmp_path: Path
) -> None:
    file = tmp_path / "ours.sathi"
    file.write_bytes(b"a letter")
    async with unlocked(alo) as pilot:
        await visit(pilot, ToMeet())
        await press(pilot, "right", "tab")
        await write(pilot, str(file))
        await press(pilot, "ctrl+s")
        assert "is there already, and stays as it is" in " ".join(shown(pilot.app).split())
    assert file.read_bytes() == b"a letter"
    assert alo.rows(INVITES) == [(0,)]


def no_introduction(folder: Path, bandhan: Node) -> dict[str, bytes]:
    """Contents that are not a good introduction."""
    good = introduction_of(bandhan)
    return {
        "text": b"an old letter",
        "cut off": good[:-1],
        "too long": good + b"\x00",
        "changed": good[:-40] + bytes([good[-40] ^ 1]) + good[-39:],
        "markup": b"[@click=app.leave]x[/]\x1b[2J",
        "zeros": bytes(4_096),
        "a length that is a lie": b"\xff\xff\xff\xff" + good[4:],
        "folder": str(folder).encode(),
    }


@pytest.mark.parametrize(
    "name",
    [
        "text",
        "cut off",
        "too long",
        "changed",
        "markup",
        "zeros",
        "a length that is a lie",
        "folder",
    ],
)
async def test_a_hostile_file_is_refused_plainly_and_leaves_nothing(
    alo: Node, bandhan: Node, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "theirs.sathi"
    file.write_bytes(no_introduction(tmp_path, bandhan)[name])
    said = await read_there(alo, file)
    assert "✗ This is no introduction file" in said or "✗ Somebody changed this file" in said
    assert alo.rows(PEERS) == []


async def test_an_old_file_is_refused_with_what_to_do(
    strangers: Federation, alo: Node, bandhan: Node, tmp_path: Path
) -> None:
    file = tmp_path / "theirs.sathi"
    file.write_bytes(introduction_of(bandhan))
    strangers.clock.forward(7 * 86_400 + 1)
    said = await read_there(alo, file)
    assert "older than seven days: ask them for a new one" in said
    assert alo.rows(PEERS) == []


async def test_our_own_file_is_refused(alo: Node, tmp_path: Path) -> None:
    file = tmp_path / "ours.sathi"
    file.write_bytes(introduction_of(alo))
    assert "This is our own file" in await read_there(alo, file)


def test_only_an_ordinary_file_of_a_bounded_size_is_read(tmp_path: Path) -> None:
    ordinary = tmp_path / "ordinary"
    ordinary.write_bytes(b"x" * BYTES_MAX)
    large = tmp_path / "large"
    large.write_bytes(b"x" * (BYTES_MAX + 1))
    empty = tmp_path / "empty"
    empty.touch()
    link = tmp_path / "link"
    link.symlink_to(ordinary)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found = {
        name: introduction_file.read(path)
        for name, path in {
            "ordinary": ordinary,
            "large": large,
            "empty": empty,
            "link": link,
            "pipe": pipe,
            "folder": tmp_path,
            "device": Path("/dev/zero"),
            "missing": tmp_path / "missing",
            "below a file": ordinary / "file",
            "zero in its name": Path("a\0b"),
        }.items()
    }
    assert found == {
        "ordinary": b"x" * BYTES_MAX,
        "large": Trouble.TOO_LARGE,
        "empty": Trouble.EMPTY,
        "link": Trouble.LINK,
        "pipe": Trouble.NO_FILE,
        "folder": Trouble.NO_FILE,
        "device": Trouble.NO_FILE,
        "missing": Trouble.MISSING,
        "below a file": Trouble.MISSING,
        "zero in its name": Trouble.MISSING,
    }


async def test_where_ours_could_not_be_made_no_file_is_left(tmp_path: Path) -> None:
    async def fail() -> bytes:
        raise OSError

    file = tmp_path / "ours.sathi"
    assert await introduction_file.write(file, fail) is Trouble.DISK
    assert not file.exists()


async def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    async def make() -> bytes:
        return b"ours"

    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    assert await introduction_file.write(link, make) is Trouble.IS_THERE
    assert not (tmp_path / "elsewhere").exists()
    missing = tmp_path / "no" / "folder"
    assert await introduction_file.write(missing, make) is Trouble.NO_FOLDER


@pytest.mark.parametrize("text", ["~nobody-of-this-name/file", "~/file", "file"])
def test_a_path_is_taken_as_a_person_writes_it(text: str) -> None:
    path = introduction_file.named(text)
    assert path.name == "file"
    assert path.is_absolute() is text.startswith("~/")


@pytest.fixture
def same_file(bandhan: Node) -> Iterator[Path]:
    """One path on every machine, so that the picture is the same."""
    file = Path("/tmp/sathi-test-introduction.sathi")  # noqa: S108  (of a test, and taken away again)
    file.write_bytes(introduction_of(bandhan))
    yield file
    file.unlink()


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80", "120"])
@pytest.mark.parametrize("language", ["en", "bn"])
async def test_how_meeting_looks(
    alo: Node, same_file: Path, size: tuple[int, int], language: str
) -> None:
    async with unlocked(alo, size=size, language=language) as pilot:
        await visit(pilot, ToMeet())
        check_snapshot(pilot.app, "meet")
        await press(pilot, "tab")
        await write(pilot, str(same_file))
        await press(pilot, "ctrl+s")
        check_snapshot(pilot.app, "meet-read")
